//! Warnings that the source accepts: they are taken out, and a comment that accepts nothing, or whose time is over, is told.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::Allow;
use crate::diag::codes::syntax as codes;
use crate::diag::{Accepted, Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, Span};
use crate::value::Date;

/// Takes out what is accepted; gives the accepted codes with the statements in which they are.
///
/// `today` judges the last days that comments name; without it they hold. `unjudged` are codes that this run can't warn of: a comment
/// that accepts one may be needed in another run. So it is of all of them where there are errors, since checks stop at those, and
/// where `elsewhere` says that another environment may need it.
pub(crate) fn apply(
    allows: &[Allow],
    today: Option<Date>,
    (unjudged, elsewhere): (&BTreeSet<&str>, bool),
    diagnostics: &mut Diagnostics,
) -> Vec<(&'static str, Span)> {
    if allows.is_empty() {
        return Vec::new();
    }
    let over = |allow: &&Allow| matches!((allow.until, today), (Some(until), Some(today)) if until < today);
    let mut of_file: BTreeMap<(FileId, &str), Vec<usize>> = BTreeMap::new();
    for (at, allow) in allows.iter().enumerate().filter(|(_, allow)| !over(allow)) {
        of_file.entry((allow.on.file, allow.code.id)).or_default().push(at);
    }
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut accepted = Accepted::default();
    diagnostics.retain(|d| {
        let Some(span) = d.span().filter(|_| d.severity == Severity::Warning) else { return true };
        // Of several, the innermost is the one that is needed.
        let around = |span: Span| {
            let here = of_file.get(&(span.file, d.code.id)).into_iter().flatten().copied();
            let here = here.filter_map(|at| Some((at, allows.get(at)?)));
            here.filter(|(_, a)| a.on.holds(span)).min_by_key(|(_, a)| a.on.end - a.on.start)
        };
        // A message that stands for several places goes only where each of them is accepted.
        let places = std::iter::once(span).chain(d.stands_for.iter().copied());
        let found: Vec<_> = places.map(around).collect();
        used.extend(found.iter().flatten().map(|(at, _)| *at));
        if found.iter().any(Option::is_none) {
            return true;
        }
        accepted.count += found.len();
        if today.is_none() {
            let days = found.iter().flatten().filter_map(|(_, allow)| allow.until);
            accepted.until = accepted.until.into_iter().chain(days).min();
        }
        false
    });
    diagnostics.accepted = accepted;
    let judged = !elsewhere && !diagnostics.has_errors();
    for (at, allow) in allows.iter().enumerate() {
        let code = allow.code;
        if let Some(until) = allow.until.filter(|_| over(&allow)) {
            let message = format!("`{}` was accepted until {until}", code.id);
            let label = today.map_or_else(String::new, |today| format!("today is {today}"));
            let help = "mend what it warns of; or give a new date, if the reason still holds";
            diagnostics.push(Diagnostic::new(&codes::EXPIRED_ALLOW, allow.span, message, label).help(help));
        } else if judged && !used.contains(&at) && !unjudged.contains(code.id) {
            let message = format!("`{}` is not reported here", code.id);
            let made = Diagnostic::new(&codes::UNUSED_ALLOW, allow.span, message, code.title);
            let made = made.also(allow.on, "the statement that it is about");
            diagnostics.push(made.maybe_fix("remove the comment", allow.line, ""));
        }
    }
    let kept = |at: usize| allows.get(at).map(|a| (a.code.id, a.on));
    used.into_iter().filter_map(kept).collect()
}

/// Does a comment accept this one finding, whose code is one that [`apply`] doesn't judge?
pub(crate) fn accepts<'a>(
    allows: &'a [Allow],
    today: Option<Date>,
    diagnostic: &Diagnostic,
) -> Option<&'a Allow> {
    let span = diagnostic.span().filter(|_| diagnostic.severity == Severity::Warning)?;
    let over = |allow: &Allow| matches!((allow.until, today), (Some(until), Some(today)) if until < today);
    let fits = |allow: &&Allow| allow.code == diagnostic.code && !over(allow) && allow.on.holds(span);
    allows.iter().filter(fits).min_by_key(|a| a.on.end - a.on.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Compilation;
    use crate::project::Project;

    const SOURCE: &str = r#"team shop "Shop team"
journey visit "Visit" {
  owner shop
  # slovo: allow W0424 because the bank promises it until 2026-11-30
  # slovo: allow W0431 because the next review is booked
  # slovo: allow W0448 because we answer by telephone
  step pay "Pay" {
    critical
  }
}
"#;

    fn compile(source: &str, yaml: &str) -> Compilation {
        Project::in_memory(&[("a.slovo", source)], &format!("project: shop\nretention: 100d\n{yaml}"))
            .compile()
    }

    fn codes(compiled: &Compilation) -> Vec<&str> {
        compiled.diagnostics.iter().map(|d| d.code.id).collect()
    }

    #[test]
    fn what_no_run_of_this_kind_judges_is_not_called_unused() {
        let compiled = compile(SOURCE, "");
        assert!(codes(&compiled).is_empty(), "{:?}", codes(&compiled));
        let accepted = compiled.diagnostics.accepted;
        assert_eq!((accepted.count, accepted.until.unwrap().to_string().as_str()), (1, "2026-11-30"));
        let dated = compile(SOURCE, "today: 2026-11-30\n");
        assert_eq!(codes(&dated), ["W0120"], "only the review");
        assert_eq!((dated.diagnostics.accepted.count, dated.diagnostics.accepted.until), (1, None));
        let documented = compile(SOURCE, "links: {documents: \"https://d.example\"}\n");
        assert_eq!(codes(&documented), ["W0120"], "only the page after the time to restore");
        assert_eq!(codes(&compile(SOURCE, "today: 2026-12-01\n")), ["W0121", "W0120", "W0424"]);
        // Another environment may have the warning.
        let environments = "today: 2026-11-30\nenvironments: {production: {}, test: {}}\n";
        assert!(codes(&compile(SOURCE, environments)).is_empty());
    }

    #[test]
    fn a_project_that_denies_warnings_accepts_what_a_comment_accepts() {
        let compiled = compile(SOURCE, "lints: {W0424: deny}\n");
        assert!(compiled.model.is_some(), "{:?}", codes(&compiled));
        // And a warning about the comment itself is one like others.
        let unused = SOURCE.replace("W0424", "W0426");
        assert_eq!(codes(&compile(&unused, "lints: {W0424: allow}\n")), ["W0120"]);
        let denied = compile(&unused, "lints: {W0424: allow, W0120: deny}\n");
        assert!(denied.model.is_none());
        assert!(codes(&compile(&unused, "lints: {W0424: allow, W0120: allow}\n")).is_empty());
    }

    /// One message may stand for several promises: accepting one of them hides none of the others.
    #[test]
    fn what_is_folded_is_accepted_as_a_whole() {
        let promise = |name: &str, comment: &str| {
            format!(
                "{comment}  promise {name} \"P {name}\" {{\n    keep for 99% of hits over 28d\n    total hits_total{{k=\"{name}\"}}\n    \
                 bad where {{ok=\"no\"}}\n  }}\n"
            )
        };
        let source = |before: &str, one: &str, two: &str| {
            format!(
                "team shop \"Shop\" {{\n  pages \"pager\"\n}}\nmetric hits_total: counter of hits {{ labels ok, k }}\n{before}journey v \"V\" \
                 {{\n  owner shop\n{}{}}}\n",
                promise("a", one),
                promise("b", two)
            )
        };
        let allow = "# slovo: allow W0425 because the desk sits beside it\n";
        assert_eq!(codes(&compile(&source("", "", ""), "")), ["W0425"]);
        assert_eq!(codes(&compile(&source("", allow, ""), "")), ["W0425"], "the other one is not accepted");
        assert_eq!(codes(&compile(&source("", "", allow), "")), ["W0425"]);
        assert!(codes(&compile(&source("", allow, allow), "")).is_empty());
        // Each is needed by what it is nearest to, however far below the file's beginning.
        let below = format!("{}{}", "# Nothing is said here.\n".repeat(400), source(allow, allow, allow));
        assert_eq!(codes(&compile(&below, "")), ["W0120"], "the outer one is not needed");
        let whole = compile(&source(allow, "", ""), "");
        assert!(codes(&whole).is_empty());
        assert_eq!(whole.diagnostics.accepted.count, 2);
    }

    /// Of two comments around one finding the inner one is what accepts it, wherever the two stand in the file.
    #[test]
    fn the_innermost_comment_accepts() {
        let code = &crate::diag::codes::numbers::WORDS;
        let span = |start, end| Span::new(FileId(0), start, end);
        let allow = |on: Span, until: Option<&str>| Allow {
            code,
            on,
            span: on,
            line: on,
            until: until.map(|day| day.parse().unwrap()),
        };
        let finding = Diagnostic::new(code, span(50, 60), "said", "here");
        let found = |allows: &[Allow], today: Option<&str>| {
            accepts(allows, today.map(|day| day.parse().unwrap()), &finding).map(|a| a.on.range())
        };
        // Before the finding lies more, or behind it.
        for outer in [span(0, 70), span(40, 500)] {
            let inner = span(45, 65);
            assert_eq!(found(&[allow(outer, None), allow(inner, None)], None), Some(45..65));
            assert_eq!(found(&[allow(inner, None), allow(outer, None)], None), Some(45..65));
        }
        assert_eq!(found(&[allow(span(55, 70), None)], None), None, "holds a part of it only");
        let dated = [allow(span(0, 70), Some("2026-11-30"))];
        assert_eq!(found(&dated, None), Some(0..70));
        assert_eq!(found(&dated, Some("2026-11-30")), Some(0..70), "the last day counts");
        assert_eq!(found(&dated, Some("2026-12-01")), None);
        let other = Allow { code: &crate::diag::codes::numbers::UNPROMISED, ..allow(span(0, 70), None) };
        assert_eq!(found(&[other], None), None);
    }

    #[test]
    fn nothing_is_called_unused_beside_an_error() {
        let broken = SOURCE.replace("owner shop", "owner nobody");
        assert_eq!(codes(&compile(&broken, "")), ["E0203"]);
        let broken = SOURCE.replace("critical", "critical {");
        assert!(!codes(&compile(&broken, "")).contains(&"W0120"));
    }

    #[test]
    fn the_fix_of_an_unused_one_removes_its_line() {
        let unused = SOURCE.replace("W0424", "W0426");
        let compiled = compile(&unused, "lints: {W0424: allow}\n");
        let fix = compiled.diagnostics.iter().next().unwrap().fix.clone().unwrap();
        assert!(!fix.certain);
        let mut text = unused;
        text.replace_range(fix.edits[0].span.range(), &fix.edits[0].replacement);
        assert!(!text.contains("W0426") && text.contains("\n  # slovo: allow W0431"), "{text}");
        assert!(codes(&compile(&text, "lints: {W0424: allow}\n")).is_empty());
    }
}
