//! `slovo.yaml` as a tree in which every key and value knows its place.
//!
//! `serde_yaml` gives positions only in its errors. So each scalar is read by a visitor that keeps the value and then
//! refuses it: the deserializer puts the position into that error, and goes on with the next event when asked. Maps
//! and lists are accepted as usual; their places are those of what they hold.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use crate::source::{FileId, Span};

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// What it is.
    pub(super) value: Value,
    /// Where a scalar is written; for others the first thing in them, or the key they belong to.
    pub(super) span: Span,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
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
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Where the key is.
    pub(super) key_span: Span,
    /// The value.
    pub(super) value: Node,
}

impl Value {
    /// For messages: `a list`.
    pub(super) fn describe(&self) -> &'static str {
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
pub(super) struct NotYaml {
    /// Why, in the parser's words.
    pub(super) message: String,
    /// Where, as far as known.
    pub(super) span: Span,
}

/// `[` and `{` in one document.
const BRACKETS: usize = 10_000;

/// Reads one YAML document.
pub(super) fn parse(file: FileId, text: &str) -> Result<Node, NotYaml> {
    let places = Places::new(file, text);
    let start = Span::new(file, 0, 0);
    if let Some((at, _)) = text.match_indices(['[', '{']).nth(BRACKETS) {
        // YAML's scanner looks at every open bracket for every token.
        let message = format!("more than {BRACKETS} brackets");
        return Err(NotYaml { message, span: Span::new(file, at, at + 1) });
    }
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let empty = Node { value: Value::Null, span: start };
    let Some(first) = documents.next() else { return Ok(empty) };
    let stash = Cell::new(None);
    let read = Seed { stash: &stash, places: &places }.deserialize(first);
    let node = match (read, stash.take()) {
        (Ok(node), _) => node,
        (Err(error), Some(value)) => places.scalar(value, &error.to_string()),
        (Err(error), None) => {
            let shown = error.to_string();
            let message = shown.split(" at line ").next().unwrap_or(&shown);
            let mut span = places.find(&shown);
            let last = text.trim_end().len();
            if span.start as usize > last {
                // Nothing can be seen on the empty line after the last one.
                span = Span::new(file, last, last);
            }
            return Err(NotYaml { message: message.to_owned(), span });
        }
    };
    if documents.next().is_some() {
        let message = "more than one document (a line `---` begins another)".to_owned();
        let second = text.match_indices("\n---").last().map(|(at, _)| Span::new(file, at + 1, at + 4));
        return Err(NotYaml { message, span: second.unwrap_or(start) });
    }
    Ok(node)
}

/// From the lines and columns in `serde_yaml`'s errors to bytes.
struct Places<'t> {
    file: FileId,
    text: &'t str,
    lines: Vec<usize>,
    /// The line, column and byte that were found last: places are asked for from front to back, and a line may be long.
    last: Cell<(usize, usize, usize)>,
}

impl<'t> Places<'t> {
    fn new(file: FileId, text: &'t str) -> Self {
        let mut lines = vec![0];
        let mut characters = text.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let pair = c == '\r' && characters.peek().is_some_and(|(_, next)| *next == '\n');
            // YAML knows more line breaks than we do.
            if matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') && !pair {
                lines.push(at + c.len_utf8());
            }
        }
        Self { file, text, lines, last: Cell::new((0, 1, 0)) }
    }
    /// The empty span at the place that an error names last: `… at line 3 column 5`.
    fn find(&self, error: &str) -> Span {
        let place = error.split(" at line ").nth(1).and_then(|p| p.split_once(" column "));
        let number = |s: &str| s.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok();
        let found = place.and_then(|(line, column)| Some((number(line)?, number(column)?)));
        let (line, column) = found.unwrap_or((1, 1));
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let (from, passed) = match self.last.get() {
            (of, before, at) if of == line && before <= column => (at, before),
            _ => (start, 1),
        };
        let rest = self.text.get(from..).unwrap_or("");
        let more = rest.char_indices().nth(column.saturating_sub(passed)).map_or(rest.len(), |(at, _)| at);
        self.last.set((line, column.max(1), from + more));
        Span::new(self.file, from + more, from + more)
    }
    /// A scalar at the place that its own refusal names.
    fn scalar(&self, value: Value, error: &str) -> Node {
        let mut start = self.find(error).start as usize;
        let mut rest = self.text.get(start..).unwrap_or("");
        if rest.starts_with('&') {
            // An anchor stands before its value.
            let name = rest.find([' ', '\n']).unwrap_or(rest.len());
            let blanks = rest.get(name..).map_or(0, |r| r.len() - r.trim_start().len());
            start += name + blanks;
            rest = self.text.get(start..).unwrap_or("");
        }
        let raw = raw_scalar(rest);
        let value = match value {
            Value::Number(_) => Value::Number(raw.to_owned()),
            Value::Bool(_) => Value::Bool(raw.to_owned()),
            Value::Null | Value::Text(_) | Value::List(_) | Value::Map(_) => value,
        };
        let length = if value == Value::Null && !matches!(raw, "~" | "null" | "Null" | "NULL") {
            0
        } else {
            raw.len()
        };
        Node { value, span: Span::new(self.file, start, start + length) }
    }
}

/// The scalar at the start of a text, as written, up to the end of its line.
fn raw_scalar(text: &str) -> &str {
    // Not to the end of the line, which may be long and hold thousands of scalars.
    let line =
        if text.starts_with(['"', '\'']) { text.split(['\n', '\r']).next().unwrap_or("") } else { text };
    let end = match line.chars().next() {
        Some('"') => {
            let mut escaped = false;
            let close = line.char_indices().skip(1).find(|(_, c)| {
                let here = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                here
            });
            close.map_or(line.len(), |(at, _)| at + 1)
        }
        Some('\'') => {
            let mut from = 1;
            loop {
                let rest = line.get(from..).unwrap_or("");
                match rest.find('\'') {
                    Some(at) if rest.get(at + 1..).is_some_and(|r| r.starts_with('\'')) => from += at + 2,
                    Some(at) => break from + at + 1,
                    None => break line.len(),
                }
            }
        }
        _ => {
            let ends = |(at, c): &(usize, char)| {
                let next = line.get(at + c.len_utf8()..).and_then(|r| r.chars().next());
                match c {
                    ',' | ']' | '}' | '\n' | '\r' => true,
                    ':' => next.is_none_or(char::is_whitespace),
                    ' ' | '\t' => next == Some('#'),
                    _ => false,
                }
            };
            line.char_indices().find(ends).map_or(line.len(), |(at, _)| at)
        }
    };
    line.get(..end).unwrap_or("").trim_end()
}

/// Reads one value: a scalar is put into `stash` and refused, the rest is returned.
struct Seed<'s> {
    stash: &'s Cell<Option<Value>>,
    places: &'s Places<'s>,
}

impl Seed<'_> {
    fn keep<E: Error, T>(&self, value: Value) -> Result<T, E> {
        self.stash.set(Some(value));
        Err(E::custom(""))
    }
    /// A child read with the same stash: refused scalars become nodes.
    fn settle<E: Error>(&self, read: Result<Option<Node>, E>) -> Result<Option<Node>, E> {
        match (read, self.stash.take()) {
            (Err(error), Some(value)) => Ok(Some(self.places.scalar(value, &error.to_string()))),
            (read, _) => read,
        }
    }
    fn child(&self) -> Self {
        Self { stash: self.stash, places: self.places }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Node, E> {
        self.keep(Value::Bool(String::new()))
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<Node, E> {
        self.keep(Value::Number(String::new()))
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<Node, E> {
        self.keep(Value::Number(String::new()))
    }
    fn visit_i128<E: Error>(self, _: i128) -> Result<Node, E> {
        self.keep(Value::Number(String::new()))
    }
    fn visit_u128<E: Error>(self, _: u128) -> Result<Node, E> {
        self.keep(Value::Number(String::new()))
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Node, E> {
        self.keep(Value::Number(String::new()))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        self.keep(Value::Text(text.to_owned()))
    }
    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        self.keep(Value::Null)
    }
    fn visit_none<E: Error>(self) -> Result<Node, E> {
        self.keep(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = self.settle(list.next_element_seed(self.child()))? {
            items.push(item);
        }
        let nowhere = Span::new(self.places.file, 0, 0);
        Ok(Node { span: items.first().map_or(nowhere, |i: &Node| i.span), value: Value::List(items) })
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries: Vec<Entry> = Vec::new();
        while let Some(key) = self.settle(map.next_key_seed(self.child()))? {
            let name = match key.value {
                Value::Text(text) | Value::Number(text) | Value::Bool(text) => text,
                Value::Null => self.places.text.get(key.span.range()).unwrap_or("").to_owned(),
                Value::List(_) | Value::Map(_) => return Err(A::Error::custom("a key must be one word")),
            };
            let value = self.settle(map.next_value_seed(self.child()).map(Some))?;
            let mut value = value.unwrap_or(Node { value: Value::Null, span: key.span });
            let empty = match &value.value {
                Value::List(items) => items.is_empty(),
                Value::Map(entries) => entries.is_empty(),
                Value::Null => value.span.start == value.span.end,
                Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
            };
            if empty {
                value.span = key.span;
            }
            entries.push(Entry { key: name, key_span: key.span, value });
        }
        let nowhere = Span::new(self.places.file, 0, 0);
        Ok(Node { span: entries.first().map_or(nowhere, |e| e.key_span), value: Value::Map(entries) })
    }
    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Node, A::Error> {
        Err(A::Error::custom("a tag (`!name`) means nothing here"))
    }
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
            ["a@a", "one\ntwo\n=|", "b@b", "y=y", "c@c", "y=y"]
        );
    }

    #[test]
    fn nothing_at_all() {
        for text in ["", "# only words\n", "---\n", "~"] {
            assert_eq!(parse(FileId(0), text).unwrap().value, Value::Null, "{text:?}");
        }
    }

    #[test]
    fn not_yaml() {
        let wrong = |text| parse(FileId(0), text).unwrap_err();
        assert_eq!(wrong("a: b\n\tc: d\n").span.start, 5);
        assert!(
            wrong("a: [1, 2\nb: 3\n").message.contains("did not find"),
            "{:?}",
            wrong("a: [1, 2\nb: 3\n")
        );
        assert_eq!(wrong("a: 1\n---\nb: 2\n").span.start, 5);
        assert!(wrong("a: !x 1\n").message.contains("tag"));
        assert!(wrong("a: *nobody\n").message.contains("anchor"), "{:?}", wrong("a: *nobody\n"));
        let deep = "[".repeat(5000);
        assert!(parse(FileId(0), &deep).is_err());
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
        let _ = parse(FileId(0), bomb);
    }
}
