//! `slovo export`: the promises as specs of OpenSLO or Sloth, and what of them has no place there.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{Export, ExportFormat};
use super::output::{Folder, Held, Manifest, Plan, Wanted, apply, inputs};
use super::screen::{Screen, for_people};
use super::{Failure, Outcome, Status, build, check, load, plural, status_of};
use crate::diag::Severity;
use crate::export::{Exported, Format, export};

/// So many lines of what differs are printed.
const MOST: usize = 200;

pub(super) fn run(options: &Export, start: &Path, screen: &Screen) -> Outcome {
    let project = load(start, &options.wishes);
    let mut compiled = project.compile();
    let Some(model) = compiled.model.take() else {
        compiled.diagnostics.retain(|d| d.severity == Severity::Error);
        check::show(&project, &compiled, screen);
        screen.say("nothing was written");
        return Ok(status_of(&compiled.diagnostics));
    };
    let format = match options.format {
        ExportFormat::Openslo => Format::OpenSlo,
        ExportFormat::Sloth => Format::Sloth,
    };
    let made = export(&model, format);
    match &options.output {
        None => {
            let texts: Vec<&str> = made.files.iter().map(|file| file.text.as_str()).collect();
            Screen::out(&for_people(&texts.join("---\n")))?;
        }
        Some(path) => {
            let folder = Folder { path: path.clone(), shown: path.display().to_string(), within: None };
            let held = Held::to_write(folder, &inputs(&project, &[]))?;
            let before = Manifest::read(&held.folder.path)?;
            let mut manifest = Manifest::of(&model.settings);
            manifest.export = Some(format.name().to_owned());
            manifest.promises = model.promises().map(|(_, p)| p.path.to_string()).collect::<BTreeSet<_>>();
            let wanted = Wanted { manifest, force: options.force, only_shown: false };
            let mut plan = Plan::new(held, before, wanted, |take| {
                made.files.iter().cloned().for_each(take);
                Ok::<(), Failure>(())
            })?;
            apply(&mut plan)?;
            build::say(&plan, screen);
        }
    }
    tell(&made, format, screen);
    Ok(if made.whole() { Status::Fine } else { Status::Mistakes })
}

/// What became of what, on standard error: standard output may hold the specs.
fn tell(made: &Exported, format: Format, screen: &Screen) {
    let mut lines = Vec::new();
    for fate in &made.promises {
        lines.extend(fate.left_out.iter().map(|why| format!("left out: {}: {why}", fate.path)));
        lines.extend(fate.differs.iter().map(|what| format!("differs: {}: {what}", fate.path)));
    }
    let more = lines.len().saturating_sub(MOST);
    for line in lines.iter().take(MOST) {
        screen.say(line);
    }
    if more > 0 {
        screen.say(&format!("and {} more", plural(more, "line")));
    }
    for general in &made.general {
        screen.say(general);
    }
    let out = made.promises.iter().filter(|p| p.left_out.is_some()).count();
    let differ = made.promises.iter().filter(|p| !p.differs.is_empty()).count();
    let whole = made.promises.len() - out - differ;
    let all = plural(made.promises.len(), "promise");
    screen.say(&format!(
        "{all} to {}: {whole} whole, {differ} with differences, {out} left out",
        format.name()
    ));
}
