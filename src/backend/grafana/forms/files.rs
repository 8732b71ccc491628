//! JSON files, the provider that makes Grafana read them, and what dashboard-linter is told.

use super::super::Made;
use super::{GENERATED, json};
use crate::backend::Artifact;
use crate::ir::Model;
use crate::render::yaml::Yaml;

pub(super) fn write(model: &Model, boards: &[Made]) -> Vec<Artifact> {
    let file = |b: &Made| Artifact { path: format!("dashboards/{}.json", b.board.uid), text: json(&b.board) };
    let mut files: Vec<Artifact> = boards.iter().map(file).collect();
    files.push(Artifact { path: "dashboards/.lint".to_owned(), text: lint() });
    files.push(Artifact { path: "provider.yaml".to_owned(), text: provider(model) });
    files
}

/// A provider for `/etc/grafana/provisioning/dashboards`.
fn provider(model: &Model) -> String {
    let options = &model.settings.grafana;
    let project = model.settings.project_label();
    let mut yaml = Yaml::default();
    yaml.comment(0, GENERATED);
    yaml.comment(0, "Goes to /etc/grafana/provisioning/dashboards/; the files beside it go to `path`.");
    yaml.number(0, "apiVersion", 1);
    yaml.open(0, "providers");
    yaml.item(2, "name", &format!("{}-{project}", options.prefix));
    yaml.number(4, "orgId", 1);
    yaml.pair(4, "type", "file");
    yaml.pair(4, "folder", options.folder.as_deref().unwrap_or(project));
    yaml.flag(4, "disableDeletion", false);
    yaml.flag(4, "allowUiUpdates", false);
    yaml.number(4, "updateIntervalSeconds", 30);
    yaml.open(4, "options");
    yaml.pair(6, "path", &options.mounted_at);
    yaml.flag(6, "foldersFromFilesStructure", false);
    yaml.finish()
}

/// Rules of dashboard-linter that a promise's dashboard cannot obey, each with its reason.
const NOT_FOR_US: &[(&str, &str)] = &[
    (
        "panel-units-rule",
        "Burn rates are multiples; their unit is the sign for times, which the rule's list of units lacks.",
    ),
    (
        "target-instance-rule",
        "The queries read recorded series; promises are kept by systems, not by instances.",
    ),
    (
        "target-job-rule",
        "The queries read recorded series, whose labels are project, journey, step and promise.",
    ),
    ("template-instance-rule", "No query reads a series with an instance, so there is nothing to choose."),
    ("template-job-rule", "No query reads a series with a job, so there is nothing to choose."),
];

fn lint() -> String {
    let mut yaml = Yaml::default();
    yaml.comment(0, GENERATED);
    yaml.open(0, "exclusions");
    for (rule, reason) in NOT_FOR_US {
        yaml.open(2, rule);
        yaml.pair(4, "reason", reason);
    }
    yaml.finish()
}
