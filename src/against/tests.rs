use std::collections::BTreeMap;

use super::{Compared, FORMAT, Loaded, Presence, Seen, Snapshot, Wanted, compare, server::kept};
use crate::diag::Diagnostics;
use crate::diag::render::{Options, human};
use crate::driver;
use crate::project::Project;

const SOURCE: &str = r#"team shop "Shop team"
metric asked_total: counter of requests { labels code, route }
metric took_seconds: histogram of seconds { labels route
  buckets 0.1, 0.5, 1 }
metric depth: gauge of jobs { labels queue }
journey visit "Visit" {
  owner shop
  step open "Open" {
    promise answered "It answers" {
      keep for 99% of requests over 28d
      total asked_total{route="/"}
      bad   where {code=~"5.."}
    }
    promise quick "It is quick" {
      keep for 99% of requests over 28d
      total took_seconds
      good  within 500ms
    }
    promise short "The queue is short" {
      keep for 99% of 5m slices over 28d
      good when max of depth{queue="mail"} at most 10
    }
  }
}
"#;

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn labels(list: &[(&str, Option<&[&str]>)]) -> BTreeMap<String, Option<Vec<String>>> {
    list.iter().map(|(label, values)| ((*label).to_owned(), values.map(strings))).collect()
}

/// A metric whose labels have these values, now and ever.
fn metric(kind: &str, list: &[(&str, Option<&[&str]>)]) -> Seen {
    Seen {
        kind: Some(kind.to_owned()),
        jobs: strings(&["web"]),
        labels: labels(list),
        ever: Some(labels(list)),
        ..Seen::default()
    }
}

struct Case {
    project: Project,
    snapshot: Snapshot,
}

impl Case {
    /// A project, and a server on which all that it reads is there.
    fn new(source: &str, yaml: &str) -> Self {
        let project =
            Project::in_memory(&[("a.slovo", source)], &format!("project: shop\nretention: 100d\n{yaml}"));
        let mut case =
            Self { project, snapshot: Snapshot { format: FORMAT.to_owned(), ..Snapshot::default() } };
        let codes: &[&str] = &["200", "500"];
        case.snapshot.metrics = [
            ("asked_total", metric("counter", &[("code", Some(codes)), ("route", Some(&["/", "/pay"]))])),
            (
                "took_seconds",
                Seen {
                    buckets: Some(strings(&["0.1", "0.5", "1.0"])),
                    stored: Some("classic".to_owned()),
                    series: strings(&["took_seconds_bucket", "took_seconds_count", "took_seconds_sum"]),
                    ..metric("histogram", &[("route", Some(&["/"]))])
                },
            ),
            ("depth", metric("gauge", &[("queue", Some(&["mail"]))])),
        ]
        .map(|(name, seen)| (name.to_owned(), seen))
        .into();
        case.snapshot.retention = Some("30d".to_owned());
        case.snapshot.seen = "2026-11-30".to_owned();
        case.snapshot.rules = Some(BTreeMap::new());
        case.snapshot.jobs.insert("web".to_owned(), Some("30s".to_owned()));
        case.snapshot.selectors = case.wanted().selectors.into_iter().map(|s| (s, Presence::Now)).collect();
        case
    }
    fn wanted(&self) -> Wanted {
        let compiled = self.project.compile();
        let messages: Vec<&String> = compiled.diagnostics.iter().map(|d| &d.message).collect();
        let model = compiled.model.as_ref().unwrap_or_else(|| panic!("{messages:?}"));
        Wanted::of(model, &driver::parse_all(&self.project.sources, &mut Diagnostics::default()))
    }
    fn compare(&self) -> Compared {
        let compiled = self.project.compile();
        let files = driver::parse_all(&self.project.sources, &mut Diagnostics::default());
        compare(compiled.model.as_ref().unwrap(), &files, &self.snapshot)
    }
    fn is(mut self, selector: &str, presence: Presence) -> Self {
        let known = self.snapshot.selectors.keys().cloned().collect::<Vec<_>>();
        assert!(
            self.snapshot.selectors.insert(selector.to_owned(), presence).is_some(),
            "{selector}: {known:?}"
        );
        self
    }
    fn shown(&self) -> String {
        let compared = self.compare();
        human(&compared.diagnostics, &self.project.sources, &Options::plain(200))
    }
    fn says(&self, codes: &[&str], texts: &[&str]) {
        let compared = self.compare();
        let found: Vec<&str> = compared.diagnostics.iter().map(|d| d.code.id).collect();
        assert_eq!(found, codes, "{}{:?}", self.shown(), compared.unknown);
        for text in texts {
            assert!(self.shown().contains(text), "{text}: {}", self.shown());
        }
    }
}

const DAY: &str = "2026-11-12";

fn earlier() -> Presence {
    Presence::Earlier(Some(DAY.parse().unwrap()))
}

#[test]
fn all_is_there() {
    let case = Case::new(SOURCE, "");
    case.says(&[], &[]);
    let compared = case.compare();
    assert!(compared.unknown.is_empty(), "{:?}", compared.unknown);
    assert_eq!(compared.selectors, 5);
    assert_eq!(compared.notes, ["no rules of `shop` are loaded on the server"]);
}

#[test]
fn the_five_grades() {
    let all = r#"asked_total{route="/"}"#;
    let bad = r#"asked_total{route="/",code=~"5.."}"#;
    let whole =
        |presence| Case::new(SOURCE, "").is("asked_total", presence).is(all, presence).is(bad, presence);
    let mut never = whole(Presence::Never);
    never.snapshot.metrics.remove("asked_total");
    never.snapshot.near.insert("asked_total".to_owned(), "ask_total".to_owned());
    never.says(
        &["E0701"],
        &["the server never had `asked_total`", "did you mean `ask_total`", "(30d)", "total asked_total"],
    );
    let mut gone = whole(earlier());
    gone.snapshot.metrics.remove("asked_total");
    gone.says(&["E0702"], &[DAY]);
    let mut no_label = Case::new(SOURCE, "").is(bad, Presence::Never);
    let seen = no_label.snapshot.metrics.get_mut("asked_total").unwrap();
    seen.ever = Some(labels(&[("route", Some(&["/"])), ("status", None)]));
    seen.labels.remove("code");
    no_label.says(&["E0703"], &["never had a label `code`", "`status`", "    bad   where {code=~\"5..\"}"]);
    let no_value = Case::new(SOURCE, "").is(bad, Presence::Never);
    no_value.says(
        &["W0701"],
        &[
            "never saw `code=~\"5..\"` in what `visit.open.answered` counts of `asked_total`",
            "no series matches these together",
            "born with its first event",
        ],
    );
    let mut no_value = Case::new(SOURCE, "").is(bad, Presence::Never);
    no_value.snapshot.metrics.get_mut("asked_total").unwrap().ever =
        Some(labels(&[("code", Some(&["200", "404"])), ("route", None)]));
    no_value.says(&["W0701"], &["values of `code` on the server: \"200\", \"404\""]);
    let quiet = Case::new(SOURCE, "").is(bad, earlier());
    quiet.says(&["W0702"], &[DAY, "born with its first event"]);
}

/// Of several values none matches: a pattern matches none of them, a text is not among them. Negative and empty matchers need no label.
#[test]
fn matchers_that_need_no_label() {
    let source = SOURCE.replace("{code=~\"5..\"}", "{code!=\"200\"}");
    let mut case = Case::new(&source, "").is(r#"asked_total{route="/",code!="200"}"#, Presence::Never);
    case.snapshot.metrics.get_mut("asked_total").unwrap().ever =
        Some(labels(&[("code", Some(&["200"])), ("route", Some(&["/"]))]));
    case.says(&["W0701"], &["no series matches these together"]);
    case.snapshot.metrics.get_mut("asked_total").unwrap().ever = Some(labels(&[("route", Some(&["/"]))]));
    case.says(&["W0703", "W0701"], &[]);
}

/// A snapshot of another day knows less of this source: then it is not green, and names what it lacks.
#[test]
fn what_a_snapshot_was_not_asked_for() {
    let unknown = |source: &str, seen: &dyn Fn(&mut Snapshot)| {
        let mut case = Case::new(source, "");
        case.snapshot.selectors = Case::new(SOURCE, "").snapshot.selectors;
        seen(&mut case.snapshot);
        let compared = case.compare();
        let codes: Vec<&str> = compared.diagnostics.iter().map(|d| d.code.id).collect();
        (codes, compared.unknown)
    };
    // One label: its values tell.
    let one = SOURCE
        .replace("asked_total{route=\"/\"}", "asked_total")
        .replace("{code=~\"5..\"}", "{code=\"500\"}");
    assert_eq!(unknown(&one, &|_| {}), (vec![], vec![]));
    let none = one.replace("\"500\"", "\"503\"");
    assert_eq!(unknown(&none, &|_| {}), (vec!["W0701"], vec![]));
    // Two may each be there and never meet; many values are not listed.
    let two = SOURCE.replace("5..", "50.");
    let (codes, open) = unknown(&two, &|_| {});
    assert!(
        codes.is_empty()
            && open.len() == 1
            && open[0].starts_with("`visit.open.answered` reads what is not known: "),
        "{open:?}"
    );
    let many = |snapshot: &mut Snapshot| {
        let seen = snapshot.metrics.get_mut("asked_total").unwrap();
        seen.labels.insert("code".to_owned(), None);
        seen.ever.as_mut().unwrap().insert("code".to_owned(), None);
    };
    assert_eq!(unknown(&none, &many).1.len(), 1);
    // Another bound of the same histogram is known by its bounds.
    let bound = SOURCE.replace("500ms", "1s");
    assert_eq!(unknown(&bound, &|_| {}), (vec![], vec![]));
    // A name that nobody asked for is unknown where only some were looked at, and was never there where all were.
    let other = SOURCE.replace("depth", "length");
    assert_eq!(unknown(&other, &|_| {}), (vec!["E0701"], vec![]));
    assert_eq!(unknown(&other, &|snapshot| snapshot.only_used = true).1.len(), 1);
}

#[test]
fn bounds_and_forms() {
    let bucket = "took_seconds_bucket{le=\"0.5\"}";
    let with = |change: &dyn Fn(&mut Seen), presence| {
        let mut case = Case::new(SOURCE, "").is(bucket, presence);
        change(case.snapshot.metrics.get_mut("took_seconds").unwrap());
        case
    };
    with(&|s| s.buckets = Some(strings(&["0.1", "1"])), Presence::Never)
        .says(&["E0704"], &["no bucket with the bound 0.5", "its bounds: 0.1, 1", "within 500ms"]);
    let mixed = |s: &mut Seen| (s.buckets, s.mixed_buckets) = (None, Some("a: 0.1; b: 0.5".to_owned()));
    with(&mixed, Presence::Now).says(&[], &[]);
    with(&mixed, Presence::Partly).says(&["E0704"], &["not every series"]);
    with(&|s| s.buckets = None, Presence::Never).says(&["E0704"], &["dropped at the scrape"]);
    with(&|s| s.stored = Some("native".to_owned()), Presence::Never)
        .says(&["E0705"], &["stores it as native only"]);
    with(&|s| s.kind = Some("summary".to_owned()), Presence::Now)
        .says(&["E0705"], &["a summary on the server"]);
}

#[test]
fn the_server() {
    let mut case = Case::new(SOURCE, "");
    case.snapshot.retention = Some("2w or 10GiB".to_owned());
    case.snapshot.jobs.insert("web".to_owned(), Some("1m".to_owned()));
    let loaded = Loaded {
        failing: 1,
        late: 2,
        promises: strings(&["visit.open.quick", "visit.old"]),
        ..Loaded::default()
    };
    case.snapshot.rules = Some([("shop".to_owned(), loaded)].into());
    case.says(
        &["E0708", "E0708", "E0707", "E0706"],
        &[
            "cannot evaluate 1 rule ",
            "not evaluated 2 rules ",
            "every 1m",
            "the server keeps 2w",
            "2 other promises",
        ],
    );
    let compiled = case.project.compile();
    let own = super::rules::of(compiled.model.as_ref().unwrap());
    for (print, stale) in [("0", true), (own["visit"].as_str(), false)] {
        let loaded = case.snapshot.rules.as_mut().unwrap().get_mut("shop").unwrap();
        loaded.journeys = [("visit".to_owned(), print.to_owned())].into();
        let notes = case.compare().notes.join("\n");
        assert_eq!(notes.contains("are not those that `slovo build` makes now: `visit`"), stale, "{notes}");
    }
    let notes = case.compare().notes.join("\n");
    assert!(
        notes.contains("not loaded yet of 2 promises: `visit.open.answered`, `visit.open.short`"),
        "{notes}"
    );
    assert!(notes.contains("does not have: `visit.old`"), "{notes}");
    let days = |text: &str| kept(text).map(|d| d.to_string());
    assert_eq!(days("15d or 10GiB").as_deref(), Some("15d"));
    assert_eq!(days("1y2w3d12h").as_deref(), Some("382d12h"));
    assert_eq!(days("10GiB"), None);
    assert_eq!(days("999999999999999999999y"), None);
}

/// Only jobs that a selector of the metric can select count.
#[test]
fn jobs_that_are_not_selected() {
    let with = |matcher: &str| {
        let source = SOURCE.replace("{route=\"/\"}", &format!("{{route=\"/\",{matcher}}}"));
        let mut case = Case::new(&source, "");
        case.snapshot.metrics.get_mut("asked_total").unwrap().jobs = strings(&["batch", "web"]);
        case.snapshot.jobs.insert("batch".to_owned(), Some("1m".to_owned()));
        case
    };
    for matcher in ["job=\"web\"", "job=~\"w.*\"", "job!=\"batch\"", "job!~\"b.+\""] {
        with(matcher).says(&[], &[]);
    }
    for matcher in ["job=\"batch\"", "job=~\"web|batch\"", "job!=\"web\"", "code!=\"x\""] {
        let compared = with(matcher).compare();
        let found = compared.diagnostics.iter().filter(|d| d.code.id == "E0707");
        assert_eq!(found.count(), 1, "{matcher}");
    }
}

/// An interval that the server does not tell is neither a finding nor green; what is not scraped has none.
#[test]
fn scrapes_that_are_not_told() {
    let told = |source: &str, change: &dyn Fn(&mut Snapshot)| {
        let mut case = Case::new(source, "");
        change(&mut case.snapshot);
        let compared = case.compare();
        let codes: Vec<&str> = compared.diagnostics.iter().map(|d| d.code.id).collect();
        (codes, compared.unknown, compared.notes)
    };
    let mixed = |snapshot: &mut Snapshot| {
        snapshot.jobs.insert("web".to_owned(), None);
    };
    let (codes, unknown, _) = told(SOURCE, &mixed);
    assert_eq!(
        (codes, unknown),
        (
            vec![],
            strings(&[
                "how often `asked_total`, `depth`, `took_seconds` is scraped: the samples of `up` do not tell it of the job `web`"
            ])
        )
    );
    let slowest = |every: &str| {
        let every = every.to_owned();
        move |snapshot: &mut Snapshot| {
            snapshot.jobs.insert("web".to_owned(), None);
            for seen in snapshot.metrics.values_mut() {
                seen.slowest.insert("web".to_owned(), every.clone());
            }
        }
    };
    assert_eq!(told(SOURCE, &slowest("1m")).0, ["E0707"]);
    let (codes, unknown, _) = told(SOURCE, &slowest("30s"));
    assert!(codes.is_empty() && unknown.is_empty(), "{unknown:?}");
    // Pushed or recorded: a note, unless its interval is declared.
    let pushed = |snapshot: &mut Snapshot| snapshot.jobs.clear();
    let (codes, unknown, notes) = told(SOURCE, &pushed);
    assert!(codes.is_empty() && unknown.is_empty(), "{unknown:?}");
    assert!(
        notes.iter().any(|n| n.starts_with("no `up` belongs to `asked_total`, `depth`, `took_seconds`")),
        "{notes:?}"
    );
    let declared = SOURCE.replace("labels queue }", "labels queue\n  scraped every 30s }");
    let (_, unknown, _) = told(&declared, &pushed);
    assert!(unknown.len() == 1 && unknown[0].starts_with("is `depth` scraped as often"), "{unknown:?}");
    // Queries find it, and no list has it.
    let unlisted = |snapshot: &mut Snapshot| {
        let seen = snapshot.metrics.get_mut("depth").unwrap();
        (seen.unlisted, seen.jobs, seen.labels) = (true, Vec::new(), BTreeMap::new());
    };
    let missing = |snapshot: &mut Snapshot| drop(snapshot.metrics.remove("depth"));
    for change in [&unlisted as &dyn Fn(&mut Snapshot), &missing] {
        let (codes, unknown, _) = told(SOURCE, change);
        assert!(codes.is_empty() && unknown.len() == 1, "{codes:?} {unknown:?}");
        assert!(unknown[0].starts_with("queries find `depth`"), "{unknown:?}");
    }
}

/// One message for the same of many promises, and a comment accepts it one by one.
#[test]
fn folded_and_accepted() {
    let promise = |name: &str, comment: &str| {
        format!(
            "    promise {name} \"P {name}\" {{\n      keep for 99% of requests over 28d\n      total asked_total{{route=\"{name}\"}}\n{comment}      bad   where {{code=\"503\"}}\n    }}\n"
        )
    };
    let source = |comments: [&str; 3]| {
        let promises: String = ["a", "b", "c"].iter().zip(comments).map(|(n, c)| promise(n, c)).collect();
        format!(
            "team shop \"Shop\"\nmetric asked_total: counter of requests {{ labels code, route }}\njourney v \"V\" {{\n  owner shop\n  step s \"S\" {{\n{promises}  }}\n}}\n"
        )
    };
    let case = |comments, yaml: &str| {
        let mut case = Case::new(&source(comments), yaml);
        for name in ["a", "b", "c"] {
            case = case.is(&format!("asked_total{{route=\"{name}\",code=\"503\"}}"), Presence::Never);
        }
        case
    };
    let allow = "      # slovo: allow W0701 because it never failed until 2026-12-31\n";
    let none = case(["", "", ""], "");
    none.says(&["W0701"], &["the same holds for 2 other promises: `v.s.b`, `v.s.c`"]);
    let one = case(["", allow, ""], "");
    one.says(&["W0701"], &["the same holds for 1 other promise: `v.s.c`"]);
    assert_eq!(one.compare().diagnostics.accepted.count, 1);
    let all = case([allow, allow, allow], "");
    all.says(&[], &[]);
    let accepted = all.compare().diagnostics.accepted;
    assert_eq!((accepted.count, accepted.until.map(|d| d.to_string()).as_deref()), (3, Some("2026-12-31")));
    // Whose day is over accepts nothing; without a server nothing is called unused.
    case([allow, "", ""], "today: 2027-01-01\n").says(&["W0701"], &["2 other promises"]);
    assert!(all.project.compile().diagnostics.iter().all(|d| d.code.id != "W0120"));
}

/// What is declared to come and go is not told.
#[test]
fn declared_to_come_and_go() {
    let bad = r#"asked_total{route="/",code=~"5.."}"#;
    let born = SOURCE.replace("labels code, route }", "labels code, route\n  born with its first event }");
    Case::new(&born, "").is(bad, earlier()).says(&[], &[]);
    Case::new(&born, "").is(bad, Presence::Never).says(&["W0701"], &["it may just not have happened"]);
    let total = r#"asked_total{route="/"}"#;
    Case::new(&born, "").is(bad, earlier()).is(total, earlier()).says(&["W0702"], &["silent when idle"]);
    let idle = SOURCE
        .replace("labels code, route }", "labels code, route\n  silent when idle while up{job=\"web\"} }");
    Case::new(&idle, "").is(bad, earlier()).is(total, earlier()).says(&[], &[]);
    let mut gone = Case::new(&idle, "").is("up", Presence::Never).is(r#"up{job="web"}"#, Presence::Never);
    gone.snapshot.only_used = true;
    gone.says(&["E0701"], &["`up`"]);
}

/// Queries are asked as they are written; those without a name too.
#[test]
fn queries() {
    let source = SOURCE.replace(
        "good when max of depth{queue=\"mail\"} at most 10",
        "good when promql \"\"\"max(depth{queue=\"mail\"} offset 5m) + sum({__name__=~\"dep.*\",a=\"b\"}) + sum(rate(took_seconds_bucket{le=\"0.5\"}[5m]))\"\"\" at most 10",
    );
    let case = Case::new(&source, "");
    case.says(&[], &[]);
    let nameless = case.wanted().selectors.into_iter().find(|s| s.starts_with('{')).unwrap();
    case.is(&nameless, Presence::Never).says(&["E0701"], &["{__name__=~"]);
    let mut case = Case::new(&source, "").is("took_seconds_bucket{le=\"0.5\"}", Presence::Never);
    case.snapshot.metrics.get_mut("took_seconds").unwrap().buckets = Some(strings(&["0.1"]));
    case.says(&["E0704"], &["1 other promise: `visit.open.short`"]);
}

/// The scope of the environment is part of what is asked.
#[test]
fn scope_is_asked() {
    let source = SOURCE.replace("labels code, route", "labels code, route, cluster");
    let case = Case::new(&source, "scope: {cluster: eu}\n");
    let wanted = case.wanted().selectors;
    assert!(wanted.contains(r#"asked_total{route="/",cluster="eu"}"#), "{wanted:?}");
}

/// What a query does without need not be there.
#[test]
fn queries_that_do_without() {
    let source = |query: &str| {
        let declared = SOURCE
            .replace("metric depth:", "metric depth_old: gauge of jobs { labels queue }\nmetric depth:");
        declared.replace(
            "good when max of depth{queue=\"mail\"} at most 10",
            &format!("good when promql \"\"\"{query}\"\"\" at most 10"),
        )
    };
    let either = source("max(depth or depth_old)");
    Case::new(&either, "").is("depth_old", Presence::Never).says(&[], &[]);
    Case::new(&either, "")
        .is("depth_old", Presence::Never)
        .is("depth", earlier())
        .says(&["E0701", "E0702"], &["`depth_old`"]);
    let zero = source("max(depth_old or vector(0))");
    Case::new(&zero, "").is("depth_old", Presence::Never).says(&["E0701"], &[]);
    let absent = source("max(depth) unless on () absent(depth_old)");
    assert!(!Case::new(&absent, "").wanted().selectors.contains("depth_old"));
}

/// What a server says is shown so that it does nothing.
#[test]
fn hostile_text_stays_text() {
    let mut case = Case::new(SOURCE, "").is(r#"asked_total{route="/",code=~"5.."}"#, Presence::Never);
    let seen = case.snapshot.metrics.get_mut("asked_total").unwrap();
    let bad = "\u{1b}[2J\u{202e}";
    seen.ever = Some(labels(&[("route", Some(&["/"])), ("code", Some(&[bad]))]));
    seen.disputed = Some(bad.to_owned());
    assert!(!case.shown().contains('\u{1b}') && !case.shown().contains('\u{202e}'), "{}", case.shown());
    let seen = case.snapshot.metrics.get_mut("asked_total").unwrap();
    seen.ever = Some(labels(&[(bad, None)]));
    seen.kind = Some(bad.to_owned());
    case.snapshot.retention = Some(bad.to_owned());
    assert!(!case.shown().contains('\u{1b}') && !case.shown().contains('\u{202e}'), "{}", case.shown());
}
