//! The command line: one file per subcommand. Exit status: 0 fine, 1 mistakes in the source (or files out of date),
//! 2 usage or I/O, 3 cannot say.

mod against;
mod alert_texts;
mod also;
mod args;
mod backfill;
mod build;
mod check;
mod children;
mod completions;
mod docs;
mod explain;
mod export;
mod fix;
mod fmt;
mod import;
mod init;
mod left;
mod man;
mod metrics;
mod output;
pub mod revision;
mod save;
mod screen;
mod serve;
#[cfg(feature = "live")]
mod server;
mod temporary;
mod test;

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::diag::codes::project as codes;
use crate::diag::{Diagnostics, Severity};
use crate::project::Project;
use args::{Args, Command};
use screen::Screen;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Fine.
    Fine,
    /// Mistakes in the source, or files out of date.
    Mistakes,
    /// Usage or I/O.
    Failed,
    /// It is not known: a server is away, or gives half an answer; or a snapshot does not tell.
    Unknown,
}

/// A command could not do its work: usage or I/O.
#[derive(Debug)]
struct Failure {
    message: String,
    help: Option<String>,
    status: Status,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, status: Status::Failed }
    }
    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
    /// What could not be done, and the system's reason.
    fn io(what: impl Display, error: &std::io::Error) -> Self {
        Self::new(format!("{what}: {}", error.to_string().to_lowercase()))
    }
}

type Outcome = Result<Status, Failure>;

/// Runs the command line.
pub fn main() -> ExitCode {
    report_panics();
    let mut args = match Args::try_parse() {
        Ok(args) => args,
        Err(shown) => {
            // Help and versions come as errors with exit code 0. A closed pipe is no concern of ours.
            let _ = shown.print();
            return ExitCode::from(if shown.use_stderr() { 2 } else { 0 });
        }
    };
    let screen = Screen::new(args.color, args.quiet, args.all);
    let outcome = run(&mut args, &screen).unwrap_or_else(|failure| {
        screen.fail(&failure.message, failure.help.as_deref());
        failure.status
    });
    ExitCode::from(match outcome {
        Status::Fine => 0,
        Status::Mistakes => 1,
        Status::Failed => 2,
        Status::Unknown => 3,
    })
}

fn run(args: &mut Args, screen: &Screen) -> Outcome {
    let start = start_folder(args)?;
    // Once, so that all that a command writes is of one day.
    if let Some(wishes) = args.command.wishes_mut()
        && let Some(today) = wishes.today
    {
        wishes.today = Some(args::Today::Date(day(today, &start)?));
    }
    match &args.command {
        Command::Init(options) => init::run(options, &start, screen),
        Command::Import(options) => import::run(options, &start, screen),
        Command::Check(options) => check::run(options, &start, screen),
        Command::Build(options) => build::run(options, &start, screen),
        Command::Docs(options) => docs::run(options, &start, screen),
        Command::Test(options) => test::run(options, &start, screen),
        Command::Backfill(options) => backfill::run(options, &start, screen),
        Command::Export(options) => export::run(options, &start, screen),
        Command::Fmt(options) => fmt::run(options, &start, screen),
        Command::Metrics(options) => metrics::run(options, &start, screen),
        Command::Explain(options) => explain::run(options, &start, screen),
        Command::Completions(options) => completions::run(options, screen),
        Command::Man(options) => man::run(options, screen),
    }
}

/// The day that was asked for.
fn day(today: args::Today, start: &std::path::Path) -> Result<crate::value::Date, Failure> {
    match today {
        args::Today::Date(date) => Ok(date),
        args::Today::Now => Ok(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()),
        args::Today::Commit => {
            let git = std::process::Command::new("git")
                .arg("-C")
                .arg(start)
                .args(["log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%d"])
                .env("TZ", "UTC")
                .output();
            let text = git.ok().filter(|o| o.status.success()).and_then(|o| String::from_utf8(o.stdout).ok());
            let date = text.and_then(|t| crate::config::parse_date(t.trim()));
            date.ok_or_else(|| {
                Failure::new("the last commit cannot be asked for its date")
                    .help("`--today commit` needs git and a repository with a commit; `--today 2026-10-01` names a day")
            })
        }
    }
}

/// Where the project is looked for.
fn start_folder(args: &Args) -> Result<PathBuf, Failure> {
    match &args.project {
        Some(folder) if folder.is_dir() => Ok(folder.clone()),
        Some(folder) => {
            let message = format!("`{}` is not a folder", folder.display());
            Err(Failure::new(message).help("`-C DIR` takes a folder of the project"))
        }
        None => std::env::current_dir().map_err(|e| Failure::io("the current folder cannot be read", &e)),
    }
}

/// What a finished command with these findings returns.
fn status_of(diagnostics: &Diagnostics) -> Status {
    // Not the source's mistakes, but the disk's or the command line's.
    let outside = [
        &codes::NO_PROJECT,
        &codes::UNREADABLE,
        &codes::UNKNOWN_ENVIRONMENT,
        &codes::LINK_OUTSIDE,
        &codes::TEMPLATE,
    ];
    if diagnostics.iter().any(|d| outside.contains(&d.code)) {
        Status::Failed
    } else if diagnostics.has_errors() {
        Status::Mistakes
    } else {
        Status::Fine
    }
}

/// Reads the project and puts the command line's wishes over what `slovo.yaml` says.
fn load(start: &std::path::Path, wishes: &args::CommonArgs) -> Project {
    let mut project = Project::load_following(start, wishes.env.as_deref(), &wishes.follow_links);
    // What is not a date was made one as the command began.
    if let Some(args::Today::Date(date)) = wishes.today {
        project.config.settings.today = Some(date);
    }
    for denied in &wishes.deny {
        match denied {
            args::Denied::Warnings => project.config.lints.deny_warnings = true,
            args::Denied::Code(id) => {
                project.config.lints.levels.insert((*id).to_owned(), crate::config::Level::Deny);
            }
        }
    }
    project
}

/// `2 errors, 1 warning`; empty when there is nothing.
fn counted(diagnostics: &Diagnostics) -> String {
    let (errors, warnings) = (diagnostics.count(Severity::Error), diagnostics.count(Severity::Warning));
    let parts = [(errors, "error"), (warnings, "warning")];
    let shown = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| plural(*n, word));
    shown.collect::<Vec<_>>().join(", ")
}

/// `1 file`, `2 files`.
fn plural(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// ` at https://...`, once the package knows where it is kept.
fn report_to() -> String {
    match env!("CARGO_PKG_REPOSITORY") {
        unknown if unknown.contains(".invalid") => String::new(),
        address => format!(" at {address}"),
    }
}

/// A panic is a bug: say so, with what a report needs, instead of a stack trace.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line())).unwrap_or_default();
        let said = info.payload();
        let text = said.downcast_ref::<&str>().copied().or(said.downcast_ref::<String>().map(String::as_str));
        let what = text.unwrap_or("no message");
        let version = env!("CARGO_PKG_VERSION");
        let to = report_to();
        screen::last_words(&format!(
            "error: slovo {version} stopped: {what}{place}\n\
             This is a bug in slovo, not in your files; nothing was half written. Please report it{to} with this \
             message and, if you can, the file that led to it.\n"
        ));
    }));
}
