//! The first words of statements: where each belongs, how it is written, what it may have been meant to be.

use super::Context;
use super::Context::{File, Indicator, Journey, Metric, Playbook, Policy, Promise, Scenario, Step, Team};

/// First word, the blocks it may begin a statement in, and the form.
type Row = (&'static str, &'static [Context], &'static str);

const STATEMENTS: &[Row] = &[
    ("journey", &[File], "journey checkout \"Buy what is in the basket\" {"),
    ("metric", &[File], "metric http_requests_total: counter of requests {"),
    ("team", &[File], "team shop \"Shop team\""),
    ("indicator", &[File], "indicator answered(route: string) {"),
    ("policy", &[File], "policy careful \"What we do as the budget runs low\" {"),
    ("playbook", &[File], "playbook trouble {"),
    ("playbook", &[Journey, Step, Promise], "playbook trouble"),
    ("scenario", &[File], "scenario outage for checkout.pay.accepted \"The provider is down\" {"),
    ("step", &[Journey], "step pay \"Pay\" {"),
    ("promise", &[Step, Journey], "promise accepted \"Payment goes through\" {"),
    ("channel", &[Team], "channel \"#shop\""),
    ("pages", &[Team], "pages \"shop-pager\""),
    ("tickets", &[Team], "tickets \"shop-tickets\""),
    ("labels", &[Metric], "labels route, code in \"200\" | \"500\""),
    ("labels", &[Team], "labels routing_key=\"shop\""),
    ("buckets", &[Metric], "buckets 0.1, 0.5, 1"),
    ("scraped", &[Metric], "scraped every 1m timeout 20s"),
    ("born", &[Metric], "born with its first event"),
    ("silent", &[Metric], "silent when idle"),
    ("samples", &[Metric], "samples are increases"),
    ("stored", &[Metric], "stored classic or native"),
    ("late", &[Metric], "late by 10m"),
    ("owner", &[Journey], "owner shop"),
    ("user", &[Journey], "user \"A shopper with a full basket\""),
    ("goal", &[Journey], "goal \"Goes from basket to confirmed order\""),
    ("tier", &[Journey], "tier 1"),
    ("review", &[Journey], "review every 90d, last 2026-10-01"),
    ("agreed", &[Journey], "agreed by product, shop on 2026-10-01"),
    ("data", &[Journey], "data pseudonymous \"session id only\""),
    ("budget", &[Journey], "budget policy careful"),
    ("for", &[Promise, Journey], "for each region"),
    ("note", &[Promise, Step, Journey], "note \"what a reader should know\""),
    ("critical", &[Step], "critical"),
    ("if", &[Step], "if broken \"what users see then\""),
    ("served", &[Step], "served by \"src/payment/**\""),
    ("tested", &[Step], "tested by \"e2e/checkout.spec.ts\""),
    ("keep", &[Promise], "keep for 99.9% of payments over 28d"),
    ("aim", &[Promise], "aim for 99.95%"),
    ("expect", &[Promise], "expect 3_000 per day"),
    ("measured", &[Promise], "measured by answered(route: \"/pay\")"),
    ("because", &[Promise], "because agreed \"the reason\" on 2026-10-01"),
    ("blind", &[Promise], "blind to \"what is not seen\""),
    ("proxy", &[Promise], "proxy for \"what is meant\" because \"why this stands in\""),
    ("urgency", &[Promise], "urgency ticket"),
    ("no", &[Promise, Journey], "no data ticket"),
    ("all", &[Promise], "all of look.shown, pay.accepted"),
    ("worst", &[Promise], "worst of look.shown, pay.accepted"),
    ("total", &[Indicator, Promise], "total http_requests_total{route=\"/\"}"),
    ("good", &[Indicator, Promise], "good within 400ms"),
    ("bad", &[Indicator, Promise], "bad where {code=~\"5..\"}"),
    ("started", &[Indicator, Promise], "started orders_placed_total"),
    ("finished", &[Indicator, Promise], "finished orders_shipped_total within 1h"),
    ("silence", &[Indicator, Promise], "silence is bad"),
    ("below", &[Policy], "below 20% left slow \"a second reviewer\""),
    ("when", &[Policy], "when spent freeze \"only what users wait for\""),
    ("incident", &[Policy], "incident costing 20% reviewed within 5d"),
    ("escalate", &[Policy], "escalate to shop_director"),
    ("responder", &[Playbook], "responder shop"),
    ("users", &[Playbook], "users hear from support"),
    ("first", &[Playbook], "first update within 15m, then every 30m"),
    ("say", &[Playbook], "say \"Your basket is safe.\""),
    ("restore", &[Playbook], "restore within 3h"),
    ("runbook", &[Playbook], "runbook \"https://runbooks.example/payments\""),
    ("normal", &[Scenario], "normal for 2h, failing 100% for 10m"),
    ("failing", &[Scenario], "failing 100% for 10m, normal for 1h"),
    ("silent", &[Scenario], "silent for 1h"),
    ("expect", &[Scenario], "expect page within 3m"),
];

/// Words of other tools for what is a statement here.
const FOREIGN: &[(&str, &str)] = &[
    ("objective", "keep"),
    ("target", "keep"),
    ("slo", "keep"),
    ("goalpost", "aim"),
    ("stretch", "aim"),
    ("sli", "measured"),
    ("severity", "urgency"),
    ("alert", "urgency"),
    ("priority", "urgency"),
    ("description", "note"),
    ("comment", "note"),
    ("success", "good"),
    ("error", "bad"),
    ("errors", "bad"),
    ("valid", "total"),
    ("traffic", "expect"),
    ("group", "for"),
    ("slack", "channel"),
    ("values", "labels"),
    ("dimensions", "labels"),
    ("tags", "labels"),
    ("le", "buckets"),
    ("bounds", "buckets"),
    ("boundaries", "buckets"),
    ("interval", "scraped"),
    ("service", "journey"),
    ("sequence", "journey"),
    ("person", "team"),
];

impl Context {
    /// `a journey`
    pub(super) fn described(self) -> &'static str {
        match self {
            File => "the top level",
            Team => "a team",
            Metric => "a metric",
            Indicator => "an indicator",
            Journey => "a journey",
            Step => "a step",
            Promise => "a promise",
            Policy => "a policy",
            Playbook => "a playbook",
            Scenario => "a scenario",
        }
    }
}

/// Does this word begin a statement of such a block?
pub(super) fn begins(word: &str, context: Context) -> bool {
    STATEMENTS.iter().any(|(w, places, _)| *w == word && places.contains(&context))
}

/// The blocks in which this word begins a statement, the likeliest first.
pub(super) fn homes(word: &str) -> Option<&'static [Context]> {
    STATEMENTS.iter().find(|(w, ..)| *w == word).map(|(_, places, _)| *places)
}

/// How a statement is written, by an example.
pub(super) fn form(word: &str, context: Context) -> Option<&'static str> {
    STATEMENTS.iter().find(|(w, places, _)| *w == word && places.contains(&context)).map(|(.., form)| *form)
}

/// What may begin a statement here, for a list.
pub(super) fn allowed(context: Context) -> String {
    let mut words: Vec<&str> = Vec::new();
    for (word, places, _) in STATEMENTS {
        if places.contains(&context) && !words.contains(word) {
            words.push(word);
        }
    }
    let quoted: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    quoted.join(", ")
}

/// The word of this block, or else of another, that was probably meant.
pub(super) fn meant(word: &str, context: Context) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let here = STATEMENTS.iter().filter(|(_, places, _)| places.contains(&context)).map(|(w, ..)| *w);
    // a word with a meaning of its own was no slip
    let own = KNOWN.contains(&lower.as_str());
    closest(&lower, here)
        .filter(|_| !own)
        .or_else(|| {
            let foreign = FOREIGN.iter().find(|(w, _)| *w == lower).map(|(_, ours)| *ours);
            foreign.filter(|ours| begins(ours, context))
        })
        .or_else(|| closest(&lower, STATEMENTS.iter().map(|(w, ..)| *w)).filter(|_| !own))
}

/// Is it a slip of the fingers for sure? One letter, two letters swapped, or capitals; never another word of the language.
pub(super) fn is_slip(word: &str, meant: &str) -> bool {
    let lower = word.to_lowercase();
    lower == meant
        || strsim::damerau_levenshtein(&lower, meant) == 1
            && !KNOWN.contains(&lower.as_str())
            && homes(&lower).is_none()
}

/// Words that are right elsewhere, or mean something of their own.
const KNOWN: &[&str] = &[
    "except", "offset", "left", "spent", "within", "over", "under", "least", "most", "where", "when", "page",
    "ticket", "quiet", "none", "share", "age", "minutes", "slices", "readings", "newest", "oldest", "after",
    "each", "every", "with", "its", "event", "last", "then", "then", "part", "low", "slow", "freeze", "tell",
    "day", "week", "hour", "minute", "second", "used", "user", "users", "goal", "goals", "team", "term",
    "said", "tested", "rested", "serve", "served", "note", "not", "vote", "ticket", "kept", "keys", "rate",
    "date", "data", "failed", "started", "starting",
];

/// The nearest of some words, near enough for a slip of the fingers.
pub(super) fn closest(word: &str, among: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let length = word.chars().count();
    let slips = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=40 => 2,
        _ => return None,
    };
    among
        .map(|w| (strsim::damerau_levenshtein(word, w), w))
        .filter(|(distance, w)| *distance <= slips && *distance < w.len().min(length))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, w)| w)
}
