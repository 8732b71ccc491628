//! `slovo check --fix`: applies the mends that are certain, until there are none left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::Wishes;
use super::save::Saving;
use super::screen::Screen;
use super::{Failure, load, plural};
use crate::diag::render::PER_FILE;
use crate::diag::{Diagnostics, Edit};
use crate::driver::Compilation;
use crate::project::Project;
use crate::source::{FileId, SourceFile};

/// Mends may uncover others; more rounds than this would mean that two undo each other.
const ROUNDS: usize = 10;

/// Mends what is certain and returns what is left.
pub(super) fn until_stable(
    start: &Path,
    wishes: &Wishes,
    screen: &Screen,
) -> Result<(Project, Compilation), Failure> {
    let mut mended = 0;
    let mut files = std::collections::BTreeSet::new();
    let mut round = 0;
    let sources = Project::files(start, &wishes.follow_links, &mut Diagnostics::default());
    let sources: Vec<PathBuf> = sources.into_iter().map(|(path, _)| path).collect();
    let saving = Saving::begin(sources.iter().map(PathBuf::as_path), screen)?;
    let (project, compiled) = loop {
        let project = load(start, wishes);
        let compiled = project.compile();
        round += 1;
        let edits = certain_edits(&project, &compiled);
        if edits.is_empty() || round > ROUNDS {
            break (project, compiled);
        }
        let before = mended;
        for (file, edits) in edits {
            let Some(source) = project.sources.get(file) else { continue };
            let path = project.root.join(&source.path);
            if write(&saving, &path, &project.root, source, &edits, screen)? {
                mended += edits.len();
                files.insert(source.path.clone());
                // A line each, as far as anybody reads them.
                let most = if screen.all() { edits.len() } else { PER_FILE };
                for edit in edits.iter().take(most) {
                    let place = project.sources.place(edit.edit.span);
                    let place = place
                        .map_or(String::new(), |(path, line, column)| format!("{path}:{line}:{column}: "));
                    screen.say(&format!("mended {place}{} [{}]", edit.title, edit.code));
                }
                if edits.len() > most {
                    let rest = plural(edits.len() - most, "place");
                    screen.say(&format!("mended {rest} more in {}; `--all` shows them", source.path));
                }
            }
        }
        if mended == before {
            break (project, compiled);
        }
    };
    if mended > 0 {
        screen.say(&format!("mended {} in {}", plural(mended, "place"), plural(files.len(), "file")));
    }
    Ok((project, compiled))
}

/// An edit with the mend it is of.
struct Mend {
    edit: Edit,
    title: String,
    code: &'static str,
}

/// The edits of all certain mends, file by file from front to back. Of two mends that touch each other only the first
/// is taken; the next round sees the other.
fn certain_edits(project: &Project, compiled: &Compilation) -> BTreeMap<FileId, Vec<Mend>> {
    let mut taken: BTreeMap<FileId, Vec<Mend>> = BTreeMap::new();
    for diagnostic in compiled.diagnostics.iter() {
        let Some(fix) = diagnostic.fix.as_ref().filter(|f| f.certain) else { continue };
        let touches = |edit: &Edit| {
            let near = taken.get(&edit.span.file).into_iter().flatten();
            near.into_iter().any(|t| edit.span.start <= t.edit.span.end && t.edit.span.start <= edit.span.end)
        };
        let within = |edit: &Edit| {
            project.sources.get(edit.span.file).is_some_and(|f| f.text.get(edit.span.range()).is_some())
        };
        if fix.edits.is_empty() || fix.edits.iter().any(|e| touches(e) || !within(e)) {
            continue;
        }
        for edit in &fix.edits {
            let mend = Mend { edit: edit.clone(), title: fix.title.clone(), code: diagnostic.code.id };
            taken.entry(edit.span.file).or_default().push(mend);
        }
    }
    for mends in taken.values_mut() {
        mends.sort_by_key(|m| m.edit.span.start);
    }
    taken
}

/// Writes a file with its edits; says no where the file is not the one that was read, or not the project's.
fn write(
    saving: &Saving,
    path: &Path,
    root: &Path,
    source: &SourceFile,
    mends: &[Mend],
    screen: &Screen,
) -> Result<bool, Failure> {
    let mut text = String::with_capacity(source.text.len());
    let mut from = 0;
    for Mend { edit, .. } in mends {
        text.push_str(source.text.get(from..edit.span.start as usize).unwrap_or(""));
        text.push_str(&edit.replacement);
        from = edit.span.end as usize;
    }
    text.push_str(source.text.get(from..).unwrap_or(""));
    let outcome = saving.save((path, &source.path), Some(root), (&source.text, &text))?;
    if let Some(why) = &outcome {
        screen.say(&format!("not mended: {why}"));
    }
    Ok(outcome.is_none())
}
