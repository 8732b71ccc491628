//! Sentences over many shapes of promises, by hand-made models.

mod bad;

use std::collections::BTreeMap;

use super::{breaks, measured, promise as word, together};
use crate::ir::*;
use crate::source::Span;
use crate::value::{Decimal, Duration};

fn d(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn failures(m: &Model, p: &Promise) -> Vec<breaks::Failure> {
    breaks::failures(m, p, &breaks::alerts(m, p))
}

fn doubts(m: &Model, p: &Promise) -> Vec<String> {
    breaks::doubts(m, p, &crate::ir::burn::alerts(p.error_budget(), p.window, &m.settings.profile))
}

fn span() -> Span {
    Span::new(crate::source::FileId(0), 0, 0)
}

fn origin() -> Origin {
    Origin { span: span(), line: 1 }
}

fn selector(metric: &str, matchers: usize) -> Selector {
    let one = |n: usize| Matcher { label: format!("l{n}"), op: MatchOp::Equal, value: "v".to_owned() };
    let matchers = (0..matchers).map(one).collect();
    Selector {
        metric: metric.to_owned(),
        matchers,
        born_with_event: false,
        alive: None,
        increases: None,
        either: false,
    }
}

/// A selector that asks for one thing more.
fn by(metric: &str, label: &str, op: MatchOp, value: &str) -> Selector {
    let mut made = selector(metric, 0);
    made.matchers.push(Matcher { label: label.to_owned(), op, value: value.to_owned() });
    made
}

fn bad(series: Vec<Series>) -> Measurement {
    Measurement::Events(Events {
        total: vec![Series::Counter(selector("requests_total", 0))],
        outcome: Outcome::Bad(series),
        faults: Vec::new(),
    })
}

fn failed() -> Measurement {
    bad(vec![Series::Counter(by("requests_total", "code", MatchOp::Regex, "5.."))])
}

fn promise(objective: &str, noun: &str, days: u64) -> Promise {
    Promise {
        path: PromisePath {
            journey: "checkout".to_owned(),
            step: Some("pay".to_owned()),
            promise: "accepted".to_owned(),
        },
        title: "The order is taken the first time".to_owned(),
        objective: d(objective),
        stretch: None,
        noun: noun.to_owned(),
        window: Duration::from_days(days),
        measurement: failed(),
        indicator: None,
        scrape_interval: Duration::from_secs(30),
        scrape_timeout: Duration::from_secs(10),
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
        playbook: Some("trouble".to_owned()),
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

fn model(promises: Vec<Promise>) -> Model {
    let team = |id: &str, title: &str| Team {
        id: id.to_owned(),
        title: title.to_owned(),
        channel: None,
        pages: None,
        tickets: None,
        labels: Vec::new(),
        origin: origin(),
    };
    let playbook = Playbook {
        id: "trouble".to_owned(),
        responder: Some("payments".to_owned()),
        hear_from: Some("support".to_owned()),
        first_update: Some((Duration::from_mins(15), Some(Duration::from_mins(30)))),
        say: None,
        restore: Some(Duration::from_hours(3)),
        runbook: None,
        places: PlaybookPlaces { name: span(), restore: None, first_update: None, hear_from: None },
        origin: origin(),
    };
    let mut journey = Journey {
        id: "checkout".to_owned(),
        title: "Buy".to_owned(),
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
        left_out: false,
        steps: Vec::new(),
        promises: Vec::new(),
        origin: origin(),
    };
    journey.steps.push(Step {
        id: "pay".to_owned(),
        title: "Pay".to_owned(),
        critical: true,
        if_broken: None,
        left_out: false,
        served_by: Vec::new(),
        tested_by: Vec::new(),
        playbook: None,
        notes: Vec::new(),
        promises,
        places: StepPlaces { name: span(), title: span() },
        origin: origin(),
    });
    Model {
        settings: Settings::default(),
        files: Files::default(),
        teams: [("shop", "Shop team"), ("payments", "Payments"), ("support", "Customer support")]
            .map(|(id, title)| (id.to_owned(), team(id, title)))
            .into(),
        policies: BTreeMap::new(),
        playbooks: [("trouble".to_owned(), playbook)].into(),
        journeys: vec![journey],
        scenarios: Vec::new(),
    }
}

#[test]
fn floors_and_stretches() {
    let mut p = promise("99.5", "orders", 28);
    assert_eq!(word::floor(&p), "For at least 995 of every 1,000 orders, over any 28 days.");
    assert_eq!(word::stretch(&p), None);
    for (stretch, said) in [
        ("99.9", "We strive for 999."),
        ("99.95", "We strive for 9,995 of every 10,000."),
        ("99.8", "We strive for 998."),
    ] {
        p.stretch = Some(d(stretch));
        assert_eq!(word::stretch(&p).as_deref(), Some(said));
    }
    let mut p = promise("99", "people who pay by card", 1);
    assert_eq!(word::floor(&p), "For at least 99 of every 100 people who pay by card, over any day.");
    p.stretch = Some(d("99.5"));
    assert_eq!(word::stretch(&p).as_deref(), Some("We strive for 995 of every 1,000."));
    p.objective = d("99.5");
    p.stretch = Some(d("100"));
    assert_eq!(word::stretch(&p).as_deref(), Some("We strive for 1,000."));
}

#[test]
fn what_is_kept() {
    let said = |p: &Promise, kept: Option<&str>, target: Target| {
        let mut m = model(vec![p.clone()]);
        m.settings.retention = kept.map(|k| Duration::parse(k).unwrap());
        m.settings.prometheus.target = target;
        word::kept(&m, p)
    };
    let month = promise("99.5", "orders", 28);
    let day = promise("99.5", "orders", 1);
    let mut shipped = promise("99.5", "orders", 28);
    let within = Duration::from_days(2);
    let counter = || vec![Series::Counter(selector("m", 0))];
    shipped.measurement = Measurement::Completion(Completion {
        started: counter(),
        finished: counter(),
        within,
        late: Vec::new(),
    });
    for (p, kept, expected) in [
        (&month, "90d", "Samples are kept for 90 days, so the whole 28 days are known."),
        (&month, "28d", "Samples are kept for 28 days, so the whole 28 days are known."),
        (&month, "15d", "Only 15 days are kept: the 28 days are judged by the last 15."),
        (&month, "1d", "Only 1 day is kept: the 28 days are judged by the last day."),
        (&month, "36h", "Only 1 day 12 h are kept: the 28 days are judged by the last 1 day 12 h."),
        (&day, "90d", "Samples are kept for 90 days, so the whole day is known."),
        (&day, "12h", "Only 12 h are kept: the day is judged by the last 12 h."),
        (&shipped, "30d", "Samples are kept for 30 days, so the whole 28 days are known."),
        (&shipped, "29d", "Only 29 days are kept: the 28 days are judged by the last 27."),
        (&shipped, "2d", "Only 2 days are kept: nothing is known of the 28 days."),
    ] {
        assert_eq!(said(p, Some(kept), Target::Files), expected);
    }
    let mut whole = promise("99", "orders", 28);
    whole.path = PromisePath { journey: "checkout".to_owned(), step: None, promise: "whole".to_owned() };
    let members = vec![shipped.path.clone()];
    whole.measurement = Measurement::Composed(Composed { how: Composition::All, members });
    let mut m = model(vec![shipped.clone(), whole.clone()]);
    m.settings.retention = Some(Duration::from_days(29));
    assert_eq!(
        word::kept(&m, &whole),
        "Only 29 days are kept: the 28 days are judged by the last 27.",
        "as its part is"
    );
    let unstated = "How long samples are kept is not stated.";
    assert_eq!(
        said(&month, None, Target::Files),
        format!(
            "{unstated} Unless somebody changed that, 15 days are kept, and the 28 days are judged by the last 15."
        )
    );
    assert_eq!(
        said(&month, None, Target::Kubernetes(Kubernetes::default())),
        format!(
            "{unstated} Unless somebody changed that, 1 day is kept, and the 28 days are judged by the last day."
        )
    );
    assert_eq!(said(&day, None, Target::Files), unstated);
    for target in [
        Target::Mimir(Mimir::default()),
        Target::Vmalert(Vmalert::default()),
        Target::Thanos(PartialResponse::Abort),
    ] {
        assert_eq!(said(&month, None, target), unstated);
    }
}

#[test]
fn budgets() {
    let said = |p: &Promise| word::budget_sentences(p, &word::budget(p)).join(" ");
    let mut p = promise("99.5", "payments", 28);
    assert_eq!(
        said(&p),
        "How many payments that is depends on traffic; the usual number is not stated. A total outage would use all of it up in 3 h 22 min."
    );
    p.expect_per_day = Some(d("3000"));
    assert_eq!(
        said(&p),
        "At about 3,000 payments a day, that allows 420 payments to fall short in 28 days. Spent in full, that is up to 420 people let down, about 15 a day. A total outage would use all of it up in 3 h 22 min."
    );
    p.expect_per_day = Some(d("10"));
    assert!(
        said(&p).starts_with("At about 10 payments a day, only one may fall short in 28 days."),
        "{}",
        said(&p)
    );
    p.expect_per_day = Some(d("0.5"));
    assert!(
        said(&p).starts_with("At about 0.5 payments a day, not one may fall short in 28 days."),
        "{}",
        said(&p)
    );
    p.window = Duration::from_days(1);
    p.expect_per_day = Some(d("1_000_000".replace('_', "").as_str()));
    p.for_each = vec![
        ("region".to_owned(), Some(vec!["eu".to_owned(), "us".to_owned()])),
        ("card_kind".to_owned(), None),
    ];
    assert!(
        said(&p).starts_with(
            "At about 1,000,000 payments a day for each region and card kind, that allows 5,000 payments to fall short in a day."
        ),
        "{}",
        said(&p)
    );
    assert_eq!(
        word::each(&p),
        [
            "Each region and card kind is counted alone and has a budget of its own.",
            "The values of region are “eu” and “us”."
        ]
    );
}

#[test]
fn slices() {
    let mut p = promise("99.5", "5m slices", 28);
    let mut slices = Slices {
        slice: Duration::from_mins(5),
        condition: Condition::Stat {
            stat: Stat::Max,
            selector: selector("queue", 0),
            good: Reading::AtMost(d("1000")),
        },
        silence_is_bad: false,
    };
    p.measurement = Measurement::Slices(slices.clone());
    let m = model(vec![p.clone()]);
    assert_eq!(
        word::floor(&p),
        "No reading is above 1,000, in at least 995 of every 1,000 5-minute periods, over any 28 days."
    );
    assert_eq!(
        word::budget_sentences(&p, &word::budget(&p)),
        ["There are 8,064 5-minute periods in 28 days.", "40 of them may be bad, 3 h 20 min in all."]
    );
    assert_eq!(
        measured::sentences(&m, &p),
        [
            "Time is judged in 5-minute periods. They may begin at any moment, and each is good or bad.",
            "One is good when the highest reading in it is at most 1,000.",
            "One without a value is not counted."
        ]
    );
    // Three bad slices of 5 min (less a half), the slice itself, a scrape and an evaluation, rounded up.
    assert_eq!(failures(&m, &p).first().unwrap().noticed(), "page within 19 min");
    let mean = |good, seconds, unit: &str| {
        let of = crate::ir::Series::HistogramCount { selector: selector("h", 0), native: false };
        let condition = Condition::Mean { of, good, seconds, unit: unit.to_owned() };
        let measurement = Measurement::Slices(Slices { condition, ..slices.clone() });
        measured::sentences(&m, &Promise { measurement, ..p.clone() })[1..].to_vec()
    };
    assert_eq!(
        mean(Reading::AtMost(d("1200")), Some(d("1200")), "seconds"),
        [
            "One is good when on average they take at most 20 min in it.",
            "One without any event is not counted."
        ]
    );
    assert_eq!(
        mean(Reading::AtLeast(d("3")), None, "items")[0],
        "One is good when the average in it is at least 3 items."
    );
    p.noun = "minutes".to_owned();
    slices.slice = Duration::from_mins(1);
    slices.silence_is_bad = true;
    slices.condition = Condition::Age {
        which: Which::Newest,
        selector: selector("t", 0),
        per_second: d("1"),
        at_most: d("600"),
    };
    p.measurement = Measurement::Slices(slices);
    p.objective = d("99.999");
    p.window = Duration::from_days(1);
    assert_eq!(
        word::budget_sentences(&p, &word::budget(&p)),
        ["There are 1,440 minutes in a day.", "Not one of them may be bad."]
    );
    assert_eq!(
        measured::sentences(&m, &p)[1..],
        ["One is good when the newest data is at most 10 min old.", "One without a value is bad."]
    );
}

#[test]
fn measurements() {
    let within = |narrowed: usize| Events {
        total: vec![Series::HistogramCount { selector: selector("took_seconds", 0), native: false }],
        outcome: Outcome::Good(vec![Series::HistogramWithin {
            selector: if narrowed > 1 {
                by("took_seconds", "code", MatchOp::NotRegex, "5..")
            } else {
                selector("took_seconds", 0)
            },
            native: false,
            limit: d("0.4"),
        }]),
        faults: Vec::new(),
    };
    let mut p = promise("99", "page views", 28);
    let m = model(vec![p.clone()]);
    let mut said = |measurement| {
        p.measurement = measurement;
        measured::sentences(&m, &p).join(" ")
    };
    assert_eq!(said(failed()), "We count all page views. Those that our systems report as failed are bad.");
    assert_eq!(
        said(Measurement::Events(within(1))),
        "We count all page views. They are good when they take at most 400 ms."
    );
    assert_eq!(
        said(Measurement::Events(within(2))),
        "We count all page views. They are good when they take at most 400 ms and our systems do not report them as failed."
    );
    let over = |limit: &str| {
        vec![Series::HistogramOver { selector: selector("took_seconds", 0), native: false, limit: d(limit) }]
    };
    let failed = vec![Series::HistogramCount {
        selector: by("took_seconds", "code", MatchOp::Regex, "5.."),
        native: false,
    }];
    let joined = |faults| Events { faults, ..within(2) };
    assert_eq!(
        said(Measurement::Events(joined(vec![over("1.4"), failed.clone()]))),
        "We count all page views. They are bad when they take more than 1.4 s, or our systems report them as failed."
    );
    assert_eq!(
        said(Measurement::Events(joined(vec![over("1"), over("5")]))),
        "We count all page views. They are bad when they take more than 1 s, or they take more than 5 s."
    );
    assert_eq!(
        said(Measurement::Events(joined(vec![failed.clone(), failed]))),
        "We count all page views. Those that our systems report as failed are bad."
    );
    assert_eq!(
        said(Measurement::Slices(Slices {
            slice: Duration::from_mins(5),
            condition: Condition::Share { events: within(1), at_least: d("0.95"), percentile: Some(d("95")) },
            silence_is_bad: false
        })),
        "Time is judged in page views. They may begin at any moment, and each is good or bad. One is good when at least 95 of every 100 in it are good. They are good when they take at most 400 ms. One without any event is not counted."
    );
    assert_eq!(
        said(Measurement::Completion(Completion {
            started: vec![Series::Counter(selector("a", 0))],
            finished: vec![Series::Counter(selector("b", 0))],
            within: Duration::from_mins(30),
            late: Vec::new(),
        })),
        "We count all page views when they start, and again when they are done. What is not done within 30 min counts as lost. We only count them: if all of them are late, we don't see it. What is under way looks like what is lost: up to 8% of the error budget can be lost unseen."
    );
    let readings = |good| {
        let all = vec![Series::Readings { selector: selector("up", 0), condition: None }];
        let some =
            vec![Series::Readings { selector: selector("up", 0), condition: Some(Reading::AtLeast(d("1"))) }];
        Measurement::Events(Events {
            total: all,
            outcome: if good { Outcome::Good(some) } else { Outcome::Bad(some) },
            faults: Vec::new(),
        })
    };
    assert_eq!(said(readings(true)), "We count all page views. They are good when they read at least 1.");
    assert_eq!(said(readings(false)), "We count all page views. They are bad when they read at least 1.");
}

#[test]
fn when_it_breaks() {
    let mut p = promise("99.5", "orders", 28);
    p.expect_per_day = Some(d("3000"));
    let m = model(vec![p.clone()]);
    let shown = |m: &Model, p: &Promise| -> Vec<String> {
        let rows = failures(m, p);
        rows.iter().map(|f| format!("{}; {}", f.noticed(), f.reaches("orders").unwrap_or_default())).collect()
    };
    // 4 min 2 s by the windows, 30 s scrape, 30 s evaluation, rounded up.
    assert_eq!(
        shown(&m, &p),
        [
            "page within 6 min; about 125 orders an hour",
            "page within 42 min; about 12 orders an hour",
            "ticket within 1 day 12 h; about 30 orders a day"
        ]
    );
    assert_eq!(breaks::told(&m, "shop", &p), ["Shop team is paged.", "Payments responds."]);
    let told = |no_data| {
        let quieter = Promise { no_data, ..p.clone() };
        breaks::told(&m, "shop", &quieter)[1].clone()
    };
    assert_eq!(told(Urgency::Ticket), "Missing data opens a ticket only.");
    assert_eq!(told(Urgency::None), "Missing data alerts nobody.");
    assert_eq!(doubts(&m, &p), Vec::<String>::new());
    p.urgency = Urgency::Ticket;
    assert!(shown(&m, &p)[0].starts_with("ticket within 6 min"));
    p.urgency = Urgency::None;
    assert!(shown(&m, &p)[0].starts_with("no alert"));
    p.urgency = Urgency::Page;
    p.objective = d("99.95");
    p.expect_per_day = None;
    assert_eq!(doubts(&m, &p), ["An outage may last 3 h, but one of 20 min uses up the whole budget."]);
    p.objective = d("50");
    assert_eq!(
        doubts(&m, &p),
        ["It should work again within 3 h, but the first page of a total outage takes up to 19 h 19 min."]
    );
    // A ticket waits for working hours; what the project allows is not told; that few come is not a playbook's fault.
    p.urgency = Urgency::Ticket;
    assert_eq!(doubts(&m, &p), Vec::<String>::new());
    p.urgency = Urgency::Page;
    let mut quiet = m.clone();
    quiet.settings.allowed = ["W0448".to_owned()].into();
    assert_eq!(doubts(&quiet, &p), Vec::<String>::new());
    p.objective = d("99.5");
    p.expect_per_day = Some(d("30"));
    assert!(failures(&m, &p)[0].page.is_none_or(|t| t > Duration::from_hours(1)));
    assert_eq!(doubts(&m, &p), Vec::<String>::new());
}

#[test]
fn adding_up() {
    let mut a = promise("99.9", "orders", 28);
    a.path.promise = "a".to_owned();
    let mut b = promise("99.5", "orders", 28);
    b.path.promise = "b".to_owned();
    b.title = "Weak".to_owned();
    let made = Composed { how: Composition::All, members: vec![a.path.clone(), b.path.clone()] };
    let mut whole = promise("99", "checkouts", 28);
    whole.measurement = Measurement::Composed(made.clone());
    let m = model(vec![a, b, whole.clone()]);
    let sum = together::together(&m, &made);
    assert_eq!((sum.product, sum.worst, sum.best), (d("0.994005"), d("0.994"), d("0.995")));
    let said = together::sentences(&whole, &made, &sum);
    assert_eq!(said.intro, "Say each part only just keeps its word. Then, of every 1,000 checkouts:");
    assert_eq!(
        said.cases,
        [
            "994 go well if no two failures ever meet. It is as many if they meet by chance.",
            "995 go well if failures always come together."
        ]
    );
    assert_eq!(said.weakest, "The weakest part is “Weak”. The whole cannot be better than that.");
    let verdict = |objective: &str| {
        let mut whole = whole.clone();
        whole.objective = d(objective);
        together::verdict(&whole, &made, &sum)
    };
    assert!(
        verdict("99").ends_with("The parts carry that with room to spare: even at worst, 99.4% go well.")
    );
    assert!(verdict("99.4").ends_with("That is just what the parts carry."));
    assert!(verdict("99.4001").ends_with("That holds as long as failures do not all come apart."));
    assert!(verdict("99.9").ends_with("The parts do not carry that much."));
}
