//! docs/errors: each page's failing block fails with exactly its code, its mended block passes.
//!
//! A page holds fenced blocks. ` ```slovo fails ` and ` ```slovo passes ` are whole programs; with `prelude` after it the
//! block is checked beside docs/errors/prelude.slovo. ` ```yaml fails ` and ` ```yaml passes ` are `slovo.yaml`, checked
//! with the prelude as the program; ` ```yaml with ` is the `slovo.yaml` of the slovo blocks on the page. ` ```json against ` is a snapshot
//! with which the slovo blocks are compared.

use crate::common;

use std::fmt::Write as _;
use std::path::Path;

#[test]
fn pages_hold_what_they_say() {
    let prelude = std::fs::read_to_string("docs/errors/prelude.slovo").unwrap();
    let mut wrong = Vec::new();
    for code in slovo::diag::codes::all() {
        let page = std::fs::read_to_string(format!("docs/errors/{}.md", code.id)).unwrap_or_default();
        if !page.starts_with(&format!("# {}: {}\n", code.id, code.title)) {
            wrong.push(format!("{}: the page must start with `# {}: {}`", code.id, code.id, code.title));
        }
        let list = common::blocks(&page);
        let yaml = list.iter().find(|b| b.info == "yaml with").map(|b| b.text.as_str());
        let (mut fails, mut passes) = (0, 0);
        for block in &list {
            let words: Vec<&str> = block.info.split(' ').collect();
            let snapshot = list.iter().find(|b| b.info == "json against");
            let checked = match words.as_slice() {
                ["slovo", _] if snapshot.is_some() => {
                    let snapshot = snapshot.map_or("", |block| &block.text);
                    common::check_against(&[("page.slovo", &block.text)], yaml, snapshot)
                }
                ["slovo", _] => common::check(&[("page.slovo", &block.text)], yaml),
                ["slovo", _, "prelude"] => {
                    common::check(&[("page.slovo", &block.text), ("prelude.slovo", &prelude)], yaml)
                }
                ["yaml", "fails" | "passes"] => {
                    common::check(&[("prelude.slovo", &prelude)], Some(&block.text))
                }
                _ => continue,
            };
            let expected: &[&str] = if words[1] == "fails" { &[code.id] } else { &[] };
            fails += usize::from(words[1] == "fails");
            passes += usize::from(words[1] == "passes");
            if checked.codes != expected {
                wrong.push(format!("{} ({}):\n{}", code.id, block.info, checked.rendered));
            }
        }
        if (fails == 0 || passes == 0) && !common::NEEDS_A_FILE_SYSTEM.contains(&code.id) {
            wrong.push(format!("{}: needs a `fails` and a `passes` block", code.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The index lists every code by area. `UPDATE_GOLDENS=1` rewrites it.
#[test]
fn index() {
    let areas = [
        ("01", "The text is not the language"),
        ("02", "Names"),
        ("03", "Metric kinds, units, labels, bounds, subsets"),
        ("04", "Objectives, windows, arithmetic, alerts, sense"),
        ("05", "slovo.yaml, files and folders"),
        ("06", "PromQL in escapes"),
        ("07", "What a server has (`slovo check --against`)"),
    ];
    let mut page = "# What the compiler says\n\n\
        `E` stops the build; `W` is worth reading, and stops it under `--deny warnings`. `slovo explain CODE` prints a page\n\
        in the terminal; `lints` in [slovo.yaml](../configuration.md) silences or sharpens a warning.\n"
        .to_owned();
    for (number, title) in areas {
        let _ = write!(page, "\n## {number}xx: {title}\n\n");
        for code in slovo::diag::codes::all().filter(|c| c.id.get(1..3) == Some(number)) {
            let _ = writeln!(page, "* [{}]({}.md): {}", code.id, code.id, code.title);
        }
    }
    let mut wrong = Vec::new();
    common::golden(Path::new("docs/errors/README.md"), &page, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No page without a code.
#[test]
fn no_orphans() {
    for path in common::files_below(Path::new("docs/errors"), "md") {
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(id == "README" || slovo::diag::codes::find(&id).is_some(), "{id} is in no catalogue");
    }
}
