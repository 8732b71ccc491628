//! From alerts to objectives: alerts on one share with one budget are one.

use std::collections::{BTreeMap, BTreeSet};

use super::around::{TEXTS, alerting, conditions_lost, window};
use super::book::{Book, Why};
use super::burn::{Leaf, Share, conditions, is_share};
use super::constant::Product;
use super::{Rule, naming, windows};
use crate::import::Read;
use crate::import::objective::{Objective, Said, Service, Sli, Tool, Values};
use crate::import::reader::{owner, short};
use crate::import::report::{Finding, Outcome};
use crate::value::Decimal;
use crate::write::text;

/// A burn rate that an alert speaks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rate {
    pub(super) factor: Decimal,
    /// In milliseconds.
    pub(super) long: u64,
    pub(super) short: Option<u64>,
}

/// An objective in the making.
pub(super) struct Draft {
    share: Share,
    pub(super) budget: Decimal,
    alerts: Vec<usize>,
    pub(super) rates: Vec<Rate>,
    /// What else alerts ask for.
    pub(super) guards: BTreeSet<String>,
    assumed: Vec<String>,
}

/// Shares of one alternative of an alert, the longest window first.
struct Way {
    alert: usize,
    leaves: Vec<Vec<Result<Share, Why>>>,
    guards: Vec<String>,
    /// Limits of which it isn't plain what is their budget.
    unclear: Vec<String>,
    /// Why nothing can be promised by it.
    never: Option<String>,
}

fn ways(book: &Book<'_>, without: &BTreeSet<usize>) -> Vec<Way> {
    let mut made = Vec::new();
    let alerts = book.rules.iter().enumerate().filter(|(at, rule)| rule.is_alert() && !without.contains(at));
    for (alert, rule) in alerts {
        for leaves in conditions(book, &rule.expr.text) {
            let mut way =
                Way { alert, leaves: Vec::new(), guards: Vec::new(), unclear: Vec::new(), never: None };
            for leaf in leaves {
                match leaf {
                    Leaf::Burn(found) => way.leaves.push(found),
                    Leaf::Guard(text) => way.guards.push(text),
                    Leaf::Unclear { limit, condition } => {
                        way.unclear.push(limit);
                        way.guards.push(condition);
                    }
                    Leaf::Never(why) => way.never = way.never.or(Some(why)),
                }
            }
            let longest = |l: &Vec<Result<Share, Why>>| l.iter().flatten().map(|s| s.window).max();
            way.leaves.sort_by_key(|l| std::cmp::Reverse(longest(l)));
            made.push(way);
        }
    }
    made
}

/// The budget of a product, and what it is multiplied by; `others` are products of the same share.
fn budget(product: Product, others: &[Product]) -> Option<(Decimal, Decimal)> {
    let (a, b) = product;
    match (is_share(a.value), is_share(b.value)) {
        (true, false) => Some((a.value, b.value)),
        (false, true) => Some((b.value, a.value)),
        (false, false) => None,
        (true, true) if a.worked_out != b.worked_out => {
            Some(if a.worked_out { (a.value, b.value) } else { (b.value, a.value) })
        }
        (true, true) => {
            let common = |v: Decimal| others.iter().all(|(x, y)| x.value == v || y.value == v);
            match (common(a.value), common(b.value)) {
                (true, false) => Some((a.value, b.value)),
                (false, true) => Some((b.value, a.value)),
                _ => None,
            }
        }
    }
}

/// Alerts on burn rates, put together by what they judge; `used` gets the rules they take, `unclear` the limits of alerts of which it
/// isn't plain what is their budget.
pub(super) fn drafts(
    book: &Book<'_>,
    without: &BTreeSet<usize>,
    read: &mut Read,
    used: &mut BTreeSet<usize>,
    unclear: &mut BTreeMap<usize, String>,
) -> Vec<Draft> {
    let ways = ways(book, without);
    let mut products: BTreeMap<&str, Vec<Product>> = BTreeMap::new();
    for share in ways.iter().flat_map(|w| &w.leaves).flatten().flatten() {
        products.entry(&share.family).or_default().push(share.product);
    }
    let mut made: Vec<Draft> = Vec::new();
    let mut at: BTreeMap<(String, Decimal), usize> = BTreeMap::new();
    let mut refused: BTreeSet<(usize, BTreeMap<String, String>)> = BTreeSet::new();
    let mut others: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut looks = Vec::new();
    for way in &ways {
        let Some(rule) = book.rules.get(way.alert) else { continue };
        // Each alert is named, whatever is said of others too; once for all its windows.
        let mut refuse = |why: &Why| {
            if refused.insert((way.alert, why.labels.clone())) {
                read.refused.push(refusal(rule, why));
            }
        };
        if let Some(why) = &way.never {
            used.insert(way.alert);
            refuse(&Why::new(why.clone()));
            continue;
        }
        if way.leaves.is_empty() {
            others.entry(way.alert).or_default().push(way.guards.join(" and "));
            if let Some(limit) = way.unclear.first() {
                unclear.entry(way.alert).or_insert_with(|| limit.clone());
            }
            continue;
        }
        used.insert(way.alert);
        for one in together(&way.leaves) {
            let (share, rest) = match one {
                Ok(found) => found,
                Err(why) => {
                    refuse(why);
                    continue;
                }
            };
            let others = products.get(share.family.as_str()).map_or(&[][..], Vec::as_slice);
            let Some((budget, factor)) = budget(share.product, others) else {
                let text = format!(
                    "of its limit `{} * {}` either may be the budget",
                    share.product.0.value, share.product.1.value
                );
                refuse(&Why { text, labels: share.labels.clone() });
                continue;
            };
            let key = (share.family.clone(), budget);
            let found = *at.entry(key).or_insert_with(|| {
                made.push(Draft::new(share, budget));
                made.len() - 1
            });
            if let Some(draft) = made.get_mut(found) {
                draft.take(way, share, &rest, factor);
            }
            looks.push((rule, share, rest, budget, factor));
        }
    }
    for (rule, share, rest, budget, factor) in looks {
        look(book, rule, share, &rest, budget, factor, read);
    }
    unclear.retain(|at, _| !used.contains(at));
    for draft in &mut made {
        used.extend(&draft.share.used);
        let also = draft.alerts.iter().filter_map(|at| others.get(at)).flatten();
        draft.guards.extend(also.map(|text| format!("or {text}")));
    }
    made
}

/// Something of each condition that belongs together.
type Together<'w> = Result<(&'w Share, Vec<&'w Result<Share, Why>>), &'w Why>;

/// The shares of the condition with the longest window, each with those of the others that belong to it.
fn together(leaves: &[Vec<Result<Share, Why>>]) -> Vec<Together<'_>> {
    let known = |leaf: &&Vec<Result<Share, Why>>| leaf.iter().any(Result::is_ok);
    let Some(first) = leaves.iter().find(known).or_else(|| leaves.first()) else { return Vec::new() };
    let beside = |share: &Share| -> Vec<&Result<Share, Why>> {
        let others = leaves.iter().filter(|leaf| !std::ptr::eq(*leaf, first));
        let same = |leaf: &'_ Vec<Result<Share, Why>>| -> Option<usize> {
            let of = |test: &dyn Fn(&Share) -> bool| leaf.iter().position(|one| one.as_ref().is_ok_and(test));
            of(&|s| s.family == share.family)
                .or_else(|| of(&|s| s.labels == share.labels))
                .or_else(|| {
                    leaf.iter().position(|one| one.as_ref().is_err_and(|why| why.labels == share.labels))
                })
                .or_else(|| (leaf.len() == 1).then_some(0))
        };
        others.filter_map(|leaf| leaf.get(same(leaf)?)).collect()
    };
    first
        .iter()
        .map(|one| match one {
            Ok(share) => Ok((share, beside(share))),
            Err(why) => Err(why),
        })
        .collect()
}

fn refusal(rule: &Rule, why: &Why) -> Outcome {
    let of: Vec<&str> = why.labels.values().map(String::as_str).collect();
    let of = if of.is_empty() { String::new() } else { format!(" ({})", short(&of.join(", "))) };
    Outcome::refused(format!("{}{of}", rule.name.text), rule.name.place.clone(), why.text.clone())
}

/// What is wrong with an alert.
fn look(
    book: &Book<'_>,
    rule: &Rule,
    share: &Share,
    rest: &[&Result<Share, Why>],
    budget: Decimal,
    factor: Decimal,
    read: &mut Read,
) {
    let mut say = |place: &crate::import::Place, text: String| {
        read.findings.push(Finding { place: place.clone(), text });
    };
    if factor.checked_mul(budget).is_some_and(|limit| limit >= Decimal::ONE) {
        let percent =
            |share: Decimal| share.checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default().normalize();
        let limit = factor.checked_mul(budget).map(percent).unwrap_or_default();
        say(
            &rule.name.place,
            format!(
                "`{}` never speaks at {} times a budget of {}%: that is {limit}%, and no share is above 100%",
                rule.name.text,
                factor.normalize(),
                percent(budget)
            ),
        );
    }
    let others = rest.iter().filter_map(|one| one.as_ref().ok());
    for other in others.clone().filter(|other| other.family != share.family) {
        let (long, short) = (windows::shown(share.window), windows::shown(other.window));
        let name = &rule.name.text;
        say(
            &rule.name.place,
            format!(
                "`{name}` judges one share over {long} and another one over {short}; the first is imported"
            ),
        );
    }
    for one in std::iter::once(share).chain(others) {
        let Some(recorded) = one.by.and_then(|by| book.rules.get(by)) else { continue };
        if let Some((_, named)) =
            windows::named(&recorded.name.text).filter(|(_, named)| *named != one.window)
        {
            say(
                &recorded.name.place,
                format!(
                    "`{}` looks back {}, and its name says {}",
                    recorded.name.text,
                    windows::shown(one.window),
                    windows::shown(named)
                ),
            );
        }
    }
}

impl Draft {
    fn new(share: &Share, budget: Decimal) -> Self {
        let (share, assumed) = (share.clone(), share.assumed.clone());
        Self { share, budget, alerts: Vec::new(), rates: Vec::new(), guards: BTreeSet::new(), assumed }
    }
    fn take(&mut self, way: &Way, share: &Share, rest: &[&Result<Share, Why>], factor: Decimal) {
        if !self.alerts.contains(&way.alert) {
            self.alerts.push(way.alert);
        }
        self.share.used.extend(&share.used);
        let mut short = None;
        for one in rest {
            match one {
                Ok(other) => {
                    self.share.used.extend(&other.used);
                    short = short.min(Some(other.window)).or(Some(other.window));
                }
                Err(why) => {
                    let text =
                        format!("all windows judge the same share; of one that can't be told: {}", why.text);
                    if !self.assumed.contains(&text) {
                        self.assumed.push(text);
                    }
                }
            }
        }
        let rate = Rate { factor: factor.normalize(), long: share.window, short };
        if !self.rates.contains(&rate) {
            self.rates.push(rate);
        }
        self.guards.extend(way.guards.iter().cloned());
    }
}

/// A recording of a share.
pub(super) struct Recording {
    /// The rule.
    pub(super) rule: usize,
    /// How far it looks back, in milliseconds.
    pub(super) window: u64,
    /// Other recordings that it is made of.
    parts: BTreeSet<usize>,
}

/// Shares that rules record, by what they are of.
pub(super) fn families(book: &Book<'_>) -> BTreeMap<String, Vec<Recording>> {
    let mut made: BTreeMap<String, Vec<Recording>> = BTreeMap::new();
    for (at, rule) in book.rules.iter().enumerate().filter(|(_, rule)| !rule.is_alert()) {
        let Ok(found) = book.follow(&rule.expr.text) else { continue };
        for one in found.into_iter().flatten() {
            if let Ok((family, window)) = windows::family(&one.text) {
                made.entry(family).or_default().push(Recording { rule: at, window, parts: one.used });
            }
        }
    }
    made
}

/// Makes objectives of what was put together.
pub(super) fn objectives(book: &Book<'_>, drafts: Vec<Draft>, read: &mut Read, used: &mut BTreeSet<usize>) {
    let families = families(book);
    let mut made: Vec<(Objective, Draft)> = Vec::new();
    for draft in drafts {
        let recorded = families.get(&draft.share.family).map_or(&[][..], Vec::as_slice);
        used.extend(recorded.iter().flat_map(|one| std::iter::once(&one.rule).chain(&one.parts)));
        let Some(first) = draft.alerts.first().and_then(|at| book.rules.get(*at)) else { continue };
        made.push((objective(book, &draft, first, recorded), draft));
    }
    tell_apart(&mut made);
    let any = made.iter().flat_map(|(_, d)| &d.alerts).filter_map(|at| book.rules.get(*at));
    if any
        .flat_map(|rule| &rule.annotations)
        .any(|(key, _)| TEXTS.contains(&key.to_ascii_lowercase().as_str()))
    {
        read.assumed.push(
            "alerts have texts of Slovo's own; those of the source (summary, description, ..) are left out"
                .to_owned(),
        );
    }
    read.objectives.extend(made.into_iter().map(|(objective, _)| objective));
}

fn objective(book: &Book<'_>, draft: &Draft, first: &Rule, recorded: &[Recording]) -> Objective {
    let share = &draft.share;
    let alerts: Vec<&Rule> = draft.alerts.iter().filter_map(|at| book.rules.get(*at)).collect();
    let place = share.by.and_then(|by| book.rules.get(by)).map_or(&first.expr.place, |rule| &rule.expr.place);
    let service = naming::service(first, &share.labels, &share.family);
    let recorded_as = share.by.and_then(|by| book.rules.get(by)).map(|rule| rule.name.text.as_str());
    let name = naming::name(first, &share.labels, &share.family, recorded_as);
    let percent = Decimal::ONE.checked_sub(draft.budget).and_then(|p| p.checked_mul(Decimal::ONE_HUNDRED));
    let percent = percent.unwrap_or_default().normalize();
    let mut assumed = draft.assumed.clone();
    let window = window(book, draft, recorded, &mut assumed);
    let mut lost = Vec::new();
    let alerting = alerting(&alerts, &service, &mut assumed, &mut lost);
    lost.extend(conditions_lost(draft, &alerts, window));
    let named = alerts.iter().find_map(|rule| owner(&rule.labels)).or_else(|| first.owner.clone());
    Objective {
        tool: Tool::Rules,
        service: Service::named(service),
        name,
        part: None,
        title: None,
        description: None,
        percent: text::number(percent).unwrap_or_else(|| percent.to_string()),
        window,
        sli: Sli::Ratio { query: Said { text: share.family.clone(), place: place.clone() }, good: false },
        recorded: None,
        unfollowed: None,
        values: Values::Written,
        slices: None,
        alerting,
        owner: named.filter(|said| !said.text.contains("{{")),
        labels: Vec::new(),
        assumed,
        lost,
    }
}

/// Objectives of one name get parts: what rules call their shares, else the objective itself.
fn tell_apart(made: &mut [(Objective, Draft)]) {
    let mut of_name: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, (objective, _)) in made.iter().enumerate() {
        let key = (objective.service.name.text.clone(), objective.name.text.clone());
        of_name.entry(key).or_default().push(at);
    }
    for list in of_name.values().filter(|list| list.len() > 1) {
        let of = |at: &usize| made.get(*at);
        let keys: BTreeSet<String> =
            list.iter().filter_map(of).flat_map(|(_, d)| d.share.labels.keys().cloned()).collect();
        let distinct = |key: &&String| {
            let values: BTreeSet<&String> =
                list.iter().filter_map(of).filter_map(|(_, d)| d.share.labels.get(*key)).collect();
            values.len() == list.len()
        };
        let key = keys.iter().find(distinct).cloned();
        for at in list {
            let Some((objective, draft)) = made.get_mut(*at) else { continue };
            let said = match key.as_ref().and_then(|key| draft.share.labels.get(key)) {
                Some(value) => value.clone(),
                None => format!("at {}", objective.percent),
            };
            let name = crate::import::names::title(&objective.name.text);
            objective.title = Some(format!("{name}: {said}"));
            objective.part = Some(Said { text: said, place: objective.name.place.clone() });
        }
    }
}
