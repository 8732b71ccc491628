//! What an alert says that one rule raises for all promises of a journey: each promise is told by its labels.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use minijinja::context;
use minijinja::value::Value;

use super::links::Links;
use super::now::{VALUE, last_seen, left};
use super::words::{each, escape_go_template, full_title};
use super::{Facts, go, of_journey, who};
use crate::ir::{Condition, Matcher, Measurement, Promise, Selector, Series, Slices};
use crate::promql::print;
use crate::rules::plan::{Entry, Plan};
use crate::rules::watch::FAULTS;

/// The promise that an alert is about, by its path in the journey.
pub(super) const PATH: &str = "{{ if $labels.step }}{{ $labels.step }}.{{ end }}{{ $labels.promise }}";

/// An alert that one rule raises for all promises of a journey.
pub(crate) struct OfAll<'a, 'm> {
    plan: &'a Plan<'m>,
    /// The promises that it may be about.
    about: Vec<&'a Entry<'m>>,
    /// It may be about the journey as a whole, without a label `promise`.
    some_of_none: bool,
    /// Of a budget policy: its title, and what it demands (a Go template).
    policy: Option<(&'a str, &'a str)>,
}

impl<'a, 'm> OfAll<'a, 'm> {
    /// Of the promises that are `wanted`.
    pub(crate) fn new(plan: &'a Plan<'m>, wanted: impl Fn(&Promise) -> bool) -> Self {
        let about = plan.entries.iter().filter(|e| wanted(e.promise)).collect();
        Self { plan, about, some_of_none: false, policy: None }
    }
    /// Some speak of the journey as a whole.
    pub(crate) fn or_of_the_journey(self) -> Self {
        Self { some_of_none: true, ..self }
    }
    /// Of a policy, by its title and what it demands.
    pub(crate) fn of_policy(self, title: &'a str, clause: &'a str) -> Self {
        Self { policy: Some((title, clause)), ..self }
    }

    fn each(&self, otherwise: impl FnOnce() -> String, text: impl Fn(&Entry<'m>) -> String) -> String {
        let otherwise = self.some_of_none.then(otherwise);
        by_promise(&self.about, otherwise.as_deref(), text)
    }
    fn title(&self) -> String {
        self.each(|| escape_go_template(&self.plan.journey.title).into_owned(), |e| full_title(self.plan, e))
    }
    fn who(&self) -> String {
        self.each(|| who::of(self.plan, None), |e| who::of(self.plan, Some(e)))
    }
    fn links(&self) -> Links {
        Links::of_all(self.plan, &self.about, self.some_of_none)
    }
    /// What is looked for, and what to see first. What many promises share is said once.
    fn looked_for(&self) -> String {
        let looks = self.each(String::new, |e| looked_for(e.promise));
        let idle = self.each(String::new, |e| idle(e.promise).to_owned());
        format!("{looks}see whether a metric or a label in it has another name by now.{idle}")
    }
    fn part(&self) -> String {
        self.each(String::new, |e| part(e.promise))
    }
    /// What follows from that.
    fn part_story(&self) -> String {
        self.each(String::new, |e| part_story(e.promise).to_owned())
    }
}

impl Facts for OfAll<'_, '_> {
    fn owner(&self) -> String {
        self.plan.journey.id.clone()
    }

    fn written(&self, template: &str) -> Option<String> {
        Some(match template {
            "PromiseNoData.summary.txt" => {
                format!("{}: no data, so nobody knows if it is kept", self.title())
            }
            "PromiseNoData.description.txt" => {
                format!("{} {} {}", last_seen(self.plan), self.looked_for(), NO_DATA)
            }
            "PromisePartGone.summary.txt" => format!("{}: {}", self.title(), self.part()),
            "PromiseCountsContradict.summary.txt" => {
                format!("{}: its counts contradict each other", self.title())
            }
            "PromiseMeasuresWrong.summary.txt" => {
                format!("{}: measured wrong, {}", self.title(), of_fault(|f| f.1))
            }
            "PromiseMeasuresWrong.description.txt" => of_fault(|f| f.2),
            "PromiseBudgetPolicy.summary.txt" => format!("{}: {}", self.title(), left("$value", "")),
            "PromiseBudgetPolicy.description.txt" => {
                let (title, clause) = self.policy?;
                format!("{}. {clause}", escape_go_template(title))
            }
            "PromisePartGone.description.txt" => self.part_story(),
            // It says the same of every promise.
            "PromiseCountsContradict.description.txt" => super::built_in(template)?.trim().to_owned(),
            "any.who.txt" => self.who(),
            other => return self.links().written(other),
        })
    }

    fn context(&self, kind: &str) -> Value {
        let mut now =
            vec![("title", self.title()), ("promise", PATH.to_owned()), ("value", VALUE.to_owned())];
        // Of each alert its own: another's would say what isn't so.
        now.extend(match kind {
            "PromiseNoData" => vec![("seen", last_seen(self.plan)), ("looked_for", self.looked_for())],
            "PromisePartGone" => vec![("part", self.part()), ("story", self.part_story())],
            "PromiseMeasuresWrong" => vec![("fault", of_fault(|f| f.1)), ("remedy", of_fault(|f| f.2))],
            "PromiseBudgetPolicy" => {
                let clause = self.policy.map(|(_, text)| text.to_owned()).unwrap_or_default();
                vec![("left", left("$value", "")), ("clause", clause)]
            }
            _ => Vec::new(),
        });
        let now: BTreeMap<&str, Value> = now.into_iter().map(|(name, text)| (name, go(&text))).collect();
        context! {
            links => self.links().context(),
            who => Value::from_safe_string(self.who()),
            policy => self.policy.map(|(title, _)| context! { title => title }),
            now => now,
            ..of_journey(self.plan),
        }
    }
}

/// What no data means for every promise.
const NO_DATA: &str =
    "The budget is not shown and no other alert of this promise can begin until it is back.";

/// A Go template that gives each promise its own text, by the labels of the alert. Promises with the same text share a branch;
/// where all have the same, there is none. `otherwise` is for an alert without a promise.
pub(super) fn by_promise<'m>(
    about: &[&Entry<'m>],
    otherwise: Option<&str>,
    text: impl Fn(&Entry<'m>) -> String,
) -> String {
    let mut branches: Vec<(String, Vec<String>)> = Vec::new();
    for entry in about {
        let path = &entry.promise.path;
        let key = format!("{}.{}", path.step.as_deref().unwrap_or_default(), path.promise);
        let text = text(entry);
        match branches.iter_mut().find(|(t, _)| *t == text) {
            Some((_, keys)) => keys.push(key),
            None => branches.push((text, vec![key])),
        }
    }
    // The text of most promises needs no list of them.
    let most = branches.iter().rev().max_by_key(|(_, keys)| keys.len()).map(|(text, _)| text.clone());
    let Some(most) = most else { return otherwise.unwrap_or_default().to_owned() };
    branches.retain(|(text, _)| *text != most);
    let said = chosen(most, &branches);
    match otherwise {
        Some(other) if other != said => {
            format!("{{{{ if $labels.promise }}}}{said}{{{{ else }}}}{other}{{{{ end }}}}")
        }
        Some(_) | None => said,
    }
}

/// The text of most promises, but for these.
fn chosen(most: String, branches: &[(String, Vec<String>)]) -> String {
    if branches.is_empty() {
        return most;
    }
    let mut out = String::from("{{ $path := printf \"%s.%s\" $labels.step $labels.promise }}");
    for (at, (text, keys)) in branches.iter().enumerate() {
        out.push_str(if at > 0 { "{{ else if eq $path" } else { "{{ if eq $path" });
        for key in keys {
            let _ = write!(out, " \"{key}\"");
        }
        let _ = write!(out, " }}}}{text}");
    }
    let _ = write!(out, "{{{{ else }}}}{most}{{{{ end }}}}");
    out
}

/// What is said of each kind of fault, chosen by the alert's label.
fn of_fault(words: impl Fn(&(&'static str, &'static str, &'static str)) -> &'static str) -> String {
    let mut out = String::new();
    for fault in &FAULTS {
        out.push_str(if out.is_empty() { "{{ if " } else { "{{ else if " });
        let _ = write!(out, "eq $labels.fault \"{}\" }}}}{}", fault.0, words(fault));
    }
    out.push_str("{{ end }}");
    out
}

/// `It looks for x_total{job="a"}. First see whether up{job="a"} is there and 1, then `
fn looked_for(promise: &Promise) -> String {
    let (named, first) = reads(promise);
    let mut out = String::new();
    if named.is_empty() {
        out.push_str(
            "It is a query of its own that gives nothing. First run it as it stands in the rules, then ",
        );
    } else {
        let _ = write!(out, "It looks for {}. First see whether ", escape_go_template(&named.join(" and ")));
        match first {
            Some(up) => {
                let _ = write!(out, "{} is there and 1", escape_go_template(&up));
            }
            None => out.push_str("its targets are up (Status, Targets)"),
        }
        out.push_str(", then ");
    }
    out
}

/// Could it be that nothing is wrong?
fn idle(promise: &Promise) -> &'static str {
    if promise.measurement.silent_when_idle() {
        return " An idle service is not the reason: while its target is there, that is counted as 0.";
    }
    match &promise.measurement {
        Measurement::Events(_) | Measurement::Completion(_) => {
            " An idle service still shows its counters; if these vanish while nobody comes, the metric is `silent when idle`."
        }
        Measurement::Slices(_) | Measurement::Composed(_) => "",
    }
}

/// The selectors of what counts events, as the rules have them, at most three; and the `up` of their targets.
fn reads(promise: &Promise) -> (Vec<String>, Option<String>) {
    let counted: Vec<&Series> = match &promise.measurement {
        Measurement::Completion(completion) => completion.started.iter().collect(),
        Measurement::Slices(Slices { condition: Condition::Mean { of, .. }, .. }) => vec![of],
        other @ (Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_)) => {
            other.events().map(|e| e.total.iter().collect()).unwrap_or_default()
        }
    };
    let mut named: Vec<String> = Vec::new();
    let mut targets: Option<&Selector> = promise.measurement.gauge();
    for series in counted {
        if let Some(selector) = series.selector() {
            targets = targets.or(Some(selector));
            let suffix = if series.is_classic_count() { "_count" } else { "" };
            let mut one = String::new();
            print::selector(&mut one, &selector.metric, suffix, &selector.matchers, &[]);
            if selector.either {
                // Converted, its name is the histogram's own.
                one.push_str(" or ");
                print::selector(&mut one, &selector.metric, "", &selector.matchers, &[]);
            }
            named.push(one);
        }
    }
    named.extend(promise.measurement.gauge().map(|g| print::selector_text(&g.metric, &g.matchers)));
    named.sort();
    named.dedup();
    let more = named.len().saturating_sub(3);
    named.truncate(3);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    (named, targets.and_then(up))
}

/// `up{job="a"}`: what shows that the targets of a selector are there, where it says which they are.
fn up(selector: &Selector) -> Option<String> {
    if let Some(alive) = &selector.alive {
        return Some(print::selector_text(&alive.metric, &alive.matchers));
    }
    let of_target = |m: &&Matcher| ["job", "instance", "namespace"].contains(&m.label.as_str());
    let of: Vec<Matcher> = selector.matchers.iter().filter(of_target).cloned().collect();
    of.iter().any(|m| m.label == "job").then(|| print::selector_text("up", &of))
}

/// What is gone: the value of a label that tells budgets apart, or all that finishes.
fn part(promise: &Promise) -> String {
    let said: Vec<String> = each(promise).iter().map(|n| format!("{n} {{{{ $labels.{n} }}}}")).collect();
    match (said.is_empty(), &promise.measurement) {
        (true, _) => "nothing counts any more what it finishes".to_owned(),
        // The alert speaks of either.
        (false, Measurement::Completion(_)) => {
            format!("{} has no data any more, or nothing counts what it finishes", said.join(", "))
        }
        (false, _) => format!("{} has no data any more", said.join(", ")),
    }
}

/// What follows from that.
fn part_story(promise: &Promise) -> &'static str {
    const PART: &str = "It had data within the last day and has none now, while others have. If it was removed on purpose, this ends by itself \
                        within a day.";
    const FINISHED: &str = "Something finished before, and nothing is there now that counts it, while things are started. See whether the \
                            target that exports it is up. Until it is back, burn alerts of this promise are silent.";
    match (&promise.measurement, promise.for_each.is_empty()) {
        (Measurement::Completion(_), true) => FINISHED,
        (Measurement::Completion(_), false) => {
            "It had data within the last day. If it was removed on purpose, this ends by itself within a day; else see whether the target \
             that exports it is up: until it is back, burn alerts of this part are silent."
        }
        (Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_), _) => PART,
    }
}
