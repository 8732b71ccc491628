//! `slovo metrics snapshot URL -o FILE`: what a server stores, as a file that can be committed.

use std::path::Path;

use super::super::args::MetricsSnapshot;
use super::super::output::{create, replace};
use super::super::screen::Screen;
use super::super::server::{client, selection, tell};
use super::super::{Failure, Outcome, Status, plural};
use super::live::asked;
use super::{Loaded, load};
use crate::against::{Snapshot, Wanted};
use crate::catalogue_import::{Declared, Used};
use crate::live::{Known, Stored};
use crate::project::{CONFIG_FILE, Project, read_start};

pub(super) fn run(options: &MetricsSnapshot, start: &Path, screen: &Screen) -> Outcome {
    let client = client(&options.server.connection, &options.url, start, screen)?;
    let selection = selection(&options.server)?;
    let loaded = if Project::root_of(start).is_some() {
        match load(&options.follow_links, options.env.as_deref(), start, screen) {
            Ok(loaded) => Some(loaded),
            Err(status) => return Ok(status),
        }
    } else if options.only_used {
        return Err(Failure::new(format!(
            "no `{CONFIG_FILE}` in `{}` or any folder above it",
            start.display()
        ))
        .help("`--only-used` asks what a project names"));
    } else if options.env.is_some() {
        return Err(Failure::new(format!(
            "no `{CONFIG_FILE}` in `{}` or any folder above it",
            start.display()
        ))
        .help("`--env` names an environment of a project"));
    } else {
        None
    };
    let target = (options.output.as_os_str() != "-").then(|| start.join(&options.output));
    if let Some(path) = &target {
        refuse_other(path)?;
    }
    let declared = loaded.as_ref().map(|loaded| Declared::of(&loaded.files).kinds()).unwrap_or_default();
    let used = loaded.as_ref().filter(|_| options.only_used).map(|loaded| Used::of(&loaded.files));
    let only = used.as_ref().map(|used| move |name: &str| used.has(name));
    let known =
        Known { only: only.as_ref().map(|f| f as &dyn Fn(&str) -> bool), declared: &declared, all: true };
    let wanted = loaded.as_ref().and_then(|loaded| wanted(loaded, screen));
    let ask = || {
        let stored = Stored::ask(&client, &selection, known)?;
        let made = Snapshot::of(&stored, &client, &selection, wanted.as_ref())?;
        Ok((stored, made))
    };
    let (stored, made) = asked(&client, ask, screen)?;
    let whole = tell(&client, screen);
    for note in &stored.notes {
        screen.say(note);
    }
    if !whole {
        return Ok(Status::Unknown);
    }
    let text = made.write().map_err(|large| {
        Failure::new(large.message()).help("take a part: `--job`, `--select`, or `--only-used` in a project")
    })?;
    let Some(path) = &target else {
        Screen::out(&text)?;
        return Ok(Status::Fine);
    };
    let shown = options.output.display();
    let failed = |e: &std::io::Error| Failure::io(format!("`{shown}` cannot be written"), e);
    if path.exists() {
        replace(path, text.as_bytes()).map_err(|e| failed(&e))?;
    } else {
        create(path, text.as_bytes()).map_err(|e| failed(&e))?;
    }
    screen.say(&format!("wrote {} of {} to {shown}", plural(made.metrics.len(), "metric"), made.seen));
    Ok(Status::Fine)
}

/// What the project's promises select; nothing where it has mistakes.
fn wanted(loaded: &Loaded, screen: &Screen) -> Option<Wanted> {
    let compiled = loaded.project.compile();
    let model = compiled.model.as_ref();
    // A project without any source has none of its own.
    let empty = loaded.files.is_empty();
    if model.is_none() && !empty {
        screen.say(
            "the project has mistakes, so the snapshot does not hold what its promises select: mend them and make it again for \
             `slovo check --against`",
        );
    }
    model.map(|model| Wanted::of(model, &loaded.files))
}

/// What is read of a file that is there.
const READ: u64 = 8 * 1024 * 1024;

/// What is there and is no snapshot is somebody's work.
fn refuse_other(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let bytes = read_start(path, READ).unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    // One of another version may be replaced.
    let value: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let is_one = value
        .as_ref()
        .and_then(|v| v.get("format")?.as_str())
        .is_some_and(|f| f.starts_with("slovo-metrics/"));
    if is_one && path.is_file() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` is there already, and is not a snapshot", path.display()))
        .help("`-o` names a new file, or an earlier snapshot"))
}
