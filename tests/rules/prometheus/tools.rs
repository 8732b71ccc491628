//! Prometheus' own tools. Where one is missing the test says so and passes; under `CI=true` it fails.

use std::path::Path;
use std::process::{Command, Output};

use slovo::backend::{Artifact, Backend, prometheus::Prometheus};
use slovo::ir::Model;

/// Is a tool there?
pub fn has(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    if !found {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`{tool}` is missing (required in CI)");
        eprintln!("`{tool}` is missing: NOT TESTED");
    }
    found
}

/// The rule files of a model.
pub fn emit(model: &Model) -> Vec<Artifact> {
    let files = Prometheus.emit(model).unwrap();
    assert_eq!(files, Prometheus.emit(model).unwrap(), "not deterministic");
    files
}

/// Writes files into a folder.
pub fn write(folder: &Path, files: &[Artifact]) {
    for file in files {
        std::fs::write(folder.join(&file.path), &file.text).unwrap();
    }
}

/// Both outputs of a process.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// `promtool check rules --lint=all --lint-fatal`
pub fn lint(files: &[Artifact]) {
    if !has("promtool") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let mut command = Command::new("promtool");
    command.args(["check", "rules", "--lint=all", "--lint-fatal"]).current_dir(folder.path());
    let output = command.args(files.iter().map(|f| &f.path)).output().unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        said(&output),
        files.iter().map(|f| f.text.as_str()).collect::<String>()
    );
}

/// The names of a rule file's groups in order.
fn group_names(file: &Artifact) -> Vec<String> {
    let document: serde_json::Value = serde_yaml::from_str(&file.text).unwrap();
    let groups = document["groups"].as_array().unwrap();
    groups.iter().map(|g| g["name"].as_str().unwrap().to_owned()).collect()
}

/// Those of all files, each once.
pub fn group_order(files: &[Artifact]) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    files.iter().flat_map(group_names).filter(|name| seen.insert(name.clone())).collect()
}

/// Query, time, samples: labels and value.
type Expected = (String, String, Vec<(String, String)>);

/// A promtool test: input series and what queries give at a time.
#[derive(Default)]
pub struct Case {
    /// Evaluation interval.
    pub every: &'static str,
    /// Scrape interval.
    pub scrape: &'static str,
    /// Series and their values.
    pub input: Vec<(String, String)>,
    /// Query, time, expected samples in promtool's notation.
    pub expect: Vec<Expected>,
    /// The last group first: none sees what the others record at the same moment, as under vmalert.
    pub backwards: bool,
}

impl Case {
    /// Evaluated every 30 s, scraped every 15 s.
    pub fn new() -> Self {
        Self { every: "30s", scrape: "15s", ..Self::default() }
    }
    /// Adds an input series.
    pub fn series(mut self, name: &str, values: &str) -> Self {
        self.input.push((name.to_owned(), values.to_owned()));
        self
    }
    /// Expects these samples; `{..}` labels and a value each.
    pub fn gives(mut self, query: &str, at: &str, samples: &[(&str, &str)]) -> Self {
        let samples = samples.iter().map(|(l, v)| ((*l).to_owned(), (*v).to_owned())).collect();
        self.expect.push((query.to_owned(), at.to_owned(), samples));
        self
    }
    /// Expects these alerts of a name to be firing, by their label `promise`.
    pub fn firing(self, alert: &str, at: &str, list: &[&str]) -> Self {
        let query = format!(r#"count by (promise) (ALERTS{{alertstate="firing",alertname="{alert}"}})"#);
        let samples: Vec<_> =
            list.iter().map(|promise| (format!(r#"{{promise="{promise}"}}"#), "1")).collect();
        let samples: Vec<_> = samples.iter().map(|(l, v)| (l.as_str(), *v)).collect();
        self.gives(&query, at, &samples)
    }
    fn yaml(&self, files: &[Artifact]) -> String {
        let mut order = group_order(files);
        if self.backwards {
            order.reverse();
        }
        let json = serde_json::json!({
            "rule_files": files.iter().map(|f| &f.path).collect::<Vec<_>>(),
            "evaluation_interval": self.every,
            // As they stand in the files; promtool's own order is random.
            "group_eval_order": order,
            "tests": [{
                "interval": self.scrape,
                "input_series": self.input.iter()
                    .map(|(s, v)| serde_json::json!({"series": s, "values": v})).collect::<Vec<_>>(),
                "promql_expr_test": self.expect.iter().map(|(e, at, samples)| serde_json::json!({
                    "expr": e, "eval_time": at, "exp_samples": samples.iter()
                        .map(|(l, v)| serde_json::json!({"labels": l, "value": v.parse::<f64>().unwrap()})).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
            }],
        });
        serde_json::to_string_pretty(&json).unwrap()
    }
    /// Runs it against a model's rules, linted first; no NaN or infinity may be anywhere at the times asked.
    pub fn run(self, model: &Model) {
        if !has("promtool") {
            return;
        }
        let files = emit(model);
        lint(&files);
        self.run_files(&files);
    }
    /// Runs it against rule files.
    pub fn run_files(mut self, files: &[Artifact]) {
        let times: std::collections::BTreeSet<String> = self.expect.iter().map(|e| e.1.clone()).collect();
        for at in times {
            let all = r#"{__name__=~"promise.*|slo:.*|sloth.*"}"#;
            // `unless` would match series of other names.
            let none = format!("count({all}) != (count({all} > -1e12 < 1e12) or vector(0))");
            self.expect.push((none, at, Vec::new()));
        }
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), files);
        std::fs::write(folder.path().join("test.json"), self.yaml(files)).unwrap();
        let output = Command::new("promtool")
            .args(["test", "rules", "test.json"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        if !output.status.success() {
            if let Some(keep) = std::env::var_os("KEEP_RULES") {
                write(Path::new(&keep), files);
                std::fs::copy(folder.path().join("test.json"), Path::new(&keep).join("test.json")).unwrap();
            }
            panic!("{}", said(&output));
        }
    }
}

/// Keeps the files under `KEEP_RULES`, for a look.
pub fn keep(files: &[Artifact]) {
    if let Some(folder) = std::env::var_os("KEEP_RULES") {
        std::fs::create_dir_all(&folder).unwrap();
        write(Path::new(&folder), files);
    }
}
