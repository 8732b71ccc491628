//! The table in docs/rules.md: what was found of each engine stands there, and nothing else does. Columns of engines that are not
//! here are left as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

const PAGE: &str = "docs/rules.md";
const BEGIN: &str = "<!-- engines: made by UPDATE_GOLDENS=1 just engines -->\n";
const END: &str = "<!-- end of engines -->";

/// What was found: a row and its cell for each engine.
pub type Rows = Vec<(String, BTreeMap<String, String>)>;

/// The rows of the page.
fn read(text: &str) -> Rows {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = text.lines();
    let Some(engines) = lines.next().map(cells) else { return Vec::new() };
    let row = |line: &str| {
        let mut row = cells(line).into_iter();
        let name = row.next().unwrap();
        (name, engines.iter().skip(1).cloned().zip(row).collect())
    };
    lines.skip(1).map(row).collect()
}

/// The engines of some rows, in order: Prometheus first, older ones first.
fn columns(rows: &Rows) -> Vec<String> {
    let mut names: Vec<String> = rows.iter().flat_map(|(_, cells)| cells.keys().cloned()).collect();
    let parts = |name: &String| -> (String, Vec<u32>) {
        let (kind, version) = name.split_once(' ').unwrap_or((name, ""));
        (kind.to_owned(), version.split('.').filter_map(|n| n.parse().ok()).collect())
    };
    names.sort_by_key(parts);
    names.dedup();
    names
}

fn print(rows: &Rows) -> String {
    let engines = columns(rows);
    let mut out = format!("| | {} |\n|{}\n", engines.join(" | "), " --- |".repeat(engines.len() + 1));
    for (name, cells) in rows {
        let _ = write!(out, "| {name} |");
        for engine in &engines {
            let _ = write!(out, " {} |", cells.get(engine).map_or("", String::as_str));
        }
        out.push('\n');
    }
    out
}

/// Holds what was found against the page, or writes it there under `UPDATE_GOLDENS=1`.
pub fn hold(found: &Rows) {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let mut said = read(table);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        for (row, cells) in found {
            match said.iter_mut().find(|(name, _)| name == row) {
                Some((_, old)) => old.extend(cells.clone()),
                None => said.push((row.clone(), cells.clone())),
            }
        }
        std::fs::write(PAGE, format!("{before}{BEGIN}{}{END}{after}", print(&said))).unwrap();
        return;
    }
    let said: BTreeMap<String, BTreeMap<String, String>> = said.into_iter().collect();
    let mut wrong = Vec::new();
    for (row, cells) in found {
        for (engine, cell) in cells {
            // An engine that the table doesn't have is newer than it.
            if !said.values().any(|row| row.contains_key(engine)) {
                eprintln!("{engine}: {row}: {cell} (not in {PAGE})");
            } else if said.get(row).and_then(|row| row.get(engine)) != Some(cell) {
                wrong.push(format!("{engine}: {row}: {cell:?}, in {PAGE}: {:?}", said.get(row)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
