//! What is asked of the server. An answer that cannot be read is an error, never a zero.

use std::time::Duration;

use super::super::Failure;
use super::super::args::Backfill;
use crate::live::{Access, Address, Client, Limits, Sort, Trouble};

/// Prometheus gives up a query after two minutes unless it is told otherwise.
const ANSWER: Duration = Duration::from_secs(130);
/// A long history takes hours, and the server is asked every few seconds until it shows a layer.
const WHOLE: Duration = Duration::from_secs(30 * 86_400);

/// Why a question has no answer.
pub(super) enum Unanswered {
    /// The server cannot be asked: it may be starting.
    Away(Failure),
    /// It said something, and what it means is not known.
    Unreadable(Failure),
}

impl From<Unanswered> for Failure {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::Away(failure) | Unanswered::Unreadable(failure) => failure,
        }
    }
}

impl From<Trouble> for Unanswered {
    fn from(trouble: Trouble) -> Self {
        let odd = trouble.sort == Sort::Odd;
        let failure = Failure::from(trouble);
        if odd { Unanswered::Unreadable(failure) } else { Unanswered::Away(failure) }
    }
}

/// The Prometheus that is given a history.
pub(super) struct Server(Client);

impl Server {
    pub(super) fn of(options: &Backfill) -> Result<Self, Failure> {
        let limits = Limits { answer: ANSWER, whole: WHOLE, requests: usize::MAX, ..Limits::default() };
        Ok(Self(Client::new(Address::parse(&options.url)?, Access::default(), limits)?))
    }

    /// The number that an expression gives; none where it gives no series.
    pub(super) fn ask(&self, expr: &str) -> Result<Option<u64>, Unanswered> {
        Ok(self.0.count(expr)?)
    }

    /// What an expression gives that always gives a number.
    pub(super) fn count(&self, expr: &str) -> Result<u64, Unanswered> {
        self.ask(expr)?.ok_or_else(|| {
            Unanswered::Unreadable(Failure::new(format!(
                "the server at {} gives no answer to a question that has one: how many samples are there",
                self.0.address()
            )))
        })
    }
}
