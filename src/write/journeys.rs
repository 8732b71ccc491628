//! Journeys, their steps and promises as source text.

use std::fmt::Write as _;

use super::measurements::{Limit, Matcher, Measurement, matchers};
use super::{Comment, at_least_one, identifier, label, listed, push_comments, text};
use crate::value::{Composition, DataClass, Date, Decimal, Duration, Evidence, Urgency};

/// A journey to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journey {
    /// Said above it.
    pub comments: Vec<Comment>,
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// What is said of the whole, in order.
    pub statements: Vec<JourneyStatement>,
    /// Promises of the whole journey.
    pub promises: Vec<Promise>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A statement in a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JourneyStatement {
    /// `owner shop`
    Owner(String),
    /// `user "..."`
    User(String),
    /// `goal "..."`
    Goal(String),
    /// `tier 1`
    Tier(u32),
    /// `review every 90d, last 2026-10-01`
    Review(Duration, Option<Date>),
    /// `agreed by product, shop on 2026-10-01`
    Agreed(Vec<String>, Option<Date>),
    /// `data none "..."`
    Data(DataClass, Option<String>),
    /// `budget policy careful`
    BudgetPolicy(String),
    /// `playbook trouble`
    Playbook(String),
    /// `for each region`
    ForEach(Vec<String>),
    /// `no data ticket`
    NoData(Urgency),
    /// `note "..."`
    Note(String),
}

/// A step to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Said above it.
    pub comments: Vec<Comment>,
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// What is said of it, in order.
    pub statements: Vec<StepStatement>,
    /// Its promises.
    pub promises: Vec<Promise>,
}

/// A statement in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepStatement {
    /// `critical`
    Critical,
    /// `if broken "..."`
    IfBroken(String),
    /// `served by "a/**", "b/**"`
    ServedBy(Vec<String>),
    /// `tested by "..."`
    TestedBy(Vec<String>),
    /// `playbook trouble`
    Playbook(String),
    /// `note "..."`
    Note(String),
}

/// A promise to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promise {
    /// Said above it.
    pub comments: Vec<Comment>,
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// What is said of it, in order.
    pub statements: Vec<PromiseStatement>,
}

/// What a promise is a share of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noun {
    /// `payments`; in quotes where it would be read otherwise without them.
    Words(String),
    /// `minutes`
    Minutes,
    /// `5m slices`
    Slices(Duration),
}

/// An argument of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A text or a pattern.
    Text(String),
    /// A limit.
    Limit(Limit),
}

/// A statement in a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromiseStatement {
    /// `keep for 99.5% of payments over 28d`
    Keep {
        /// The objective in percent.
        percent: Decimal,
        /// What is counted.
        of: Noun,
        /// The window, where it is not the project's.
        over: Option<Duration>,
    },
    /// `aim for 99.9%`
    Aim(Decimal),
    /// `expect 3000 per day`: how many, and per second, minute, hour, day or week.
    Expect(Decimal, Duration),
    /// `measured by answered(service: "x") where {..}`
    MeasuredBy {
        /// The indicator.
        indicator: String,
        /// The arguments by parameter.
        arguments: Vec<(String, Argument)>,
        /// What narrows its total.
        narrowed: Vec<Matcher>,
    },
    /// A measurement written in place.
    Measurement(Measurement),
    /// `all of a.b, c.d`: the paths of its members.
    Composed(Composition, Vec<String>),
    /// `because agreed "..." on 2026-10-01`
    Because(Evidence, String, Date),
    /// `blind to "..."`
    BlindTo(String),
    /// `proxy for "..." because "..."`
    Proxy(String, String),
    /// `urgency ticket`
    Urgency(Urgency),
    /// `no data ticket`
    NoData(Urgency),
    /// `for each region`
    ForEach(Vec<String>),
    /// `note "..."`
    Note(String),
    /// `playbook trouble`
    Playbook(String),
    /// A statement that is in the language already: taken as it is, and read by the compiler alone.
    Source(String),
}

impl Journey {
    /// The declaration, not yet in its canonical form; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        let mut out = String::new();
        push_comments(&mut out, &self.comments, 0);
        let _ = writeln!(out, "journey {} {} {{", identifier(&self.name)?, text::prose(&self.title));
        for statement in &self.statements {
            let _ = writeln!(out, "  {}", statement.write()?);
        }
        for promise in &self.promises {
            out.push('\n');
            push_promise(&mut out, promise, 2)?;
        }
        for step in &self.steps {
            out.push('\n');
            push_step(&mut out, step)?;
        }
        out.push_str("}\n");
        Some(out)
    }
}

fn push_step(out: &mut String, step: &Step) -> Option<()> {
    push_comments(out, &step.comments, 2);
    let _ = writeln!(out, "  step {} {} {{", identifier(&step.name)?, text::prose(&step.title));
    for statement in &step.statements {
        let _ = writeln!(out, "    {}", statement.write()?);
    }
    for (at, promise) in step.promises.iter().enumerate() {
        if at > 0 || !step.statements.is_empty() {
            out.push('\n');
        }
        push_promise(out, promise, 4)?;
    }
    out.push_str("  }\n");
    Some(())
}

fn push_promise(out: &mut String, promise: &Promise, indent: usize) -> Option<()> {
    push_comments(out, &promise.comments, indent);
    let (name, title) = (identifier(&promise.name)?, text::prose(&promise.title));
    let _ = writeln!(out, "{:indent$}promise {name} {title} {{", "");
    for statement in &promise.statements {
        let _ = writeln!(out, "{:indent$}  {}", "", statement.write()?);
    }
    let _ = writeln!(out, "{:indent$}}}", "");
    Some(())
}

impl JourneyStatement {
    /// The statement; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        Some(match self {
            Self::Owner(team) => format!("owner {}", identifier(team)?),
            Self::User(words) => format!("user {}", text::prose(words)),
            Self::Goal(words) => format!("goal {}", text::prose(words)),
            Self::Tier(tier) => format!("tier {tier}"),
            Self::Review(every, last) => {
                let last =
                    last.map_or(Some(String::new()), |day| Some(format!(", last {}", text::date(day)?)));
                format!("review every {}{}", text::duration(*every)?, last?)
            }
            Self::Agreed(teams, on) => {
                let on = on.map_or(Some(String::new()), |day| Some(format!(" on {}", text::date(day)?)));
                format!("agreed by {}{}", at_least_one(teams, |team| identifier(team))?, on?)
            }
            Self::Data(class, words) => {
                let class = match class {
                    DataClass::None => "none",
                    DataClass::Pseudonymous => "pseudonymous",
                    DataClass::Personal => "personal",
                };
                let words = words.as_ref().map(|words| format!(" {}", text::prose(words)));
                format!("data {class}{}", words.unwrap_or_default())
            }
            Self::BudgetPolicy(policy) => format!("budget policy {}", identifier(policy)?),
            Self::Playbook(playbook) => format!("playbook {}", identifier(playbook)?),
            Self::ForEach(labels) => format!("for each {}", at_least_one(labels, |name| label(name))?),
            Self::NoData(urgency) => format!("no data {}", urgency_word(*urgency)),
            Self::Note(words) => format!("note {}", text::prose(words)),
        })
    }
}

impl StepStatement {
    /// The statement; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        let texts = |list: &[String]| at_least_one(list, |one| Some(text::prose(one)));
        Some(match self {
            Self::Critical => "critical".to_owned(),
            Self::IfBroken(words) => format!("if broken {}", text::prose(words)),
            Self::ServedBy(globs) => format!("served by {}", texts(globs)?),
            Self::TestedBy(tests) => format!("tested by {}", texts(tests)?),
            Self::Playbook(playbook) => format!("playbook {}", identifier(playbook)?),
            Self::Note(words) => format!("note {}", text::prose(words)),
        })
    }
}

impl PromiseStatement {
    /// The statement; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        Some(match self {
            Self::Keep { percent, of, over } => {
                let over =
                    over.map_or(Some(String::new()), |d| Some(format!(" over {}", text::duration(d)?)));
                format!("keep for {} of {}{}", text::percent(*percent)?, of.write()?, over?)
            }
            Self::Aim(percent) => format!("aim for {}", text::percent(*percent)?),
            Self::Expect(number, period) => {
                let number = text::number(*number).filter(|number| !number.starts_with('-'))?;
                format!("expect {number} per {}", period_word(*period)?)
            }
            Self::MeasuredBy { indicator, arguments, narrowed } => {
                let mut out = format!("measured by {}", identifier(indicator)?);
                if !arguments.is_empty() {
                    let arguments = listed(arguments, |(name, value)| {
                        Some(format!("{}: {}", identifier(name)?, value.write()?))
                    })?;
                    let _ = write!(out, "({arguments})");
                }
                if !narrowed.is_empty() {
                    let _ = write!(out, " where {}", matchers(narrowed)?);
                }
                out
            }
            Self::Measurement(measurement) => measurement.write()?,
            Self::Composed(how, members) => {
                let word = match how {
                    Composition::All => "all of",
                    Composition::Worst => "worst of",
                };
                let path = |path: &String| path.split('.').all(text::is_identifier).then(|| path.clone());
                format!("{word} {}", at_least_one(members, path)?)
            }
            Self::Because(evidence, words, on) => {
                let evidence = match evidence {
                    Evidence::Measured => "measured",
                    Evidence::Agreed => "agreed",
                    Evidence::Guessed => "guessed",
                };
                format!("because {evidence} {} on {}", text::prose(words), text::date(*on)?)
            }
            Self::BlindTo(words) => format!("blind to {}", text::prose(words)),
            Self::Proxy(meant, why) => {
                format!("proxy for {} because {}", text::prose(meant), text::prose(why))
            }
            Self::Urgency(urgency) => format!("urgency {}", urgency_word(*urgency)),
            Self::NoData(urgency) => format!("no data {}", urgency_word(*urgency)),
            Self::ForEach(labels) => format!("for each {}", at_least_one(labels, |name| label(name))?),
            Self::Note(words) => format!("note {}", text::prose(words)),
            Self::Playbook(playbook) => format!("playbook {}", identifier(playbook)?),
            Self::Source(statement) => statement.clone(),
        })
    }
}

impl Noun {
    /// The noun; `None` where it has no spelling.
    pub fn write(&self) -> Option<String> {
        Some(match self {
            Self::Words(words) if text::is_noun(words) => words.clone(),
            Self::Words(words) => text::prose(words),
            Self::Minutes => "minutes".to_owned(),
            Self::Slices(length) => format!("{} slices", text::duration(*length)?),
        })
    }
}

impl Argument {
    fn write(&self) -> Option<String> {
        match self {
            Self::Text(value) => text::string(value),
            Self::Limit(limit) => limit.write(),
        }
    }
}

fn urgency_word(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Page => "page",
        Urgency::Ticket => "ticket",
        Urgency::None => "none",
    }
}

fn period_word(period: Duration) -> Option<&'static str> {
    let periods = [("second", 1), ("minute", 60), ("hour", 3_600), ("day", 86_400), ("week", 604_800)];
    periods.into_iter().find(|(_, secs)| period == Duration::from_secs(*secs)).map(|(word, _)| word)
}
