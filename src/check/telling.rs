//! What makes an event good or bad, as far as it can be told without a metric's name: documents say it, and a warning asks
//! for words where nothing can be told. One reading of the model, so that the two never disagree.

use super::Found;
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::elaborate::{alternatives, speaks_for};
use crate::ir::Side;
use crate::ir::{
    Condition, Events, MatchOp, Matcher, Measurement, Model, Outcome, Promise, Reading, Selector, Series,
    WordsOf,
};
use crate::value::Decimal;

/// Something that events meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Clause<'a> {
    /// They take, or measure, at most this: of this histogram, in its unit.
    Within(&'a str, Decimal),
    /// They take, or measure, more than this.
    Over(&'a str, Decimal),
    /// A reading of this gauge meets a limit.
    Reads(&'a str, Reading),
    /// Our systems report them as done well or as failed; or they do not.
    Reported(Side, bool),
    /// A label has one of these values, or none of them.
    Label(&'a str, Vec<&'a str>, bool),
    /// A label fits a pattern, or doesn't, that has no end to its values.
    Pattern(&'a str, bool),
    /// A metric of their own counts them.
    Apart,
    /// The author's own query picks them.
    Query,
}

/// When an event is good, or bad: when all clauses of any of these hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told<'a> {
    /// Which side is told.
    pub(crate) side: Side,
    /// The ways to be so, at least one.
    pub(crate) ways: Vec<Vec<Clause<'a>>>,
}

/// What can be told of the good, or the bad ones.
pub(crate) fn told(events: &Events) -> Told<'_> {
    let (side, list): (Side, Vec<&Series>) = match &events.outcome {
        _ if !events.faults.is_empty() => (Side::Bad, events.faults.iter().flatten().collect()),
        Outcome::Good(list) => (Side::Good, list.iter().collect()),
        Outcome::Bad(list) => (Side::Bad, list.iter().collect()),
    };
    let total: Vec<&Selector> = events.total.iter().filter_map(Series::selector).collect();
    let mut ways: Vec<Vec<Clause<'_>>> = Vec::new();
    for series in list {
        let way = clauses(series, side, &total);
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    // `over 1s where {code!~"5.."}` beside `where {code=~"5.."}`: slow or failed.
    let alone: Vec<Clause<'_>> =
        ways.iter().filter_map(|w| w.first().filter(|_| w.len() == 1).cloned()).collect();
    for way in ways.iter_mut().filter(|w| w.len() > 1) {
        way.retain(|clause| !alone.iter().any(|other| opposite(clause, other)));
    }
    Told { side, ways }
}

/// Does one hold just where the other doesn't?
fn opposite(a: &Clause<'_>, b: &Clause<'_>) -> bool {
    if let (Clause::Reported(x, is), Clause::Reported(y, other)) = (a, b) {
        return x == y && is != other;
    }
    if let (Clause::Label(x, v, is), Clause::Label(y, w, other)) = (a, b) {
        return x == y && v == w && is != other;
    }
    false
}

fn clauses<'a>(series: &'a Series, side: Side, total: &[&Selector]) -> Vec<Clause<'a>> {
    let Some(selector) = series.selector() else { return vec![Clause::Query] };
    let metric = selector.metric.as_str();
    let mut made = Vec::new();
    match series {
        Series::HistogramWithin { limit, .. } => made.push(Clause::Within(metric, *limit)),
        Series::HistogramOver { limit, .. } => made.push(Clause::Over(metric, *limit)),
        Series::Readings { condition: Some(reading), .. } => made.push(Clause::Reads(metric, *reading)),
        Series::Counter(_)
        | Series::HistogramCount { .. }
        | Series::Readings { condition: None, .. }
        | Series::Promql(_) => {}
    }
    let limited = !made.is_empty();
    // What total asks for already tells nothing: of the addend of the same metric, or of any, where none is.
    let own: Vec<&&Selector> = total.iter().filter(|t| t.metric == selector.metric).collect();
    let known = |m: &Matcher| {
        let holds = |t: &&&Selector| t.matchers.contains(m);
        if own.is_empty() { total.iter().any(|t| holds(&t)) } else { own.iter().any(holds) }
    };
    for matcher in selector.matchers.iter().filter(|m| !known(m)) {
        made.extend(clause(metric, matcher).filter(|c| !made.contains(c)));
    }
    let reported = made.iter().any(|c| matches!(c, Clause::Reported(..)));
    if own.is_empty() && !limited && !reported {
        let named = crate::elaborate::named(metric).is_some_and(|named| named == side);
        made.insert(0, if named { Clause::Reported(side, true) } else { Clause::Apart });
    }
    if made.is_empty() {
        made.push(Clause::Apart);
    }
    made
}

/// What a matcher beyond those of total says; nothing of one that every series meets.
fn clause<'a>(metric: &str, m: &'a Matcher) -> Option<Clause<'a>> {
    let (label, value) = (m.label.as_str(), m.value.as_str());
    let is = matches!(m.op, MatchOp::Equal | MatchOp::Regex);
    if matches!(m.op, MatchOp::Regex) && value == ".*" {
        return None;
    }
    // What says one side by its values says the other where they are left out.
    for side in [Side::Good, Side::Bad] {
        if speaks_for(metric, (label, m.op, value), side) {
            let said = match (side, is) {
                (side, true) => side,
                (Side::Good, false) => Side::Bad,
                (Side::Bad, false) => Side::Good,
            };
            return Some(Clause::Reported(said, is));
        }
    }
    Some(match m.op {
        MatchOp::Equal | MatchOp::NotEqual => Clause::Label(label, vec![value], is),
        MatchOp::Regex | MatchOp::NotRegex if matches!(value, ".+" | ".{1,}") => {
            Clause::Label(label, vec![""], !is)
        }
        MatchOp::Regex | MatchOp::NotRegex => {
            match alternatives(value).filter(|list| list.iter().all(|v| plain(v))) {
                Some(values) => Clause::Label(label, values, is),
                None => Clause::Pattern(label, is),
            }
        }
    })
}

/// Is it a text, and no pattern?
fn plain(value: &str) -> bool {
    !value.contains(['.', '+', '*', '?', '[', ']', '(', ')', '{', '}', '^', '$', '|', '\\'])
}

/// Warns where a document could not say what is good or bad: of an indicator, of queries, of several filters.
pub(super) fn check(model: &Model, found: &mut Found<'_>) {
    let mut indicators = std::collections::BTreeSet::new();
    for (_, promise) in model.promises() {
        // Of an indicator it is said once.
        let first = promise.indicator.as_deref().is_none_or(|name| indicators.insert(name));
        if let Some(what) = unsaid(promise).filter(|_| first) {
            let path = &promise.path;
            let help = match what {
                Unsaid::Bad => "say what it means: `bad \"what goes wrong, as users see it\" ..`",
                Unsaid::Good => "say what it means: `good \"what goes well, as users see it\" ..`",
                Unsaid::Slices => "say what it means: `good \"what holds then, with its unit\" when ..`",
            };
            found.push(
                Diagnostic::new(
                    &codes::UNTOLD_MEASURE,
                    promise.places.measurement,
                    format!("documents cannot say what {} means in `{path}`", what.side()),
                    "this measurement has no words",
                )
                .help(help),
            );
        }
    }
}

/// What lacks words.
#[derive(Clone, Copy)]
enum Unsaid {
    Good,
    Bad,
    Slices,
}

impl Unsaid {
    fn side(self) -> &'static str {
        match self {
            Self::Good | Self::Slices => "good",
            Self::Bad => "bad",
        }
    }
}

fn unsaid(promise: &Promise) -> Option<Unsaid> {
    let said = |of: WordsOf| promise.words.iter().any(|w| w.of == of);
    if let Measurement::Slices(slices) = &promise.measurement
        && matches!(slices.condition, Condition::Promql { .. })
    {
        return (!said(WordsOf::Slices)).then_some(Unsaid::Slices);
    }
    let events = promise.measurement.events()?;
    let told = told(events);
    let opaque =
        told.ways.iter().flatten().any(|c| matches!(c, Clause::Query | Clause::Apart | Clause::Pattern(..)));
    let query = told.ways.iter().flatten().any(|c| *c == Clause::Query);
    if !opaque || !(promise.indicator.is_some() || query || told.ways.len() > 1) {
        return None;
    }
    match told.side {
        Side::Good => (!said(WordsOf::Good)).then_some(Unsaid::Good),
        Side::Bad => (!said(WordsOf::Bad)).then_some(Unsaid::Bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    const CATALOGUE: &str = r#"team shop "Shop" { pages "pager" }
metric hits_total: counter of hits { labels route, code, step, result }
metric back_total: counter of hits, part of hits_total { labels route, step, result }
metric hits_failed_total: counter of hits, part of hits_total { labels route, step, result }
metric h_seconds: histogram of seconds {
  labels route, code
  buckets 0.1, 0.5, 1
}
metric slow_seconds: histogram of seconds, part of hits_total {
  labels route
  buckets 0.1, 0.5, 1
}
"#;

    /// What is told of a measurement, in short.
    fn told_of(lines: &str) -> String {
        let source = format!(
            "{CATALOGUE}journey use \"Use it\" {{\n  owner shop\n  promise p \"P\" {{\n    keep for 99% of hits over 28d\n{lines}\n  }}\n}}\n"
        );
        let compiled =
            Project::in_memory(&[("a.slovo", &source)], "project: told\nretention: 100d\n").compile();
        let said: Vec<_> = compiled.diagnostics.iter().map(|d| d.message.clone()).collect();
        let model = compiled.model.unwrap_or_else(|| panic!("{lines}: {said:?}"));
        let (_, promise) = model.promises().next().unwrap();
        let told = told(promise.measurement.events().unwrap());
        let ways: Vec<_> = told.ways.iter().map(|way| format!("{way:?}")).collect();
        format!("{:?} {}", told.side, ways.join(" or "))
    }

    #[test]
    fn what_makes_an_event_good_or_bad() {
        for (lines, expected) in [
            // A matcher whose values say how it went, or left it out.
            ("total hits_total\nbad where {code=~\"5..\"}", "Bad [Reported(Bad, true)]"),
            ("total hits_total\ngood where {code!~\"5..\"}", "Good [Reported(Bad, false)]"),
            ("total hits_total\nbad where {result!=\"success\"}", "Bad [Reported(Good, false)]"),
            // One that says nothing of it, as a value, a list, a pattern.
            ("total hits_total\nbad where {step=\"back\"}", "Bad [Label(\"step\", [\"back\"], true)]"),
            ("total hits_total\nbad where {step!=\"on\"}", "Bad [Label(\"step\", [\"on\"], false)]"),
            ("total hits_total\nbad where {step=~\"a|b\"}", "Bad [Label(\"step\", [\"a\", \"b\"], true)]"),
            ("total hits_total\nbad where {step=~\".+\"}", "Bad [Label(\"step\", [\"\"], false)]"),
            ("total hits_total\nbad where {step!~\".+\"}", "Bad [Label(\"step\", [\"\"], true)]"),
            ("total hits_total\nbad where {step=~\"b.*\"}", "Bad [Pattern(\"step\", true)]"),
            ("total hits_total\nbad where {step!~\"b.*\"}", "Bad [Pattern(\"step\", false)]"),
            // What total asks for already tells nothing.
            (
                "total hits_total{route=\"/\"}\nbad hits_total{route=\"/\", step=\"back\"}",
                "Bad [Label(\"step\", [\"back\"], true)]",
            ),
            ("total hits_total{route=\"/\"}\nbad back_total{route=\"/\"}", "Bad [Apart]"),
            // A metric of its own: its name says it, or only what it is narrowed by.
            ("total hits_total\nbad back_total", "Bad [Apart]"),
            ("total hits_total\nbad hits_failed_total", "Bad [Reported(Bad, true)]"),
            ("total hits_total\nbad back_total{step=\"a\"}", "Bad [Apart, Label(\"step\", [\"a\"], true)]"),
            ("total hits_total\nbad back_total{result=\"failed\"}", "Bad [Reported(Bad, true)]"),
            ("total hits_total\nbad slow_seconds over 1s", "Bad [Over(\"slow_seconds\", 1)]"),
            // Limits.
            ("total h_seconds\ngood within 500ms", "Good [Within(\"h_seconds\", 0.5)]"),
            (
                "total h_seconds\ngood within 500ms where {code!~\"5..\"}",
                "Good [Within(\"h_seconds\", 0.5), Reported(Bad, false)]",
            ),
            // Slow or failed: the limit needs no word of those that fail anyway.
            (
                "total h_seconds\nbad over 500ms where {code!~\"5..\"}\nbad where {code=~\"5..\"}",
                "Bad [Over(\"h_seconds\", 0.5)] or [Reported(Bad, true)]",
            ),
            (
                "total h_seconds\nbad over 500ms where {route!=\"/a\"}\nbad where {route=\"/a\"}",
                "Bad [Over(\"h_seconds\", 0.5)] or [Label(\"route\", [\"/a\"], true)]",
            ),
            (
                "total h_seconds\nbad over 500ms where {route=\"/b\"}\nbad where {route=\"/a\"}",
                "Bad [Over(\"h_seconds\", 0.5), Label(\"route\", [\"/b\"], true)] or [Label(\"route\", [\"/a\"], true)]",
            ),
            // What leaves out more than the other asks for is not its opposite.
            (
                "total h_seconds\nbad over 500ms where {route!~\"/a|/b\"}\nbad where {route=\"/a\"}",
                "Bad [Over(\"h_seconds\", 0.5), Label(\"route\", [\"/a\", \"/b\"], false)] or [Label(\"route\", [\"/a\"], true)]",
            ),
            (
                "total h_seconds\nbad over 500ms or where {code=~\"5..\"}",
                "Bad [Over(\"h_seconds\", 0.5)] or [Reported(Bad, true)]",
            ),
            // Said once, though of two addends.
            (
                "total hits_total{route=\"/a\"} + hits_total{route=\"/b\"}\nbad where {code=~\"5..\"}",
                "Bad [Reported(Bad, true)]",
            ),
            (
                "total promql \"sum(rate(hits_total[$range]))\"\nbad promql \"sum(rate(back_total[$range]))\"",
                "Bad [Query]",
            ),
        ] {
            assert_eq!(told_of(lines), expected, "{lines}");
        }
    }
}
