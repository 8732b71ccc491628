//! What promtool makes: blocks of samples.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::Failure;
use super::super::args::Backfill;

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
