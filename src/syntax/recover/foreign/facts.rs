//! What an author said in the words of another tool: objectives, windows, limits, metrics, names.

use rust_decimal::Decimal;

use super::super::characters::identifier;
use super::concepts::Concept::{
    self, Bad, Good, Limit, Measure, Name, Objective, Other, Owner, Title, Total, Urgency, Window,
};
use super::concepts::{meaning, plain};

/// What was said, in our notation.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each says of one statement that it is there")]
pub(super) struct Facts {
    pub(super) percent: Option<String>,
    pub(super) noun: Option<String>,
    pub(super) window: Option<String>,
    pub(super) limit: Option<String>,
    pub(super) total: Option<String>,
    /// The rest of a `good` or a `bad`.
    pub(super) good: Option<String>,
    pub(super) bad: Option<String>,
    pub(super) measure: Option<String>,
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) urgency: Option<&'static str>,
    /// A `keep` that is there already.
    pub(super) kept: bool,
    /// An objective or a window in other words.
    pub(super) objective: bool,
    /// A `total` that is there already.
    pub(super) counted: bool,
    /// A `good` or a `bad` that is there already.
    pub(super) judged: bool,
    /// What the system is called.
    pub(super) service: Option<String>,
    parent: Option<Concept>,
}

impl Facts {
    /// Takes what lines of `key value`, `key = value`, `key: value` say.
    pub(super) fn of(text: &str) -> Self {
        let mut facts = Self::default();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.trim_start().starts_with('#') {
                continue;
            }
            for part in apart(line) {
                facts.take(part);
            }
            // `errors:` with `metric: ..` below it
            let bare = line.trim().trim_start_matches("- ").trim_end_matches([' ', '{']);
            if let Some(key) =
                bare.strip_suffix([':', '=']).or_else(|| line.trim_end().ends_with('{').then_some(bare))
            {
                facts.parent = meaning(key.trim().trim_matches('"'));
            }
            // `expr: |` with the query below it
            if let Some((key, block)) = line.trim().trim_start_matches("- ").split_once(':')
                && matches!(block.trim(), "|" | ">" | "|-" | ">-" | "|+")
            {
                let indent = |l: &str| l.len() - l.trim_start().len();
                let mut value = String::new();
                while let Some(more) = lines.next_if(|l| l.trim().is_empty() || indent(l) > indent(line)) {
                    value.push_str(more.trim());
                    value.push(' ');
                }
                facts.say(key.trim(), value.trim());
            }
        }
        facts
    }

    fn take(&mut self, line: &str) {
        let line = line.trim().trim_start_matches("- ").trim_end_matches([',', ';']).trim();
        let line = line.trim_start_matches(['{', '"']);
        if let Some(kept) = line.strip_prefix("keep ") {
            let words: Vec<&str> = kept.split_whitespace().collect();
            self.kept = true;
            self.percent = words.iter().find_map(|w| percent(w));
            let (noun, window) = kept.rsplit_once(" over ").map_or((kept, None), |(a, b)| (a, Some(b)));
            self.window = window.and_then(span);
            self.noun = noun.split_once(" of ").map(|(_, n)| n.trim().to_owned());
            return;
        }
        let end = line.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(line.len());
        let (key, rest) = line.split_at(end);
        let rest = rest.trim_start_matches('"').trim_start().trim_start_matches([':', '=']).trim();
        if !rest.is_empty() && !matches!(rest, "|" | ">" | "|-" | ">-" | "|+") {
            self.say(key, rest);
        }
    }

    fn say(&mut self, key: &str, value: &str) {
        let Some(mut concept) = meaning(key) else { return };
        if let Some(parent @ (Good | Bad | Total)) = self.parent
            && concept == Measure
        {
            concept = parent;
        }
        let value = value.split(" #").next().unwrap_or(value).trim_end_matches(['{', ',', ';']).trim();
        let inner = value.trim_matches(['"', '\'']);
        if inner.is_empty() {
            return;
        }
        let once = |slot: &mut Option<String>, new: Option<String>| {
            if slot.is_none() {
                *slot = new;
            }
        };
        match concept {
            Objective => {
                self.objective = true;
                once(&mut self.percent, inner.split_whitespace().find_map(percent));
                let words = inner
                    .split_once(" of ")
                    .map(|(_, n)| n.split(" over ").next().unwrap_or(n).trim().to_owned());
                once(&mut self.noun, words);
                let after = inner.split_once(" over ").or_else(|| inner.split_once(" in "));
                once(&mut self.window, after.and_then(|(_, w)| span(w)));
                // `slo availability "Pay works"`
                if value.starts_with(|c: char| c.is_alphabetic() || c == '"') {
                    self.heading(value);
                }
            }
            Window => {
                self.objective = true;
                let bare = inner.parse::<u32>().is_ok() && plain(key).contains("day");
                once(&mut self.window, if bare { Some(format!("{inner}d")) } else { span(inner) });
            }
            Limit => once(&mut self.limit, Some(inner.trim_start_matches(['<', '=', ' ']).to_owned())),
            // `sli "latency" {`
            Measure
                if plain(key) != "metric"
                    && value.starts_with('"')
                    && inner.chars().all(|c| c.is_alphanumeric() || c == ' ') =>
            {
                self.heading(value);
            }
            Measure => once(&mut self.measure, Some(inner.to_owned())),
            Total => {
                self.counted |= key == "total";
                once(&mut self.total, Some(inner.to_owned()));
            }
            Good => {
                self.judged |= key == "good";
                once(&mut self.good, Some(value.trim_matches(['"', '\'']).to_owned()));
            }
            Bad => {
                self.judged |= key == "bad";
                once(&mut self.bad, Some(value.trim_matches(['"', '\'']).to_owned()));
            }
            Name => once(&mut self.name, identifier(inner)),
            Title => once(&mut self.title, Some(inner.to_owned())),
            Owner => once(&mut self.owner, identifier(inner.trim_start_matches('@'))),
            Other if plain(key) == "service" => once(&mut self.service, identifier(inner)),
            Urgency => {
                let says = |words: &[&str]| words.iter().any(|w| inner.to_lowercase().contains(w));
                let loud = says(&["page", "crit", "high", "p1", "sev1", "emergency"]);
                let low = says(&["ticket", "warn", "low", "minor", "p3", "info"]);
                self.urgency = self.urgency.or(if loud { Some("page") } else { low.then_some("ticket") });
            }
            Other => {}
        }
    }

    /// `availability "Pay works"`
    fn heading(&mut self, value: &str) {
        let (name, title) = value.split_once('"').map_or((value, None), |(n, t)| (n, Some(t)));
        let title = title.map(|t| t.trim_end_matches(['"', ' ', '{']).to_owned()).filter(|t| !t.is_empty());
        let name = name.split_whitespace().next().and_then(identifier);
        self.name = self.name.take().or(name).or_else(|| title.as_deref().and_then(identifier));
        self.title = self.title.take().or(title);
    }
}

/// The parts of a line that holds a block or several settings: `{ objective 99.9%, window 28d }`.
fn apart(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quoted) = (0, 0_usize, false);
    for (at, c) in line.char_indices() {
        let before = line.get(..at).unwrap_or_default();
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            // a brace that touches a name begins matchers
            '{' if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') => depth += 1,
            '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            '{' | ',' | ';' if depth == 0 => {
                parts.extend(line.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(
        line.get(start..)
            .map(|l| if depth == 0 && !l.contains('{') { l.trim_end().trim_end_matches('}') } else { l }),
    );
    parts
}

/// `99.9%`, `99.9`, `0.999` as a percentage.
pub(super) fn percent(text: &str) -> Option<String> {
    let number = text.trim_matches(['"', '\'', ',', ';', '%', ' ']).replace(',', ".");
    let value: Decimal = number.parse().ok()?;
    let whole = text.contains('%') || value > Decimal::ONE;
    let value = if whole { value } else { value.checked_mul(Decimal::ONE_HUNDRED)? };
    (value > Decimal::ZERO && value <= Decimal::ONE_HUNDRED).then(|| format!("{}%", value.normalize()))
}

/// A share as a percentage: `0.99` is `99%`.
pub(super) fn share(value: Decimal) -> String {
    let percent = if value <= Decimal::ONE { value * Decimal::ONE_HUNDRED } else { value };
    format!("{}%", percent.normalize())
}

/// A window of whole days, however it was said: `30 days`, `1 month`, `4w`, `P28D`, `720h`.
pub(in super::super) fn span(text: &str) -> Option<String> {
    let words: String = text.trim().trim_matches(['"', '\'']).to_lowercase();
    let mut rest = words.as_str();
    for filler in [
        "the ",
        "last ",
        "past ",
        "a ",
        "an ",
        "one ",
        "rolling ",
        "calendar ",
        "each ",
        "every ",
        "per ",
        "over ",
    ] {
        rest = rest.strip_prefix(filler).unwrap_or(rest);
    }
    let rest = rest.trim_start_matches('p').trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, unit) = rest.split_at(end);
    let n: u32 = if number.is_empty() { 1 } else { number.parse().ok()? };
    let days = match unit.trim().trim_matches(['-', '_']).split_whitespace().next()? {
        "d" | "day" | "days" | "daily" => n,
        "w" | "wk" | "week" | "weeks" | "weekly" => n.checked_mul(7)?,
        // minutes and months are the same letter; no window is of minutes
        "m" | "mo" | "mon" | "month" | "months" | "monthly" => n.checked_mul(30)?,
        "q" | "quarter" | "quarters" | "quarterly" => n.checked_mul(90)?,
        "y" | "yr" | "year" | "years" | "yearly" => 90,
        "h" | "hour" | "hours" if n.is_multiple_of(24) => n / 24,
        _ => return None,
    };
    (days > 0).then(|| format!("{}d", days.min(90)))
}

/// A limit in the metric's unit: of `x_seconds`, `0.5` is `within 500ms`.
pub(super) fn bound(metric: &str, number: &str) -> String {
    let Ok(value) = number.trim().parse::<Decimal>() else { return within(number) };
    let is = |ends: &[&str]| ends.iter().any(|e| metric.ends_with(e));
    if is(&["seconds", "_s", "latency", "duration"]) {
        let text = if value < Decimal::ONE {
            format!("{}ms", (value * Decimal::ONE_THOUSAND).normalize())
        } else {
            format!("{}s", value.normalize())
        };
        return format!("within {text}");
    }
    if is(&["milliseconds", "_ms"]) {
        return format!("within {}ms", value.normalize());
    }
    format!("at most {}", value.normalize())
}

/// A limit of a metric's values, with its own unit or in the metric's.
pub(in super::super) fn limit_of(metric: &str, limit: &str) -> String {
    let metric = metric.split('{').next().unwrap_or_default();
    if limit.trim().parse::<Decimal>().is_ok() { bound(metric, limit) } else { within(limit) }
}

/// A limit with its own unit, or a plain number.
pub(super) fn within(limit: &str) -> String {
    let limit = limit.trim().replace(' ', "");
    let limit = limit.trim_end_matches("econds").trim_end_matches("ec").to_owned();
    if limit.ends_with(|c: char| c.is_ascii_alphabetic()) {
        format!("within {limit}")
    } else {
        format!("at most {limit}")
    }
}

/// What a metric counts, as a noun: `http_requests_total` counts requests.
pub(crate) fn noun(metric: &str) -> String {
    const PARTS: [&str; 18] = [
        "total",
        "count",
        "sum",
        "bucket",
        "seconds",
        "milliseconds",
        "ms",
        "duration",
        "latency",
        "time",
        "ratio",
        "s",
        "server",
        "created",
        "handled",
        "bytes",
        "size",
        "length",
    ];
    let name = metric.split('{').next().unwrap_or_default();
    let word = name
        .rsplit(['_', ':', '.'])
        .find(|w| !PARTS.contains(w))
        .filter(|w| w.chars().all(char::is_alphabetic));
    match word {
        Some(word) if word.len() > 2 => {
            if word.ends_with('s') {
                word.to_owned()
            } else {
                format!("{word}s")
            }
        }
        _ => "requests".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        for (text, days) in [
            ("30 days", Some("30d")),
            ("1 month", Some("30d")),
            ("calendar month", Some("30d")),
            ("4w", Some("28d")),
            ("P28D", Some("28d")),
            ("720h", Some("30d")),
            ("1M", Some("30d")),
            ("1 year", Some("90d")),
            ("5s", None),
            ("soon", None),
        ] {
            assert_eq!(span(text).as_deref(), days, "{text}");
        }
    }

    #[test]
    fn numbers() {
        for (text, made) in [
            ("0.999", Some("99.9%")),
            ("99.9", Some("99.9%")),
            ("99.9%", Some("99.9%")),
            ("99,5%", Some("99.5%")),
            ("x", None),
        ] {
            assert_eq!(percent(text).as_deref(), made, "{text}");
        }
        assert_eq!(bound("http_request_duration_seconds", "0.5"), "within 500ms");
        assert_eq!(bound("x_seconds", "2.5"), "within 2.5s");
        assert_eq!(bound("x_ms", "300"), "within 300ms");
        assert_eq!(bound("x_bytes", "300"), "at most 300");
        assert_eq!(noun("http_requests_total{a=\"b\"}"), "requests");
        assert_eq!(noun("http_request_duration_seconds"), "requests");
    }

    #[test]
    fn lines() {
        let facts = Facts::of(
            "slo availability \"Pay works\" {\n service shop\n objective 99.9%\n sli http_requests_total\n}",
        );
        assert_eq!(facts.percent.as_deref(), Some("99.9%"));
        assert_eq!(facts.title.as_deref(), Some("Pay works"));
        assert_eq!(facts.name.as_deref(), Some("availability"));
        assert_eq!(facts.measure.as_deref(), Some("http_requests_total"));
        let facts = Facts::of("slo x { objective = 0.99, window = \"4w\" }");
        assert_eq!((facts.percent.as_deref(), facts.window.as_deref()), (Some("99%"), Some("28d")));
        let facts = Facts::of(
            "slos:\n  - name: pay\n    objective: 99.5\n    sli:\n      events:\n        error_query: |\n          sum(rate(a{code=\"5\"}[5m]))\n        total_query: sum(rate(a[5m]))\n",
        );
        assert_eq!(facts.percent.as_deref(), Some("99.5%"));
        assert_eq!(facts.bad.as_deref(), Some("sum(rate(a{code=\"5\"}[5m]))"));
        assert_eq!(facts.total.as_deref(), Some("sum(rate(a[5m]))"));
    }
}
