use super::*;

fn shown(text: &str) -> String {
    let all: Vec<String> = said(text)
        .into_iter()
        .map(|s| match s {
            Said::Percent(p) => format!("{p}%"),
            Said::Threshold(p) => format!("at {p}%"),
            Said::Percentile(p) => format!("p{p}"),
            Said::Limit(d) => format!("<{d}"),
            Said::Window(d) => format!("over {d}"),
            Said::Slice(d) => format!("each {d}"),
        })
        .collect();
    if all.is_empty() { "-".to_owned() } else { all.join(" ") }
}

#[test]
fn found() {
    for (text, expected) in [
        ("Answers within 300 ms", "<300ms"),
        ("Answers within 300ms.", "<300ms"),
        ("The order is taken within a second", "<1s"),
        ("The order is taken within a second, always", "<1s"),
        ("Never beyond a quarter of a second", "<250ms"),
        ("Shown in under half a second", "<500ms"),
        ("Pages open in 2s", "<2s"),
        ("Pages open in less than two seconds", "<2s"),
        ("Ready in 1.5 hours", "<1h30m"),
        ("Ready within an hour", "<1h"),
        ("99.9% of orders arrive", "99.9%"),
        ("99.95 percent of orders", "99.95%"),
        ("99 % of orders", "99%"),
        ("95% < 100ms", "95% <100ms"),
        ("95% <100ms", "95% <100ms"),
        ("p99 < 500ms", "p99 <500ms"),
        ("p99 300ms", "p99 <300ms"),
        ("99th percentile below 200ms", "p99 <200ms"),
        ("Requests work, over any 7 days", "over 7d"),
        ("99.9% of orders over 30 days", "99.9% over 30d"),
        ("Over a week, 99% of orders arrive", "over 7d 99%"),
        ("We allow failing 1 request of 1000 (99.9%)", "99.9%"),
        ("Availability 99.9%", "99.9%"),
        ("99.9% of orders per week", "99.9% over 7d"),
        ("The table is less than 70% full", "at 70%"),
        ("CPU stays below 80%", "at 80%"),
        ("At least 99% work", "99%"),
        ("99.9% availability", "99.9%"),
        ("In every 5 minutes, 95% of requests work", "each 5m 95%"),
        ("99% of requests are answered within 300 ms", "99% <300ms"),
        ("Backups are never older than 26 hours", "<26h"),
        ("Within 300ms and soon", "<300ms"),
        ("With 3 up to 2 s", "<2s"),
        ("p50 300ms", "p50 <300ms"),
        ("p99.9 300ms", "p99.9 <300ms"),
        ("100% of orders", "100%"),
        ("51% of orders", "51%"),
        ("99% in full", "99%"),
        ("Latency of 2s deadline", "<2s"),
        ("Over 1 day", "over 1d"),
        ("In any day", "-"),
        ("Orders of any 5 minutes", "each 5m"),
        ("Orders during each 5 minutes", "each 5m"),
        ("Over last 7 days", "over 7d"),
        ("Within a quarter of a second", "<250ms"),
        ("In half a second", "<500ms"),
        ("At least a second, within a second and less", "<1s"),
        ("Up to 99% of orders", "99%"),
        ("Level 3 up to 99% of orders", "99%"),
        ("99.99999999% of orders", "99.99999999%"),
    ] {
        assert_eq!(shown(text).replace("1d2h", "26h"), expected, "{text}");
    }
}

#[test]
fn not_found() {
    for text in [
        "Nobody pays a second time",
        "It works in a second try",
        "A second page opens",
        "The second step",
        "The 20% discount is applied",
        "Discount of 60% is applied",
        "60% discount is applied",
        "Tokens live for 15 minutes and are renewed",
        "A 5-minute rule",
        "Open 24 hours a day",
        "1-2 seconds",
        "Within 1-2 seconds",
        "5m people",
        "Pay by 3D secure",
        "The first 10 results",
        "Every day",
        "Reports are sent once per week",
        "All day long",
        "300ms or 400ms",
        "Over 9000%",
        "1.2.3 s",
        "Beyond a quarter of a second people press twice",
        "The 2 hour delivery slot can be booked",
        "Show 30 days of history",
        "Free returns for 30 days",
        "Checked every 5 minutes",
        "Orders of the last 30 days are shown",
        "Carts over 30 days old are emptied",
        "Within 300ms or 400ms",
        "95 or 99% of orders",
        "95 ms or 99% of orders",
        "p49 300ms",
        "p100 300ms",
        "p 300ms",
        "50% of orders",
        "The bill of 99% in full",
        "Paid 99% in advance",
        "Within 5 minutes a day",
        "Carts over 2 hours old are emptied",
        "Mails over 2 hours ago",
        "Any 5 minutes",
        "The best of every 2 days",
        "Within half a second page",
        "99.999999999% of orders",
        "\u{2013}",
        "",
    ] {
        assert_eq!(shown(text), "-", "{text}");
    }
}
