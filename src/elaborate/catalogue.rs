//! The catalogue: what is declared of each metric, checked in itself.

use rustc_hash::{FxHashMap, FxHashSet};

use super::idle;
use super::unit::Unit;
use crate::ast::{self, MetricKind, MetricStmt, Str};
use crate::diag::codes::numbers::{SCRAPE_TIMEOUT, ZERO_LENGTH};
use crate::diag::codes::types::{
    BUCKETS, COUNTER_NAME, HISTOGRAM_SUFFIX, LABEL_RESERVED, PART_OF, RECORDED_NAME, TOO_SHORT, UNIT_WORD,
    WRONG_KIND,
};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::Settings;
use crate::resolve::Names;
use crate::resolve::suggest::closest;
use crate::source::Span;
use crate::value::{Decimal, Duration};

/// A metric of the catalogue.
#[allow(clippy::struct_excessive_bools, reason = "facts that are stated or not")]
#[derive(Debug)]
pub(crate) struct Metric<'a> {
    /// Its declaration.
    pub(crate) decl: &'a ast::Metric,
    /// Its name.
    pub(crate) name: &'a str,
    /// Its kind.
    pub(crate) kind: MetricKind,
    /// Its unit.
    pub(crate) unit: Unit<'a>,
    /// Its labels, where declared.
    pub(crate) labels: Option<&'a [ast::LabelDecl]>,
    /// The bounds, ascending, and where they are declared.
    pub(crate) buckets: Option<(Vec<Decimal>, Span)>,
    /// How it is scraped.
    pub(crate) scrape: Scrape,
    /// Its series appear with their first event.
    pub(crate) born_with_event: bool,
    /// Each sample says what was counted since the one before: for so long, where that is said, and where.
    pub(crate) increases: Option<(Option<Duration>, Span)>,
    /// A classic histogram that may be converted to a native one with custom buckets.
    pub(crate) either: bool,
    /// Its series vanish while nothing happens.
    pub(crate) silent: Option<Silent<'a>>,
    /// Something in its braces was unreadable: what seems missing may be there.
    pub(crate) junk: bool,
    /// Its declaration has an error: what follows from it is not reported.
    pub(crate) broken: bool,
    /// Metrics that count its events too, nearest first.
    pub(crate) part_of: Vec<&'a str>,
}

/// What a metric that is silent when idle says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silent<'a> {
    /// What is there as long as its target is; the target's `up` unless said.
    pub(crate) alive: Option<&'a ast::Selector>,
    /// The whole statement.
    pub(crate) span: Span,
}

/// How a metric is scraped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scrape {
    /// How often.
    pub(crate) every: Duration,
    /// How long it may take.
    pub(crate) timeout: Duration,
    /// How much later its samples arrive than they say.
    pub(crate) late: Duration,
}

/// What is known of a label of a metric.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Label<'a> {
    /// Declared, with its values where they are a closed set.
    Declared(Option<&'a [Str]>),
    /// Every series has it.
    Common,
    /// The metric declares no labels.
    Unchecked,
    /// The metric does not have it.
    Missing,
}

impl<'a> Label<'a> {
    /// The closed set of its values.
    pub(crate) fn values(self) -> Option<&'a [Str]> {
        match self {
            Label::Declared(values) => values,
            Label::Common | Label::Unchecked | Label::Missing => None,
        }
    }
}

/// All metrics.
#[derive(Debug)]
pub(crate) struct Catalogue<'a> {
    metrics: FxHashMap<&'a str, Metric<'a>>,
    common: &'a [String],
}

/// Labels that every series has.
const ALWAYS: [&str; 2] = ["job", "instance"];

impl<'a> Catalogue<'a> {
    /// Reads and checks the declarations.
    pub(crate) fn new(names: &'a Names<'a>, settings: &'a Settings, out: &mut Diagnostics) -> Self {
        let mut metrics: FxHashMap<&'a str, Metric<'a>> = FxHashMap::default();
        for (name, decl) in names.metrics.iter() {
            let mut metric = read(name, decl, settings, out);
            metric.part_of = ancestors(names, decl, out);
            checked_name(names, &mut metric, out);
            super::declared::check(names, decl, out);
            metrics.insert(name, metric);
        }
        Self { metrics, common: &settings.common_labels }
    }

    /// The metric of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Metric<'a>> {
        self.metrics.get(name)
    }

    /// What is known of a label of a metric.
    pub(crate) fn label(&self, metric: &Metric<'a>, label: &str) -> Label<'a> {
        let declared = metric.labels.and_then(|l| l.iter().find(|l| l.label.name == label));
        if let Some(found) = declared {
            return Label::Declared(found.values.as_deref());
        }
        if ALWAYS.contains(&label) || self.common.iter().any(|c| c == label) {
            return Label::Common;
        }
        if metric.labels.is_none() { Label::Unchecked } else { Label::Missing }
    }

    /// The labels a metric certainly has, for suggestions.
    pub(crate) fn labels_of<'c>(&'c self, metric: &'c Metric<'a>) -> impl Iterator<Item = &'c str> {
        let own = metric.labels.unwrap_or_default().iter().map(|l| l.label.name.as_str());
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        own.chain(self.common.iter().map(String::as_str))
            .chain(ALWAYS)
            .filter(move |label| seen.insert(label))
    }
}

fn read<'a>(name: &'a str, decl: &'a ast::Metric, settings: &Settings, out: &mut Diagnostics) -> Metric<'a> {
    let mut metric = Metric {
        decl,
        name,
        kind: decl.kind.value,
        unit: Unit::of(decl.unit.as_ref().map(|u| u.name.as_str())),
        labels: None,
        buckets: None,
        scrape: Scrape {
            every: settings.scrape_interval,
            timeout: settings.timeout_of(settings.scrape_interval),
            late: Duration::default(),
        },
        born_with_event: false,
        increases: None,
        either: false,
        silent: None,
        junk: decl.body.as_ref().is_some_and(|b| b.has_junk),
        broken: false,
        part_of: Vec::new(),
    };
    if let Some(unit) = &decl.unit
        && let Some(long) = Unit::long_form(&unit.name)
    {
        let said = format!("`{}` is not how the unit of `{name}` is written", unit.name);
        let made = Diagnostic::new(&UNIT_WORD, unit.span, said, "a unit in full, plural");
        out.push(made.fix(format!("write `{long}`"), unit.span, long));
        metric.unit = Unit::of(Some(long));
    }
    for stmt in decl.body.iter().flat_map(|b| &b.stmts) {
        match stmt {
            MetricStmt::Labels(list, _) => {
                if metric.labels.is_none() {
                    metric.labels = Some(list);
                }
                for label in list {
                    reserved(name, &label.label, out);
                }
            }
            MetricStmt::Buckets(list, span) => {
                let (bounds, sound) = buckets(&metric, list, *span, out);
                metric.broken |= !sound;
                metric.buckets.get_or_insert((bounds, *span));
            }
            MetricStmt::ScrapedEvery { every, timeout, .. } => {
                if every.value.is_zero() {
                    let said = format!("`{name}` cannot be scraped every 0s");
                    let made = Diagnostic::new(&ZERO_LENGTH, every.span, said, "must be longer than nothing");
                    out.push(made.help("write how often Prometheus scrapes it: `scraped every 1m`"));
                } else {
                    let stated = timeout.as_ref().and_then(|t| scrape_timeout(name, every, t, out));
                    let timeout = stated.unwrap_or_else(|| settings.timeout_of(every.value));
                    metric.scrape = Scrape { every: every.value, timeout, ..metric.scrape };
                }
            }
            MetricStmt::BornWithEvent(span) => {
                metric.born_with_event = has_events(&metric, *span, "is not born with an event", out);
            }
            MetricStmt::Increases(over, span) => {
                if increases(&metric, *span, out) {
                    metric.increases =
                        Some((over.as_ref().map(|o| o.value), over.as_ref().map_or(*span, |o| o.span)));
                }
            }
            MetricStmt::ClassicOrNative(span) => {
                metric.either = either(&metric, *span, out);
            }
            MetricStmt::LateBy(by, _) => {
                if by.value.is_zero() {
                    let said = format!("samples of `{name}` cannot be late by 0s");
                    let made = Diagnostic::new(&ZERO_LENGTH, by.span, said, "must be longer than nothing");
                    out.push(made.help("write how late they arrive at most: `late by 10m`"));
                }
                metric.scrape.late = by.value;
            }
            MetricStmt::SilentWhenIdle(alive, span) => {
                if has_events(&metric, *span, "has no events, of which there might be none", out) {
                    metric.silent = Some(Silent { alive: alive.as_ref(), span: *span });
                }
                metric.broken |= !alive.as_ref().is_none_or(|alive| idle::names_a_target(alive, out));
            }
            MetricStmt::Junk(_) => {}
        }
    }
    if let (true, Some((_, span))) = (metric.either, metric.increases) {
        let said = format!("samples of `{name}` are increases: it is not converted to a native histogram");
        let made = Diagnostic::new(&WRONG_KIND, span, said, "a conversion needs what counts up");
        out.push(made.help("remove this, or `stored classic or native`"));
        metric.broken = true;
    }
    if let Some((Some(over), span)) = metric.increases
        && over < metric.scrape.every
    {
        let every = metric.scrape.every;
        let said = format!("samples of `{name}` count {over}, but come every {every}");
        let made = Diagnostic::new(&TOO_SHORT, span, said, "what happens between them is in none");
        out.push(made.help(format!("say how often they come: `scraped every {over}`")));
        metric.broken = true;
    }
    metric
}

/// Only what counts events can be counted piece by piece.
fn increases(metric: &Metric<'_>, span: Span, out: &mut Diagnostics) -> bool {
    let help = match metric.kind {
        MetricKind::Counter | MetricKind::Histogram => return true,
        MetricKind::Gauge => {
            "declare it as `counter` of what is counted, whatever type the exporter gives it: that each sample is an increase says the rest"
        }
        MetricKind::NativeHistogram => "remove it: native histograms are counted as counters are",
        MetricKind::Summary => "remove it: events of a summary are not counted",
    };
    uncounted(
        metric,
        span,
        ("whose samples are not increases", "counters and classic histograms"),
        help,
        out,
    );
    false
}

/// Only a classic histogram can be converted to a native one with custom buckets.
fn either(metric: &Metric<'_>, span: Span, out: &mut Diagnostics) -> bool {
    let help = match metric.kind {
        MetricKind::Histogram => return true,
        MetricKind::NativeHistogram => {
            "declare it as `histogram` with its buckets: as long as both may be there, limits must be bounds"
        }
        MetricKind::Counter | MetricKind::Gauge | MetricKind::Summary => "remove it",
    };
    let (name, kind) = (metric.name, metric.kind.as_str());
    let said = format!("`{name}` is a {kind}, which is stored in one way only");
    let made = Diagnostic::new(&WRONG_KIND, span, said, "only classic histograms are converted");
    out.push(made.also(metric.decl.kind.span, kind).help(help));
    false
}

/// Says of a metric what its kind doesn't do, and which kinds do count events.
fn uncounted(
    metric: &Metric<'_>,
    span: Span,
    (what, counting): (&str, &str),
    help: &str,
    out: &mut Diagnostics,
) {
    let (name, kind) = (metric.name, metric.kind.as_str());
    let said = format!("`{name}` is a {kind}, {what}");
    let made = Diagnostic::new(&WRONG_KIND, span, said, format!("only {counting} count events"));
    out.push(made.also(metric.decl.kind.span, kind).help(help));
}

/// Only what counts events can appear with the first one, or vanish while there is none.
fn has_events(metric: &Metric<'_>, span: Span, what: &str, out: &mut Diagnostics) -> bool {
    let help = match metric.kind {
        MetricKind::Counter | MetricKind::Histogram | MetricKind::NativeHistogram => return true,
        MetricKind::Gauge => {
            "remove it: a reading counts from the first sample on, whenever its series appears, and no reading is not an event"
        }
        MetricKind::Summary => "remove it: events of a summary are not counted",
    };
    uncounted(metric, span, (&format!("which {what}"), "counters and histograms"), help, out);
    false
}

/// How long a scrape may take: something, and at most the interval. `None` where that is wrong.
fn scrape_timeout(
    name: &str,
    every: &ast::Length,
    timeout: &ast::Length,
    out: &mut Diagnostics,
) -> Option<Duration> {
    let (most, said) = (every.value, timeout.value);
    if said.is_zero() {
        let said = format!("a scrape of `{name}` cannot take 0s");
        let made = Diagnostic::new(&ZERO_LENGTH, timeout.span, said, "must be longer than nothing");
        out.push(made.help("write how long Prometheus waits for it: `timeout 10s`"));
        return None;
    }
    if said > most {
        let what = format!("the timeout of `{name}` is longer than its scrape interval");
        out.push(
            Diagnostic::new(&SCRAPE_TIMEOUT, timeout.span, what, format!("{said}, but scraped every {most}"))
                .also(every.span, "the interval")
                .help(format!(
                    "Prometheus takes no timeout above the interval: state the real numbers, with `timeout {most}` at most"
                )),
        );
        return None;
    }
    Some(said)
}

/// Labels that Prometheus makes itself.
fn reserved(metric: &str, label: &ast::Ident, out: &mut Diagnostics) {
    let help = match label.name.as_str() {
        "le" => "leave it out: bounds are listed as `buckets`",
        "quantile" => "leave it out: quantiles of a summary cannot be added up",
        "__name__" => "leave it out: it is the metric's name",
        _ => return,
    };
    let said = format!("`{}` is a label that Prometheus makes itself", label.name);
    out.push(
        Diagnostic::new(&LABEL_RESERVED, label.span, said, format!("not declared for `{metric}`")).help(help),
    );
}

/// Bounds must ascend.
fn buckets(
    metric: &Metric<'_>,
    list: &[ast::Number],
    span: Span,
    out: &mut Diagnostics,
) -> (Vec<Decimal>, bool) {
    let name = metric.name;
    let mut sound = true;
    if metric.kind != MetricKind::Histogram {
        let said = format!("`{name}` is a {}, which has no bucket bounds", metric.kind.as_str());
        let help = match metric.kind {
            MetricKind::NativeHistogram => "remove them: a native histogram takes any limit",
            MetricKind::Counter | MetricKind::Gauge | MetricKind::Summary | MetricKind::Histogram => {
                "remove them, or declare it as `histogram`"
            }
        };
        let made = Diagnostic::new(&WRONG_KIND, span, said, "only classic histograms have these");
        out.push(made.also(metric.decl.kind.span, metric.kind.as_str()).help(help));
        sound = false;
    }
    let mut bounds: Vec<Decimal> = list.iter().map(|b| b.value.normalize()).collect();
    let wrong = list.windows(2).find_map(|pair| match pair {
        [a, b] if a.value >= b.value => Some((a, b)),
        _ => None,
    });
    if let Some((a, b)) = wrong {
        bounds.sort_unstable();
        bounds.dedup();
        let fixed: Vec<String> = bounds.iter().map(Decimal::to_string).collect();
        let said = format!("bucket bounds of `{name}` do not ascend");
        let label = if a.value == b.value { "the same bound again" } else { "less than the one before it" };
        out.push(Diagnostic::new(&BUCKETS, b.span, said, label).also(a.span, "after this one").maybe_fix(
            "sort them",
            span,
            format!("buckets {}", fixed.join(", ")),
        ));
    }
    (bounds, sound)
}

/// The most metrics in each other: each of them knows all that are above it.
const MOST_ANCESTORS: usize = 50;

/// The metrics that count this one's events as well, nearest first; `part of` must lead somewhere and not in a circle.
fn ancestors<'a>(names: &'a Names<'a>, decl: &'a ast::Metric, out: &mut Diagnostics) -> Vec<&'a str> {
    let mut list: Vec<&'a str> = Vec::new();
    let mut at = decl;
    while let Some(parent) = &at.part_of {
        let first = std::ptr::eq(at, decl);
        let Some(next) = names.metrics.get(&parent.name) else {
            if first {
                let said = format!("there is no metric `{}`", parent.name);
                let made = Diagnostic::new(&PART_OF, parent.span, said, "not in the catalogue");
                out.push(match closest(&parent.name, names.metrics.names()) {
                    Some(found) => made.maybe_fix(format!("did you mean `{found}`?"), parent.span, found),
                    None => made.help("declare it, or remove `part of`"),
                });
            }
            return list;
        };
        let name = next.name.name.as_str();
        if std::ptr::eq(next, decl) {
            if list.iter().any(|other| *other < decl.name.name.as_str()) {
                return list; // Told once, of the first in the circle.
            }
            let said = format!("`{}` is part of itself", decl.name.name);
            let own = decl.part_of.as_ref().map_or(decl.name.span, |p| p.span);
            let mut made = Diagnostic::new(&PART_OF, own, said, "this leads back to it");
            if let Some(other) = list.last().and_then(|l| names.metrics.get(l)) {
                made = made.also(other.name.span, "by way of this metric");
            }
            out.push(made.help("remove `part of` from the metric that counts all events"));
            return list;
        }
        if list.contains(&name) {
            return list; // A circle further up, reported there.
        }
        if list.len() == MOST_ANCESTORS {
            let own = decl.part_of.as_ref().map_or(decl.name.span, |p| p.span);
            let said = format!("`{}` is part of more than {MOST_ANCESTORS} metrics", decl.name.name);
            let made = Diagnostic::new(&PART_OF, own, said, "one in the other, or in a circle");
            out.push(made.help("name the metric that counts all events"));
            return list;
        }
        let countable = |k: MetricKind| {
            matches!(k, MetricKind::Counter | MetricKind::Histogram | MetricKind::NativeHistogram)
        };
        if first {
            for (metric, span) in [(at, at.kind.span), (next, parent.span)] {
                if !countable(metric.kind.value) {
                    let kind = metric.kind.value.as_str();
                    let said = format!("`{}` is a {kind}: it counts no events", metric.name.name);
                    let made = Diagnostic::new(&PART_OF, span, said, format!("a {kind}"));
                    let made = made.help("`part of` joins counters and histograms only; remove it");
                    out.push(match metric.kind.value {
                        MetricKind::Gauge => made.help(super::stream::INCREASES),
                        MetricKind::Counter
                        | MetricKind::Histogram
                        | MetricKind::NativeHistogram
                        | MetricKind::Summary => made,
                    });
                    return list;
                }
            }
        }
        list.push(name);
        at = next;
    }
    list
}

/// Names that say another kind than the declaration, or are taken by the rules we record.
fn checked_name(names: &Names<'_>, metric: &mut Metric<'_>, out: &mut Diagnostics) {
    let (name, place) = (metric.name, metric.decl.name.span);
    if name.starts_with("promise:") || name == "promise_info" {
        let said = format!("`{name}` is a name of the series that slovo records");
        let made = Diagnostic::new(&RECORDED_NAME, place, said, "recorded by the generated rules");
        out.push(made.help("measure the raw metric; to build on promises, use `all of` or `worst of`"));
        metric.broken = true;
        return;
    }
    let histogram = matches!(metric.kind, MetricKind::Histogram | MetricKind::NativeHistogram);
    for suffix in ["_bucket", "_count", "_sum"] {
        let Some(base) = name.strip_suffix(suffix) else { continue };
        if histogram && suffix == "_bucket" {
            let said = format!("`{name}` is one of the series of histogram `{base}`");
            let made = Diagnostic::new(&HISTOGRAM_SUFFIX, place, said, "a histogram's name has no `_bucket`");
            out.push(made.fix(format!("write `{base}`"), place, base));
            return;
        }
        if let Some(other) = names.metrics.get(base)
            && matches!(other.kind.value, MetricKind::Histogram | MetricKind::NativeHistogram)
        {
            let said = format!("`{name}` is declared already, as a part of histogram `{base}`");
            out.push(
                Diagnostic::new(&HISTOGRAM_SUFFIX, place, said, "one of its series")
                    .also(other.name.span, "the histogram")
                    .help(format!("remove this declaration and use `{base}`")),
            );
            return;
        }
        return;
    }
    // Names in quotes come from OpenTelemetry, which has no such custom.
    if metric.decl.name.quoted || name.contains(':') {
        return;
    }
    match metric.kind {
        // Many systems leave `_total` out; a name of something that goes up and down is another matter.
        MetricKind::Counter if misleads(name, metric.kind) && metric.increases.is_none() => {
            let said = format!("counter `{name}` is called like a gauge");
            out.push(
                Diagnostic::new(&COUNTER_NAME, place, said, "goes up and down, by its name")
                    .also(metric.decl.kind.span, "but a counter by its declaration")
                    .help(format!("if it does, declare it as `gauge`: `metric {name}: gauge ..`"))
                    .help(format!("if the name misleads, put it in quotes: `metric \"{name}\": counter ..`")),
            );
        }
        MetricKind::Gauge if misleads(name, metric.kind) => {
            let said = format!("gauge `{name}` ends in `_total` as counters do");
            out.push(
                Diagnostic::new(&COUNTER_NAME, place, said, "a counter by its name")
                    .also(metric.decl.kind.span, "but a gauge by its declaration")
                    .help("if it only goes up, declare it as `counter`")
                    .help(format!("if the name misleads, put it in quotes: `metric \"{name}\": gauge ..`")),
            );
        }
        MetricKind::Counter
        | MetricKind::Gauge
        | MetricKind::Histogram
        | MetricKind::NativeHistogram
        | MetricKind::Summary => {}
    }
}

/// Does a name say another kind? A counter's that of a level, a gauge's that of a counter.
pub(crate) fn misleads(name: &str, kind: MetricKind) -> bool {
    match kind {
        MetricKind::Counter => level(name),
        MetricKind::Gauge => name.ends_with("_total"),
        MetricKind::Histogram | MetricKind::NativeHistogram | MetricKind::Summary => false,
    }
}

/// Is the last word that of a level, which goes up and down?
fn level(name: &str) -> bool {
    const LEVELS: [&str; 26] = [
        "length",
        "size",
        "depth",
        "lag",
        "usage",
        "utilization",
        "utilisation",
        "ratio",
        "percent",
        "temperature",
        "current",
        "active",
        "inflight",
        "flight",
        "pending",
        "queued",
        "waiting",
        "available",
        "free",
        "used",
        "limit",
        "capacity",
        "up",
        "info",
        "age",
        "level",
    ];
    name.rsplit('_').next().is_some_and(|last| LEVELS.contains(&last))
}
