//! `slovo metrics`: declares what services expose, from their text or from a running server. Shows what would change, and writes only when
//! asked to.

#[cfg(feature = "live")]
mod live;
mod required;
#[cfg(feature = "live")]
mod snapshot;
mod target;
mod tell;
mod text;

use std::path::{Path, PathBuf};

use super::args::{Metrics, MetricsCommand, MetricsImport};
use super::screen::{Screen, unified};
use super::{Failure, Outcome, Status, counted, plural, status_of};
use crate::ast::File;
use crate::catalogue_import::{Declared, Finding, Used, declare, differing, merge, scraped_apart};
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostics, render};
use crate::driver;
use crate::exposition::Exposition;
use crate::project::{CONFIG_FILE, Project};
use crate::value::Duration;
use target::{Target, changes, text_of, write};
use tell::{tell, tell_absent, tell_check, tell_counts};

pub(super) fn run(options: &Metrics, start: &Path, screen: &Screen) -> Outcome {
    match &options.command {
        MetricsCommand::Import(options) => import(options, start, screen),
        MetricsCommand::Required(options) => required::run(options, start, screen),
        #[cfg(feature = "live")]
        MetricsCommand::Snapshot(options) => snapshot::run(options, start, screen),
    }
}

fn import(options: &MetricsImport, start: &Path, screen: &Screen) -> Outcome {
    let in_project = Project::root_of(start).is_some();
    if !in_project && (options.write || options.only_used || options.output.is_some()) {
        let message = format!("no `{CONFIG_FILE}` in `{}` or any folder above it", start.display());
        return Err(Failure::new(message)
            .help("without a project the catalogue goes to standard output: `slovo metrics import FILE > catalogue.slovo`"));
    }
    let urls: Vec<&str> =
        options.files.iter().filter_map(|file| file.to_str()).filter(|f| f.contains("://")).collect();
    let Some(url) = urls.first() else {
        #[cfg(feature = "live")]
        if options.server.is_given() {
            return Err(Failure::new("options of a server are given, and no address of one")
                .help("`slovo metrics import http://localhost:9090`"));
        }
        return text::import(options, in_project, start, screen);
    };
    if options.files.len() > 1 {
        return Err(
            Failure::new("a server is imported alone").help("one call for each server, and one for files")
        );
    }
    server(options, url, in_project, start, screen)
}

#[cfg(feature = "live")]
fn server(options: &MetricsImport, url: &str, in_project: bool, start: &Path, screen: &Screen) -> Outcome {
    live::import(options, url, in_project, start, screen)
}

#[cfg(not(feature = "live"))]
fn server(_: &MetricsImport, _: &str, _: bool, _: &Path, _: &Screen) -> Outcome {
    Err(Failure::new("this slovo was built without `live`: it opens no connection")
        .help("import text: `curl -s http://shop:9090/metrics | slovo metrics import -`"))
}

/// A project that metrics are imported into.
struct Loaded {
    project: Project,
    files: Vec<File>,
}

/// Loads the project; a mistake in its syntax ends the import.
fn load(
    follow_links: &[PathBuf],
    environment: Option<&str>,
    start: &Path,
    screen: &Screen,
) -> Result<Loaded, Status> {
    let project = Project::load_following(start, environment, follow_links);
    let mut found = Diagnostics::default();
    for diagnostic in project.diagnostics.iter().filter(|d| d.code != &codes::NO_SOURCES) {
        found.push(diagnostic.clone());
    }
    let files = driver::parse_all(&project.sources, &mut found);
    // What a file with such a mistake declares is not known.
    if found.has_errors() {
        found.sort();
        Screen::err(&render::human(&found, &project.sources, &screen.options()));
        screen.say(&format!(
            "{}; first mend these, so that it is known what the project declares",
            counted(&found)
        ));
        return Err(status_of(&found));
    }
    Ok(Loaded { project, files })
}

/// What was read.
struct Given<'g> {
    exposition: &'g Exposition<'g>,
    /// What expositions are called, one each.
    names: &'g [&'g str],
    /// How often most of it is scraped; what is scraped otherwise is said of each metric.
    usual: Option<Duration>,
    /// What there is to say already.
    findings: Vec<Finding>,
    /// Nothing is missing; else nothing is written.
    whole: bool,
}

/// Is all of it declared? What a scrape changes is only told.
fn status(findings: &[Finding]) -> Status {
    if findings.iter().all(|finding| finding.what.is_note()) { Status::Fine } else { Status::Mistakes }
}

/// Without a project: the catalogue as a text.
fn without(given: &Given<'_>, screen: &Screen) -> Outcome {
    let mut made = declare(given.exposition, &[]);
    if let Some(usual) = given.usual {
        scraped_apart(&mut made, given.exposition, usual);
    }
    Screen::out(&text_of(&made)?)?;
    tell(&made.findings, given.names, screen);
    screen.say(&format!("{} declared", plural(made.metrics.len(), "metric")));
    Ok(status(&made.findings))
}

/// Into a project: shows what would change, or writes it.
fn into_project(
    options: &MetricsImport,
    loaded: &Loaded,
    given: Given<'_>,
    start: &Path,
    screen: &Screen,
) -> Outcome {
    let Loaded { project, files } = loaded;
    let declared = Declared::of(files);
    let used = options.only_used.then(|| Used::of(files));
    let common = &project.config.settings.common_labels;
    let mut merged = merge(given.exposition, &declared, &project.sources, common, used.as_ref());
    merged.import.findings.extend(given.findings);
    if let Some(usual) = given.usual {
        scraped_apart(&mut merged.import, given.exposition, usual);
        merged.import.findings.extend(differing(given.exposition, &declared, usual, used.as_ref()));
    }
    let target = Target::of(options, start, project, &declared)?;
    let changes = changes(project, &merged, &target)?;
    let status = status(&merged.import.findings);
    if options.write && given.whole {
        write(project, &changes, screen)?;
    } else {
        for change in &changes {
            let names = (change.shown.as_str(), change.shown.as_str());
            Screen::out(&unified(&change.before, &change.after, names, screen.colored_out()))?;
        }
    }
    tell(&merged.import.findings, given.names, screen);
    tell_absent(&merged.absent, screen);
    tell_counts(options.write && given.whole, &merged, &target, &changes, screen);
    if !changes.is_empty() {
        tell_check(project, &changes, screen);
    }
    Ok(status)
}
