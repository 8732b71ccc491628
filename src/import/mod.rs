//! The way in: what a team has written for another tool, read into [`Objective`]s and written as `.slovo` source.
//!
//! ```text
//! text -> sloth, openslo, pyrra, grafana, rules -> [Objective]   one reader for each; nothing of Slovo is known there
//!      -> decompile -> Measure     PromQL into typed streams, or an escape that computes the same
//!      -> source    -> files       journeys, catalogue, people, as `slovo fmt` leaves them
//!      -> compile   -> refusals    what would not check is taken out, with the compiler's reason
//!      -> prove     -> promtool    asked for: what is called exact, on series made for it
//!      -> report                   what became of each objective, what was lost, what is wrong in the source
//! ```
//!
//! Pure: no I/O. Nothing is invented: what a source doesn't say is left unsaid, and what is assumed is a comment.

mod catalogue;
mod decompile;
mod factor;
mod grafana;
mod names;
mod nature;
mod objective;
mod openslo;
mod prove;
mod pyrra;
mod reader;
mod report;
mod rules;
mod severity;
mod sloth;
mod source;

use std::sync::Arc;

pub use objective::{
    Alert, Alerting, Comparison, Lost, Objective, Place, Recorded, Recording, Said, Service, Sli, Slices,
    Tool, Unfollowed, Values, What, Window,
};
pub use prove::{Against, CASE, Hour, Measured, Played, Proof, Trial};
pub use report::{Finding, Grade, LostTogether, Outcome, Report};
pub use source::INDICATORS_FILE;

use crate::config::tree;
use crate::project::{CONFIG_FILE, Project};
use crate::source::{FileId, SourceMap};

/// A file to import.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its path as the user knows it.
    pub path: String,
    /// Its text, or why it has none.
    pub text: Result<String, String>,
    /// The user named this very file; else it was found in a folder, where files of other kinds are skipped.
    pub named: bool,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Below the output folder, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What an import makes.
#[derive(Debug)]
pub struct Imported {
    /// The files, by path.
    pub files: Vec<Written>,
    /// What became of what.
    pub report: Report,
    /// What the files are made of.
    told: Vec<source::Told>,
}

impl Imported {
    /// The first mistake of the files together with the rest of the project, if there is any.
    pub fn breaks(&self, target: &Target<'_>) -> Option<String> {
        source::first_mistake(&self.files, target)
    }
    /// What was made, as a project in memory; none where nothing could be imported into a new one.
    pub fn project(&self) -> Option<Project> {
        let yaml = self.files.iter().find(|f| f.path == CONFIG_FILE)?;
        let others = self.files.iter().filter(|f| f.path != CONFIG_FILE);
        let sources: Vec<(&str, &str)> = others.map(|f| (f.path.as_str(), f.text.as_str())).collect();
        Some(Project::in_memory(&sources, &yaml.text))
    }
}

/// Inputs that cannot be imported at all: nothing is written.
#[derive(Debug)]
pub struct Unusable {
    /// A message each, with its way out.
    pub inputs: Vec<(String, Option<String>)>,
}

/// What the readers give.
#[derive(Debug, Default)]
struct Read {
    objectives: Vec<Objective>,
    /// Objectives that could not be read: where, which, why.
    refused: Vec<Outcome>,
    findings: Vec<Finding>,
    /// Files and documents that are not imported.
    passed_over: Vec<Finding>,
    /// Some of them should have been.
    spoilt: bool,
    /// Objects of OpenSLO, which refer to each other.
    openslo: openslo::Objects,
    /// Labels that only rule objects have.
    object_labels: Vec<String>,
    /// Objectives of Pyrra with the labels of their objects.
    pyrra: Vec<pyrra::Labelled>,
    /// What holds for all objectives.
    assumed: Vec<String>,
    /// Rules of Prometheus, which refer to each other.
    rules: rules::Rules,
    /// What rules record.
    natures: nature::Natures,
    /// Rules that would be promises if they said an objective, and how.
    near: Vec<Finding>,
    /// Rules about something else.
    left: Vec<Finding>,
    /// How many rules both are.
    rules_left: usize,
}

/// Where the source goes, and what is there.
#[derive(Debug)]
pub struct Target<'p> {
    /// The project that the output folder belongs to.
    pub project: Option<&'p Project>,
    /// The folder of the output below the project's root, with a `/` at its end where it isn't the root.
    pub prefix: String,
    /// The name of a new project.
    pub name: String,
}

/// Imports files.
pub fn import(inputs: &[Input], target: &Target<'_>) -> Result<Imported, Unusable> {
    let mut sources = SourceMap::default();
    let mut read = Read::default();
    let mut unusable = Vec::new();
    for input in inputs {
        let file = sources.add(input.path.clone(), Arc::<str>::from(input.text.as_deref().unwrap_or("")));
        read_file(input, file, &sources, &mut read, &mut unusable);
    }
    if !unusable.is_empty() {
        return Err(Unusable { inputs: unusable });
    }
    pyrra::tell_apart(&mut read);
    openslo::finish(&sources, &mut read);
    rules::finish(&mut read);
    source::write(read, target)
}

/// Why a file cannot be imported.
struct Bad {
    line: usize,
    why: String,
    help: Option<&'static str>,
}

impl Bad {
    fn new(line: usize, why: impl Into<String>, help: Option<&'static str>) -> Self {
        Self { line, why: why.into(), help }
    }
}

/// Reads one file: every document of it.
fn read_file(
    input: &Input,
    file: FileId,
    sources: &SourceMap,
    read: &mut Read,
    unusable: &mut Vec<(String, Option<String>)>,
) {
    // Of the many JSON files that folders hold, only objects like these are meant.
    let json = !input.named && input.path.ends_with(".json");
    let meant = |text: &String| {
        ["\"apiVersion\"", "\"objectives\"", "\"groups\""].iter().any(|word| text.contains(word))
    };
    if json && !input.text.as_ref().is_ok_and(meant) {
        return;
    }
    let Err(bad) = documents_of(input, file, sources, read) else { return };
    let shown = &input.path;
    if input.named {
        let place = Place::new(shown, bad.line);
        let place = if bad.line > 1 { place.to_string() } else { objective::escaped(shown).into_owned() };
        unusable.push((format!("`{place}` {}", bad.why), bad.help.map(str::to_owned)));
    } else {
        read.spoilt = true;
        let help = bad.help.map(|h| format!("; {h}")).unwrap_or_default();
        let place = Place::new(shown, bad.line);
        read.passed_over.push(Finding { place, text: format!("it {}{help}", bad.why) });
    }
}

fn documents_of(input: &Input, file: FileId, sources: &SourceMap, read: &mut Read) -> Result<(), Bad> {
    let text = input.text.as_deref().map_err(|why| {
        let help = why.contains("UTF-8").then_some("save it as UTF-8");
        Bad::new(1, format!("cannot be imported: {why}"), help)
    })?;
    if let Some(at) = text.find('\0') {
        return Err(Bad::new(line_at(text, at), "is binary: it holds a byte 0", None));
    }
    let template = |at| {
        let help = "render it first: `helm template` prints what a chart becomes; import that";
        let why = "is the text of a Helm template, not YAML";
        Bad::new(line_at(text, at), why, Some(help))
    };
    let documents = tree::documents(file, text).map_err(|wrong| {
        // Alerts have templates too, in texts of YAML.
        if let Some(at) = action(text, &HELM).or_else(|| action(text, &TEMPLATES)) {
            return template(at);
        }
        let line = sources.place(wrong.span).map_or(1, |(_, line, _)| line);
        Bad::new(line, format!("is not YAML: {}", wrong.message), None)
    })?;
    if let Some(at) = documents.iter().find_map(|document| unquoted_action(document, text)) {
        return Err(template(at));
    }
    let mut known = false;
    let mut others = Vec::new();
    for document in documents.iter().flat_map(objects) {
        if document.value == tree::Value::Null {
            continue;
        }
        if let Some(form) = sloth::form(document) {
            sloth::read(form, document, sources, read);
        } else if let Some(slos) = grafana::slos(document) {
            for slo in slos {
                grafana::read(slo, sources, read);
            }
        } else if let Some(groups) = rules::groups(document) {
            rules::read(document, groups, sources, read);
        } else if pyrra::is_pyrra(document) {
            pyrra::read(document, sources, read);
        } else if !openslo::collect(document, sources, read) {
            others.push((document, what_it_is(document)));
            continue;
        }
        known = true;
    }
    match others.first() {
        None if !known => Err(Bad::new(1, "is empty", None)),
        Some((_, what)) if !known && input.named => {
            Err(Bad::new(1, format!("isn't a format that slovo can import: {what}"), Some(KINDS)))
        }
        _ => {
            read.passed_over.extend(others.into_iter().map(|(document, what)| {
                let place = Place::of(sources, document.span);
                Finding { place, text: format!("not imported: {what}") }
            }));
            Ok(())
        }
    }
}

/// What can be imported.
const KINDS: &str = "these are read: Sloth (`version: prometheus/v1`, `kind: PrometheusServiceLevel`), OpenSLO (`apiVersion: openslo/v1`, \
                     `openslo/v1alpha`, `openslo.com/v2alpha`), Pyrra (`kind: ServiceLevelObjective` of `pyrra.dev/v1alpha1`), Grafana SLO (what its API gives) and \
                     rules of Prometheus (`groups`, `kind: PrometheusRule`)";

/// The objects of a document: lists hold several.
fn objects(document: &tree::Node) -> Vec<&tree::Node> {
    let is_list = reader::word(document, "kind").is_some_and(|kind| kind.ends_with("List"));
    let holder = reader::find(document, "items").filter(|_| is_list).unwrap_or(document);
    if let tree::Value::List(items) = &holder.value
        && items.iter().all(|item| matches!(item.value, tree::Value::Map(_)))
    {
        return items.iter().collect();
    }
    vec![document]
}

/// One-based line of a byte.
fn line_at(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// What begins actions that only Helm has.
const HELM: [&str; 6] = [".Values", ".Release", ".Chart", ".Capabilities", "include ", "tpl "];
/// What begins actions of any template.
const TEMPLATES: [&str; 8] = ["-", "`", "template ", "if ", "range ", "end", "with ", "/*"];

/// Where a scalar without quotes holds an action of Helm's.
fn unquoted_action(node: &tree::Node, text: &str) -> Option<usize> {
    match &node.value {
        tree::Value::Text(said) => {
            let quoted = text.get(node.span.range()).is_some_and(|t| t.starts_with(['"', '\'']));
            (!quoted && action(said, &HELM).is_some()).then_some(node.span.start as usize)
        }
        tree::Value::List(items) => items.iter().find_map(|item| unquoted_action(item, text)),
        tree::Value::Map(entries) => entries.iter().find_map(|e| unquoted_action(&e.value, text)),
        tree::Value::Null | tree::Value::Bool(_) | tree::Value::Number(_) => None,
    }
}

/// Where a text has an action that begins so and is none of the tools' own variables.
fn action(text: &str, words: &[&str]) -> Option<usize> {
    text.match_indices("{{").map(|(at, _)| at).find(|at| {
        let inside = text.get(at + 2..).unwrap_or("");
        let action = inside.split("}}").next().unwrap_or("");
        let trimmed = action.trim_matches('-').trim();
        // `{{- .Values.x }}`, `{{ if .Values.x }}`, `{{ quote .Values.x }}`
        let begins = |word: &str| inside.trim_start_matches(' ').starts_with(word);
        let holds = |word: &str| word.starts_with('.') && trimmed.contains(word);
        !decompile::is_window(trimmed) && words.iter().any(|word| begins(word) || holds(word))
    })
}

/// For messages: what a document says that it is.
fn what_it_is(document: &tree::Node) -> String {
    let tree::Value::Map(entries) = &document.value else {
        return format!("{}, not a map", document.value.describe());
    };
    let text = |key: &str| {
        entries.iter().find(|e| e.key == key).and_then(|e| match &e.value.value {
            tree::Value::Text(text) | tree::Value::Number(text) => {
                Some(text.chars().take(80).collect::<String>())
            }
            tree::Value::Null | tree::Value::Bool(_) | tree::Value::List(_) | tree::Value::Map(_) => None,
        })
    };
    if let Some(what) = rules::nearly(document) {
        return what.to_owned();
    }
    if let Some(key) = rules::holds_text(document) {
        let key = reader::short(key);
        return format!(
            "`kind: ConfigMap` whose `{key}` holds rules as a text; save that text as a file and import it"
        );
    }
    match (text("apiVersion"), text("kind"), text("version")) {
        (Some(version), Some(kind), _) => format!("`kind: {kind}` of `{version}`"),
        (None, Some(kind), _) => format!("`kind: {kind}`"),
        (_, None, Some(version)) => format!("`version: {version}`"),
        _ => {
            let keys: Vec<String> = entries
                .iter()
                .take(4)
                .map(|e| format!("`{}`", e.key.chars().take(40).collect::<String>()))
                .collect();
            format!("a map with {}", keys.join(", "))
        }
    }
}
