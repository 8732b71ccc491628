//! `slovo check --fix` never changes what a file means, and never makes it worse. `CASE=types/mean` takes the cases of
//! tests/ui and tests/newcomers whose path holds that text.

use crate::common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use slovo::backend::rule_file;
use slovo::diag::{Edit, Severity, mends};
use slovo::project::Project;

const YAML: &str = "project: shop\nretention: 100d\n";

/// Files as (path, text).
type Files = Vec<(String, String)>;

fn project(files: &Files, yaml: &str) -> Project {
    let list: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    Project::in_memory(&list, yaml)
}

/// All certain mends, round after round, as the command makes them.
fn fixed(files: &Files, yaml: &str) -> Result<(Files, String), String> {
    let (mut files, mut yaml) = (files.clone(), yaml.to_owned());
    let mut seen = BTreeSet::new();
    loop {
        let project = project(&files, &yaml);
        let compiled = project.compile();
        let edits = mends::certain(&compiled.diagnostics, &project.sources);
        if edits.is_empty() {
            return Ok((files, yaml));
        }
        if !seen.insert((files.clone(), yaml.clone())) {
            return Err(format!("mends undo each other: {edits:?}"));
        }
        for (file, list) in edits {
            let source = project.sources.get(file).unwrap();
            let text = mends::apply(&source.text, list.iter().map(|m| &m.edit));
            match files.iter_mut().find(|(p, _)| *p == source.path) {
                Some((_, old)) => *old = text,
                None => yaml = text,
            }
        }
    }
}

fn errors(files: &Files, yaml: &str) -> usize {
    project(files, yaml).compile().diagnostics.count(Severity::Error)
}

/// Every case of tests/ui and tests/newcomers: its name, its files, its `slovo.yaml`.
fn cases() -> Vec<(PathBuf, Files, String)> {
    let mut list = Vec::new();
    let catalogue = std::fs::read_to_string("tests/newcomers/catalogue.txt").unwrap();
    for folder in ["tests/ui", "tests/newcomers"] {
        for case in common::cases_below(Path::new(folder), "slovo") {
            let text = std::fs::read_to_string(&case).unwrap();
            let yaml =
                std::fs::read_to_string(case.with_extension("yaml")).unwrap_or_else(|_| YAML.to_owned());
            let mut files = vec![(case.file_name().unwrap().to_string_lossy().into_owned(), text)];
            if folder == "tests/newcomers" {
                files.push(("catalogue.slovo".to_owned(), catalogue.clone()));
            }
            list.push((case, files, yaml));
        }
    }
    let enough = if common::one_case().is_some() { 1 } else { 100 };
    assert!(list.len() >= enough, "{} cases, {:?}", list.len(), common::one_case());
    list
}

/// After `--fix` there are no more errors than before, and what the file then holds was read by a person.
#[test]
fn never_worse() {
    let mut wrong = Vec::new();
    let mut mended = 0;
    for (case, files, yaml) in cases() {
        let before = errors(&files, &yaml);
        match fixed(&files, &yaml) {
            Ok((new, new_yaml)) => {
                let after = errors(&new, &new_yaml);
                if after > before {
                    wrong.push(format!("{}: {before} errors, then {after}", case.display()));
                }
                if new[0].1 != files[0].1 {
                    mended += 1;
                    common::golden(&case.with_extension("fixed"), &new[0].1, &mut wrong);
                }
            }
            Err(why) => wrong.push(format!("{}: {why}", case.display())),
        }
    }
    assert!(mended > 20 || common::one_case().is_some(), "only {mended} cases have a certain mend");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A suggestion, taken alone, makes no more errors than there were.
#[test]
fn suggestions_lead_on() {
    let mut wrong = Vec::new();
    let mut taken = 0;
    for (case, files, yaml) in cases() {
        let project = project(&files, &yaml);
        let compiled = project.compile();
        let before = compiled.diagnostics.count(Severity::Error);
        for diagnostic in compiled.diagnostics.iter() {
            let Some(fix) = diagnostic.fix.as_ref().filter(|f| !f.certain) else { continue };
            // what was hidden comes to light
            if diagnostic.code.id == "E0117" {
                continue;
            }
            let mut edits: Vec<&Edit> = fix.edits.iter().collect();
            edits.sort_by_key(|e| e.span.start);
            let (mut new, mut new_yaml) = (files.clone(), yaml.clone());
            for (id, source) in project.sources.iter() {
                let own: Vec<&Edit> = edits.iter().copied().filter(|e| e.span.file == id).collect();
                if own.is_empty() {
                    continue;
                }
                let text = mends::apply(&source.text, own);
                match new.iter_mut().find(|(p, _)| *p == source.path) {
                    Some((_, old)) => *old = text,
                    None => new_yaml = text,
                }
            }
            taken += 1;
            let after = errors(&new, &new_yaml);
            if after > before {
                wrong.push(format!(
                    "{}: {} `{}`: {before} errors, then {after}",
                    case.display(),
                    diagnostic.code.id,
                    fix.title
                ));
            }
        }
    }
    assert!(taken > 60 || common::one_case().is_some(), "{taken}");
    assert!(wrong.is_empty(), "{} of {taken}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A matcher that is missing is suggested beside those that are there.
#[test]
fn a_suggested_matcher_leaves_the_others() {
    let text = std::fs::read_to_string("tests/ui/types/wider_mended.slovo").unwrap();
    let files = vec![("wider.slovo".to_owned(), text)];
    let compiled = project(&files, YAML).compile();
    let mut edits: Vec<&Edit> =
        compiled.diagnostics.iter().filter_map(|d| d.fix.as_ref()).flat_map(|f| &f.edits).collect();
    edits.sort_by_key(|e| e.span.start);
    let new = mends::apply(&files[0].1, edits);
    for line in [r#"{route="/a", code="500"}"#, r#"{route="/b"}"#, r#"{route="/c"}"#] {
        assert!(new.contains(&format!("bad failed_total{line}\n")), "{line}: {new}");
    }
}

/// In a quoted query the quotes of a mend would have to be escaped: there it is told, not offered.
#[test]
fn a_quoted_query_is_not_edited() {
    for (query, offered) in [
        (r#""sum(rate(back_total{route=\"/a\"}[$range]))""#, 0),
        (r#""""sum(rate(back_total{route="/a"}[$range]))""""#, 1),
    ] {
        let text = format!(
            r#"team shop "Shop" {{ tickets "desk" }}
metric hits_total: counter of hits {{ labels route, code }}
metric back_total: counter of hits, part of hits_total {{ labels route, code }}
journey use "Use it" {{
  owner shop
  promise p "P" {{
    keep for 99% of hits over 28d
    total hits_total{{route="/a", code!="404"}}
    bad promql {query}
    urgency ticket
  }}
}}
"#
        );
        let compiled = project(&vec![("a.slovo".to_owned(), text)], YAML).compile();
        let codes: Vec<_> = compiled.diagnostics.iter().map(|d| d.code.id).collect();
        assert_eq!(codes, ["E0331"], "{query}");
        assert_eq!(compiled.diagnostics.iter().filter(|d| d.fix.is_some()).count(), offered, "{query}");
    }
}

/// The rules of a program that has no errors.
fn rules(text: &str) -> String {
    let catalogue = std::fs::read_to_string("tests/newcomers/catalogue.txt").unwrap();
    let files = vec![("j.slovo".to_owned(), text.to_owned()), ("catalogue.slovo".to_owned(), catalogue)];
    let project = project(&files, YAML);
    let compiled = project.compile();
    let model = compiled.model.unwrap_or_else(|| {
        panic!(
            "{text}\n{}",
            slovo::diag::render::human(
                &compiled.diagnostics,
                &project.sources,
                &slovo::diag::render::Options::plain(80)
            )
        )
    });
    format!("{:?}", rule_file::plain(&model))
}

/// A whole program around the lines of a promise and of its journey.
fn program(of_journey: &str, of_promise: &str) -> String {
    format!(
        "journey checkout \"Buy\" {{\n  owner shop\n{of_journey}\n  step pay \"Pay\" {{\n    promise accepted \"Payment goes through\" {{\n{of_promise}\n    }}\n  }}\n}}\n"
    )
}

/// One certain mend in each row: what was written, and what a person makes of it. The rules are the same.
#[test]
fn means_what_was_meant() {
    const KEEP: &str = "keep for 99% of payments over 28d\nurgency ticket\n";
    const TOTAL: &str = "total http_requests_total{route=\"/pay\"}\n";
    const BAD: &str = "bad where {code=~\"5..\"}\n";
    let promise = |wrong: &str, right: &str| (program("", wrong), program("", right));
    let plain = format!("{KEEP}{TOTAL}{BAD}");
    let with = |from: &str, to: &str| promise(&plain.replace(from, to), &plain);
    let also = |wrong: &str, right: &str| promise(&format!("{plain}{wrong}"), &format!("{plain}{right}"));
    let timed = |wrong: &str, right: &str| {
        let total = format!("{KEEP}total http_request_duration_seconds{{route=\"/pay\"}}\n");
        promise(&format!("{total}{wrong}"), &format!("{total}{right}"))
    };
    let rows = [
        with("keep for", "keep fro"),
        with("keep for", "keep"),
        with("keep for", "kep for"),
        with("keep for", "Keep for"),
        with("99%", "99 %"),
        with("99%", "99 percent"),
        with("99%", "99,0%"),
        with("99%", "99"),
        with("over 28d", "over 28 days"),
        with("over 28d", "over 4 weeks"),
        with("over 28d", "over 28D"),
        with("over 28d", "in 28d"),
        with("over 28d", "per 28d"),
        with("over 28d", "for the last 28d"),
        with("over 28d", "over 28d;"),
        with("over 28d", "over 28d // four weeks"),
        with("over 28d", "over 28d -- four weeks"),
        with("28d\n", "28d "),
        with("urgency", "urgncy"),
        with("ticket", "Ticket"),
        with("\"/pay\"", "'/pay'"),
        with("\"/pay\"", "/pay"),
        with("\"/pay\"", "\u{201c}/pay\u{201d}"),
        with("route=", "route=="),
        with("route=", "route: "),
        with("total{", "total {"),
        with("\"}\nbad", "\",}\nbad"),
        with("{code=~\"5..\"}", "code=~\"5..\""),
        with("code=~\"5..\"", "code=~5.."),
        with("where", "whre"),
        with("where", "with"),
        with("bad where", "bad: where"),
        also("expect 3,000 per day", "expect 3_000 per day"),
        also("expect 3000 a day", "expect 3000 per day"),
        also("for each [service]", "for each service"),
        timed("good within 500 ms", "good within 500ms"),
        timed("good within 500msec", "good within 500ms"),
        timed("good under 500ms where {service=\"a\"}", "good within 500ms where {service=\"a\"}"),
        (program("/* who */", &plain), program("", &plain)),
        (program("note 'A note'", &plain), program("note \"A note\"", &plain)),
        (program("tier: 1", &plain), program("tier 1", &plain)),
        (program("gaol \"x\"", &plain), program("goal \"x\"", &plain)),
        (
            program("review every 90 days, last 2026/10/1", &plain),
            program("review every 90d, last 2026-10-01", &plain),
        ),
    ];
    let mut certain = 0;
    for (written, meant) in &rows {
        let catalogue = std::fs::read_to_string("tests/newcomers/catalogue.txt").unwrap();
        let files = vec![("j.slovo".to_owned(), written.clone()), ("catalogue.slovo".to_owned(), catalogue)];
        let (new, _) = fixed(&files, YAML).unwrap();
        // a mend that is only suggested leaves the file as it was
        if errors(&new, YAML) > 0 {
            println!("suggested only: {written}");
            continue;
        }
        certain += 1;
        assert_eq!(rules(&new[0].1), rules(meant), "{written}");
    }
    assert!(certain >= 36, "{certain} of {}", rows.len());
}

/// What could be read in two ways is left to the author.
#[test]
fn never_guesses() {
    let total = "keep for 99% of payments over 28d\ntotal http_requests_total\n";
    let gauge = "keep for 99% of readings over 28d\ntotal readings of queue_length\n";
    let histogram = "keep for 99% of payments over 28d\n";
    for lines in [
        format!("{gauge}bad below 75%"),
        format!("{gauge}bad below 75"),
        format!("{gauge}bad less than 75"),
        format!("{gauge}bad < 75"),
        format!("{gauge}good over 75"),
        format!("{gauge}bad within 75"),
        "keep for 99% of payments over 1M\ntotal http_requests_total\nbad where {code=\"500\"}".to_owned(),
        "keep for 99% of payments over 1 month\ntotal http_requests_total\nbad where {code=\"500\"}".to_owned(),
        "keep for 0.99 of payments over 28d\ntotal http_requests_total\nbad where {code=\"500\"}".to_owned(),
        format!("{total}bad where {{code=\"500\"}}\nexcept 3 per day"),
        format!("{total}bad where {{code=\"500\"}}\nexpect 1M per day"),
        "keep for 99% of payments over 28d\ntotal http_requests_total offset 10m\nbad where {code=\"500\"}".to_owned(),
        "keep for 99% of payments over 28d\ntotal http_requests_total http_requests_total\nbad where {code=\"500\"}".to_owned(),
        "keep for 99% of payments over 28d\ntotal http_requests_total[5m]\nbad where {code=\"500\"}".to_owned(),
        format!("{total}errors http_requests_total{{code=\"500\"}}"),
        format!("{histogram}total http_request_duration_seconds_sum\ngood within 500ms"),
        format!("{histogram}total http_request_duration_seconds_bucket\ngood within 500ms"),
        format!("{histogram}total http_request_duration_seconds\ngood http_request_duration_seconds_bucket{{le=\"0.5\"}}"),
        format!("{histogram}started http_requests_total\nfinished http_request_duration_seconds_count within 1s"),
        format!("{histogram}started http_requests_total\nfinished http_request_duration_seconds after 1s"),
        format!("{histogram}total promql \"sum(irate(http_requests_total[$range]))\"\nbad promql \"sum(increase(http_requests_total{{code='500'}}[$range]) > 5)\""),
    ] {
        let text = program("", &lines);
        let catalogue = std::fs::read_to_string("tests/newcomers/catalogue.txt").unwrap();
        let files = vec![("j.slovo".to_owned(), text.clone()), ("catalogue.slovo".to_owned(), catalogue)];
        assert!(errors(&files, YAML) > 0, "{text}");
        assert_eq!(fixed(&files, YAML).unwrap().0[0].1, text);
    }
}
