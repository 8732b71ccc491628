//! What is published: nothing that tests need is left out, and the address of the repository stands in one place. And the ways
//! to run tests: the targets they name are there.

use std::path::{Path, PathBuf};

/// Every file of ours.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let built = ["target", "node_modules", ".git"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !built.contains(&name) {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// The files that hold a text.
fn holders(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    files(Path::new("."), &mut all);
    assert!(all.len() > 1000, "{}", all.len());
    let holds = |path: &PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains(text);
    let mut found: Vec<String> = all
        .into_iter()
        .filter(holds)
        .map(|path| path.strip_prefix(".").unwrap().display().to_string())
        .collect();
    found.sort();
    found
}

/// Who gives the address: the manifest (its copies are the package's and the publisher's). Who uses it: what a panic says.
#[test]
fn the_address_stands_in_one_place() {
    let address = env!("CARGO_PKG_REPOSITORY");
    assert!(!address.is_empty());
    let mut given = holders(address);
    given.retain(|file| file != "Cargo.toml.orig");
    assert_eq!(given, ["Cargo.toml"]);
    assert_eq!(holders("CARGO_PKG_REPOSITORY"), ["src/cli/mod.rs", "tests/program/package.rs"]);
}

/// `cargo package` takes what git knows, less `exclude`: nothing below these folders.
#[test]
fn what_tests_need_is_published() {
    let manifest = std::fs::read_to_string("Cargo.toml").unwrap();
    let (_, excluded) = manifest.split_once("\nexclude = [").unwrap();
    let (excluded, _) = excluded.split_once(']').unwrap();
    for part in excluded.split(',').map(|p| p.trim().trim_matches('"')).filter(|p| !p.is_empty()) {
        assert!(["/.ci", "/.github"].contains(&part), "`{part}` is left out of the package");
    }
}

/// A target that is renamed is renamed in the workflows too; these are not published.
#[test]
fn targets_are_there() {
    let mut pages = vec![PathBuf::from("justfile"), PathBuf::from("CONTRIBUTING.md")];
    pages.extend(Some(PathBuf::from(".github/workflows/ci.yml")).filter(|page| page.exists()));
    let mut count = 0;
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap();
        for (at, _) in text.match_indices("--test ") {
            let name = text[at + "--test ".len()..]
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap();
            let folder = Path::new("tests").join(name);
            count += 1;
            assert!(
                folder.with_extension("rs").exists() || folder.join("main.rs").exists(),
                "{}: --test {name}",
                page.display()
            );
        }
    }
    assert!(count > 10, "{count}");
}

/// A file of tests that no target names would never run.
#[test]
fn every_file_is_in_a_target() {
    let mut count = 0;
    for folder in std::fs::read_dir("tests").unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(main) = std::fs::read_to_string(folder.join("main.rs")) else {
            assert_ne!(folder.extension().and_then(|e| e.to_str()), Some("rs"), "{}", folder.display());
            continue;
        };
        for module in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = module.file_stem().unwrap().to_str().unwrap().to_owned();
            let is_module = module.extension().is_some_and(|e| e == "rs") || module.join("mod.rs").exists();
            if is_module && name != "main" {
                count += 1;
                assert!(main.contains(&format!("\nmod {name};\n")), "{}", module.display());
            }
        }
    }
    assert!(count > 40, "{count}");
}

/// Workflows are YAML, may only read, and name each action by its major version.
#[test]
fn workflows_are_careful() {
    let folder = Path::new(".github/workflows");
    if !folder.exists() {
        return;
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let workflow: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(workflow["permissions"]["contents"], "read", "{}", path.display());
        assert!(!text.contains("secrets."), "{}", path.display());
        for line in text.lines().filter_map(|l| l.split_once("uses: ")) {
            let (_, version) = line.1.split_once("@v").unwrap_or_else(|| panic!("{}", line.1));
            assert!(!version.is_empty() && version.chars().all(|c| c.is_ascii_digit()), "{}", line.1);
        }
    }
}

/// Without `cli` the library takes texts and gives texts: what reads the disk, starts a process or opens a connection lies in parts that
/// only that feature has (and `live`, which asks servers).
#[test]
fn the_library_alone_touches_nothing() {
    let gated = ["src/cli/", "src/project/disk/", "src/main.rs"];
    let words =
        ["std::fs", "std::process", "std::env", "TcpStream", "TcpListener", "canonicalize", "File::open"];
    let declared = |file: &str, module: &str| {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(
            text.contains(&format!("#[cfg(feature = \"cli\")]\n{module}")),
            "{file}: {module} is always there"
        );
    };
    declared("src/lib.rs", "pub mod cli;");
    declared("src/project/mod.rs", "mod disk;");
    let mut found = Vec::new();
    files(Path::new("src"), &mut found);
    let mut seen = 0;
    for path in found {
        let name = path.display().to_string().replace('\\', "/");
        let tests = ["tests.rs", "_tests.rs"].iter().any(|end| name.ends_with(end));
        if gated.iter().any(|g| name.starts_with(g)) || tests || !name.ends_with(".rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // Tests of a module lie at its end, or are the whole of it.
        let code = text.split("#[cfg(test)]").next().unwrap();
        if code.contains("#![allow(clippy::disallowed_methods, reason = \"a test") {
            continue;
        }
        seen += 1;
        for word in words {
            assert!(!code.contains(word), "{name}: {word}");
        }
    }
    assert!(seen > 300, "{seen}");
}
