//! Where rules go: a YAML file, or a list for `explain`.

use std::fmt::Write as _;

use super::super::yaml::Yaml;
use crate::ir::PromisePath;
use crate::value::Duration;

/// A rule as it is handed over.
#[derive(Debug)]
pub(crate) struct Rule<'a> {
    /// The alert's name, or the series'.
    pub(crate) name: &'a str,
    /// An alert rule?
    pub(crate) alert: bool,
    /// The expression.
    pub(crate) expr: &'a str,
    /// `for`
    pub(crate) hold: Option<Duration>,
    /// Labels in order.
    pub(crate) labels: &'a [(&'a str, &'a str)],
    /// Annotations in order, Go templates.
    pub(crate) annotations: &'a [(&'a str, String)],
    /// The promise it is for; none when it serves the whole journey.
    pub(crate) promise: Option<&'a PromisePath>,
}

/// Takes groups and their rules in order.
pub(crate) trait Sink {
    /// The rules to follow are in this group.
    fn group(&mut self, name: &str, interval: Duration);
    /// Words on the rules to follow.
    fn comment(&mut self, text: &str);
    /// A rule.
    fn rule(&mut self, rule: &Rule<'_>);
}

/// A rule file.
pub(crate) struct File {
    yaml: Yaml,
    scratch: String,
    /// A group that has no rule yet.
    open: Option<(String, Duration)>,
}

impl File {
    /// A file with room for this many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { yaml: Yaml::with_capacity(bytes), scratch: String::new(), open: None }
    }
    /// A comment at the head.
    pub(crate) fn head(&mut self, text: &str) {
        self.yaml.comment(0, text);
    }
    /// Starts the list of groups.
    pub(crate) fn open(&mut self) {
        self.yaml.open(0, "groups");
    }
    /// Writes the group's head before its first line: a group without rules is none.
    fn begin(&mut self) {
        let Some((name, interval)) = self.open.take() else { return };
        self.yaml.item(2, "name", &name);
        self.scratch.clear();
        let _ = write!(self.scratch, "{interval}");
        self.yaml.pair(4, "interval", &self.scratch);
        self.yaml.open(4, "rules");
    }
    /// The text.
    pub(crate) fn finish(self) -> String {
        self.yaml.finish()
    }
}

impl Sink for File {
    fn group(&mut self, name: &str, interval: Duration) {
        self.open = Some((name.to_owned(), interval));
    }
    fn comment(&mut self, text: &str) {
        self.begin();
        self.yaml.comment(6, text);
    }
    fn rule(&mut self, rule: &Rule<'_>) {
        self.begin();
        self.yaml.item(6, if rule.alert { "alert" } else { "record" }, rule.name);
        self.yaml.code(8, "expr", rule.expr);
        if let Some(hold) = rule.hold {
            self.scratch.clear();
            let _ = write!(self.scratch, "{hold}");
            self.yaml.pair(8, "for", &self.scratch);
        }
        if !rule.labels.is_empty() {
            self.yaml.flow(8, "labels", rule.labels.iter().copied());
        }
        if !rule.annotations.is_empty() {
            self.yaml.open(8, "annotations");
            for (name, text) in rule.annotations {
                self.yaml.pair(10, name, text);
            }
        }
    }
}
