//! `slovo check --against`: asks a server, or reads a snapshot, and compares the project with it.

use std::path::Path;

#[cfg(feature = "live")]
use super::Status;
use super::args::Check;
use super::screen::Screen;
use super::{Failure, plural};
use crate::against::{Report, Snapshot, compare};
use crate::diag::Diagnostics;
use crate::driver::{self, Compilation};
use crate::ir::Model;
use crate::project::{Project, read_start};

/// What is read of a snapshot.
const READ: u64 = 8 * 1024 * 1024;
/// Lines that are printed of what cannot be said.
const SHOWN: usize = 10;

/// Compares, and adds to what was found. `Err`: usage or I/O. A server that gives no answer is told in the report.
pub(super) fn judge(
    options: &Check,
    given: &Path,
    (project, compiled): (&Project, &mut Compilation),
    start: &Path,
    screen: &Screen,
) -> Result<Report, Failure> {
    let url = given.to_str().filter(|text| text.contains("://"));
    #[cfg(feature = "live")]
    if url.is_none() && options.connection.is_given() {
        return Err(Failure::new("options of a server are given, and no address of one")
            .help("`slovo check --against http://localhost:9090`"));
    }
    let kind = if url.is_some() { "server" } else { "snapshot" };
    let mut report = Report { kind, name: given.display().to_string(), ..Report::default() };
    let Some(model) = &compiled.model else {
        // Without a model nothing is known of what promises read; a file that can't be read is told all the same.
        if url.is_none() {
            read(given, start)?;
        }
        report
            .cannot_say
            .push("the project has mistakes: it can be compared once they are mended".to_owned());
        return Ok(report);
    };
    // It parsed: the model is there.
    let files = driver::parse_all(&project.sources, &mut Diagnostics::default());
    let snapshot = match url {
        None => read(given, start)?,
        Some(url) => match ask(options, url, (model, &files), start, screen)? {
            Ok(snapshot) => snapshot,
            Err(why) => {
                report.cannot_say.push(why);
                return Ok(report);
            }
        },
    };
    let compared = compare(model, &files, &snapshot);
    let mut found = compared.diagnostics;
    let accepted = found.accepted;
    project.config.lints.apply(&mut found);
    compiled.diagnostics.extend(found);
    compiled.diagnostics.accepted.count += accepted.count;
    let until = compiled.diagnostics.accepted.until.into_iter().chain(accepted.until).min();
    compiled.diagnostics.accepted.until = until;
    compiled.diagnostics.sort();
    report.seen = Some(snapshot.seen);
    report.retention = snapshot.retention;
    report.selectors = compared.selectors;
    report.all_selectors = compared.all_selectors;
    report.cannot_say = compared.unknown;
    report.notes = compared.notes;
    Ok(report)
}

fn read(given: &Path, start: &Path) -> Result<Snapshot, Failure> {
    let shown = given.display();
    let bytes = read_start(&start.join(given), READ)
        .map_err(|e| Failure::io(format!("the snapshot `{shown}` cannot be read"), &e))?;
    let unusable = |why: String| Failure::new(format!("`{shown}` cannot be used as a snapshot: {why}"));
    let text = String::from_utf8(bytes).map_err(|_| unusable("it is not UTF-8".to_owned()))?;
    Snapshot::read(&text).map_err(unusable)
}

/// Asks a server; the inner error is what cannot be said.
#[cfg(feature = "live")]
fn ask(
    options: &Check,
    url: &str,
    (model, files): (&Model, &[crate::ast::File]),
    start: &Path,
    screen: &Screen,
) -> Result<Result<Snapshot, String>, Failure> {
    use super::server::client;
    use crate::against::Wanted;
    use crate::catalogue_import::{Declared, Used};
    use crate::live::{Known, Selection, Stored};

    let client = client(&options.connection, url, start, screen)?;
    let (declared, used, wanted) = (Declared::of(files).kinds(), Used::of(files), Wanted::of(model, files));
    let only = |name: &str| used.has(name) || wanted.reads(name);
    let known = Known { only: Some(&only), declared: &declared, all: true };
    let selection = Selection::default();
    let progress = screen.progress(&format!("asking {}", client.address()));
    let made = Stored::ask(&client, &selection, known)
        .and_then(|stored| Snapshot::of(&stored, &client, &selection, Some(&wanted)));
    drop(progress);
    let said = |failure: Failure| match failure.help {
        Some(help) => format!("{}; {help}", failure.message),
        None => failure.message,
    };
    // `check` has no options for a part; a snapshot of one has.
    let made = made.map_err(|mut trouble| {
        if trouble.part {
            trouble.help = Some(
                "take a part of the server: `slovo metrics snapshot URL --only-used --job JOB -o FILE`, then `slovo check --against FILE`"
                    .to_owned(),
            );
        }
        Failure::from(trouble)
    });
    let made = match made {
        Err(failure) if failure.status != Status::Unknown => return Err(failure),
        made => made.map_err(said),
    };
    screen.say(&format!("{} to {}", plural(client.asked(), "request"), client.address()));
    let warnings = client.warnings();
    if made.is_ok() && !warnings.is_empty() {
        return Ok(Err(format!("the server warns that its answers lack something: {}", warnings.join("; "))));
    }
    Ok(made)
}

#[cfg(not(feature = "live"))]
fn ask(
    _: &Check,
    _: &str,
    _: (&Model, &[crate::ast::File]),
    _: &Path,
    _: &Screen,
) -> Result<Result<Snapshot, String>, Failure> {
    Err(Failure::new("this slovo was built without `live`: it opens no connection").help(
        "compare with a snapshot: `slovo metrics snapshot URL -o FILE`, made by a slovo that has `live`",
    ))
}

/// Says with what was compared, and what cannot be said. That is printed under `--quiet` too.
pub(super) fn say(report: &Report, screen: &Screen) {
    let most = if screen.all() { report.cannot_say.len() } else { SHOWN };
    for why in report.cannot_say.iter().take(most) {
        screen.warn(&format!("cannot say: {why}"));
    }
    if report.cannot_say.len() > most {
        screen.warn(&format!("cannot say: {} more; `--all` shows them", report.cannot_say.len() - most));
    }
    for note in &report.notes {
        screen.say(&format!("note: {note}"));
    }
    let Some(seen) = &report.seen else { return };
    let kept = match &report.retention {
        Some(kept) => format!("which keeps samples for {kept}"),
        None => "which does not say how long it keeps samples".to_owned(),
    };
    let with = match report.kind {
        "server" => format!("the server {} of {seen}, {kept}", report.name),
        _ => format!("the snapshot {} of {seen}, of a server {kept}", report.name),
    };
    let all = plural(report.all_selectors, "selector");
    let of = if report.selectors < report.all_selectors {
        format!("{} of ", report.selectors)
    } else {
        String::new()
    };
    screen.say(&format!("compared {of}{all} with {with}"));
    if report.kind != "server" && !report.cannot_say.is_empty() {
        screen.say("the snapshot was not asked for that: make it again with `slovo metrics snapshot URL -o FILE`, in this project");
    }
}
