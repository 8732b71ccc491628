//! Resources of Grafana's own API (`dashboard.grafana.app`), which gcx, grafanactl and Git sync read: the classic JSON as
//! `v1beta1`, or the same dashboards as `v2`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::Made;
use super::super::json::{Dashboard, Spec};
use crate::backend::Artifact;
use crate::ir::{Api, Model};

/// The annotation that puts a resource into a folder, by the folder's uid.
const FOLDER: &str = "grafana.app/folder";

/// A dashboard as a resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'m> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'m>,
    spec: Content<'m>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Content<'m> {
    /// `v1beta1` takes the classic JSON.
    Classic(&'m Dashboard),
    V2(Box<Spec<'m>>),
}

#[derive(Debug, Serialize)]
struct Metadata<'m> {
    /// The uid.
    name: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'m str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'m str, &'m str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'m str, &'m str>,
}

pub(super) fn write(model: &Model, boards: &[Made]) -> Vec<Artifact> {
    let options = &model.settings.grafana;
    let labels: BTreeMap<&str, &str> = options.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let mut annotations: BTreeMap<&str, &str> = BTreeMap::new();
    annotations.extend(options.folder.as_deref().map(|f| (FOLDER, f)));
    annotations.extend(options.annotations.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    let one = |made: &Made| {
        let (api_version, spec) = match options.api {
            Api::V1beta1 => ("dashboard.grafana.app/v1beta1", Content::Classic(&made.board)),
            Api::V2 => ("dashboard.grafana.app/v2", Content::V2(Box::new(Spec::from(&made.board)))),
        };
        let resource = Resource {
            api_version,
            kind: "Dashboard",
            metadata: Metadata {
                name: &made.board.uid,
                namespace: options.namespace.as_deref(),
                labels: labels.clone(),
                annotations: annotations.clone(),
            },
            spec,
        };
        let text = serde_json::to_string_pretty(&resource).unwrap_or_default() + "\n";
        Artifact { path: format!("{}.json", made.board.uid), text }
    };
    boards.iter().map(one).collect()
}
