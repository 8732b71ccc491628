//! `outputs`: which backends write where. A key is a name; its `kind` is the backend of that name unless said. An environment's
//! outputs are laid over the top's by name.

mod judge;

use super::layer::Layer;
use super::reader::{Reader, listed};
use super::tree::{Entry, Node, Value};
use super::words::{is_identifier, nearest};
use super::{Environment, Output, OutputKind, OutputOptions, grafana, keys, prometheus};
pub(super) use judge::{judge_dropped, judge_folders, judge_uids};

use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;
use crate::ir::{GrafanaOptions, PrometheusOptions};
use crate::source::Span;
use crate::value::hash;

/// No layer names more outputs.
const MOST: usize = 50;
/// What begins the uids of an environment is at most so long: a promise's own identifiers need the rest of Grafana's 40
/// characters.
const LONGEST_PREFIX: usize = 20;

/// An output as it is written.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    name: String,
    span: Span,
    /// None: `NAME: none`.
    said: Option<Said>,
}

/// What is said of it.
#[derive(Clone, Debug)]
struct Said {
    options: OutputOptions,
    path: Option<(String, Span)>,
    /// Where the prefix of dashboards' uids and the place of files are written.
    prefix: Option<Span>,
    mounted: Option<Span>,
}

/// Reads a layer's outputs.
pub(super) fn read(node: &Node, what: &str, reader: &mut Reader<'_>) -> Vec<Declared> {
    let help = format!("it has the keys {}, and names of your own with a `kind`", listed(keys::OUTPUTS));
    let entries = reader.entries(node, what, &help);
    if let Some(beyond) = entries.get(MOST) {
        let message = format!("`{what}` names more than {MOST} outputs");
        let help = "leave out what no environment builds";
        reader.wrong(&codes::OUT_OF_RANGE, beyond.key_span, message, "one too many", help);
    }
    entries.into_iter().take(MOST).filter_map(|entry| output(entry, what, reader)).collect()
}

fn output(entry: &Entry, what: &str, reader: &mut Reader<'_>) -> Option<Declared> {
    let of = |said| Some(Declared { name: entry.key.clone(), span: entry.key_span, said });
    let node = &entry.value;
    let what_is = format!("{what}.{}", entry.key);
    if matches!(&node.value, Value::Text(text) if text == "none") {
        return of(None);
    }
    let kind = kind(entry, what, reader)?;
    let what = what_is;
    let fields = reader.fields(node, &what, kind.keys());
    let (mut path, mut templates, mut prefix, mut mounted) = (None, None, None, None);
    let mut boards = GrafanaOptions::default();
    for field in &fields {
        let what = format!("{what}.{}", field.key);
        match field.key.as_str() {
            "path" => {
                let text = reader.text(&field.value, &what);
                path = text.and_then(|t| inside(t, field.value.span, &what, reader));
            }
            // Read, never written: it may lie anywhere.
            "templates" => templates = reader.text(&field.value, &what).map(str::to_owned),
            key if kind == OutputKind::Grafana => {
                match key {
                    "prefix" => prefix = Some(field.value.span),
                    "mounted_at" => mounted = Some(field.value.span),
                    _ => {}
                }
                grafana::read(field, &what, &mut boards, reader);
            }
            // Those of the rules: `prometheus::read`.
            _ => {}
        }
    }
    let options = match kind {
        OutputKind::Alertmanager => {
            OutputOptions::Alertmanager(prometheus::read_object(&fields, &what, reader))
        }
        OutputKind::Docs => OutputOptions::Docs { templates },
        OutputKind::Grafana => {
            grafana::judge(&fields, &what, &boards, reader);
            OutputOptions::Grafana(boards)
        }
        OutputKind::Prometheus => {
            OutputOptions::Prometheus { options: prometheus::read(&fields, &what, reader), templates }
        }
    };
    of(Some(Said { options, path, prefix, mounted }))
}

/// The kind of an output: what it says, or its name.
fn kind(entry: &Entry, what: &str, reader: &mut Reader<'_>) -> Option<OutputKind> {
    let own = OutputKind::ALL.into_iter().find(|kind| kind.name() == entry.key);
    let said = if let Value::Map(fields) = &entry.value.value {
        fields.iter().find(|f| f.key == "kind")
    } else {
        None
    };
    let kinds = || keys::OUTPUTS.iter().copied();
    let Some(said) = said else {
        if own.is_some() {
            return own;
        }
        let message = format!("unknown key `{}` in `{what}`", entry.key);
        let made = Diagnostic::new(&codes::UNKNOWN_KEY, entry.key_span, message, "not a kind of output");
        reader.diagnostics.push(match nearest(&entry.key, kinds()) {
            Some(meant) => made.maybe_fix(format!("write `{meant}`"), entry.key_span, meant),
            None => made.help(format!(
                "say which kind it is with `kind`, one of {}: `{}: {{kind: prometheus}}`",
                listed(keys::OUTPUTS),
                entry.key
            )),
        });
        return None;
    };
    if !is_identifier(&entry.key) {
        let message = format!("`{}` in `{what}` is not a name for an output", entry.key);
        let help =
            "a name holds `a` to `z`, digits and `_`, begins with a letter and has at most 40 characters";
        reader.wrong(&codes::BAD_NAME, entry.key_span, message, "becomes the name of a folder", help);
        return None;
    }
    let what = format!("{what}.{}.kind", entry.key);
    let text = reader.text(&said.value, &what)?;
    let Some(found) = OutputKind::ALL.into_iter().find(|kind| kind.name() == text) else {
        let made = Diagnostic::new(
            &codes::BAD_VALUE,
            said.value.span,
            format!("`{what}` cannot be `{text}`"),
            "no such kind",
        );
        reader.diagnostics.push(match nearest(text, kinds()) {
            Some(meant) => made.maybe_fix(format!("write `{meant}`"), said.value.span, meant),
            None => made.help(format!("it can be {}", listed(keys::OUTPUTS))),
        });
        return None;
    };
    if own.is_some_and(|own| own != found) {
        let message = format!("the output `{}` is of another kind than its name says", entry.key);
        let help = format!("name it after its kind: `{}_{}`", found.name(), entry.key);
        reader.wrong(&codes::BAD_VALUE, said.value.span, message, "not the kind of this name", &help);
        return None;
    }
    Some(found)
}

/// An output of one build: of the top, or of an environment.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// What is written.
    pub(super) output: Output,
    /// Where it is named, for messages about its folder; none where it stands nowhere.
    pub(super) span: Option<Span>,
    /// Where the prefix of its uids is written, for this build.
    pub(super) prefix: Option<Span>,
    /// Where the place of its files is, likewise.
    pub(super) mounted: Option<Span>,
}

/// What the top alone, or an environment over it, writes, in the order of names. `apart`: its series are its own.
pub(super) fn resolve(base: &Layer, environment: Option<&Environment>, apart: bool) -> Vec<Resolved> {
    let mut made: Vec<Resolved> = Vec::new();
    let own: &[Declared] = environment.and_then(|e| e.layer.outputs.as_deref()).unwrap_or_default();
    let top = base.outputs.as_deref();
    if top.is_none() && !own.iter().any(|o| o.name == "prometheus") {
        made.push(one("prometheus", None, &Said::rules(), (environment, apart), true));
    }
    for declared in top.unwrap_or_default() {
        if own.iter().any(|o| o.name == declared.name) {
            continue;
        }
        if let Some(said) = &declared.said {
            made.push(one(&declared.name, Some(declared.span), said, (environment, apart), true));
        }
    }
    for declared in own {
        if let Some(said) = &declared.said {
            made.push(one(&declared.name, Some(declared.span), said, (environment, apart), false));
        }
    }
    made.sort_by(|a, b| a.output.name.cmp(&b.output.name));
    made
}

impl Said {
    /// What is written where nothing is said: rules.
    fn rules() -> Self {
        let options = OutputOptions::Prometheus { options: PrometheusOptions::default(), templates: None };
        Self { options, path: None, prefix: None, mounted: None }
    }
}

/// One output of a build; `inherited` from the top where the build is an environment's.
fn one(
    name: &str,
    span: Option<Span>,
    said: &Said,
    (environment, apart): (Option<&Environment>, bool),
    inherited: bool,
) -> Resolved {
    let stated = said.path.as_ref();
    let mut path = stated.map_or_else(|| name.to_owned(), |(path, _)| path.clone());
    let mut options = said.options.clone();
    let mut at = stated.map(|(_, span)| *span).or(span);
    if let Some(environment) = environment {
        // A folder for each environment, unless it names its own: else one would overwrite the other. Beside the top's, not in
        // it: who reads that one with all below it would read both.
        if inherited || stated.is_none() {
            path = format!("{path}-{}", environment.name);
        }
        if inherited {
            at = Some(environment.span);
        }
        if let OutputOptions::Grafana(boards) = &mut options
            && apart
        {
            set_apart(
                boards,
                &environment.name,
                inherited || said.prefix.is_none(),
                inherited || said.mounted.is_none(),
            );
        }
    }
    let own = environment.is_none() || !inherited;
    let (prefix, mounted) = (said.prefix.filter(|_| own), said.mounted.filter(|_| own));
    Resolved { output: Output { name: name.to_owned(), path, options }, span: at, prefix, mounted }
}

/// Boards of an environment beside those of the top: other uids, another place.
fn set_apart(boards: &mut GrafanaOptions, environment: &str, uids: bool, place: bool) {
    if uids {
        boards.prefix = prefix(&boards.prefix, environment);
    }
    if place {
        boards.mounted_at = format!("{}-{environment}", boards.mounted_at.trim_end_matches('/'));
    }
}

/// `slo-staging`. What is long is cut and ends with a hash, and so does what could begin the uid of a journey or a promise:
/// `slo-j-` and `slo-p-` are theirs.
fn prefix(top: &str, environment: &str) -> String {
    let plain = format!("{top}-{}", environment.replace('_', "-"));
    let theirs = environment.split('_').any(|part| part == "j" || part == "p" || part.is_empty());
    if plain.len() <= LONGEST_PREFIX && !theirs {
        return plain;
    }
    let head: String = plain.chars().take(LONGEST_PREFIX - 9).collect();
    format!("{}-{:08x}", head.trim_end_matches('-'), hash::short(&format!("{top} {environment}")))
}

/// A build that there is: of the top alone, or of an environment over it.
#[derive(Debug)]
pub(super) struct Build<'e> {
    pub(super) environment: Option<&'e Environment>,
    /// The value of its label `project`.
    pub(super) identity: String,
    /// What it writes.
    pub(super) outputs: Vec<Resolved>,
}

/// The boards that alerts and documents lead to: those of the output `grafana`, else of the first by name.
pub(super) fn boards(list: &[Resolved]) -> Option<&GrafanaOptions> {
    let all = || list.iter().filter_map(|r| Some((r.output.name.as_str(), r.output.options.boards()?)));
    all().find(|(name, _)| *name == "grafana").or_else(|| all().next()).map(|(_, options)| options)
}

/// The rules that documents, `slovo test` and `slovo explain` speak of, with the folder of their texts: those of the output
/// `prometheus`, else of the first by name.
pub(crate) fn rules(outputs: &[Output]) -> Option<(&PrometheusOptions, Option<&str>)> {
    let all = || outputs.iter().filter_map(|o| Some((o.name.as_str(), o.options.rules()?)));
    all().find(|(name, _)| *name == "prometheus").or_else(|| all().next()).map(|(_, rules)| rules)
}

/// The documents that `slovo docs` writes: the output `docs`, else the first by name; with the folder of their templates.
pub(crate) fn documents(outputs: &[Output]) -> Option<(&Output, Option<&str>)> {
    let all = || outputs.iter().filter_map(|o| Some((o, o.options.documents()?)));
    all().find(|(o, _)| o.name == "docs").or_else(|| all().next())
}

/// A folder below the project's, written with `/`.
fn inside(text: &str, span: Span, what: &str, reader: &mut Reader<'_>) -> Option<(String, Span)> {
    let parts: Vec<&str> = text.split(['/', '\\']).filter(|p| !p.is_empty() && *p != ".").collect();
    let absolute = text.starts_with(['/', '\\', '~']) || text.get(1..2) == Some(":");
    if absolute || parts.contains(&"..") || text.contains(char::is_control) {
        let label = if absolute { "an absolute path" } else { "leaves the project" };
        let help = "name a folder below that of `slovo.yaml`; `slovo build -o DIR` writes anywhere";
        reader.wrong(
            &codes::OUTPUT_OUTSIDE,
            span,
            format!("`{what}` is outside of the project"),
            label,
            help,
        );
        return None;
    }
    if parts.is_empty() {
        let help = "name a folder of its own, so that it is clear which files are generated: `rules`";
        let message = format!("`{what}` is the project's own folder");
        reader.wrong(&codes::OUTPUT_OUTSIDE, span, message, "generated files would lie among sources", help);
        return None;
    }
    Some((parts.join("/"), span))
}
