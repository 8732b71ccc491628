//! The budget as a bar: what may fall short, where the policy acts, what an outage costs.

use std::fmt::Write as _;

use super::Svg;
use crate::ir;
use crate::sentences::{numbers, promise as word, words};
use crate::value::{Decimal, Duration};

const WIDTH: i64 = 360;

/// A bar of one window's budget, from full (left) to spent (right). `id` makes it unique in its page.
pub fn budget(model: &ir::Model, journey: &ir::Journey, promise: &ir::Promise, id: &str) -> String {
    let budget = word::budget(promise);
    let noun = words::noun(promise);
    let all = match budget.events {
        Some(n) => format!("{} {noun} may fall short", numbers::count(n)),
        None => format!("{} of total outage", numbers::length(budget.outage)),
    };
    let left = |below: Decimal| match budget.events {
        _ if below.is_zero() => "spent".to_owned(),
        Some(n) if n >= Decimal::TEN => {
            format!("{} left", numbers::count((n * below / Decimal::ONE_HUNDRED).floor()))
        }
        _ => format!("{}% left", below.normalize()),
    };
    let mut stops: Vec<Decimal> = journey
        .policy
        .as_ref()
        .and_then(|p| model.policies.get(p))
        .map(|p| p.clauses.iter().map(|c| c.below).filter(|b| *b < Decimal::ONE_HUNDRED).collect())
        .unwrap_or_default();
    stops.push(Decimal::ZERO);
    stops.sort_by(|a, b| b.cmp(a));
    stops.dedup();
    let at = |below: Decimal| scaled(Decimal::ONE_HUNDRED - below, Decimal::ONE_HUNDRED);

    let outage = sample(budget.outage);
    let cost = outage
        .map(|t| (t, scaled(Decimal::from(t.as_micros()), Decimal::from(budget.outage.as_micros().max(1)))));
    let description = {
        let mut said = format!("The bar is the whole budget {}.", word::within_window(promise.window));
        if let Some((time, px)) = cost {
            let _ = write!(
                said,
                " A total outage of {} takes {}% of it.",
                numbers::exact(time),
                px * 100 / WIDTH
            );
        }
        if stops.len() > 1 {
            let list: Vec<String> = stops.iter().map(|s| left(*s)).collect();
            let _ = write!(said, " The policy acts at: {}.", list.join(", "));
        }
        said
    };
    let title = format!("{all} {}", word::within_window(promise.window));
    let mut svg = Svg::new(&format!("budget-{id}"), "budget", (WIDTH, 76), &title, &description);
    let mut from = 0;
    for (n, stop) in stops.iter().enumerate() {
        let to = at(*stop);
        svg.rect(
            ["zone z0", "zone z1", "zone z2"].get(n.min(2)).copied().unwrap_or("zone"),
            (from, 24),
            (to - from, 18),
            0,
        );
        if n > 0 {
            // Strokes at a slant, so that zones differ without colour; the page's patterns.
            let pattern = if n == 1 { "thin" } else { "thick" };
            let width = to - from;
            let _ = write!(
                svg.out,
                "<rect x=\"{from}\" y=\"24\" width=\"{width}\" height=\"18\" fill=\"url(#hatch-{pattern})\"/>"
            );
        }
        from = to;
    }
    svg.rect("frame", (0, 24), (WIDTH, 18), 0);
    if let Some((time, px)) = cost {
        let px = px.max(2);
        let _ = write!(svg.out, "<path class=\"bracket\" d=\"M1 20V14H{px}V20\"/>");
        svg.text("small", (px + 6, 17), &format!("{} of total outage", numbers::exact(time)));
    }
    let wide = |label: &str| i64::try_from(label.chars().count()).unwrap_or(0) * 11 / 2;
    let mut free = 0;
    let shown: Vec<(i64, String)> = stops.iter().map(|s| (at(*s), left(*s))).collect();
    let end = WIDTH - shown.last().map_or(0, |(_, label)| wide(label));
    for (n, (x, label)) in shown.iter().enumerate() {
        let last = n + 1 == shown.len();
        svg.line("tick", (if last { *x - 1 } else { *x }, 42), (if last { *x - 1 } else { *x }, 49));
        if last {
            svg.text("small end", (WIDTH, 63), label);
        } else if *x - wide(label) / 2 >= free && *x + wide(label) / 2 + 3 <= end {
            svg.text("small mid", (*x, 63), label);
            free = *x + wide(label) / 2 + 6;
        }
    }
    svg.done()
}

/// A length of outage that people know and that takes a visible part of the budget.
fn sample(outage: Duration) -> Option<Duration> {
    let minutes = [1_440 * 2, 1_440, 720, 360, 180, 60, 30, 15, 5, 1].map(Duration::from_mins);
    let seconds = [30, 10, 5, 1].map(Duration::from_secs);
    minutes.into_iter().chain(seconds).find(|t| t.times(2) <= outage)
}

fn scaled(part: Decimal, whole: Decimal) -> i64 {
    let px = (part * Decimal::from(WIDTH)).checked_div(whole).unwrap_or_default().round();
    i64::try_from(px).unwrap_or(WIDTH).clamp(0, WIDTH)
}
