//! Plans and writing, on real folders.

#![allow(clippy::disallowed_methods, reason = "a test")]

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Action, Folder, Manifest, Plan, Wanted, apply, replace};
use crate::backend::{Artifact, Take};
use crate::cli::Failure;

fn folder_at(path: &Path) -> Folder {
    Folder { path: path.to_owned(), shown: "out".to_owned(), within: None }
}

fn plan_of(at: &Path, files: &[(&str, &str)], force: bool) -> Result<Plan, Failure> {
    let artifacts = files.iter().map(|(p, t)| Artifact { path: (*p).to_owned(), text: (*t).to_owned() });
    let wanted = wanted_of("shop", None, force);
    Plan::new(folder_at(at), Manifest::read(at)?, wanted, |take| {
        artifacts.for_each(take);
        Ok(())
    })
}

fn wanted_of(project: &str, environment: Option<&str>, force: bool) -> Wanted {
    Wanted { manifest: Manifest::new(project, environment), force, only_shown: false }
}

/// Hands over no file.
#[allow(clippy::unnecessary_wraps, reason = "as makers of files are")]
fn nothing(_: Take<'_>) -> Result<(), Failure> {
    Ok(())
}

fn build(at: &Path, files: &[(&str, &str)]) -> Result<Plan, Failure> {
    let mut plan = plan_of(at, files, false)?;
    apply(&mut plan)?;
    Ok(plan)
}

fn refused(at: &Path, files: &[(&str, &str)]) -> String {
    match build(at, files) {
        Ok(plan) => panic!("not refused: {:?}", plan.actions),
        Err(failure) => failure.message,
    }
}

/// Every file but the manifest, with its content.
fn listed(at: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![at.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let shown = path.strip_prefix(at).unwrap().display().to_string();
            if path.is_dir() {
                found.push(format!("{shown}/"));
                open.push(path);
            } else if shown != super::manifest::MANIFEST {
                found.push(format!("{shown}={}", fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn writes_what_changed_and_removes_what_is_stale() {
    let at = TempDir::new().unwrap();
    let out = at.path().join("a/b");
    build(&out, &[("one.yml", "1"), ("sub/two.yml", "2")]).unwrap();
    fs::write(out.join("mine.yml"), "mine").unwrap();
    assert_eq!(listed(&out), ["mine.yml=mine", "one.yml=1", "sub/", "sub/two.yml=2"]);
    let before = fs::metadata(out.join("one.yml")).unwrap().modified().unwrap();
    let plan = build(&out, &[("one.yml", "1"), ("three.yml", "3")]).unwrap();
    assert_eq!(plan.unchanged, 1);
    assert_eq!(plan.actions.len(), 2);
    assert_eq!(listed(&out), ["mine.yml=mine", "one.yml=1", "three.yml=3"]);
    assert_eq!(fs::metadata(out.join("one.yml")).unwrap().modified().unwrap(), before);
    assert!(build(&out, &[("one.yml", "1"), ("three.yml", "3")]).unwrap().is_empty());
}

#[test]
fn foreign_files_are_kept() {
    let at = TempDir::new().unwrap();
    fs::write(at.path().join("one.yml"), "mine").unwrap();
    assert_eq!(
        refused(at.path(), &[("one.yml", "1"), ("two.yml", "2")]),
        "`out/one.yml` was not written by slovo and would be overwritten"
    );
    assert_eq!(listed(at.path()), ["one.yml=mine"]);
    apply(&mut plan_of(at.path(), &[("one.yml", "1")], true).unwrap()).unwrap();
    assert_eq!(listed(at.path()), ["one.yml=1"]);
    // What is there already as it would be written is taken for ours.
    fs::write(at.path().join("two.yml"), "2").unwrap();
    build(at.path(), &[("one.yml", "1"), ("two.yml", "2")]).unwrap();
    build(at.path(), &[("one.yml", "1")]).unwrap();
    assert_eq!(listed(at.path()), ["one.yml=1"]);
    fs::create_dir(at.path().join("three.yml")).unwrap();
    assert!(refused(at.path(), &[("three.yml", "3")]).contains("is a folder"));
}

#[test]
fn changes_by_hand() {
    let at = TempDir::new().unwrap();
    build(at.path(), &[("one.yml", "1"), ("two.yml", "2")]).unwrap();
    fs::write(at.path().join("one.yml"), "edited").unwrap();
    fs::write(at.path().join("two.yml"), "edited").unwrap();
    assert!(
        refused(at.path(), &[("one.yml", "1")])
            .contains("`out/two.yml` is no longer needed, but was changed by hand")
    );
    let plan = build(at.path(), &[("one.yml", "1"), ("two.yml", "2")]).unwrap();
    assert!(plan.actions.values().all(|a| matches!(a, Action::Rewrite { by_hand: true, .. })));
    assert_eq!(listed(at.path()), ["one.yml=1", "two.yml=2"]);
    fs::remove_file(at.path().join("two.yml")).unwrap();
    build(at.path(), &[("one.yml", "1")]).unwrap();
    assert_eq!(listed(at.path()), ["one.yml=1"]);
}

#[test]
fn one_folder_one_owner() {
    let at = TempDir::new().unwrap();
    build(at.path(), &[("one.yml", "1")]).unwrap();
    let wanted = |force| wanted_of("other", Some("production"), force);
    let before = Manifest::read(at.path()).unwrap();
    let wrong = Plan::new(folder_at(at.path()), before.clone(), wanted(false), nothing).unwrap_err();
    assert_eq!(
        wrong.message,
        "`out` holds files of the project `shop`, not of the project `other`, environment `production`"
    );
    apply(&mut Plan::new(folder_at(at.path()), before, wanted(true), nothing).unwrap()).unwrap();
    assert_eq!(listed(at.path()), [""; 0]);
}

#[test]
fn a_manifest_that_lies() {
    let at = TempDir::new().unwrap();
    let victim = at.path().join("victim");
    let out = at.path().join("out");
    fs::write(&victim, "precious").unwrap();
    build(&out, &[("one.yml", "1")]).unwrap();
    let manifest = out.join(super::manifest::MANIFEST);
    let text = fs::read_to_string(&manifest).unwrap();
    for path in ["../victim", "/etc/passwd", "a/../../victim", ""] {
        fs::write(&manifest, text.replace("one.yml", path)).unwrap();
        assert!(refused(&out, &[]).contains("not below this folder"), "{path}");
    }
    for text in ["", "[]", "{\"version\": 1}", "\u{0}", &text.replace("\"version\": 1", "\"version\": 2")] {
        fs::write(&manifest, text).unwrap();
        assert!(refused(&out, &[]).contains("cannot be used"), "{text}");
    }
    assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
}

#[test]
fn backends_cannot_leave_either() {
    let at = TempDir::new().unwrap();
    for path in ["../a", "/a", ".slovo-manifest.json"] {
        assert!(refused(at.path(), &[(path, "x")]).contains("no path below"), "{path}");
    }
}

#[test]
fn an_output_folder_that_is_a_file() {
    let at = TempDir::new().unwrap();
    let file = at.path().join("file");
    fs::write(&file, "x").unwrap();
    for out in [file.clone(), file.join("below")] {
        assert!(refused(&out, &[("one.yml", "1")]).contains("is a file"));
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "x");
}

#[cfg(unix)]
#[test]
fn symbolic_links() {
    use std::os::unix::fs::symlink;
    let at = TempDir::new().unwrap();
    let elsewhere = TempDir::new().unwrap();
    fs::write(elsewhere.path().join("theirs.yml"), "theirs").unwrap();
    let out = at.path().join("out");
    // The folder itself leads out of the project.
    symlink(elsewhere.path(), &out).unwrap();
    let folder = Folder { within: Some(at.path().to_owned()), ..folder_at(&out.join("sub")) };
    assert!(
        Plan::new(folder, None, wanted_of("shop", None, true), nothing)
            .unwrap_err()
            .message
            .contains("leaves the project")
    );
    fs::remove_file(&out).unwrap();
    // A folder in it does.
    fs::create_dir(&out).unwrap();
    symlink(elsewhere.path(), out.join("sub")).unwrap();
    assert!(refused(&out, &[("sub/one.yml", "1")]).contains("leaves its folder"));
    assert_eq!(listed(elsewhere.path()), ["theirs.yml=theirs"]);
    // A file of ours that is a link: the link is replaced, what is behind it stays.
    symlink(elsewhere.path().join("theirs.yml"), out.join("one.yml")).unwrap();
    assert!(refused(&out, &[("one.yml", "1")]).contains("not written by slovo"));
    apply(&mut plan_of(&out, &[("one.yml", "1")], true).unwrap()).unwrap();
    assert!(out.join("one.yml").symlink_metadata().unwrap().is_file());
    assert_eq!(listed(elsewhere.path()), ["theirs.yml=theirs"]);
}

#[cfg(unix)]
#[test]
fn permissions() {
    use std::os::unix::fs::PermissionsExt;
    let at = TempDir::new().unwrap();
    build(at.path(), &[("one.yml", "1")]).unwrap();
    let mode = |name: &str| fs::metadata(at.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::write(at.path().join("plain"), "").unwrap();
    assert_eq!(mode("one.yml"), mode("plain"), "as any new file, so that Prometheus may read it");
    fs::set_permissions(at.path().join("plain"), fs::Permissions::from_mode(0o640)).unwrap();
    replace(&at.path().join("plain"), b"x").unwrap();
    assert_eq!(mode("plain"), 0o640);
    fs::set_permissions(at.path().join("plain"), fs::Permissions::from_mode(0o440)).unwrap();
    assert!(replace(&at.path().join("plain"), b"y").is_err());
}

/// What a killed build has left goes with the next one, but not what a running one is writing.
#[test]
fn leftovers() {
    let at = TempDir::new().unwrap();
    for (name, age) in [(".slovo-tmp-old", 7200), (".slovo-tmp-new", 0), ("other", 7200)] {
        let file = fs::File::create(at.path().join(name)).unwrap();
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
        file.set_modified(then).unwrap();
    }
    build(at.path(), &[("one.yml", "1")]).unwrap();
    assert_eq!(listed(at.path()), [".slovo-tmp-new=", "one.yml=1", "other="]);
}

/// After a crash between renames the next build goes on: every file is known.
#[test]
fn after_a_crash() {
    let at = TempDir::new().unwrap();
    build(at.path(), &[("one.yml", "1"), ("old.yml", "old")]).unwrap();
    // As if stopped after the first rename: the manifest names old and new files, one file is new.
    let mut both = Manifest::read(at.path()).unwrap().unwrap();
    both.files.insert("new.yml".to_owned(), super::manifest::hash(b"new"));
    fs::write(at.path().join(super::manifest::MANIFEST), both.to_text()).unwrap();
    fs::write(at.path().join("new.yml"), "new").unwrap();
    build(at.path(), &[("one.yml", "changed"), ("new.yml", "new")]).unwrap();
    assert_eq!(listed(at.path()), ["new.yml=new", "one.yml=changed"]);
}

/// A build that is refused leaves nothing, neither temporary files nor folders made for them; what was there stays.
#[test]
fn refused_without_a_trace() {
    let at = TempDir::new().unwrap();
    fs::create_dir(at.path().join("there")).unwrap();
    fs::write(at.path().join("there/mine.yml"), "mine").unwrap();
    let files = [("a/b/new.yml", "1"), ("there/mine.yml", "2"), ("there/other.yml", "3")];
    assert!(refused(at.path(), &files).contains("not written by slovo"));
    assert_eq!(listed(at.path()), ["there/", "there/mine.yml=mine"]);
    let out = at.path().join("out/below");
    drop(plan_of(&out, &[("sub/one.yml", "1")], false).unwrap());
    assert!(!at.path().join("out").exists(), "a plan that is given up");
}

/// Of several reasons the same one is named each time.
#[test]
fn the_first_of_several_foreign_files() {
    let at = TempDir::new().unwrap();
    let names = ["a.yml", "b.yml", "c.yml"];
    for name in names {
        fs::write(at.path().join(name), "mine").unwrap();
    }
    let message = refused(at.path(), &[("c.yml", "1"), ("a.yml", "1"), ("b.yml", "1")]);
    assert_eq!(message, "`out/a.yml` and 2 more were not written by slovo and would be overwritten");
}
