//! What both `slovo.yaml` itself and each of its environments may say.

use std::collections::{BTreeMap, BTreeSet};

use super::outputs::{self, Declared};
use super::reader::{Reader, listed};
use super::tree::{Entry, Node, Value};
use super::words::{is_label, parse_matcher};
use super::{Environment, keys};
use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;
use crate::ir::{Links, MatchOp, Matcher, Settings};
use crate::promql::regex::{RegexError, validate_regex};
use crate::series::{RESERVED_LABELS, is_reserved};
use crate::source::Span;
use crate::value::Duration;

/// One layer; what it does not say is `None` or empty.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) evaluation_interval: Option<Duration>,
    pub(super) scrape_interval: Option<(Duration, Span)>,
    pub(super) scrape_timeout: Option<(Duration, Span)>,
    pub(super) retention: Option<Duration>,
    pub(super) scope: Vec<Matcher>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) page: Option<String>,
    pub(super) ticket: Option<String>,
    pub(super) links: Links,
    /// Where the address of dashboards is written.
    pub(super) dashboards: Option<Span>,
    pub(super) outputs: Option<Vec<Declared>>,
    /// Labels that the server adds, at the top.
    pub(super) external_labels: Vec<(String, Span)>,
    /// The value of the label `project`, in an environment.
    pub(super) identity: Option<Identity>,
}

/// What an environment says of its series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// They are the top's.
    Shared,
    /// Their label `project` has this value.
    Named(String),
}

/// Windows are multiples of five minutes. Where ten minutes don't hold a whole number of evaluations, how many counts a window
/// holds changes each time, and proofs can't say what a rule must give.
fn even(every: Duration, what: &str, span: Span, reader: &mut Reader<'_>) -> Option<Duration> {
    let ten = Duration::from_mins(10).as_micros();
    let divides = |d: &Duration| ten.is_multiple_of(d.as_micros());
    if divides(&every) {
        return Some(every);
    }
    let whole: Vec<Duration> = (1..=120).map(Duration::from_secs).filter(divides).collect();
    let below = whole.iter().rfind(|d| **d < every);
    let above = whole.iter().find(|d| **d > every);
    let near: Vec<String> = below.into_iter().chain(above).map(|d| format!("`{d}`")).collect();
    let message = format!("`{what}` does not fit into ten minutes");
    let help = format!("write {}", near.join(" or "));
    reader.wrong(&codes::OUT_OF_RANGE, span, message, "not a whole number of times in ten minutes", &help);
    None
}

impl Layer {
    /// Reads an entry if its key belongs to a layer. `at` comes before its name in messages: `environments.a.`.
    pub(super) fn read(&mut self, entry: &Entry, at: &str, reader: &mut Reader<'_>) -> bool {
        let what = format!("{at}{}", entry.key);
        let node = &entry.value;
        let seconds = Duration::from_secs;
        match entry.key.as_str() {
            // Windows of five minutes must hold more than one count of each series.
            "evaluation_interval" => {
                let read = reader.duration(node, &what, seconds(1), seconds(120));
                self.evaluation_interval = read.and_then(|every| even(every, &what, node.span, reader));
            }
            // Prometheus looks five minutes back for a sample: nothing slower is ever seen whole.
            "scrape_interval" => {
                let read = reader.duration(node, &what, seconds(1), seconds(300));
                self.scrape_interval = read.map(|interval| (interval, node.span));
            }
            "scrape_timeout" => {
                let read = reader.duration(node, &what, Duration::from_millis(1), seconds(300));
                self.scrape_timeout = read.map(|timeout| (timeout, node.span));
            }
            "retention" => {
                let most = Duration::from_days(36_500);
                // One that cannot be read is reported: no window is then too long for it.
                self.retention = reader.duration(node, &what, Duration::from_hours(1), most).or(Some(most));
            }
            "scope" => self.scope = scope(node, &what, reader),
            "labels" => self.labels = labels(node, &what, reader),
            "severities" => {
                for field in reader.fields(node, &what, keys::SEVERITIES) {
                    let value =
                        reader.text(&field.value, &format!("{what}.{}", field.key)).map(str::to_owned);
                    if field.key == "page" { self.page = value } else { self.ticket = value }
                }
            }
            "links" => {
                for field in reader.fields(node, &what, keys::LINKS) {
                    let value = reader.link(&field.value, &format!("{what}.{}", field.key));
                    match field.key.as_str() {
                        "dashboards" => {
                            self.dashboards = value.is_some().then_some(field.value.span);
                            self.links.dashboards = value;
                        }
                        "documents" => self.links.documents = value,
                        _ => self.links.runbooks = value,
                    }
                }
            }
            "outputs" => self.outputs = Some(outputs::read(node, &what, reader)),
            "external_labels" => self.external_labels = label_names(node, &what, reader),
            "identity" => self.identity = identity(node, &what, reader),
            _ => return false,
        }
        true
    }
    /// Puts another layer on top of this one.
    pub(super) fn overlay(&mut self, top: Layer) {
        self.evaluation_interval = top.evaluation_interval.or(self.evaluation_interval);
        self.scrape_interval = top.scrape_interval.or(self.scrape_interval);
        self.scrape_timeout = top.scrape_timeout.or(self.scrape_timeout);
        self.retention = top.retention.or(self.retention);
        let named: std::collections::BTreeSet<&str> = top.scope.iter().map(|t| t.label.as_str()).collect();
        self.scope.retain(|m| !named.contains(m.label.as_str()));
        self.scope.extend(top.scope);
        self.labels.extend(top.labels);
        self.page = top.page.or(self.page.take());
        self.ticket = top.ticket.or(self.ticket.take());
        self.dashboards = top.dashboards.or(self.dashboards);
        self.links.dashboards = top.links.dashboards.or(self.links.dashboards.take());
        self.links.documents = top.links.documents.or(self.links.documents.take());
        self.links.runbooks = top.links.runbooks.or(self.links.runbooks.take());
    }

    /// Labels that only the server adds are not on the series that rules read: in `scope` they would select nothing.
    pub(super) fn judge_external(
        &self,
        common: &[String],
        environments: &[Environment],
        reader: &mut Reader<'_>,
    ) {
        // Each label once, with the first place that has it.
        let mut places: BTreeMap<&str, String> = BTreeMap::new();
        for matcher in &self.scope {
            places.entry(&matcher.label).or_insert_with(|| "scope".to_owned());
        }
        for environment in environments {
            for matcher in &environment.layer.scope {
                let place = || format!("environments.{}.scope", environment.name);
                places.entry(&matcher.label).or_insert_with(place);
            }
        }
        for label in common {
            places.entry(label).or_insert_with(|| "common_labels".to_owned());
        }
        for (label, span) in &self.external_labels {
            if is_reserved(label) {
                let message = format!("the label `{label}` in `external_labels` is set by the compiler");
                let help = format!("taken are {}", listed(&RESERVED_LABELS));
                reader.wrong(&codes::BAD_LABEL, *span, message, "already taken", &help);
                continue;
            }
            let Some(place) = places.get(label.as_str()) else { continue };
            let message = format!("the label `{label}` stands in `external_labels` and in `{place}`");
            let made = Diagnostic::new(&codes::BAD_LABEL, *span, message, "added to what leaves the server")
                .note("the server adds external labels to alerts and to what it sends elsewhere; the series that its rules read lack them")
                .help(format!("if stored series have no `{label}`, remove it from `{place}`"))
                .help("if they have it, as where the rules run in Thanos or Mimir, name it in `common_labels` alone");
            reader.diagnostics.push(made);
        }
    }

    /// A timeout above the interval, in this layer alone or (where one is named) in an environment over it. Prometheus
    /// refuses to start with such a configuration, so one of the two numbers is not the real one.
    pub(super) fn judge_timeout(&self, environment: Option<(&str, &Self)>, reader: &mut Reader<'_>) {
        let over = environment.map(|(_, layer)| layer);
        let own = |layer: &Self| layer.scrape_timeout.is_some() || layer.scrape_interval.is_some();
        if over.is_some_and(|layer| !own(layer)) {
            return; // As in the layer below, where it is judged.
        }
        let interval = over.and_then(|l| l.scrape_interval).or(self.scrape_interval);
        let Some((timeout, span)) = over.and_then(|l| l.scrape_timeout).or(self.scrape_timeout) else {
            return;
        };
        let every = interval.map_or(Settings::default().scrape_interval, |(every, _)| every);
        if timeout <= every {
            return;
        }
        let within =
            environment.map_or_else(String::new, |(name, _)| format!(" in the environment `{name}`"));
        let message = format!("`scrape_timeout` is longer than `scrape_interval`{within}");
        let label = format!("{timeout}, but targets are scraped every {every}");
        let mut made = Diagnostic::new(&codes::OUT_OF_RANGE, span, message, label);
        made = match interval {
            Some((_, place)) => made.also(place, "the interval"),
            None => made.note(format!("`scrape_interval` is {every} unless said")),
        };
        reader.diagnostics.push(made.help(format!(
            "Prometheus takes no timeout above the interval: state the real numbers, with `scrape_timeout: {every}` at most"
        )));
    }
}

/// Is it a label name? Reports where not.
pub(super) fn label_name(name: &str, span: Span, what: &str, reader: &mut Reader<'_>) -> bool {
    if is_label(name) {
        return true;
    }
    let message = format!("`{name}` in `{what}` is not a label name");
    let help = if name.starts_with("__") {
        "names that begin with `__` are Prometheus' own"
    } else {
        "a label name holds letters, digits and `_`, and does not begin with a digit"
    };
    reader.wrong(&codes::BAD_LABEL, span, message, "not a label name", help);
    false
}

/// A list of label names, each once.
pub(super) fn label_names(node: &Node, what: &str, reader: &mut Reader<'_>) -> Vec<(String, Span)> {
    let mut seen = BTreeSet::new();
    let mut made = Vec::new();
    for item in reader.list(node, what, &format!("write a list: `{what}: [cluster, namespace]`")) {
        let Some(name) = reader.text(item, what) else { continue };
        if label_name(name, item.span, what, reader) && seen.insert(name) {
            made.push((name.to_owned(), item.span));
        }
    }
    made
}

/// `none`, or a name as projects have.
fn identity(node: &Node, what: &str, reader: &mut Reader<'_>) -> Option<Identity> {
    let text = reader.text(node, what)?;
    if text == "none" {
        return Some(Identity::Shared);
    }
    super::identifier(text, node.span, "a project", reader).then(|| Identity::Named(text.to_owned()))
}

fn labels(node: &Node, what: &str, reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    let mut made = BTreeMap::new();
    for entry in reader.entries(node, what, "write one label per line: `team: shop`") {
        if !label_name(&entry.key, entry.key_span, what, reader) {
            continue;
        }
        if is_reserved(&entry.key) {
            let message = format!("the label `{}` in `{what}` is set by the compiler", entry.key);
            let help = match entry.key.as_str() {
                "severity" => "its values stand under `severities`".to_owned(),
                "project" => {
                    "its value is that of the key `project`, or of `identity` in an environment".to_owned()
                }
                _ => format!("choose another name; taken are {}", listed(&RESERVED_LABELS)),
            };
            reader.wrong(&codes::BAD_LABEL, entry.key_span, message, "already taken", &help);
            continue;
        }
        if let Some(value) = reader.text(&entry.value, &format!("{what}.{}", entry.key)) {
            made.insert(entry.key.clone(), value.to_owned());
        }
    }
    made
}

fn scope(node: &Node, what: &str, reader: &mut Reader<'_>) -> Vec<Matcher> {
    let mut made = Vec::new();
    if let Value::List(items) = &node.value {
        for item in items {
            if let Some(text) = reader.text(item, what) {
                made.extend(matcher(text, item.span, what, reader));
            }
        }
        return made;
    }
    for entry in reader.entries(
        node,
        what,
        "write a map (`cluster: prod`) or a list of matchers (`- cluster=~\"prod.*\"`)",
    ) {
        let name = &entry.key;
        if !label_name(name, entry.key_span, what, reader) {
            continue;
        }
        let Some(value) = reader.text(&entry.value, &format!("{what}.{name}")) else { continue };
        if value.starts_with("=~") || value.starts_with("!~") || value.starts_with("!=") {
            let message = format!("`{what}.{name}` is a value, not a matcher");
            let help = format!("write the scope as a list: `- {name}{value}`");
            reader.wrong(
                &codes::BAD_VALUE,
                entry.value.span,
                message,
                "in a map, values are compared with `=`",
                &help,
            );
            continue;
        }
        made.push(Matcher { label: name.clone(), op: MatchOp::Equal, value: value.to_owned() });
    }
    made
}

fn matcher(text: &str, span: Span, what: &str, reader: &mut Reader<'_>) -> Option<Matcher> {
    let made = match parse_matcher(text) {
        Ok(made) => made,
        Err(why) => {
            let message = format!("an item of `{what}` is not a matcher");
            reader.wrong(
                &codes::BAD_VALUE,
                span,
                message,
                why,
                "write for example `'namespace=~\"shop-.*\"'`",
            );
            return None;
        }
    };
    if !label_name(&made.label, span, what, reader) {
        return None;
    }
    if matches!(made.op, MatchOp::Regex | MatchOp::NotRegex)
        && let Err(RegexError::Syntax { message: why, .. }) = validate_regex(&made.value)
    {
        let message = format!("the pattern of `{}` in `{what}` is refused by Prometheus", made.label);
        reader.diagnostics.push(Diagnostic::new(&codes::BAD_VALUE, span, message, why));
        return None;
    }
    Some(made)
}
