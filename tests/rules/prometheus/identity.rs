//! Two environments of a project and another project in one Prometheus: each number and alert as if it were alone.

use super::tools::*;
use slovo::backend::Artifact;
use slovo::project::Project;

const SHOP: &str = r#"team shop "Shop team" {
  pages "shop-pager"
  tickets "shop-tickets"
}
metric http_requests_total: counter of requests { labels route, code }
journey visit "Look around the shop" {
  owner shop
  step open "Open a page" {
    promise answered "Pages open" {
      keep for 99.9% of page views over 28d
      total http_requests_total{route="/"}
      bad   where {code=~"5.."}
      urgency page
    }
  }
}
"#;
const YAML: &str = "common_labels: [namespace]
retention: 90d
outputs: {prometheus: {compatibility: sloth}}
scope: {namespace: production}
environments:
  staging: {scope: {namespace: staging}, labels: {environment: staging}}
  second: {identity: none}
";

/// The rules of a project's environment, in files of their own.
fn rules(project: &str, environment: Option<&str>) -> Vec<Artifact> {
    let folder = tempfile::tempdir().unwrap();
    let yaml = format!("project: {project}\n{YAML}").replace("production", project);
    std::fs::write(folder.path().join("slovo.yaml"), yaml).unwrap();
    std::fs::write(folder.path().join("shop.slovo"), SHOP).unwrap();
    let compiled = Project::load(folder.path(), environment).compile();
    let found: Vec<_> = compiled.diagnostics.iter().map(|d| d.message.clone()).collect();
    let model = compiled.model.unwrap_or_else(|| panic!("{found:?}"));
    let name = |path: &str| format!("{project}-{}-{path}", environment.unwrap_or("top"));
    emit(&model).into_iter().map(|f| Artifact { path: name(&f.path), ..f }).collect()
}

/// Half of staging's requests fail, one in a hundred of the bank's, none in production.
fn case() -> Case {
    let series = |namespace: &str, code: &str| {
        format!(r#"http_requests_total{{route="/",namespace="{namespace}",code="{code}"}}"#)
    };
    let mut case = Case::new();
    for (namespace, good, bad) in [("shop", 100, 0), ("staging", 50, 50), ("bank", 99, 1)] {
        case = case
            .series(&series(namespace, "200"), &format!("100000+{good}x245"))
            .series(&series(namespace, "500"), &format!("1000+{bad}x245"));
    }
    case
}

/// Of a project: its bad share within an hour, what is left of its budget, which alerts fire.
type Known<'k> = (&'k str, &'k str, &'k str, &'k [&'k str]);

/// What is known of each, whoever is beside it.
fn gives(mut case: Case, projects: &[Known<'_>]) -> Case {
    for (project, ratio, left, alerts) in projects {
        let of = format!(r#"{{project="{project}"}}"#);
        for (series, value) in [
            (r#"promise:error_ratio{window="1h","#, ratio),
            ("promise:budget_remaining{", left),
            ("slo:period_error_budget_remaining:ratio{", left),
        ] {
            let query = format!(r#"sum by (project) (round({series}project="{project}"}}, 0.001))"#);
            case = case.gives(&query, "61m", &[(&of, value)]);
        }
        let firing: Vec<(String, &str)> = alerts
            .iter()
            .map(|name| (format!(r#"{{alertname="{name}", project="{project}"}}"#), "1"))
            .collect();
        let firing: Vec<(&str, &str)> = firing.iter().map(|(l, v)| (l.as_str(), *v)).collect();
        let query = format!(
            r#"count by (alertname, project) (count by (alertname, project, promise) (ALERTS{{alertstate="firing",project="{project}",alertname=~"PromiseBurns.*"}}))"#
        );
        case = case.gives(&query, "61m", &firing);
    }
    case
}

#[test]
fn each_as_if_alone() {
    if !has("promtool") {
        return;
    }
    let (top, staging, bank) = (rules("shop", None), rules("shop", Some("staging")), rules("bank", None));
    let burning = &["PromiseBurnsFast", "PromiseBurnsSlowly"][..];
    let all = [
        ("shop", "0", "1", &[][..]),
        ("shop_staging", "0.5", "0.244", burning),
        ("bank", "0.01", "0.985", burning),
    ];
    gives(case(), &all[1..2]).run_files(&staging);
    let together = [top, staging, bank].concat();
    gives(case(), &all).run_files(&together);
}

/// `identity: none`: the same series, to the byte.
#[test]
fn a_second_form_of_the_same_series() {
    let texts = |environment| rules("shop", environment).into_iter().map(|f| f.text).collect::<Vec<_>>();
    assert_eq!(texts(None), texts(Some("second")));
    assert_ne!(texts(None), texts(Some("staging")));
}
