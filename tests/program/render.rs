//! How diagnostics look. The rest of what users read is in tests/ui; here are the awkward sources.

use proptest::prelude::*;
use slovo::diag::render::{self, Options};
use slovo::diag::{Code, Diagnostic, Diagnostics, Severity};
use slovo::source::{FileId, SourceMap, Span};

static CODE: Code = Code { id: "E0999", severity: Severity::Error, title: "a test", page: "" };

fn span_of(sources: &SourceMap, needle: &str) -> Span {
    let (id, file) = sources.iter().next().unwrap();
    let start = file.text.find(needle).unwrap();
    Span::new(id, start, start + needle.len())
}

fn shown(text: &str, make: impl Fn(&SourceMap) -> Diagnostic) -> String {
    let mut sources = SourceMap::default();
    sources.add("a.slovo", text);
    let mut list = Diagnostics::default();
    list.push(make(&sources));
    let plain = render::human(&list, &sources, &Options::plain(80));
    let coloured = render::human(&list, &sources, &Options { width: 80, color: true, all: false });
    let trimmed: String = strip(&coloured).lines().map(|l| l.trim_end().to_owned() + "\n").collect();
    assert_eq!(trimmed, plain, "colour changes nothing but colour");
    plain
}

/// Without escape sequences.
fn strip(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |done, part| done + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn everything_at_once() {
    let text = "journey checkout \"Buy\" {\n  owner shp\n}\nteam shop \"Shop\"\n";
    let out = shown(text, |sources| {
        Diagnostic::new(&CODE, span_of(sources, "shp"), "unknown team `shp`", "no team has this name")
            .also(span_of(sources, "shop"), "this one is close")
            .note("teams are declared once, anywhere in the project, so that every journey may name them and nobody is spelt twice")
            .help("declare it: `team shp \"Title\"`")
            .fix("write `shop`", span_of(sources, "shp"), "shop")
    });
    assert_eq!(
        out,
        "\
error[E0999]: unknown team `shp`
  ┌─ a.slovo:2:9
  │
2 │   owner shp
  │         ^^^ no team has this name
3 │ }
4 │ team shop \"Shop\"
  │      ---- this one is close
  │
  = note: teams are declared once, anywhere in the project, so that every
          journey may name them and nobody is spelt twice
  = help: declare it: `team shp \"Title\"`
  = help: write `shop`

"
    );
}

#[test]
fn long_words_are_wrapped() {
    let out = shown("team shop \"Shop\"\n", |sources| {
        let message =
            "the quick brown fox jumps over the lazy dog and goes on to the next field, where it rests";
        Diagnostic::new(&CODE, span_of(sources, "shop"), message, message)
    });
    assert_eq!(
        out,
        "\
error[E0999]: the quick brown fox jumps over the lazy dog and goes on to the
  next field, where it rests
  ┌─ a.slovo:1:6
  │
1 │ team shop \"Shop\"
  │      ^^^^ the quick brown fox jumps over the lazy dog and goes on to the
  │           next field, where it rests

"
    );
}

#[test]
fn a_megabyte_in_one_line_is_clipped() {
    let text = format!("{}here{}", "x ".repeat(500_000), " y".repeat(500_000));
    let out = shown(&text, |s| Diagnostic::new(&CODE, span_of(s, "here"), "wrong", "this"));
    assert!(out.len() < 600, "{}", out.len());
    assert!(out.contains("a.slovo:1:1000001\n"), "{out}");
    let source = out.lines().find(|l| l.contains("here")).unwrap();
    let marks = out.lines().find(|l| l.contains("^^^^")).unwrap();
    let column = |line: &str, needle: &str| line[..line.find(needle).unwrap()].chars().count();
    assert_eq!(column(source, "here"), column(marks, "^^^^ this"));
    assert!(source.chars().count() <= 80, "{source}");
    let whole = shown(&text, |s| {
        Diagnostic::new(&CODE, Span::new(FileId(0), 0, s.iter().next().unwrap().1.text.len()), "wrong", "all")
    });
    assert!(whole.len() < 800, "{whole}");
}

#[test]
fn many_lines_are_elided() {
    let text = "line\n".repeat(100_000);
    let out =
        shown(&text, |_| Diagnostic::new(&CODE, Span::new(FileId(0), 2, 400_003), "unclosed", "to here"));
    assert!(out.lines().count() < 20, "{out}");
    assert!(out.contains("80001 │ │ line"), "{out}");
}

#[test]
fn odd_places() {
    for (start, end) in [(0, 0), (3, 3), (1, 2), (2, 4), (0, 99), (90, 99), (5, 6), (6, 6)] {
        let make = |_: &SourceMap| Diagnostic::new(&CODE, Span::new(FileId(0), start, end), "wrong", "this");
        shown("äö\tx\n", make);
        shown("", make);
        shown("\r\n\r\n", make);
    }
    let elsewhere = shown("x", |_| Diagnostic::new(&CODE, Span::new(FileId(7), 0, 1), "wrong", "this"));
    assert_eq!(elsewhere, "error[E0999]: wrong\n\n");
    assert_eq!(
        shown("x", |_| Diagnostic::unplaced(&CODE, "no files").help("write some")),
        "error[E0999]: no files\n = help: write some\n\n"
    );
}

#[test]
fn terminals_are_not_played_with() {
    let out = shown("team \x1b[2Jshop \u{202e}x\n", |s| {
        Diagnostic::new(&CODE, span_of(s, "shop"), "no \x1b[31mcolour", "\x07ring").note("\x1b]0;title\x07")
    });
    assert!(!out.contains(['\x1b', '\x07', '\u{202e}']), "{out:?}");
}

#[test]
fn short_and_json() {
    let mut sources = SourceMap::default();
    sources.add("a.slovo", "ü shp\n");
    let mut list = Diagnostics::default();
    list.push(Diagnostic::new(&CODE, Span::new(FileId(0), 3, 6), "unknown team `shp`", "this").fix(
        "write `shop`",
        Span::new(FileId(0), 3, 6),
        "shop",
    ));
    list.push(Diagnostic::unplaced(&CODE, "two\nlines"));
    assert_eq!(
        render::short(&list, &sources, false),
        "a.slovo:1:3: error[E0999]: unknown team `shp`\nerror[E0999]: two lines\n"
    );
    let json: serde_json::Value = serde_json::from_str(&render::json(&list, &sources, false)).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["errors"], 2);
    let label = &json["diagnostics"][0]["labels"][0];
    assert_eq!(label["path"], "a.slovo");
    assert_eq!(label["start"], serde_json::json!({"byte": 3, "line": 1, "column": 3}));
    assert_eq!(label["end"], serde_json::json!({"byte": 6, "line": 1, "column": 6}));
    assert_eq!(json["diagnostics"][0]["fix"]["edits"][0]["replacement"], "shop");
    assert_eq!(json["diagnostics"][1]["labels"], serde_json::json!([]));
}

proptest! {
    /// Whatever the text and wherever the labels: something is shown, and never more than a screenful per label.
    #[test]
    fn any_text_and_any_labels(
        text in "([a-zäö漢\\t \r\u{1b}\u{202e}👩‍🚀\u{301}]{0,200}\n?){0,12}",
        labels in prop::collection::vec((0_usize..700, 0_usize..700, any::<bool>(), "[a-zé` ]{0,90}"), 0..5),
        width in 0_usize..200,
    ) {
        let mut sources = SourceMap::default();
        sources.add("a.slovo", text.as_str());
        let mut made = Diagnostic::unplaced(&CODE, "wrong").note("a note").help("help");
        for (start, end, primary, message) in labels {
            let span = Span::new(FileId(0), start.min(end), start.max(end));
            made.labels.push(slovo::diag::Label { span, primary, message });
        }
        let mut list = Diagnostics::default();
        list.push(made);
        for color in [false, true] {
            let shown = render::human(&list, &sources, &Options { width, color, all: false });
            prop_assert!(shown.contains("E0999") && shown.len() < 40_000);
        }
        render::short(&list, &sources, false);
        let json = render::json(&list, &sources, false);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }
}
