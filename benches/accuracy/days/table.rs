//! The figures as Markdown.

use std::fmt::Write as _;

use super::judge::Figures;

/// A course at a scrape interval.
pub struct Row {
    pub name: String,
    pub says: String,
    pub scrape: u64,
    pub figures: Figures,
}

/// A share of the truth: `1.000`
fn share(value: f64) -> String {
    if value.is_finite() { format!("{value:.3}") } else { "NaN".to_owned() }
}

/// How far from the truth: `-0.4%`
fn off(value: f64) -> String {
    let percent = 100.0 * value;
    match percent.abs() {
        _ if !percent.is_finite() => "NaN".to_owned(),
        0.0..0.0005 => "0".to_owned(),
        100.0.. => format!("{percent:+.0}%"),
        10.0.. => format!("{percent:+.1}%"),
        _ => format!("{percent:+.2}%"),
    }
}

/// A line while it runs.
pub fn progress(engine: &str, name: &str, figures: &Figures, took: f64) -> String {
    let windows: Vec<String> = figures.windows.iter().map(|(w, o)| format!("{w} {}", off(*o))).collect();
    format!(
        "{engine:<18} {name:<20} {}/{} ratio {:>8}  mean {:>8}  raw {:>8}  {:<24} {} samples, {} NaN  {took:.1}s",
        share(figures.events),
        share(figures.bad),
        off(figures.ratio - 1.0),
        off(figures.mean - 1.0),
        off(figures.raw - 1.0),
        windows.join(" "),
        figures.samples.0,
        figures.samples.1,
    )
}

/// The tables of an engine.
pub fn markdown(engine: &str, rows: &[Row], took: f64) -> String {
    let mut out = format!("\n### {engine}\n\n");
    out.push_str("| course | scraped each | events | bad | ratio | mean of 5m ratios | raw increase | 5m | 1h | alerts |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for row in rows {
        let f = &row.figures;
        let window = |w: &str| f.windows.iter().find(|x| x.0 == w).map_or(String::new(), |x| off(x.1));
        let _ = writeln!(
            out,
            "| {} (`{}`) | {} s | {} | {} | **{}** | {} | {} | {} | {} | {} |",
            row.says,
            row.name,
            row.scrape,
            share(f.events),
            share(f.bad),
            off(f.ratio - 1.0),
            off(f.mean - 1.0),
            off(f.raw - 1.0),
            window("5m"),
            window("1h"),
            f.alerts.join(", "),
        );
    }
    if rows.iter().any(|r| r.figures.left.is_some()) {
        out.push_str("\n| course | scraped each | left: truth | we say | recorded of what is known |\n| --- | --- | --- | --- | --- |\n");
    }
    for row in rows {
        if let Some((truth, said)) = row.figures.left {
            let known: Vec<String> =
                row.figures.coverage.iter().map(|(n, v)| format!("{n} {v:.4}")).collect();
            let _ = writeln!(
                out,
                "| {} (`{}`) | {} s | {:.2}% | **{:.2}%** | {} |",
                row.says,
                row.name,
                row.scrape,
                100.0 * truth,
                100.0 * said,
                known.join(", ")
            );
        }
    }
    let (samples, nans) =
        rows.iter().fold((0, 0), |n, r| (n.0 + r.figures.samples.0, n.1 + r.figures.samples.1));
    let _ = writeln!(out, "\n{samples} samples were recorded, {nans} of them not finite; {took:.0} s.");
    out
}
