//! `outputs.grafana`: how dashboards are delivered.

use std::collections::BTreeMap;

use super::keys;
use super::reader::Reader;
use super::tree::{Entry, Node};
use crate::diag::codes::project as codes;
use crate::ir::{Api, Form, GrafanaOptions};
use crate::promql;

/// Reads one of the options, by its key.
pub(super) fn read(field: &Entry, what: &str, options: &mut GrafanaOptions, reader: &mut Reader<'_>) {
    let node = &field.value;
    match field.key.as_str() {
        "form" => options.form = form(node, what, reader).unwrap_or(options.form),
        "api" => options.api = api(node, what, reader).unwrap_or(options.api),
        "folder" => options.folder = reader.text(node, what).map(str::to_owned),
        "prefix" => {
            if let Some(prefix) = prefix(node, what, reader) {
                options.prefix = prefix;
            }
        }
        "mounted_at" => {
            if let Some(path) = reader.text(node, what) {
                path.clone_into(&mut options.mounted_at);
            }
        }
        "namespace" => options.namespace = reader.text(node, what).map(str::to_owned),
        "labels" => options.labels = map(node, what, reader),
        "annotations" => options.annotations = map(node, what, reader),
        "instances" => options.instances = map(node, what, reader),
        "deployments" => options.deployments = deployments(node, what, reader),
        _ => {}
    }
}

fn form(node: &Node, what: &str, reader: &mut Reader<'_>) -> Option<Form> {
    let text = reader.text(node, what)?;
    let found = keys::GRAFANA_FORMS.iter().find(|(name, _)| *name == text).map(|(_, form)| *form);
    if found.is_none() {
        let names: Vec<&str> = keys::GRAFANA_FORMS.iter().map(|(name, _)| *name).collect();
        let help = format!("write one of {}", super::reader::listed(&names));
        reader.wrong(
            &codes::BAD_VALUE,
            node.span,
            format!("`{what}` is not a form of dashboards"),
            "no such form",
            &help,
        );
    }
    found
}

fn api(node: &Node, what: &str, reader: &mut Reader<'_>) -> Option<Api> {
    let text = reader.text(node, what)?;
    let found = keys::GRAFANA_APIS.iter().find(|(name, _)| *name == text).map(|(_, api)| *api);
    if found.is_none() {
        let names: Vec<&str> = keys::GRAFANA_APIS.iter().map(|(name, _)| *name).collect();
        let message = format!("`{what}` cannot be `{text}`");
        let help = format!("it can be {}", super::reader::listed(&names));
        reader.wrong(&codes::BAD_VALUE, node.span, message, "not known here", &help);
    }
    found
}

/// What only some forms heed is reported where the form is another: of these options, all of which are read.
pub(super) fn judge(fields: &[&Entry], what: &str, options: &GrafanaOptions, reader: &mut Reader<'_>) {
    let Some(api) = fields.iter().find(|f| f.key == "api") else { return };
    if options.form != Form::Resource {
        let message = format!("`{what}.api` is given, but the dashboards are written in another form");
        let help = "write `form: resource` beside it, or remove it";
        reader.wrong(&codes::BAD_VALUE, api.key_span, message, "would be without effect", help);
    }
}

/// The start of each uid: short, so that much of the identifiers fits, and fit for a Kubernetes name.
fn prefix(node: &Node, what: &str, reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text(node, what)?;
    let fits = text.len() <= 12
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        return Some(text.to_owned());
    }
    let help =
        "write at most 12 of `a` to `z`, digits and `-`, a letter first and no `-` last: `slo-staging`";
    let message = format!("`{what}` cannot begin a dashboard's uid");
    reader.wrong(&codes::BAD_VALUE, node.span, message, "", help);
    None
}

fn map(node: &Node, what: &str, reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    let mut made = BTreeMap::new();
    for entry in reader.entries(node, what, "write one per line: `team: shop`") {
        if let Some(value) = reader.text(&entry.value, &format!("{what}.{}", entry.key)) {
            made.insert(entry.key.clone(), value.to_owned());
        }
    }
    made
}

fn deployments(node: &Node, what: &str, reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text(node, what)?;
    if let Err(errors) = promql::parse(text) {
        let why = errors.first().map_or("", |e| e.message.as_str());
        let message = format!("`{what}` is no PromQL expression: {why}");
        let help = "write what has a value while something is deployed: `changes(process_start_time_seconds[5m]) > 0`";
        reader.wrong(&codes::BAD_VALUE, node.span, message, "", help);
        return None;
    }
    Some(text.to_owned())
}
