//! Did-you-mean.

/// Candidates beyond which no suggestion is looked for: a wrong program must not take minutes.
const MOST: usize = 5_000;

/// Of so many candidates each is compared letter by letter; of those behind them only what begins and ends like the name.
const FEW: usize = 100;
/// Letters in the middle in which those may differ.
const MIDDLE: usize = 3;
/// Of those behind them so many are compared letter by letter.
const ALIKE: usize = 50;

/// The candidate that was most likely meant: the same but for case and dashes, else the nearest by edits (a swap of
/// neighbours is one), at most a third of the name's letters.
pub(crate) fn closest<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let plain = normal(wanted);
    let most = (plain.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut compared = 0;
    for (at, candidate) in candidates.into_iter().take(MOST).enumerate() {
        // Of many candidates nearly all end here.
        if candidate.len().abs_diff(plain.len()) > most * 4 || at >= FEW && !is_alike(&plain, candidate) {
            continue;
        }
        if candidate == wanted {
            continue;
        }
        compared += 1;
        if compared > FEW + ALIKE {
            break;
        }
        let distance = if normal(candidate) == plain { 0 } else { strsim::osa_distance(&plain, candidate) };
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Do they differ in a few letters in the middle only?
fn is_alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let longest = a.len().max(b.len());
    if longest - a.len().min(b.len()) > MIDDLE {
        return false;
    }
    // Then half of what is the same lies before or behind the middle: a glance at that tells most that differ.
    let half = longest.saturating_sub(MIDDLE).div_ceil(2);
    let same = |x: Option<&[u8]>, y: Option<&[u8]>| match (x, y) {
        (Some(x), Some(y)) => x.eq_ignore_ascii_case(y),
        _ => false,
    };
    let end_of = |text: &[u8]| text.len().saturating_sub(half);
    if !same(a.get(..half), b.get(..half)) && !same(a.get(end_of(a)..), b.get(end_of(b)..)) {
        return false;
    }
    let before = a.iter().zip(b).take_while(|(x, y)| x.eq_ignore_ascii_case(y)).count();
    let behind = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x.eq_ignore_ascii_case(y)).count();
    before + behind + MIDDLE >= longest
}

/// Lower case, with `_` for dashes and blanks.
fn normal(name: &str) -> String {
    name.chars().map(|c| if matches!(c, '-' | ' ' | '.') { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// `a`, `b` and `c`, each in backticks; at most `most`, then `…`.
pub(crate) fn list<'c>(names: impl IntoIterator<Item = &'c str>, most: usize) -> String {
    let mut shown: Vec<String> = Vec::new();
    for name in names {
        if shown.len() == most {
            shown.push("…".to_owned());
            break;
        }
        shown.push(format!("`{name}`"));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() && last != "…" => format!("{} and {last}", rest.join(", ")),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let names = ["shop", "support", "payment_trouble", "shop_director"];
        for (wanted, meant) in [
            ("shp", Some("shop")),
            ("Shop", Some("shop")),
            ("payment-trouble", Some("payment_trouble")),
            ("suport", Some("support")),
            ("spuport", Some("support")),
            ("fulfilment", None),
            ("x", None),
        ] {
            assert_eq!(closest(wanted, names), meant, "{wanted}");
        }
    }

    #[test]
    fn lists() {
        assert_eq!(list(["a"], 3), "`a`");
        assert_eq!(list(["a", "b"], 3), "`a` and `b`");
        assert_eq!(list(["a", "b", "c", "d"], 2), "`a`, `b`, …");
    }
}
