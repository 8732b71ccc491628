//! What stands around a share: the window of its budget, how alerts speak, and what of them has no place.

use std::collections::BTreeSet;

use super::book::Book;
use super::draft::{Draft, Recording};
use super::{Rule, windows};
use crate::import::objective::{Alert, Alerting, Lost, Said, What, Window};
use crate::import::pyrra::duration;
use crate::import::reader::{is_owner, short};
use crate::import::report::listed;
use crate::import::severity::{Loud, loudness};
use crate::ir::burn::{Profile, alerts};
use crate::value::{Decimal, Duration};

/// The window of the budget: rules state none; a share that is recorded over weeks says it, and burn rates hint at it.
pub(super) fn window(
    book: &Book<'_>,
    draft: &Draft,
    recorded: &[Recording],
    assumed: &mut Vec<String>,
) -> Window {
    let rates: Vec<(Decimal, u64)> = draft.rates.iter().map(|rate| (rate.factor, rate.long)).collect();
    let hinted = windows::hinted(&rates);
    let shown: Vec<String> =
        rates.iter().map(|(factor, long)| format!("{factor} over {}", windows::shown(*long))).collect();
    let whole = |one: &&Recording| one.window >= 7 * windows::DAY && one.window.is_multiple_of(windows::DAY);
    let longest = recorded.iter().filter(whole).max_by_key(|one| one.window);
    let days = longest.and_then(|one| {
        Some((one.rule, u32::try_from(one.window / windows::DAY).ok().filter(|d| *d <= 90)?))
    });
    match (days, hinted) {
        (Some((_, days)), Some(hint)) if days == hint => Window::Days(days),
        (Some((at, days)), _) => {
            let name = book.rules.get(at).map_or("", |rule| rule.name.text.as_str());
            assumed.push(format!("a window of {days}d, over which `{name}` records the share"));
            Window::Days(days)
        }
        (None, Some(days)) => {
            let rates = if shown.len() == 1 { "a burn rate of" } else { "burn rates of" };
            let are = if shown.len() == 1 { "is" } else { "are" };
            assumed.push(format!("a window of {days}d, which {rates} {} {are} made for", listed(&shown)));
            Window::Days(days)
        }
        (None, None) => {
            assumed.push("the `default_window` of slovo.yaml, as the source states no window".to_owned());
            Window::Unstated
        }
    }
}

/// Labels that say how loud an alert is.
const SEVERITIES: [&str; 4] = ["severity", "priority", "urgency", "level"];
/// Annotations that are texts of an alert.
pub(super) const TEXTS: [&str; 6] = ["summary", "description", "message", "title", "text", "info"];

/// How alerts speak together: as loud as the loudest of them.
pub(super) fn alerting(
    alerts: &[&Rule],
    service: &Said,
    assumed: &mut Vec<String>,
    lost: &mut Vec<Lost>,
) -> Alerting {
    let (mut loud, mut quiet) = (false, false);
    let mut made = Alerting { name: alerts.first().map(|rule| rule.name.clone()), ..Alerting::default() };
    for rule in alerts {
        let word = SEVERITIES.iter().find_map(|key| rule.label(key));
        let said = word.map_or(Loud::Unknown, loudness);
        quiet |= said == Loud::Ticket;
        loud |= said != Loud::Ticket;
        if said == Loud::Unknown {
            let text = match word {
                Some(word) => format!("alerts of severity `{}` page somebody", short(word)),
                None => "alerts without a severity page somebody".to_owned(),
            };
            if !assumed.contains(&text) {
                assumed.push(text);
            }
        }
        // Others are lost.
        let about_rules = |(key, said): &&(String, Said)| {
            let known = SEVERITIES.contains(&key.as_str()) || is_owner(key);
            known || said.text == service.text || duration(&said.text).is_some()
        };
        let is_text = |(key, _): &&(String, Said)| TEXTS.contains(&key.to_ascii_lowercase().as_str());
        gather(&mut made.labels, rule.labels.iter().filter(|label| !about_rules(label)));
        gather(&mut made.annotations, rule.annotations.iter().filter(|annotation| !is_text(annotation)));
    }
    made.page = Alert { disabled: !loud, ..Alert::default() };
    if loud && !quiet {
        lost.push(Lost::new(What::Tickets, "that no alert makes tickets: whoever pages has tickets too"));
    }
    made
}

/// Adds what isn't there yet.
fn gather<'s>(made: &mut Vec<(String, Said)>, list: impl Iterator<Item = &'s (String, Said)>) {
    for (key, said) in list {
        if !made.iter().any(|(k, s)| k == key && s.text == said.text) {
            made.push((key.clone(), said.clone()));
        }
    }
}

/// What of the alerts' conditions has no place.
pub(super) fn conditions_lost(draft: &Draft, alerts: &[&Rule], window: Window) -> Vec<Lost> {
    let mut made = Vec::new();
    let holds: BTreeSet<&str> = alerts.iter().filter_map(|rule| rule.hold.as_deref()).collect();
    let mut ordered: Vec<&str> = holds.into_iter().filter(|h| duration(h) != Some(0)).collect();
    ordered.sort_by_key(|hold| duration(hold));
    if !ordered.is_empty() {
        made.push(Lost::new(
            What::Conditions,
            format!("how long alerts hold back (`for` of {})", ordered.join(", ")),
        ));
    }
    for guard in &draft.guards {
        made.push(Lost::new(
            What::Conditions,
            format!("the condition `{}` of an alert", guard.chars().take(200).collect::<String>()),
        ));
    }
    let days = match window {
        Window::Days(days) => u64::from(days),
        Window::OfTool | Window::Unstated => 28,
    };
    let own: BTreeSet<(Decimal, u64)> = alerts_of(draft.budget, days);
    let others: Vec<String> = draft
        .rates
        .iter()
        .filter(|rate| !own.contains(&(rate.factor, rate.long)))
        .map(|rate| {
            let short = rate.short.map(|s| format!(" and {}", windows::shown(s))).unwrap_or_default();
            format!("{} over {}{short}", rate.factor, windows::shown(rate.long))
        })
        .collect();
    if !others.is_empty() {
        made.push(Lost::new(
            What::Conditions,
            format!("alerts at burn rates of {}: Slovo has its own", listed(&others)),
        ));
    }
    made
}

fn alerts_of(budget: Decimal, days: u64) -> BTreeSet<(Decimal, u64)> {
    let own = alerts(budget, Duration::from_days(days), &Profile::default());
    own.iter().map(|a| (a.factor.normalize(), a.long.as_micros() / 1000)).collect()
}
