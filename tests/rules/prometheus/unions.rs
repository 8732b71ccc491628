//! `bad A or B`: an event counts once, however many ways it is bad in.

use super::hour;
use super::project::model_of;
use super::tools::*;

const TEXT: &str = r#"
team shop "Shop" {
  pages "pager"
}
metric seconds: histogram of seconds {
  labels  route, code
  buckets 0.5, 1.4, 5
}
metric calls_total: counter of calls { labels code, method, kind }
metric native_seconds: native histogram of seconds { labels code }
indicator fine(limit: duration, codes: regex) {
  total seconds
  bad   over $limit or where {code=~$codes}
}
journey checkout "Check out" {
  owner shop
  promise both "Slow or failed" {
    keep for 99% of calls over 28d
    total seconds
    bad   over 1400ms or where {code=~"5.."}
  }
  promise called "By an indicator" {
    keep for 99% of calls over 28d
    measured by fine(limit: 1400ms, codes: "5..")
  }
  promise kinds "Each route has its limit" {
    keep for 99% of calls over 28d
    total seconds
    bad   over 1400ms where {route="/"} or over 5s where {route!="/"} or where {code=~"5.."}
  }
  promise labels "Two labels" {
    keep for 99% of calls over 28d
    total calls_total
    bad   where {code=~"5..", kind="user"} or where {method="POST"}
  }
  promise native "Native" {
    keep for 99% of calls over 28d
    total native_seconds
    bad   over 1400ms or where {code=~"5.."}
  }
}
"#;

/// Of 100 calls 5 are slow and 3 fail, one of them both: 7 are bad.
#[test]
fn what_is_bad_twice_counts_once() {
    let model = model_of(&[("a.slovo", TEXT)], "project: shop\nretention: 40d\n");
    let label = |promise: &str| hour("", promise).replace(r#", step="""#, "");
    let mut case = Case::new();
    for (labels, all, quick, five) in [
        // 93 fine and 4 slow, of which 1 takes more than 5 s; 2 that fail quickly, 1 that fails slowly.
        (r#"route="/",code="200""#, 57, 54, 56),
        (r#"route="/slow",code="200""#, 40, 39, 40),
        (r#"route="/",code="503""#, 3, 2, 2),
    ] {
        let grows = |n: i32| format!("0+{n}x480");
        case = case
            .series(&format!("seconds_count{{{labels}}}"), &grows(all))
            .series(&format!(r#"seconds_bucket{{{labels},le="1.4"}}"#), &grows(quick))
            .series(&format!(r#"seconds_bucket{{{labels},le="5"}}"#), &grows(five))
            .series(&format!(r#"seconds_bucket{{{labels},le="+Inf"}}"#), &grows(all));
    }
    for (labels, n) in [
        (r#"code="200",method="GET",kind="user""#, 80),
        (r#"code="500",method="GET",kind="user""#, 5),
        (r#"code="500",method="GET",kind="probe""#, 2),
        (r#"code="500",method="POST",kind="user""#, 3),
        (r#"code="200",method="POST",kind="probe""#, 10),
    ] {
        case = case.series(&format!("calls_total{{{labels}}}"), &format!("0+{n}x480"));
    }
    let expected = [
        (label("both"), "70000"),
        (label("called"), "70000"),
        // 3 on `/` beyond 1.4 s, none elsewhere beyond 5 s, and the 3 that fail.
        (label("kinds"), "60000"),
        (label("labels"), "180000"),
    ];
    let expected: Vec<(&str, &str)> = expected.iter().map(|(l, v)| (l.as_str(), *v)).collect();
    case.gives(r#"round(1e6 * promise:error_ratio{window="1h"})"#, "2h", &expected).run(&model);
}
