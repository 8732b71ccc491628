//! Figures out of the texts of alerts.

/// The number before `after`.
pub fn figure(text: &str, after: &str) -> f64 {
    let (before, _) = text.split_once(after).unwrap_or_else(|| panic!("no `{after}` in: {text}"));
    let digits: String = before
        .chars()
        .rev()
        .take_while(|c| c.is_ascii_digit() || ".e+-".contains(*c))
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    digits.parse().unwrap_or_else(|_| panic!("`{digits}` before `{after}` in: {text}"))
}

/// `3h 21m 36s` in seconds.
pub fn seconds(text: &str) -> f64 {
    let of = |part: &str| -> f64 {
        let (number, unit) = part.split_at(part.len() - 1);
        number.parse::<f64>().unwrap()
            * match unit {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" => 60.0,
                _ => 1.0,
            }
    };
    text.split(' ').map(of).sum()
}
