//! Selectors: the metric is in the catalogue, its labels and their values exist, the matchers don't contradict.

use super::catalogue::{Label, Metric};
use super::labels::{Match, Val, disjoint};
use super::out::{Out, Unlabelled};
use super::{Cx, Env, idle, labels, patterns};
use crate::ast::{self, MatchOp, MatchValue, MetricKind, Str};
use crate::diag::Diagnostic;
use crate::diag::codes::types::{
    CONTRADICTION, HISTOGRAM_SERIES, LABEL_RESERVED, MATCHES_ALL, MATCHES_NOTHING, REGEX, REPEATED_MATCHER,
    UNKNOWN_LABEL, UNKNOWN_METRIC, UNKNOWN_VALUE,
};
use crate::ir;
use crate::promql::regex::{RegexError, with_pattern};
use crate::resolve::suggest::{closest, list};
use crate::source::Span;

/// A selector with its parameters filled in.
#[derive(Clone, Debug)]
pub(crate) struct Sel<'a> {
    /// The metric.
    pub(crate) metric: &'a Metric<'a>,
    /// As written, then those of `where`.
    pub(crate) matchers: Vec<Match<'a>>,
    /// Where `{` stands, or where it would.
    pub(crate) braces: Option<Span>,
    /// The metric's name.
    pub(crate) metric_span: Span,
    /// The whole.
    pub(crate) span: Span,
    /// Nothing wrong was found in it.
    pub(crate) sound: bool,
    /// It stands in a query in quotes, where a mend would have to escape its own.
    pub(crate) quoted: bool,
}

impl<'a> Sel<'a> {
    /// Its matchers on a label.
    pub(crate) fn on(&self, label: &str) -> Vec<&Match<'a>> {
        self.matchers.iter().filter(|m| m.label == label).collect()
    }

    /// The model's selector: known values, the project's scope added. `None` where something is wrong or unknown.
    pub(crate) fn lower(&self, cx: &Cx<'a>) -> Option<ir::Selector> {
        if !self.sound || self.metric.broken {
            return None;
        }
        let mut matchers = Vec::with_capacity(self.matchers.len() + cx.settings.scope.len());
        for m in &self.matchers {
            let value = m.known()?.to_owned();
            let made = ir::Matcher { label: m.label.to_owned(), op: m.op, value };
            if !matchers.contains(&made) {
                matchers.push(made);
            }
        }
        for scope in &cx.settings.scope {
            let has =
                matches!(cx.catalogue.label(self.metric, &scope.label), Label::Declared(_) | Label::Common);
            if has && !matchers.contains(scope) {
                matchers.push(scope.clone());
            }
        }
        let born_with_event = self.metric.born_with_event;
        let alive = self.metric.silent.map(|silent| Box::new(idle::alive(silent, &matchers)));
        let every = self.metric.scrape.every;
        let increases =
            self.metric.increases.map(|(over, _)| ir::Increases { every, over: over.unwrap_or(every) });
        let metric = self.metric.name.to_owned();
        let either = self.metric.either;
        Some(ir::Selector { metric, matchers, born_with_event, alive, increases, either })
    }
}

/// Reads a selector. `None` only where its metric is not known.
pub(crate) fn selector<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    written: &'a ast::Selector,
) -> Option<Sel<'a>> {
    let name = &written.metric;
    let Some(metric) = cx.catalogue.get(&name.name) else {
        if cx.names.may_be_junk("metric", &name.name) {
            out.broken = true;
            return None;
        }
        out.report(unknown_metric(cx, name));
        return None;
    };
    out.broken |= metric.broken;
    let mut sel = Sel {
        metric,
        matchers: Vec::new(),
        braces: written.matchers.as_ref().map(|m| m.span),
        metric_span: name.span,
        span: written.span,
        sound: true,
        quoted: false,
    };
    if let Some(matchers) = &written.matchers {
        sel.sound &= narrow(cx, out, env, &mut sel, matchers, "");
    }
    for scope in &cx.settings.scope {
        if matches!(cx.catalogue.label(metric, &scope.label), Label::Unchecked) {
            let (metric, label) = (metric.name, scope.label.clone());
            out.unlabelled.push(Unlabelled {
                metric: metric.to_owned(),
                label,
                span: name.span,
                scope: true,
            });
        }
    }
    Some(sel)
}

/// Adds matchers to a selector. `whose` says whose label is missing in a longer sentence (` of total`).
pub(crate) fn narrow<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    sel: &mut Sel<'a>,
    matchers: &'a ast::Matchers,
    whose: &str,
) -> bool {
    let mut sound = true;
    for written in &matchers.list {
        let made = read(env, written);
        // What does not come from the call was judged with the indicator.
        let checked = out.is_checked(made.span);
        let fine = (checked || known_label(cx, out, sel.metric, &made, whose))
            && (checked && !made.from_arg || known_value(cx, out, sel.metric, &made));
        sound &= fine;
        if fine {
            sound &= fits(cx, out, sel, &made) && in_scope(cx, out, sel.metric, &made);
            sel.matchers.push(made);
        }
    }
    sel.sound &= sound;
    sound
}

/// A matcher with its parameter filled in.
pub(crate) fn read<'a>(env: Env<'a>, written: &'a ast::Matcher) -> Match<'a> {
    let (value, value_span, from_arg) = match &written.value {
        MatchValue::Str(s) => (Val::Known(s.value.as_str()), s.span, false),
        MatchValue::Var(var) => match env.string(&var.name) {
            Some((value, span)) => (Val::Known(value), span, true),
            None => (Val::Param(var.name.as_str()), var.span, false),
        },
    };
    Match {
        label: &written.label.name,
        label_span: written.label.span,
        op: written.op.value,
        value,
        span: written.span,
        value_span,
        from_arg,
    }
}

fn unknown_metric(cx: &Cx<'_>, name: &ast::MetricName) -> Diagnostic {
    let text = &name.name;
    for suffix in ["_bucket", "_count", "_sum"] {
        let base = text.strip_suffix(suffix).and_then(|b| cx.catalogue.get(b));
        let Some(base) = base else { continue };
        let kind = base.kind.as_str();
        let said = format!("`{text}` is a part of {kind} `{}`", base.name);
        let of_histogram = matches!(base.kind, MetricKind::Histogram | MetricKind::NativeHistogram);
        let label = if of_histogram {
            format!("name the {kind} itself")
        } else {
            "not declared on its own".to_owned()
        };
        let made = Diagnostic::new(&HISTOGRAM_SERIES, name.span, said, label)
            .also(base.decl.name.span, "declared here");
        if of_histogram {
            // Only `_count` says the same as the histogram itself, and in `finished` not even that.
            let title = format!("write `{}`", base.name);
            let made = made.maybe_fix(title, name.span, base.name);
            return match suffix {
                "_bucket" => made.note("the bucket is chosen by the limit: `good within 400ms`"),
                "_count" => made.note("as a `total`, a histogram counts all its observations"),
                _ => made,
            };
        }
        return made.help(own_declaration(base, text));
    }
    let made = Diagnostic::new(
        &UNKNOWN_METRIC,
        name.span,
        format!("metric `{text}` is not in the catalogue"),
        "not declared",
    );
    if name.quoted && text.contains(' ') && !text.contains(['(', '[', '/', '*', '=']) {
        return made.help(format!("words say what is meant by what follows them: `\"{text}\" where {{..}}`"));
    }
    let made = if name.quoted && text.chars().all(|c| c.is_ascii_lowercase()) {
        made.help("one word in quotes before `over` is read as a metric; words that people read are two or more: `bad \"too slow\" over ..`")
    } else {
        made
    };
    if text.contains(['(', '[', ' ']) && name.quoted {
        let range = text.replace("[5m]", "[$range]").replace("[1m]", "[$range]");
        return made.help(format!("a query follows the word `promql`: `promql \"\"\"{range}\"\"\"`"));
    }
    match closest(text, cx.names.metrics.names()) {
        Some(found) => made.maybe_fix(format!("did you mean `{found}`?"), name.span, found),
        None => made.help(format!("declare it: `metric {text}: counter of ..`, with its labels")),
    }
}

/// The series of a summary that counts, declared on its own.
pub(crate) fn own_declaration(base: &Metric<'_>, name: &str) -> String {
    let labels: Vec<&str> = base.labels.unwrap_or_default().iter().map(|l| l.label.name.as_str()).collect();
    let labels =
        if labels.is_empty() { String::new() } else { format!(" {{ labels {} }}", labels.join(", ")) };
    let noun = crate::syntax::noun_of(name);
    format!("declare it on its own:\n  metric {name}: counter of {noun}{labels}")
}

/// Does the metric have the label?
pub(crate) fn known_label<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    metric: &'a Metric<'a>,
    m: &Match<'_>,
    whose: &str,
) -> bool {
    let limit = || {
        let bound =
            m.known().and_then(|v| v.parse().ok()).and_then(|n| super::buckets::words(&metric.unit, n));
        bound.unwrap_or_else(|| "400ms".to_owned())
    };
    let help = match m.label {
        "le" => Some(format!("leave it out and write the limit: `good within {}`", limit())),
        "quantile" => Some("leave it out: quantiles cannot be added up; use a histogram".to_owned()),
        "__name__" => Some("write the metric's name before the `{`".to_owned()),
        _ => None,
    };
    if let Some(help) = help {
        let said = format!("`{}` cannot be matched", m.label);
        out.report(Diagnostic::new(&LABEL_RESERVED, m.span, said, "Prometheus' own label").help(help));
        return false;
    }
    match cx.catalogue.label(metric, m.label) {
        Label::Declared(_) | Label::Common => true,
        Label::Unchecked => {
            let (label, span) = (m.label.to_owned(), m.label_span);
            out.unlabelled.push(Unlabelled { metric: metric.name.to_owned(), label, span, scope: false });
            true
        }
        Label::Missing if metric.junk => true,
        Label::Missing => {
            let said = format!("`{}`{whose} has no label `{}`", metric.name, m.label);
            let made = Diagnostic::new(&UNKNOWN_LABEL, m.label_span, said, "no such label")
                .also(metric.decl.name.span, "declared here");
            let near = closest(m.label, cx.catalogue.labels_of(metric));
            let other = || labels::same_thing(m.label, cx.catalogue.labels_of(metric));
            out.report(match near.or_else(other) {
                Some(found) => made.maybe_fix(format!("did you mean `{found}`?"), m.label_span, found),
                None => made.help(format!("its labels are {}", list(cx.catalogue.labels_of(metric), 12))),
            });
            false
        }
    }
}

/// Is the value one that the label takes?
pub(crate) fn known_value<'a>(cx: &Cx<'a>, out: &mut Out, metric: &'a Metric<'a>, m: &Match<'_>) -> bool {
    let Some(value) = m.known() else { return true };
    let pattern = matches!(m.op, MatchOp::Regex | MatchOp::NotRegex);
    if pattern && let Err(RegexError::Syntax { message, .. }) = with_pattern(value, |_| ()) {
        let said = format!("`{value}` is not a regular expression that Prometheus reads");
        out.report(
            Diagnostic::new(&REGEX, m.value_span, said, message)
                .help("Prometheus uses RE2 and matches whole values; to compare plain text, use `=`"),
        );
        return false;
    }
    if m.is_anything() {
        let said = format!("`{}` holds for every series", m.text());
        let made = Diagnostic::new(&MATCHES_ALL, m.culprit(), said, "this narrows nothing");
        out.report(made.help("remove it; to ask for the label to be there, write `=~\".+\"`"));
        return true;
    }
    if m.op == MatchOp::NotRegex && value == ".*" {
        let said = format!("`{}` excludes every series", m.text());
        let made = Diagnostic::new(&MATCHES_NOTHING, m.culprit(), said, "nothing is left");
        out.report(made.help("remove it, or correct the pattern"));
        return false;
    }
    let Some(values) = cx.catalogue.label(metric, m.label).values() else {
        patterns::check(out, metric.name, m);
        return true;
    };
    if pattern {
        pattern_fits(out, metric, m, value, values)
    } else {
        value_fits(out, metric, m, value, values)
    }
}

/// A plain value outside of the label's closed set. The empty value means "no such label" and is always allowed.
fn value_fits(out: &mut Out, metric: &Metric<'_>, m: &Match<'_>, value: &str, values: &[Str]) -> bool {
    if value.is_empty() || values.iter().any(|v| v.value == value) {
        return true;
    }
    let said = format!("label `{}` of `{}` is never `{value}`", m.label, metric.name);
    let mut made = Diagnostic::new(&UNKNOWN_VALUE, m.value_span, said, "not among its values");
    if let Some(first) = values.first() {
        made = made.also(first.span, "its values are declared here");
    }
    if m.from_arg {
        made = made.also(m.span, "compared here");
    }
    let plain = values.iter().map(|v| v.value.as_str());
    let as_pattern = value.contains(['.', '*', '|'])
        && with_pattern(value, |p| values.iter().any(|v| p.matches(&v.value))) == Ok(true);
    if as_pattern && !m.from_arg {
        let tilde = if m.op == MatchOp::Equal { "=~" } else { "!~" };
        let fixed = format!("{}{tilde}{}", m.label, crate::promql::quote(value));
        out.report(made.maybe_fix(format!("compare it as a pattern: `{tilde}`"), m.span, fixed));
        return false;
    }
    out.report(match closest(value, plain.clone()) {
        Some(found) => {
            made.maybe_fix(format!("did you mean `{found}`?"), m.value_span, crate::promql::quote(found))
        }
        None => made.help(format!("its values are {}", list(plain, 12))),
    });
    false
}

/// A pattern that selects nothing, or everything, of a closed set.
fn pattern_fits(out: &mut Out, metric: &Metric<'_>, m: &Match<'_>, value: &str, values: &[Str]) -> bool {
    let asked = with_pattern(value, |p| {
        let hits = values.iter().filter(|v| p.matches(&v.value)).count();
        let idle = p.literals().and_then(|l| {
            l.iter().find(|a| !a.is_empty() && !values.iter().any(|v| v.value == **a)).cloned()
        });
        (hits, idle, p.matches(""))
    });
    let Ok((hits, idle, empty)) = asked else { return true };
    let plain = || list(values.iter().map(|v| v.value.as_str()), 12);
    let positive = m.op == MatchOp::Regex;
    let place = m.culprit();
    if hits == 0 && positive && !empty || hits == values.len() && !positive {
        let said = if positive {
            format!("no value of label `{}` of `{}` matches `{value}`", m.label, metric.name)
        } else {
            format!("`{value}` excludes every value of label `{}` of `{}`", m.label, metric.name)
        };
        let mut made = Diagnostic::new(&MATCHES_NOTHING, place, said, "nothing is left");
        if let Some(first) = values.first() {
            made = made.also(first.span, "its values are declared here");
        }
        let made = made.note("a pattern must match the whole value");
        out.report(made.help(format!("its values are {}", plain())));
        return false;
    }
    if let Some(idle) = idle {
        let said = format!("label `{}` of `{}` is never `{idle}`", m.label, metric.name);
        let mut made =
            Diagnostic::new(&UNKNOWN_VALUE, m.value_span, said, format!("`{idle}` is not a value"));
        if let Some(first) = values.first() {
            made = made.also(first.span, "its values are declared here");
        }
        out.report(made.help(format!("its values are {}", plain())));
        return false;
    }
    if hits == values.len() || hits == 0 && !positive {
        let said = if positive {
            format!("every value of label `{}` of `{}` matches `{value}`", m.label, metric.name)
        } else {
            format!("`{value}` excludes no value of label `{}` of `{}`", m.label, metric.name)
        };
        let made = Diagnostic::new(&MATCHES_ALL, place, said, "this narrows nothing");
        out.report(made.help(format!("remove it, or correct the pattern: its values are {}", plain())));
    }
    true
}

/// Does a further matcher fit the ones that are there?
fn fits<'a>(cx: &Cx<'a>, out: &mut Out, sel: &Sel<'a>, m: &Match<'a>) -> bool {
    let values = cx.catalogue.label(sel.metric, m.label).values();
    for there in sel.matchers.iter().filter(|t| t.label == m.label) {
        if there.same(m) {
            if there.span != m.span {
                let said = format!("`{}` is said twice", m.text());
                out.report(
                    Diagnostic::new(&REPEATED_MATCHER, m.span, said, "adds nothing")
                        .also(there.span, "said here")
                        .help("remove one of them"),
                );
            }
            return true;
        }
        if disjoint(there, m, values) {
            out.report(contradiction(there, m, sel.metric.name));
            return false;
        }
    }
    true
}

/// Two matchers that no series can meet.
fn contradiction(first: &Match<'_>, second: &Match<'_>, metric: &str) -> Diagnostic {
    // The one that came with the call is to blame: the indicator is right for other calls.
    let (here, there) = if first.from_arg && !second.from_arg { (second, first) } else { (first, second) };
    let said = format!("no series of `{metric}` is both `{}` and `{}`", first.text(), second.text());
    Diagnostic::new(&CONTRADICTION, there.culprit(), said, "nothing is left")
        .also(here.culprit(), "with this one")
        .help("a selector's matchers must all hold; remove one, or join them in one pattern: `=~\"a|b\"`")
}

/// A matcher against those of slovo.yaml's `scope`.
fn in_scope<'a>(cx: &Cx<'a>, out: &mut Out, metric: &'a Metric<'a>, m: &Match<'a>) -> bool {
    let Some(scope) = cx.settings.scope.iter().find(|s| s.label == m.label) else { return true };
    let label = cx.catalogue.label(metric, m.label);
    if !matches!(label, Label::Declared(_) | Label::Common) {
        return true;
    }
    let other = Match { op: scope.op, value: Val::Known(&scope.value), from_arg: false, ..*m };
    if !disjoint(m, &other, label.values()) {
        return true;
    }
    let said = format!("`{}` contradicts the project's scope", m.text());
    out.report(
        Diagnostic::new(&CONTRADICTION, m.culprit(), said, "nothing is left")
            .note(format!("slovo.yaml adds `{}` to every selector that has the label", other.text()))
            .help("remove this matcher, or choose another environment"),
    );
    false
}
