//! What is asked of promtool. An answer that cannot be read is an error, never a zero.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::Failure;
use super::super::args::Backfill;

/// Why a question has no answer.
pub(super) enum Unanswered {
    /// The server cannot be asked: it may be starting.
    Away(Failure),
    /// It said something, and what it means is not known.
    Unreadable(Failure),
}

impl From<Unanswered> for Failure {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::Away(failure) | Unanswered::Unreadable(failure) => failure,
        }
    }
}

/// The program as another folder finds it.
fn program(options: &Backfill) -> PathBuf {
    let named = Path::new(&options.promtool);
    if named.components().count() > 1 {
        return std::path::absolute(named).unwrap_or_else(|_| named.to_owned());
    }
    named.to_owned()
}

/// Makes blocks of the rules in `folder/rules`, in that folder. The file is named without its folder: the moments at which
/// rules are evaluated depend on its name.
pub(super) fn create_blocks(
    options: &Backfill,
    folder: &Path,
    rules: &str,
    (start, end): (&str, &str),
) -> Result<(), Failure> {
    let output = Command::new(program(options))
        .args(["tsdb", "create-blocks-from", "rules", "--quiet", "--url", &options.url])
        .args(["--start", start, "--end", end, "--output-dir", "."])
        .arg(rules)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::io(format!("`{}` cannot be run", options.promtool), &e))?;
    let said = [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat();
    // promtool reports some rules that fail, or whose answers lack something, and goes on.
    let wrong = |line: &str| {
        line.contains("err=")
            || line.contains("level=error")
            || line.contains("level=ERROR")
            || (line.contains("returned warnings") && !line.contains("PromQL info"))
    };
    if !output.status.success() || said.lines().any(wrong) {
        return Err(Failure::new(format!("promtool cannot backfill a layer: {}", said.trim())));
    }
    Ok(())
}

/// The number that a query gives; none where it gives no series.
pub(super) fn ask(options: &Backfill, expr: &str) -> Result<Option<f64>, Unanswered> {
    let output = Command::new(&options.promtool)
        .args(["query", "instant", &options.url, expr])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Unanswered::Away(Failure::io(format!("`{}` cannot be run", options.promtool), &e)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let message = format!("the Prometheus at {} cannot be asked: {}", options.url, said.trim());
        return Err(Unanswered::Away(
            Failure::new(message).help("`--url` is its address, such as http://localhost:9090"),
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    number(&text).map_err(|()| {
        let shown: String = text.trim().chars().take(200).collect();
        let message = format!("`{}` answers what slovo cannot read: `{shown}`", options.promtool);
        Unanswered::Unreadable(
            Failure::new(message).help(
                "one line such as `{} => 12 @[1790812800]` is expected; nothing is guessed from another",
            ),
        )
    })
}

/// Reads `{} => 12 @[1790812800]`, a count without labels.
fn number(text: &str) -> Result<Option<f64>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let rest = text.strip_prefix("{} => ").ok_or(())?;
    let (value, moment) = rest.split_once(' ').ok_or(())?;
    let moment = moment.strip_prefix("@[").and_then(|m| m.strip_suffix(']')).ok_or(())?;
    moment.parse::<f64>().map_err(|_| ())?;
    let value: f64 = value.parse().map_err(|_| ())?;
    // A count: whole, and no fewer than none.
    if value.is_finite() && value >= 0.0 && value.fract() == 0.0 { Ok(Some(value)) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn answers() {
        for (text, value) in [
            ("{} => 12 @[1790812800]\n", 12.0),
            ("{} => 0 @[1790812800.5]", 0.0),
            ("{} => 1.2345e+06 @[1790812800]", 1_234_500.0),
        ] {
            assert_eq!(number(text), Ok(Some(value)), "{text}");
        }
        assert_eq!(number("\n"), Ok(None));
        for text in [
            "12",
            "scalar: 12 @[1790812800]",
            "{} => NaN @[1790812800]",
            "{} => +Inf @[1790812800]",
            "{} => -1 @[1790812800]",
            "{} => 1.5 @[1790812800]",
            "{} => twelve @[1790812800]",
            "{} => 12",
            "{a=\"b\"} => 12 @[1790812800]",
            "{} => 12 @[1790812800]\n{} => 13 @[1790812800]",
            "level=warn msg=\"partial\"\n{} => 12 @[1790812800]",
            "[{\"value\":[1790812800,\"12\"]}]",
        ] {
            assert_eq!(number(text), Err(()), "{text}");
        }
    }
}
