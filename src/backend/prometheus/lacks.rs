//! What a promise needs that the output's engine doesn't know: refused by `check`, since an engine leaves out the whole file or the
//! whole configuration over one such rule.

use std::collections::BTreeMap;

use crate::check::several;
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{
    Condition, Engine, Family, MatchOp, Matcher, Measurement, Model, Promise, Selector, Series, Slices,
};
use crate::promql::engines::{self, Beyond};

/// Adds a message for each thing that the engine doesn't know, at the first promise that needs it.
pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let options = &model.settings.prometheus;
    let engine = options.evaluated_by();
    let mut found: BTreeMap<String, (Beyond, &Promise, usize)> = BTreeMap::new();
    for (_, promise) in model.promises() {
        for beyond in of(model, promise, engine) {
            let entry = found.entry(beyond.what.clone()).or_insert((beyond, promise, 0));
            entry.2 += 1;
        }
    }
    for (beyond, promise, times) in found.into_values() {
        diagnostics.push(message(engine, options.engine.is_some(), &beyond, (promise, times)));
    }
}

fn message(
    engine: Engine,
    is_said: bool,
    beyond: &Beyond,
    (promise, times): (&Promise, usize),
) -> Diagnostic {
    let (name, product) = match engine.family {
        Family::Prometheus => ("prometheus", "Prometheus"),
        Family::VictoriaMetrics => ("victoriametrics", "VictoriaMetrics"),
    };
    let mut made = Diagnostic::new(
        &codes::ENGINE_LACKS,
        promise.origin.span,
        format!("{product} {} does not know {}", engine.version, beyond.what),
        "needs it",
    );
    if times > 1 {
        made = made.note(format!("the same holds for {}", several(times - 1, "other promise")));
    }
    made = made.note(if beyond.loads {
        format!("{product} would load the rules, which would then find nothing of it")
    } else {
        format!("{product} would refuse to load the rules, and with them all others of the file")
    });
    if !is_said {
        made = made.note("no `engine` is named, so the rules must load on the oldest that is supported");
    }
    match beyond.since {
        Some(version) => made.help(format!(
            "where {product} is {version} or newer, say so in slovo.yaml: `engine: \"{name} {version}\"` under the output"
        )),
        None => made.help("write it without, or evaluate these rules by another engine"),
    }
}

/// What a promise needs that this engine doesn't know.
fn of(model: &Model, promise: &Promise, engine: Engine) -> Vec<Beyond> {
    let mut list = Vec::new();
    list.extend(promise.for_each.iter().filter_map(|(label, _)| engines::grouped(engine, label)));
    for matcher in &model.settings.scope {
        list.extend(engines::label_name(engine, &matcher.label));
        list.extend(pattern(engine, matcher));
    }
    for series in promise.measurement.series() {
        match series {
            Series::Promql(text) => query(engine, text, &mut list),
            Series::HistogramCount { selector, native: true }
            | Series::HistogramWithin { selector, native: true, .. }
            | Series::HistogramOver { selector, native: true, .. } => {
                list.extend(engines::native(engine, &selector.metric));
                names(engine, selector, &mut list);
            }
            Series::Counter(selector)
            | Series::Readings { selector, .. }
            | Series::HistogramCount { selector, .. }
            | Series::HistogramWithin { selector, .. }
            | Series::HistogramOver { selector, .. } => names(engine, selector, &mut list),
        }
    }
    if let Some(gauge) = promise.measurement.gauge() {
        names(engine, gauge, &mut list);
    }
    if let Measurement::Slices(Slices { condition: Condition::Promql { query: text, .. }, .. }) =
        &promise.measurement
    {
        query(engine, text, &mut list);
    }
    let mut each: Vec<Beyond> = Vec::new();
    for beyond in list {
        if !each.contains(&beyond) {
            each.push(beyond);
        }
    }
    each
}

/// The names of a selector that this engine takes only unquoted.
fn names(engine: Engine, selector: &Selector, list: &mut Vec<Beyond>) {
    if selector.either {
        list.extend(engines::custom_buckets(engine, &selector.metric));
    }
    for selector in [Some(selector), selector.alive.as_deref()].into_iter().flatten() {
        list.extend(engines::metric_name(engine, &selector.metric));
        for matcher in &selector.matchers {
            list.extend(engines::label_name(engine, &matcher.label));
            list.extend(pattern(engine, matcher));
        }
    }
}

/// The pattern of a matcher that this engine doesn't read.
fn pattern(engine: Engine, matcher: &Matcher) -> Option<Beyond> {
    match matcher.op {
        MatchOp::Regex | MatchOp::NotRegex => engines::pattern(engine, &matcher.value),
        MatchOp::Equal | MatchOp::NotEqual => None,
    }
}

fn query(engine: Engine, query: &str, list: &mut Vec<Beyond>) {
    match crate::promql::parse(query) {
        Ok(expr) => list.extend(engines::beyond(engine, &expr)),
        Err(_) => list.extend(engines::foreign(engine)),
    }
}
