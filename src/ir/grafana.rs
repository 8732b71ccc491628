//! How dashboards are delivered: `outputs.grafana` in slovo.yaml.

use serde::Serialize;

use std::collections::BTreeMap;

/// The options of the Grafana backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrafanaOptions {
    /// What is written.
    pub form: Form,
    /// The version of Grafana's API that a [`Form::Resource`] is of.
    pub api: Api,
    /// The title of the folder that dashboards are put into; for [`Form::Resource`] its uid. Default: none is asked for, but
    /// file provisioning names the project's.
    pub folder: Option<String>,
    /// What the uid of each dashboard begins with. Default `slo`.
    pub prefix: String,
    /// Where Grafana finds the files of [`Form::Files`]. Default `/var/lib/grafana/dashboards/slo`.
    pub mounted_at: String,
    /// The namespace of Kubernetes objects, where one is to be written.
    pub namespace: Option<String>,
    /// Labels of Kubernetes objects.
    pub labels: BTreeMap<String, String>,
    /// Annotations of Kubernetes objects.
    pub annotations: BTreeMap<String, String>,
    /// Labels by which the operator finds the Grafana instances of [`Form::Operator`]. Default `dashboards: grafana`.
    pub instances: BTreeMap<String, String>,
    /// A PromQL expression that has a value while, or when, something is deployed.
    pub deployments: Option<String>,
}

impl Default for GrafanaOptions {
    fn default() -> Self {
        Self {
            form: Form::Files,
            api: Api::V1beta1,
            folder: None,
            prefix: "slo".to_owned(),
            mounted_at: "/var/lib/grafana/dashboards/slo".to_owned(),
            namespace: None,
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            instances: BTreeMap::from([("dashboards".to_owned(), "grafana".to_owned())]),
            deployments: None,
        }
    }
}

/// The form in which dashboards are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `files`: JSON files and a provider for Grafana's file provisioning.
    #[default]
    Files,
    /// `configmaps`: a `ConfigMap` for each journey with the label that Grafana's sidecar looks for.
    Configmaps,
    /// `operator`: a `GrafanaDashboard` of the grafana-operator for each dashboard.
    Operator,
    /// `resource`: a `Dashboard` of Grafana's own API (`dashboard.grafana.app`), for gcx, grafanactl and Git sync.
    Resource,
}

/// The version of `dashboard.grafana.app`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// `v1beta1`: the classic JSON, from Grafana 12 on.
    #[default]
    V1beta1,
    /// `v2`: elements and a layout, from Grafana 13 on.
    V2,
}
