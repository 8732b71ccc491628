//! `slovo.yaml`: settings, environments, lints, outputs. Every mistake gets a message at its place; what is right is
//! used all the same, so that the sources can be checked too.

mod alerting;
mod grafana;
pub mod keys;
mod layer;
mod lints;
mod prometheus;
mod reader;
mod tree;
mod words;

pub use lints::{Level, Lints};
pub use reader::parse_date;
pub use words::{as_identifier as project_name, nearest};

use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Limits, Settings};
use crate::source::{FileId, SourceMap, Span};
use crate::value::Duration;
use layer::Layer;
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
    /// The folder of the documents' templates, relative to the project's, where one is named.
    pub templates: Option<String>,
    /// The folder of the alert texts' templates, likewise.
    pub alert_templates: Option<String>,
    /// All environments, in the order written.
    pub environments: Vec<String>,
}

/// A backend that `build` runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub backend: String,
    /// Its folder, relative to the project's, with `/`.
    pub path: String,
}

impl Default for Config {
    fn default() -> Self {
        let path = "prometheus".to_owned();
        let outputs = vec![Output { backend: path.clone(), path }];
        Self {
            settings: Settings::default(),
            lints: Lints::default(),
            output_folders: vec!["prometheus".to_owned()],
            outputs,
            templates: None,
            alert_templates: None,
            environments: Vec::new(),
        }
    }
}

/// An environment with its name's place.
struct Environment {
    name: String,
    span: Span,
    layer: Layer,
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
        // A misspelt key is reported as such.
        named = entries.iter().any(|e| nearest(&e.key, keys::TOP.iter().copied()) == Some("project"));
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

/// Keys that only the top has.
fn top(entry: &Entry, config: &mut Config, environments: &mut Vec<Environment>, reader: &mut Reader<'_>) {
    let (key, node, settings) = (entry.key.as_str(), &entry.value, &mut config.settings);
    match key {
        "project" => {
            if let Some(name) = reader.text(node, key)
                && identifier(name, node.span, "project", reader)
            {
                name.clone_into(&mut settings.project);
            }
        }
        "default_window" => settings.default_window = default_window(node, reader),
        "today" => settings.today = reader.date(node, key),
        "common_labels" => {
            let mut seen = std::collections::BTreeSet::new();
            for item in reader.list(node, key, "write a list: `common_labels: [cluster, namespace]`") {
                let Some(name) = reader.text(item, key) else { continue };
                if layer::label_name(name, item.span, key, reader) && seen.insert(name) {
                    settings.common_labels.push(name.to_owned());
                }
            }
        }
        "alerting" => settings.profile = alerting::read(node, reader),
        "limits" => settings.limits = limits(node, reader),
        "lints" => config.lints = lints::read(node, reader),
        "environments" => {
            let help = "write one environment per line: `production: {scope: {cluster: prod}}`";
            for entry in reader.entries(node, key, help) {
                if !identifier(&entry.key, entry.key_span, "environment", reader) {
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
    let message = format!("`{name}` is no {what} name");
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
    let layers = std::iter::once(&base).chain(environments.iter().map(|e| &e.layer));
    let named = layers.flat_map(|l| l.outputs.iter().flatten());
    config.output_folders = named.map(|(b, path)| path.as_ref().map_or(b, |(p, _)| p).clone()).collect();
    if base.outputs.is_none() {
        config.output_folders.push("prometheus".to_owned());
    }
    shared_outputs(&environments, reader);
    base.judge_timeout(None, reader);
    for environment in &environments {
        base.judge_timeout(Some((&environment.name, &environment.layer)), reader);
    }
    let boards = base.writes_dashboards() || environments.iter().any(|e| e.layer.writes_dashboards());
    let mut layer = base;
    if let Some(wanted) = wanted {
        match environments.into_iter().find(|e| e.name == wanted) {
            Some(found) => {
                // A folder per environment, unless the environment names its own: else one would overwrite the other.
                for (_, path) in layer.outputs.iter_mut().flatten() {
                    if let Some((path, _)) = path {
                        *path = format!("{path}/{wanted}");
                    }
                }
                layer.overlay(found.layer);
                config.settings.environment = Some(wanted.to_owned());
            }
            None => reader.diagnostics.push(unknown_environment(wanted, &config.environments)),
        }
    }
    if let Some(span) = layer.dashboards.filter(|_| !boards) {
        let message = "alerts link to dashboards that nobody writes";
        let made =
            Diagnostic::new(&codes::NO_DASHBOARDS, span, message, "leads to boards of `outputs.grafana`")
                .help("add `grafana:` under `outputs`, or remove `dashboards`");
        reader.diagnostics.push(made);
    }
    config.templates = layer.templates.take();
    config.alert_templates = layer.alert_templates.take();
    let environment = config.settings.environment.clone();
    let default_path = |backend: &str| match &environment {
        Some(name) => format!("{backend}/{name}"),
        None => backend.to_owned(),
    };
    let mut outputs = layer.outputs.unwrap_or_else(|| vec![("prometheus".to_owned(), None)]);
    outputs.sort_by(|a, b| a.0.cmp(&b.0));
    config.outputs = outputs
        .into_iter()
        .map(|(backend, path)| Output {
            path: path.map_or_else(|| default_path(&backend), |(path, _)| path),
            backend,
        })
        .collect();
    let settings = &mut config.settings;
    settings.evaluation_interval = layer.evaluation_interval.unwrap_or(settings.evaluation_interval);
    settings.scrape_interval = layer.scrape_interval.map_or(settings.scrape_interval, |(every, _)| every);
    settings.scrape_timeout = layer.scrape_timeout.map(|(timeout, _)| timeout);
    settings.retention = layer.retention;
    settings.scope = layer.scope;
    settings.labels = layer.labels;
    settings.links = layer.links;
    settings.grafana = layer.grafana;
    settings.prometheus = layer.prometheus.unwrap_or_default();
    if let Some(page) = layer.page {
        settings.severities.page = page;
    }
    if let Some(ticket) = layer.ticket {
        settings.severities.ticket = ticket;
    }
}

fn shared_outputs(environments: &[Environment], reader: &mut Reader<'_>) {
    let mut seen: Vec<(&str, &str, Span)> = Vec::new();
    for environment in environments {
        for (path, span) in environment.layer.outputs.iter().flatten().filter_map(|(_, path)| path.as_ref()) {
            if let Some((name, _, first)) = seen.iter().find(|(_, other, _)| other == path) {
                let message =
                    format!("the environments `{name}` and `{}` write to one folder", environment.name);
                let shared = Diagnostic::new(&codes::SHARED_OUTPUT, *span, message, "the same folder again")
                    .also(*first, format!("the folder of `{name}`"))
                    .also(environment.span, "this environment")
                    .help(format!("give each its own: `{path}/{}`", environment.name));
                reader.diagnostics.push(shared);
            } else {
                seen.push((&environment.name, path, *span));
            }
        }
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
            made.help("it names no environments; add them under `environments`, or leave `--env` away")
        }
        None => made.help(format!("there are {}", reader::listed(&names))),
    }
}
