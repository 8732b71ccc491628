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
    /// `keep_firing_for`
    pub(crate) keep: Option<Duration>,
    /// Labels in order.
    pub(crate) labels: &'a [(&'a str, &'a str)],
    /// Annotations in order, Go templates.
    pub(crate) annotations: &'a [(&'a str, String)],
    /// The promise it is for; none when it serves the whole journey.
    pub(crate) promise: Option<&'a PromisePath>,
}

impl<'a> Rule<'a> {
    /// A series that serves the whole journey.
    pub(crate) fn record(name: &'a str, expr: &'a str, labels: &'a [(&'a str, &'a str)]) -> Self {
        Self { name, alert: false, expr, hold: None, keep: None, labels, annotations: &[], promise: None }
    }
}

/// Takes groups and their rules in order.
pub(crate) trait Sink {
    /// The rules to follow are in this group.
    fn group(&mut self, name: &str, interval: Duration);
    /// The rules to follow may stand in another group than those before: they read nothing that those record, or only by
    /// looking back further than that group's interval.
    fn allow_group_split(&mut self) {}
    /// Words on the rules to follow.
    fn comment(&mut self, text: &str);
    /// A rule.
    fn rule(&mut self, rule: &Rule<'_>);
}

/// What a group says besides its name, its interval and its rules.
#[derive(Clone, Debug)]
pub(crate) enum Extra {
    /// A word.
    Word(&'static str, String),
    /// A number.
    Number(&'static str, u64),
}

/// A rule file.
pub(crate) struct File {
    yaml: Yaml,
    scratch: String,
    /// How far the list of groups is indented.
    indent: usize,
    /// What each group says besides.
    extras: Vec<Extra>,
    /// A group that has no rule yet.
    open: Option<(String, Duration)>,
}

impl File {
    /// A file with room for this many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            yaml: Yaml::with_capacity(bytes),
            scratch: String::new(),
            indent: 0,
            extras: Vec::new(),
            open: None,
        }
    }
    /// Groups that say so much besides.
    pub(crate) fn extras(&mut self, extras: Vec<Extra>) {
        self.extras = extras;
    }
    /// A comment at the head.
    pub(crate) fn head(&mut self, text: &str) {
        self.yaml.comment(0, text);
    }
    /// Writes what stands before the groups.
    pub(crate) fn before(&mut self) -> &mut Yaml {
        &mut self.yaml
    }
    /// Starts the list of groups, so far inside.
    pub(crate) fn open(&mut self, indent: usize) {
        self.indent = indent;
        self.yaml.open(indent, "groups");
    }
    /// Writes the group's head before its first line: a group without rules is none.
    fn begin(&mut self) {
        let Some((name, interval)) = self.open.take() else { return };
        let at = self.indent + 2;
        self.yaml.item(at, "name", &name);
        self.scratch.clear();
        let _ = write!(self.scratch, "{interval}");
        self.yaml.pair(at + 2, "interval", &self.scratch);
        for extra in &self.extras {
            match extra {
                Extra::Word(key, value) => self.yaml.pair(at + 2, key, value),
                Extra::Number(key, value) => self.yaml.number(at + 2, key, *value),
            }
        }
        self.yaml.open(at + 2, "rules");
    }
    /// Rules of the open group that [`Body`] has written.
    pub(crate) fn append(&mut self, rules: &str) {
        self.begin();
        self.yaml.append(rules);
    }
    /// The text.
    pub(crate) fn finish(self) -> String {
        self.yaml.finish()
    }
}

/// Rules without their group, as they stand in a file whose groups are not indented.
#[derive(Default)]
pub(crate) struct Body {
    yaml: Yaml,
    scratch: String,
}

impl Body {
    /// Words on the rules to follow.
    pub(crate) fn comment(&mut self, text: &str) {
        self.yaml.comment(6, text);
    }
    /// A rule.
    pub(crate) fn rule(&mut self, rule: &Rule<'_>) {
        write_rule(&mut self.yaml, &mut self.scratch, 6, rule);
    }
    /// The lines.
    pub(crate) fn finish(self) -> String {
        self.yaml.finish()
    }
}

fn write_rule(yaml: &mut Yaml, scratch: &mut String, at: usize, rule: &Rule<'_>) {
    yaml.item(at, if rule.alert { "alert" } else { "record" }, rule.name);
    yaml.code(at + 2, "expr", rule.expr);
    for (key, time) in [("for", rule.hold), ("keep_firing_for", rule.keep)] {
        if let Some(time) = time {
            scratch.clear();
            let _ = write!(scratch, "{time}");
            yaml.pair(at + 2, key, scratch);
        }
    }
    if !rule.labels.is_empty() {
        yaml.flow(at + 2, "labels", rule.labels.iter().copied());
    }
    if !rule.annotations.is_empty() {
        yaml.open(at + 2, "annotations");
        for (name, text) in rule.annotations {
            yaml.pair(at + 4, name, text);
        }
    }
}

impl Sink for File {
    fn group(&mut self, name: &str, interval: Duration) {
        self.open = Some((name.to_owned(), interval));
    }
    fn comment(&mut self, text: &str) {
        self.begin();
        self.yaml.comment(self.indent + 6, text);
    }
    fn rule(&mut self, rule: &Rule<'_>) {
        self.begin();
        write_rule(&mut self.yaml, &mut self.scratch, self.indent + 6, rule);
    }
}
