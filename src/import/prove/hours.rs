//! Hours that are not steady: a process restarts, series are born, scrapes are lost, nothing is bad. What the source's queries and the rules
//! make of them is held against what happened, counted second by second where the series are made.

use std::fmt::Write as _;

use serde::Serialize;

use super::seeds::{INSTANCE, Play, TWO, Time};
use super::stage::WINDOW;
use crate::backend::proofs::{notation, satisfies};
use crate::import::decompile::Kind;
use crate::import::objective::Place;
use crate::import::report::Outcome as Told;
use crate::ir::{Events, Outcome, Series};
use crate::promql::ast::{Expr, ExprKind};

/// What happens in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hour {
    /// One of two processes begins anew, between two scrapes, after twenty bad seconds.
    Restart,
    /// Series of the good or the bad events of one process begin with their first events.
    Birth,
    /// One of two processes cannot be scraped for five minutes.
    Gap,
    /// No series of bad events is there.
    NothingBad,
}

impl Hour {
    pub(super) const ALL: [Self; 4] = [Self::Restart, Self::Birth, Self::Gap, Self::NothingBad];
    /// In words.
    fn as_str(self) -> &'static str {
        match self {
            Self::Restart => "a restart",
            Self::Birth => "series born with their first events",
            Self::Gap => "five minutes without scrapes",
            Self::NothingBad => "no series of bad events",
        }
    }
}

/// An hour that is played, and what is true of it.
#[derive(Clone, Debug)]
pub struct Played {
    pub(super) hour: Hour,
    /// The share of bad events.
    pub(super) truth: f64,
    /// So many objectives are of this kind.
    pub(super) like: usize,
}

/// What came of an hour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Which.
    pub hour: Hour,
    /// The share of bad events, counted where they happen.
    pub truth: f64,
    /// By the source's queries; none where they give nothing.
    pub source: Option<f64>,
    /// By the rules.
    pub rules: Option<f64>,
}

/// An objective held against counted truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Against {
    /// Where it is written.
    pub place: Place,
    /// `service/name`, as the source has it.
    pub objective: String,
    /// So many proven objectives are of its kind, itself among them.
    pub like: usize,
    /// Hour by hour.
    pub hours: Vec<Measured>,
}

impl Played {
    /// Adds what came of it.
    pub(super) fn tell(&self, of: &Told, source: Option<f64>, rules: Option<f64>, all: &mut Vec<Against>) {
        let measured = Measured { hour: self.hour, truth: self.truth, source, rules };
        match all.iter_mut().find(|one| one.place == of.place && one.objective == of.objective) {
            Some(one) => one.hours.push(measured),
            None => all.push(Against {
                place: of.place.clone(),
                objective: of.objective.clone(),
                like: self.like,
                hours: vec![measured],
            }),
        }
    }
}

impl Measured {
    /// In a line.
    pub(in crate::import) fn words(&self) -> String {
        let percent = |share: f64| format!("{:.4}%", share * 100.0);
        let shown = |share: Option<f64>| match share {
            None => "nothing".to_owned(),
            Some(share) if self.truth > 0.0 => {
                let off = format!("{:+.2}", (share / self.truth - 1.0) * 100.0);
                format!("{} ({}%)", percent(share), if off == "-0.00" { "+0.00" } else { &off })
            }
            Some(share) => percent(share),
        };
        format!(
            "{}: truly {} of events are bad; {} by the source's queries, {} by these rules",
            self.hour.as_str(),
            percent(self.truth),
            shown(self.source),
            shown(self.rules)
        )
    }
}

/// Are its events counted one by one? Else why not: readings are samples, and what a query counts isn't known.
pub(super) fn countable(events: &Events) -> Result<(), String> {
    let (Outcome::Good(part) | Outcome::Bad(part)) = &events.outcome;
    let uncounted = |s: &Series| match s {
        Series::Counter(selector) => selector.increases.map(|_| "samples are increases"),
        Series::HistogramCount { native, .. }
        | Series::HistogramWithin { native, .. }
        | Series::HistogramOver { native, .. } => native.then_some("it reads native histograms"),
        Series::Readings { .. } => Some("readings are samples, and no events"),
        Series::Promql(_) => Some("what its query counts is not known"),
    };
    let faults = (!events.faults.is_empty()).then_some("an event may be bad in several ways at once");
    match events.total.iter().chain(part).find_map(uncounted).or(faults) {
        Some(why) => Err(why.to_owned()),
        None => Ok(()),
    }
}

/// The forms of all addends, without their names.
pub(super) fn forms(events: &Events) -> String {
    let (Outcome::Good(part) | Outcome::Bad(part)) = &events.outcome;
    let form = |s: &Series| match s {
        Series::Counter(_) => 'c',
        Series::HistogramCount { .. } => 'h',
        Series::HistogramWithin { .. } => 'w',
        Series::HistogramOver { .. } => 'o',
        Series::Readings { .. } => 'r',
        Series::Promql(_) => 'p',
    };
    let name = |s: &Series| s.selector().map(|selector| selector.metric.clone());
    let total: Vec<Option<String>> = events.total.iter().map(name).collect();
    // Another metric than that of all events, or the same one.
    let other = part.iter().any(|s| !total.contains(&name(s)));
    let list = |list: &[Series]| list.iter().map(form).collect::<String>();
    format!("{}/{}{}", list(part), list(&events.total), if other { "+" } else { "" })
}

/// An expression without names, labels and lengths.
pub(super) fn shape(expr: &Expr) -> String {
    let inner = |expr: &Expr| expr.children().map(shape).collect::<Vec<_>>().join(",");
    match &expr.kind {
        ExprKind::Paren(inner) => shape(inner),
        ExprKind::Selector(_) => "x".to_owned(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Str(_) => "s".to_owned(),
        ExprKind::Aggregate(a) => format!("{}({})", a.op.as_str(), inner(expr)),
        ExprKind::Call(call) => format!("{}({})", call.name.text, inner(expr)),
        ExprKind::Binary(b) => format!("({} {:?} {})", shape(&b.left), b.op, shape(&b.right)),
        ExprKind::Unary(_) | ExprKind::Subquery(_) => format!("u({})", inner(expr)),
    }
}

/// What happens to one series in an hour; times in seconds.
#[derive(Clone, Copy, Default)]
struct Fate {
    /// It is not there until then.
    born: u64,
    /// It counts from zero again after the first, and nothing happens until the second.
    restart: Option<(u64, u64)>,
    /// Scrapes fail after the first and up to the second.
    unseen: Option<(u64, u64)>,
    /// More happens after the first and up to the second.
    busy: Option<(u64, u64)>,
}

/// Series for an hour, and the true share of bad events in it. None where such an hour has nothing to show.
pub(super) fn play(
    hour: Hour,
    plays: &[Play],
    events: &Events,
    time: Time,
) -> Option<(Vec<(String, String)>, f64)> {
    let (Outcome::Good(part) | Outcome::Bad(part)) = &events.outcome;
    let is_part = |play: &Play| part.iter().any(|series| is_of(play, series));
    if hour == Hour::NothingBad {
        let counters = part.iter().all(|s| matches!(s, Series::Counter(_)));
        if !counters || matches!(events.outcome, Outcome::Good(_)) {
            return None;
        }
    }
    let (until, scrape) = (time.until.as_secs(), time.scrape.as_secs());
    let from = until.checked_sub(WINDOW.as_secs())?;
    let (mut made, mut counted, mut hit) = (Vec::new(), Vec::new(), false);
    for play in plays {
        let fate = match (hour, is_second(play)) {
            (Hour::NothingBad, _) if is_part(play) => {
                hit = true;
                continue;
            }
            (Hour::Restart, false) => restart(from, scrape),
            (Hour::Birth, true) if is_part(play) => {
                let born = from + 20 * 60 + scrape / 2;
                Fate { born, busy: Some((born, born + 20)), ..Fate::default() }
            }
            (Hour::Gap, false) => {
                let begin = from + 25 * 60;
                let unseen = Some((begin, begin + 300));
                Fate { unseen, busy: Some((begin + 100, begin + 200)), ..Fate::default() }
            }
            _ => Fate::default(),
        };
        hit |= fate.busy.is_some();
        counted.push((play, happened(play, &fate, (from, until))));
        written(play, &fate, time, &mut made);
    }
    let sum = |list: &[Series]| -> u64 {
        let of = |series: &Series| -> u64 {
            let own = counted.iter().filter(|(play, _)| is_of(play, series));
            own.map(|(play, parts)| count_of(play, parts, series)).sum()
        };
        list.iter().map(of).sum()
    };
    let (all, chosen) = (sum(&events.total), sum(part));
    let bad = match events.outcome {
        Outcome::Bad(_) => chosen,
        Outcome::Good(_) => all.checked_sub(chosen)?,
    };
    // Nothing is told of an hour in which nothing happens, or of more bad events than there are.
    if !hit || all == 0 || bad > all || (bad == 0) != (hour == Hour::NothingBad) {
        return None;
    }
    #[allow(clippy::cast_precision_loss, reason = "events of an hour")]
    let share = bad as f64 / all as f64;
    Some((made, share))
}

/// Twenty seconds more happens, then a process begins anew: between two scrapes, and without missing one where they are far enough apart.
fn restart(from: u64, scrape: u64) -> Fate {
    let at = from + 30 * 60 + scrape * 6 / 10;
    let away = (scrape * 3 / 10).min(10);
    Fate { restart: Some((at, at + away)), busy: Some((at.saturating_sub(20), at)), ..Fate::default() }
}

/// Is it of the second of two processes?
fn is_second(play: &Play) -> bool {
    match play.labels.get(INSTANCE) {
        Some(instance) if TWO.contains(&instance.as_str()) => TWO.last() == Some(&instance.as_str()),
        _ => play.at % 2 == 1,
    }
}

/// Is a series of the rules made of it?
fn is_of(play: &Play, series: &Series) -> bool {
    series.selector().is_some_and(|s| s.metric == play.name && satisfies(&play.labels, &s.matchers))
}

/// The series of a play: a counter is one, a histogram as many as it has bounds.
fn parts(play: &Play) -> usize {
    if play.kind == Kind::Histogram { play.bounds.len() } else { 1 }
}

/// What happens in a second of it, up to a bound.
fn rate(play: &Play, part: usize, busy: bool) -> u64 {
    let at = play.at as u64;
    let pace = 2 + at * 7 % 5;
    let (part, all) = (part as u64 + 1, parts(play) as u64);
    let more = if busy { 2 + at % 4 } else { 1 };
    // What is more is slow.
    if part == all { pace * all * more } else { pace * part - at % 2 }
}

/// Events up to each second, beginning with none.
fn cumulative(play: &Play, part: usize, fate: &Fate, until: u64) -> Vec<u64> {
    let within = |span: Option<(u64, u64)>, second: u64| {
        span.is_some_and(|(after, to)| second > after && second <= to)
    };
    let mut sum = 0;
    let mut made = vec![0];
    for second in 1..=until {
        if second > fate.born && !within(fate.restart, second) {
            sum += rate(play, part, within(fate.busy, second));
        }
        made.push(sum);
    }
    made
}

/// What happens after the first and up to the second time, up to each bound.
fn happened(play: &Play, fate: &Fate, (from, until): (u64, u64)) -> Vec<u64> {
    let between = |sums: Vec<u64>| {
        let at = |second: u64| usize::try_from(second).ok().and_then(|n| sums.get(n)).copied().unwrap_or(0);
        at(until).saturating_sub(at(from))
    };
    (0..parts(play)).map(|part| between(cumulative(play, part, fate, until))).collect()
}

/// The events of a series of the rules.
fn count_of(play: &Play, parts: &[u64], series: &Series) -> u64 {
    let all = parts.last().copied().unwrap_or(0);
    let within = |limit: &crate::value::Decimal| {
        let at = play.bounds.iter().position(|(bound, _)| *bound == Some(limit.normalize()));
        at.and_then(|at| parts.get(at)).copied().unwrap_or(0)
    };
    match series {
        Series::HistogramWithin { limit, .. } => within(limit),
        Series::HistogramOver { limit, .. } => all.saturating_sub(within(limit)),
        Series::Counter(_) | Series::HistogramCount { .. } | Series::Readings { .. } | Series::Promql(_) => {
            all
        }
    }
}

/// The samples of a play, as promtool takes them.
fn written(play: &Play, fate: &Fate, time: Time, out: &mut Vec<(String, String)>) {
    let (until, scrape) = (time.until.as_secs(), time.scrape.as_secs().max(1));
    let values = |part: usize| {
        let sums = cumulative(play, part, fate, until);
        let at = |second: u64| usize::try_from(second).ok().and_then(|n| sums.get(n)).copied().unwrap_or(0);
        // It has counted before, where it is there from the start.
        let before = if fate.born == 0 { 1000 * rate(play, part, false) } else { 0 };
        let mut text = String::new();
        for second in (0..=time.count()).map(|n| n * scrape).take_while(|second| *second <= until) {
            let unseen = fate.unseen.filter(|(after, to)| second > *after && second <= *to);
            let value = match fate.restart {
                Some((restarted, _)) if second > restarted => at(second) - at(restarted),
                _ => before + at(second),
            };
            let _ = match unseen {
                Some((after, _)) if second <= after + scrape => write!(text, "stale "),
                Some(_) => write!(text, "_ "),
                None if second < fate.born => write!(text, "_ "),
                None => write!(text, "{value} "),
            };
        }
        text.trim_end().to_owned()
    };
    if play.kind != Kind::Histogram {
        out.push((notation(&play.name, &play.labels), values(0)));
        return;
    }
    for (part, (_, le)) in play.bounds.iter().enumerate() {
        out.push((notation(&format!("{}_bucket", play.name), &play.with_bound(le)), values(part)));
    }
    let last = play.bounds.len().saturating_sub(1);
    out.push((notation(&format!("{}_count", play.name), &play.labels), values(last)));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::value::Duration;

    fn counter(at: usize) -> Play {
        let labels = BTreeMap::from([(INSTANCE.to_owned(), TWO[at % 2].to_owned())]);
        Play { name: "x".to_owned(), kind: Kind::Counter, labels, bounds: Vec::new(), at }
    }

    #[test]
    fn samples_and_what_happened() {
        let time = Time { until: Duration::from_secs(90), scrape: Duration::from_secs(30) };
        let texts = |fate: &Fate| {
            let mut made = Vec::new();
            written(&counter(0), fate, time, &mut made);
            made.remove(0).1
        };
        assert_eq!(texts(&Fate::default()), "2000 2060 2120 2180");
        let restart = Fate { restart: Some((45, 50)), ..Fate::default() };
        assert_eq!(texts(&restart), "2000 2060 20 80");
        assert_eq!(happened(&counter(0), &restart, (0, 90)), [170]);
        assert_eq!(texts(&Fate { born: 45, busy: Some((45, 47)), ..Fate::default() }), "_ _ 34 94");
        assert_eq!(texts(&Fate { unseen: Some((20, 70)), ..Fate::default() }), "2000 stale _ 2180");
    }
}
