//! Code blocks of README.md and docs/*.md compile: ` ```slovo ` is a program beside docs/errors/prelude.slovo,
//! ` ```slovo promise ` is the body of one promise, ` ```slovo alone ` is a whole program, ` ```yaml slovo.yaml ` is a
//! configuration. What README.md and docs/json.md show of the program's output is what it prints, and the paths that
//! CONTRIBUTING.md and docs/ARCHITECTURE.md name are there.

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn blocks_compile() {
    let prelude = fs::read_to_string("docs/errors/prelude.slovo").unwrap();
    let mut pages = vec![PathBuf::from("README.md")];
    pages.extend(
        common::files_below(Path::new("docs"), "md").into_iter().filter(|p| !p.starts_with("docs/errors")),
    );
    let (mut count, mut wrong) = (0, Vec::new());
    for page in &pages {
        for block in common::blocks(&fs::read_to_string(page).unwrap()) {
            let wrapped = format!(
                "journey page \"Page\" {{\n  owner shop\n  playbook trouble\n  step part \"Part\" {{\n    promise block \"Block\" {{\n{}\n    }}\n  }}\n}}\n",
                block.text
            );
            let checked = match block.info.as_str() {
                "slovo" => common::check(&[("page.slovo", &block.text), ("prelude.slovo", &prelude)], None),
                "slovo alone" => common::check(&[("page.slovo", &block.text)], None),
                "slovo promise" => {
                    common::check(&[("page.slovo", &wrapped), ("prelude.slovo", &prelude)], None)
                }
                "yaml slovo.yaml" => common::check(&[("prelude.slovo", &prelude)], Some(&block.text)),
                _ => continue,
            };
            count += 1;
            if !checked.codes.is_empty() {
                wrong.push(format!("{}:\n{}\n{}", page.display(), block.text, checked.rendered));
            }
        }
    }
    assert!(count > 10, "only {count} blocks found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without blanks and quotation marks, which a page may set otherwise than the program.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '"').collect()
}

/// The lines of an excerpt that a text does not have, in their order. `…` stands for anything.
fn not_in(excerpt: &str, text: &str) -> Vec<String> {
    let text = squeezed(text);
    let mut rest = text.as_str();
    let mut lacking = Vec::new();
    for line in excerpt.lines() {
        for part in line.split('…').map(squeezed).filter(|part| !part.is_empty()) {
            match rest.split_once(part.as_str()) {
                Some((_, after)) => rest = after,
                None => lacking.push(line.to_owned()),
            }
        }
    }
    lacking
}

/// README's first example: the shop's source, and the alert that `build` makes of it.
#[test]
fn readme_shows_the_shop() {
    let readme = fs::read_to_string("README.md").unwrap();
    let blocks = common::blocks(&readme);
    let shown = |start: &str| &blocks.iter().find(|b| b.text.starts_with(start)).unwrap().text;
    let source = fs::read_to_string("examples/astronomy-shop/journeys/checkout.slovo").unwrap();
    assert_eq!(not_in(shown("step pay"), &source), Vec::<String>::new());

    let at = tempfile::tempdir().unwrap();
    let build = ["-q", "-C", "examples/astronomy-shop", "build", "-o"];
    let built = Command::new(env!("CARGO_BIN_EXE_slovo")).args(build).arg(at.path()).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let rules = fs::read_to_string(at.path().join("prometheus/checkout.yml")).unwrap();
    let (_, alert) = rules.split_once("- alert: PromiseBurnsFast").unwrap();
    let (alert, _) = alert.split_once("- alert: ").unwrap();
    let excerpt = shown("- alert: PromiseBurnsFast").trim_start_matches("- alert: PromiseBurnsFast");
    assert_eq!(not_in(excerpt, alert), Vec::<String>::new(), "{alert}");
}

/// README's message: what is printed for tests/shown/checkout.slovo.
#[test]
fn readme_shows_a_message() {
    let readme = fs::read_to_string("README.md").unwrap();
    let text = fs::read_to_string("tests/shown/checkout.slovo").unwrap();
    let printed = common::check(&[("checkout.slovo", &text)], None).rendered;
    let blocks = common::blocks(&readme);
    let shown = &blocks.iter().find(|b| b.text.starts_with("error[")).unwrap().text;
    assert_eq!(shown.trim_end(), printed.trim_end(), "README.md shows the first, `check` prints\n{printed}");
}

/// docs/json.md: its document is what is printed, and its table names every key.
#[test]
fn json_is_as_shown() {
    let page = fs::read_to_string("docs/json.md").unwrap();
    let block = common::blocks(&page).into_iter().find(|b| b.info == "json").unwrap();
    let at = tempfile::tempdir().unwrap();
    fs::create_dir(at.path().join("journeys")).unwrap();
    for (path, text) in [
        ("slovo.yaml", "project: shop\nretention: 100d\n"),
        ("teams.slovo", "team shop \"Shop team\"\n"),
        ("journeys/checkout.slovo", "journey checkout \"Buying\" {\n  owner shp\n}\n"),
    ] {
        fs::write(at.path().join(path), text).unwrap();
    }
    let check = ["check", "--format", "json"];
    let ran = Command::new(env!("CARGO_BIN_EXE_slovo")).args(check).current_dir(at.path()).output().unwrap();
    let printed = String::from_utf8(ran.stdout).unwrap();
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(
        parsed(&block.text),
        parsed(&printed),
        "docs/json.md shows the first, `check` prints\n{printed}"
    );

    let rows: String = page.lines().filter(|l| l.starts_with('|')).collect();
    let document = parsed(&printed);
    let diagnostic = &document["diagnostics"][0];
    for part in [&document, diagnostic, &diagnostic["labels"][0], &diagnostic["fix"]] {
        for key in part.as_object().unwrap().keys() {
            assert!(rows.contains(&format!("`{key}`")) || rows.contains(&format!("`\"{key}\"")), "{key}");
        }
    }
}

/// Every file and folder of ours, with `/`; folders end with it.
fn tree(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if ["target", "node_modules", ".git"].contains(&name) {
            continue;
        }
        let shown = path.strip_prefix(".").unwrap().to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            found.push(format!("{shown}/"));
            tree(&path, found);
        } else {
            found.push(shown);
        }
    }
}

/// `a/{b,c}` as `a/b` and `a/c`.
fn spelled_out(path: &str) -> Vec<String> {
    match path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (list, after))) => list.split(',').map(|one| format!("{before}{one}{after}")).collect(),
        None => vec![path.to_owned()],
    }
}

/// Is it there, as the whole path from the root or as the end of one? `*`, `NAME` and `CODE` stand for anything.
fn is_there(path: &str, all: &[String]) -> bool {
    let pattern = regex::escape(&path.replace("NAME", "*").replace("CODE", "*")).replace("\\*", ".*");
    let pattern = regex::Regex::new(&format!("(^|/){pattern}/?$")).unwrap();
    all.iter().any(|one| pattern.is_match(one))
}

/// The paths in code spans of CONTRIBUTING.md and docs/ARCHITECTURE.md are there; those below `.ci`, `.github` and `fuzz` where these
/// are, since the published package has none of them.
#[test]
fn paths_are_there() {
    let mut all = Vec::new();
    tree(Path::new("."), &mut all);
    let ends =
        [".rs", ".slovo", ".pest", ".md", ".yml", ".yaml", ".json", ".mjs", ".toml", ".stderr", ".fixed"];
    let unpublished =
        |word: &str| [".ci", ".github", "fuzz"].iter().any(|t| word.starts_with(t) && !Path::new(t).exists());
    let (mut count, mut lacking) = (0, Vec::new());
    for page in ["CONTRIBUTING.md", "docs/ARCHITECTURE.md"] {
        let text = fs::read_to_string(page).unwrap();
        let mut in_block = false;
        for line in text.lines() {
            in_block ^= line.starts_with("```");
            let spans = line.split('`').skip(1).step_by(2).filter(|_| !in_block);
            for word in spans.flat_map(str::split_whitespace).flat_map(spelled_out) {
                let is_path = word.contains('/') || ends.iter().any(|end| word.ends_with(end));
                let is_other = word.contains(['=', ':']) || word.starts_with("target/") || unpublished(&word);
                if is_path && !is_other {
                    count += 1;
                    if !is_there(&word, &all) {
                        lacking.push(format!("{page}: `{word}`"));
                    }
                }
            }
        }
    }
    assert!(count > 120, "only {count} paths found");
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}
