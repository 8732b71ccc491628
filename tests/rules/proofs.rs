//! `slovo test`: what it says and how it ends.

use std::path::Path;
use std::process::Command;

use slovo::backend::proofs::{artifacts, prove};
use slovo::project::Project;

fn slovo(args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_slovo")).args(args).output().unwrap();
    let said = [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat();
    (output.status.code(), said)
}

fn has_promtool() -> bool {
    let found = Command::new("promtool").arg("--version").output().is_ok();
    if !found {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`promtool` is missing (required in CI)");
        eprintln!("`promtool` is missing: NOT TESTED");
    }
    found
}

#[test]
fn every_promise_is_proved_or_named() {
    let project = Project::load(Path::new("examples/astronomy-shop"), None);
    let model = project.compile().model.unwrap();
    let proofs = prove(&model);
    assert_eq!(proofs, prove(&model), "not deterministic");
    for (_, promise) in model.promises() {
        let checks = proofs.suites.iter().flat_map(|s| &s.cases).flat_map(|c| &c.checks);
        let mine = checks.filter(|c| c.promise == promise.path).count();
        let named = proofs.unproved.iter().any(|u| u.promise == promise.path);
        assert!(mine > 20 || named, "{}: {mine}", promise.path);
    }
    for file in artifacts(&model) {
        assert!(file.path.starts_with("proofs/"), "{}", file.path);
        assert!(file.text.contains("../"), "{}", file.path);
    }
}

#[test]
fn the_smallest_example_holds() {
    if !has_promtool() {
        return;
    }
    let (code, said) = slovo(&["-C", "examples/minimal", "test"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("all hold"), "{said}");
    let (code, said) = slovo(&["-C", "examples/minimal", "test", "--format", "json"]);
    assert_eq!(code, Some(0), "{said}");
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert!(json["checks"].as_u64().unwrap() > 20);
    let (code, said) = slovo(&["-C", "examples/minimal", "test", "nobody"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is no promise `nobody`"), "{said}");
}

/// Where silence is bad, a test begins with a bad slice, and so is a slice in which nobody comes.
#[test]
fn a_percentile_of_which_silence_is_bad_holds() {
    let text = r#"
team shop "Shop" { tickets "t" }
metric took_seconds: histogram of seconds { buckets 0.5, 1, 5 }
journey visit "Visit" {
  owner shop
  promise quick "Pages open fast" {
    keep for 95% of 5m slices over 28d
    good when p95 of took_seconds within 1s
    silence is bad
    urgency ticket
  }
}
"#;
    holds("project: it\nretention: 35d\n", text, &["all hold"]);
}

/// What is started and finished, a histogram on the finished side: what `init` writes, and the example.
#[test]
fn what_finishes_in_a_histogram_holds() {
    holds(
        "project: it\nretention: 30d\n",
        include_str!("../../templates/init/checkout.slovo"),
        &["all hold"],
    );
    holds(
        "project: it\nretention: 35d\n",
        include_str!("../../examples/parcels/parcels.slovo"),
        &["all hold"],
    );
}

/// `slovo test` holds for this source under these settings, and says so.
fn holds(settings: &str, source: &str, says: &[&str]) {
    proved(settings, source, &[], says);
}

/// The same of these promises, steps or journeys; of all where there are none.
fn proved(settings: &str, source: &str, parts: &[&str], says: &[&str]) {
    if !has_promtool() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("slovo.yaml"), settings).unwrap();
    std::fs::write(folder.path().join("buy.slovo"), source).unwrap();
    let (code, said) = slovo(&[&["-C", folder.path().to_str().unwrap(), "test"], parts].concat());
    assert_eq!(code, Some(0), "{settings}{source}{said}");
    for said_so in says {
        assert!(said.contains(said_so), "{said_so}: {settings}{source}{said}");
    }
}

/// From the shortest window to the longest, with roll-ups each five and each fifteen minutes, and steps of a budget's age that
/// are multiples of them or not.
#[test]
fn proofs_hold_for_every_window() {
    for window in ["1d", "7d", "31d", "45d", "90d"] {
        let source = format!(
            r#"
team shop "Shop" {{ pages "pager" }}
metric http_requests_total: counter of requests {{ labels code }}
metric orders_total: counter of orders {{ labels state }}
journey buy "Buy" {{
  owner shop
  step pay "Pay" {{
    promise answered "Answered" {{
      keep for 99% of requests over {window}
      total http_requests_total
      bad where {{code=~"5.."}}
      urgency ticket
    }}
    promise done "Done" {{
      keep for 99% of orders over {window}
      started orders_total{{state="begun"}}
      finished orders_total{{state="done"}} within 5m
      urgency ticket
    }}
  }}
}}
"#
        );
        // What is completed reads windows as counters do; it is proved at both ends.
        let parts: &[&str] = if matches!(window, "1d" | "90d") { &[] } else { &["buy.pay.answered"] };
        proved("project: windows\nretention: 100d\n", &source, parts, &["all hold"]);
    }
}

/// Two promises whose series are born with their first event, of which one has more to be played: their targets are not the same.
#[test]
fn proofs_hold_for_two_that_are_born() {
    let source = r#"
team shop "Shop" { tickets "desk" }
metric calls_total: counter of requests {
  labels kind, code
  born with its first event
}
metric took: histogram of milliseconds {
  labels kind, code
  buckets 100, 400, 1000
  born with its first event
}
journey order "Order" {
  owner shop
  step place "Place" {
    promise answered "Answered" {
      keep for 99.9% of requests over 28d
      total calls_total{kind="A"}
      bad where {code="5"}
      urgency ticket
    }
    promise soon "Soon" {
      keep for 99% of requests over 28d
      total took{kind="A"}
      good within 400ms where {code!="5"}
      urgency ticket
    }
  }
}
"#;
    proved("project: born\nretention: 100d\n", source, &[], &["all hold"]);
}

/// What metrics state of themselves, and how loud missing data is.
#[test]
fn proofs_hold_for_facts() {
    let source = r#"
team shop "Shop" { tickets "desk" }
metric calls_total: counter of calls {
  labels status, region in "eu" | "us"
  born with its first event
  silent when idle while up{job="collector"}
}
metric elb_sum: counter of requests {
  labels code
  scraped every 1m
  samples are increases over 5m
  late by 10m
}
metric took_seconds: histogram of seconds {
  labels route
  buckets 0.1, 0.5, 1
  samples are increases
  silent when idle while beat{job="a"}
}
metric depth: gauge of jobs {
  labels queue
  late by 5m
}
metric pushed_total: counter of orders {
  labels code
  late by 10m
}
journey buy "Buy" {
  owner shop
  no data none
  step pay "Pay" {
    promise answered "Answered" {
      keep for 99% of requests over 28d
      total calls_total
      bad where {status="error"}
      for each region
      urgency ticket
      no data ticket
    }
    promise sums "Sums" {
      keep for 99% of requests over 28d
      total elb_sum
      bad where {code=~"5.."}
      urgency ticket
    }
    promise quick "Quick" {
      keep for 99% of requests over 28d
      total took_seconds{route="/"}
      good within 500ms
      urgency ticket
    }
    promise average "Average" {
      keep for 99% of 5m slices over 28d
      good when mean of took_seconds{route="/x"} within 400ms
      urgency ticket
    }
    promise short "Short" {
      keep for 99% of 5m slices over 28d
      good when avg of depth at most 5
      urgency ticket
    }
    promise pushed "Pushed" {
      keep for 99% of orders over 28d
      total pushed_total
      bad where {code=~"5.."}
      urgency ticket
    }
  }
}
"#;
    holds("project: facts\nretention: 60d\n", source, &["6 promises: all hold"]);
}

/// Rules that are evaluated more often than targets are scraped, and as rarely as is allowed.
#[test]
fn proofs_hold_for_every_evaluation() {
    let source = r#"
team shop "Shop" { tickets "desk" }
metric http_requests_total: counter of requests { labels code, region in "eu" | "us" }
metric took_seconds: histogram of seconds {
  labels route
  buckets 0.1, 0.5, 1
}
metric orders_total: counter of orders { labels state }
metric queue_length: gauge of messages { labels queue }
journey buy "Buy" {
  owner shop
  step look "Look" {
    promise answered "Answered" {
      keep for 99% of requests over 7d
      for each region
      total http_requests_total
      bad where {code=~"5.."}
      urgency ticket
    }
    promise fast "Fast" {
      keep for 95% of requests over 7d
      total took_seconds
      good within 500ms
      urgency ticket
    }
    promise short "Short queues" {
      keep for 99% of 5m slices over 7d
      good when sum of queue_length at most 10
      urgency ticket
    }
    promise sound "Sound minutes" {
      keep for 99% of minutes over 7d
      total took_seconds
      good within 500ms
      good when share at least 99%
      urgency ticket
    }
  }
  step pay "Pay" {
    promise done "Done" {
      keep for 99% of orders over 7d
      started orders_total{state="begun"}
      finished orders_total{state="done"} within 5m
      urgency ticket
    }
  }
}
"#;
    let settings = |scrape: &str, every: &str| {
        format!("project: often\nretention: 40d\nscrape_interval: {scrape}\nevaluation_interval: {every}\n")
    };
    proved(&settings("15s", "10s"), source, &["buy.look.answered"], &["all hold"]);
    proved(&settings("15s", "2m"), source, &[], &["all hold"]);
    // A minute holds two scrapes only.
    proved(&settings("30s", "30s"), source, &["buy.look.sound"], &["all hold"]);
    proved(&settings("30s", "1m"), source, &["buy.look.sound"], &["all hold"]);
}

/// `MetricsQL` stands in the rules of vmalert; promtool plays the others without it.
#[test]
fn what_is_not_promql_is_not_proved() {
    let source = r#"
team shop "Shop" { tickets "desk" }
metric calls_total: counter of calls { labels code }
journey buy "Buy" {
  owner shop
  step pay "Pay" {
    promise taken "Taken" {
      keep for 99% of requests over 28d
      total promql "sum(rate(calls_total[$range])) default 0"
      bad promql "sum(rate(calls_total{code=~\"5..\"}[$range])) default 0"
      urgency ticket
    }
    promise plain "Plain" {
      keep for 99% of requests over 28d
      total calls_total
      bad where {code=~"5.."}
      urgency ticket
    }
  }
}
"#;
    let settings = "project: shop\nretention: 60d\noutputs:\n  prometheus: {form: vmalert}\n";
    holds(settings, source, &["2 promises: all hold", "its query is not PromQL"]);
}

/// Several promises with budgets of their own for each region: what is asked of one is followed through rules that read themselves.
#[test]
fn proofs_hold_for_each() {
    let source = r#"
team shop "Shop" { tickets "desk" }
metric http_requests_total: counter of requests { labels code, region in "eu" | "us" }
metric queue_length: gauge of messages { labels region in "eu" | "us" }
journey buy "Buy" {
  owner shop
  promise answered "Answered" {
    keep for 99% of requests over 7d
    for each region
    total http_requests_total
    bad where {code=~"5.."}
    urgency ticket
  }
  promise quick "Short queues" {
    keep for 99% of minutes over 7d
    for each region
    good when sum of queue_length at most 10
    silence is bad
    urgency ticket
  }
  promise steady "Steady queues" {
    keep for 99% of 5m slices over 7d
    for each region
    good when avg of queue_length at most 10
    urgency ticket
  }
}
"#;
    holds("project: regions\nretention: 60d\n", source, &["all hold"]);
}

#[test]
fn without_promtool_it_says_how_to_get_it() {
    let (code, said) = slovo(&["-C", "examples/minimal", "test", "--promtool", "/nowhere/promtool"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("apt-get install prometheus"), "{said}");
}

/// What fails is asked once more: a tool that changes its mind is named, one that insists is believed.
#[cfg(unix)]
#[test]
fn what_fails_is_asked_again() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, script: &str| {
        let tool = folder.path().join(name);
        std::fs::write(&tool, script).unwrap();
        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut slovo = std::process::Command::new(env!("CARGO_BIN_EXE_slovo"));
        let args = ["-C", "examples/minimal", "test", "--promtool", tool.to_str().unwrap()];
        let output = slovo.args(args).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let moody = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\n[ -e asked ] && echo SUCCESS && exit 0\ntouch asked\necho moody\nexit 1\n";
    let (code, said) = run("moody", moody);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("promtool gave two answers to"), "{said}");
    assert!(said.contains("all hold"), "{said}");
    let (code, said) =
        run("stubborn", "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho stubborn\nexit 1\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("stubborn") && !said.contains("two answers"), "{said}");
}
