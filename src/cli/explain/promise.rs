//! A promise, explained: its sentence, when its alerts speak, what it costs, and its rules.

use std::fmt::Write;

use crate::diag::render::wrap;
use crate::ir::burn::Loudness;
use crate::ir::detection::Detection;
use crate::rules::{ExplainedAlert, ExplainedRule, Explanation, LostScrapes};
use crate::sentences::numbers;
use crate::value::{Decimal, Duration};

/// How many raw series the example of the cost assumes.
const RAW_SERIES: u32 = 100;

/// A length of time to be grasped at once.
fn near(time: Duration) -> String {
    numbers::length(time)
}

/// The whole text, with what is stated of its data and with the rules' expressions where asked; `bold` and its end are put around headings.
pub(super) fn text(
    explained: &Explanation,
    said: &str,
    facts: &[String],
    width: usize,
    expressions: bool,
    (bold, off): (&str, &str),
) -> String {
    let mut out = String::new();
    let heading = |out: &mut String, text: &str| {
        let _ = writeln!(out, "\n{bold}{text}{off}");
    };
    let Explanation { path, title, sentence, place, .. } = explained;
    let _ = writeln!(out, "{bold}{path}{off}: {title}\n{place}");
    heading(&mut out, "Promise");
    paragraph(&mut out, said, width);
    paragraph(&mut out, &format!("Written: {sentence}."), width);
    let hides = match explained.lost_scrapes {
        None => None,
        Some(LostScrapes::Counted(lookback)) => Some(format!(
            "what lost scrapes hide is counted with the next scrape, up to {} later",
            near(lookback)
        )),
        Some(LostScrapes::Increases) => {
            Some("its samples are added up, and a lost one is not counted".to_owned())
        }
        Some(LostScrapes::Readings) => Some("a reading that a lost scrape hides is not counted".to_owned()),
        Some(LostScrapes::Query) => {
            Some("what lost scrapes hide is lost, unless its own query makes up for it".to_owned())
        }
    };
    let measured = match hides {
        Some(hides) => format!("Measured as {}; {hides}.", explained.kind),
        None => "Composed of other promises: it reads no raw series itself.".to_owned(),
    };
    paragraph(&mut out, &measured, width);
    for fact in facts {
        paragraph(&mut out, fact, width);
    }
    let mut spent = format!("A total outage spends the whole budget in {}.", near(explained.outage_to_empty));
    if let Some(unseen) = explained.unseen {
        let _ = write!(
            spent,
            " What is under way looks like what is lost: up to {} of the budget can be lost unseen, so what is said to be spent is spent \
             at least.",
            percent(unseen)
        );
    }
    paragraph(&mut out, &spent, width);

    heading(&mut out, "Alerts");
    if explained.alerts.is_empty() {
        paragraph(&mut out, "None: its urgency is `none`.", width);
    }
    for alert in &explained.alerts {
        alert_text(&mut out, alert, explained.unseen.is_some(), width);
    }

    heading(&mut out, "Cost");
    let cost = &explained.cost;
    let fixed = cost.short_windows + cost.long_windows + cost.budget + cost.derived;
    let base = cost.base_per_raw_series + cost.watch_per_raw_series;
    let mut said = if base > 0.0 {
        let total = cost.total(RAW_SERIES);
        format!(
            "Prometheus reads about {base:.0} samples a minute for each raw series, and {fixed:.0} for the rest: with \
             {RAW_SERIES} raw series {total:.0}."
        )
    } else {
        format!("Prometheus reads about {fixed:.0} samples a minute.")
    };
    if explained.for_each {
        said.push_str(" `for each` multiplies the rest by the number of values.");
    }
    if cost.is_partial {
        said.push_str(" What it reads by a query that is not PromQL is not counted.");
    }
    paragraph(&mut out, &said, width);

    heading(&mut out, &format!("Rules in {}", explained.file));
    rules_text(&mut out, &explained.rules, expressions);
    if !expressions {
        let _ = writeln!(out, "\n`slovo explain {path} --rules` shows their expressions.");
    }
    out
}

fn paragraph(out: &mut String, text: &str, width: usize) {
    for line in wrap(text, width.saturating_sub(2), 0) {
        let _ = writeln!(out, "  {line}");
    }
}

fn alert_text(out: &mut String, alert: &ExplainedAlert, completes: bool, width: usize) {
    let loudness = match alert.loudness {
        Loudness::Page => "page",
        Loudness::Ticket => "ticket",
    };
    let ExplainedAlert { name, severity, long, short, factor, threshold, bad_events, spent, .. } = alert;
    let _ = writeln!(out, "  {name} ({loudness}, severity {severity}), windows {long} and {short}");
    let mut lines = vec![format!(
        "speaks at a burn rate above {factor} (error ratio {threshold}) with at least {bad_events} bad events in \
         {long}; {} of the budget is spent by then, and at that rate all of it after {}",
        percent(*spent),
        near(alert.budget_lasts)
    )];
    if let Some(share) = alert.under_way {
        lines
            .push(format!("up to {} of {long} may be under way, and look like what is lost", percent(share)));
    }
    lines.extend(alert.detection.iter().filter_map(|d| detected(d, completes)));
    let quiet: Vec<String> =
        alert.detection.iter().filter(|d| d.typical.is_none() || d.worst.is_none()).map(failing).collect();
    if !quiet.is_empty() {
        lines.push(format!("{}: quiet", quiet.join(" or ")));
    }
    for text in lines {
        let wrapped = wrap(&text, width.saturating_sub(6), 0);
        for (at, line) in wrapped.iter().enumerate() {
            let _ = writeln!(out, "    {}{line}", if at == 0 { "- " } else { "  " });
        }
    }
}

fn failing(detection: &Detection) -> String {
    if detection.failing == Decimal::ONE {
        "everything fails".to_owned()
    } else {
        format!("{} fails", percent(detection.failing))
    }
}

/// When it speaks, if it does. Of a completion it is a range: how long the others take decides.
fn detected(detection: &Detection, completes: bool) -> Option<String> {
    let failing = failing(detection);
    let (first, last) = (near(detection.typical?), near(detection.worst?));
    Some(if completes {
        format!("{failing}: between {first} and {last}")
    } else if first == last {
        format!("{failing}: after {first}")
    } else {
        format!("{failing}: after {first}, at worst {last}")
    })
}

fn percent(fraction: Decimal) -> String {
    format!("{}%", (fraction * Decimal::ONE_HUNDRED).round_dp(2).normalize())
}

fn rules_text(out: &mut String, rules: &[ExplainedRule], expressions: bool) {
    let mut group = "";
    for (at, rule) in rules.iter().enumerate() {
        if rule.group != group {
            group = &rule.group;
            let _ = writeln!(out, "  {group}, every {}", rule.interval);
        }
        let shown = headline(rule);
        // Several alerts may differ in their expressions only.
        let again =
            at.checked_sub(1).and_then(|before| rules.get(before)).is_some_and(|b| headline(b) == shown);
        if expressions || !again {
            let _ = writeln!(out, "    {shown}");
        }
        if expressions {
            for line in rule.expr.lines() {
                let _ = writeln!(out, "        {line}");
            }
        }
    }
}

fn headline(rule: &ExplainedRule) -> String {
    let window = rule.labels.iter().find(|(label, _)| label == "window");
    let window = window.map(|(_, value)| format!("{{window=\"{value}\"}}")).unwrap_or_default();
    let kind = if rule.alert { "alert " } else { "" };
    let shared = if rule.own { "" } else { " (for the whole journey)" };
    format!("{kind}{}{window}{shared}", rule.name)
}
