//! `outputs.prometheus`: the form of the rules and what their engine wants to know.

use std::collections::BTreeMap;

use super::keys;
use super::reader::{Reader, listed};
use super::tree::{Entry, Node};
use super::words::nearest;
use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;
use crate::ir::{Engine, Kubernetes, Mimir, PartialResponse, PrometheusOptions, Target, Vmalert};
use crate::source::Span;
use crate::value::Duration;

/// What `form` may be. All but the first are keys of options as well.
const FORMS: &[&str] = &["files", "kubernetes", "mimir", "thanos", "vmalert"];

/// Reads the options of one output from its fields; `what` is its place.
pub(super) fn read(fields: &[&Entry], what: &str, reader: &mut Reader<'_>) -> PrometheusOptions {
    let mut made = PrometheusOptions::default();
    let find = |key: &str| fields.iter().find(|f| f.key == key);
    let mut form = Some("files");
    if let Some(field) = find("form") {
        form = choice(&field.value, &format!("{what}.form"), FORMS, reader);
        made.place.0 = Some(field.value.span);
    }
    if let Some(field) = find("compatibility") {
        made.sloth = choice(&field.value, &format!("{what}.compatibility"), &["sloth"], reader).is_some();
    }
    let engine = find("engine");
    let mut kubernetes = Kubernetes::default();
    let mut mimir = Mimir::default();
    let mut thanos = PartialResponse::default();
    let mut vmalert = Vmalert::default();
    for field in fields {
        let what = format!("{what}.{}", field.key);
        match field.key.as_str() {
            "kubernetes" => kubernetes = read_kubernetes(&field.value, &what, reader),
            "mimir" => mimir = read_mimir(&field.value, &what, reader),
            "thanos" => thanos = read_thanos(&field.value, &what, reader),
            "vmalert" => vmalert = read_vmalert(&field.value, &what, reader),
            _ => continue,
        }
        if form.is_some_and(|form| form != field.key) {
            let message = format!("`{what}` is given, but the rules are written in another form");
            let help = format!("write `form: {}` beside it, or remove it", field.key);
            reader.wrong(&codes::BAD_VALUE, field.key_span, message, "would be without effect", &help);
        }
    }
    made.target = match form {
        Some("kubernetes") => Target::Kubernetes(kubernetes),
        Some("mimir") => Target::Mimir(mimir),
        Some("thanos") => Target::Thanos(thanos),
        Some("vmalert") => Target::Vmalert(vmalert),
        _ => Target::Files,
    };
    if let Some(field) = engine {
        made.engine = read_engine(&field.value, &format!("{what}.engine"), &made.target, reader);
    }
    made
}

/// `prometheus 2.53`: of the form's family, and not older than what is supported.
fn read_engine(node: &Node, what: &str, target: &Target, reader: &mut Reader<'_>) -> Option<Engine> {
    let text = reader.text(node, what)?;
    let oldest = Engine::oldest(target.family());
    let Some(engine) = Engine::parse(text) else {
        let message = format!("`{what}` cannot be `{text}`");
        let help = format!("it is a name and a version, such as `engine: \"{oldest}\"`");
        reader.wrong(&codes::BAD_VALUE, node.span, message, "not an engine", &help);
        return None;
    };
    if engine.family != oldest.family {
        let message = format!("`{what}` is `{text}`, which does not evaluate rules of this form");
        let help = format!("write `engine: \"{oldest}\"` or a newer one, or another `form`");
        reader.wrong(&codes::BAD_VALUE, node.span, message, "another kind of engine", &help);
        return None;
    }
    if engine.version < oldest.version {
        let message = format!("`{what}` is `{text}`, which is older than what Slovo writes rules for");
        let help = format!("`{oldest}` is the oldest that is supported");
        reader.wrong(&codes::OUT_OF_RANGE, node.span, message, "too old", &help);
        return None;
    }
    Some(engine)
}

/// The form and the object's metadata of an output that is either a file or an object of prometheus-operator.
pub(super) fn read_object(fields: &[&Entry], what: &str, reader: &mut Reader<'_>) -> Option<Kubernetes> {
    let find = |key: &str| fields.iter().find(|f| f.key == key);
    let form = find("form").map_or(Some("files"), |field| {
        choice(&field.value, &format!("{what}.form"), &["files", "kubernetes"], reader)
    });
    let given = find("kubernetes");
    let metadata = given.map(|field| read_kubernetes(&field.value, &format!("{what}.kubernetes"), reader));
    if let (Some(field), Some("files")) = (given, form) {
        let message = format!("`{what}.kubernetes` is given, but the routes are written in another form");
        let help = "write `form: kubernetes` beside it, or remove it";
        reader.wrong(&codes::BAD_VALUE, field.key_span, message, "would be without effect", help);
    }
    (form == Some("kubernetes")).then(|| metadata.unwrap_or_default())
}

/// One of these words.
fn choice<'w>(node: &Node, what: &str, words: &[&'w str], reader: &mut Reader<'_>) -> Option<&'w str> {
    let text = reader.text(node, what)?;
    if let Some(found) = words.iter().find(|w| **w == text) {
        return Some(found);
    }
    let made = Diagnostic::new(
        &codes::BAD_VALUE,
        node.span,
        format!("`{what}` cannot be `{text}`"),
        "not known here",
    );
    reader.diagnostics.push(match nearest(text, words.iter().copied()) {
        Some(meant) => made.maybe_fix(format!("write `{meant}`"), node.span, meant),
        None => made.help(format!("it can be {}", listed(words))),
    });
    None
}

fn read_kubernetes(node: &Node, what: &str, reader: &mut Reader<'_>) -> Kubernetes {
    let mut made = Kubernetes::default();
    for field in reader.fields(node, what, keys::KUBERNETES) {
        let what = format!("{what}.{}", field.key);
        match field.key.as_str() {
            "namespace" => {
                let Some(text) = reader.text(&field.value, &what) else { continue };
                if is_dns_label(text) {
                    made.namespace = Some(text.to_owned());
                } else {
                    let help = "a namespace holds `a` to `z`, digits and `-`, begins and ends with a letter or digit and has at most 63 characters";
                    refuse(field.value.span, &what, "no name of a namespace", help, reader);
                }
            }
            "labels" => made.labels = metadata(&field.value, &what, true, reader),
            _ => made.annotations = metadata(&field.value, &what, false, reader),
        }
    }
    made
}

/// Labels or annotations.
fn metadata(node: &Node, what: &str, labels: bool, reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    let mut made = BTreeMap::new();
    for entry in reader.entries(node, what, "write one per line: `release: prometheus`") {
        if !is_qualified(&entry.key) {
            let help = "write a name of at most 63 letters, digits, `-`, `_` and `.`, with a domain and `/` before it where it needs one";
            refuse(entry.key_span, &format!("{what}.{}", entry.key), "no key of Kubernetes", help, reader);
            continue;
        }
        let what = format!("{what}.{}", entry.key);
        let Some(text) = reader.text(&entry.value, &what) else { continue };
        if labels && !is_word(text) {
            let help = "a label's value holds at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit; \
                        an annotation may hold any text";
            refuse(entry.value.span, &what, "no value of a Kubernetes label", help, reader);
            continue;
        }
        made.insert(entry.key.clone(), text.to_owned());
    }
    made
}

fn refuse(span: Span, what: &str, label: &str, help: &str, reader: &mut Reader<'_>) {
    reader.wrong(&codes::BAD_VALUE, span, format!("`{what}` is refused by Kubernetes"), label, help);
}

fn read_mimir(node: &Node, what: &str, reader: &mut Reader<'_>) -> Mimir {
    let mut made = Mimir::default();
    for field in reader.fields(node, what, keys::MIMIR) {
        let what = format!("{what}.{}", field.key);
        let Some(number) = reader.count(&field.value, &what, 0, 1_000_000) else { continue };
        // As in Mimir's own configuration.
        let limit = (number > 0).then_some(number as usize);
        if field.key == "groups" { made.groups = limit } else { made.rules_per_group = limit }
    }
    made
}

fn read_thanos(node: &Node, what: &str, reader: &mut Reader<'_>) -> PartialResponse {
    let mut made = PartialResponse::default();
    for field in reader.fields(node, what, keys::THANOS) {
        if choice(&field.value, &format!("{what}.{}", field.key), &["abort", "warn"], reader) == Some("warn")
        {
            made = PartialResponse::Warn;
        }
    }
    made
}

fn read_vmalert(node: &Node, what: &str, reader: &mut Reader<'_>) -> Vmalert {
    let mut made = Vmalert::default();
    for field in reader.fields(node, what, keys::VMALERT) {
        let what = format!("{what}.{}", field.key);
        if field.key == "limit" {
            made.limit = reader.count(&field.value, &what, 0, 1_000_000_000).filter(|n| *n > 0);
        } else {
            let most = Duration::from_secs(300);
            made.eval_offset = reader.duration(&field.value, &what, Duration::from_secs(1), most);
        }
    }
    made
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 characters.
fn is_dns_label(text: &str) -> bool {
    is_word(text) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// `[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?`, at most 63 characters.
fn is_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A key of labels and annotations: a name, with a domain before it where there is a `/`.
fn is_qualified(key: &str) -> bool {
    let Some((domain, name)) = key.split_once('/') else { return is_word(key) };
    is_word(name) && domain.len() <= 253 && domain.split('.').all(is_dns_label)
}
