//! Models by hand, as small as the case allows.

use slovo::ir::*;
use slovo::source::{FileId, Span};
use slovo::value::{Decimal, Duration};

/// A decimal.
pub fn d(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// A duration.
pub fn t(text: &str) -> Duration {
    Duration::parse(text).unwrap()
}

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn origin() -> Origin {
    Origin { span: span(), line: 1 }
}

/// `name{a="b",c=~"d"}` with the four operators.
pub fn selector(text: &str) -> Selector {
    let (metric, rest) = text.split_once('{').unwrap_or((text, "}"));
    let mut matchers = Vec::new();
    for part in rest.trim_end_matches('}').split(',').filter(|p| !p.is_empty()) {
        let (label, op, value) = [
            ("=~", MatchOp::Regex),
            ("!~", MatchOp::NotRegex),
            ("!=", MatchOp::NotEqual),
            ("=", MatchOp::Equal),
        ]
        .into_iter()
        .find_map(|(sign, op)| part.split_once(sign).map(|(l, v)| (l, op, v)))
        .unwrap();
        matchers.push(Matcher { label: label.to_owned(), op, value: value.trim_matches('"').to_owned() });
    }
    Selector {
        metric: metric.to_owned(),
        matchers,
        born_with_event: false,
        alive: None,
        increases: None,
        either: false,
    }
}

/// A counter.
pub fn counter(text: &str) -> Series {
    Series::Counter(selector(text))
}

/// A classic histogram's count.
pub fn count(text: &str) -> Series {
    Series::HistogramCount { selector: selector(text), native: false }
}

/// A classic histogram's observations within a limit.
pub fn within(text: &str, limit: &str) -> Series {
    Series::HistogramWithin { selector: selector(text), native: false, limit: d(limit) }
}

/// A classic histogram's observations above a limit.
pub fn over(text: &str, limit: &str) -> Series {
    Series::HistogramOver { selector: selector(text), native: false, limit: d(limit) }
}

/// Readings of a gauge.
pub fn readings(text: &str, condition: Option<Reading>) -> Series {
    Series::Readings { selector: selector(text), condition }
}

/// Events with their bad ones.
pub fn bad(total: Vec<Series>, bad: Vec<Series>) -> Measurement {
    Measurement::Events(Events { total, outcome: Outcome::Bad(bad), faults: Vec::new() })
}

/// Events with their good ones.
pub fn good(total: Vec<Series>, good: Vec<Series>) -> Measurement {
    Measurement::Events(Events { total, outcome: Outcome::Good(good), faults: Vec::new() })
}

/// Slices of a minute.
pub fn minutes(condition: Condition) -> Measurement {
    Measurement::Slices(Slices { slice: t("1m"), condition, silence_is_bad: false })
}

/// A promise `step.name` or `name`: 99.9% over 28d, scraped every 15 s.
pub fn promise(path: &str, measurement: Measurement) -> Promise {
    let (step, name) = path.split_once('.').map_or((None, path), |(s, n)| (Some(s.to_owned()), n));
    Promise {
        path: PromisePath { journey: "checkout".to_owned(), step, promise: name.to_owned() },
        title: format!("Promise {name}"),
        objective: d("99.9"),
        stretch: None,
        noun: "requests".to_owned(),
        window: t("28d"),
        measurement,
        indicator: None,
        scrape_interval: t("15s"),
        scrape_timeout: Duration::from_secs(10).min(t("15s")),
        late: Duration::default(),
        for_each: Vec::new(),
        expect_per_day: None,
        urgency: Urgency::Page,
        no_data: Urgency::Page,
        because: None,
        words: Vec::new(),
        blind_to: Vec::new(),
        proxies: Vec::new(),
        notes: Vec::new(),
        playbook: None,
        places: PromisePlaces {
            notes: Vec::new(),
            name: span(),
            title: span(),
            objective: span(),
            noun: span(),
            stretch: None,
            window: None,
            expect: None,
            measurement: span(),
            because: None,
            urgency: None,
            for_each: Vec::new(),
            members: Vec::new(),
            words: Vec::new(),
        },
        origin: origin(),
    }
}

/// Changes of a promise in a row.
pub trait With: Sized {
    /// Applies a change.
    fn with(self, change: impl FnOnce(&mut Self)) -> Self;
}

impl<T> With for T {
    fn with(mut self, change: impl FnOnce(&mut T)) -> T {
        change(&mut self);
        self
    }
}

/// A path `journey.step.promise` or `journey.promise`.
pub fn path(text: &str) -> PromisePath {
    match *text.split('.').collect::<Vec<_>>().as_slice() {
        [journey, promise] => {
            PromisePath { journey: journey.to_owned(), step: None, promise: promise.to_owned() }
        }
        [journey, step, promise] => PromisePath {
            journey: journey.to_owned(),
            step: Some(step.to_owned()),
            promise: promise.to_owned(),
        },
        _ => panic!("{text}"),
    }
}

/// A composed promise.
pub fn composed(how: Composition, members: &[&str]) -> Measurement {
    Measurement::Composed(Composed { how, members: members.iter().map(|m| path(m)).collect() })
}

/// A journey of these promises, in their steps.
pub fn journey(id: &str, promises: Vec<Promise>) -> Journey {
    let mut journey = Journey {
        id: id.to_owned(),
        title: format!("Journey {id}"),
        owner: "shop".to_owned(),
        user: None,
        goal: None,
        tier: None,
        review: None,
        agreed: None,
        data: None,
        policy: None,
        playbook: None,
        notes: Vec::new(),
        places: JourneyPlaces { name: span(), review: None, agreed: None, data: None },
        steps: Vec::new(),
        promises: Vec::new(),
        left_out: false,
        origin: origin(),
    };
    for mut promise in promises {
        id.clone_into(&mut promise.path.journey);
        let Some(name) = promise.path.step.clone() else {
            journey.promises.push(promise);
            continue;
        };
        if let Some(step) = journey.steps.iter_mut().find(|s| s.id == name) {
            step.promises.push(promise);
            continue;
        }
        journey.steps.push(Step {
            title: format!("Step {name}"),
            id: name,
            critical: false,
            if_broken: None,
            served_by: Vec::new(),
            tested_by: Vec::new(),
            playbook: None,
            notes: Vec::new(),
            promises: vec![promise],
            left_out: false,
            places: StepPlaces { name: span(), title: span() },
            origin: origin(),
        });
    }
    journey
}

/// A model with a 15s scrape, a 30s evaluation and a team.
pub fn model(journeys: Vec<Journey>) -> Model {
    let settings = Settings { project: "shop".to_owned(), scrape_interval: t("15s"), ..Settings::default() };
    let team = Team {
        id: "shop".to_owned(),
        title: "Shop team".to_owned(),
        channel: None,
        pages: None,
        tickets: None,
        labels: Vec::new(),
        origin: origin(),
    };
    let mut model = Model {
        settings,
        files: Files(vec!["shop.slovo".to_owned()]),
        teams: [("shop".to_owned(), team)].into(),
        policies: std::collections::BTreeMap::new(),
        playbooks: std::collections::BTreeMap::new(),
        journeys,
        scenarios: Vec::new(),
    };
    model.journeys.sort_by(|a, b| a.id.cmp(&b.id));
    model
}

/// A policy of `below` and `text`.
pub fn policy(id: &str, clauses: &[(&str, &str)]) -> Policy {
    Policy {
        id: id.to_owned(),
        title: "Spend carefully".to_owned(),
        clauses: clauses
            .iter()
            .map(|(below, text)| PolicyClause {
                below: d(below),
                action: PolicyAction::Slow,
                text: (*text).to_owned(),
                except: Vec::new(),
                place: ClausePlace(span()),
            })
            .collect(),
        incident: None,
        escalate_to: None,
        places: PolicyPlaces { name: span() },
        origin: origin(),
    }
}

/// A playbook that says all there is to say.
pub fn playbook(id: &str) -> Playbook {
    Playbook {
        id: id.to_owned(),
        responder: Some("shop".to_owned()),
        hear_from: Some("shop".to_owned()),
        first_update: Some((t("15m"), Some(t("30m")))),
        say: Some("Some payments fail.".to_owned()),
        restore: None,
        runbook: Some("payments".to_owned()),
        places: PlaybookPlaces { name: span(), restore: None, first_update: None, hear_from: None },
        origin: origin(),
    }
}
