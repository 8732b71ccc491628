//! The formatter: `tests/fmt/NAME.slovo` becomes `NAME.formatted` (`UPDATE_GOLDENS=1` rewrites), and what holds of every
//! file: formatting twice changes nothing more, says the same as before and keeps every comment.

use crate::common;

use std::path::Path;

use rayon::prelude::*;
use slovo::diag::Diagnostics;
use slovo::source::FileId;

fn format(text: &str) -> String {
    slovo::fmt::format(FileId(0), text)
        .unwrap_or_else(|wrong| panic!("{:#?}\n{text}", wrong.iter().map(|d| &d.message).collect::<Vec<_>>()))
}

/// The tree in words, without places; and the comments.
fn tree(text: &str) -> (String, Vec<String>) {
    let file = slovo::syntax::parse(FileId(0), text, &mut Diagnostics::default());
    let shown = format!("{:?}", file.items);
    let mut bare = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Span { file") {
        bare.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('}').unwrap() + 1..];
    }
    let comments =
        slovo::syntax::comments(FileId(0), text).iter().map(|c| text[c.range()].to_owned()).collect();
    (bare + rest, comments)
}

/// What holds of every readable file.
fn holds(name: &str, text: &str) {
    let once = format(text);
    assert_eq!(format(&once), once, "{name}: not the same the second time");
    let (before, after) = (tree(text), tree(&once));
    assert_eq!(before.0, after.0, "{name}: says something else");
    assert_eq!(before.1, after.1, "{name}: other comments");
    assert!(!once.contains("\n\n\n") && !once.ends_with("\n\n"), "{name}: empty lines");
    assert!(once.lines().all(|l| !l.ends_with(' ') && !l.contains('\t')), "{name}: blanks");
}

#[test]
fn goldens() {
    let mut wrong = Vec::new();
    for path in common::files_below(Path::new("tests/fmt"), "slovo") {
        let text = std::fs::read_to_string(&path).unwrap();
        holds(&path.display().to_string(), &text);
        common::golden(&path.with_extension("formatted"), &format(&text), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn samples() {
    for (name, text) in common::samples() {
        holds(&name, &text);
        // with Windows' line ends, as others indent, and squeezed
        holds(&name, &text.replace('\n', "\r\n"));
        holds(&name, &text.lines().map(|l| l.trim_start().to_owned() + "  \n").collect::<String>());
        assert_eq!(format(&text.replace('\n', "\r\n")), format(&text), "{name}: line ends matter");
    }
}

/// A comment wherever a line may go on or ends.
#[test]
fn comments_anywhere() {
    let places = |(name, text): &(String, String)| -> Vec<(String, usize, String)> {
        let of = |(at, c): (usize, char)| (name.clone(), at + c.len_utf8(), text.clone());
        let ends = text.char_indices().filter(|(_, c)| matches!(c, '\n' | ',' | '|' | '+' | '{' | '(' | '}'));
        ends.map(of).collect()
    };
    let samples = common::samples();
    let short: Vec<_> = samples.iter().filter(|(_, text)| text.len() < 3_000).flat_map(places).collect();
    short.par_iter().for_each(|(name, at, text)| {
        for comment in [" # one\n", "\n # two\n", "\n\n# three\n\n"] {
            let mut with = text.clone();
            with.insert_str(*at, comment);
            let mut wrong = Diagnostics::default();
            let _ = slovo::syntax::parse(FileId(0), &with, &mut wrong);
            if wrong.is_empty() {
                holds(&format!("{name}@{at}"), &with);
            }
        }
    });
}

#[test]
fn mistakes_are_left_alone() {
    assert!(slovo::fmt::format(FileId(0), "team shop \"Shop\" {\n  chanel \"#x\"\n}\n").is_err());
    assert_eq!(format(""), "");
    assert_eq!(format("\n\n  # only\n\n\n"), "# only\n");
}
