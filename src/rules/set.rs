//! A journey's rules as values: what the backends write, `slovo explain` shows, dashboards read and servers are held against.

use crate::ir::{Promise, PromisePath};
use crate::value::Duration;

/// All rules of a journey, by group, in the order in which they are evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    /// The groups. Each has a rule.
    pub groups: Vec<Group>,
}

/// Rules that run one after the other: each may read what those before it have just recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name in the file.
    pub name: String,
    /// How often it runs.
    pub interval: Duration,
    /// Its rules, with what is said of them.
    pub items: Vec<Item>,
}

/// What a group is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Words on the rules to follow.
    Comment(String),
    /// The rules to follow may be in another group than those before: they read nothing that those record, or only by looking
    /// back further than that group's interval.
    Split,
    /// A rule.
    Rule(Rule),
}

/// A recording or an alert rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The series, or the alert's name.
    pub name: String,
    /// What it makes.
    pub kind: Kind,
    /// The expression, PromQL unless a promise's own query is in another language.
    pub expr: String,
    /// Labels in order. Those of an alert are Go templates.
    pub labels: Vec<(String, String)>,
    /// The promise it is for; none when it serves the whole journey.
    pub promise: Option<PromisePath>,
}

/// What a rule makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A series.
    Record,
    /// An alert.
    Alert {
        /// `for`
        hold: Option<Duration>,
        /// `keep_firing_for`
        keep: Option<Duration>,
        /// Annotations in order, Go templates.
        annotations: Vec<(String, String)>,
    },
}

impl Rule {
    /// A series that serves the whole journey.
    pub(super) fn record(name: &str, expr: &str, labels: &[(&str, &str)]) -> Self {
        Self {
            name: name.to_owned(),
            kind: Kind::Record,
            expr: expr.to_owned(),
            labels: labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect(),
            promise: None,
        }
    }
    /// An alert on the whole journey.
    pub(super) fn alert(
        name: &str,
        expr: &str,
        labels: &[(&str, &str)],
        annotations: Vec<(&str, String)>,
        (hold, keep): (Option<Duration>, Option<Duration>),
    ) -> Self {
        let annotations = annotations.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        Self { kind: Kind::Alert { hold, keep, annotations }, ..Self::record(name, expr, labels) }
    }
    /// The same for one promise.
    pub(super) fn of(self, promise: &Promise) -> Self {
        Self { promise: Some(promise.path.clone()), ..self }
    }
    /// Is it an alert?
    pub fn is_alert(&self) -> bool {
        matches!(self.kind, Kind::Alert { .. })
    }
    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

impl Group {
    /// Its rules in order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.items.iter().filter_map(|item| match item {
            Item::Rule(rule) => Some(rule),
            Item::Comment(_) | Item::Split => None,
        })
    }
    /// This group as several of at most so many rules each, where it may be split. Rules that must stay together stay so.
    pub(crate) fn cut(self, limit: usize) -> Vec<Group> {
        let mut made: Vec<Group> = Vec::new();
        for piece in self.items.split(|item| matches!(item, Item::Split)) {
            let rules = piece.iter().filter(|item| matches!(item, Item::Rule(_))).count();
            if rules == 0 {
                continue;
            }
            match made.last_mut() {
                Some(last) if last.rules().count() + rules <= limit => last.items.extend_from_slice(piece),
                _ => {
                    let name = match made.len() {
                        0 => self.name.clone(),
                        n => format!("{}-{}", self.name, n + 1),
                    };
                    made.push(Group { name, interval: self.interval, items: piece.to_vec() });
                }
            }
        }
        made
    }
}

impl RuleSet {
    /// Every rule with its group, in order.
    pub fn rules(&self) -> impl Iterator<Item = (&Group, &Rule)> {
        self.groups.iter().flat_map(|group| group.rules().map(move |rule| (group, rule)))
    }
    /// The rules to follow are in this group.
    pub(super) fn group(&mut self, name: String, interval: Duration) {
        self.groups.push(Group { name, interval, items: Vec::new() });
    }
    /// The rules to follow may be in another group than those before; see [`Item::Split`].
    pub(super) fn allow_group_split(&mut self) {
        self.item(Item::Split);
    }
    /// Words on the rules to follow.
    pub(super) fn comment(&mut self, text: String) {
        self.item(Item::Comment(text));
    }
    /// A rule.
    pub(super) fn rule(&mut self, rule: Rule) {
        self.item(Item::Rule(rule));
    }
    fn item(&mut self, item: Item) {
        if let Some(group) = self.groups.last_mut() {
            group.items.push(item);
        }
    }
    /// Without groups that have no rule.
    pub(super) fn finish(mut self) -> Self {
        self.groups.retain(|group| group.rules().next().is_some());
        self
    }
}
