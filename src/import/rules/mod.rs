//! Prometheus rule files that a team wrote by hand: `groups` of a file, or of a `PrometheusRule` object.
//!
//! ```text
//! documents -> Rule                 as written, with places
//!           -> book      recorded series replaced by what records them
//!           -> burn      alerts on a share of events above so many times a budget
//!           -> draft     one objective for each share and budget, with what stands around it
//!           -> left      what else the files hold, with a reason
//! ```
//!
//! An objective has to be in the source: only a limit written as a multiple of a budget states one. A plain threshold says when to
//! alert, not how much may fail.

mod around;
mod book;
mod burn;
mod constant;
mod draft;
mod left;
mod maker;
mod naming;
mod specs;
mod tidy;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use super::Read;
use super::nature::Natures;
use super::objective::{Place, Said, Tool};
use super::reader::{Reader, entries, find, given, owner, scalar, short, word};
use super::report::Outcome;
use crate::config::tree::{Node, Value};
use crate::promql;
use crate::source::SourceMap;
use book::Book;

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Record,
    Alert,
}

/// A rule as written.
#[derive(Clone, Debug)]
struct Rule {
    kind: Kind,
    /// Its name, and where it is.
    name: Said,
    /// Its expression, without comments and line breaks.
    expr: Said,
    /// Its own labels and those of its group.
    labels: Vec<(String, Said)>,
    annotations: Vec<(String, Said)>,
    /// `for`
    hold: Option<String>,
    group: Said,
    /// How often its group is evaluated, where that is said.
    interval: Option<String>,
    /// Why what it records isn't its expression at the moment it is read, as its group says.
    apart: Option<&'static str>,
    /// As labels of the object say.
    owner: Option<Said>,
}

impl Rule {
    fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(k, _)| k == key).map(|(_, said)| said.text.as_str())
    }
    fn is_alert(&self) -> bool {
        self.kind == Kind::Alert
    }
}

/// Rules of all documents: those of one refer to those of another.
#[derive(Debug, Default)]
pub(super) struct Rules {
    all: Vec<Rule>,
}

/// Where the groups of a document are, if it is one of rules.
pub(super) fn groups(document: &Node) -> Option<&Node> {
    let object = word(document, "apiVersion").is_some_and(|v| {
        v.starts_with("monitoring.coreos.com/") || v.starts_with("operator.victoriametrics.com/")
    });
    let holder = match word(document, "kind") {
        Some("PrometheusRule" | "VMRule") if object => find(document, "spec")?,
        Some(_) => return None,
        None => document,
    };
    let groups = find(holder, "groups")?;
    match &groups.value {
        Value::List(list) if list.iter().any(|group| find(group, "rules").is_some()) => Some(groups),
        Value::List(list) if list.is_empty() || object => Some(groups),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
            None
        }
    }
}

/// Does an object hold the text of a rule file?
pub(super) fn holds_text(document: &Node) -> Option<&str> {
    let texts = find(document, "data").map(entries).unwrap_or_default();
    let found = texts
        .iter()
        .find(|e| scalar(&e.value).is_some_and(|text| text.contains("groups:") && text.contains("expr:")))?;
    (word(document, "kind") == Some("ConfigMap")).then_some(&found.key)
}

/// Does a document hold rules outside of groups, or tests of rules?
pub(super) fn nearly(document: &Node) -> Option<&'static str> {
    if find(document, "rule_files").is_some() && find(document, "tests").is_some() {
        return Some("tests of rules for promtool");
    }
    let is_rule = |node: &Node| {
        find(node, "expr").is_some() && (find(node, "alert").is_some() || find(node, "record").is_some())
    };
    let lists = entries(document).iter().filter_map(|e| match &e.value.value {
        Value::List(list) => Some(list),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => None,
    });
    lists.flatten().any(is_rule).then_some(
        "rules outside of `groups`, where Prometheus does not look for them; write `groups: [{name: .., rules: [..]}]` with these rules in it",
    )
}

/// Reads the groups of a document.
pub(super) fn read(document: &Node, groups: &Node, sources: &SourceMap, read: &mut Read) {
    let mut reader = Reader { tool: Tool::Rules, sources, read };
    let metadata = find(document, "metadata").and_then(|m| find(m, "labels"));
    let labels = reader.labels(metadata, "`metadata.labels`");
    let owner = owner(&labels);
    let Value::List(list) = &groups.value else { return };
    for group in list {
        let keys = [
            "name",
            "interval",
            "limit",
            "query_offset",
            "labels",
            "rules",
            "partial_response_strategy",
            "source_tenants",
            "concurrency",
            "type",
            "params",
            "eval_offset",
            "eval_delay",
        ];
        reader.known(group, "a group", &keys);
        let name = reader
            .text(group, "name")
            .unwrap_or_else(|| Said { text: String::new(), place: reader.place(group) });
        let shared = reader.labels(find(group, "labels"), "`labels`");
        let rules: &[Node] = match given(group, "rules") {
            Some(Node { value: Value::List(rules), .. }) => rules,
            Some(other) => {
                let why = format!("`rules` must be a list, and is {}", other.value.describe());
                reader.refuse(other, &shown_group(&name), why);
                continue;
            }
            None => &[],
        };
        let (interval, apart) = (word(group, "interval").map(str::to_owned), apart(group));
        for node in rules {
            match rule(&mut reader, node, &name, &shared, owner.as_ref()) {
                Ok(rule) => reader.read.rules.all.push(Rule { interval: interval.clone(), apart, ..rule }),
                Err((place, what, why)) => {
                    reader.read.refused.push(Outcome::refused(what, place, why));
                }
            }
        }
    }
}

/// Why the series of a group are not what its expressions say at the moment.
fn apart(group: &Node) -> Option<&'static str> {
    let given = |key: &str| find(group, key).and_then(scalar).map(str::trim);
    let nothing = |text: &str| text.chars().all(|c| c == '0' || c.is_ascii_alphabetic());
    if ["query_offset", "eval_delay"].iter().any(|key| given(key).is_some_and(|text| !nothing(text))) {
        return Some("its group looks at another time than that at which it is evaluated");
    }
    given("limit")
        .is_some_and(|text| !nothing(text))
        .then_some("its group has a `limit`, above which it records nothing")
}

fn shown_group(name: &Said) -> String {
    if name.text.is_empty() { "a group".to_owned() } else { format!("group {}", short(&name.text)) }
}

/// Where, what and why.
type Refusal = (Place, String, String);

fn rule(
    reader: &mut Reader<'_>,
    node: &Node,
    group: &Said,
    shared: &[(String, Said)],
    owner: Option<&Said>,
) -> Result<Rule, Refusal> {
    let refusal = |place: Place, what: &str, why: &str| (place, what.to_owned(), why.to_owned());
    let keys = [
        "record",
        "alert",
        "expr",
        "for",
        "keep_firing_for",
        "labels",
        "annotations",
        "debug",
        "update_entries_limit",
        "enabled",
    ];
    reader.known(node, "a rule", &keys);
    let (kind, name) = match (reader.text(node, "record"), reader.text(node, "alert")) {
        (Some(name), None) => (Kind::Record, name),
        (None, Some(name)) => (Kind::Alert, name),
        (Some(name), Some(_)) => {
            return Err(refusal(
                name.place,
                &name.text,
                "a rule records or alerts, and this has `record` and `alert`",
            ));
        }
        (None, None) => {
            return Err(refusal(
                reader.place(node),
                &shown_group(group),
                "a rule has neither `record` nor `alert`",
            ));
        }
    };
    let refused = |why: String| (name.place.clone(), short(&name.text), why);
    if let Some((_, why)) = reader.doubled(node, "") {
        return Err(refused(why));
    }
    let Some(expr) = reader.text(node, "expr") else { return Err(refused("it has no `expr`".to_owned())) };
    if let Err(errors) = promql::parse(&expr.text) {
        let why = errors.first().map_or_else(String::new, |e| e.message.clone());
        return Err(refused(format!("its expression is not PromQL: {why}")));
    }
    let expr = Said { text: promql::compact(&expr.text), ..expr };
    let mut labels = reader.labels(find(node, "labels"), "`labels`");
    let more = shared.iter().filter(|(key, _)| labels.iter().all(|(k, _)| k != key)).cloned();
    let more: Vec<(String, Said)> = more.collect();
    labels.extend(more);
    Ok(Rule {
        kind,
        expr,
        labels,
        annotations: reader.labels(find(node, "annotations"), "`annotations`"),
        hold: word(node, "for").map(str::to_owned),
        group: group.clone(),
        interval: None,
        apart: None,
        owner: owner.cloned(),
        name,
    })
}

/// Makes objectives of the rules of all files, and lists the others.
pub(super) fn finish(read: &mut Read) {
    let rules = std::mem::take(&mut read.rules).all;
    if rules.is_empty() {
        return;
    }
    let recorded = rules.iter().filter(|rule| !rule.is_alert());
    read.natures = Natures::of(recorded.map(|r| (r.name.text.as_str(), r.expr.text.as_str(), &r.name.place)));
    let made: BTreeSet<usize> = maker::say(&rules, read);
    let book = Book::new(&rules, &made);
    let mut used = BTreeSet::new();
    let mut unclear = BTreeMap::new();
    specs::follow(&book, read, &mut used);
    let drafts = draft::drafts(&book, &made, read, &mut used, &mut unclear);
    draft::objectives(&book, drafts, read, &mut used);
    left::list(&book, &made, &used, &unclear, read);
}
