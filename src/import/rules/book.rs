//! Recorded series, and what records them: an expression is followed to the metrics that services expose.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Rule;
use crate::promql::algebra::{Test, Value};
use crate::promql::ast::{Expr, ExprKind, Matcher, Selector};
use crate::promql::{self, Labels};

/// Recordings of recordings, at most so many.
const DEEPEST: usize = 16;
/// Bytes of an expression with all recordings in it.
const LONGEST: usize = 32 * 1024;
/// Rules under one name that are told apart.
const MOST: usize = 100;

/// An expression that names no recorded series any more.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Followed {
    pub(super) text: String,
    /// Labels that rules give its series.
    pub(super) labels: BTreeMap<String, String>,
    /// The rules that were followed.
    pub(super) used: BTreeSet<usize>,
    /// The rule that records it, where it is recorded.
    pub(super) by: Option<usize>,
}

/// Why something cannot be followed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Why {
    pub(super) text: String,
    /// The labels of the series that cannot be followed, as far as they are known.
    pub(super) labels: BTreeMap<String, String>,
}

impl Why {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), labels: BTreeMap::new() }
    }
}

#[derive(Clone)]
enum Known {
    Busy,
    Done(Vec<Result<Followed, Why>>),
}

/// The rules, by what they record.
pub(super) struct Book<'r> {
    pub(super) rules: &'r [Rule],
    by_name: BTreeMap<&'r str, Vec<usize>>,
    known: RefCell<BTreeMap<usize, Known>>,
}

impl<'r> Book<'r> {
    /// All rules, but those that are left out.
    pub(super) fn new(rules: &'r [Rule], without: &BTreeSet<usize>) -> Self {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, rule) in rules.iter().enumerate().filter(|(at, r)| !r.is_alert() && !without.contains(at)) {
            by_name.entry(&rule.name.text).or_default().push(at);
        }
        Self { rules, by_name, known: RefCell::default() }
    }
    /// The names of what is recorded.
    pub(super) fn names(&self) -> impl Iterator<Item = &'r str> {
        self.by_name.keys().copied()
    }
    pub(super) fn is_recorded(&self, selector: &Selector) -> bool {
        selector.metric().is_some_and(|(name, _)| self.by_name.contains_key(name))
    }
    /// The series that an expression gives: several, where several rules record what it names.
    pub(super) fn follow(&self, text: &str) -> Result<Vec<Result<Followed, Why>>, Why> {
        self.expression(text, 0)
    }
    /// The series that a selector selects of those that are recorded.
    pub(super) fn series(&self, selector: &Selector) -> Result<Vec<Result<Followed, Why>>, Why> {
        if self.is_recorded(selector) { self.selected(selector, 0) } else { Ok(Vec::new()) }
    }
    fn expression(&self, text: &str, depth: usize) -> Result<Vec<Result<Followed, Why>>, Why> {
        let expr = promql::parse(text).map_err(|_| Why::new("an expression of it is not PromQL"))?;
        if let Some(selector) = expr.selector().filter(|s| self.is_recorded(s)) {
            return self.selected(selector, depth);
        }
        self.replaced(text, &expr, depth)
    }
    /// An expression with each recorded series replaced by what records it. Where several rules record them, those that give the same
    /// labels belong together.
    fn replaced(&self, text: &str, expr: &Expr, depth: usize) -> Result<Vec<Result<Followed, Why>>, Why> {
        let mut found: Vec<(Vec<&Expr>, &Expr)> = Vec::new();
        promql::linear::visit(expr, &mut |around, e| {
            if matches!(e.kind, ExprKind::Selector(_)) {
                found.push((around.to_vec(), e));
            }
        });
        let mut recorded: Vec<(Range<usize>, Vec<Followed>)> = Vec::new();
        let mut exposed = false;
        for (around, e) in found {
            match e.selector().filter(|s| self.is_recorded(s)) {
                Some(selector) => recorded.push((e.range.clone(), self.within(selector, &around, depth)?)),
                None => exposed = true,
            }
        }
        let mut groups: Vec<&BTreeMap<String, String>> = Vec::new();
        for one in recorded.iter().flat_map(|(_, list)| list) {
            if !groups.contains(&&one.labels) {
                groups.push(&one.labels);
            }
        }
        if recorded.is_empty() {
            let labels = BTreeMap::new();
            return Ok(vec![Ok(Followed { text: text.to_owned(), labels, used: BTreeSet::new(), by: None })]);
        }
        if exposed && groups.iter().any(|labels| !labels.is_empty()) {
            return Err(Why::new(
                "it combines recorded series, to which rules give labels, with others, and it can't be told whether they meet",
            ));
        }
        Ok(groups.into_iter().map(|labels| put(text, &recorded, labels)).collect())
    }
    /// What rules record of a selector within an expression, with the labels that are left outside of what stands around it.
    fn within(&self, selector: &Selector, around: &[&Expr], depth: usize) -> Result<Vec<Followed>, Why> {
        let name = selector.metric().map_or("", |(name, _)| name);
        let ranged =
            selector.window.is_some() || around.iter().any(|e| matches!(e.kind, ExprKind::Subquery(_)));
        if ranged {
            return Err(Why::new(format!(
                "it looks at `{name}` over time, which is recorded: that weighs each moment alike, however many events it had"
            )));
        }
        let list: Vec<Followed> = self.selected(selector, depth)?.into_iter().collect::<Result<_, _>>()?;
        let several = list.len();
        let mut made: Vec<Followed> = Vec::new();
        for one in list {
            let labels = visible(one.labels, around);
            if made.iter().any(|other| other.labels == labels) {
                return Err(Why::new(format!("{several} rules record `{name}`, and it takes them together")));
            }
            made.push(Followed { labels, ..one });
        }
        Ok(made)
    }
    /// The rule that records what a selector names, where no rule records any with the labels that it selects.
    pub(super) fn finds_nothing(&self, selector: &Selector) -> Option<&'r Rule> {
        let mut now = selector.clone();
        now.window = None;
        now.shift.offset = None;
        now.shift.at = None;
        let (name, _) = now.metric()?;
        let own = self.by_name.get(name)?;
        let first = own.first()?;
        // Of those that are left out nothing is known here.
        let all = self.rules.iter().filter(|rule| !rule.is_alert() && rule.name.text == name).count();
        if all > own.len() {
            return None;
        }
        self.chosen(&now, 0).is_ok_and(|found| found.is_empty()).then(|| self.rules.get(*first)).flatten()
    }
    /// What rules record under the name of a selector, and it selects.
    fn selected(&self, selector: &Selector, depth: usize) -> Result<Vec<Result<Followed, Why>>, Why> {
        let made = self.chosen(selector, depth)?;
        if made.is_empty() {
            let name = selector.metric().map_or("", |(name, _)| name);
            return Err(Why::new(format!(
                "no rule of the input records `{name}` with the labels that it selects"
            )));
        }
        Ok(made)
    }
    /// The same, and none where there is none.
    fn chosen(&self, selector: &Selector, depth: usize) -> Result<Vec<Result<Followed, Why>>, Why> {
        let name = selector.metric().map_or("", |(name, _)| name);
        if selector.shift.offset.is_some() || selector.shift.at.is_some() || selector.window.is_some() {
            return Err(Why::new(format!("it looks at `{name}` at another time, which is recorded")));
        }
        let mut made: Vec<Result<Followed, Why>> = Vec::new();
        for at in self.by_name.get(name).into_iter().flatten() {
            for one in self.recorded(*at, depth)? {
                let narrowed = match one {
                    Ok(one) => narrowed(one, &selector.matchers, name).transpose(),
                    Err(why) => accepted(&why.labels, &selector.matchers).then_some(Err(why)),
                };
                if made.len() > MOST {
                    break;
                }
                made.extend(narrowed.filter(|new| {
                    !made.iter().any(|old| match (old, new) {
                        (Ok(old), Ok(new)) => old.text == new.text && old.labels == new.labels,
                        (old, new) => old == new,
                    })
                }));
            }
        }
        if made.len() > MOST {
            return Err(Why::new(format!("more than {MOST} rules record `{name}`")));
        }
        Ok(made)
    }
    /// What a rule records.
    fn recorded(&self, at: usize, depth: usize) -> Result<Vec<Result<Followed, Why>>, Why> {
        if depth > DEEPEST {
            return Err(Why::new("recordings of recordings, too deep to follow"));
        }
        let before = self.known.borrow().get(&at).cloned();
        match before {
            Some(Known::Done(made)) => return Ok(made),
            Some(Known::Busy) => return Err(Why::new("recordings that record themselves")),
            None => {}
        }
        let Some(rule) = self.rules.get(at) else { return Ok(Vec::new()) };
        if let Some(why) = rule.apart.map(str::to_owned).or_else(|| relabelled(rule)) {
            let text = format!("`{}` is recorded, and {why}", rule.name.text);
            return Ok(vec![Err(Why { text, labels: own_labels(rule) })]);
        }
        self.known.borrow_mut().insert(at, Known::Busy);
        let labels = |mut own: BTreeMap<String, String>| {
            for (key, said) in &rule.labels {
                // An empty one takes the label away.
                own.remove(key);
                if !said.text.is_empty() {
                    own.insert(key.clone(), said.text.clone());
                }
            }
            own
        };
        let found = self.expression(&rule.expr.text, depth + 1).unwrap_or_else(|why| vec![Err(why)]);
        let made = {
            let one = |found: Result<Followed, Why>| match found {
                Ok(mut one) => {
                    one.labels = labels(one.labels);
                    one.used.insert(at);
                    one.by = Some(at);
                    Ok(one)
                }
                Err(why) => Err(Why { labels: labels(why.labels), ..why }),
            };
            found.into_iter().map(one).collect::<Vec<_>>()
        };
        self.known.borrow_mut().insert(at, Known::Done(made.clone()));
        Ok(made)
    }
}

/// The labels that a rule gives its series.
fn own_labels(rule: &Rule) -> BTreeMap<String, String> {
    let given = rule.labels.iter().filter(|(_, said)| !said.text.is_empty());
    given.map(|(key, said)| (key.clone(), said.text.clone())).collect()
}

/// Why the labels of what a rule records are not those of its expression: it takes one away, or writes over one that the expression names.
fn relabelled(rule: &Rule) -> Option<String> {
    let expr = promql::parse(&rule.expr.text).ok()?;
    let mut named: BTreeSet<String> = BTreeSet::new();
    promql::linear::visit(&expr, &mut |around, e| {
        // What is below an aggregation is not in its result.
        if around.iter().any(|outer| outer.aggregate().is_some()) {
            return;
        }
        let grouping = e.aggregate().and_then(|a| a.grouping.as_ref()).filter(|g| !g.without);
        named.extend(grouping.into_iter().flat_map(|g| &g.labels).map(|label| label.text.clone()));
        let matched = e.selector().into_iter().flat_map(|s| &s.matchers);
        named.extend(matched.map(|m| m.label.text.clone()));
    });
    rule.labels.iter().find_map(|(key, said)| {
        if said.text.is_empty() {
            Some(format!("its rule takes the label `{key}` away"))
        } else {
            named.contains(key).then(|| format!("its rule writes over the label `{key}` of its own series"))
        }
    })
}

/// An expression with the series of these labels in it.
fn put(
    text: &str,
    recorded: &[(Range<usize>, Vec<Followed>)],
    labels: &BTreeMap<String, String>,
) -> Result<Followed, Why> {
    let why = |text: &str| Why { text: text.to_owned(), labels: labels.clone() };
    let mut edits = Vec::new();
    let mut used = BTreeSet::new();
    for (range, list) in recorded {
        let Some(one) = list.iter().find(|one| one.labels == *labels) else {
            return Err(why(
                "it combines recorded series that rules give different labels, so that they never meet",
            ));
        };
        used.extend(&one.used);
        let plain = promql::parse(&one.text).is_ok_and(|e| {
            !matches!(e.kind, ExprKind::Binary(_) | ExprKind::Unary(_)) || range.len() == text.len()
        });
        edits.push((range.clone(), if plain { one.text.clone() } else { format!("({})", one.text) }));
    }
    let mut out = text.to_owned();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    for (range, by) in edits {
        out.replace_range(range, &by);
        if out.len() > LONGEST {
            return Err(why("with all recordings in it its expression would be too long to read"));
        }
    }
    Ok(Followed { text: out, labels: labels.clone(), used, by: None })
}

/// The labels that are left of a series outside of what stands around it.
pub(super) fn visible(mut labels: BTreeMap<String, String>, around: &[&Expr]) -> BTreeMap<String, String> {
    for aggregate in around.iter().rev().filter_map(|e| e.aggregate()) {
        match &aggregate.grouping {
            _ if aggregate.op.picks() => {}
            None => labels.clear(),
            Some(g) => labels.retain(|key, _| g.labels.iter().any(|l| l.text == *key) != g.without),
        }
    }
    labels
}

fn test(m: &Matcher) -> Test<'_> {
    Test { label: &m.label.text, op: m.op, value: Value::Known(&m.value.text) }
}

/// Do known labels meet matchers, as far as they are known?
fn accepted(labels: &BTreeMap<String, String>, matchers: &[Matcher]) -> bool {
    matchers
        .iter()
        .all(|m| labels.get(&m.label.text).is_none_or(|value| test(m).accepts(value) != Some(false)))
}

/// What is left of recorded series by matchers: those on labels that the rule gives are decided, others are handed down to its metrics.
fn narrowed(one: Followed, matchers: &[Matcher], name: &str) -> Result<Option<Followed>, Why> {
    let expr = promql::parse(&one.text).map_err(|_| Why::new("an expression of it is not PromQL"))?;
    let carries = promql::output_labels(&expr);
    let mut handed = Vec::new();
    for m in matchers.iter().filter(|m| m.label.text != "__name__") {
        let known = match one.labels.get(&m.label.text) {
            Some(value) => Some(value.as_str()),
            None if !carries.may_have(&m.label.text) => Some(""),
            None => None,
        };
        match known {
            Some(value) if test(m).accepts(value) == Some(true) => {}
            Some(_) => return Ok(None),
            None => handed.push((m.label.text.as_str(), m.op, m.value.text.as_str())),
        }
    }
    if handed.is_empty() {
        return Ok(Some(one));
    }
    let labels: Vec<&str> = handed.iter().map(|(label, ..)| *label).collect();
    let kept = promql::carried(&expr, &labels);
    if matches!(carries, Labels::Unknown) || kept.iter().any(|(_, kept)| kept.len() < labels.len()) {
        return Err(Why {
            text: format!(
                "it selects some of the series of `{name}`, and of what they are recorded can't be told"
            ),
            labels: one.labels,
        });
    }
    let text = promql::inject(&one.text, &handed, |_, _| true);
    Ok(Some(Followed { text, ..one }))
}
