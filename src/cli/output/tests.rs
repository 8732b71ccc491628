//! Plans and writing, on real folders.

#![allow(clippy::disallowed_methods, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Action, Folder, Held, Lock, Manifest, Plan, Wanted, apply};
#[cfg(unix)]
use super::{Replaced, replace, replace_if};
use crate::backend::{Artifact, Take};
use crate::cli::Failure;

fn folder_at(path: &Path) -> Folder {
    Folder { path: path.to_owned(), shown: "out".to_owned(), within: None }
}

fn held(folder: Folder) -> Result<Held, Failure> {
    Held::to_write(folder, &BTreeSet::new())
}

fn plan_of(at: &Path, files: &[(&str, &str)], force: bool) -> Result<Plan, Failure> {
    let artifacts = files.iter().map(|(p, t)| Artifact { path: (*p).to_owned(), text: (*t).to_owned() });
    let wanted = wanted_of("shop", None, force);
    let held = held(folder_at(at))?;
    let before = Manifest::read(at)?;
    Plan::new(held, before, wanted, |take| {
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
    let wrong =
        Plan::new(held(folder_at(at.path())).unwrap(), before.clone(), wanted(false), nothing).unwrap_err();
    assert_eq!(
        wrong.message,
        "`out` holds files of the project `shop`, not of the project `other`, environment `production`"
    );
    apply(&mut Plan::new(held(folder_at(at.path())).unwrap(), before, wanted(true), nothing).unwrap())
        .unwrap();
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
    for path in ["../a", "/a", ".slovo-manifest", ".slovo-manifest.json"] {
        assert!(refused(at.path(), &[(path, "x")]).contains("not a path below"), "{path}");
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
    assert!(held(folder).unwrap_err().message.contains("leaves the project"));
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

/// What a killed build has left goes with the next one, whatever its age.
#[test]
fn leftovers() {
    let at = TempDir::new().unwrap();
    fs::create_dir(at.path().join(".slovo-tmp-folder")).unwrap();
    fs::write(at.path().join(".slovo-tmp-folder/0"), "half").unwrap();
    fs::write(at.path().join(".slovo-tmp-file"), "half").unwrap();
    fs::write(at.path().join("other"), "").unwrap();
    build(at.path(), &[("one.yml", "1")]).unwrap();
    assert_eq!(listed(at.path()), ["one.yml=1", "other="]);
}

/// Stopped anywhere between renames, a build leaves files of old and new content; the next one knows both for ours,
/// whatever it wants itself.
#[test]
fn after_a_crash() {
    let old = [("one.yml", "old"), ("sub/gone.yml", "old"), ("same.yml", "same")];
    let new = [("one.yml", "new"), ("deep/er/more.yml", "new"), ("same.yml", "same")];
    for renamed in 0..=2 {
        for wanted in [&old[..], &new[..], &[]] {
            let at = TempDir::new().unwrap();
            build(at.path(), &old).unwrap();
            let mut after = plan_of(at.path(), &new, false).unwrap().after.clone();
            let before = Manifest::read(at.path()).unwrap();
            after = after.while_changing(before.as_ref());
            fs::write(at.path().join(super::manifest::MANIFEST), after.to_text()).unwrap();
            fs::create_dir_all(at.path().join("deep/er")).unwrap();
            for (path, text) in new.iter().take(renamed) {
                fs::write(at.path().join(path), text).unwrap();
            }
            let plan = build(at.path(), wanted).unwrap();
            let by_hand = plan.actions.values().any(|a| matches!(a, Action::Rewrite { by_hand: true, .. }));
            assert!(!by_hand, "{renamed}: {:?}", plan.actions);
            let clean = TempDir::new().unwrap();
            build(clean.path(), wanted).unwrap();
            assert_eq!(listed(at.path()), listed(clean.path()), "{renamed}");
            assert_eq!(Manifest::read(at.path()).unwrap(), Manifest::read(clean.path()).unwrap());
        }
    }
}

/// A power cut may leave files whose names are new and whose content is not there.
#[test]
fn after_a_power_cut() {
    let at = TempDir::new().unwrap();
    build(at.path(), &[("one.yml", "1"), ("two.yml", "2"), ("three.yml", "3")]).unwrap();
    for (name, left) in [("one.yml", ""), ("two.yml", "\0\0\0"), ("three.yml", "")] {
        fs::write(at.path().join(name), left).unwrap();
    }
    let plan = build(at.path(), &[("one.yml", "1"), ("two.yml", "2")]).unwrap();
    assert!(!plan.actions.values().any(|a| matches!(a, Action::Rewrite { by_hand: true, .. })));
    assert_eq!(listed(at.path()), ["one.yml=1", "two.yml=2"]);
}

/// Two builds at once: one waits for the other, and says so when that takes too long.
#[test]
fn one_at_a_time() {
    let at = TempDir::new().unwrap();
    let first = Lock::take(at.path(), "out").unwrap();
    let short = std::time::Duration::from_millis(100);
    let refused = Lock::within(at.path(), "out", short).unwrap_err();
    assert_eq!(refused.message, "another slovo is writing `out` and was not done after 0 s");
    assert!(!refused.help.unwrap().contains("mend the cause"));
    let waiting = std::thread::spawn({
        let at = at.path().to_owned();
        move || Lock::take(&at, "out").is_ok()
    });
    std::thread::sleep(short);
    drop(first);
    assert!(waiting.join().unwrap());
    // A plan that is given up gives its lock back, and a folder that it was made for goes.
    let out = at.path().join("new/out");
    drop(plan_of(&out, &[("one.yml", "1")], false).unwrap());
    assert!(!at.path().join("new").exists());
    build(&out, &[("one.yml", "1")]).unwrap();
}

#[test]
fn folders_that_are_nobodys_output() {
    let at = TempDir::new().unwrap();
    let inputs = BTreeSet::from([at.path().canonicalize().unwrap()]);
    for (path, why) in [
        (".git/hooks", "lies in `.git`"),
        ("a/.hg", "lies in `.hg`"),
        (".svn", "version control"),
        (".jj/x/y", "version control"),
        ("", "holds files that the project reads"),
    ] {
        let refused = Held::to_write(folder_at(&at.path().join(path)), &inputs).unwrap_err();
        assert!(refused.message.contains(why), "{path}: {}", refused.message);
        assert_eq!(fs::read_dir(at.path()).unwrap().count(), 0, "{path}");
    }
    drop(Held::to_write(folder_at(&at.path().join("a")), &inputs).unwrap());
}

/// A folder of ours that the user replaced by a link: what is behind it is left alone.
#[cfg(unix)]
#[test]
fn nothing_is_removed_behind_a_link() {
    use std::os::unix::fs::symlink;
    let at = TempDir::new().unwrap();
    let elsewhere = TempDir::new().unwrap();
    for inside in [false, true] {
        let _ = fs::remove_dir_all(at.path().join("out"));
        let out = at.path().join("out");
        build(&out, &[("sub/deep/one.yml", "1"), ("two.yml", "2")]).unwrap();
        let target = if inside { out.join("real") } else { elsewhere.path().join("real") };
        fs::rename(out.join("sub"), &target).unwrap();
        symlink(&target, out.join("sub")).unwrap();
        let plan = build(&out, &[("two.yml", "2")]).unwrap();
        assert_eq!(plan.left, ["sub/deep/one.yml"]);
        drop(plan);
        assert_eq!(fs::read_to_string(target.join("deep/one.yml")).unwrap(), "1");
        assert!(out.join("sub").symlink_metadata().unwrap().file_type().is_symlink());
        assert!(super::remove::remove(&out, "sub/deep/one.yml").is_err());
        assert_eq!(fs::read_to_string(target.join("deep/one.yml")).unwrap(), "1");
        // Nor is anything written there.
        assert!(refused(&out, &[("sub/deep/one.yml", "2")]).contains("by the symbolic link `out/sub`"));
    }
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

#[cfg(unix)]
#[test]
fn files_of_people() {
    use std::os::unix::fs::PermissionsExt;
    let at = TempDir::new().unwrap();
    let file = at.path().join("a.slovo");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(replace_if(&file, b"old", b"new").unwrap(), Replaced::Done);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(replace_if(&file, b"old", b"newer").unwrap(), Replaced::Changed);
    assert_eq!(listed(at.path()), ["a.slovo=new"]);
    // Another name of the same file would keep the old content.
    fs::hard_link(&file, at.path().join("b.slovo")).unwrap();
    assert!(
        matches!(replace_if(&file, b"new", b"newer").unwrap(), Replaced::Refused(why) if why.contains("hard links"))
    );
    assert_eq!(listed(at.path()), ["a.slovo=new", "b.slovo=new"]);
}

/// What a killed run leaves beside sources goes, unless it may be somebody's save.
#[test]
fn leftovers_beside_sources() {
    let at = TempDir::new().unwrap();
    let digits = |text: &str| super::manifest::hash(text.as_bytes())[5..].to_owned();
    let name = format!(".slovo-tmp-{}-{}", digits("old"), digits("new"));
    for (content, kept) in [("old", false), ("new", false), ("saved", true)] {
        fs::write(at.path().join(&name), content).unwrap();
        fs::write(at.path().join(".slovo-tmp-abc123"), "ne").unwrap();
        let left = super::sweep_beside_sources(at.path());
        assert_eq!(left.len(), usize::from(kept), "{content}");
        assert_eq!(listed(at.path()).len(), usize::from(kept), "{content}");
    }
}

/// An editor saves by rename while the file is replaced over and over: each save is there until the editor itself replaces it.
#[cfg(target_os = "linux")]
#[test]
fn saves_by_rename_are_not_lost() {
    let saves: usize = std::env::var("SLOVO_SAVES").map_or(2000, |n| n.parse().unwrap());
    let at = TempDir::new().unwrap();
    let file = at.path().join("a.slovo");
    fs::write(&file, "raw 0").unwrap();
    let (mut lost, mut formatted, mut refused) = (0, 0, 0);
    let done = std::sync::atomic::AtomicBool::new(false);
    let rounds = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let formatter = scope.spawn(|| {
            let (mut formatted, mut refused) = (0, 0);
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let Ok(before) = fs::read_to_string(&file) else { continue };
                let after = before.replace("raw", "formatted");
                match replace_if(&file, before.as_bytes(), after.as_bytes()) {
                    Ok(Replaced::Done) if after != before => formatted += 1,
                    Ok(Replaced::Changed) => refused += 1,
                    Ok(_) | Err(_) => {}
                }
                rounds.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            (formatted, refused)
        });
        for save in 1..=saves {
            let editors = at.path().join(".editor");
            fs::write(&editors, format!("raw {save}")).unwrap();
            fs::rename(&editors, &file).unwrap();
            // Somewhere within the time that a replacement takes, now and then a whole one.
            std::thread::sleep(std::time::Duration::from_micros((save as u64 * 97) % 1500));
            // While a replacement is under way the save may be out for a moment; when that one has ended it must be back.
            let ended = rounds.load(std::sync::atomic::Ordering::Relaxed) + 1;
            let ends = format!(" {save}");
            let back = || {
                rounds.load(std::sync::atomic::Ordering::Relaxed) >= ended
                    && fs::read_to_string(&file).is_ok_and(|text| text.ends_with(&ends))
            };
            let began = std::time::Instant::now();
            let mut found = back();
            while !found && began.elapsed() < std::time::Duration::from_secs(20) {
                std::thread::yield_now();
                found = back();
            }
            lost += usize::from(!found);
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        (formatted, refused) = formatter.join().unwrap();
    });
    assert_eq!(lost, 0, "of {saves}");
    assert!(formatted > 0 && refused > 0, "nothing met: {formatted} formatted, {refused} refused");
    assert_eq!(listed(at.path()).len(), 1);
}

/// A manifest under its earlier name is as good, and goes with the next build, also one that changes nothing or was killed after
/// it wrote the new one. What isn't a manifest stays.
#[test]
fn a_manifest_under_its_earlier_name() {
    use super::manifest::{EARLIER, MANIFEST};
    let at = TempDir::new().unwrap();
    let out = at.path().join("out");
    build(&out, &[("a.yml", "1"), ("b.yml", "2")]).unwrap();
    let (old, new) = (out.join(EARLIER), out.join(MANIFEST));
    fs::rename(&new, &old).unwrap();
    assert!(build(&out, &[("a.yml", "1"), ("b.yml", "2")]).unwrap().is_empty());
    assert!(new.is_file() && !old.exists());
    fs::rename(&new, &old).unwrap();
    build(&out, &[("a.yml", "3")]).unwrap();
    assert!(new.is_file() && !old.exists() && !out.join("b.yml").exists());
    fs::copy(&new, &old).unwrap();
    build(&out, &[("a.yml", "3")]).unwrap();
    assert!(new.is_file() && !old.exists());
    fs::write(&old, "somebody's").unwrap();
    build(&out, &[("a.yml", "4")]).unwrap();
    assert_eq!(fs::read_to_string(&old).unwrap(), "somebody's");
}
