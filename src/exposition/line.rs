//! One line: a sample, what is said about a family, or neither.

use std::borrow::Cow;
use std::ops::Range;

use super::number::is_float;
use super::{Dialect, Mistake};
use crate::promql::print::{is_label_name, is_metric_name};

/// Labels of one sample. Each is held against those before it.
const LABELS: usize = 256;

/// A line.
#[derive(Debug)]
pub(super) enum Line<'t> {
    /// Empty, a comment, the end.
    Nothing,
    /// `x{a="b"} 1`
    Sample(Sample<'t>),
    /// `# TYPE x counter`
    About(About<'t>),
}

/// A sample without its value.
#[derive(Debug)]
pub(super) struct Sample<'t> {
    /// The series' name.
    pub(super) name: Cow<'t, str>,
    /// Its labels, in order.
    pub(super) labels: Vec<(Cow<'t, str>, Cow<'t, str>)>,
}

/// What a comment says of a family.
#[derive(Debug)]
pub(super) struct About<'t> {
    /// The family.
    pub(super) name: Cow<'t, str>,
    /// What is said.
    pub(super) said: Said<'t>,
}

/// What is said of a family.
#[derive(Debug)]
pub(super) enum Said<'t> {
    /// `# HELP`
    Help(Cow<'t, str>),
    /// `# TYPE`
    Type(super::Told),
    /// `# UNIT`
    Unit(&'t str),
}

type Read<T> = Result<T, Box<Mistake>>;

/// Reads a line without its end. Places of mistakes are bytes of the line.
pub(super) fn read(line: &str, dialect: Dialect) -> Read<Line<'_>> {
    let mut at = Cursor { line, at: 0, dialect };
    at.blanks();
    match at.peek() {
        None => Ok(Line::Nothing),
        Some('#') => comment(at),
        Some(_) => sample(at).map(Line::Sample),
    }
}

/// `# TYPE`, `# HELP`, `# UNIT`; other comments say nothing.
fn comment(mut at: Cursor<'_>) -> Read<Line<'_>> {
    at.take('#');
    at.blanks();
    let start = at.at;
    let word = at.word();
    if !matches!(word, "TYPE" | "HELP" | "UNIT") {
        return Ok(Line::Nothing);
    }
    let is_unit = word == "UNIT";
    at.blanks();
    let read = family_name(&mut at);
    // To the Prometheus format `# UNIT` is a comment like any other.
    let lenient = is_unit && at.dialect == Dialect::Prometheus;
    let name = match read {
        Err(_) if lenient => return Ok(Line::Nothing),
        read => read?,
    };
    at.blanks();
    let rest = at.rest().trim_end_matches([' ', '\t']);
    let place = at.at..at.at + rest.len();
    let said = match word {
        "HELP" => Said::Help(unescape(rest)),
        "UNIT" if !rest.contains([' ', '\t']) => {
            if rest.is_empty() {
                return Ok(Line::Nothing);
            }
            Said::Unit(rest)
        }
        "UNIT" if lenient => return Ok(Line::Nothing),
        "UNIT" => return Err(at.wrong(place, "a unit is one word", "more than one", None)),
        _ => match kind(rest, at.dialect) {
            Ok(told) => Said::Type(told),
            Err(_) if rest.is_empty() => {
                let message = format!("`# TYPE {name}` says no type");
                return Err(at.wrong(start..at.at, message, "a type is missing", Some(types(at.dialect))));
            }
            Err(true) => {
                let message =
                    format!("`{}` is a type of OpenMetrics, and there is no `# EOF` at the end", shown(rest));
                let help = "is the exposition cut off? An OpenMetrics one ends in `# EOF`: fetch it again";
                return Err(at.wrong(
                    place,
                    message,
                    "not a type of the Prometheus format",
                    Some(help.to_owned()),
                ));
            }
            Err(false) => {
                let message = format!("`{}` is not a type of metrics", shown(rest));
                return Err(at.wrong(place, message, "not a type", Some(types(at.dialect))));
            }
        },
    };
    Ok(Line::About(About { name, said }))
}

/// The type of a word; `Err(true)` where only the other format has it.
fn kind(word: &str, dialect: Dialect) -> Result<super::Told, bool> {
    use super::Told;
    let told = match word {
        "counter" => Told::Counter,
        "gauge" => Told::Gauge,
        "histogram" => Told::Histogram,
        "summary" => Told::Summary,
        "untyped" | "unknown" => return Ok(Told::Nothing),
        "info" => Told::Info,
        "stateset" => Told::StateSet,
        "gaugehistogram" => Told::GaugeHistogram,
        _ => return Err(false),
    };
    let both = matches!(told, Told::Counter | Told::Gauge | Told::Histogram | Told::Summary);
    if both || dialect == Dialect::OpenMetrics { Ok(told) } else { Err(true) }
}

fn types(dialect: Dialect) -> String {
    let known = match dialect {
        Dialect::Prometheus => "it is `counter`, `gauge`, `histogram`, `summary` or `untyped`",
        Dialect::OpenMetrics => {
            "it is `counter`, `gauge`, `histogram`, `gaugehistogram`, `summary`, `info`, `stateset` or `unknown`"
        }
    };
    known.to_owned()
}

/// A name in a comment, plain or in quotes.
fn family_name<'t>(at: &mut Cursor<'t>) -> Read<Cow<'t, str>> {
    if at.peek() == Some('"') {
        return at.quoted("a name");
    }
    let start = at.at;
    let word = at.word();
    if is_metric_name(word) {
        return Ok(Cow::Borrowed(word));
    }
    let message = if word.is_empty() {
        "the metric's name is missing".to_owned()
    } else {
        format!("`{}` is not a metric's name", shown(word))
    };
    let help = "other names than `[a-zA-Z_:][a-zA-Z0-9_:]*` are written in quotes";
    Err(at.wrong(start..start + word.len(), message, "", Some(help.to_owned())))
}

fn sample(mut at: Cursor<'_>) -> Read<Sample<'_>> {
    let start = at.at;
    let bare = at.while_(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    let mut name = None;
    if !bare.is_empty() {
        if !is_metric_name(bare) {
            let message = format!("`{}` is not a metric's name", shown(bare));
            return Err(at.wrong(start..at.at, message, "begins with a digit", None));
        }
        name = Some(Cow::Borrowed(bare));
    } else if at.peek() != Some('{') {
        let found = at.peek().unwrap_or(' ');
        let message =
            format!("a line begins with a metric's name or `#`, not with `{}`", found.escape_debug());
        let help = "is it an exposition? `curl http://HOST/metrics` gives one as text";
        return Err(at.wrong(start..start + found.len_utf8(), message, "", Some(help.to_owned())));
    }
    at.blanks();
    let mut labels = Vec::new();
    if at.peek() == Some('{') {
        labels = label_set(&mut at, &mut name)?;
    }
    let Some(name) = name else {
        return Err(at.wrong(start..at.at, "the metric's name is missing", "no name in these braces", None));
    };
    at.blanks();
    value(&mut at, &name)?;
    at.blanks();
    time(&mut at)?;
    at.blanks();
    if at.peek() == Some('#') && at.dialect == Dialect::OpenMetrics {
        exemplar(&mut at)?;
    }
    at.end()?;
    Ok(Sample { name, labels })
}

fn value(at: &mut Cursor<'_>, name: &str) -> Read<()> {
    let (start, word) = (at.at, at.word());
    if is_float(word) {
        return Ok(());
    }
    let place = start..start + word.len();
    if word.is_empty() {
        let message = format!("a sample of `{}` has no value", shown(name));
        return Err(at.wrong(place, message, "a number is missing", None));
    }
    let help = if word.starts_with('{') && at.dialect == Dialect::OpenMetrics {
        "values that are no numbers, such as those of native histograms, are not read"
    } else {
        "is a `}` or a quote missing before it?"
    };
    let message = format!("`{}` is not a number", shown(word));
    Err(at.wrong(place, message, "the sample's value", Some(help.to_owned())))
}

/// Milliseconds in the Prometheus format, seconds in `OpenMetrics`; there, when it began to count, too.
fn time(at: &mut Cursor<'_>) -> Read<()> {
    for _ in 0..2 {
        let (start, word) = (at.at, at.while_(|c| c != ' ' && c != '\t' && c != '#'));
        if word.is_empty() {
            return Ok(());
        }
        let fine = match at.dialect {
            Dialect::Prometheus => word.parse::<i64>().is_ok(),
            Dialect::OpenMetrics => {
                word.strip_prefix("st@").unwrap_or(word).parse::<f64>().is_ok_and(f64::is_finite)
            }
        };
        if !fine {
            let message = format!("`{}` is not a time", shown(word));
            let help = match at.dialect {
                Dialect::Prometheus => {
                    "the Prometheus format has whole milliseconds there; OpenMetrics ends in `# EOF`"
                }
                Dialect::OpenMetrics => "OpenMetrics has seconds there",
            };
            return Err(at.wrong(
                start..start + word.len(),
                message,
                "after the value",
                Some(help.to_owned()),
            ));
        }
        at.blanks();
        if at.dialect == Dialect::Prometheus {
            return Ok(());
        }
    }
    Ok(())
}

/// `# {trace_id="x"} 0.5 1700000000`
fn exemplar(at: &mut Cursor<'_>) -> Read<()> {
    while at.peek() == Some('#') {
        at.take('#');
        at.blanks();
        if at.peek() != Some('{') {
            let here = at.at..at.line.len();
            return Err(at.wrong(here, "an exemplar begins with labels in braces", "", None));
        }
        label_set(at, &mut Some(Cow::Borrowed("an exemplar")))?;
        at.blanks();
        value(at, "an exemplar")?;
        at.blanks();
        time(at)?;
        at.blanks();
    }
    Ok(())
}

type LabelSet<'t> = Vec<(Cow<'t, str>, Cow<'t, str>)>;

/// `{a="b", "c.d"="e"}`; the metric's name in quotes may come first where there is none before the brace.
fn label_set<'t>(at: &mut Cursor<'t>, name: &mut Option<Cow<'t, str>>) -> Read<LabelSet<'t>> {
    let opened = at.at;
    at.take('{');
    let mut labels: LabelSet<'t> = Vec::new();
    loop {
        at.blanks();
        if at.take('}') {
            return Ok(labels);
        }
        let start = at.at;
        let quoted = at.peek() == Some('"');
        let label = if quoted {
            at.quoted("a name")?
        } else {
            Cow::Borrowed(at.while_(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '.' || c == '-'))
        };
        let place = start..at.at;
        at.blanks();
        if quoted && matches!(at.peek(), Some(',' | '}')) {
            if name.is_some() {
                return Err(at.wrong(
                    place,
                    "a second name of the metric",
                    "a label has a value: `=\"..\"`",
                    None,
                ));
            }
            *name = Some(label);
            at.take(',');
            continue;
        }
        if at.peek().is_none() {
            return Err(at.wrong(
                opened..opened + 1,
                "these braces are not closed",
                "`}` is missing on this line",
                None,
            ));
        }
        if !quoted && !is_label_name(&label) {
            if label.is_empty() {
                let found = at.peek().unwrap_or(' ');
                let message = format!("a label's name is expected here, not `{}`", found.escape_debug());
                return Err(at.wrong(place.start..place.start + found.len_utf8(), message, "", None));
            }
            let message = format!("`{}` is not a label's name", shown(&label));
            let help = "other names than `[a-zA-Z_][a-zA-Z0-9_]*` are written in quotes";
            return Err(at.wrong(place, message, "", Some(help.to_owned())));
        }
        if !at.take('=') {
            let colon = at.peek() == Some(':');
            let message = format!("label `{}` has no value", shown(&label));
            let help = if colon {
                "this looks like JSON: the exposition itself is text, as `curl http://HOST/metrics` gives it"
            } else {
                "a label is written `name=\"value\"`"
            };
            return Err(at.wrong(place, message, "`=` is missing after it", Some(help.to_owned())));
        }
        at.blanks();
        if at.peek() != Some('"') {
            let here = at.at..at.at + at.peek().map_or(0, char::len_utf8);
            let message = format!("the value of label `{}` is not in quotes", shown(&label));
            return Err(at.wrong(here, message, "`\"` is missing here", None));
        }
        let value = at.quoted("a label's value")?;
        if labels.iter().any(|(other, _)| *other == label) {
            let message = format!("label `{}` is written twice", shown(&label));
            return Err(at.wrong(place, message, "the same label again", None));
        }
        if labels.len() >= LABELS {
            let message = format!("a sample of more than {LABELS} labels");
            return Err(at.wrong(place, message, "one too many", None));
        }
        labels.push((label, value));
        at.blanks();
        if !at.take(',') && at.peek() != Some('}') {
            let here = at.at..at.at + at.peek().map_or(0, char::len_utf8);
            return Err(if here.is_empty() {
                at.wrong(
                    opened..opened + 1,
                    "these braces are not closed",
                    "`}` is missing on this line",
                    None,
                )
            } else {
                let help = "a quote inside a value is written `\\\"`";
                at.wrong(here, "`,` or `}` is missing", "expected here", Some(help.to_owned()))
            });
        }
    }
}

/// Where reading is in a line.
struct Cursor<'t> {
    line: &'t str,
    at: usize,
    dialect: Dialect,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.line.get(self.at..).unwrap_or_default()
    }
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }
    fn while_(&mut self, mut fits: impl FnMut(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }
    fn blanks(&mut self) {
        self.while_(|c| c == ' ' || c == '\t');
    }
    /// Up to the next blank.
    fn word(&mut self) -> &'t str {
        self.while_(|c| c != ' ' && c != '\t')
    }
    /// A text in quotes, with its escapes resolved.
    fn quoted(&mut self, what: &str) -> Read<Cow<'t, str>> {
        let start = self.at;
        self.take('"');
        let rest = self.rest();
        let mut escaped = false;
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    self.at += at + 1;
                    return Ok(unescape(rest.get(..at).unwrap_or_default()));
                }
                _ => {}
            }
        }
        let message = format!("{what} in quotes does not end on this line");
        let help = "a line break in it is written `\\n`, a quote `\\\"`";
        Err(self.wrong(start..start + 1, message, "begins here", Some(help.to_owned())))
    }
    fn end(&self) -> Read<()> {
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(());
        }
        let help = match self.dialect {
            Dialect::Prometheus if rest.starts_with('#') => Some(
                "exemplars are part of OpenMetrics, which ends in `# EOF`: is the exposition cut off?"
                    .to_owned(),
            ),
            Dialect::Prometheus | Dialect::OpenMetrics => None,
        };
        let message = "a sample ends with its value and its time";
        Err(self.wrong(self.at..self.line.len(), message, "more than that", help))
    }
    #[allow(
        clippy::unused_self,
        clippy::unnecessary_box_returns,
        reason = "reads as a sentence where it is used, which is in `Err`; results are small so"
    )]
    fn wrong(
        &self,
        range: Range<usize>,
        message: impl Into<String>,
        label: &str,
        help: Option<String>,
    ) -> Box<Mistake> {
        Box::new(Mistake { range, message: message.into(), label: label.to_owned(), help })
    }
}

/// `\\`, `\"` and `\n`; any other backslash stands for itself.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some(c @ ('\\' | '"')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    Cow::Owned(out)
}

/// At most 60 characters of what may be long.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut cut: String = text.chars().take(MOST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
