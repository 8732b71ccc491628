//! `slovo check`: finds mistakes, without writing anything (unless `--fix`).

use std::path::Path;

#[cfg(feature = "live")]
use super::Failure;
use super::args::{Check, Format};
use super::screen::Screen;
use super::{Outcome, Status, against, also, counted, fix, load, plural, status_of};
use crate::against::Report;
use crate::diag::render;
use crate::driver::Compilation;
use crate::project::Project;

pub(super) fn run(options: &Check, start: &Path, screen: &Screen) -> Outcome {
    #[cfg(feature = "live")]
    if options.against.is_none() && options.connection.is_given() {
        return Err(Failure::new("options of a server are given, and no address of one")
            .help("`slovo check --against http://localhost:9090`"));
    }
    let (project, mut compiled) = if options.fix {
        fix::until_stable(start, &options.wishes, screen)?
    } else {
        let _progress = screen.progress("checking");
        let project = load(start, &options.wishes);
        let compiled = project.compile();
        (project, compiled)
    };
    also::judge(&project, &mut compiled, None);
    let report = match &options.against {
        Some(given) => Some(against::judge(options, given, (&project, &mut compiled), start, screen)?),
        None => None,
    };
    match options.format {
        Format::Human => show(&project, &compiled, screen),
        Format::Short => {
            Screen::out(&render::short(&compiled.diagnostics, &project.sources, screen.all()))?;
            if let Some(rest) = render::left_off(&compiled.diagnostics, screen.all()) {
                screen.say(&rest);
            }
        }
        Format::Json => {
            let found = &compiled.diagnostics;
            Screen::out(&render::json_against(found, &project.sources, screen.all(), report.as_ref()))?;
        }
    }
    if options.format != Format::Json {
        summary(&project, &compiled, options.fix, report.as_ref(), screen);
        if let Some(report) = &report {
            against::say(report, screen);
        }
    }
    let status = status_of(&compiled.diagnostics);
    let unknown = report.is_some_and(|report| !report.cannot_say.is_empty());
    Ok(if unknown && status == Status::Fine { Status::Unknown } else { status })
}

/// Prints findings for a person.
pub(super) fn show(project: &Project, compiled: &Compilation, screen: &Screen) {
    Screen::err(&render::human(&compiled.diagnostics, &project.sources, &screen.options()));
}

fn summary(project: &Project, compiled: &Compilation, fixed: bool, report: Option<&Report>, screen: &Screen) {
    let found = counted(&compiled.diagnostics);
    let files = plural(project.sources.iter().filter(|(_, f)| f.path.ends_with(".slovo")).count(), "file");
    let accepted = accepted(compiled);
    if found.is_empty() {
        let promises = compiled.model.as_ref().map_or(0, |m| m.promises().count());
        let open = if report.is_some_and(|r| !r.cannot_say.is_empty()) {
            "no mistakes that are known"
        } else {
            "no mistakes"
        };
        screen.say(&format!("{open}: {} in {files}{accepted}", plural(promises, "promise")));
        return;
    }
    let certain = compiled.diagnostics.iter().filter(|d| d.fix.as_ref().is_some_and(|f| f.certain)).count();
    let hint = match certain {
        0 => String::new(),
        _ if fixed => String::new(),
        1 => "; `slovo check --fix` mends one of them".to_owned(),
        n => format!("; `slovo check --fix` mends {n} of them"),
    };
    screen.say(&format!("{found} in {files}{hint}{accepted}"));
}

/// What the sources accept, in words: nobody should forget it.
fn accepted(compiled: &Compilation) -> String {
    let accepted = compiled.diagnostics.accepted;
    if accepted.count == 0 {
        return String::new();
    }
    let until = match accepted.until {
        Some(until) => format!(", the first of them until {until} (only `--today` checks that)"),
        None => String::new(),
    };
    format!("; {} accepted in the source{until}", plural(accepted.count, "warning"))
}
