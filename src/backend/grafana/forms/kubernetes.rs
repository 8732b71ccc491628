//! Kubernetes objects: `ConfigMap`s for the sidecar of Grafana's chart, `GrafanaDashboard`s for the grafana-operator.

use std::collections::BTreeMap;

use super::super::Made;
use super::{GENERATED, json};
use crate::backend::Artifact;
use crate::backend::kubernetes::CLIENT_SIDE;
use crate::ir::Model;
use crate::render::yaml::Yaml;

/// Beside its boards an object has names, labels and annotations, and Grafana's sidecar or Argo CD may add some.
const AROUND: usize = 4096;
/// The label that the sidecar of Grafana's chart looks for.
const SIDECAR: &str = "grafana_dashboard";
/// The annotation by which the sidecar chooses a folder (`sidecar.dashboards.folderAnnotation`).
const FOLDER: &str = "grafana_folder";

/// A `ConfigMap` for each journey, and one for the overview.
pub(super) fn configmaps(model: &Model, boards: &[Made]) -> Vec<Artifact> {
    let options = &model.settings.grafana;
    let mut labels = BTreeMap::from([(SIDECAR, "1")]);
    labels.extend(options.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    let mut annotations: BTreeMap<&str, &str> = BTreeMap::new();
    annotations.extend(options.folder.as_deref().map(|f| (FOLDER, f)));
    annotations.extend(options.annotations.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    // Annotations are in the object, and count beside what kubectl keeps of it.
    let own: usize = labels.iter().chain(&annotations).map(|(k, v)| 2 * (written(k) + written(v))).sum();
    let most = CLIENT_SIDE.saturating_sub(AROUND + own);
    let mut files = Vec::new();
    for group in boards.chunk_by(|a, b| a.journey == b.journey) {
        let Some(first) = group.first() else { continue };
        let mut parts: Vec<Vec<(String, String)>> = vec![Vec::new()];
        let mut size = 0;
        for made in group {
            let text = json(&made.board);
            let more = written(&text) + made.board.uid.len() + 10;
            if size > 0 && size + more > most {
                parts.push(Vec::new());
                size = 0;
            }
            size += more;
            if let Some(last) = parts.last_mut() {
                last.push((format!("{}.json", made.board.uid), text));
            }
        }
        for (at, part) in (1..).zip(parts) {
            let tail = if at > 1 { format!(".{at}") } else { String::new() };
            let name = format!("{}{tail}", first.board.uid);
            let mut yaml = head("v1", "ConfigMap", &name, model, &labels, &annotations);
            yaml.open(0, "data");
            for (key, text) in &part {
                yaml.code(2, key, text);
            }
            files.push(Artifact { path: format!("{name}.yaml"), text: yaml.finish() });
        }
    }
    files
}

/// A `GrafanaDashboard` for each dashboard.
pub(super) fn operator(model: &Model, boards: &[Made]) -> Vec<Artifact> {
    let options = &model.settings.grafana;
    let labels = options.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let annotations = options.annotations.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    boards
        .iter()
        .map(|made| {
            let name = &made.board.uid;
            let version = "grafana.integreatly.org/v1beta1";
            let mut yaml = head(version, "GrafanaDashboard", name, model, &labels, &annotations);
            yaml.open(0, "spec");
            yaml.open(2, "instanceSelector");
            yaml.open(4, "matchLabels");
            for (name, value) in &options.instances {
                yaml.pair(6, name, value);
            }
            if let Some(folder) = &options.folder {
                yaml.pair(2, "folder", folder);
            }
            yaml.code(2, "json", &json(&made.board));
            Artifact { path: format!("{name}.yaml"), text: yaml.finish() }
        })
        .collect()
}

/// How long a text is in JSON, as kubectl keeps the object that was applied.
fn written(text: &str) -> usize {
    serde_json::to_string(text).map_or(text.len(), |made| made.len())
}

/// How large the object is that holds this board alone.
pub(super) fn size(board: &Made) -> usize {
    written(&json(&board.board)) + AROUND
}

/// Version, kind and metadata of an object.
fn head(
    version: &str,
    kind: &str,
    name: &str,
    model: &Model,
    labels: &BTreeMap<&str, &str>,
    annotations: &BTreeMap<&str, &str>,
) -> Yaml {
    let mut yaml = Yaml::default();
    yaml.comment(0, GENERATED);
    yaml.pair(0, "apiVersion", version);
    yaml.pair(0, "kind", kind);
    yaml.open(0, "metadata");
    yaml.pair(2, "name", name);
    if let Some(namespace) = &model.settings.grafana.namespace {
        yaml.pair(2, "namespace", namespace);
    }
    for (title, list) in [("labels", labels), ("annotations", annotations)] {
        if !list.is_empty() {
            yaml.open(2, title);
            for (name, value) in list {
                yaml.pair(4, name, value);
            }
        }
    }
    yaml
}
