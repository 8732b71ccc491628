//! Declarations as values: what is written is canonical, and parsing it gives the value back.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use slovo::ast::{self, Cmp, MetricKind, ParamType};
use slovo::source::FileId;
use slovo::value::{
    Composition, DataClass, Date, Decimal, Duration, Evidence, MatchOp, Quantity, Side, Stat, Urgency, Which,
};
use slovo::write::catalogue::{Label, Metric};
use slovo::write::indicators::Indicator;
use slovo::write::journeys::{
    Argument, Journey, JourneyStatement, Noun, Promise, PromiseStatement, Step, StepStatement,
};
use slovo::write::measurements::{
    Bound, Filter, Limit, MatchValue, Matcher, Measurement, Selector, Subject, Term, Verdict,
};
use slovo::write::people::{Playbook, PlaybookStatement, Team, TeamStatement};
use slovo::write::{Comment, Item, read, source, text};

use super::{items, texts};

/// Any text but controls of the reading direction, which have no spelling.
fn value() -> impl Strategy<Value = String> {
    texts().prop_map(|text| {
        text.chars()
            .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
            .collect::<String>()
    })
}

/// A text that says something.
fn words() -> impl Strategy<Value = String> {
    value().prop_map(|text| format!("a{text}"))
}

/// Names that are words of the language too.
fn keyword() -> impl Strategy<Value = String> {
    select(vec![
        "where", "when", "within", "over", "at", "readings", "of", "promql", "or", "minutes", "on", "good",
        "promise", "slices", "newest", "share", "mean", "for", "data", "in",
    ])
    .prop_map(str::to_owned)
}

fn identifier() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9_]{0,12}", keyword()]
}

fn label() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z_][a-zA-Z0-9_]{0,8}", keyword()]
}

fn metric_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,8}", "[a-z]{1,5}:{1,2}[a-z]{1,5}:?", keyword(), "over:[a-z]{1,3}", words()]
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (0..1_000_000_000_i64, 0..9_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0..315_360_000_000_000_u64).prop_map(Duration::from_micros),
        (0..3_650_u64).prop_map(Duration::from_days),
        (0..100_000_u64).prop_map(Duration::from_millis),
    ]
}

fn date() -> impl Strategy<Value = Date> {
    (0..=9_999_i16, 1..=12_i8, 1..=28_i8).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn urgency() -> impl Strategy<Value = Urgency> {
    select(vec![Urgency::Page, Urgency::Ticket, Urgency::None])
}

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        duration().prop_map(|d| Limit::Value(Quantity::Duration(d))),
        decimal().prop_map(|d| Limit::Value(Quantity::Percent(d))),
        decimal().prop_map(|d| Limit::Value(Quantity::Size(d))),
        decimal().prop_map(|d| Limit::Value(Quantity::Number(d))),
        decimal().prop_map(|d| Limit::Value(Quantity::Number(-d))),
        identifier().prop_map(Limit::Parameter),
    ]
}

fn matchers() -> impl Strategy<Value = Vec<Matcher>> {
    let op = select(vec![MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex]);
    let right = prop_oneof![value().prop_map(MatchValue::Text), identifier().prop_map(MatchValue::Parameter)];
    vec((label(), op, right).prop_map(|(label, op, value)| Matcher { label, op, value }), 0..4)
}

fn selector() -> impl Strategy<Value = Selector> {
    (metric_name(), matchers()).prop_map(|(metric, matchers)| Selector { metric, matchers })
}

fn terms() -> impl Strategy<Value = Vec<Term>> {
    vec(prop_oneof![3 => selector().prop_map(Term::Selector), 1 => value().prop_map(Term::Query)], 1..4)
}

fn filters(side: Side) -> impl Strategy<Value = Vec<Filter>> {
    let own = if side == Side::Good { Cmp::Within } else { Cmp::Over };
    let bound = (select(vec![own, Cmp::AtMost, Cmp::AtLeast]), limit());
    let bound = option::of(bound.prop_map(|(cmp, limit)| Bound { cmp, limit }));
    let filter = (bound, matchers()).prop_map(|(bound, matchers)| Filter { bound, matchers });
    vec(filter, if side == Side::Good { 1..2 } else { 1..4 })
}

fn verdict() -> impl Strategy<Value = Measurement> {
    let of = |side: Side| {
        let over = if side == Side::Bad { option::of(limit()).boxed() } else { Just(None).boxed() };
        let verdict = prop_oneof![
            filters(side).prop_map(Verdict::Filters),
            (terms(), over).prop_map(|(terms, over)| Verdict::Stream(terms, over)),
        ];
        // Before `over` only words with a blank are words.
        let said = prop_oneof!["[a-z]{1,5} [a-z ]{0,9}", words()];
        (option::of(said), verdict).prop_map(move |(mut words, verdict)| {
            if let (Some(said), Verdict::Filters(filters)) = (&mut words, &verdict)
                && filters[0].bound.as_ref().is_some_and(|bound| bound.cmp == Cmp::Over)
            {
                *said = format!("too {said}");
            }
            Measurement::Verdict { side, words, verdict }
        })
    };
    prop_oneof![of(Side::Good), of(Side::Bad)]
}

fn measurement() -> impl Strategy<Value = Measurement> {
    let subject = prop_oneof![
        Just(Subject::Share),
        (decimal(), selector()).prop_map(|(percent, of)| Subject::Percentile(percent, of)),
        selector().prop_map(Subject::Mean),
        (select(vec![Stat::Max, Stat::Min, Stat::Avg, Stat::Sum]), selector())
            .prop_map(|(stat, of)| Subject::Stat(stat, of)),
        (option::of(select(vec![Which::Newest, Which::Oldest])), selector())
            .prop_map(|(which, of)| Subject::Age(which, of)),
        value().prop_map(Subject::Query),
    ];
    let bound = (select(vec![Cmp::Within, Cmp::AtMost, Cmp::AtLeast]), limit())
        .prop_map(|(cmp, limit)| Bound { cmp, limit });
    let within = prop_oneof![
        duration().prop_map(|d| Limit::Value(Quantity::Duration(d))),
        identifier().prop_map(Limit::Parameter)
    ];
    prop_oneof![
        terms().prop_map(Measurement::Total),
        selector().prop_map(|of| Measurement::Total(vec![Term::Readings(of)])),
        terms().prop_map(Measurement::Started),
        (terms(), within).prop_map(|(terms, within)| Measurement::Finished(terms, within)),
        verdict(),
        (option::of(words()), subject, bound).prop_map(|(words, subject, bound)| Measurement::GoodWhen {
            words,
            subject,
            bound
        }),
        Just(Measurement::SilenceIsBad),
    ]
}

fn promise_statement() -> impl Strategy<Value = PromiseStatement> {
    let noun = prop_oneof![
        prop_oneof!["[a-z-]{1,6}( [a-z]{1,6}){0,2}", words(), keyword()].prop_map(Noun::Words),
        select(vec!["aim for it", "no data page", "turn over rates", "5m slices", "urgency none"])
            .prop_map(|words| Noun::Words(words.to_owned())),
        Just(Noun::Minutes),
        duration().prop_map(Noun::Slices),
    ];
    let period = select(vec![1_u64, 60, 3_600, 86_400, 604_800]).prop_map(Duration::from_secs);
    let argument = prop_oneof![value().prop_map(Argument::Text), limit().prop_map(Argument::Limit)];
    let evidence = select(vec![Evidence::Measured, Evidence::Agreed, Evidence::Guessed]);
    let path = vec(identifier(), 1..4).prop_map(|parts| parts.join("."));
    prop_oneof![
        (decimal(), noun, option::of(duration())).prop_map(|(percent, of, over)| PromiseStatement::Keep {
            percent,
            of,
            over
        }),
        decimal().prop_map(PromiseStatement::Aim),
        (decimal(), period).prop_map(|(number, period)| PromiseStatement::Expect(number, period)),
        (identifier(), vec((identifier(), argument), 0..4), matchers()).prop_map(
            |(indicator, arguments, narrowed)| PromiseStatement::MeasuredBy {
                indicator,
                arguments,
                narrowed
            }
        ),
        measurement().prop_map(PromiseStatement::Measurement),
        (select(vec![Composition::All, Composition::Worst]), vec(path, 1..4))
            .prop_map(|(how, members)| PromiseStatement::Composed(how, members)),
        (evidence, words(), date()).prop_map(|(how, words, on)| PromiseStatement::Because(how, words, on)),
        words().prop_map(PromiseStatement::BlindTo),
        (words(), words()).prop_map(|(meant, why)| PromiseStatement::Proxy(meant, why)),
        urgency().prop_map(PromiseStatement::Urgency),
        urgency().prop_map(PromiseStatement::NoData),
        vec(label(), 1..4).prop_map(PromiseStatement::ForEach),
        words().prop_map(PromiseStatement::Note),
        identifier().prop_map(PromiseStatement::Playbook),
    ]
}

fn promises() -> impl Strategy<Value = Vec<Promise>> {
    let promise = (identifier(), words(), vec(promise_statement(), 0..5))
        .prop_map(|(name, title, statements)| Promise { comments: Vec::new(), name, title, statements });
    vec(promise, 0..3)
}

fn journey() -> impl Strategy<Value = Journey> {
    let class = select(vec![DataClass::None, DataClass::Pseudonymous, DataClass::Personal]);
    let statement = prop_oneof![
        identifier().prop_map(JourneyStatement::Owner),
        words().prop_map(JourneyStatement::User),
        words().prop_map(JourneyStatement::Goal),
        any::<u16>().prop_map(|tier| JourneyStatement::Tier(tier.into())),
        (duration(), option::of(date())).prop_map(|(every, last)| JourneyStatement::Review(every, last)),
        (vec(identifier(), 1..4), option::of(date()))
            .prop_map(|(teams, on)| JourneyStatement::Agreed(teams, on)),
        (class, option::of(words())).prop_map(|(class, words)| JourneyStatement::Data(class, words)),
        identifier().prop_map(JourneyStatement::BudgetPolicy),
        identifier().prop_map(JourneyStatement::Playbook),
        vec(label(), 1..4).prop_map(JourneyStatement::ForEach),
        urgency().prop_map(JourneyStatement::NoData),
        words().prop_map(JourneyStatement::Note),
    ];
    let step_statement = prop_oneof![
        Just(StepStatement::Critical),
        words().prop_map(StepStatement::IfBroken),
        vec(words(), 1..4).prop_map(StepStatement::ServedBy),
        vec(words(), 1..4).prop_map(StepStatement::TestedBy),
        identifier().prop_map(StepStatement::Playbook),
        words().prop_map(StepStatement::Note),
    ];
    let step = (identifier(), words(), vec(step_statement, 0..4), promises()).prop_map(
        |(name, title, statements, promises)| Step {
            comments: Vec::new(),
            name,
            title,
            statements,
            promises,
        },
    );
    (identifier(), words(), vec(statement, 0..5), promises(), vec(step, 0..3)).prop_map(
        |(name, title, statements, promises, steps)| Journey {
            comments: Vec::new(),
            name,
            title,
            statements,
            promises,
            steps,
        },
    )
}

fn indicator() -> impl Strategy<Value = Indicator> {
    let kind = select(vec![
        ParamType::String,
        ParamType::Regex,
        ParamType::Duration,
        ParamType::Percent,
        ParamType::Number,
    ]);
    (identifier(), vec((identifier(), kind), 0..4), vec(measurement(), 0..5)).prop_map(
        |(name, parameters, statements)| Indicator { comments: Vec::new(), name, parameters, statements },
    )
}

fn team() -> impl Strategy<Value = Team> {
    let statement = prop_oneof![
        words().prop_map(TeamStatement::Channel),
        words().prop_map(TeamStatement::Pages),
        words().prop_map(TeamStatement::Tickets),
        vec((label(), words()), 1..4).prop_map(TeamStatement::Labels),
    ];
    (identifier(), words(), vec(statement, 0..4)).prop_map(|(name, title, statements)| Team {
        comments: Vec::new(),
        name,
        title,
        statements,
    })
}

fn playbook() -> impl Strategy<Value = Playbook> {
    let statement = prop_oneof![
        identifier().prop_map(PlaybookStatement::Responder),
        identifier().prop_map(PlaybookStatement::HearFrom),
        (duration(), option::of(duration()))
            .prop_map(|(first, then)| PlaybookStatement::FirstUpdate(first, then)),
        words().prop_map(PlaybookStatement::Say),
        duration().prop_map(PlaybookStatement::Restore),
        words().prop_map(PlaybookStatement::Runbook),
    ];
    (identifier(), vec(statement, 0..4)).prop_map(|(name, statements)| Playbook {
        comments: Vec::new(),
        name,
        statements,
    })
}

fn metric() -> impl Strategy<Value = Metric> {
    let kind = select(vec![
        MetricKind::Counter,
        MetricKind::Gauge,
        MetricKind::Histogram,
        MetricKind::NativeHistogram,
        MetricKind::Summary,
    ]);
    let label = (label(), vec(value(), 0..3)).prop_map(|(name, values)| Label { name, values });
    let head = (metric_name(), any::<bool>(), kind, option::of("[a-z]{1,6}"), option::of(metric_name()));
    let body = (vec(label, 0..4), vec(decimal(), 0..5), any::<bool>(), option::of(duration()), any::<bool>());
    (head, body).prop_map(
        |((name, quoted, kind, unit, part_of), (labels, buckets, increases, scraped, either))| {
            // What needs quotes has them.
            let quoted = quoted || text::metric_name(&name).unwrap().starts_with('"');
            Metric {
                comment: None,
                name,
                quoted,
                kind,
                unit,
                part_of,
                remark: None,
                labels,
                buckets,
                increases,
                scraped,
                either,
            }
        },
    )
}

/// The item back, from the text that it was written as.
fn back(item: &Item) -> Item {
    let written = source(std::slice::from_ref(item)).unwrap_or_else(|| panic!("no spelling: {item:#?}"));
    assert_eq!(slovo::fmt::format(FileId(0), &written).ok().as_deref(), Some(written.as_str()));
    match items(&written).as_slice() {
        [ast::Item::Team(found)] => Item::Team(read::team(found)),
        [ast::Item::Metric(found)] => Item::Metric(read::metric(found)),
        [ast::Item::Indicator(found)] => Item::Indicator(read::indicator(found)),
        [ast::Item::Journey(found)] => Item::Journey(read::journey(found)),
        [ast::Item::Playbook(found)] => Item::Playbook(read::playbook(found)),
        found => panic!("{found:#?}\n{written}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn journeys_are_read_back(value in journey()) {
        let item = Item::Journey(value);
        prop_assert_eq!(back(&item), item);
    }

    #[test]
    fn indicators_are_read_back(value in indicator()) {
        let item = Item::Indicator(value);
        prop_assert_eq!(back(&item), item);
    }

    #[test]
    fn people_and_playbooks_are_read_back(team in team(), playbook in playbook()) {
        for item in [Item::Team(team), Item::Playbook(playbook)] {
            prop_assert_eq!(back(&item), item);
        }
    }

    #[test]
    fn metrics_are_read_back(value in metric()) {
        let item = Item::Metric(value);
        if item.write().is_none() {
            // A label that is a word of metrics can't have values, and nothing else is in the way.
            let Item::Metric(metric) = &item else { unreachable!() };
            let words = ["labels", "buckets", "scraped"];
            prop_assert!(metric.labels.iter().any(|l| words.contains(&l.name.as_str())));
            return Ok(());
        }
        prop_assert_eq!(back(&item), item);
    }

    /// Comments stand above their declarations, word by word, and change nothing else.
    #[test]
    fn comments_are_kept(said in vec(texts(), 4)) {
        let comments = |at: usize| vec![Comment::Line(said[at].clone()), Comment::Filled(said[at].repeat(9))];
        let promise = Promise { comments: comments(2), name: "p".into(), title: "P".into(), ..Promise::default() };
        let step = Step {
            comments: comments(1),
            name: "s".into(),
            title: "S".into(),
            promises: vec![promise],
            ..Step::default()
        };
        let journey = Journey {
            comments: comments(0),
            name: "j".into(),
            title: "J".into(),
            steps: vec![step],
            ..Journey::default()
        };
        let team = Team { comments: comments(3), name: "t".into(), title: "T".into(), ..Team::default() };
        let written = source(&[Item::Journey(journey), Item::Team(team)]).unwrap();
        prop_assert_eq!(items(&written).len(), 2);
        let found: Vec<&str> =
            written.lines().filter_map(|line| line.trim_start().strip_prefix("# ")).flat_map(|l| l.split(' ')).collect();
        let meant: Vec<String> = (0..4)
            .flat_map(|at| [said[at].clone(), said[at].repeat(9)])
            .filter_map(|said| text::comment(&said))
            .flat_map(|line| line[2..].split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        prop_assert_eq!(found, meant);
    }

    /// Any statement that is read as it would be written is known by its text.
    #[test]
    fn measurements_are_parsed(value in measurement()) {
        let written = value.write().unwrap();
        let indicator = format!("indicator i {{\n{written}\n}}\n");
        prop_assert_eq!(items(&indicator).len(), 1);
        prop_assert_eq!(Measurement::parse(&written), Some(value));
        prop_assert_eq!(Measurement::parse(&format!("{written}  ")), None);
    }
}

#[test]
fn what_has_no_spelling() {
    let selector = |metric: &str| Selector { metric: metric.to_owned(), matchers: Vec::new() };
    let term = |metric: &str| Term::Selector(selector(metric));
    let second = || Limit::Value(Quantity::Duration(Duration::from_secs(1)));
    let bound = |cmp| Some(Bound { cmp, limit: second() });
    let verdict = |side, words: Option<&str>, verdict| Measurement::Verdict {
        side,
        words: words.map(str::to_owned),
        verdict,
    };
    let filters = |cmps: &[Cmp]| {
        Verdict::Filters(cmps.iter().map(|c| Filter { bound: bound(*c), matchers: Vec::new() }).collect())
    };
    for none in [
        Measurement::Total(Vec::new()),
        Measurement::Total(vec![term(" ")]),
        Measurement::Total(vec![term("\u{202e}x")]),
        Measurement::Total(vec![Term::Readings(selector("g")), term("x")]),
        Measurement::Started(vec![Term::Readings(selector("g"))]),
        Measurement::Finished(vec![term("x")], Limit::Value(Quantity::Number(Decimal::ONE))),
        Measurement::Finished(vec![term("x")], Limit::Parameter("Not one".to_owned())),
        verdict(Side::Good, None, filters(&[Cmp::Over])),
        verdict(Side::Bad, None, filters(&[Cmp::Within])),
        verdict(Side::Bad, None, filters(&[])),
        verdict(Side::Good, None, filters(&[Cmp::Within, Cmp::AtMost])),
        verdict(Side::Bad, Some("one"), filters(&[Cmp::Over])),
        verdict(Side::Good, None, Verdict::Stream(vec![term("x")], Some(second()))),
    ] {
        assert_eq!(none.write(), None, "{none:?}");
    }
    let year = Duration::from_days(4_000);
    for none in [
        PromiseStatement::Aim(Decimal::NEGATIVE_ONE),
        PromiseStatement::Aim(Decimal::MAX),
        PromiseStatement::Expect(Decimal::ONE, Duration::from_secs(2)),
        PromiseStatement::ForEach(Vec::new()),
        PromiseStatement::ForEach(vec!["http.code".to_owned()]),
        PromiseStatement::Composed(Composition::All, vec!["a..b".to_owned()]),
        PromiseStatement::Keep { percent: Decimal::ONE, of: Noun::Minutes, over: Some(year) },
    ] {
        assert_eq!(none.write(), None, "{none:?}");
    }
    let team = Team { name: "two words".to_owned(), title: "T".to_owned(), ..Team::default() };
    assert_eq!(source(&[Item::Team(team)]), None);
}

#[test]
fn several_declarations() {
    let team = |name: &str, statements| {
        Item::Team(Team { name: name.to_owned(), title: "T".to_owned(), statements, ..Team::default() })
    };
    let two = vec![TeamStatement::Pages("p".to_owned()), TeamStatement::Tickets("t".to_owned())];
    let written = source(&[
        team("a", Vec::new()),
        team("b", vec![TeamStatement::Channel("#b".to_owned())]),
        team("c", two),
        team("d", Vec::new()),
    ]);
    let expected = "team a \"T\"\nteam b \"T\" { channel \"#b\" }\n\nteam c \"T\" {\n  pages   \"p\"\n  tickets \"t\"\n}\n\nteam d \"T\"\n";
    assert_eq!(written.as_deref(), Some(expected));
}
