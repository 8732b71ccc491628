//! What tells good events from bad, as source text.

use std::fmt::Write as _;

use super::{identifier, listed, read, text};
use crate::ast::{Cmp, IndicatorStmt, Item};
use crate::diag::Diagnostics;
use crate::source::FileId;
use crate::value::{Decimal, MatchOp, Quantity, Side, Stat, Which};

/// A statement about a measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measurement {
    /// `total A + B`, or readings alone
    Total(Vec<Term>),
    /// `started A + B`
    Started(Vec<Term>),
    /// `finished A within 30m`
    Finished(Vec<Term>, Limit),
    /// `good ..`, `bad ..`
    Verdict {
        /// Good or bad.
        side: Side,
        /// What that means, in words.
        words: Option<String>,
        /// What tells it.
        verdict: Verdict,
    },
    /// `good when p95 of H within 800ms`
    GoodWhen {
        /// What that means, in words.
        words: Option<String>,
        /// What is looked at.
        subject: Subject,
        /// What it must satisfy.
        bound: Bound,
    },
    /// `silence is bad`
    SilenceIsBad,
    /// A statement that is in the language already: taken as it is, and read by the compiler alone.
    Source(String),
}

/// What makes an event good or bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A part of total; bad events may be so in several ways.
    Filters(Vec<Filter>),
    /// Other metrics, for `bad` with an optional `over 1s`.
    Stream(Vec<Term>, Option<Limit>),
}

/// `over 1s where {..}`, `where {..}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// `over 1s`
    pub bound: Option<Bound>,
    /// `where {..}`; written without a bound even where it is empty.
    pub matchers: Vec<Matcher>,
}

/// `within 400ms`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The comparison.
    pub cmp: Cmp,
    /// The limit.
    pub limit: Limit,
}

/// A limit, or the parameter that gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `400ms`, `99%`, `10`
    Value(Quantity),
    /// `$limit`
    Parameter(String),
}

/// One addend of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A counter or a histogram.
    Selector(Selector),
    /// `readings of G{..}`, alone in a total
    Readings(Selector),
    /// `promql """..."""`
    Query(String),
}

/// `http_requests_total{code="200"}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The metric.
    pub metric: String,
    /// What narrows it.
    pub matchers: Vec<Matcher>,
}

/// `code=~"5.."`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// The comparison.
    pub op: MatchOp,
    /// With what.
    pub value: MatchValue,
}

/// The right side of a matcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchValue {
    /// `"5.."`
    Text(String),
    /// `$service`
    Parameter(String),
}

/// What a slice's condition looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `share`
    Share,
    /// `p95 of H{..}`
    Percentile(Decimal, Selector),
    /// `mean of H{..}`
    Mean(Selector),
    /// `max of G{..}`
    Stat(Stat, Selector),
    /// `age of newest G{..}`; the newest where neither is said
    Age(Option<Which>, Selector),
    /// `promql """..."""`
    Query(String),
}

impl Measurement {
    /// A statement of the language as a value; `None` where it is none, or one that is written otherwise.
    pub fn parse(statement: &str) -> Option<Self> {
        let mut found = Diagnostics::default();
        let file = crate::syntax::parse(FileId(0), &format!("indicator i {{\n{statement}\n}}\n"), &mut found);
        let [Item::Indicator(indicator)] = file.items.as_slice() else { return None };
        let [IndicatorStmt::Stream(stmt)] = indicator.body.stmts.as_slice() else { return None };
        let made = read::measurement(stmt);
        (found.is_empty() && made.write().as_deref() == Some(statement)).then_some(made)
    }

    /// The statement; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        Some(match self {
            Self::Total(terms) => match terms.as_slice() {
                [Term::Readings(selector)] => format!("total readings of {}", selector.write()?),
                _ => format!("total {}", stream(terms)?),
            },
            Self::Started(terms) => format!("started {}", stream(terms)?),
            Self::Finished(terms, within) => {
                let is_time = matches!(within, Limit::Value(Quantity::Duration(_)) | Limit::Parameter(_));
                let within = Some(within).filter(|_| is_time)?.write()?;
                format!("finished {} within {within}", stream(terms)?)
            }
            Self::Verdict { side, words, verdict } => write_verdict(*side, words.as_deref(), verdict)?,
            Self::GoodWhen { words, subject, bound } => {
                let words = words.as_ref().map(|words| format!("{} ", text::prose(words)));
                let bound = Some(bound).filter(|b| b.cmp != Cmp::Over)?;
                format!("good {}when {} {}", words.unwrap_or_default(), subject.write()?, bound.write()?)
            }
            Self::SilenceIsBad => "silence is bad".to_owned(),
            Self::Source(statement) => statement.clone(),
        })
    }
}

fn write_verdict(side: Side, words: Option<&str>, verdict: &Verdict) -> Option<String> {
    let words = words.map(text::prose);
    let mut out = match side {
        Side::Good => "good ".to_owned(),
        Side::Bad => "bad ".to_owned(),
    };
    let other = match side {
        Side::Good => Cmp::Over,
        Side::Bad => Cmp::Within,
    };
    let what = match verdict {
        Verdict::Filters(filters) => {
            let few = side == Side::Bad || filters.len() == 1;
            let right = filters.iter().filter_map(|f| f.bound.as_ref()).all(|bound| bound.cmp != other);
            if !few || !right || filters.is_empty() {
                return None;
            }
            filters.iter().map(Filter::write).collect::<Option<Vec<_>>>()?.join(" or ")
        }
        Verdict::Stream(terms, None) => stream(terms)?,
        Verdict::Stream(..) if side == Side::Good => return None,
        Verdict::Stream(terms, Some(limit)) => {
            let mut made = stream(terms)?;
            // A name with a blank, before `over`, would be read as words.
            let bare = matches!(terms.as_slice(), [Term::Selector(one)] if one.matchers.is_empty());
            if bare && made.starts_with('"') {
                made.push_str("{}");
            }
            format!("{made} over {}", limit.write()?)
        }
    };
    if let Some(words) = words {
        if what.starts_with("over ") && !is_read_as_words(&words) {
            return None;
        }
        out.push_str(&words);
        out.push(' ');
    }
    out.push_str(&what);
    Some(out)
}

/// Before `over`, a text in quotes holds words if there is a blank behind its first word, and is a metric's name otherwise.
fn is_read_as_words(quoted: &str) -> bool {
    let inside = quoted.get(1..).unwrap_or_default();
    let first = inside.find([' ', '"']).unwrap_or(0);
    first > 0 && inside.get(first..).is_some_and(|rest| rest.starts_with(' '))
}

fn stream(terms: &[Term]) -> Option<String> {
    if terms.is_empty() {
        return None;
    }
    let terms: Option<Vec<String>> = terms.iter().map(Term::write).collect();
    Some(terms?.join(" + "))
}

/// `{code=~"5..", route="/"}`
pub(super) fn matchers(list: &[Matcher]) -> Option<String> {
    Some(format!("{{{}}}", listed(list, Matcher::write)?))
}

impl Term {
    fn write(&self) -> Option<String> {
        match self {
            Self::Selector(selector) => selector.write(),
            Self::Readings(_) => None,
            Self::Query(query) => Some(format!("promql {}", text::query(query)?)),
        }
    }
}

impl Selector {
    /// The selector; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        self.write_with(false)
    }
    fn write_with(&self, quotes: bool) -> Option<String> {
        let mut out = if quotes {
            text::quoted_metric_name(&self.metric)?
        } else {
            text::metric_name(&self.metric)?.into_owned()
        };
        if !self.matchers.is_empty() {
            out.push_str(&matchers(&self.matchers)?);
        }
        Some(out)
    }
}

impl Matcher {
    fn write(&self) -> Option<String> {
        let value = match &self.value {
            MatchValue::Text(value) => text::string(value)?,
            MatchValue::Parameter(name) => format!("${}", identifier(name)?),
        };
        Some(format!("{}{}{value}", text::label(&self.label)?, self.op.as_str()))
    }
}

impl Filter {
    fn write(&self) -> Option<String> {
        let mut out = String::new();
        if let Some(bound) = &self.bound {
            out.push_str(&bound.write()?);
        }
        if self.bound.is_none() || !self.matchers.is_empty() {
            let blank = if out.is_empty() { "" } else { " " };
            let _ = write!(out, "{blank}where {}", matchers(&self.matchers)?);
        }
        Some(out)
    }
}

impl Bound {
    fn write(&self) -> Option<String> {
        let word = match self.cmp {
            Cmp::Within => "within",
            Cmp::Over => "over",
            Cmp::AtMost => "at most",
            Cmp::AtLeast => "at least",
        };
        Some(format!("{word} {}", self.limit.write()?))
    }
}

impl Limit {
    /// The limit; `None` where it has no spelling.
    pub fn write(&self) -> Option<String> {
        match self {
            Self::Value(Quantity::Duration(time)) => text::duration(*time),
            Self::Value(Quantity::Percent(percent)) => text::percent(*percent),
            Self::Value(Quantity::Size(bytes)) => text::size(*bytes),
            Self::Value(Quantity::Number(number)) => text::number(*number),
            Self::Parameter(name) => Some(format!("${}", identifier(name)?)),
        }
    }
}

impl Subject {
    fn write(&self) -> Option<String> {
        Some(match self {
            Self::Share => "share".to_owned(),
            Self::Percentile(percent, selector) => {
                let percent = text::number(*percent).filter(|number| !number.starts_with('-'))?;
                format!("p{percent} of {}", selector.write()?)
            }
            Self::Mean(selector) => format!("mean of {}", selector.write()?),
            Self::Stat(stat, selector) => format!("{} of {}", stat.as_str(), selector.write()?),
            Self::Age(which, selector) => {
                let which = match which {
                    Some(Which::Newest) => "newest ",
                    Some(Which::Oldest) => "oldest ",
                    None => "",
                };
                // Without a word a metric of such a name would be taken for it.
                let shadowed = which.is_empty() && matches!(selector.metric.as_str(), "newest" | "oldest");
                format!("age of {which}{}", selector.write_with(shadowed)?)
            }
            Self::Query(query) => format!("promql {}", text::query(query)?),
        })
    }
}
