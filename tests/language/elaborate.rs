//! The design's sample programs elaborate without errors. They live outside of the repository; the folder is
//! `$SLOVO_SHARED` or `../shared`, and the test says so and passes where there is none.

use crate::common;

use std::path::PathBuf;

use slovo::diag::{Severity, render};
use slovo::project::Project;

fn sketch() -> Option<PathBuf> {
    let shared = std::env::var_os("SLOVO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = shared.join("design/sketch");
    folder.is_dir().then_some(folder)
}

/// Samples of single forms state no owner: they get one, or they would all fail for the same reason.
fn owned(text: &str) -> String {
    if text.contains("\n  owner ") {
        return text.to_owned();
    }
    let mut made = String::from("team sample \"Sample\"\n");
    for line in text.lines() {
        made.push_str(line);
        made.push('\n');
        if line.starts_with("journey ") && line.ends_with('{') {
            made.push_str("  owner sample\n");
        }
    }
    made
}

const YAML: &str = "project: sample\ndefault_window: 28d\noutputs: {prometheus: {engine: prometheus 3.5}}\n";
const SHOP: &str = "project: astronomy_shop
default_window: 28d
scrape_interval: 1m
retention: 35d
common_labels: [service_namespace, service_criticality, deployment_environment_name]
scope:
  service_namespace: opentelemetry-demo
";

#[test]
fn samples() {
    let Some(folder) = sketch() else {
        eprintln!("skipped: no design folder (set SLOVO_SHARED)");
        return;
    };
    let mut wrong = Vec::new();
    for path in common::files_below(&folder, "slovo") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = owned(&std::fs::read_to_string(&path).unwrap());
        let yaml = if name.starts_with("astronomy") { SHOP } else { YAML };
        let project = Project::in_memory(&[(&name, &text)], yaml);
        let mut compiled = project.compile();
        compiled.diagnostics.retain(|d| d.severity == Severity::Error);
        // The mixin adds what failed and what was slow of two metrics: a slow failure counts twice, as E0333 says.
        let twice = name.contains("k8s-apiserver-mixin");
        if twice {
            let codes: Vec<&str> = compiled.diagnostics.iter().map(|d| d.code.id).collect();
            assert_eq!(codes, ["E0333"], "{name}");
            continue;
        }
        if compiled.diagnostics.is_empty() {
            assert!(compiled.model.is_some());
            continue;
        }
        let shown = render::human(&compiled.diagnostics, &project.sources, &render::Options::plain(100));
        wrong.push(format!("--- {name}\n{shown}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_shop_is_complete() {
    let Some(folder) = sketch() else {
        eprintln!("skipped: no design folder (set SLOVO_SHARED)");
        return;
    };
    let text = std::fs::read_to_string(folder.join("astronomy-shop.slovo")).unwrap();
    let compiled = Project::in_memory(&[("shop.slovo", &text)], SHOP).compile();
    let model = compiled.model.unwrap();
    assert_eq!(model.journeys.len(), 4);
    assert_eq!(model.promises().count(), 18);
    assert_eq!(model.scenarios.len(), 3);
    let scoped = format!("{:?}", model.journeys);
    assert!(scoped.contains("opentelemetry-demo"), "the scope is added");
}

/// A catalogue for the tests of single measurements.
const CATALOGUE: &str = r#"
team shop "Shop"
metric requests_total: counter of requests { labels route, region in "eu" | "us", code in "200" | "500" }
metric failures_total: counter of requests, part of requests_total { labels route, region in "eu" | "us" }
metric took_seconds: histogram of seconds { labels route
  buckets 0.1, 0.4, 1 }
metric took_ms: native histogram of milliseconds { labels route }
metric ok_ratio: gauge of ratio { scraped every 5m }
metric done_milliseconds: gauge of milliseconds
indicator answered(route: string) {
  total requests_total{route=$route}
  bad   failures_total{route=$route}
}
indicator quick(limit: duration) {
  total took_seconds
  good  within $limit where {route!="/slow"}
}
"#;

/// The one promise `j.s.p` of this body.
fn promise(body: &str, yaml: &str) -> slovo::ir::Promise {
    let text = format!(
        "{CATALOGUE}journey j \"J\" {{\n  owner shop\n  step s \"S\" {{\n    promise p \"P\" {{\n{body}\n      urgency ticket\n    }}\n  }}\n}}\n"
    );
    let project = Project::in_memory(&[("p.slovo", &text)], yaml);
    let compiled = project.compile();
    let shown = render::human(&compiled.diagnostics, &project.sources, &render::Options::plain(100));
    let model = compiled.model.unwrap_or_else(|| panic!("{body}\n{shown}"));
    model.promises().next().unwrap().1.clone()
}

/// A selector and a number as the tests write them.
fn show(series: &slovo::ir::Series) -> String {
    use slovo::ir::{Reading, Series};
    let sel = |s: &slovo::ir::Selector| slovo::promql::print::selector_text(&s.metric, &s.matchers);
    match series {
        Series::Counter(s) => sel(s),
        Series::HistogramCount { selector, native } => format!("count {} native={native}", sel(selector)),
        Series::HistogramWithin { selector, limit, .. } => format!("{} <= {limit}", sel(selector)),
        Series::HistogramOver { selector, limit, .. } => format!("{} > {limit}", sel(selector)),
        Series::Readings { selector, condition } => match condition {
            None => format!("readings {}", sel(selector)),
            Some(Reading::AtLeast(n)) => format!("readings {} >= {n}", sel(selector)),
            Some(Reading::AtMost(n)) => format!("readings {} <= {n}", sel(selector)),
        },
        Series::Promql(text) => text.clone(),
    }
}

fn shown(measurement: &slovo::ir::Measurement) -> String {
    use slovo::ir::{Condition, Events, Measurement, Outcome};
    let all = |list: &[slovo::ir::Series]| list.iter().map(show).collect::<Vec<_>>().join(" + ");
    let events = |e: &Events| match &e.outcome {
        Outcome::Good(list) => format!("{} good {}", all(&e.total), all(list)),
        Outcome::Bad(list) => format!("{} bad {}", all(&e.total), all(list)),
    };
    match measurement {
        Measurement::Events(e) => events(e),
        Measurement::Completion(c) => format!("{} -> {} in {}", all(&c.started), all(&c.finished), c.within),
        Measurement::Slices(s) => match &s.condition {
            Condition::Share { events: e, at_least, percentile } => {
                format!("{} share {at_least} {percentile:?}: {}", s.slice, events(e))
            }
            Condition::Stat { stat, good, .. } => format!("{} {} {good:?}", s.slice, stat.as_str()),
            Condition::Mean { of, good, seconds, unit } => {
                format!("{} mean of {} {good:?} {seconds:?} {unit}", s.slice, show(of))
            }
            Condition::Age { which, per_second, at_most, .. } => {
                format!("{} {which:?} {per_second} {at_most}", s.slice)
            }
            Condition::Promql { query, good } => format!("{} {query} {good:?}", s.slice),
        },
        Measurement::Composed(c) => format!("{c:?}"),
    }
}

#[test]
fn measurements() {
    const KEEP: &str = "keep for 99% of requests over 28d\n";
    const SLICES: &str = "keep for 99% of 5m slices over 28d\n";
    let cases = [
        (
            KEEP,
            "total requests_total{route=\"/\"}\nbad where {code=\"500\"}",
            r#"requests_total{route="/"} bad requests_total{route="/",code="500"}"#,
        ),
        (
            KEEP,
            "measured by answered(route: \"/\") where {region=\"eu\"}",
            r#"requests_total{route="/",region="eu"} bad failures_total{route="/",region="eu"}"#,
        ),
        (
            KEEP,
            "measured by quick(limit: 400ms)",
            r#"count took_seconds native=false good took_seconds{route!="/slow"} <= 0.4"#,
        ),
        (KEEP, "total took_ms\nbad over 250ms", "count took_ms native=true bad took_ms > 250"),
        (
            KEEP,
            "total readings of ok_ratio\ngood at least 75%",
            "readings ok_ratio good readings ok_ratio >= 0.75",
        ),
        (
            KEEP,
            "started requests_total\nfinished failures_total within 30m",
            "requests_total -> failures_total in 30m",
        ),
        (
            SLICES,
            "good when p95 of took_seconds within 400ms",
            "5m share 0.95 Some(95): count took_seconds native=false good took_seconds <= 0.4",
        ),
        (
            SLICES,
            "measured by answered(route: \"/\")\ngood when share at least 99.5%",
            r#"5m share 0.995 None: requests_total{route="/"} bad failures_total{route="/"}"#,
        ),
        (SLICES, "good when min of ok_ratio at least 50%", "5m min AtLeast(0.5)"),
        (SLICES, "good when age of done_milliseconds at most 10m", "5m Newest 1000 600"),
    ];
    for (keep, body, expected) in cases {
        let made = promise(&format!("{keep}{body}"), "project: p\n");
        assert_eq!(shown(&made.measurement), expected, "{body}");
    }
}

#[test]
fn around_a_measurement() {
    let body = "keep for 99.50% of requests\naim for 99.9%\nexpect 70_000 per week\nfor each region\n\
                total requests_total{region=\"eu\"}\nbad where {code=\"500\"}";
    let made = promise(body, "project: p\ndefault_window: 30d\nscope:\n  region: eu\n");
    assert_eq!(made.objective.to_string(), "99.5");
    assert_eq!(made.window.to_string(), "30d");
    assert_eq!(made.expect_per_day.unwrap().to_string(), "10000");
    assert_eq!(
        made.for_each,
        [("region".to_owned(), Some(vec!["eu".to_owned()]))],
        "narrowed by the matcher"
    );
    assert_eq!(
        shown(&made.measurement),
        r#"requests_total{region="eu"} bad requests_total{region="eu",code="500"}"#,
        "the scope is added once"
    );
    let slow = promise(
        "keep for 99% of readings over 28d\ntotal readings of ok_ratio\ngood at least 1",
        "project: p\n",
    );
    assert_eq!(slow.scrape_interval.to_string(), "5m");
}

/// A promise waits for the slowest scrape of its metrics; what is unsaid of a metric is what Prometheus does then.
#[test]
fn timeouts() {
    let promise_of = |kind: &str, body: &str, yaml: &str| {
        let text = format!(
            "team shop \"Shop\"\nmetric a_total: counter of requests {kind}\nmetric b_total: counter of requests {{ scraped every 1m timeout 20s }}\n\
             metric c_total: counter of requests, part of a_total\n\
             journey j \"J\" {{\n  owner shop\n  promise p \"P\" {{\n    keep for 99% of requests over 28d\n    {body}\n    urgency ticket\n  }}\n}}\n"
        );
        let compiled = Project::in_memory(&[("p.slovo", &text)], yaml).compile();
        let found: Vec<_> = compiled.diagnostics.iter().map(|d| d.message.clone()).collect();
        let model = compiled.model.unwrap_or_else(|| panic!("{found:?}"));
        let (_, promise) = model.promises().next().unwrap();
        format!("{} {}", promise.scrape_interval, promise.scrape_timeout)
    };
    let own = "total a_total\n    bad c_total";
    let slow = "total a_total + b_total\n    bad c_total";
    let query = "total promql \"sum(rate(a_total[$range])) + sum(rate(b_total[$range]))\"\n    bad c_total";
    let unsaid = "project: p\n";
    assert_eq!(promise_of("", own, unsaid), "30s 10s");
    assert_eq!(promise_of("", own, "project: p\nscrape_interval: 5s\n"), "5s 5s", "never above the interval");
    assert_eq!(promise_of("", own, "project: p\nscrape_timeout: 25s\n"), "30s 25s");
    assert_eq!(promise_of("{ scraped every 2s }", own, "project: p\nscrape_timeout: 4s\n"), "30s 4s");
    assert_eq!(promise_of("{ scraped every 5m }", own, unsaid), "5m 10s");
    assert_eq!(promise_of("", slow, unsaid), "1m 20s", "the longest of its metrics");
    assert_eq!(
        promise_of("{ scraped every 5m timeout 5s }", slow, unsaid),
        "5m 20s",
        "not that of the slowest"
    );
    assert_eq!(promise_of("", query, unsaid), "1m 20s", "queries too");
    let cloud = "project: p\nenvironments: {cloud: {scrape_timeout: 3s}}\n";
    let mut sources = slovo::source::SourceMap::default();
    let file = sources.add("slovo.yaml", cloud);
    for (environment, expected) in [(None, None), (Some("cloud"), Some(slovo::value::Duration::from_secs(3)))]
    {
        let mut found = slovo::diag::Diagnostics::default();
        let config = slovo::config::read(file, &sources, environment, &mut found);
        assert_eq!(config.settings.scrape_timeout, expected);
        assert!(found.is_empty());
    }
}

/// Every selector of such a metric knows it, whatever the form; those of other metrics don't.
#[test]
fn births() {
    let promise_of = |body: &str| {
        let text = format!(
            "team shop \"Shop\"\nmetric all_total: counter of requests {{ labels code }}\n\
             metric bad_total: counter of requests, part of all_total {{ born with its first event }}\n\
             metric took_seconds: histogram of seconds {{ buckets 0.1, 1\n  born with its first event }}\n\
             metric native_seconds: native histogram of seconds {{ born with its first event }}\n\
             journey j \"J\" {{\n  owner shop\n  promise p \"P\" {{\n    {body}\n    urgency ticket\n  }}\n}}\n"
        );
        let project = Project::in_memory(&[("p.slovo", &text)], "project: p\n");
        let compiled = project.compile();
        let shown = render::human(&compiled.diagnostics, &project.sources, &render::Options::plain(100));
        let model = compiled.model.unwrap_or_else(|| panic!("{shown}"));
        let (_, promise) = model.promises().next().unwrap();
        let born = promise.measurement.series().filter_map(slovo::ir::Series::selector);
        born.map(|s| format!("{} {}", s.metric, s.born_with_event)).collect::<Vec<_>>()
    };
    let keep = "keep for 99% of requests over 28d\n    ";
    let slices = "keep for 99% of 5m slices over 28d\n    ";
    assert_eq!(
        promise_of(&format!("{keep}total all_total\n    bad bad_total")),
        ["all_total false", "bad_total true"]
    );
    for (histogram, verdict) in [("took_seconds", "good within 1s"), ("native_seconds", "bad over 250ms")] {
        let born = format!("{histogram} true");
        assert_eq!(
            promise_of(&format!("{keep}total {histogram}\n    {verdict}")),
            [born.clone(), born.clone()]
        );
        let p95 = promise_of(&format!("{slices}good when p95 of {histogram} within 1s"));
        assert_eq!(p95, [born.clone(), born]);
    }
    let ends = format!("{keep}started all_total\n    finished bad_total within 1h");
    assert_eq!(promise_of(&ends), ["all_total false", "bad_total true"]);
    let query =
        promise_of(&format!("{keep}total promql \"sum(rate(all_total[$range]))\"\n    bad bad_total"));
    assert_eq!(query, ["bad_total true"], "a query is taken as it is written");
}

/// A call never hides what it brings about: the indicator is right for others, so its text is shown with the call.
#[test]
fn a_call_is_never_silent() {
    let text = format!(
        "{CATALOGUE}indicator both(a: string, b: string) {{\n  total requests_total{{route=$a}}\n  bad failures_total{{route=$b}}\n}}\n\
         journey j \"J\" {{\n  owner shop\n  step s \"S\" {{\n    promise p \"P\" {{\n      keep for 99% of requests over 28d\n      \
         measured by both(a: \"/\", b: \"/pay\")\n      urgency ticket\n    }}\n  }}\n}}\n"
    );
    let checked = common::check(&[("p.slovo", &text)], None);
    assert_eq!(checked.codes, ["E0331"], "{}", checked.rendered);
    assert!(checked.rendered.contains("in this use of `both`"), "{}", checked.rendered);
}

/// How loud missing data is: the promise's own word, else the journey's, never above the promise; where nothing can be missing,
/// as the promise.
#[test]
fn no_data() {
    let loud = |journey: &str, promise: &str| {
        let text = format!(
            "team shop \"Shop\" {{ pages \"p\" }}\nplaybook trouble {{ responder shop }}\n\
             metric all_total: counter of requests {{ labels code }}\n\
             metric took_seconds: histogram of seconds {{ buckets 0.1, 1 }}\n\
             journey j \"J\" {{\n  owner shop\n  playbook trouble\n  {journey}\n  promise p \"P\" {{\n    {promise}\n  }}\n}}\n"
        );
        let project = Project::in_memory(&[("p.slovo", &text)], "project: p\n");
        let compiled = project.compile();
        let shown = render::human(&compiled.diagnostics, &project.sources, &render::Options::plain(100));
        let model = compiled.model.unwrap_or_else(|| panic!("{shown}"));
        let (_, promise) = model.promises().next().unwrap();
        format!("{:?}", promise.no_data)
    };
    let events = "keep for 99% of requests over 28d\n    total all_total\n    bad where {code=\"5\"}\n    ";
    for (journey, promise, is) in [
        ("", "", "Page"),
        ("", "urgency ticket", "Ticket"),
        ("", "no data none", "None"),
        ("no data ticket", "", "Ticket"),
        ("no data ticket", "urgency none", "None"),
        ("no data ticket", "no data page", "Page"),
        ("no data none", "no data ticket", "Ticket"),
        ("no data page", "urgency ticket", "Ticket"),
    ] {
        assert_eq!(loud(journey, &format!("{events}{promise}")), is, "{journey} / {promise}");
    }
    let bad =
        "keep for 99% of 5m slices over 28d\n    good when p95 of took_seconds within 1s\n    silence is bad";
    assert_eq!(loud("no data none", bad), "Page", "missing data is bad");
}

/// What shows that the target of a metric is there, which is silent when idle: its own job, or what is said.
#[test]
fn alive() {
    let of = |fact: &str, matchers: &str, settings: &str| {
        let text = format!(
            "team shop \"Shop\" {{ tickets \"p\" }}\n\
             metric all_total: counter of requests {{ labels code\n  {fact} }}\n\
             journey j \"J\" {{\n  owner shop\n  promise p \"P\" {{\n    keep for 99% of requests over 28d\n    \
             total all_total{matchers}\n    bad where {{code=\"5\"}}\n    urgency ticket\n  }}\n}}\n"
        );
        let project = Project::in_memory(&[("p.slovo", &text)], &format!("project: p\n{settings}"));
        let compiled = project.compile();
        let shown = render::human(&compiled.diagnostics, &project.sources, &render::Options::plain(100));
        let model = compiled.model.unwrap_or_else(|| panic!("{shown}"));
        let (_, promise) = model.promises().next().unwrap();
        let alive: Vec<String> = promise
            .measurement
            .series()
            .filter_map(|s| s.selector()?.alive.as_deref())
            .map(|s| slovo::promql::print::selector_text(&s.metric, &s.matchers))
            .collect();
        assert!(alive.windows(2).all(|w| w[0] == w[1]), "{alive:?}");
        alive.first().cloned()
    };
    assert_eq!(of("", "{job=\"a\"}", ""), None);
    let own = of("silent when idle", "{job=\"a\", code!=\"1\", instance=~\"b.*\"}", "");
    assert_eq!(own.as_deref(), Some("up{job=\"a\",instance=~\"b.*\"}"));
    let scope = of("silent when idle", "", "scope: {job: a, cluster: eu}\ncommon_labels: [cluster]\n");
    assert_eq!(scope.as_deref(), Some("up{job=\"a\"}"));
    let said = of("silent when idle while beat{cluster=\"eu\"}", "{job=\"a\"}", "");
    assert_eq!(said.as_deref(), Some("beat{cluster=\"eu\"}"));
}
