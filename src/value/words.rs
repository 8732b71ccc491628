//! Words of the language that are values: what tree and model both hold.

use serde::Serialize;

/// How loudly a promise speaks, from loud to quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// `page`
    Page,
    /// `ticket`
    Ticket,
    /// `none`
    None,
}

/// How members make a composed promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Composition {
    /// `all of`: the product.
    All,
    /// `worst of`: the minimum.
    Worst,
}

/// How personal a journey's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// `none`
    None,
    /// `pseudonymous`
    Pseudonymous,
    /// `personal`
    Personal,
}

/// What a number rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// `measured`
    Measured,
    /// `agreed`
    Agreed,
    /// `guessed`
    Guessed,
}

/// What a scenario waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// `page`
    Page,
    /// `ticket`
    Ticket,
    /// `quiet`
    Quiet,
}

/// `=`, `!=`, `=~`, `!~`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

impl MatchOp {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regex => "=~",
            MatchOp::NotRegex => "!~",
        }
    }
    /// The comparison that holds where this one doesn't.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            MatchOp::Equal => MatchOp::NotEqual,
            MatchOp::NotEqual => MatchOp::Equal,
            MatchOp::Regex => MatchOp::NotRegex,
            MatchOp::NotRegex => MatchOp::Regex,
        }
    }
}

/// How the readings of a slice become one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stat {
    /// The largest reading of any series.
    Max,
    /// The smallest.
    Min,
    /// The mean over all readings.
    Avg,
    /// The sum over series at the slice's end.
    Sum,
}

impl Stat {
    /// As written, which is also the PromQL aggregation.
    pub fn as_str(self) -> &'static str {
        match self {
            Stat::Max => "max",
            Stat::Min => "min",
            Stat::Avg => "avg",
            Stat::Sum => "sum",
        }
    }
}

/// Which of several timestamps counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The latest.
    Newest,
    /// The earliest.
    Oldest,
}

/// Good or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// `good`
    Good,
    /// `bad`
    Bad,
}
