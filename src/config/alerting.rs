//! `alerting`: burn-rate tiers and windows as data.

use super::keys;
use super::reader::Reader;
use super::tree::{Entry, Node, Value};
use crate::diag::codes::project as codes;
use crate::ir::burn::{Loudness, Profile, Tier};
use crate::source::Span;
use crate::value::{Decimal, Duration};

/// Reads the profile; what it leaves out is as in the built-in one. With a mistake in it the built-in one is taken: promises are
/// not blamed for alerts that nobody meant.
pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Profile {
    let before = reader.diagnostics.len();
    let mut profile = Profile::default();
    let mut tiers = Vec::new();
    for field in reader.fields(node, "alerting", keys::ALERTING) {
        if field.key == "windows" {
            windows(&field.value, &mut profile, reader);
        } else {
            for item in reader.list(&field.value, "alerting.tiers", "write one tier per `- `") {
                tiers.extend(tier(item, reader));
            }
        }
    }
    for (made, span) in &tiers {
        if !profile.windows.iter().any(|(long, _)| *long == made.long) {
            let longs: Vec<String> = profile.windows.iter().map(|(long, _)| format!("`{long}`")).collect();
            let message = format!("a tier's window `{}` is not among `alerting.windows`", made.long);
            let help =
                format!("choose one of {}, or add it to the windows with its short one", longs.join(", "));
            reader.wrong(&codes::BAD_PROFILE, *span, message, "no such long window", &help);
        }
    }
    if !tiers.is_empty() {
        profile.tiers = tiers.into_iter().map(|(tier, _)| tier).collect();
        // Louder ones first: a quieter tier that says the same as a louder one is dropped.
        profile.tiers.sort_by_key(|t| t.loudness);
    }
    if reader.diagnostics.len() > before { Profile::default() } else { profile }
}

fn windows(node: &Node, profile: &mut Profile, reader: &mut Reader<'_>) {
    let mut made: Vec<(Duration, Duration)> = Vec::new();
    for entry in reader.entries(node, "alerting.windows", "write long and short window per line: `1h: 5m`") {
        let key = Node { value: Value::Text(entry.key.clone()), span: entry.key_span };
        let what = format!("alerting.windows.{}", entry.key);
        let long = reader.duration(&key, &what, Duration::from_mins(5), Duration::from_days(7));
        let short = reader.duration(&entry.value, &what, Duration::from_mins(1), Duration::from_days(7));
        let (Some(long), Some(short)) = (long, short) else { continue };
        if short >= long {
            let message = format!("the short window of `{long}` is not shorter");
            let help = "the short window tells that it is still going on; a twelfth of the long one is usual";
            reader.wrong(&codes::BAD_PROFILE, entry.value.span, message, "", help);
        } else if made.iter().any(|(other, _)| *other == long) {
            let message = format!("the long window `{long}` is written twice under `alerting.windows`");
            reader.wrong(
                &codes::BAD_PROFILE,
                entry.key_span,
                message,
                "the same length again",
                "keep one of the two",
            );
        } else {
            made.push((long, short));
        }
    }
    if !made.is_empty() {
        made.sort_unstable();
        profile.windows = made;
    }
}

fn tier(node: &Node, reader: &mut Reader<'_>) -> Option<(Tier, Span)> {
    let what = "alerting.tiers";
    let (mut loudness, mut share, mut least, mut long) = (None, None, None, None);
    let mut bad_events = None;
    let before = reader.diagnostics.len();
    for Entry { key, value, .. } in reader.fields(node, what, keys::TIER) {
        let what = format!("{what}.{key}");
        match key.as_str() {
            "urgency" => {
                loudness = match reader.text(value, &what) {
                    Some("page") => Some(Loudness::Page),
                    Some("ticket") => Some(Loudness::Ticket),
                    Some(_) => {
                        let message = format!("`{what}` is neither `page` nor `ticket`");
                        reader.wrong(&codes::BAD_VALUE, value.span, message, "", "write `page` or `ticket`");
                        None
                    }
                    None => None,
                }
            }
            "share" => share = reader.percent(value, &what),
            "least" => least = reader.number(value, &what, Decimal::ONE),
            "window" => {
                let read = reader.duration(value, &what, Duration::from_mins(5), Duration::from_days(7));
                long = read.map(|l| (l, value.span));
            }
            _ => bad_events = reader.count(value, &what, 0, 1_000_000),
        }
    }
    if reader.diagnostics.len() > before {
        return None;
    }
    let (Some(loudness), Some(share), Some((long, span))) = (loudness, share, long) else {
        let message = "a tier needs `urgency`, `share` and `window`";
        let help = "write for example `{urgency: page, share: 2%, window: 1h}`";
        reader.wrong(&codes::BAD_PROFILE, node.span, message, "this tier lacks one of them", help);
        return None;
    };
    let (least, bad_events) = (least.unwrap_or(Decimal::ONE), bad_events.unwrap_or(5));
    Some((Tier { loudness, share, least, long, bad_events }, span))
}
