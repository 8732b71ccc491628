//! How documents know what is bad: by what is written.

use super::*;

/// What is said of bad and good ones follows from what is written.
#[test]
fn what_is_bad_follows_from_what_is_written() {
    use MatchOp::{Equal, NotEqual, NotRegex, Regex};
    let mut p = promise("99", "submissions", 28);
    let m = model(vec![p.clone()]);
    let mut said = |measurement: Measurement| {
        p.measurement = measurement;
        measured::sentences(&m, &p)[1].clone()
    };
    let counter = |label: &str, op, value: &str| Series::Counter(by("requests_total", label, op, value));
    for (label, op, value, expected) in [
        ("code", Regex, "5..", "Those that our systems report as failed are bad."),
        ("code", NotRegex, "2..", "They are bad when our systems do not report them as done well."),
        ("step", Equal, "back", "They are bad when their step is “back”."),
        ("step", NotEqual, "on", "They are bad when their step is not “on”."),
        ("last_step", Regex, "back|out", "They are bad when their last step is “back” or “out”."),
        ("last_step", NotRegex, "on|up", "They are bad when their last step is not “on” or “up”."),
        ("step", Regex, "b.*", "They are bad when their step fits the team's own pattern."),
        ("step", Equal, "", "They are bad when their step is not stated."),
        ("reason", Regex, ".+", "They are bad when their reason is stated."),
    ] {
        assert_eq!(said(bad(vec![counter(label, op, value)])), expected, "{label} {value}");
    }
    let good = |list| {
        Measurement::Events(Events {
            total: vec![Series::Counter(selector("requests_total", 0))],
            outcome: Outcome::Good(list),
            faults: Vec::new(),
        })
    };
    assert_eq!(said(good(vec![counter("attempt", Equal, "1")])), "They are good when their attempt is “1”.");
    assert_eq!(
        said(good(vec![counter("code", Regex, "2..")])),
        "Those that our systems report as done well are good."
    );
    // Two filters, each named; a metric of its own; one that says by its name what it counts; a query.
    assert_eq!(
        said(bad(vec![counter("code", Equal, "500"), counter("step", Equal, "back")])),
        "They are bad when our systems report them as failed, or their step is “back”."
    );
    let slow = Series::HistogramOver {
        selector: by("requests_total", "code", NotRegex, "5.."),
        native: false,
        limit: d("1"),
    };
    assert_eq!(
        said(bad(vec![slow, counter("code", Regex, "5..")])),
        "They are bad when they measure more than 1, or our systems report them as failed."
    );
    assert_eq!(
        said(bad(vec![Series::Counter(selector("backtracked_total", 0))])),
        "Our systems count the bad ones apart."
    );
    assert_eq!(
        said(bad(vec![Series::Counter(selector("request_failures_total", 0))])),
        "Those that our systems report as failed are bad."
    );
    assert_eq!(
        said(bad(vec![Series::Promql("sum(rate(x[$range]))".to_owned())])),
        "The team's own query tells which of them are bad."
    );
    p.words =
        vec![crate::ir::Words { of: crate::ir::WordsOf::Bad, text: "went back at least once".to_owned() }];
    assert_eq!(measured::sentences(&m, &p)[1], "Bad means: went back at least once.");
}
