//! The parser on anything: it never panics, never hangs, and what it says points into the text.

use crate::common;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use slovo::diag::{Diagnostics, Edit};
use slovo::source::FileId;
use slovo::{ast, syntax};

fn parse(text: &str) -> (ast::File, Diagnostics) {
    let mut found = Diagnostics::default();
    let file = syntax::parse(FileId(0), text, &mut found);
    found.sort();
    (file, found)
}

/// What holds of every text.
fn holds(text: &str) -> Diagnostics {
    let (file, found) = parse(text);
    for d in found.iter() {
        let spans = d.labels.iter().map(|l| l.span);
        let edits = d.fix.iter().flat_map(|f| &f.edits).map(|e| e.span);
        for span in spans.chain(edits) {
            assert!(text.get(span.range()).is_some(), "{}: {span:?} is not in\n{text}", d.message);
        }
        assert!(!d.message.contains("``") && !d.message.ends_with('.'), "{}", d.message);
    }
    for comment in syntax::comments(FileId(0), text) {
        assert!(text[comment.range()].starts_with('#'), "{text}");
    }
    if has_junk(&file) {
        assert!(found.has_errors(), "junk, and nothing is said of it:\n{text}");
    }
    found
}

fn has_junk(file: &ast::File) -> bool {
    let shown = format!("{:?}", file.items);
    shown.contains("Junk") || shown.contains("has_junk: true")
}

/// The items of all samples, as texts.
fn items() -> Vec<String> {
    let mut found = Vec::new();
    for (_, text) in common::samples() {
        let (file, _) = parse(&text);
        let starts: Vec<usize> = file.items.iter().map(|i| item_span(i).start as usize).collect();
        for (n, start) in starts.iter().enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(text.len());
            found.push(text[*start..end].to_owned());
        }
    }
    found.sort();
    found.dedup();
    found
}

fn item_span(item: &ast::Item) -> slovo::source::Span {
    match item {
        ast::Item::Team(i) => i.span,
        ast::Item::Metric(i) => i.span,
        ast::Item::Indicator(i) => i.span,
        ast::Item::Journey(i) => i.span,
        ast::Item::Policy(i) => i.span,
        ast::Item::Playbook(i) => i.span,
        ast::Item::Scenario(i) => i.span,
        ast::Item::Junk(span) => *span,
    }
}

#[test]
fn samples_are_fine() {
    for (name, text) in common::samples() {
        let (file, found) = parse(&text);
        assert!(found.is_empty(), "{name}: {:?}", found.iter().map(|d| &d.message).collect::<Vec<_>>());
        assert!(!has_junk(&file), "{name}");
        assert_eq!(
            syntax::comments(FileId(0), &text).len(),
            text.lines().filter(|l| l.contains("# ")).count(),
            "{name}: comments"
        );
        // a byte order mark, tabs and Windows' line ends say nothing
        let other = format!("\u{feff}{}", text.replace('\n', "\r\n").replace("  ", "\t"));
        assert!(parse(&other).1.is_empty(), "{name}: with tabs and \\r");
    }
}

/// Each pattern costs time: a selector takes so many and not one more.
#[test]
fn a_selector_has_no_more_than_two_hundred_matchers() {
    for (matchers, wrong) in [(200, 0), (201, 1)] {
        let list: Vec<String> = (0..matchers).map(|n| format!("r=~\"a{n}.*\"")).collect();
        let (_, found) = parse(&format!("indicator i {{\n  total x_total{{{}}}\n}}\n", list.join(", ")));
        let said: Vec<String> = found.iter().map(|d| format!("{} {}", d.code.id, d.message)).collect();
        assert_eq!(said.len(), wrong, "{said:?}");
        assert!(said.iter().all(|s| s == "E0109 a selector with 201 matchers"), "{said:?}");
    }
}

#[test]
fn every_prefix() {
    let items = items();
    each(items.len(), |n| {
        let text = &items[n];
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        // of long items some, unless all were asked for: `SLOVO_PREFIXES=all`
        let step = if std::env::var_os("SLOVO_PREFIXES").is_some() { 1 } else { 1 + text.len() / 300 };
        for end in ends.iter().step_by(step) {
            holds(&text[..*end]);
            holds(&text[*end..]);
        }
    });
}

/// A generator of numbers that is the same everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % below.max(1)
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "#",
    ",",
    "|",
    "+",
    ":",
    "=",
    "==",
    "\n",
    " ",
    "%",
    "$",
    "\\",
    ";",
    "'",
    "“",
    "\u{a0}",
    "é",
    "0",
    "99,5",
    "28 d",
    "over ",
    "within ",
    "journey ",
    "promise x \"X\" {",
    "step s \"S\" {",
    "}\n}",
    "in ",
    "\r\n",
    "\t",
    "//",
    "keep for 99% of x over 28d\n",
    "promql \"\"\"",
    "\u{feff}",
    "\0",
    "where {",
    "metric a: counter\n",
    "-",
    ".",
    "_",
];

fn mutate(text: &str, dice: &mut Dice) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(chars.len());
        let to = (at + dice.roll(12)).min(chars.len());
        match dice.roll(5) {
            0 => drop(chars.drain(at..to)),
            1 => {
                let copied: Vec<char> = chars[at..to].to_vec();
                let place = dice.roll(chars.len());
                chars.splice(place..place, copied);
            }
            2 if at + 1 < chars.len() => chars.swap(at, at + 1),
            3 => {
                let line = chars.iter().skip(at).position(|c| *c == '\n').map_or(chars.len(), |n| at + n);
                drop(chars.drain(at..line));
            }
            _ => drop(chars.splice(at..at, PIECES[dice.roll(PIECES.len())].chars())),
        }
    }
    chars.into_iter().collect()
}

/// Applies a fix.
fn apply(text: &str, edits: &[Edit]) -> String {
    let mut mended = text.to_owned();
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|e| std::cmp::Reverse(e.span.start));
    for edit in edits {
        mended.replace_range(edit.span.range(), &edit.replacement);
    }
    mended
}

/// How many mutations: 100,000 were tried, with `SLOVO_MUTATIONS=100000`; each run tries a part of them.
fn mutations() -> usize {
    std::env::var("SLOVO_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(5_000)
}

/// A certain fix takes its mistake away; others may look different then.
fn fixes_mend(text: &str, found: &Diagnostics) {
    for d in found.iter() {
        let Some(fix) = d.fix.as_ref().filter(|f| f.certain) else { continue };
        let mended = apply(text, &fix.edits);
        let (_, after) = parse(&mended);
        let say = |d: &Diagnostics| d.iter().map(|d| d.message.clone()).collect::<Vec<_>>();
        assert!(
            after.len() < found.len() + usize::from(found.len() > 1) && !after.iter().any(|a| a == d),
            "{} / {}: {:?} became {:?}\n{text}\n=>\n{mended}",
            d.message,
            fix.title,
            say(found),
            say(&after)
        );
    }
}

/// Runs a check for each number, on all cores, and tells which failed and how: a panic on a thread of the pool would be
/// printed among the output of whichever test started that pool.
fn each(count: usize, check: impl Fn(usize) + Sync) {
    let run = |n| catch_unwind(AssertUnwindSafe(|| check(n))).err().map(|said| (n, said));
    let failed: Vec<_> = (0..count).into_par_iter().filter_map(run).collect();
    let mut shown = String::new();
    for (n, said) in failed.iter().take(5) {
        let text = said.downcast_ref::<&str>().copied().or(said.downcast_ref::<String>().map(String::as_str));
        let _ = writeln!(shown, "-- {n}\n{}", text.unwrap_or_default());
    }
    assert!(failed.is_empty(), "{} of {count} fail\n{shown}", failed.len());
}

#[test]
fn mutated_samples() {
    let items: Vec<String> = items().into_iter().filter(|t| t.len() < 1_200).collect();
    each(mutations(), |n| {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (n as u64 + 1).wrapping_mul(0xd134_2543_de82_ef95));
        let text = mutate(&items[dice.roll(items.len())], &mut dice);
        let start = Instant::now();
        let found = holds(&text);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?} for\n{text}", start.elapsed());
        assert!(found.len() <= 8 * (text.lines().count() + 1), "{} messages for\n{text}", found.len());
        if n % 8 == 0 {
            fixes_mend(&text, &found);
            if let Ok(formatted) = slovo::fmt::format(FileId(0), &text) {
                assert_eq!(slovo::fmt::format(FileId(0), &formatted).unwrap(), formatted, "{text}");
            }
        }
    });
}

#[test]
fn fixes_of_the_cases_mend() {
    for path in common::files_below(Path::new("tests/ui/syntax"), "slovo") {
        let text = std::fs::read_to_string(path).unwrap();
        fixes_mend(&text, &holds(&text));
    }
}

/// Ten thousand brackets of each kind, closed and not, everywhere, on a small stack.
#[test]
fn deep_nesting() {
    let pairs = [
        ("{", "}"),
        ("(", ")"),
        ("[", "]"),
        ("\"", "\""),
        ("{\n", "}\n"),
        ("(\n", ")\n"),
        ("'", "'"),
        ("\"\"\"", ""),
    ];
    let places = [
        ("", ""),
        ("team shop \"Shop\" {\n", "\n}\n"),
        ("metric m: counter of x {\n  labels ", "\n}\n"),
        ("indicator i", " {\n}\n"),
        ("indicator i() {\n  total m", "\n}\n"),
        ("journey j \"J\" {\n step s \"S\" {\n promise p \"P\" {\n  measured by x", "\n}\n}\n}\n"),
        ("journey j \"J\" {\n step s \"S\" {\n promise p \"P\" {\n  bad where ", "\n}\n}\n}\n"),
        // a triple quote in braces is not a text to the grammar's recovery, and hides the braces from a simple count
        ("x { \"\"\" } ", " \"\"\" }\n"),
    ];
    let run = move || {
        for (open, close) in pairs {
            for (before, after) in places {
                for count in [1, if open.contains('\n') { 1_000 } else { 10_000 }] {
                    let (opened, closed) = (open.repeat(count), close.repeat(count));
                    for inner in [
                        format!("{opened}{closed}"),
                        opened.clone(),
                        closed.clone(),
                        format!("{opened} x {opened}"),
                    ] {
                        let text = format!("{before}{inner}{after}");
                        let start = Instant::now();
                        let found = holds(&text);
                        let taken = start.elapsed();
                        let shown =
                            format!("{count} {open:?} in {before:?}: {} messages, {taken:?}", found.len());
                        // Nothing hangs; how busy the machine is doesn't matter.
                        assert!(taken < Duration::from_secs(120), "{shown}");
                        let most = if inner.contains('\n') { 1_010 } else { 12 };
                        assert!(found.len() <= most, "{shown}");
                    }
                }
            }
        }
    };
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn too_much_is_told() {
    let (_, found) = parse(&format!("x {}", "{ ".repeat(10_000)));
    assert_eq!(found.iter().map(|d| d.code.id).collect::<Vec<_>>(), ["E0115"]);
    let (_, found) = parse(&" ".repeat(syntax::MAX_BYTES + 1));
    assert_eq!(found.iter().map(|d| d.code.id).collect::<Vec<_>>(), ["E0115"]);
}

/// Line and code of each message.
fn told(text: &str) -> Vec<String> {
    let (_, found) = parse(text);
    found
        .iter()
        .map(|d| {
            let line = text[..d.span().unwrap().range().start].matches('\n').count() + 1;
            format!("{line}:{}", d.code.id)
        })
        .collect()
}

/// In a file full of mistakes each line says, in a comment, which codes it must give: no more, no fewer, nowhere else.
#[test]
fn n_mistakes_n_messages() {
    for path in common::files_below(Path::new("tests/syntax"), "slovo") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut expected = Vec::new();
        for (n, line) in text.lines().enumerate() {
            let codes = line.split("#!").nth(1).unwrap_or_default();
            expected.extend(codes.split_whitespace().map(|code| format!("{}:{code}", n + 1)));
        }
        let found = told(&text);
        let mut list = String::new();
        for d in parse(&text).1.iter() {
            let _ = writeln!(list, "  {} {}", d.code.id, d.message);
        }
        assert_eq!(found, expected, "{}\n{list}", path.display());
    }
}

#[test]
fn value_offsets_lead_into_the_literal() {
    let literal = r#""sum(rate(x{a=\"b\"}[5m]))""#;
    let value = r#"sum(rate(x{a="b"}[5m]))"#;
    for (offset, c) in value.char_indices() {
        let at = syntax::value_offset(literal, offset);
        assert!(literal[at..].starts_with(c) || literal[at..].starts_with(&format!("\\{c}")), "{offset}");
    }
}
