//! Bad events as parts of all events.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::names;
use super::readings::readings;
use super::slices::limit_text;
use super::sums::{By, Func, Linear, Match, Term, joined, joined_complements};
use super::{Cx, Kind, Measure, Part, Use};
use crate::ast::MatchOp;
use crate::promql::algebra::{self, Open, Test, Value};
use crate::promql::bound::bound_of;
use crate::series;
use crate::value::Decimal;
use crate::write::text;

/// All events without the good ones.
pub(super) fn difference(total: &Linear, good: Linear) -> Option<Linear> {
    let by = joined(total, &good, None)?;
    let mut terms = total.terms.clone();
    // What is taken away and was there is gone: all events without (all events without the bad ones) are the bad ones.
    let takes_away = good.terms.iter().any(|t| t.negative);
    for term in good.terms {
        let opposite = Term { negative: !term.negative, ..term };
        let same = |t: &Term| takes_away && Term { negative: opposite.negative, ..t.clone() } == opposite;
        match terms.iter().position(|t| t.negative != opposite.negative && same(t)) {
            Some(at) => {
                terms.remove(at);
            }
            None => terms.push(opposite),
        }
    }
    Some(Linear { terms, by, mean: total.mean })
}

/// The matchers that `inner` has beyond `outer`, where its series are surely among that one's.
pub(super) fn narrowing(outer: &BTreeSet<Match>, inner: &BTreeSet<Match>) -> Option<BTreeSet<Match>> {
    pub(super) fn tests(set: &BTreeSet<Match>) -> Vec<Test<'_>> {
        set.iter()
            .map(|m| Test { label: &m.label, op: m.operator(), value: Value::Known(&m.value) })
            .collect()
    }
    let inside = outer.is_subset(inner) || algebra::subset(&tests(inner), &tests(outer), &Open) == Some(true);
    inside.then(|| inner.difference(outer).cloned().collect())
}

pub(super) fn braces(matchers: &BTreeSet<Match>) -> Option<String> {
    let parts: Option<Vec<String>> =
        matchers.iter().map(|m| Some(format!("{}{}{}", m.label, m.op, text::string(&m.value)?))).collect();
    Some(format!("{{{}}}", parts?.join(", ")))
}

/// A selector in the language.
pub(super) fn selector(metric: &str, matchers: &BTreeSet<Match>) -> Option<String> {
    let name = text::metric_name(metric)?;
    Some(if matchers.is_empty() { name.into_owned() } else { format!("{name}{}", braces(matchers)?) })
}

pub(super) fn without_le(matchers: &BTreeSet<Match>) -> BTreeSet<Match> {
    matchers.iter().filter(|m| m.label != "le").cloned().collect()
}

/// The bucket bound of a selector of buckets. `le=~"1|1\\.0"` is one bound in its two spellings.
pub(super) fn bound(matchers: &BTreeSet<Match>) -> Option<Cow<'_, str>> {
    let mut all = matchers.iter().filter(|m| m.label == "le");
    let only = all.next().filter(|_| all.next().is_none())?;
    match only.op {
        "=" => Some(Cow::Borrowed(&only.value)),
        "=~" => bound_of(MatchOp::Regex, &only.value).map(|number| Cow::Owned(number.to_string())),
        _ => None,
    }
}

pub(super) fn use_of(metric: &str, kind: Kind, unit: Option<String>) -> Use {
    Use {
        metric: metric.to_owned(),
        kind,
        unit,
        labels: BTreeSet::new(),
        bounds: BTreeSet::new(),
        part_of: None,
        increases: false,
        loose: false,
    }
}

/// Labels that the catalogue has to know.
pub(super) fn known_labels<'m>(
    made: &mut Use,
    matchers: impl IntoIterator<Item = &'m Match>,
    each: &BTreeSet<String>,
) {
    let labels = matchers.into_iter().map(|m| &m.label).chain(each);
    made.labels.extend(labels.filter(|l| l.as_str() != "le").cloned());
}

/// Both sides are sums of rates: what is bad about all events? `Err`: a mistake in the source.
pub(super) fn sides(
    cx: &Cx<'_>,
    error: &Linear,
    total: &Linear,
    findings: &mut Vec<String>,
) -> Result<Option<Measure>, String> {
    let mut made = Measure::default();
    let error = &Linear { terms: joined_complements(error.terms.clone()), ..error.clone() };
    if error.by != total.by {
        let said = |by: &By| match by {
            By::Series => "each series".to_owned(),
            By::Labels(set) if set.is_empty() => "no label".to_owned(),
            By::Labels(set) => set.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        return Err(format!(
            "the sides are kept apart by different labels ({} and {}), so that they never meet and the share is never known",
            said(&error.by),
            said(&total.by)
        ));
    }
    if error.mean != total.mean {
        return Ok(None);
    }
    let each = match &total.by {
        By::Series => {
            made.assumed
                .push("the source keeps a share for each series; here all series count together".to_owned());
            BTreeSet::new()
        }
        By::Labels(labels) => labels.clone(),
    };
    if let Some(taken) = each.iter().find(|l| series::is_reserved(l)) {
        return Err(format!(
            "it is kept for each `{taken}`, a label that the generated rules give a meaning of their own"
        ));
    }
    if each.iter().any(|l| text::label(l).is_none()) {
        return Ok(None);
    }
    made.for_each.clone_from(&each);
    let counted = |func: Func| matches!(func, Func::Rate | Func::Increase | Func::Irate);
    let Some(first) = total.terms.first() else { return Ok(None) };
    if total.terms.iter().any(|t| t.negative) {
        return Ok(None);
    }
    let all = || error.terms.iter().chain(&total.terms);
    if !counted(first.func) {
        return readings(cx, error, total, made, &each);
    }
    if all().any(|t| !counted(t.func)) || total.mean {
        return Ok(None);
    }
    let funcs: BTreeSet<&str> = all()
        .map(|t| match t.func {
            Func::Increase => "increase",
            Func::Rate | Func::Irate | Func::Count | Func::Sum => "rate",
        })
        .collect();
    if funcs.len() > 1 {
        return Err(
            "one side is a `rate`, the other an `increase`: their share depends on the window's length"
                .to_owned(),
        );
    }
    if all().any(|t| t.func == Func::Irate) {
        made.assumed.push("`irate` looks at the last two samples alone; here every event counts".to_owned());
    }
    made.of = names::noun(&first.metric);
    let noun = made.of.clone();
    let unit = |_: &str| Some(noun.clone());
    // What all events are.
    let mut totals = Vec::new();
    for t in &total.terms {
        let (name, kind, matchers) = match cx.part(&t.metric) {
            // As a counter it would be declared beside the histogram that it belongs to.
            Part::Whole(name) if cx.is_sum_of_known(name) => return Ok(None),
            Part::Whole(name) => (name, Kind::Counter, t.matchers.clone()),
            Part::Count(base) => (base, Kind::Histogram, t.matchers.clone()),
            // Every event is in the last bucket.
            Part::Bucket(base) if bound(&t.matchers).is_some_and(|le| is_infinite(&le)) => {
                (base, Kind::Histogram, without_le(&t.matchers))
            }
            Part::Bucket(_) => return Ok(None),
        };
        let mut used = use_of(name, kind, if kind == Kind::Counter { unit(name) } else { None });
        known_labels(&mut used, &matchers, &each);
        totals.push((name.to_owned(), matchers, used));
    }
    let shown: Option<Vec<String>> = totals.iter().map(|(name, m, _)| selector(name, m)).collect();
    let Some(shown) = shown else { return Ok(None) };
    made.statements.push(format!("total {}", shown.join(" + ")));
    made.uses.extend(totals.iter().map(|(_, _, used)| used.clone()));
    let (plus, minus): (Vec<&Term>, Vec<&Term>) = error.terms.iter().partition(|t| !t.negative);
    let same_as_total = |terms: &[&Term]| {
        terms.len() == total.terms.len()
            && terms.iter().zip(&total.terms).all(|(a, b)| equal_stream(cx, a, b))
    };
    let told = if error.terms.is_empty() {
        return Err("the good events are all events: nothing is ever bad".to_owned());
    } else if minus.is_empty() {
        if same_as_total(&plus) {
            return Err("the bad events are all events: the share is always 100%".to_owned());
        }
        parts(cx, &plus, (&totals, Side::Bad), &each, &mut made, findings)?
    } else if same_as_total(&plus) && same_as_total(&minus) {
        return Err("the good events are all events: nothing is ever bad".to_owned());
    } else if same_as_total(&plus) {
        parts(cx, &minus, (&totals, Side::Good), &each, &mut made, findings)?
    } else {
        let bases = |terms: &[&Term]| {
            terms.iter().map(|t| base_of(cx, &t.metric).to_owned()).collect::<BTreeSet<_>>()
        };
        if let (Some(a), Some(b)) = (bases(&plus).first(), bases(&minus).first())
            && a != b
            && minus.iter().any(|t| matches!(cx.part(&t.metric), Part::Bucket(_)))
        {
            return Err(mixed(a, b));
        }
        false
    };
    Ok(told.then_some(made))
}

pub(super) fn mixed(a: &str, b: &str) -> String {
    format!("two histograms are mixed: buckets of `{b}` are taken from the count of `{a}`")
}

pub(super) fn base_of<'n>(cx: &Cx<'_>, metric: &'n str) -> &'n str {
    match cx.part(metric) {
        Part::Whole(name) | Part::Count(name) | Part::Bucket(name) => name,
    }
}

pub(super) fn is_infinite(le: &str) -> bool {
    matches!(le, "+Inf" | "Inf" | "+inf" | "inf")
}

/// Do two terms count the same events?
pub(super) fn equal_stream(cx: &Cx<'_>, a: &Term, b: &Term) -> bool {
    let whole = |t: &Term| match cx.part(&t.metric) {
        Part::Bucket(base) if bound(&t.matchers).is_some_and(|le| is_infinite(&le)) => {
            (base.to_owned(), without_le(&t.matchers), true)
        }
        Part::Bucket(_) | Part::Whole(_) => (t.metric.clone(), t.matchers.clone(), false),
        Part::Count(base) => (base.to_owned(), t.matchers.clone(), true),
    };
    whole(a) == whole(b)
}

/// Which side of all events the parts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Good,
    Bad,
}

impl Side {
    pub(super) fn word(self) -> &'static str {
        match self {
            Side::Good => "good",
            Side::Bad => "bad",
        }
    }
}

/// An addend of all events: its name and matchers in the language, and what the catalogue has to say of it.
pub(super) type Whole = (String, BTreeSet<Match>, Use);

/// Says the bad (or good) events as parts of all events. `false`: they are something else.
pub(super) fn parts(
    cx: &Cx<'_>,
    terms: &[&Term],
    (totals, side): (&[Whole], Side),
    each: &BTreeSet<String>,
    made: &mut Measure,
    findings: &mut Vec<String>,
) -> Result<bool, String> {
    // `A{x} + B{x}` of `A + B`: one narrowing of all.
    if totals.len() > 1 {
        if terms.len() != totals.len() {
            return Ok(false);
        }
        let mut extras = BTreeSet::new();
        for (t, (name, matchers, _)) in terms.iter().zip(totals) {
            let matching = matches!(cx.part(&t.metric), Part::Whole(n) | Part::Count(n) if n == name);
            let Some(extra) = narrowing(matchers, &t.matchers).filter(|_| matching) else { return Ok(false) };
            extras.insert(extra);
        }
        let Some(extra) = extras.first().filter(|e| extras.len() == 1 && !e.is_empty()) else {
            return Ok(false);
        };
        let Some(shown) = braces(extra) else { return Ok(false) };
        for used in &mut made.uses {
            known_labels(used, extra, each);
        }
        made.statements.push(format!("{} where {shown}", side.word()));
        return Ok(true);
    }
    let Some((name, matchers, _)) = totals.first() else { return Ok(false) };
    for t in terms {
        let part = cx.part(&t.metric);
        let own = match part {
            Part::Whole(n) | Part::Count(n) | Part::Bucket(n) => n,
        };
        if let Part::Bucket(_) = part {
            let Some(le) = bound(&t.matchers) else { return Ok(false) };
            if own != name {
                return Err(mixed(name, own));
            }
            if side == Side::Bad {
                return Err(format!(
                    "the bad events are those of the bucket `le=\"{le}\"`, which counts what was quick: good and bad are exchanged"
                ));
            }
            let Some(extra) = narrowing(matchers, &without_le(&t.matchers)) else {
                made.findings
                    .push("the bucket has other matchers than the count that it is taken from".to_owned());
                return Ok(false);
            };
            let Some(limit) = le.parse::<Decimal>().ok().or_else(|| Decimal::from_scientific(&le).ok())
            else {
                return Ok(false);
            };
            let Some(shown) = limit_text(limit, cx.unit(name)) else { return Ok(false) };
            let narrowed = if extra.is_empty() {
                String::new()
            } else {
                let Some(shown) = braces(&extra) else { return Ok(false) };
                format!(" where {shown}")
            };
            if let Some(used) = made.uses.first_mut() {
                known_labels(used, &extra, each);
                used.bounds.insert(limit.normalize());
            }
            made.statements.push(format!("{} within {shown}{narrowed}", side.word()));
            continue;
        }
        if own == name {
            let Some(extra) = narrowing(matchers, &t.matchers) else {
                findings.push(format!(
                    "the {} events have matchers that leave more than all events have: the share may be above 100%",
                    side.word()
                ));
                return Ok(false);
            };
            let Some(shown) = braces(&extra).filter(|_| !extra.is_empty()) else { return Ok(false) };
            if let Some(used) = made.uses.first_mut() {
                known_labels(used, &extra, each);
            }
            made.statements.push(format!("{} where {shown}", side.word()));
            continue;
        }
        // Another metric counts them.
        if !matches!(part, Part::Whole(_)) || name.is_empty() {
            return Ok(false);
        }
        // What a histogram measured is added up in one of its parts, and its events are counted by another.
        if let Some(base) =
            own.strip_suffix("_sum").filter(|base| *base == name || name.strip_suffix("_count") == Some(base))
        {
            return Err(format!(
                "`{own}` adds up the values that `{base}` measures (seconds, or bytes), and the total counts events: a sum of values is not a part of a count"
            ));
        }
        // Of twice as many events, or of those an hour before, others are no part.
        if cx.is_altered(own) || cx.is_altered(name) {
            return Ok(false);
        }
        let Some(shown) = selector(own, &t.matchers) else { return Ok(false) };
        let mut used = use_of(own, Kind::Counter, Some(made.of.clone()));
        known_labels(&mut used, &t.matchers, each);
        used.part_of = Some(name.clone());
        made.uses.push(used);
        made.assumed.push(format!("each event of `{own}` is also counted by `{name}`"));
        made.statements.push(format!("{} {shown}", side.word()));
    }
    Ok(true)
}
