//! Sloth's specs: `version: prometheus/v1`, and `kind: PrometheusServiceLevel` of Kubernetes. Sloth passes keys over that it
//! doesn't know; here each is a finding.

use super::Read;
use super::objective::{Alert, Alerting, Objective, Place, Said, Sli};
use super::report::{Finding, Outcome};
use crate::config::nearest;
use crate::config::tree::{Entry, Node, Value};
use crate::source::SourceMap;
use crate::value::Decimal;

/// How a spec is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A file of its own: `snake_case`.
    File,
    /// A Kubernetes object: `camelCase`.
    Object,
}

/// Keys as the two forms spell them.
type Key = (&'static str, &'static str);

const ERROR_QUERY: Key = ("error_query", "errorQuery");
const TOTAL_QUERY: Key = ("total_query", "totalQuery");
const ERROR_RATIO_QUERY: Key = ("error_ratio_query", "errorRatioQuery");
const PAGE_ALERT: Key = ("page_alert", "pageAlert");
const TICKET_ALERT: Key = ("ticket_alert", "ticketAlert");
const SLO_PLUGINS: Key = ("slo_plugins", "sloPlugins");

const fn same(key: &'static str) -> Key {
    (key, key)
}

impl Form {
    fn key(self, key: Key) -> &'static str {
        match self {
            Form::File => key.0,
            Form::Object => key.1,
        }
    }
}

/// Which form a document has, where it is Sloth's.
pub(super) fn form(document: &Node) -> Option<Form> {
    let said = |key: &str| {
        if let Value::Text(text) = &find(document, key)?.value { Some(text.as_str()) } else { None }
    };
    if said("version") == Some("prometheus/v1") {
        Some(Form::File)
    } else if said("kind") == Some("PrometheusServiceLevel")
        && said("apiVersion").is_some_and(|v| v.starts_with("sloth.slok.dev/"))
    {
        Some(Form::Object)
    } else {
        None
    }
}

/// Reads a document of this form.
pub(super) fn read(form: Form, document: &Node, sources: &SourceMap, read: &mut Read) {
    let mut reader = Reader { form, sources, read, owner: None, service_labels: Vec::new() };
    let spec = match form {
        Form::File => {
            let keys = [same("version"), same("service"), same("labels"), same("slos"), SLO_PLUGINS];
            reader.known(document, "the spec", &keys);
            document
        }
        Form::Object => {
            let keys = ["apiVersion", "kind", "metadata", "spec", "status"].map(same);
            reader.known(document, "the object", &keys);
            let Some(spec) = find(document, "spec") else {
                reader.refuse(document, "PrometheusServiceLevel", "it has no `spec`");
                return;
            };
            reader.known(spec, "`spec`", &[same("service"), same("labels"), same("slos"), SLO_PLUGINS]);
            spec
        }
    };
    reader.spec(document, spec);
}

/// The value of a key, where the node is a map.
fn find<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entries(node).iter().find(|e| e.key == key).map(|e| &e.value)
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => &[],
    }
}

struct Reader<'r> {
    form: Form,
    sources: &'r SourceMap,
    read: &'r mut Read,
    /// As the document's own labels say.
    owner: Option<Said>,
    service_labels: Vec<(String, Said)>,
}

impl Reader<'_> {
    fn place(&self, node: &Node) -> Place {
        Place::of(self.sources, node.span)
    }
    fn finding(&mut self, node: &Node, text: String) {
        self.finding_at(self.place(node), text);
    }
    fn finding_at(&mut self, place: Place, text: String) {
        self.read.findings.push(Finding { place, text });
    }
    fn refuse(&mut self, node: &Node, what: &str, why: &str) {
        let place = self.place(node);
        self.read.refused.push(Outcome::refused(what.to_owned(), place, why));
    }
    /// Reports keys that Sloth passes over, and keys that are written twice.
    fn known(&mut self, node: &Node, place: &str, keys: &[Key]) {
        let wanted: Vec<&str> = keys.iter().map(|key| self.form.key(*key)).collect();
        let mut seen: Vec<&str> = Vec::new();
        for entry in entries(node) {
            let at = Place::of(self.sources, entry.key_span);
            let key = short(&entry.key);
            if seen.contains(&entry.key.as_str()) {
                self.finding_at(at, format!("`{key}` is written twice in {place}; the first one is taken"));
                continue;
            }
            seen.push(&entry.key);
            if wanted.contains(&entry.key.as_str()) {
                continue;
            }
            let meant = keys.iter().find(|k| k.0 == entry.key || k.1 == entry.key).map(|k| self.form.key(*k));
            let meant = meant.or_else(|| nearest(&entry.key, wanted.iter().copied()));
            let meant = meant.map(|m| format!("; `{m}` is meant?")).unwrap_or_default();
            self.finding_at(at, format!("Sloth passes `{key}` over: it is not a key of {place}{meant}"));
        }
    }
    fn spec(&mut self, document: &Node, spec: &Node) {
        let Some(service) = self.text(spec, "service") else {
            self.refuse(document, "a spec", "it names no `service`");
            return;
        };
        self.service_labels = self.labels(find(spec, "labels"), "`labels`");
        self.owner = owner(&self.service_labels);
        if self.owner.is_none() && self.form == Form::Object {
            let metadata = find(document, "metadata").and_then(|m| find(m, "labels"));
            let labels = self.labels(metadata, "`metadata.labels`");
            self.owner = owner(&labels);
        }
        let slos = match find(spec, "slos") {
            Some(Node { value: Value::List(slos), .. }) if !slos.is_empty() => slos,
            Some(other) if !matches!(other.value, Value::List(_) | Value::Null) => {
                let why = format!("`slos` must be a list, and is {}", other.value.describe());
                self.refuse(other, &service.text, &why);
                return;
            }
            _ => {
                self.refuse(spec, &service.text, "it has no `slos`");
                return;
            }
        };
        if find(spec, self.form.key(SLO_PLUGINS)).is_some() {
            let text =
                "plugins of the whole spec change Sloth's rules; nothing of that is taken over".to_owned();
            self.finding(spec, text);
        }
        for slo in slos {
            self.slo(&service, slo);
        }
    }
    fn slo(&mut self, service: &Said, slo: &Node) {
        if !matches!(slo.value, Value::Map(_)) {
            let why = format!("an SLO must be a map, and this is {}", slo.value.describe());
            self.refuse(slo, &service.text, &why);
            return;
        }
        let keys = ["name", "objective", "description", "labels", "sli", "alerting", "plugins"].map(same);
        self.known(slo, "an SLO", &keys);
        let Some(name) = self.text(slo, "name") else {
            self.refuse(slo, &service.text, "an SLO has no `name`");
            return;
        };
        let shown = format!("{}/{}", service.text, name.text);
        let refused = |why: String| Outcome::refused(shown.clone(), name.place.clone(), why);
        let objective = match find(slo, "objective").map(|n| (self.place(n), &n.value)) {
            Some((place, Value::Number(text))) => {
                let percent = text.parse::<Decimal>().ok();
                let inside = percent.filter(|p| *p > Decimal::ZERO && *p < Decimal::ONE_HUNDRED);
                if inside.is_none() {
                    let why = match percent {
                        Some(p) if p == Decimal::ONE_HUNDRED => {
                            "an objective of 100 leaves no error budget: any bad event would break it"
                                .to_owned()
                        }
                        _ => format!(
                            "an objective is a percentage above 0 and below 100, and this is {}",
                            short(text)
                        ),
                    };
                    self.finding_at(place, why.clone());
                    self.read.refused.push(refused(why));
                    return;
                }
                if percent.is_some_and(|p| p <= Decimal::ONE) {
                    let said = format!(
                        "an objective of {text} is {text}%: Sloth counts in percent, is {text} of 1 meant?"
                    );
                    self.finding_at(place.clone(), said);
                }
                Said { text: text.clone(), place }
            }
            Some((place, other)) => {
                let why = format!("`objective` must be a number, and is {}", other.describe());
                self.finding_at(place, why.clone());
                self.read.refused.push(refused(why));
                return;
            }
            None => {
                self.read.refused.push(refused("it has no `objective`".to_owned()));
                return;
            }
        };
        let sli = match self.sli(slo) {
            Ok(sli) => sli,
            Err(why) => {
                self.read.refused.push(refused(why));
                return;
            }
        };
        let mut labels = self.labels(find(slo, "labels"), "`labels`");
        let mut alerting = self.alerting(find(slo, "alerting"));
        if alerting.name.is_none() && !(alerting.page.disabled && alerting.ticket.disabled) {
            let said = "Sloth refuses it: its alerts have no `name`, and are not disabled".to_owned();
            self.finding_at(name.place.clone(), said);
        }
        // The nearest word counts.
        let named = owner(&alerting.labels).or_else(|| owner(&labels)).or_else(|| self.owner.clone());
        let mut service_labels = self.service_labels.clone();
        for list in [&mut labels, &mut alerting.labels, &mut service_labels] {
            list.retain(|(key, said)| {
                !(is_owner(key) && named.as_ref().is_some_and(|owner| owner.text == said.text))
            });
        }
        let mut lost = Vec::new();
        if let Some(plugins) = find(slo, "plugins") {
            lost.push(Said { text: "plugins of the SLO".to_owned(), place: self.place(plugins) });
        }
        self.read.objectives.push(Objective {
            service: service.clone(),
            description: self.text(slo, "description").map(|said| said.text),
            name,
            objective,
            sli,
            alerting,
            owner: named,
            service_labels,
            labels,
            lost,
        });
    }
    fn sli(&mut self, slo: &Node) -> Result<Sli, String> {
        let Some(sli) = find(slo, "sli") else { return Err("it has no `sli`".to_owned()) };
        self.known(sli, "`sli`", &["events", "raw", "plugin"].map(same));
        let given = |key: &str| find(sli, key).filter(|n| n.value != Value::Null);
        let forms: Vec<&str> =
            ["events", "raw", "plugin"].into_iter().filter(|key| given(key).is_some()).collect();
        match forms.as_slice() {
            [] => return Err("`sli` has none of `events`, `raw` and `plugin`".to_owned()),
            [_] => {}
            several => {
                let named: Vec<String> = several.iter().map(|s| format!("`{s}`")).collect();
                return Err(format!("`sli` has {}: Sloth takes one", named.join(" and ")));
            }
        }
        let query = |reader: &Self, node: &Node, key: Key| {
            let key = reader.form.key(key);
            reader.text(node, key).ok_or_else(|| format!("`{key}` is missing"))
        };
        if let Some(events) = given("events") {
            self.known(events, "`events`", &[ERROR_QUERY, TOTAL_QUERY]);
            return Ok(Sli::Events {
                error: query(self, events, ERROR_QUERY)?,
                total: query(self, events, TOTAL_QUERY)?,
            });
        }
        if let Some(raw) = given("raw") {
            self.known(raw, "`raw`", &[ERROR_RATIO_QUERY]);
            return Ok(Sli::Ratio(query(self, raw, ERROR_RATIO_QUERY)?));
        }
        let Some(plugin) = given("plugin") else { return Err("`sli` is empty".to_owned()) };
        self.known(plugin, "`plugin`", &["id", "options"].map(same));
        query(self, plugin, same("id")).map(Sli::Plugin)
    }
    fn alerting(&mut self, node: Option<&Node>) -> Alerting {
        let Some(node) = node else { return Alerting::default() };
        self.known(
            node,
            "`alerting`",
            &[same("name"), same("labels"), same("annotations"), PAGE_ALERT, TICKET_ALERT],
        );
        Alerting {
            name: self.text(node, "name"),
            labels: self.labels(find(node, "labels"), "`labels`"),
            annotations: self.labels(find(node, "annotations"), "`annotations`"),
            page: self.alert(node, PAGE_ALERT),
            ticket: self.alert(node, TICKET_ALERT),
        }
    }
    fn alert(&mut self, alerting: &Node, key: Key) -> Alert {
        let key = self.form.key(key);
        let Some(node) = find(alerting, key) else { return Alert::default() };
        self.known(node, &format!("`{key}`"), &["disable", "labels", "annotations"].map(same));
        let disabled = match find(node, "disable") {
            Some(Node { value: Value::Bool(text), .. }) => text.eq_ignore_ascii_case("true"),
            Some(other) if other.value != Value::Null => {
                let text = format!("`disable` must be true or false, and is {}", other.value.describe());
                self.finding(other, text);
                false
            }
            _ => false,
        };
        Alert {
            disabled,
            labels: self.labels(find(node, "labels"), "`labels`"),
            annotations: self.labels(find(node, "annotations"), "`annotations`"),
        }
    }
    /// A map of texts.
    fn labels(&mut self, node: Option<&Node>, what: &str) -> Vec<(String, Said)> {
        let Some(node) = node else { return Vec::new() };
        let mut made: Vec<(String, Said)> = Vec::new();
        if !matches!(node.value, Value::Map(_) | Value::Null) {
            let text = format!("{what} must be a map, and is {}", node.value.describe());
            self.finding(node, text);
        }
        for entry in entries(node) {
            let place = Place::of(self.sources, entry.key_span);
            let text = match &entry.value.value {
                Value::Text(text) | Value::Number(text) | Value::Bool(text) => text.clone(),
                Value::Null => String::new(),
                Value::List(_) | Value::Map(_) => {
                    let said = format!(
                        "`{}` must be a text, and is {}",
                        short(&entry.key),
                        entry.value.value.describe()
                    );
                    self.finding_at(place, said);
                    continue;
                }
            };
            if made.iter().all(|(key, _)| *key != entry.key) {
                made.push((entry.key.clone(), Said { text, place }));
            }
        }
        made
    }
    /// A text that is not empty.
    fn text(&self, node: &Node, key: &str) -> Option<Said> {
        let found = find(node, key)?;
        let text = match &found.value {
            Value::Text(text) | Value::Number(text) | Value::Bool(text) => text.trim(),
            Value::Null | Value::List(_) | Value::Map(_) => return None,
        };
        (!text.is_empty()).then(|| Said { text: text.to_owned(), place: self.place(found) })
    }
}

/// A name for a message.
fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

/// Does a label say who answers for it? Kubernetes' keys have a domain before the word.
pub(super) fn is_owner(key: &str) -> bool {
    let word = key.rsplit('/').next().unwrap_or(key);
    ["owner", "team", "squad"].contains(&word)
}

/// Who answers for it, by the labels: `owner` before `team`.
fn owner(labels: &[(String, Said)]) -> Option<Said> {
    let said = |word: &str| labels.iter().find(|(key, _)| key.rsplit('/').next() == Some(word));
    let found = ["owner", "team", "squad"].into_iter().find_map(said);
    found.map(|(_, said)| said.clone()).filter(|said| !said.text.trim().is_empty())
}
