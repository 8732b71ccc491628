//! What can be said on the command line.

#[cfg(feature = "live")]
mod server;

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::diag::{Severity, codes};
use crate::value::Date;
#[cfg(feature = "live")]
pub(super) use server::{Connection, Server};

/// Compiles promises made to users into Prometheus rules.
#[derive(Debug, Parser)]
#[command(
    name = "slovo",
    version,
    max_term_width = 100,
    after_help = "Exit status: 0 fine, 1 mistakes in the source or files out of date, 2 usage or I/O, 3 cannot say (a server that \
                  is away, or half an answer)."
)]
pub(super) struct Args {
    /// Works on the project of this folder instead of the current one
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub(super) project: Option<PathBuf>,
    /// Colours on the terminal; `NO_COLOR` is respected
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
    /// Prints nothing but problems
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Prints every message, however many there are [default: 100 of a file, 1000 in all]
    #[arg(long, global = true)]
    pub(super) all: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Begins a project: slovo.yaml and a journey that builds at once
    Init(Init),
    /// Turns specs of other tools, and Prometheus rules, into .slovo source
    Import(Import),
    /// Finds mistakes, without writing anything
    Check(Check),
    /// Writes the rules
    Build(Build),
    /// Writes the promises in words: a site and Markdown
    Docs(Docs),
    /// Proves the rules with promtool
    Test(Test),
    /// Gives new rules a history: prints or runs promtool's calls, layer by layer
    Backfill(Backfill),
    /// Writes the promises as specs of OpenSLO or Sloth
    Export(Export),
    /// Brings files into the canonical form
    Fmt(Fmt),
    /// Declares metrics that services expose, and lists those that promises need
    Metrics(Metrics),
    /// Explains a code, or what a promise becomes
    Explain(Explain),
    /// Prints completions for a shell
    Completions(Completions),
    /// Prints a manual page in roff
    Man(Man),
}

/// What several commands accept.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(super) struct CommonArgs {
    /// Uses this environment of slovo.yaml
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,
    /// Follows symbolic links into this folder too, not only inside the project
    #[arg(long, value_name = "DIR")]
    pub(super) follow_links: Vec<PathBuf>,
    /// Treats warnings as errors: all of them, or those of one code
    #[arg(long, value_name = "warnings|CODE", value_parser = parse_denied)]
    pub(super) deny: Vec<Denied>,
    /// The day that reviews, guesses and other dates are judged by: today (UTC), that of the last commit, or one you name
    #[arg(long, value_name = "now|commit|YYYY-MM-DD", value_parser = parse_today)]
    pub(super) today: Option<Today>,
}

/// What day it is taken to be. Nothing reads the clock unless it is asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Today {
    /// As the clock says, in UTC.
    Now,
    /// The day of the last commit of the project's repository.
    Commit,
    /// This day.
    Date(Date),
}

impl Command {
    /// What was wished, of commands that read a project.
    pub(super) fn wishes_mut(&mut self) -> Option<&mut CommonArgs> {
        Some(match self {
            Command::Check(c) => &mut c.wishes,
            Command::Build(c) => &mut c.wishes,
            Command::Docs(c) => &mut c.wishes,
            Command::Test(c) => &mut c.wishes,
            Command::Backfill(c) => &mut c.wishes,
            Command::Explain(c) => &mut c.wishes,
            Command::Export(c) => &mut c.wishes,
            Command::Metrics(Metrics { command: MetricsCommand::Required(c) }) => &mut c.wishes,
            Command::Metrics(_)
            | Command::Init(_)
            | Command::Import(_)
            | Command::Fmt(_)
            | Command::Completions(_)
            | Command::Man(_) => return None,
        })
    }
}

/// What is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// Every warning.
    Warnings,
    /// One code's.
    Code(&'static str),
}

fn parse_denied(text: &str) -> Result<Denied, String> {
    if text == "warnings" {
        return Ok(Denied::Warnings);
    }
    match codes::find(text) {
        Some(code) if code.severity == Severity::Warning => Ok(Denied::Code(code.id)),
        Some(code) => Err(format!("{} is an error already", code.id)),
        None => Err("it takes `warnings` or the code of a warning, such as W0501".to_owned()),
    }
}

fn parse_today(text: &str) -> Result<Today, String> {
    match text {
        "now" => Ok(Today::Now),
        "commit" => Ok(Today::Commit),
        date => crate::config::parse_date(date)
            .map(Today::Date)
            .ok_or_else(|| "it takes `now`, `commit` or a date such as 2026-10-01".to_owned()),
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct Init {
    /// The folder, made where it is not there [default: the current one]
    pub(super) folder: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Import {
    /// Files, and folders whose .yaml, .yml and .json files are read
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(super) inputs: Vec<PathBuf>,
    /// Writes to this folder [default: the current one]: new files, and those of an earlier import that nobody has edited
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Writes the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// Writes nothing unless everything can be imported
    #[arg(long)]
    pub(super) strict: bool,
    /// Writes nothing but the report
    #[arg(long)]
    pub(super) audit: bool,
    /// Holds what is called exact against the source's own queries, in promtool on series made for it
    #[arg(long)]
    pub(super) prove: bool,
    /// The promtool that proves
    #[arg(long, default_value = "promtool", value_name = "PATH")]
    pub(super) promtool: String,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For a program
    Json,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// Mends, in the files themselves, what can be meant in one way only
    #[arg(long)]
    pub(super) fix: bool,
    /// Compares what promises read with what a Prometheus has: its address, or a file that `slovo metrics snapshot` wrote
    #[arg(long, value_name = "URL|SNAPSHOT")]
    pub(super) against: Option<PathBuf>,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(super) connection: Connection,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With the source, on standard error
    Human,
    /// One line each, on standard output
    Short,
    /// One JSON document, on standard output
    Json,
}

#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, ClapArgs)]
pub(super) struct Build {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// Writes below this folder instead of the project's
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Builds slovo.yaml as it is, and each of its environments: all of them or, where one has a mistake, none
    #[arg(long, conflicts_with = "env")]
    pub(super) all_environments: bool,
    /// Writes nothing; shows what would change, and fails if anything would
    #[arg(long)]
    pub(super) check: bool,
    /// Writes the rules' proofs too, for promtool: `proofs/` beside the rules
    #[arg(long)]
    pub(super) proofs: bool,
    /// Names the line of each source in the output too, not only its file: a comment added above it then changes the output
    #[arg(long)]
    pub(super) lines: bool,
    /// The version that documents print, such as a commit [default: none]
    #[arg(long, value_name = "TEXT")]
    pub(super) version_label: Option<String>,
    /// Overwrites files that an earlier build did not write
    #[arg(long, conflicts_with = "check")]
    pub(super) force: bool,
}

#[derive(Debug, Default, ClapArgs)]
pub(super) struct Docs {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// Writes to this folder [default: that of the output `docs` in slovo.yaml, or `docs`]
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// What is written
    #[arg(long, value_enum, default_value_t = DocsFormat::All)]
    pub(super) format: DocsFormat,
    /// Templates, a logo and a style sheet of your own, over the built-in ones
    #[arg(long, value_name = "DIR")]
    pub(super) templates: Option<PathBuf>,
    /// Names the line of each source in the pages too, not only its file: a comment added above it then changes the pages
    #[arg(long)]
    pub(super) lines: bool,
    /// The version that documents print, such as a commit [default: none]
    #[arg(long, value_name = "TEXT")]
    pub(super) version_label: Option<String>,
    /// Writes nothing; shows the site at this address of this machine, and follows changes
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:8321")]
    pub(super) serve: Option<String>,
    /// With `--serve`: looks at the files again and again, for file systems that send no events
    #[arg(long, requires = "serve")]
    pub(super) poll: bool,
    /// Overwrites files that an earlier run did not write
    #[arg(long, conflicts_with = "serve")]
    pub(super) force: bool,
}

/// What `slovo docs` writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DocsFormat {
    /// A site of HTML pages
    Html,
    /// Markdown, for a repository
    Markdown,
    /// Both, side by side
    #[default]
    All,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Test {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// Promises, steps or journeys by their paths (checkout.pay.accepted) [default: all]
    #[arg(value_name = "PROMISE")]
    pub(super) promises: Vec<String>,
    /// How failures are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// Shows progress also where standard error is not a terminal, such as in a CI log
    #[arg(long)]
    pub(super) progress: bool,
    /// Keeps the rules and the tests that promtool read
    #[arg(long)]
    pub(super) keep: bool,
    /// The promtool that is run
    #[arg(long, default_value = "promtool", value_name = "PATH")]
    pub(super) promtool: String,
}

impl Test {
    /// One JSON document?
    pub(super) fn json(&self) -> bool {
        self.format == Format::Json
    }
}

#[derive(Clone, Debug, ClapArgs)]
pub(super) struct Backfill {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// The time from which samples are made
    #[arg(long, value_name = "TIME", value_parser = parse_time, required = false, required_unless_present = "undo", default_value_if("undo", "true", "1970-01-01"))]
    pub(super) start: Timestamp,
    /// The time until which: three hours ago at the latest, and before the rules recorded anything themselves
    #[arg(long, value_name = "TIME", value_parser = parse_time, required = false, required_unless_present = "undo", default_value_if("undo", "true", "1970-01-01"))]
    pub(super) end: Timestamp,
    /// The Prometheus that has the raw samples
    #[arg(long, default_value = "http://localhost:9090", value_name = "URL")]
    pub(super) url: String,
    /// Its data folder, where the blocks go
    #[arg(long, default_value = "data", value_name = "DIR")]
    pub(super) output_dir: PathBuf,
    /// The promtool that is run
    #[arg(long, default_value = "promtool", value_name = "PATH")]
    pub(super) promtool: String,
    /// Runs the calls instead of printing them as a shell script
    #[arg(long)]
    pub(super) run: bool,
    /// Takes the blocks of the last run out of the data folder; Prometheus must be stopped
    #[arg(long, conflicts_with_all = ["run", "start", "end"])]
    pub(super) undo: bool,
}

/// A moment: `2026-10-01T12:00:00Z`, or a date for its midnight in UTC.
fn parse_time(text: &str) -> Result<Timestamp, String> {
    let midnight = || {
        let date = crate::config::parse_date(text)?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    let made = text.parse().ok().or_else(midnight);
    let made = made.and_then(|t: Timestamp| Timestamp::from_second(t.as_second()).ok());
    made.ok_or_else(|| "a time is written as 2026-10-01 (midnight UTC) or 2026-10-01T12:00:00Z".to_owned())
}

#[derive(Debug, ClapArgs)]
pub(super) struct Export {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// The format of the specs
    #[arg(value_enum)]
    pub(super) format: ExportFormat,
    /// Writes one file for each journey to this folder [default: all to standard output]
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Overwrites files that an earlier export did not write
    #[arg(long, requires = "output")]
    pub(super) force: bool,
}

/// Whose specs `slovo export` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// `openslo/v1`
    Openslo,
    /// Sloth's `prometheus/v1`
    Sloth,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Fmt {
    /// Writes nothing; names the files that would change, and fails if there are any
    #[arg(long)]
    pub(super) check: bool,
    /// Writes nothing; shows what would change, and fails if anything would
    #[arg(long)]
    pub(super) diff: bool,
    /// Follows symbolic links into this folder too, not only inside the project
    #[arg(long, value_name = "DIR")]
    pub(super) follow_links: Vec<PathBuf>,
    /// Files, or `-` for standard input [default: every file of the project]
    pub(super) files: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Metrics {
    #[command(subcommand)]
    pub(super) command: MetricsCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum MetricsCommand {
    /// Declares what services expose, from the text that their `/metrics` gives or from a running Prometheus
    Import(MetricsImport),
    /// Lists what the promises need from whoever instruments: metrics, labels, bounds
    Required(MetricsRequired),
    /// Writes what a running Prometheus stores to a small file that can be committed
    #[cfg(feature = "live")]
    Snapshot(MetricsSnapshot),
}

#[derive(Debug, ClapArgs)]
pub(super) struct MetricsRequired {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// The path of a promise, a step or a journey (checkout.pay) [default: all promises]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<String>,
    /// How it is printed
    #[arg(long, value_enum, default_value = "markdown")]
    pub(super) format: RequiredFormat,
}

/// A form of the list of what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RequiredFormat {
    /// A page for people.
    Markdown,
    /// One JSON document.
    Json,
}

#[cfg(feature = "live")]
#[derive(Debug, ClapArgs)]
pub(super) struct MetricsSnapshot {
    /// The server's address, such as `http://localhost:9090`
    pub(super) url: String,
    /// The file that is written; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// Takes only metrics that the project's promises, indicators and queries name
    #[arg(long)]
    pub(super) only_used: bool,
    /// Asks what promises select in this environment of slovo.yaml
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,
    #[command(flatten)]
    pub(super) server: Server,
    /// Follows symbolic links into this folder too, not only inside the project
    #[arg(long, value_name = "DIR")]
    pub(super) follow_links: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct MetricsImport {
    /// What `/metrics` of your services gives (`-` is standard input), or the address of a Prometheus
    #[arg(required = true, value_name = "FILE|URL")]
    pub(super) files: Vec<PathBuf>,
    /// Takes only metrics that the project's promises, indicators and queries name
    #[arg(long)]
    pub(super) only_used: bool,
    /// Writes into the project's files; without it, shows what would change
    #[arg(long)]
    pub(super) write: bool,
    /// The file that new metrics go to [default: the one with most metrics, or catalogue.slovo]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(super) server: Server,
    /// Follows symbolic links into this folder too, not only inside the project
    #[arg(long, value_name = "DIR")]
    pub(super) follow_links: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) wishes: CommonArgs,
    /// A code (E0203), or the path of a promise, a step or a journey (checkout.pay.accepted) [default: lists all codes]
    #[arg(value_name = "CODE|PATH")]
    pub(super) what: Option<String>,
    /// Shows the expressions of a promise's rules
    #[arg(long)]
    pub(super) rules: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Man {
    /// The page of a subcommand [default: that of slovo itself]
    pub(super) command: Option<String>,
}
