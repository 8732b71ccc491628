//! Single tokens: names, strings, numbers, durations, dates.

use pest::iterators::Pair;

use super::super::escape::unescape;
use super::super::parser::Rule;
use super::{Build, Kids};
use crate::ast::{At, Day, Ident, Length, Limit, MetricName, Path, Percent, Str};
use crate::diag::{Diagnostic, codes};
use crate::source::{Span, turns};
use crate::value::{Date, Decimal, Duration, Quantity, range, size};

/// The longest identifier: they become label values and file names.
const LONGEST: usize = 40;
/// The most labels of a `for each`.
const MOST_EACH: usize = 20;
/// The longest time: ten years.
const LONGEST_TIME: Duration = Duration::from_days(3_650);

impl Build<'_> {
    /// An identifier of the language.
    pub(in super::super) fn ident(&mut self, pair: &Pair<'_, Rule>) -> Ident {
        let ident = self.label(pair);
        self.check_length(&ident);
        ident
    }
    fn check_length(&mut self, ident: &Ident) {
        if ident.name.len() > LONGEST {
            let length = ident.name.len();
            self.report(
                Diagnostic::new(
                    &codes::syntax::IDENTIFIER,
                    ident.span,
                    format!("`{}` is too long a name", ident.name),
                    format!("{length} characters, at most {LONGEST}"),
                )
                .help("names become label values and file names: keep them short, and say more in the title"),
            );
        }
    }
    /// A label or a unit: any length.
    pub(super) fn label(&self, pair: &Pair<'_, Rule>) -> Ident {
        Ident { name: pair.as_str().to_owned(), span: self.span(pair) }
    }
    /// `$limit` without its `$`.
    pub(super) fn var(&self, pair: &Pair<'_, Rule>) -> Ident {
        Ident { name: pair.as_str().get(1..).unwrap_or_default().to_owned(), span: self.span(pair) }
    }
    pub(in super::super) fn path(&mut self, pair: &Pair<'_, Rule>) -> Path {
        let mut start = pair.as_span().start();
        let mut parts = Vec::with_capacity(3);
        for name in pair.as_str().split('.') {
            let ident = Ident { name: name.to_owned(), span: self.at(start, start + name.len()) };
            self.check_length(&ident);
            parts.push(ident);
            start += name.len() + 1;
        }
        Path { parts, span: self.span(pair) }
    }
    /// `"..."` or `"""..."""`.
    pub(in super::super) fn str(&mut self, pair: &Pair<'_, Rule>) -> Str {
        let literal = pair.as_str();
        let span = self.span(pair);
        if pair.as_rule() == Rule::triple {
            let value = literal.get(3..literal.len() - 3).unwrap_or_default().to_owned();
            return Str { value, span, triple: true };
        }
        let (value, bad) = unescape(literal.get(1..literal.len() - 1).unwrap_or_default());
        let body = pair.as_span().start() + 1;
        for bad in bad {
            let place = self.at(body + bad.start, body + bad.end);
            let shown = literal.get(1 + bad.start..1 + bad.end).unwrap_or_default();
            self.report(
                Diagnostic::new(
                    &codes::syntax::ESCAPE,
                    place,
                    format!("`{shown}` cannot be read in a text"),
                    bad.why,
                )
                .help(
                    "for a backslash itself write `\\\\`: a regular expression's `\\d` is `\\\\d` in a text",
                )
                .maybe_fix("double the backslash", place, shown.replacen('\\', "\\\\", 1)),
            );
        }
        // Written as an escape it can be seen here, but not where the text is published.
        if literal.contains('\\') && value.chars().any(turns) {
            self.report(
                Diagnostic::new(
                    &codes::syntax::HIDDEN,
                    span,
                    "this text turns the reading direction around",
                    "holds a bidirectional control",
                )
                .help("remove it: readers' programs find the direction by the letters"),
            );
        }
        Str { value, span, triple: false }
    }
    /// A text for people, or an address: it says something.
    pub(in super::super) fn text(&mut self, pair: &Pair<'_, Rule>) -> Str {
        let str = self.str(pair);
        self.check_empty(&str, "an empty text", "write what is to be said, or remove the statement");
        str
    }
    pub(super) fn check_empty(&mut self, str: &Str, said: &str, help: &str) {
        if str.value.trim().is_empty() {
            self.report(Diagnostic::new(&codes::syntax::EMPTY, str.span, said, "says nothing").help(help));
        }
    }
    /// A metric's name, plain or quoted.
    pub(super) fn metric_name(&mut self, pair: &Pair<'_, Rule>) -> MetricName {
        if pair.as_rule() == Rule::string {
            let str = self.str(pair);
            let help = "without a name, Prometheus would take the series of every metric";
            self.check_empty(&str, "a metric without a name", help);
            return MetricName { name: str.value, span: str.span, quoted: true };
        }
        MetricName { name: pair.as_str().to_owned(), span: self.span(pair), quoted: false }
    }
    /// `3_000`, `0.25`, `-5`.
    pub(super) fn number(&mut self, pair: &Pair<'_, Rule>) -> Option<At<Decimal>> {
        let span = self.span(pair);
        self.decimal(pair.as_str(), span).map(|value| At { value, span })
    }
    /// `99.5%`
    pub(super) fn percent(&mut self, pair: &Pair<'_, Rule>) -> Option<Percent> {
        let span = self.span(pair);
        self.decimal(pair.as_str().trim_end_matches('%'), span).map(|value| At { value, span })
    }
    /// `2GiB`, in bytes.
    fn size(&mut self, pair: &Pair<'_, Rule>) -> Option<At<Decimal>> {
        let span = self.span(pair);
        let (digits, unit) = size::split(pair.as_str())?;
        let value = self.decimal(digits, span)?.checked_mul(Decimal::from(unit));
        if value.is_none() {
            let said = format!("`{}` is too large", short(pair.as_str()));
            self.report(
                Diagnostic::new(&codes::syntax::VALUE, span, said, "more than can be counted")
                    .help("write a smaller size, such as `2TiB`"),
            );
        }
        value.map(|value| At { value: value.normalize(), span })
    }
    /// `p99.9`
    pub(super) fn percentile(&mut self, pair: &Pair<'_, Rule>) -> Option<At<Decimal>> {
        let span = self.span(pair);
        self.decimal(pair.as_str().trim_start_matches('p'), span).map(|value| At { value, span })
    }
    fn decimal(&mut self, text: &str, span: Span) -> Option<Decimal> {
        let digits = text.trim_start_matches('-');
        let mut chars = digits.chars();
        if chars.next() == Some('0') && chars.next().is_some_and(|c| c.is_ascii_digit()) {
            self.report(
                Diagnostic::new(
                    &codes::syntax::QUANTITY,
                    span,
                    format!("`{text}` begins with a zero"),
                    "a number begins with another digit",
                )
                .help("write thousands as `1_000`: in a list, a comma begins the next number"),
            );
            return None;
        }
        match range::number(text) {
            Ok(value) => Some(value),
            Err(why) => {
                let said = format!("`{}` {}", short(text), why.said());
                self.report(
                    Diagnostic::new(&codes::syntax::VALUE, span, said, why.allowed()).help(why.help()),
                );
                None
            }
        }
    }
    /// `400ms`
    pub(super) fn length(&mut self, pair: &Pair<'_, Rule>) -> Option<Length> {
        let span = self.span(pair);
        let text = pair.as_str();
        match Duration::parse(text) {
            Some(value) if value <= LONGEST_TIME => return Some(At { value, span }),
            Some(_) => {
                let said = format!("`{}` is too long a time", short(text));
                self.report(
                    Diagnostic::new(&codes::syntax::VALUE, span, said, format!("at most {LONGEST_TIME}"))
                        .help("ten years are the limit: Prometheus would have to keep data for as long"),
                );
                return None;
            }
            None => {}
        }
        self.report(
            Diagnostic::new(
                &codes::syntax::VALUE,
                span,
                format!("`{}` is not a duration", short(text)),
                "a unit twice, finer than a microsecond, or too long",
            )
            .help("each unit stands at most once, as in `1h30m` or `250ms`"),
        );
        None
    }
    /// `2026-10-01`
    pub(super) fn date(&mut self, pair: &Pair<'_, Rule>) -> Option<Day> {
        let span = self.span(pair);
        let mut parts = pair.as_str().split('-');
        let mut part = || parts.next().and_then(|p| p.parse::<i16>().ok());
        let found = (|| {
            let (year, month, day) = (part()?, part()?, part()?);
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        })();
        if let Some(value) = found {
            return Some(At { value, span });
        }
        self.report(
            Diagnostic::new(
                &codes::syntax::VALUE,
                span,
                format!("there is no day `{}`", pair.as_str()),
                "not in the calendar",
            )
            .help("a date is year-month-day, as in `2026-10-01`"),
        );
        None
    }
    /// `400ms`, `99%`, `10`, `$limit`
    pub(super) fn limit(&mut self, pair: &Pair<'_, Rule>) -> Option<Limit> {
        Some(match pair.as_rule() {
            Rule::var => Limit::Var(self.var(pair)),
            Rule::dur => {
                let at = self.length(pair)?;
                Limit::Value(At { value: Quantity::Duration(at.value), span: at.span })
            }
            Rule::size => {
                let at = self.size(pair)?;
                Limit::Value(At { value: Quantity::Size(at.value), span: at.span })
            }
            Rule::pct => {
                let at = self.percent(pair)?;
                Limit::Value(At { value: Quantity::Percent(at.value), span: at.span })
            }
            _ => {
                let at = self.number(pair)?;
                Limit::Value(At { value: Quantity::Number(at.value), span: at.span })
            }
        })
    }

    // ---- lists
    /// The labels of a `for each`.
    pub(super) fn each_labels(&mut self, kids: Kids<'_>, span: Span) -> Vec<Ident> {
        let mut labels: Vec<Ident> = kids.map(|p| self.label(&p)).collect();
        let help =
            "each combination of their values has a budget of its own: name those that somebody acts on";
        self.bounded(&mut labels, MOST_EACH, span, ("a `for each`", "labels"), help);
        labels
    }
    /// Reports a list that is too long, and cuts it: each of its elements costs time in each stage.
    pub(super) fn bounded<T>(
        &mut self,
        list: &mut Vec<T>,
        most: usize,
        span: Span,
        (whose, what): (&str, &str),
        help: &str,
    ) {
        if list.len() <= most {
            return;
        }
        let said = format!("{whose} with {} {what}", list.len());
        self.report(Diagnostic::new(&codes::syntax::VALUE, span, said, format!("at most {most}")).help(help));
        list.truncate(most);
    }
    pub(super) fn texts(&mut self, kids: Kids<'_>) -> Vec<Str> {
        kids.map(|p| self.text(&p)).collect()
    }
    pub(super) fn strs(&mut self, kids: Kids<'_>) -> Vec<Str> {
        kids.map(|p| self.str(&p)).collect()
    }
}

/// At most 40 characters of something that may be long.
fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
