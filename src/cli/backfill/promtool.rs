//! What promtool makes: blocks of samples.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::super::args::Backfill;
use super::super::{Failure, children};

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
    let failed = |e: &std::io::Error| Failure::io(format!("`{}` cannot be run", options.promtool), e);
    let into = folder.join("said");
    let file = File::create(&into).map_err(|e| failed(&e))?;
    let mut command = Command::new(program(options));
    command
        .args(["tsdb", "create-blocks-from", "rules", "--quiet", "--url", &options.url])
        .args(["--start", start, "--end", end, "--output-dir", "."])
        .arg(rules)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(file.try_clone().map_err(|e| failed(&e))?)
        .stdout(file);
    // A month of many rules takes hours.
    let status = children::run(&mut command, Duration::MAX).map_err(|e| failed(&e))?;
    let said = children::said(&into).map_err(|e| failed(&e))?;
    // promtool reports some rules that fail, or whose answers lack something, and goes on.
    let wrong = |line: &str| {
        line.contains("err=")
            || line.contains("level=error")
            || line.contains("level=ERROR")
            || (line.contains("returned warnings") && !line.contains("PromQL info"))
    };
    if !status.is_some_and(|status| status.success()) || said.lines().any(wrong) {
        return Err(Failure::new(format!("promtool cannot backfill a layer: {}", said.trim())));
    }
    Ok(())
}
