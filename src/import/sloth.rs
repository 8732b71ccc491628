//! Sloth's specs: `version: prometheus/v1`, and `kind: PrometheusServiceLevel` of Kubernetes. Sloth ignores keys that it
//! doesn't know; here each is a finding.

mod plugins;

use super::Read;
use super::objective::{Alert, Alerting, Lost, Objective, Said, Service, Sli, Tool, Values, What, Window};
use super::reader::{Reader, find, given, map, owner, short, without_owner, word};
use super::report::Outcome;
use crate::config::tree::{Node, Value};
use crate::source::SourceMap;
use crate::value::Decimal;
use crate::write::text;

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
    if word(document, "version") == Some("prometheus/v1") {
        Some(Form::File)
    } else if word(document, "kind") == Some("PrometheusServiceLevel")
        && word(document, "apiVersion").is_some_and(|v| v.starts_with("sloth.slok.dev/"))
    {
        Some(Form::Object)
    } else {
        None
    }
}

/// Reads a document of this form.
pub(super) fn read(form: Form, document: &Node, sources: &SourceMap, read: &mut Read) {
    let reader = Reader { tool: Tool::Sloth, sources, read };
    let mut spec_reader = Spec { form, reader, owner: None, service_labels: Vec::new(), assumed: Vec::new() };
    let spec = match form {
        Form::File => {
            let keys = [same("version"), same("service"), same("labels"), same("slos"), SLO_PLUGINS];
            spec_reader.known(document, "the spec", &keys);
            document
        }
        Form::Object => {
            let keys = ["apiVersion", "kind", "metadata", "spec", "status"].map(same);
            spec_reader.known(document, "the object", &keys);
            let Some(spec) = find(document, "spec") else {
                spec_reader.reader.refuse(document, "PrometheusServiceLevel", "it has no `spec`");
                return;
            };
            spec_reader.known(spec, "`spec`", &[same("service"), same("labels"), same("slos"), SLO_PLUGINS]);
            spec
        }
    };
    spec_reader.spec(document, spec);
}

/// Reads one spec.
struct Spec<'r> {
    form: Form,
    reader: Reader<'r>,
    /// As the document's own labels say.
    owner: Option<Said>,
    service_labels: Vec<(String, Said)>,
    /// What a plugin of the SLO that is read takes for true.
    assumed: Vec<String>,
}

impl Spec<'_> {
    fn known(&mut self, node: &Node, place: &str, keys: &[Key]) {
        let wanted: Vec<&str> = keys.iter().map(|key| self.form.key(*key)).collect();
        self.reader.known(node, place, &wanted);
    }
    fn spec(&mut self, document: &Node, spec: &Node) {
        let Some(service) = self.reader.text(spec, "service") else {
            self.reader.refuse(document, "a spec", "it names no `service`");
            return;
        };
        if let Some((at, why)) = self.reader.doubled(document, "slos") {
            self.reader.read.refused.push(Outcome::refused(service.text, service.place, why).at(at));
            return;
        }
        self.service_labels = self.reader.labels(find(spec, "labels"), "`labels`");
        self.owner = owner(&self.service_labels);
        if self.owner.is_none() && self.form == Form::Object {
            let metadata = find(document, "metadata").and_then(|m| find(m, "labels"));
            let labels = self.reader.labels(metadata, "`metadata.labels`");
            self.owner = owner(&labels);
        }
        let slos = match find(spec, "slos") {
            Some(Node { value: Value::List(slos), .. }) if !slos.is_empty() => slos,
            Some(other) if !matches!(other.value, Value::List(_) | Value::Null) => {
                let why = format!("`slos` must be a list, and is {}", other.value.describe());
                self.reader.refuse(other, &service.text, why);
                return;
            }
            _ => {
                self.reader.refuse(spec, &service.text, "it has no `slos`");
                return;
            }
        };
        if find(spec, self.form.key(SLO_PLUGINS)).is_some() {
            let text = "plugins of the whole spec change Sloth's rules; nothing of that is taken over";
            self.reader.finding(spec, text);
        }
        for slo in slos {
            self.slo(&service, slo);
        }
    }
    fn slo(&mut self, service: &Said, slo: &Node) {
        self.assumed.clear();
        if !matches!(slo.value, Value::Map(_)) {
            let why = format!("an SLO must be a map, and this is {}", slo.value.describe());
            self.reader.refuse(slo, &service.text, why);
            return;
        }
        let keys = ["name", "objective", "description", "labels", "sli", "alerting", "plugins"].map(same);
        self.known(slo, "an SLO", &keys);
        let Some(name) = self.reader.text(slo, "name") else {
            self.reader.refuse(slo, &service.text, "an SLO has no `name`");
            return;
        };
        let shown = format!("{}/{}", service.text, name.text);
        if let Some((at, why)) = self.reader.doubled(slo, "") {
            self.reader.read.refused.push(Outcome::refused(shown, name.place, why).at(at));
            return;
        }
        let read = self.percent(slo).and_then(|percent| Ok((percent, self.sli(slo)?, self.alerting(slo)?)));
        let (percent, sli, mut alerting) = match read {
            Ok(read) => read,
            Err((at, why)) => {
                let at = at.map_or_else(|| name.place.clone(), |node| self.reader.place(node));
                let refused = Outcome::refused(shown, name.place.clone(), why).at(at);
                self.reader.read.refused.push(refused);
                return;
            }
        };
        let mut labels = self.reader.labels(find(slo, "labels"), "`labels`");
        if alerting.name.is_none() && !(alerting.page.disabled && alerting.ticket.disabled) {
            let said = "Sloth refuses it: its alerts have no `name`, and are not disabled";
            self.reader.finding_at(name.place.clone(), said);
        }
        // The nearest word counts.
        let named = owner(&alerting.labels).or_else(|| owner(&labels)).or_else(|| self.owner.clone());
        let mut service_labels = self.service_labels.clone();
        let lists = &mut [&mut labels, &mut alerting.labels, &mut service_labels];
        without_owner(lists, named.as_ref());
        let mut lost = Vec::new();
        if find(slo, "plugins").is_some() {
            lost.push(Lost::new(What::Plugins, "plugins of the SLO"));
        }
        self.reader.read.objectives.push(Objective {
            tool: Tool::Sloth,
            service: Service { labels: service_labels, ..Service::named(service.clone()) },
            description: self.reader.text(slo, "description").map(|said| said.text),
            name,
            part: None,
            title: None,
            percent,
            window: Window::OfTool,
            sli,
            recorded: None,
            unfollowed: None,
            values: Values::Written,
            slices: None,
            alerting,
            owner: named,
            labels,
            assumed: std::mem::take(&mut self.assumed),
            lost,
        });
    }
    /// The objective in percent; else where and why there is none.
    fn percent<'n>(&mut self, slo: &'n Node) -> Result<String, (Option<&'n Node>, String)> {
        let Some(node) = given(slo, "objective") else {
            return Err((None, "it has no `objective`".to_owned()));
        };
        let Value::Number(text) = &node.value else {
            return Err((
                Some(node),
                format!("`objective` must be a number, and is {}", node.value.describe()),
            ));
        };
        let percent = text.parse::<Decimal>().ok();
        match percent.filter(|p| *p > Decimal::ZERO && *p < Decimal::ONE_HUNDRED) {
            Some(inside) => {
                if inside <= Decimal::ONE {
                    let said = format!(
                        "an objective of {text} is {text}%: Sloth counts in percent, is {text} of 1 meant?"
                    );
                    self.reader.finding(node, said);
                }
                Ok(text::number(inside).unwrap_or_else(|| text.clone()))
            }
            None if percent == Some(Decimal::ONE_HUNDRED) => Err((
                Some(node),
                "an objective of 100 leaves no error budget: any bad event would break it".to_owned(),
            )),
            None => Err((
                Some(node),
                format!("an objective is a percentage above 0 and below 100, and this is {}", short(text)),
            )),
        }
    }
    fn sli<'n>(&mut self, slo: &'n Node) -> Result<Sli, (Option<&'n Node>, String)> {
        let Some(sli) = find(slo, "sli") else { return Err((None, "it has no `sli`".to_owned())) };
        self.known(sli, "`sli`", &["events", "raw", "plugin"].map(same));
        let forms: Vec<(&str, &Node)> =
            ["events", "raw", "plugin"].into_iter().filter_map(|key| Some((key, given(sli, key)?))).collect();
        let (form, node) = match forms.as_slice() {
            [] => return Err((None, "`sli` has none of `events`, `raw` and `plugin`".to_owned())),
            [one] => *one,
            several => {
                let named: Vec<String> = several.iter().map(|(s, _)| format!("`{s}`")).collect();
                return Err((None, format!("`sli` has {}: Sloth takes one", named.join(" and "))));
            }
        };
        let query = |spec: &Self, key: Key| {
            let key = spec.form.key(key);
            spec.reader.text(node, key).ok_or_else(|| (None, format!("`{key}` is missing")))
        };
        match form {
            "events" => {
                self.known(node, "`events`", &[ERROR_QUERY, TOTAL_QUERY]);
                Ok(Sli::Events { error: query(self, ERROR_QUERY)?, total: query(self, TOTAL_QUERY)? })
            }
            "raw" => {
                self.known(node, "`raw`", &[ERROR_RATIO_QUERY]);
                Ok(Sli::Ratio { query: query(self, ERROR_RATIO_QUERY)?, good: false })
            }
            _ => {
                self.known(node, "`plugin`", &["id", "options"].map(same));
                let id = query(self, same("id"))?;
                let options = find(node, "options");
                let given = self.reader.labels(options, "`options`");
                match plugins::made(&id, &given) {
                    Ok(None) => Ok(Sli::Plugin(id)),
                    Ok(Some(made)) => {
                        for said in made.findings {
                            self.reader.finding_at(said.place, said.text);
                        }
                        self.assumed = made.assumed;
                        Ok(made.sli)
                    }
                    Err((key, why)) => {
                        let at = key.and_then(|key| find(options?, key)).or(options).unwrap_or(node);
                        Err((Some(at), why))
                    }
                }
            }
        }
    }
    fn alerting<'n>(&mut self, slo: &'n Node) -> Result<Alerting, (Option<&'n Node>, String)> {
        let Some(node) = map(slo, "alerting").map_err(at)? else { return Ok(Alerting::default()) };
        self.known(
            node,
            "`alerting`",
            &[same("name"), same("labels"), same("annotations"), PAGE_ALERT, TICKET_ALERT],
        );
        Ok(Alerting {
            name: self.reader.text(node, "name"),
            labels: self.reader.labels(find(node, "labels"), "`labels`"),
            annotations: self.reader.labels(find(node, "annotations"), "`annotations`"),
            page: self.alert(node, PAGE_ALERT)?,
            ticket: self.alert(node, TICKET_ALERT)?,
            silent_without_data: false,
        })
    }
    fn alert<'n>(&mut self, alerting: &'n Node, key: Key) -> Result<Alert, (Option<&'n Node>, String)> {
        let key = self.form.key(key);
        let Some(node) = map(alerting, key).map_err(at)? else { return Ok(Alert::default()) };
        self.known(node, &format!("`{key}`"), &["disable", "labels", "annotations"].map(same));
        let disabled = self.reader.flag(node, "disable").map_err(at)?.unwrap_or(false);
        Ok(Alert {
            disabled,
            labels: self.reader.labels(find(node, "labels"), "`labels`"),
            annotations: self.reader.labels(find(node, "annotations"), "`annotations`"),
        })
    }
}

/// A refusal with its place.
fn at((node, why): (&Node, String)) -> (Option<&Node>, String) {
    (Some(node), why)
}
