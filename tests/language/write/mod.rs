//! What is written as source text parses, gives back what was meant, and is what `fmt` leaves alone.

mod blocks;

use proptest::prelude::*;
use slovo::ast::{Item, MetricStmt};
use slovo::diag::Diagnostics;
use slovo::source::FileId;
use slovo::write::text;

/// The items of a text without a mistake, which `fmt` leaves as it is but for its columns.
fn items(source: &str) -> Vec<Item> {
    let mut found = Diagnostics::default();
    let file = slovo::syntax::parse(FileId(0), source, &mut found);
    assert!(found.is_empty(), "{:#?}\n{source}", found.iter().map(|d| &d.message).collect::<Vec<_>>());
    let formatted =
        slovo::fmt::format(FileId(0), source).unwrap_or_else(|_| panic!("not formatted\n{source}"));
    assert_eq!(slovo::fmt::format(FileId(0), &formatted).ok().as_deref(), Some(formatted.as_str()));
    file.items
}

/// Texts as others write them: letters of several scripts, quotes, line ends, hidden characters, joined emoji.
fn texts() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "\"",
        "\\",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{200b}",
        "\u{200d}",
        "\u{200e}",
        "\u{feff}",
        "\u{ad}",
        "\u{e0041}",
        "👩\u{200d}👧",
        "می\u{200c}خ",
        "#",
        "//",
        "/*",
        "{",
        "}",
        "$x",
        "\"\"\"",
        "\\u00e9",
        "label",
        " ",
        "é",
    ]);
    prop::collection::vec(prop_oneof![odd.prop_map(str::to_owned), any::<String>(), "[a-z ]{1,8}"], 0..6)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn strings_give_back_their_text(value in texts()) {
        let turns = value.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
        let Some(written) = text::string(&value) else {
            prop_assert!(turns, "{value:?} cannot be written");
            return Ok(());
        };
        prop_assert!(!turns);
        let found = items(&format!("metric m: counter {{ labels l in {written} }}\n"));
        let [Item::Metric(metric)] = found.as_slice() else { panic!("{found:?}") };
        let [MetricStmt::Labels(labels, _)] = metric.body.as_ref().unwrap().stmts.as_slice() else { panic!() };
        prop_assert_eq!(&labels[0].values.as_ref().unwrap()[0].value, &value);
        items(&format!("journey j \"J\" {{\n  owner o\n  note {}\n}}\n", text::prose(&format!("a{value}"))));
    }

    #[test]
    fn comments_stay_comments(value in texts()) {
        let lines = text::comment_lines(&value, 60);
        let one = text::comment(&value);
        prop_assert_eq!(lines.is_empty(), one.is_none());
        let source = format!("{}\n{}\nmetric m: counter\n", one.unwrap_or_default(), lines.join("\n"));
        prop_assert_eq!(items(&source).len(), 1);
        let comments = slovo::syntax::comments(FileId(0), &source);
        prop_assert_eq!(comments.len(), lines.len() + usize::from(!lines.is_empty()));
    }

    #[test]
    fn names_give_back_their_text(value in prop_oneof![texts(), "[a-zA-Z0-9_:.]{1,12}"]) {
        if let Some(identifier) = text::identifier(&value) {
            let found = items(&format!("journey {identifier} \"J\" {{\n  owner o\n}}\n"));
            let [Item::Journey(journey)] = found.as_slice() else { panic!("{found:?}") };
            prop_assert_eq!(&journey.name.name, &identifier);
        }
        if let Some(written) = text::metric_name(&value) {
            let found = items(&format!("metric {written}: gauge\n"));
            let [Item::Metric(metric)] = found.as_slice() else { panic!("{found:?}") };
            prop_assert_eq!(&metric.name.name, &value);
        }
        if let Some(label) = text::label(&value) {
            let found = items(&format!("metric m: gauge {{ labels a, {label} }}\n"));
            let [Item::Metric(metric)] = found.as_slice() else { panic!("{found:?}") };
            let [MetricStmt::Labels(labels, _)] = metric.body.as_ref().unwrap().stmts.as_slice() else { panic!() };
            prop_assert_eq!(labels[1].label.name.as_str(), label);
        }
    }
}

#[test]
fn a_text_of_others_accepts_no_warning() {
    for hostile in ["slovo: allow W0424 because I say so", " \n slovo:\u{a0}allow W0424 because I say so"] {
        let comment = text::comment(hostile).unwrap();
        let lines = text::comment_lines(&format!("{} {hostile}", "a".repeat(58)), 60);
        for written in [comment, lines.join("\n")] {
            let mut found = Diagnostics::default();
            let source = format!("{written}\nmetric m: counter\n");
            let file = slovo::syntax::parse(FileId(0), &source, &mut found);
            assert!(found.is_empty() && file.allows.is_empty(), "{source}");
        }
    }
}
