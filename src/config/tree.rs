//! YAML as a tree in which every key and value knows its place: `slovo.yaml`, and what importers read.
//!
//! Built from the parser's events, which carry their bytes; what a plain scalar means is decided by YAML's core schema.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use crate::source::{FileId, Span};

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) value: Value,
    /// Where a scalar is written; for others the first thing in them, or the key they belong to.
    pub(crate) span: Span,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`, as written.
    Bool(String),
    /// A number, as written.
    Number(String),
    /// A text, quoted or not.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map in the order written, repeated keys included.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key is.
    pub(crate) key_span: Span,
    /// The value.
    pub(crate) value: Node,
}

impl Value {
    /// For messages: `a list`.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "`true` or `false`",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// The text is not YAML, or not one document.
#[derive(Debug, PartialEq)]
pub(crate) struct NotYaml {
    /// Why, in the parser's words.
    pub(crate) message: String,
    /// Where, as far as known.
    pub(crate) span: Span,
}

/// Lists and maps in each other.
const DEEPEST: usize = 100;
/// Values that anchors and aliases repeat.
const REPEATED: usize = 10_000;

/// Documents of one file.
const MOST_DOCUMENTS: usize = 10_000;

/// Reads one YAML document.
pub(crate) fn parse(file: FileId, text: &str) -> Result<Node, NotYaml> {
    let mut read = documents_at_most(file, text, 1)?;
    Ok(read.pop().unwrap_or(Node { value: Value::Null, span: Span::new(file, 0, 0) }))
}

/// Reads all YAML documents of a file. One that holds nothing is among them.
pub(crate) fn documents(file: FileId, text: &str) -> Result<Vec<Node>, NotYaml> {
    let mut read = documents_at_most(file, text, MOST_DOCUMENTS)?;
    for document in &mut read {
        merge(document)?;
    }
    Ok(read)
}

/// Puts in what merge keys (`<<: *anchor`) bring: a map or a list of maps. A map's own keys win, of several maps the first.
fn merge(node: &mut Node) -> Result<(), NotYaml> {
    match &mut node.value {
        Value::List(items) => items.iter_mut().try_for_each(merge),
        Value::Map(entries) => {
            entries.iter_mut().try_for_each(|entry| merge(&mut entry.value))?;
            // In quotes it is a key as any other.
            let is_merge = |e: &Entry| e.key == "<<" && e.key_span.end - e.key_span.start == 2;
            if !entries.iter().any(is_merge) {
                return Ok(());
            }
            let (merges, mut own): (Vec<Entry>, Vec<Entry>) =
                std::mem::take(entries).into_iter().partition(is_merge);
            let mut there: HashSet<String> = own.iter().map(|e| e.key.clone()).collect();
            for Entry { key_span, value, .. } in merges {
                let maps = match value.value {
                    Value::List(items) => items,
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => {
                        vec![value]
                    }
                };
                for map in maps {
                    let Value::Map(entries) = map.value else {
                        let message = "`<<` takes a map, or a list of maps".to_owned();
                        return Err(NotYaml { message, span: key_span });
                    };
                    own.extend(entries.into_iter().filter(|e| there.insert(e.key.clone())));
                }
            }
            *entries = own;
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Ok(()),
    }
}

fn documents_at_most(file: FileId, text: &str, most: usize) -> Result<Vec<Node>, NotYaml> {
    let options = granit_parser::options! {
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let mut made = Maker { file, text, open: Vec::new(), whole: None, anchors: HashMap::new(), repeated: 0 };
    let mut read = Vec::new();
    let mut begun = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, place) = event.map_err(|error| made.not_yaml(&error))?;
        let place = place.byte_range().unwrap_or_default();
        if matches!(event, Event::DocumentStart(..)) {
            begun += 1;
            if begun > most {
                let message = match most {
                    1 => "more than one document (a line `---` begins another)".to_owned(),
                    most => format!("more than {most} documents"),
                };
                return Err(NotYaml { message, span: made.first_line(place) });
            }
            // Anchors hold for their document; what may be repeated is bounded for the file.
            made.anchors.clear();
        }
        let ends = matches!(event, Event::DocumentEnd);
        made.take(event, place)?;
        if ends {
            read.extend(made.whole.take());
        }
    }
    read.extend(made.whole);
    Ok(read)
}

/// A list or map that is being read.
struct Open {
    value: Value,
    /// The key whose value comes next.
    key: Option<(String, Span)>,
    anchor: usize,
    /// Where it begins.
    at: Span,
}

/// Puts nodes together.
struct Maker<'t> {
    file: FileId,
    text: &'t str,
    /// From the outermost inwards.
    open: Vec<Open>,
    whole: Option<Node>,
    anchors: HashMap<usize, Node>,
    repeated: usize,
}

impl Maker<'_> {
    fn take(&mut self, event: Event<'_>, place: Range<usize>) -> Result<(), NotYaml> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let node = self.scalar(value.into_owned(), style, tag.as_deref(), place)?;
                self.add(node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(Value::List(Vec::new()), anchor, tag.as_deref(), place)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(Value::Map(Vec::new()), anchor, tag.as_deref(), place)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { value, anchor, at, .. }) = self.open.pop() else { return Ok(()) };
                let span = match &value {
                    Value::List(items) => items.first().map_or(at, |i| i.span),
                    Value::Map(entries) => entries.first().map_or(at, |e| e.key_span),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => at,
                };
                self.add(Node { value, span }, anchor)
            }
            Event::Alias(anchor) => {
                let span = self.first_line(place);
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(NotYaml { message: "this value holds itself".to_owned(), span });
                };
                self.copied(&node, span)?;
                self.add(node, 0)
            }
            // With what is not asked for; the enumeration may grow.
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_)
            | _ => Ok(()),
        }
    }
    fn begin(
        &mut self,
        value: Value,
        anchor: usize,
        tag: Option<&Tag>,
        place: Range<usize>,
    ) -> Result<(), NotYaml> {
        if tag.is_some() {
            return Err(self.tagged(place));
        }
        if self.open.last().is_some_and(|open| matches!(open.value, Value::Map(_)) && open.key.is_none()) {
            return Err(NotYaml {
                message: "a key must be one word".to_owned(),
                span: self.first_line(place),
            });
        }
        let at = self.first_line(place);
        self.open.push(Open { value, key: None, anchor, at });
        Ok(())
    }
    /// One more copy of a node: an alias, or what aliases will stand for.
    fn copied(&mut self, node: &Node, span: Span) -> Result<(), NotYaml> {
        self.repeated += size(node);
        if self.repeated > REPEATED {
            let message = format!("anchors and aliases repeat more than {REPEATED} values");
            return Err(NotYaml { message, span });
        }
        Ok(())
    }
    /// A finished node goes to where it belongs.
    fn add(&mut self, mut node: Node, anchor: usize) -> Result<(), NotYaml> {
        if anchor > 0 {
            self.copied(&node, node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.whole = Some(node);
            return Ok(());
        };
        match &mut open.value {
            Value::Map(entries) => {
                if let Some((key, key_span)) = open.key.take() {
                    if empty(&node) {
                        node.span = key_span;
                    }
                    entries.push(Entry { key, key_span, value: node });
                    return Ok(());
                }
                let name = match node.value {
                    Value::Text(text) | Value::Number(text) | Value::Bool(text) => text,
                    Value::Null => self.text.get(node.span.range()).unwrap_or("").to_owned(),
                    Value::List(_) | Value::Map(_) => {
                        return Err(NotYaml {
                            message: "a key must be one word".to_owned(),
                            span: node.span,
                        });
                    }
                };
                open.key = Some((name, node.span));
            }
            Value::List(items) => items.push(node),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
        Ok(())
    }
    fn scalar(
        &self,
        text: String,
        style: ScalarStyle,
        tag: Option<&Tag>,
        place: Range<usize>,
    ) -> Result<Node, NotYaml> {
        let span = self.first_line(place.clone());
        let text_wanted = tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
        if tag.is_some() && !text_wanted {
            return Err(self.tagged(place));
        }
        let value = match style {
            ScalarStyle::Plain if !text_wanted => plain(text),
            ScalarStyle::Plain
            | ScalarStyle::SingleQuoted
            | ScalarStyle::DoubleQuoted
            | ScalarStyle::Literal
            | ScalarStyle::Folded => Value::Text(text),
        };
        Ok(Node { value, span })
    }
    fn tagged(&self, place: Range<usize>) -> NotYaml {
        NotYaml { message: "a tag (`!name`) means nothing here".to_owned(), span: self.first_line(place) }
    }
    /// The part of a place that is on its first line.
    fn first_line(&self, place: Range<usize>) -> Span {
        let written = self.text.get(place.clone()).unwrap_or("");
        let line = written.split(['\n', '\r']).next().unwrap_or("").trim_end();
        Span::new(self.file, place.start, place.start + line.len())
    }
    fn not_yaml(&self, error: &granit_parser::ScanError) -> NotYaml {
        // Nothing can be seen on the empty line after the last one.
        let last = self.text.trim_end().len();
        let mut at = error.marker().byte_offset().unwrap_or(last).min(last);
        if error.info().contains("tab") {
            // The parser names the beginning of the text that goes on behind the tab.
            let rest = self.text.get(at..).unwrap_or("");
            at += rest.find("\n\t").map_or(0, |line| line + 1);
        }
        let message = match error.info().replace('\'', "`") {
            deep if deep.contains("recursion limit") => {
                format!("more than {DEEPEST} lists and maps in each other")
            }
            other => other,
        };
        NotYaml { message, span: Span::new(self.file, at, at) }
    }
}

/// A node and all in it.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|e| 1 + size(&e.value)).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 1,
    }
}

/// Nothing that could be pointed at.
fn empty(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Null => node.span.start == node.span.end,
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
    }
}

/// A scalar without quotes, by the core schema.
fn plain(text: String) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Value::Bool(text),
        number if is_number(number) => Value::Number(text),
        _ => Value::Text(text),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all = |rest: &str, base: u32| !rest.is_empty() && rest.chars().all(|c| c.is_digit(base));
    let based = [("0x", 16), ("0o", 8), ("0b", 2)];
    if based.iter().any(|(prefix, base)| digits.strip_prefix(prefix).is_some_and(|rest| all(rest, *base))) {
        return true;
    }
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    // `007` is a text: nobody knows whether it is octal.
    if all(digits, 10) {
        return digits == "0" || !digits.starts_with('0');
    }
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every key and scalar with the text at its place.
    fn walk(node: &Node, text: &str, out: &mut Vec<String>) {
        let at = |span: Span| text.get(span.range()).unwrap().to_owned();
        match &node.value {
            Value::List(items) => items.iter().for_each(|i| walk(i, text, out)),
            Value::Map(entries) => {
                for entry in entries {
                    out.push(format!("{}@{}", entry.key, at(entry.key_span)));
                    walk(&entry.value, text, out);
                }
            }
            Value::Text(t) => out.push(format!("{t}={}", at(node.span))),
            Value::Number(n) => out.push(format!("#{n}={}", at(node.span))),
            Value::Null | Value::Bool(_) => out.push(format!("{}:{}", node.value.describe(), at(node.span))),
        }
    }

    fn walked(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        walk(&parse(FileId(0), text).unwrap(), text, &mut out);
        out
    }

    #[test]
    fn places_are_right() {
        assert_eq!(
            walked(
                "# ü\nproject: shop # why\r\nlabels: {a: \"x\\\"y\", 'b c': 'it''s', \"d\": 1.50}\nlist:\n- 0x10\n-   two words\n- [p, q]\n"
            ),
            [
                "project@project",
                "shop=shop",
                "labels@labels",
                "a@a",
                "x\"y=\"x\\\"y\"",
                "b c@'b c'",
                "it's='it''s'",
                "d@\"d\"",
                "#1.50=1.50",
                "list@list",
                "#0x10=0x10",
                "two words=two words",
                "p=p",
                "q=q"
            ]
        );
        assert_eq!(
            walked("a:\nb: ~\nc: true\nd: {}\né: ö\n2: 3\nnull: x\n"),
            [
                "a@a",
                "nothing:a",
                "b@b",
                "nothing:~",
                "c@c",
                "`true` or `false`:true",
                "d@d",
                "é@é",
                "ö=ö",
                "2@2",
                "#3=3",
                "null@null",
                "x=x"
            ]
        );
        assert_eq!(
            walked("a: |\n  one\n  two\nb: &x y\nc: *x\n"),
            ["a@a", "one\ntwo\n=one", "b@b", "y=y", "c@c", "y=y"]
        );
    }

    /// What has no quotes is judged as Prometheus' and Go's readers judge it.
    #[test]
    fn words_and_numbers() {
        let kinds = [
            ("nothing", "~ null Null NULL"),
            ("`true` or `false`", "true True TRUE false False FALSE"),
            (
                "a number",
                "0 -0 +1 1. 1.5e3 .5 -.5 0x1F 0b11 0o17 .inf -.inf .nan 0.10 1E-3 99999999999999999999999999999999999",
            ),
            (
                "a text",
                "007 -01 inf nan +.nan 1_000 + yes on 1.2.3 0x 0xg 5% 30d 1e400 2026-10-01 << \"1\" '~' !!str&1",
            ),
        ];
        for (kind, words) in kinds {
            for word in words.split(' ') {
                let text = format!("k: {}\n", word.replace('&', " "));
                let Value::Map(entries) = parse(FileId(0), &text).unwrap().value else { panic!("{text}") };
                assert_eq!(entries[0].value.value.describe(), kind, "{word}");
            }
        }
    }

    /// Merge keys, in what importers read.
    #[test]
    fn merge_keys() {
        let read = |text: &str| {
            let made = documents(FileId(0), text).map_err(|e| e.message)?;
            let mut out = Vec::new();
            walk(made.last().unwrap(), text, &mut out);
            Ok::<_, String>(out[out.len() - 5..].join(" "))
        };
        let two = "a: &a {x: one, y: two}\nb: &b {y: 2, z: 3}\n";
        assert_eq!(read(&format!("{two}c: {{<<: [*a, *b], x: 9}}\n")).unwrap(), "#9=9 y@y two=two z@z #3=3");
        assert_eq!(read(&format!("{two}c: {{p: q, <<: *b}}\n")).unwrap(), "q=q y@y #2=2 z@z #3=3");
        assert!(read("a: &a 1\nb: {<<: *a}\n").unwrap_err().contains("takes a map"));
        assert!(read("a: 1\nc: 2\nb: {\"<<\": x}\n").unwrap().ends_with("x=x"));
    }

    #[test]
    fn nothing_at_all() {
        for text in ["", "# only words\n", "---\n", "~"] {
            assert_eq!(parse(FileId(0), text).unwrap().value, Value::Null, "{text:?}");
        }
    }

    #[test]
    fn not_yaml() {
        let wrong = |text: &str| parse(FileId(0), text).unwrap_err();
        let tab = wrong("a: b\n\tc: d\n");
        assert!(tab.message.contains("tab") && tab.span.start >= 5, "{tab:?}");
        let open = wrong("a: [1, 2\nb\n");
        assert!(open.message.contains("`[`") && open.span.start == 3, "{open:?}");
        assert_eq!(wrong("a: 1\n---\nb: 2\n").span.start, 5);
        assert!(wrong("a: !x 1\n").message.contains("tag"));
        assert!(wrong("a: *nobody\n").message.contains("anchor"), "{:?}", wrong("a: *nobody\n"));
        for deep in ["[".repeat(5000), "- ".repeat(5000), "{a: ".repeat(5000), "? ".repeat(5000)] {
            let told = wrong(&deep);
            assert!(told.message.contains("more than 100") || told.message.contains("one word"), "{told:?}");
        }
        let wide = format!("a: [{}1]", "[], ".repeat(100_000));
        assert!(parse(FileId(0), &wide).is_ok());
        assert!(wrong("a: &a [*a]\n").message.contains("holds itself"));
        assert!(wrong("? [a]\n: b\n").message.contains("one word"));
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
        assert!(wrong(bomb).message.contains("repeat"), "{bomb}");
        // Anchors in anchors, each of which would hold all that is in it.
        let held = format!("{}{}1{}", "&a [".repeat(90), "x, ".repeat(1000), "]".repeat(90));
        assert!(wrong(&held).message.contains("repeat"));
    }
}
