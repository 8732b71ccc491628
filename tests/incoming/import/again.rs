//! A second import into the same folder: what is still as the first one wrote it is rewritten, what somebody has edited never is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{WHOLE, common, run};

const OTHER: &str = "version: prometheus/v1
service: search
labels: {owner: search}
slos:
  - name: hits
    objective: 99
    sli:
      events:
        error_query: sum(rate(searches_total{found=\"no\"}[{{.window}}]))
        total_query: sum(rate(searches_total[{{.window}}]))
    alerting: {page_alert: {disable: true}, ticket_alert: {disable: true}}
";

/// Every file of a folder with its text.
fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut made = BTreeMap::new();
    for ending in ["slovo", "yaml"] {
        for path in common::files_below(folder, ending) {
            let below = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            made.insert(below, fs::read_to_string(&path).unwrap());
        }
    }
    made
}

/// A folder with two specs, imported into `new`.
fn imported() -> tempfile::TempDir {
    let at = tempfile::tempdir().unwrap();
    fs::create_dir(at.path().join("specs")).unwrap();
    fs::write(at.path().join("specs/shop.yaml"), WHOLE).unwrap();
    fs::write(at.path().join("specs/search.yaml"), OTHER).unwrap();
    let ran = run(at.path(), &["import", "specs", "-o", "new"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    at
}

#[test]
fn as_written_is_rewritten() {
    let at = imported();
    let (at, new) = (at.path(), at.path().join("new"));
    let before = texts(&new);
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let nothing = "nothing changed: 4 files of";
    assert!(ran.err.contains(nothing) && ran.err.contains("as an earlier import wrote them"), "{}", ran.err);
    assert!(!ran.out.contains("\nWritten\n"), "{}", ran.out);
    assert!(ran.out.contains("\nAs an earlier import wrote them: nothing changed\n"), "{}", ran.out);
    assert_eq!(texts(&new), before);
    // What is theirs stays, and what nobody touched follows the spec.
    let settings = before["slovo.yaml"].replace("scrape_interval: 30s", "scrape_interval: 15s");
    fs::write(new.join("slovo.yaml"), &settings).unwrap();
    let people = before["people.slovo"].replace("\"shop\"", "\"The shop's people\"");
    assert_ne!(people, before["people.slovo"]);
    fs::write(new.join("people.slovo"), &people).unwrap();
    fs::write(at.join("specs/shop.yaml"), WHOLE.replace("99.9", "99.5")).unwrap();
    for _ in 0..2 {
        let ran = run(at, &["import", "specs", "-o", "new"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let after = texts(&new);
        assert!(after["journeys/shop.slovo"].contains("keep for 99.5%"), "{}", after["journeys/shop.slovo"]);
        assert_eq!((&after["slovo.yaml"], &after["people.slovo"]), (&settings, &people));
        assert_eq!(after["journeys/search.slovo"], before["journeys/search.slovo"]);
        assert_eq!(after.len(), before.len());
    }
    for command in [&["check"][..], &["fmt", "--check"]] {
        let ran = run(&new, command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.err);
    }
    // A report alone, and an import that is not whole, write nothing.
    fs::write(at.join("specs/shop.yaml"), WHOLE.replace("objective: 99.9", "objective: 99.1")).unwrap();
    let before = texts(&new);
    assert_eq!(run(at, &["import", "specs", "-o", "new", "--audit"]).code, 0);
    fs::write(
        at.join("specs/worse.yaml"),
        WHOLE.replace("service: shop", "service: worse").replace("99.9", "x"),
    )
    .unwrap();
    assert_eq!(run(at, &["import", "specs", "-o", "new", "--strict"]).code, 1);
    assert_eq!(texts(&new), before);
}

#[test]
fn edited_stays() {
    for (edit, wanted) in [
        ("journeys/shop.slovo", "`journeys/shop.slovo` was edited since an earlier import wrote it"),
        ("catalogue.slovo", ""),
    ] {
        let at = imported();
        let (at, new) = (at.path(), at.path().join("new"));
        let text = fs::read_to_string(new.join(edit)).unwrap();
        fs::write(new.join(edit), format!("# Ours.\n{text}")).unwrap();
        let before = texts(&new);
        fs::write(at.join("specs/shop.yaml"), WHOLE.replace("99.9", "99.5")).unwrap();
        let ran = run(at, &["import", "specs", "-o", "new"]);
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        if wanted.is_empty() {
            // The catalogue declares all that is needed, whoever wrote it.
            assert_eq!(ran.code, 0, "{said}");
            assert_eq!(texts(&new)[edit], before[edit]);
        } else {
            assert_eq!((ran.code, said.contains(wanted)), (2, true), "{said}");
            assert_eq!(texts(&new), before);
        }
    }
}

#[test]
fn what_is_not_made_again() {
    let at = imported();
    let (at, new) = (at.path(), at.path().join("new"));
    let before = texts(&new);
    let ran = run(at, &["import", "specs/shop.yaml", "-o", "new"]);
    let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ran.code, 2, "{said}");
    assert!(
        said.contains("an earlier import wrote `journeys/search.slovo`, which is not made of these inputs"),
        "{said}"
    );
    assert_eq!(texts(&new), before);
    // A file of their own reads a metric that the specs no longer name.
    let own = "journey own \"Own\" {\n  owner shop\n  promise found \"Found\" {\n    keep for 99% of searches over 28d\n    total searches_total\n    bad   where {found=\"no\"}\n  }\n}\n";
    fs::write(new.join("own.slovo"), own).unwrap();
    let before = texts(&new);
    fs::write(at.join("specs/search.yaml"), OTHER.replace("searches_total", "finds_total")).unwrap();
    let ran = run(at, &["import", "specs", "-o", "new"]);
    let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ran.code, 2, "{said}");
    assert!(said.contains("the rest of the project would have mistakes"), "{said}");
    assert_eq!(texts(&new), before);
}

#[test]
fn records_of_others() {
    let at = imported();
    let (at, new) = (at.path(), at.path().join("new"));
    let before = texts(&new);
    let record = fs::read_to_string(new.join(".slovo-import")).unwrap();
    fs::write(at.join("outside.slovo"), "").unwrap();
    for (text, wanted) in [
        (record.replace("\"catalogue.slovo\"", "\"../outside.slovo\""), "which is not below this folder"),
        (record.replace("\"version\": 1", "\"version\": 2"), "it is of version 2"),
        ("{".to_owned(), "cannot be used"),
    ] {
        fs::write(new.join(".slovo-import"), text).unwrap();
        let ran = run(at, &["import", "specs", "-o", "new"]);
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((ran.code, said.contains(wanted)), (2, true), "{said}");
    }
    // Without a record all is somebody's own.
    fs::remove_file(new.join(".slovo-import")).unwrap();
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert_eq!((ran.code, ran.err.contains("is there already")), (2, true), "{}", ran.err);
    assert_eq!(texts(&new), before);
}

/// A kill between two files: each is as one or the other import wrote it, and the next one finishes the work.
#[test]
fn after_a_kill() {
    let at = imported();
    let (at, new) = (at.path(), at.path().join("new"));
    let record = || -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(new.join(".slovo-import")).unwrap()).unwrap()
    };
    let (old, first) = (texts(&new), record());
    for (file, spec) in [("specs/shop.yaml", WHOLE), ("specs/search.yaml", OTHER)] {
        fs::write(at.join(file), spec.replace("objective: 99", "objective: 98")).unwrap();
    }
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let wanted = texts(&new);
    assert_ne!(wanted, old);
    // What is about to be written is recorded first.
    let mut killed = first;
    killed["begun"] = record()["files"].clone();
    fs::write(new.join(".slovo-import"), killed.to_string()).unwrap();
    fs::write(new.join("journeys/shop.slovo"), &old["journeys/shop.slovo"]).unwrap();
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(texts(&new), wanted);
    assert!(record().get("begun").is_none());
}

/// What was removed is made again, though the project has mistakes without it.
#[test]
fn what_was_removed() {
    let at = imported();
    let (at, new) = (at.path(), at.path().join("new"));
    let before = texts(&new);
    for path in ["catalogue.slovo", "people.slovo"] {
        fs::remove_file(new.join(path)).unwrap();
        let ran = run(at, &["import", "specs", "-o", "new"]);
        assert_eq!(ran.code, 0, "{path}: {}", ran.err);
        assert_eq!(texts(&new), before, "{path}");
    }
    // Other mistakes are the project's own, and the first one is named.
    fs::write(new.join("mine.slovo"), "team shop").unwrap();
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("has mistakes, first E0"), "{}", ran.err);
    assert_eq!(texts(&new).len(), before.len() + 1);
}

/// A record that is a link tells of files elsewhere.
#[cfg(unix)]
#[test]
fn a_record_that_is_a_link() {
    let at = imported();
    let at = at.path();
    let record = at.join("new/.slovo-import");
    fs::rename(&record, at.join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(at.join("elsewhere"), &record).unwrap();
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert!(ran.code == 2 && ran.err.contains("it is a link"), "{}{}", ran.code, ran.err);
    assert!(record.symlink_metadata().unwrap().is_symlink());
}
