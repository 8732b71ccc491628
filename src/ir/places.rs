//! Where the parts of a model were written, for messages and comments. What is equal in content is equal, wherever it is written: places
//! take no part in comparisons, and are left out where a model is written as data.

use crate::source::Span;

/// Where an object was written.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The place.
    pub span: Span,
    /// Its one-based first line, for comments in generated files.
    pub line: u32,
}

/// The files of a model.
#[derive(Clone, Debug, Default)]
pub struct Files(pub Vec<String>);

/// Warnings that the sources accept: each code with the statement in which it is accepted. Equal where the codes are.
#[derive(Clone, Debug, Default)]
pub struct Accepted(pub Vec<(&'static str, Span)>);

impl PartialEq for Accepted {
    fn eq(&self, other: &Self) -> bool {
        let codes = |accepted: &Self| accepted.0.iter().map(|(code, _)| *code).collect::<Vec<_>>();
        codes(self) == codes(other)
    }
}

/// Where an output of rules was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutputPlace(pub Option<Span>);

/// Where the parts of a journey were written.
#[derive(Clone, Debug)]
pub struct JourneyPlaces {
    /// The identifier.
    pub name: Span,
    /// The `review` statement.
    pub review: Option<Span>,
    /// The `agreed` statement.
    pub agreed: Option<Span>,
    /// The `data` statement.
    pub data: Option<Span>,
}

/// Where the parts of a step were written.
#[derive(Clone, Debug)]
pub struct StepPlaces {
    /// The identifier.
    pub name: Span,
    /// The title.
    pub title: Span,
}

/// Where the parts of a promise were written.
#[derive(Clone, Debug)]
pub struct PromisePlaces {
    /// The identifier.
    pub name: Span,
    /// The title.
    pub title: Span,
    /// The notes, as they come.
    pub notes: Vec<Span>,
    /// The percentage of `keep`.
    pub objective: Span,
    /// The noun of `keep`.
    pub noun: Span,
    /// The percentage of `aim`.
    pub stretch: Option<Span>,
    /// The window, where written.
    pub window: Option<Span>,
    /// The whole `expect`.
    pub expect: Option<Span>,
    /// The measurement's first statement.
    pub measurement: Span,
    /// The whole `because`.
    pub because: Option<Span>,
    /// The whole `urgency`, where written.
    pub urgency: Option<Span>,
    /// The labels of `for each`, as in `for_each`.
    pub for_each: Vec<Span>,
    /// The members of a composed promise, in order.
    pub members: Vec<Span>,
    /// The words of its streams, as in `words`.
    pub words: Vec<Span>,
}

/// Where the parts of a policy were written.
#[derive(Clone, Debug)]
pub struct PolicyPlaces {
    /// The identifier.
    pub name: Span,
}

/// Where a clause of a policy was written.
#[derive(Clone, Copy, Debug)]
pub struct ClausePlace(pub Span);

/// Where the parts of a playbook were written.
#[derive(Clone, Debug)]
pub struct PlaybookPlaces {
    /// The identifier.
    pub name: Span,
    /// `restore within`
    pub restore: Option<Span>,
    /// `first update within`
    pub first_update: Option<Span>,
    /// `users hear from`
    pub hear_from: Option<Span>,
}

/// Where the parts of a scenario were written.
#[derive(Clone, Debug)]
pub struct ScenarioPlaces {
    /// The identifier.
    pub name: Span,
    /// The promise.
    pub promise: Span,
    /// The phases' values (the percentage of `failing`, the duration of the others), as in `phases`.
    pub phases: Vec<Span>,
}

/// Any two places are equal.
macro_rules! equal_anywhere {
    ($($places:ty),+ $(,)?) => {
        $(impl PartialEq for $places {
            fn eq(&self, _: &Self) -> bool {
                true
            }
        }
        impl Eq for $places {})+
    };
}

equal_anywhere!(
    Origin,
    Files,
    OutputPlace,
    JourneyPlaces,
    StepPlaces,
    PromisePlaces,
    PolicyPlaces,
    ClausePlace,
    PlaybookPlaces,
    ScenarioPlaces,
);
