use super::*;
use crate::ast::NameKind;
use crate::project::{Memory, Overlay, Project};
use crate::source::FileId;
use crate::syntax::PieceKind::{Mark, Quantity, Text, Word};

const YAML: &str = "project: shop\nretention: 60d\n";
const CATALOGUE: &str = "\
team shop \"Shop\" { pages \"pager\" }
metric http_seconds: histogram of seconds {
  labels job, code
  buckets 0.1, 0.4, 1
}
indicator answered(service: string) {
  total http_seconds{job=$service}
  bad where {code=\"500\"}
}
playbook trouble { responder shop }
";
const JOURNEY: &str = "\
journey checkout \"Buy\" {
  owner shop
  step pay \"Pay\" {
    promise accepted \"Payment goes through\" {
      keep for 99% of payments over 28d
      measured by answered(service: \"pay\") where {code!=\"404\"}
      playbook trouble
    }
    promise quick \"Payment is quick\" {
      keep for 99% of payments over 28d
      total promql \"sum(rate(http_seconds_count{job=\\\"pay\\\"}[$range]))\"
      good promql \"sum(rate(http_seconds_bucket{job=\\\"pay\\\",le=\\\"0.1\\\"}[$range]))\"
    }
  }
  promise whole \"All of it\" {
    keep for 98% of payments over 28d
    all of pay.accepted, checkout.pay.quick
  }
}
";

fn project() -> Project {
    Project::in_memory(&[("catalogue.slovo", CATALOGUE), ("journey.slovo", JOURNEY)], YAML)
}

fn file(project: &Project, path: &str) -> FileId {
    project.sources.iter().find(|(_, f)| f.path == path).unwrap().0
}

/// Where a text is written for the nth time, from 0.
fn nth(text: &str, what: &str, n: usize) -> usize {
    text.match_indices(what).nth(n).unwrap().0
}

#[test]
fn every_name_leads_to_its_declaration_and_back() {
    let project = project();
    let analysis = project.analyse(Trees::default());
    let said: Vec<_> = analysis.diagnostics.iter().map(|d| d.message.clone()).collect();
    assert!(analysis.model().is_some(), "{said:?}");
    let references = analysis.references(&project.sources);
    let (catalogue, journey) = (file(&project, "catalogue.slovo"), file(&project, "journey.slovo"));
    let kinds = [
        // What is written where, the kind of name, its path, and where it is declared.
        ("owner shop", 6, NameKind::Team, "shop", Some("team shop")),
        ("answered(", 0, NameKind::Indicator, "answered", Some("indicator answered")),
        ("service:", 0, NameKind::Parameter, "answered.service", Some("(service")),
        ("code!=", 0, NameKind::Label, "http_seconds.code", Some("job, code")),
        ("trouble", 0, NameKind::Playbook, "trouble", Some("playbook trouble")),
        ("http_seconds_count", 0, NameKind::Metric, "http_seconds", Some("metric http_seconds")),
        ("http_seconds_bucket", 0, NameKind::Metric, "http_seconds", Some("metric http_seconds")),
    ];
    for (text, skip, kind, path, declared) in kinds {
        let at = nth(JOURNEY, text, 0) + skip;
        let found = references.at(journey, at).unwrap_or_else(|| panic!("nothing at {text}"));
        assert_eq!((found.symbol.kind, found.symbol.path.join(".").as_str()), (kind, path), "{text}");
        let name = project.sources.text(found.span);
        assert!(JOURNEY[at..].starts_with(name) && !found.declares, "{text}: {name}");
        let place = references.declaration(&found.symbol).unwrap();
        let want = declared.map(|d| nth(CATALOGUE, d, 0) + d.rfind([' ', '(']).unwrap() + 1);
        assert_eq!((place.file, Some(place.start as usize)), (catalogue, want), "{text}");
    }
    // `checkout.pay.quick`: each part is a name of its own.
    let path = nth(JOURNEY, "checkout.pay.quick", 0);
    for (part, kind, named) in [
        (0, NameKind::Journey, "checkout"),
        (9, NameKind::Step, "checkout.pay"),
        (13, NameKind::Promise, "checkout.pay.quick"),
    ] {
        let found = references.at(journey, path + part).unwrap();
        assert_eq!((found.symbol.kind, found.symbol.path.join(".").as_str()), (kind, named));
    }
    // And back: a promise is declared once and a member once; a parameter is declared, used and given.
    for (kind, path, uses) in [
        (NameKind::Promise, &["checkout", "pay", "accepted"][..], 2),
        (NameKind::Step, &["checkout", "pay"], 3),
        (NameKind::Parameter, &["answered", "service"], 3),
        (NameKind::Metric, &["http_seconds"], 4),
        (NameKind::Label, &["http_seconds", "code"], 3),
        (NameKind::Team, &["shop"], 3),
    ] {
        let symbol = Symbol { kind, path: path.iter().map(|p| (*p).to_owned()).collect() };
        let found: Vec<_> = references.of_symbol(&symbol).collect();
        assert_eq!(found.len(), uses, "{symbol:?}: {found:?}");
        assert_eq!(found.iter().filter(|u| u.declares).count(), 1, "{symbol:?}");
    }
}

#[test]
fn a_place_is_in_the_pieces_around_it() {
    let project = project();
    let analysis = project.analyse(Trees::default());
    let journey = file(&project, "journey.slovo");
    let at = |text: &str, skip: usize| analysis.node_at(journey, nth(JOURNEY, text, 0) + skip);
    let path = at("code!=", 1);
    assert!(
        matches!(
            path.as_slice(),
            [
                Node::Journey(_),
                Node::Step(_),
                Node::Promise(_),
                Node::PromiseStmt(_),
                Node::Matchers(_),
                Node::Matcher(_),
                Node::Name(_)
            ]
        ),
        "{path:?}"
    );
    // Behind the last letter of a word it is still in the word.
    assert!(matches!(at("owner shop", 10).last(), Some(Node::Name(n)) if n.ident.name == "shop"));
    assert!(matches!(at("\"Pay\"", 1).last(), Some(Node::Text(t)) if t.value == "Pay"));
    assert!(matches!(at("sum(", 1).last(), Some(Node::Query(_))));
    // On a blank line of a promise: the promise.
    assert!(matches!(at("      keep", 2).last(), Some(Node::Promise(_))));
    assert!(analysis.node_at(FileId(99), 0).is_empty());
    // Whatever the offset, each piece holds the ones below it.
    for offset in 0..=JOURNEY.len() + 1 {
        for pair in analysis.node_at(journey, offset).windows(2) {
            let [outer, inner] = pair else { unreachable!() };
            assert!(outer.span().holds(inner.span()), "{offset}: {outer:?} {inner:?}");
        }
    }
}

#[test]
fn a_broken_statement_keeps_its_word_and_pieces() {
    let text = JOURNEY.replace("  owner shop\n", "  review every 90d last \"?\", # soon\n");
    let project = Project::in_memory(&[("catalogue.slovo", CATALOGUE), ("journey.slovo", &text)], YAML);
    let analysis = project.analyse(Trees::default());
    assert!(analysis.model().is_none());
    let journey = file(&project, "journey.slovo");
    let path = analysis.node_at(journey, nth(&text, "90d", 0));
    let Some(Node::Junk(span)) = path.last() else { panic!("{path:?}") };
    let pieces = crate::syntax::pieces(&project.sources, *span);
    let shown: Vec<_> = pieces.iter().map(|p| (p.kind, project.sources.text(p.span))).collect();
    assert_eq!(
        shown,
        [(Word, "review"), (Word, "every"), (Quantity, "90d"), (Word, "last"), (Text, "\"?\""), (Mark, ",")]
    );
    // What is around it is understood all the same.
    let partial = analysis.partial.as_ref().unwrap();
    assert_eq!(partial.promises().count(), 3);
}

#[test]
fn what_has_not_changed_is_not_read_again() {
    let before = project();
    let first = before.analyse(Trees::default());
    let address = |analysis: &Analysis, project: &Project, path: &str| {
        analysis.trees.get(file(project, path)).unwrap().items.as_ptr()
    };
    let kept = address(&first, &before, "catalogue.slovo");
    let text = JOURNEY.replace("99% of payments", "99.5% of payments");
    let after = Project::in_memory(&[("catalogue.slovo", CATALOGUE), ("journey.slovo", &text)], YAML);
    let again = after.analyse(first.trees);
    assert_eq!(address(&again, &after, "catalogue.slovo"), kept);
    // The same as without anything before.
    let alone = after.analyse(Trees::default());
    assert_eq!(again.trees.files(), alone.trees.files());
    assert_eq!(again.partial, alone.partial);
    assert_ne!(address(&alone, &after, "catalogue.slovo"), kept);
    // A file in between moves those behind it, whose trees name other files: they are read again.
    let files = [("b.slovo", "team b \"B\" {}\n"), ("catalogue.slovo", CATALOGUE), ("a.slovo", JOURNEY)];
    let more = Project::in_memory(&files, YAML);
    let third = more.analyse(again.trees);
    assert_eq!(third.trees.files(), more.analyse(Trees::default()).trees.files());
    // What is said of a file is said again, though it wasn't read again.
    let wrong = Project::in_memory(&[("journey.slovo", &JOURNEY.replace("owner shop", "ownr shop"))], YAML);
    let said = |a: &Analysis| a.diagnostics.iter().map(|d| d.message.clone()).collect::<Vec<_>>();
    let one = wrong.analyse(Trees::default());
    let two = wrong.analyse(one.trees);
    assert_eq!(said(&two), said(&wrong.analyse(Trees::default())));
    assert!(said(&two).iter().any(|m| m.contains("ownr")));
}

#[test]
fn what_an_editor_holds_lies_on_top() {
    let saved = Memory::new(YAML, &[("catalogue.slovo", CATALOGUE), ("journey.slovo", JOURNEY)]);
    let mut open = Memory::default();
    open.set("journey.slovo", &JOURNEY.replace("owner shop", "owner nobody"));
    open.set("extra.slovo", "team extra \"Extra\" {}\n");
    let read = |open: &Memory| Project::read(&Overlay { below: &saved, above: open }, None);
    let project = read(&open);
    let paths: Vec<_> = project.sources.iter().map(|(_, f)| f.path.as_str()).collect();
    assert_eq!(paths, ["slovo.yaml", "catalogue.slovo", "extra.slovo", "journey.slovo"]);
    assert!(project.analyse(Trees::default()).model().is_none());
    open.remove("journey.slovo");
    assert!(read(&open).analyse(Trees::default()).model().is_some());
    // Nothing below, nothing above: said, not taken for an empty project.
    let nothing = Memory::default();
    let empty = Project::read(&Overlay { below: &nothing, above: &nothing }, None);
    let said: Vec<_> = empty.diagnostics.iter().map(|d| d.message.clone()).collect();
    assert!(said.iter().any(|m| m.contains("slovo.yaml")), "{said:?}");
    assert!(empty.analyse(Trees::default()).partial.is_none());
}
