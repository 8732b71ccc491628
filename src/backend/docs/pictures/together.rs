//! How steps add up: what may go wrong in the whole, beside what may go wrong in its parts.

use super::Svg;
use crate::backend::docs::context::Together;
use crate::value::Decimal;

const BAR: i64 = 250;
const LEFT: i64 = 0;

/// Bars of loss: what is promised, and what the parts come to at worst, by chance and at best. `id` is unique in the page.
pub fn together(sum: &Together, noun: &str, id: &str) -> String {
    let lost = |percent: &str| {
        Decimal::ONE_HUNDRED - Decimal::from_str_exact(percent).unwrap_or(Decimal::ONE_HUNDRED)
    };
    let promised = lost(&sum.floor_percent);
    let parts: Vec<Decimal> = sum.parts.iter().map(|p| lost(&p.percent)).collect();
    let total: Decimal = parts.iter().copied().sum();
    let most = promised.max(total).max(Decimal::new(1, 6));
    let scaled = |n: Decimal| {
        let px = (n * Decimal::from(BAR)).checked_div(most).unwrap_or_default().round();
        i64::try_from(px).unwrap_or(BAR).clamp(0, BAR)
    };
    let value = |n: Decimal| format!("{}%", n.round_dp(3).normalize());
    let mut rows: Vec<(&str, Vec<Decimal>)> = vec![("We promise to lose at most", vec![promised])];
    if sum.how == "all" {
        rows.push(("Parts, if no two failures meet", parts.clone()));
        rows.push(("Parts, if failures come by chance", vec![lost(&sum.product_percent)]));
        rows.push(("Parts, if failures come together", vec![lost(&sum.best_percent)]));
    } else {
        rows.push(("The worst of the parts", vec![lost(&sum.best_percent)]));
    }
    let title = format!("What may go wrong: the whole and its parts, in percent of {noun}");
    let said: Vec<String> =
        rows.iter().map(|(name, list)| format!("{name}: {}", value(list.iter().copied().sum()))).collect();
    let height = 44 * i64::try_from(rows.len()).unwrap_or(4) + 4;
    let mut svg = Svg::new(
        &format!("together-{id}"),
        "together",
        (330, height),
        &title,
        &format!("{}.", said.join("; ")),
    );
    let mut y = 14;
    for (n, (name, list)) in rows.iter().enumerate() {
        svg.text("small", (LEFT, y), name);
        let mut x = LEFT;
        for (part, loss) in list.iter().enumerate() {
            let w = scaled(*loss).max(2);
            let class = if n == 0 { "bar promised" } else { "bar part" };
            // A gap tells one part from the next.
            let gap = i64::from(part + 1 < list.len() && w > 3);
            svg.rect(class, (x, y + 7), (w - gap, 14), 0);
            if list.len() > 1 && w >= 14 {
                svg.text("number on", (x + w / 2, y + 18), &(part + 1).to_string());
            }
            x += w;
        }
        svg.text("small strong", (x + 6, y + 18), &value(list.iter().copied().sum()));
        y += 44;
    }
    // The promise as a line through all rows: what is right of it breaks the word.
    let limit = LEFT + scaled(promised);
    svg.line("limit", (limit, 18), (limit, height - 2));
    svg.done()
}
