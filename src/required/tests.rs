use super::{Required, required};
use crate::diag::Diagnostics;
use crate::driver;
use crate::project::Project;

fn of(source: &str, yaml: &str, covers: &str) -> Required {
    let project =
        Project::in_memory(&[("a.slovo", source)], &format!("project: shop\nretention: 100d\n{yaml}"));
    let compiled = project.compile();
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|d| d.message.as_str()).collect();
    let model = compiled.model.unwrap_or_else(|| panic!("{codes:?}"));
    let files = driver::parse_all(&project.sources, &mut Diagnostics::default());
    required(&model, &files, &|path| path.to_string().starts_with(covers))
}

/// The block with this word on a page of the docs.
fn block(info: &str) -> String {
    let page = include_str!("../../docs/import.md");
    let (_, rest) = page.split_once(&format!("```{info}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_page_of_the_docs() {
    let made = of(&block("slovo required"), "", "");
    assert_eq!(made.markdown(), block("markdown required"));
}

const SOURCE: &str = r#"team shop "Shop team" {}
metric asked_total: counter of requests { labels cluster, kind, code in "2xx" | "5xx", region in "eu" | "us" }
metric took_seconds: histogram of seconds { labels attempt
  buckets 0.1, 0.5, 1 }
metric begun_total: counter of orders { labels shop
  silent when idle while up{job="shop"} }
metric done_seconds: histogram of seconds { labels shop
  buckets 60, 600 }
metric depth: gauge of jobs { labels queue }
metric other_total: counter of requests { labels a }
journey visit "Vi|sit `x`" {
  owner shop
  step open "Op|en <b>" {
    promise answered "It answers | *well*" {
      keep for 99% of requests over 28d
      for each region
      total asked_total{kind="x"}
      bad   where {code="5xx"}
    }
    promise quick "It is quick" {
      keep for 99% of requests over 28d
      total took_seconds
      bad   over 500ms or where {attempt="again"}
    }
    promise query "By a query" {
      keep for 99% of requests over 28d
      total promql """sum(rate(took_seconds_count{}[$range])) + sum(rate(other_total{a="`|`"}[$range]))"""
      bad   promql """sum(rate(took_seconds_count{}[$range])) - sum(rate(took_seconds_bucket{le="0.1"}[$range]))"""
    }
  }
  step buy "Buy" {
    promise sent "Orders are sent" {
      keep for 99% of orders over 28d
      started  begun_total
      finished done_seconds within 10m
    }
    promise short "The queue is short" {
      keep for 99% of 5m slices over 28d
      good when max of depth at most 10
    }
  }
}
"#;

#[test]
fn everything_that_is_read_is_listed() {
    let made = of(SOURCE, "scope: {cluster: prod}\n", "");
    let json: serde_json::Value = serde_json::from_str(&made.json()).unwrap();
    let metric =
        |name: &str| made.metrics.iter().find(|m| m.name == name).unwrap_or_else(|| panic!("{json}"));
    let names: Vec<&str> = made.metrics.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(
        names,
        ["asked_total", "begun_total", "depth", "done_seconds", "other_total", "took_seconds", "up"]
    );
    // Labels by which promises select or keep budgets; what `scope` adds is said once.
    let asked = metric("asked_total");
    assert_eq!(made.scope, [r#"{cluster="prod"}"#]);
    let labels: Vec<(&str, usize, &[String], bool)> = asked
        .labels
        .iter()
        .map(|l| (l.name.as_str(), l.values.len(), l.selected.as_slice(), l.for_each))
        .collect();
    assert_eq!(
        labels,
        [
            ("code", 2, [r#"="5xx""#.to_owned()].as_slice(), false),
            ("kind", 0, [r#"="x""#.to_owned()].as_slice(), false),
            ("region", 2, [].as_slice(), true)
        ]
    );
    // Bounds from limits and from queries, in the metric's unit.
    assert_eq!(metric("took_seconds").bounds, ["0.1", "0.5"]);
    assert_eq!(metric("done_seconds").bounds, ["600"]);
    let roles = |name: &str| -> Vec<String> {
        let reads = metric(name).needed_by.iter().flat_map(|n| &n.reads);
        reads.map(|r| serde_json::to_value(r.role).unwrap().as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(roles("begun_total"), ["started"]);
    assert_eq!(roles("up"), ["alive"]);
    assert_eq!(roles("depth"), ["value"]);
    assert_eq!(roles("done_seconds")[0], "finished");
    assert!(roles("took_seconds").contains(&"bad".to_owned()), "{json}");
    assert_eq!((metric("up").kind.as_deref(), metric("depth").kind.as_deref()), (None, Some("gauge")));
    // Attempts are counted in one step, abandonment in the other.
    let gaps: Vec<(&str, &str)> = json["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| (g["step"].as_str().unwrap(), g["missing"].as_str().unwrap()))
        .collect();
    assert_eq!(gaps, [("visit.open", "abandonment"), ("visit.buy", "retries")]);
    // One step alone.
    let one = of(SOURCE, "", "visit.buy");
    assert_eq!(one.metrics.len(), 4);
    assert_eq!(one.gaps.len(), 1);
}

/// What users write is shown as written.
#[test]
fn hostile_text_stays_text() {
    let page = of(SOURCE, "", "").markdown();
    assert!(page.contains(r"It answers \| \*well\*"), "{page}");
    assert!(page.contains(r"Op\|en \<b\>"), "{page}");
    let cell = page.lines().find(|line| line.starts_with("| `a` ")).unwrap();
    assert_eq!(cell.replace("\\|", "").matches('|').count(), 4, "{cell}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let source = SOURCE.replace(
        "sum(rate(took_seconds_count{}[$range])) + sum(rate(other_total{a=\"`|`\"}[$range]))",
        "sum(rate(took_seconds_count[$range]) keep_metric_names)",
    );
    let made = of(&source, "outputs: {prometheus: {form: vmalert}}\n", "");
    assert_eq!(made.unread, ["visit.open.query"]);
    assert!(made.markdown().contains("## Not known"));
}

/// A composed promise reads nothing itself: what its members read is needed.
#[test]
fn members_of_a_composed_promise_count() {
    let source = SOURCE.replace(
        "  step buy",
        "  promise whole \"All of it\" {\n    keep for 90% of visits over 28d\n    all of open.query, buy.sent\n  }\n  step buy",
    );
    let made = of(&source, "", "visit.whole");
    let names: Vec<&str> = made.metrics.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["begun_total", "done_seconds", "other_total", "took_seconds", "up"]);
}

/// A metric without the label of the scope is read without it, and that is said.
#[test]
fn scope_is_said_of_those_that_it_holds_for() {
    let source = "team shop \"Shop team\"\nmetric a_total: counter of hits { labels cluster, ok }\nmetric up_total: counter of hits, part of a_total { labels ok }\n\
                  journey v \"V\" {\n  owner shop\n  promise p \"P\" {\n    keep for 99% of hits over 28d\n    total a_total\n    bad up_total{ok=\"no\"}\n  }\n}\n";
    let made = of(source, "scope: {cluster: eu}\nlints: {W0301: allow}\n", "");
    let outside: Vec<(&str, usize)> =
        made.metrics.iter().map(|m| (m.name.as_str(), m.outside_scope.len())).collect();
    assert_eq!(outside, [("a_total", 0), ("up_total", 1)]);
    assert!(made.markdown().contains("It needn't match `{cluster=\"eu\"}`."), "{}", made.markdown());
}

#[test]
fn labels_by_which_a_query_joins_are_needed() {
    let source = SOURCE.replace(
        "sum(rate(other_total{a=\"`|`\"}[$range]))",
        "sum by (z) (rate(other_total[$range]) unless on (a) maint{foo=\"bar\"})",
    );
    let source = source.replace("metric depth", "metric maint: gauge { labels a, foo }\nmetric depth");
    let made = of(&source.replace("labels a }", "labels a, z }"), "", "visit.open.query");
    let joined = |metric: &str| -> Vec<&str> {
        let metric = made.metrics.iter().find(|m| m.name == metric).unwrap();
        metric.labels.iter().filter(|l| l.joined).map(|l| l.name.as_str()).collect()
    };
    assert_eq!((joined("other_total"), joined("maint")), (vec!["a", "z"], vec!["a"]));
    let maint = made.metrics.iter().find(|m| m.name == "maint").unwrap();
    assert!(maint.needed_by.iter().flat_map(|n| &n.reads).all(|read| read.by_query));
}
