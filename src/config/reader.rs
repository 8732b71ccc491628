//! Reading typed values from the tree, a message for each mistake.

use rustc_hash::FxHashMap;

use super::tree::{Entry, Node, Value};
use super::words::{nearest, other_word};
use crate::diag::codes::project as codes;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::{Date, Decimal, Duration, range};

/// Where mistakes go.
pub(super) struct Reader<'d> {
    /// All of them.
    pub(super) diagnostics: &'d mut Diagnostics,
}

/// `` `a`, `b`, `c` ``
pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

impl Reader<'_> {
    /// Reports a mistake.
    pub(super) fn wrong(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: &str,
    ) {
        self.diagnostics.push(Diagnostic::new(code, span, message, label).help(help));
    }
    fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str, help: &str) {
        let (message, label) = if node.value == Value::Null {
            (format!("`{what}` has no value"), "nothing follows".to_owned())
        } else {
            (format!("`{what}` must be {wanted}"), format!("this is {}", node.value.describe()))
        };
        self.wrong(&codes::WRONG_TYPE, node.span, message, &label, help);
    }
    /// The entries of a map with free keys; each key once. Nothing at all is an empty map.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: &str, help: &str) -> Vec<&'n Entry> {
        let entries = match &node.value {
            Value::Map(entries) => entries,
            Value::Null => return Vec::new(),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
                self.wrong_type(node, what, "a map", help);
                return Vec::new();
            }
        };
        let mut kept: Vec<&Entry> = Vec::new();
        let mut firsts: FxHashMap<&str, &Entry> = FxHashMap::default();
        for entry in entries {
            if let Some(first) = firsts.get(entry.key.as_str()) {
                let message = format!("`{}` is written twice", entry.key);
                let repeated = Diagnostic::new(&codes::REPEATED_KEY, entry.key_span, message, "again here")
                    .also(first.key_span, "first here")
                    .help("keep one of the two; YAML readers disagree on which one counts");
                self.diagnostics.push(repeated);
            } else {
                firsts.insert(&entry.key, entry);
                kept.push(entry);
            }
        }
        kept
    }
    /// The entries of a map with these keys only.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, what: &str, keys: &[&str]) -> Vec<&'n Entry> {
        let help = format!("it has the keys {}", listed(keys));
        let place = if what.is_empty() { "slovo.yaml" } else { what };
        let mut entries = self.entries(node, place, &help);
        entries.retain(|entry| {
            let known = keys.contains(&entry.key.as_str());
            if !known {
                self.unknown_key(entry, what, keys);
            }
            known
        });
        entries
    }
    fn unknown_key(&mut self, entry: &Entry, what: &str, keys: &[&str]) {
        let place = if what.is_empty() { String::new() } else { format!(" in `{what}`") };
        let message = format!("unknown key `{}`{place}", entry.key);
        let made = Diagnostic::new(&codes::UNKNOWN_KEY, entry.key_span, message, "no such key");
        let other = || other_word(&entry.key).filter(|k| keys.contains(k));
        self.diagnostics.push(match nearest(&entry.key, keys.iter().copied()).or_else(other) {
            Some(meant) => made.maybe_fix(format!("write `{meant}`"), entry.key_span, meant),
            None => made.help(format!("the keys here are {}", listed(keys))),
        });
    }
    /// The items of a list. Nothing at all is an empty list.
    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str, help: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            Value::Null => &[],
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => {
                self.wrong_type(node, what, "a list", help);
                &[]
            }
        }
    }
    /// A text that is not empty; a number counts as the text it is written as.
    pub(super) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) | Value::Number(text) if text.is_empty() => {
                self.wrong(
                    &codes::BAD_VALUE,
                    node.span,
                    format!("`{what}` is empty"),
                    "an empty text",
                    "write it out or remove the key",
                );
                None
            }
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(raw) => {
                let message = format!("`{what}` must be a text");
                let label = format!("this is {}", node.value.describe());
                let made = Diagnostic::new(&codes::WRONG_TYPE, node.span, message, label);
                let quoted = format!("\"{raw}\"");
                self.diagnostics.push(made.fix(format!("write `{quoted}`"), node.span, quoted));
                None
            }
            Value::Null | Value::List(_) | Value::Map(_) => {
                self.wrong_type(node, what, "a text", "write one value on this line");
                None
            }
        }
    }
    /// A duration within bounds.
    pub(super) fn duration(
        &mut self,
        node: &Node,
        what: &str,
        least: Duration,
        most: Duration,
    ) -> Option<Duration> {
        let text = self.text(node, what)?;
        let Some(duration) = Duration::parse(text) else {
            let number = text.chars().all(|c| c.is_ascii_digit());
            let (label, help) = if number {
                ("a number without a unit", format!("write the unit: `{text}s`"))
            } else if let Some(years) = text.strip_suffix('y').and_then(|n| n.parse::<u64>().ok()) {
                ("years are of different lengths", format!("write days: `{}d`", years.saturating_mul(365)))
            } else {
                ("not a duration", "write a number and a unit: `30s`, `5m`, `1h30m`, `28d`".to_owned())
            };
            self.wrong(&codes::BAD_VALUE, node.span, format!("`{what}` is not a duration"), label, &help);
            return None;
        };
        if duration < least || duration > most {
            let label = if duration < least { "too short" } else { "too long" };
            let help = format!("it may be from {least} to {most}");
            self.wrong(&codes::OUT_OF_RANGE, node.span, format!("`{what}` is out of range"), label, &help);
            return None;
        }
        Some(duration)
    }
    /// A date.
    pub(super) fn date(&mut self, node: &Node, what: &str) -> Option<Date> {
        let text = self.text(node, what)?;
        let date = parse_date(text);
        if date.is_none() {
            let message = format!("`{what}` is not a date");
            self.wrong(
                &codes::BAD_VALUE,
                node.span,
                message,
                "not a date",
                "write year, month and day: `2026-10-01`",
            );
        }
        date
    }
    /// A whole number within bounds.
    pub(super) fn count(&mut self, node: &Node, what: &str, least: u32, most: u32) -> Option<u32> {
        let help = format!("write a whole number from {least} to {most}");
        let Value::Number(text) = &node.value else {
            self.wrong_type(node, what, "a whole number", &help);
            return None;
        };
        let Ok(number) = text.parse::<u32>() else {
            self.wrong(&codes::BAD_VALUE, node.span, format!("`{what}` is not a whole number"), "", &help);
            return None;
        };
        if number < least || number > most {
            self.wrong(&codes::OUT_OF_RANGE, node.span, format!("`{what}` is out of range"), "", &help);
            return None;
        }
        Some(number)
    }
    /// A decimal number of at least `least`.
    pub(super) fn number(&mut self, node: &Node, what: &str, least: Decimal) -> Option<Decimal> {
        let help = format!("write a number of at least {least}");
        let Value::Number(text) = &node.value else {
            self.wrong_type(node, what, "a number", &help);
            return None;
        };
        let number = self.in_range(text, node, what, &help)?;
        if number < least {
            self.wrong(
                &codes::OUT_OF_RANGE,
                node.span,
                format!("`{what}` is out of range"),
                "too small",
                &help,
            );
            return None;
        }
        Some(number)
    }
    fn in_range(&mut self, text: &str, node: &Node, what: &str, help: &str) -> Option<Decimal> {
        let wrong = match range::number(text) {
            Ok(number) => return Some(number),
            Err(wrong) => wrong,
        };
        // YAML's other notations (`1e3`, `.inf`) are not decimals at all.
        if text.bytes().all(|b| b.is_ascii_digit() || b"-._".contains(&b)) {
            let message = format!("`{what}` {}", wrong.said());
            self.wrong(&codes::OUT_OF_RANGE, node.span, message, wrong.allowed(), wrong.help());
        } else {
            let message = format!("`{what}` cannot be read as a decimal number");
            self.wrong(&codes::BAD_VALUE, node.span, message, "", help);
        }
        None
    }
    /// `2%` as a fraction, in (0, 1].
    pub(super) fn percent(&mut self, node: &Node, what: &str) -> Option<Decimal> {
        let help = "write a percentage with its sign: `2%`";
        let text = self.text(node, what)?;
        let Some(number) =
            text.strip_suffix('%').map(str::trim_end).filter(|n| Decimal::from_str_exact(n).is_ok())
        else {
            self.wrong(&codes::BAD_VALUE, node.span, format!("`{what}` is not a percentage"), "", help);
            return None;
        };
        let number = self.in_range(number, node, what, help)?;
        if number <= Decimal::ZERO || number > Decimal::ONE_HUNDRED {
            let message = format!("`{what}` is out of range");
            self.wrong(&codes::OUT_OF_RANGE, node.span, message, "", "it must be above 0% and at most 100%");
            return None;
        }
        Some((number / Decimal::ONE_HUNDRED).normalize())
    }
    /// An address of the web, without its trailing slashes.
    pub(super) fn link(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.text(node, what)?;
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or("");
        if host.is_empty() || host.contains(char::is_whitespace) {
            let message = format!("`{what}` is not an address");
            let help = "write it with its scheme: `https://grafana.example/d`";
            self.wrong(&codes::BAD_VALUE, node.span, message, "", help);
            return None;
        }
        Some(text.trim_end_matches('/').to_owned())
    }
}

/// `2026-10-01`, nothing looser.
pub fn parse_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| shape)
}
