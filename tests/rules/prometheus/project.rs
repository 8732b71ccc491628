//! From source to rules: the examples, and what the language can say.

use super::tools::*;
use crate::common;
use slovo::ir::Model;

/// The model of these files.
pub fn model_of(files: &[(&str, &str)], yaml: &str) -> Model {
    let project = slovo::project::Project::in_memory(files, yaml);
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    compiled.model.unwrap_or_else(|| panic!("{said}"))
}

#[test]
fn examples_are_lint_clean() {
    for example in std::fs::read_dir("examples").unwrap() {
        let folder = example.unwrap().path();
        let Ok(yaml) = std::fs::read_to_string(folder.join("slovo.yaml")) else { continue };
        let files: Vec<(String, String)> = common::files_below(&folder, "slovo")
            .into_iter()
            .map(|p| {
                (p.strip_prefix(&folder).unwrap().display().to_string(), std::fs::read_to_string(&p).unwrap())
            })
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        let model = model_of(&files, &yaml);
        let emitted = emit(&model);
        assert_eq!(emitted.len(), model.journeys.len(), "{}", folder.display());
        keep(&emitted);
        lint(&emitted);
        for (_, promise) in model.promises() {
            let explained = slovo::rules::explain(&model, promise);
            assert!(explained.rules.iter().any(|r| r.own && r.name == "promise_info"), "{}", promise.path);
        }
    }
}

const EVERYTHING: &str = r#"
team shop "Shop team" {
  pages "shop-pager"
}
metric calls_total: counter of calls { labels job, code, region in "eu" | "us" }
metric retries_total: counter of calls, part of calls_total { labels job, region }
metric seconds: histogram of seconds { labels job, code
  buckets 0.1, 0.5, 1, 1000000 }
metric native_seconds: native histogram of seconds { labels job, code }
metric "http.server.duration": native histogram of seconds { labels job, route }
metric queue: gauge of jobs { labels job, region in "eu" | "us" }
metric stamp: gauge of seconds { labels job
  scraped every 5m }
metric probe: gauge of ratio { labels job
  scraped every 1m }
metric begun_total: counter of orders { labels job }
metric done_total: counter of orders { labels job }
journey all "Everything" {
  owner shop
  step a "Events" {
    promise plain "P" {
      keep for 99.9% of calls over 28d
      total calls_total{job="a"}
      bad where {code=~"5.."}
      for each region
    }
    promise other "P" {
      keep for 99% of calls over 7d
      total calls_total{job="a"}
      bad retries_total{job="a"}
    }
    promise quick "P" {
      keep for 99% of calls over 90d
      total seconds{job="a"}
      good within 500ms
    }
    promise long "P" {
      keep for 99% of calls over 1d
      total seconds{job="a"}
      bad over 1000000s
    }
    promise native "P" {
      keep for 99.9% of calls over 28d
      total native_seconds{job="a"}
      good within 300ms
    }
    promise native_over "P" {
      keep for 99.9% of calls over 28d
      total "http.server.duration"{job="a", route="/"}
      bad over 300ms
    }
    promise probes "P" {
      keep for 99% of probes over 28d
      total readings of probe{job="a"}
      good at least 1
      urgency none
    }
    promise own "P" {
      keep for 99% of calls over 28d
      total promql """sum(rate(calls_total{job="a"}[$range]))"""
      bad promql """sum(rate(calls_total{job="a", code="500"}[$range])) # these"""
    }
  }
  step b "Slices" {
    promise share "P" {
      keep for 99% of minutes over 28d
      total calls_total{job="a"}
      bad where {code=~"5.."}
      good when share at least 95%
      silence is bad
      for each region
    }
    promise p95 "P" {
      keep for 99% of 5m slices over 28d
      good when p95 of seconds{job="a"} within 500ms
    }
    promise short "P" {
      keep for 99% of minutes over 28d
      good when max of queue{job="a"} at most 10
    }
    promise fresh "P" {
      keep for 99% of 10m slices over 28d
      good when age of oldest stamp{job="a"} at most 30m
    }
    promise value "P" {
      keep for 99% of 1h slices over 28d
      good when promql """max(queue{job="a"})""" at most 10
    }
  }
  step c "Completion" {
    promise done "P" {
      keep for 99% of orders over 28d
      started begun_total{job="a"}
      finished done_total{job="a"} within 3h
    }
  }
  promise whole "P" {
    keep for 95% of visits over 28d
    all of a.native, b.p95, c.done
  }
}
"#;

/// Every form from source text; loaded and linted.
#[test]
fn every_form_from_source() {
    let model = model_of(
        &[("all.slovo", EVERYTHING)],
        "project: shop\nretention: 100d\noutputs: {prometheus: {engine: prometheus 3.0}}\n",
    );
    let files = emit(&model);
    // Names that only Prometheus 3 takes are not for the promtool of an older one.
    assert!(files[0].text.contains(r#"{"http.server.duration",job="a",route="/"}"#));
    let old = EVERYTHING.replace("\"http.server.duration\"", "duration");
    let files = emit(&model_of(&[("all.slovo", &old)], "project: shop\nretention: 100d\n"));
    keep(&files);
    lint(&files);
}
