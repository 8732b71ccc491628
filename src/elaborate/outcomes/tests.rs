use super::*;

#[test]
fn names() {
    assert_eq!(named("logins_failed_total"), Some(Side::Bad));
    assert_eq!(named("orders_success_total"), Some(Side::Good));
    assert_eq!(named("errors_success_total"), None);
    assert_eq!(named("failover_total"), None);
}

#[test]
fn single() {
    for (label, value, side) in [
        ("code", "200", Some(Side::Good)),
        ("code", "2..", Some(Side::Good)),
        ("status_code", "STATUS_CODE_ERROR", Some(Side::Bad)),
        ("code", "404", None),
        ("code", "20[0-4]", Some(Side::Good)),
        ("route", "200", None),
        ("route", "/error", None),
        ("success", "false", Some(Side::Bad)),
        ("error", "true", Some(Side::Bad)),
        ("error", "", Some(Side::Good)),
        ("exception", "None", Some(Side::Good)),
        ("le", "5", None),
        ("status_code", "STATUS_CODE_UNSET", None),
        ("code", "5", None),
        ("outcome", "SERVER_ERROR", Some(Side::Bad)),
        ("outcome", "CLIENT_ERROR", None),
        ("reason", "timed_out", Some(Side::Bad)),
        ("reason", "ConnectionTimeout", Some(Side::Bad)),
        ("result", "no_error", None),
        ("result", "not ok", None),
        ("result", "completed_with_success", Some(Side::Good)),
        ("queue", "failed-mails", None),
        ("code", "5000", None),
        ("code", "2001", None),
        ("code", "50", None),
        ("code", "5xx", Some(Side::Bad)),
        ("code", "5[0-9]", None),
        ("code", "5ab", None),
        ("code", "50[", None),
        ("ok", "1", Some(Side::Good)),
        ("succeeded", "0", Some(Side::Bad)),
        ("is_error", "false", Some(Side::Good)),
        ("cached", "true", None),
        ("route", "", None),
        ("outcome", "deadline_over", None),
        ("outcome", "out_timed", None),
        ("outcome", "failed_success", None),
    ] {
        assert_eq!(word(label, value, false), side, "{label}={value}");
    }
    for (value, side) in [
        ("OK", Some(Side::Good)),
        ("0", Some(Side::Good)),
        ("DEADLINE_EXCEEDED", Some(Side::Bad)),
        ("Internal", Some(Side::Bad)),
        ("13", Some(Side::Bad)),
        ("NotFound", None),
        ("5", None),
    ] {
        assert_eq!(word("grpc_code", value, true), side, "{value}");
    }
}

#[test]
fn patterns() {
    for (pattern, good, bad) in [
        ("2..|5..", true, true),
        ("5..|429", false, true),
        ("[1-4]..", true, false),
        ("[^5]..", true, false),
        ("4..", false, false),
        ("50[0-9]", false, true),
        (".+", true, true),
    ] {
        assert_eq!(answered(pattern), Says { good, bad, other: false }, "{pattern}");
    }
}

#[test]
fn matchers() {
    let span = crate::source::Span::new(crate::source::FileId(0), 0, 0);
    for (metric, label, op, value, says_something, good, bad) in [
        ("hits_total", "code", MatchOp::Equal, "500", true, false, true),
        ("hits_total", "code", MatchOp::NotEqual, "500", true, true, false),
        ("hits_total", "code", MatchOp::Regex, "5\\d+", true, false, true),
        ("hits_total", "code", MatchOp::NotRegex, "5..", true, true, false),
        ("hits_total", "code", MatchOp::NotRegex, "4..|5..", true, true, false),
        ("hits_total", "code", MatchOp::Regex, "2..|5..", true, false, false),
        ("hits_total", "code", MatchOp::Regex, "4..", true, false, false),
        ("hits_total", "route", MatchOp::Regex, "5..", false, false, false),
        ("hits_total", "route", MatchOp::Equal, "/a", false, false, false),
        ("hits_total", "phase", MatchOp::Equal, "failed", true, false, true),
        ("hits_total", "phase", MatchOp::Equal, "passed", true, true, false),
        ("hits_total", "result", MatchOp::Equal, "odd", true, false, false),
        ("hits_total", "result", MatchOp::Regex, "ok|success", true, true, false),
        ("hits_total", "result", MatchOp::NotRegex, "ok|odd", true, false, false),
        ("hits_total", "exception", MatchOp::Regex, ".+", true, false, true),
        ("hits_total", "route", MatchOp::Regex, ".+", false, false, false),
        ("grpc_server_handled_total", "grpc_code", MatchOp::Regex, "Internal|Unavailable", true, false, true),
        ("grpc_server_handled_total", "grpc_code", MatchOp::NotEqual, "OK", true, false, true),
    ] {
        let value_of = crate::elaborate::labels::Val::Known(value);
        let m =
            Match { label, label_span: span, op, value: value_of, span, value_span: span, from_arg: false };
        let said =
            (speaks(metric, &m), speaks_for(metric, &m, Side::Good), speaks_for(metric, &m, Side::Bad));
        assert_eq!(said, (says_something, good, bad), "{label} {op:?} {value}");
    }
}

/// For and against both sides, asked for and left out, of all that a list of values can say.
#[test]
fn sides() {
    let span = crate::source::Span::new(crate::source::FileId(0), 0, 0);
    for (list, asked, left_out) in [
        ("ok", "for good, against bad", "for bad, against good"),
        ("failed", "for bad, against good", "for good, against bad"),
        ("odd", "", ""),
        ("ok|failed", "against good, against bad", ""),
        ("ok|odd", "for good, against bad", ""),
        ("failed|odd", "for bad, against good", ""),
        ("ok|failed|odd", "against good, against bad", ""),
    ] {
        for (op, expected) in [(MatchOp::Regex, asked), (MatchOp::NotRegex, left_out)] {
            let value = crate::elaborate::labels::Val::Known(list);
            let m = Match {
                label: "result",
                label_span: span,
                op,
                value,
                span,
                value_span: span,
                from_arg: false,
            };
            let said: Vec<&str> = [
                (speaks_for("hits_total", &m, Side::Good), "for good"),
                (speaks_for("hits_total", &m, Side::Bad), "for bad"),
                (speaks_against("hits_total", &m, Side::Good), "against good"),
                (speaks_against("hits_total", &m, Side::Bad), "against bad"),
            ]
            .into_iter()
            .filter_map(|(holds, word)| holds.then_some(word))
            .collect();
            assert_eq!(said.join(", "), expected, "{op:?} {list}");
        }
    }
}
