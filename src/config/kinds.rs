//! The kinds of outputs.

use super::keys;

/// The kinds of outputs: one for each backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// Routes and inhibit rules.
    Alertmanager,
    /// Documents.
    Docs,
    /// Dashboards.
    Grafana,
    /// Rules.
    Prometheus,
}

impl OutputKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Alertmanager, Self::Docs, Self::Grafana, Self::Prometheus];
    /// As slovo.yaml has it: `prometheus`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::Docs => "docs",
            Self::Grafana => "grafana",
            Self::Prometheus => "prometheus",
        }
    }
    /// The keys of such an output.
    pub(super) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Alertmanager => keys::ALERTMANAGER,
            Self::Docs => keys::DOCS,
            Self::Grafana => keys::GRAFANA,
            Self::Prometheus => keys::PROMETHEUS,
        }
    }
}
