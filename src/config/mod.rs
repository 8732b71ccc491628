//! `slovo.yaml`: settings, environments, lints, outputs. Every mistake gets a message at its place; what is right is
//! used all the same, so that the sources can be checked too.

mod alerting;
mod grafana;
pub mod keys;
mod kinds;
mod layer;
mod lints;
mod outputs;
mod prometheus;
mod reader;
pub(crate) mod tree;
mod words;

pub use kinds::OutputKind;
pub use lints::{Level, Lints};
pub(crate) use outputs::{documents, rules};
pub use reader::parse_date;
pub use words::{as_identifier as project_name, nearest};

use std::collections::BTreeSet;

use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{GrafanaOptions, Kubernetes, Limits, PrometheusOptions, Settings};
use crate::source::{FileId, SourceMap, Span};
use crate::value::Duration;
use layer::{Identity, Layer};
use outputs::Build;
use reader::Reader;
use tree::{Entry, Node};

/// Everything `slovo.yaml` says, one environment chosen.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the model carries.
    pub settings: Settings,
    /// Severities of warnings.
    pub lints: Lints,
    /// Which backends write where, in the order of their names.
    pub outputs: Vec<Output>,
    /// The folders that any environment writes into, relative to the project's.
    pub output_folders: Vec<String>,
    /// All environments, in the order written.
    pub environments: Vec<String>,
    /// The command makes documents, whatever the outputs.
    pub makes_documents: bool,
}

impl Config {
    /// Does anybody read documents of this project: are they an output, or linked to, or being made?
    pub fn has_documents(&self) -> bool {
        self.makes_documents || self.settings.links.documents.is_some() || documents(&self.outputs).is_some()
    }
}

/// A backend that `build` runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name under `outputs`.
    pub name: String,
    /// Its folder, relative to the project's, with `/`.
    pub path: String,
    /// The backend, and what it is told.
    pub options: OutputOptions,
}

impl Output {
    /// The folder of its templates, where it names one.
    pub fn templates(&self) -> Option<&str> {
        match &self.options {
            OutputOptions::Docs { templates } | OutputOptions::Prometheus { templates, .. } => {
                templates.as_deref()
            }
            OutputOptions::Alertmanager(_) | OutputOptions::Grafana(_) => None,
        }
    }
}

/// What an output's backend is told. `templates` are folders, relative to the project's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputOptions {
    /// Routes and inhibit rules: a file, or an object of prometheus-operator.
    Alertmanager(Option<Kubernetes>),
    /// Documents.
    Docs {
        /// Templates of the documents.
        templates: Option<String>,
    },
    /// Dashboards.
    Grafana(GrafanaOptions),
    /// Rules.
    Prometheus {
        /// For which engine, and how.
        options: PrometheusOptions,
        /// Templates of alert texts.
        templates: Option<String>,
    },
}

impl Config {
    /// How each output of dashboards is delivered.
    pub fn boards(&self) -> impl Iterator<Item = &GrafanaOptions> {
        self.outputs.iter().filter_map(|output| output.options.boards())
    }
    /// The rules that are written beside those of `settings`.
    pub fn other_rules(&self) -> impl Iterator<Item = &PrometheusOptions> {
        let first = rules(&self.outputs).map(|(options, _)| std::ptr::from_ref(options));
        let all = self.outputs.iter().filter_map(|output| output.options.rules()).map(|(options, _)| options);
        all.filter(move |options| first != Some(std::ptr::from_ref(*options)))
    }
}

impl OutputOptions {
    /// Of dashboards.
    pub fn boards(&self) -> Option<&GrafanaOptions> {
        if let Self::Grafana(options) = self { Some(options) } else { None }
    }
    /// Of rules, with the folder of their templates.
    pub fn rules(&self) -> Option<(&PrometheusOptions, Option<&str>)> {
        if let Self::Prometheus { options, templates } = self {
            Some((options, templates.as_deref()))
        } else {
            None
        }
    }
    /// Of documents: the folder of their templates.
    pub fn documents(&self) -> Option<Option<&str>> {
        if let Self::Docs { templates } = self { Some(templates.as_deref()) } else { None }
    }
}

impl Default for Config {
    fn default() -> Self {
        let outputs = outputs::resolve(&Layer::default(), None, false);
        Self {
            settings: Settings::default(),
            lints: Lints::default(),
            output_folders: vec!["prometheus".to_owned()],
            outputs: outputs.into_iter().map(|r| r.output).collect(),
            environments: Vec::new(),
            makes_documents: false,
        }
    }
}

/// An environment with its name's place.
#[derive(Debug)]
struct Environment {
    name: String,
    span: Span,
    layer: Layer,
}

impl Environment {
    /// The value of the label `project`.
    fn identity(&self, project: &str) -> String {
        match &self.layer.identity {
            None => format!("{project}_{}", self.name),
            Some(Identity::Shared) => project.to_owned(),
            Some(Identity::Named(name)) => name.clone(),
        }
    }
}

/// Reads `slovo.yaml`, which is `file` of `sources`, for this environment.
pub fn read(
    file: FileId,
    sources: &SourceMap,
    environment: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Config {
    let text = sources.get(file).map_or("", |f| &f.text);
    let root = match tree::parse(file, text) {
        Ok(root) => root,
        Err(wrong) => {
            diagnostics.push(not_yaml(wrong, text));
            return Config::default();
        }
    };
    let mut reader = Reader { diagnostics };
    let mut config = Config::default();
    let mut base = Layer::default();
    let mut environments: Vec<Environment> = Vec::new();
    let mut named = false;
    if let tree::Value::Map(entries) = &root.value {
        // A misspelt key, or another word for it, is reported as such.
        named = entries.iter().any(|e| meant_project(&e.key));
    }
    for entry in reader.fields(&root, "", keys::TOP) {
        if base.read(entry, "", &mut reader) {
            continue;
        }
        top(entry, &mut config, &mut environments, &mut reader);
    }
    if !named && matches!(root.value, tree::Value::Map(_) | tree::Value::Null) {
        let help = "write `project: shop`: the name is a label on every series, so that two projects can share one Prometheus";
        reader.wrong(
            &codes::NO_PROJECT_NAME,
            Span::new(file, 0, 0),
            "`slovo.yaml` names no project",
            "",
            help,
        );
    }
    choose(&mut config, base, environments, environment, &mut reader);
    config
}

fn not_yaml(wrong: tree::NotYaml, text: &str) -> Diagnostic {
    let line_of = |at: usize| text.get(at..).and_then(|r| r.lines().next()).unwrap_or("");
    let line = text.get(..wrong.span.start as usize).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
    let made = Diagnostic::new(&codes::NOT_YAML, wrong.span, "`slovo.yaml` is not YAML", wrong.message);
    if line_of(line).trim_start_matches(' ').starts_with('\t') {
        made.help("this line begins with a tab; YAML is indented with blanks only")
    } else {
        made.help("mind the indentation, the blank after `:`, and quotes around values that begin with `*`, `&`, `!`, `%`, `@`, `{` or `[`")
    }
}

/// Is it a slip or another word for `project`?
fn meant_project(key: &str) -> bool {
    let near = nearest(key, keys::TOP.iter().copied());
    near.or_else(|| words::other_word(key)) == Some("project")
}

/// Keys that only the top has.
fn top(entry: &Entry, config: &mut Config, environments: &mut Vec<Environment>, reader: &mut Reader<'_>) {
    let (key, node, settings) = (entry.key.as_str(), &entry.value, &mut config.settings);
    match key {
        "project" => {
            if let Some(name) = reader.text(node, key)
                && identifier(name, node.span, "a project", reader)
            {
                name.clone_into(&mut settings.project);
            }
        }
        "default_window" => settings.default_window = default_window(node, reader),
        "today" => settings.today = reader.date(node, key),
        "common_labels" => {
            let names = layer::label_names(node, key, reader);
            settings.common_labels = names.into_iter().map(|(name, _)| name).collect();
        }
        "alerting" => settings.profile = alerting::read(node, reader),
        "limits" => settings.limits = limits(node, reader),
        "lints" => config.lints = lints::read(node, reader),
        "environments" => {
            let help = "write one environment per line: `production: {scope: {cluster: prod}}`";
            for entry in reader.entries(node, key, help) {
                if !identifier(&entry.key, entry.key_span, "an environment", reader) {
                    continue;
                }
                let mut layer = Layer::default();
                let at = format!("environments.{}", entry.key);
                for field in reader.fields(&entry.value, &at, keys::ENVIRONMENT) {
                    layer.read(field, &format!("{at}."), reader);
                }
                environments.push(Environment { name: entry.key.clone(), span: entry.key_span, layer });
            }
        }
        _ => {}
    }
}

fn identifier(name: &str, span: Span, what: &str, reader: &mut Reader<'_>) -> bool {
    if words::is_identifier(name) {
        return true;
    }
    let message = format!("`{name}` is not {what} name");
    let made = Diagnostic::new(&codes::BAD_NAME, span, message, "becomes a label value and a file name")
        .note("names hold `a` to `z`, digits and `_`, begin with a letter and have at most 40 characters");
    reader.diagnostics.push(match words::as_identifier(name) {
        Some(meant) => made.maybe_fix(format!("write `{meant}`"), span, meant),
        None => made,
    });
    false
}

fn default_window(node: &Node, reader: &mut Reader<'_>) -> Option<Duration> {
    let (least, most) = (Duration::from_days(1), Duration::from_days(90));
    let window = reader.duration(node, "default_window", least, most)?;
    if !window.is_whole_days() {
        let help = "a promise's window is a whole number of days, from `1d` to `90d`";
        let message = "`default_window` is not a whole number of days";
        reader.wrong(&codes::OUT_OF_RANGE, node.span, message, "", help);
        return None;
    }
    Some(window)
}

fn limits(node: &Node, reader: &mut Reader<'_>) -> Limits {
    let mut limits = Limits::default();
    for field in reader.fields(node, "limits", keys::LIMITS) {
        let what = format!("limits.{}", field.key);
        let (least, most) = if field.key == "objective_digits" { (0, 10) } else { (1, 10_000) };
        let Some(number) = reader.count(&field.value, &what, least, most) else { continue };
        match field.key.as_str() {
            "journeys_per_team" => limits.journeys_per_team = number as usize,
            "steps_per_journey" => limits.steps_per_journey = number as usize,
            "promises_per_step" => limits.promises_per_step = number as usize,
            _ => limits.objective_digits = number,
        }
    }
    limits
}

/// Lays the chosen environment over the base and fills in defaults.
fn choose(
    config: &mut Config,
    base: Layer,
    environments: Vec<Environment>,
    wanted: Option<&str>,
    reader: &mut Reader<'_>,
) {
    config.environments = environments.iter().map(|e| e.name.clone()).collect();
    base.judge_timeout(None, reader);
    base.judge_external(&config.settings.common_labels, &environments, reader);
    outputs::judge_dropped(&base, &base, None, reader);
    for environment in &environments {
        base.judge_timeout(Some((&environment.name, &environment.layer)), reader);
        outputs::judge_dropped(&base, &environment.layer, Some(&environment.name), reader);
    }
    let project = config.settings.project.clone();
    let builds: Vec<Build<'_>> = std::iter::once(None)
        .chain(environments.iter().map(Some))
        .map(|environment| {
            let identity = environment.map_or_else(|| project.clone(), |e| e.identity(&project));
            let outputs = outputs::resolve(&base, environment, identity != project);
            Build { environment, identity, outputs }
        })
        .collect();
    outputs::judge_folders(&builds, reader);
    outputs::judge_uids(&builds, &base, reader);
    config.output_folders = builds
        .iter()
        .flat_map(|b| &b.outputs)
        .map(|r| r.output.path.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let chosen = builds.iter().find(|b| b.environment.map(|e| e.name.as_str()) == wanted);
    if let (None, Some(wanted)) = (chosen, wanted) {
        reader.diagnostics.push(unknown_environment(wanted, &config.environments));
    }
    let Some(build) = chosen.or(builds.first()) else { return };
    config.settings.identity = (build.identity != project).then(|| build.identity.clone());
    // Alerts lead to this build's boards; where it writes none, to those of another that writes the same series.
    let boards = std::iter::once(build).chain(builds.iter().filter(|b| b.identity == build.identity));
    let boards = boards.into_iter().find_map(|b| outputs::boards(&b.outputs)).cloned();
    config.outputs = build.outputs.iter().map(|r| r.output.clone()).collect();
    let name = build.environment.map(|e| e.name.clone());
    drop(builds);
    let mut layer = base;
    if let Some(found) = environments.into_iter().find(|e| Some(&e.name) == name.as_ref()) {
        layer.overlay(found.layer);
    }
    config.settings.environment = name;
    if let Some(span) = layer.dashboards.filter(|_| boards.is_none()) {
        let of =
            config.settings.environment.as_ref().map_or_else(String::new, |name| format!(" of `{name}`"));
        let message = format!("alerts{of} link to dashboards that nobody writes");
        let made =
            Diagnostic::new(&codes::NO_DASHBOARDS, span, message, "leads to boards of `outputs.grafana`")
                .help("add `grafana:` under `outputs`, or remove `dashboards`");
        reader.diagnostics.push(made);
    }
    let settings = &mut config.settings;
    settings.grafana = boards.unwrap_or_default();
    settings.prometheus =
        outputs::rules(&config.outputs).map(|(options, _)| options.clone()).unwrap_or_default();
    settings.evaluation_interval = layer.evaluation_interval.unwrap_or(settings.evaluation_interval);
    settings.scrape_interval = layer.scrape_interval.map_or(settings.scrape_interval, |(every, _)| every);
    settings.scrape_timeout = layer.scrape_timeout.map(|(timeout, _)| timeout);
    settings.retention = layer.retention;
    settings.scope = layer.scope;
    settings.labels = layer.labels;
    settings.external_labels = layer.external_labels.into_iter().map(|(label, _)| label).collect();
    settings.links = layer.links;
    if let Some(page) = layer.page {
        settings.severities.page = page;
    }
    if let Some(ticket) = layer.ticket {
        settings.severities.ticket = ticket;
    }
}

fn unknown_environment(wanted: &str, known: &[String]) -> Diagnostic {
    let made = Diagnostic::unplaced(
        &codes::UNKNOWN_ENVIRONMENT,
        format!("`slovo.yaml` has no environment `{wanted}`"),
    );
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    match nearest(wanted, names.iter().copied()) {
        Some(meant) => made.help(format!("did you mean `--env {meant}`?")),
        None if names.is_empty() => {
            made.help("it names no environments; add them under `environments`, or leave out `--env`")
        }
        None => made.help(format!("there are {}", reader::listed(&names))),
    }
}
