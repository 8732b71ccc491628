//! Real runs of the program: every command, its exit status, and what it does to the disk.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common;

use assert_cmd::cargo::CommandCargoExt;
use common::folder;
use tempfile::TempDir;

const YAML: (&str, &str) = ("slovo.yaml", "project: shop\nretention: 100d\n");
const TEAM: (&str, &str) = ("teams.slovo", "team shop \"Shop team\" {\n  tickets \"shop-tickets\"\n}\n");

/// What `slovo init` makes.
fn scaffold() -> TempDir {
    let at = tempfile::Builder::new().prefix("Web-Shop-").tempdir().unwrap();
    let ran = run(at.path(), &["init"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    at
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn command(at: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("slovo").unwrap();
    command.current_dir(at).args(args).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

fn run(at: &Path, args: &[&str]) -> Ran {
    let ran = command(at, args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: ran.status.code().unwrap_or(-1), out: text(ran.stdout), err: text(ran.stderr) }
}

fn read(at: &TempDir, path: &str) -> String {
    fs::read_to_string(at.path().join(path)).unwrap()
}

#[test]
fn init_makes_a_project_that_has_no_mistakes() {
    let at = scaffold();
    assert!(read(&at, "slovo.yaml").contains("\nproject: web_shop_"));
    let checked = run(at.path(), &["check", "--deny", "warnings"]);
    assert_eq!((checked.code, checked.out.as_str()), (0, ""), "{}", checked.err);
    assert_eq!(checked.err, "no mistakes: 3 promises in 1 file\n");
    assert_eq!(run(at.path(), &["fmt", "--check"]).code, 0, "the scaffold is in canonical form");
}

/// `init` says how long samples are kept. Who removes that is warned once, however many promises there are.
#[test]
fn an_unstated_retention_is_one_warning() {
    let at = scaffold();
    let yaml = read(&at, "slovo.yaml");
    assert!(yaml.contains("\nretention: 30d\n"), "{yaml}");
    let explained = run(at.path(), &["explain", "checkout.pay.accepted"]).out;
    assert!(
        explained.contains("Samples are kept for 30 days, so the whole 28 days are known."),
        "{explained}"
    );
    let unsaid = yaml.replace("retention: 30d\n", "");
    fs::write(at.path().join("slovo.yaml"), &unsaid).unwrap();
    let explained = run(at.path(), &["explain", "checkout.pay.accepted"]).out;
    assert!(explained.contains("How long samples are kept is not stated."), "{explained}");
    let checked = run(at.path(), &["check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert_eq!(checked.err.matches("[W0444]").count(), 1, "{}", checked.err);
    fs::write(at.path().join("slovo.yaml"), format!("{unsaid}lints: {{W0444: allow}}\n")).unwrap();
    let checked = run(at.path(), &["check", "--deny", "warnings"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
}

#[test]
fn init_overwrites_nothing() {
    let at = folder(&[("checkout.slovo", "mine")]);
    let ran = run(at.path(), &["init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("is there already"), "{}", ran.err);
    assert!(!at.path().join("slovo.yaml").exists());
    assert_eq!(read(&at, "checkout.slovo"), "mine");
    let at = folder(&[YAML]);
    let ran = run(at.path(), &["init", "below/it"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("already"), "{}", ran.err);
    assert!(!at.path().join("below").exists());
}

/// A review is overdue by the clock, by the last commit, or by no day at all.
#[test]
fn today_is_what_was_asked_for() {
    let at = scaffold();
    let docs = |today: &str| run(at.path(), &["docs", "-o", "out", "--today", today]);
    assert_eq!(docs("now").code, 0);
    let year = read(&at, "out/model.json");
    assert!(year.contains("\"today\": {") || year.contains("\"today\":{"), "{year}");
    let none = docs("commit");
    assert!(none.code == 2 && none.err.contains("the last commit"), "{}", none.err);
    assert!(docs("soon").err.contains("`now`, `commit` or a date"));
    let git = |args: &[&str]| {
        let ran = std::process::Command::new("git")
            .arg("-C")
            .arg(at.path())
            .args(args)
            .env("TZ", "UTC")
            .env("GIT_COMMITTER_DATE", "2026-03-04T23:30:00-02:00")
            .output();
        ran.is_ok_and(|o| o.status.success())
    };
    assert!(git(&["init", "-q"]));
    assert!(git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"]));
    assert_eq!(docs("commit").code, 0);
    // in UTC it was the next day
    assert!(read(&at, "out/model.json").contains("2026-03-05"));
}

/// Who begins in another folder has to go there first.
#[test]
fn init_says_where_to_go() {
    let at = folder(&[]);
    let ran = run(at.path(), &["init", "web shop"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("next: `cd 'web shop'`, then `slovo check`"), "{}", ran.err);
    let at = folder(&[]);
    assert!(run(at.path(), &["init"]).err.contains("next: `slovo check`"));
}

#[test]
fn exit_codes() {
    let fine = folder(&[YAML, TEAM]);
    assert_eq!(run(fine.path(), &["check"]).code, 0);
    let wrong = folder(&[("slovo.yaml", "projct: shop\n"), TEAM]);
    assert_eq!(run(wrong.path(), &["check"]).code, 1);
    assert_eq!(run(wrong.path(), &["build"]).code, 1);
    assert!(!wrong.path().join("prometheus").exists());
    let empty = folder(&[]);
    for args in [
        &["check"] as &[&str],
        &["build"],
        &["fmt"],
        &["explain", "a.b"],
        &["check", "--nonsense"],
        &["chekc"],
        &[],
        &["check", "--today", "tomorrow"],
        &["check", "--deny", "E0501"],
        &["check", "-C", "nowhere"],
        &["explain", "E9999"],
        &["man", "nothing"],
        &["completions", "tcsh"],
        &["fmt", "-", "a.slovo"],
        &["fmt", "missing.slovo"],
    ] {
        assert_eq!(run(empty.path(), args).code, 2, "{args:?}");
    }
    assert_eq!(run(fine.path(), &["check", "--env", "production"]).code, 2);
    for args in [&["--version"] as &[&str], &["--help"], &["build", "--help"], &["explain"], &["man"]] {
        assert_eq!(run(empty.path(), args).code, 0, "{args:?}");
    }
}

#[test]
fn what_the_source_accepts_is_counted() {
    let accepted = "journey visit \"Visit\" {\n  owner shop\n  # slovo: allow W0424 because the bank promises it until 2026-11-30\n  \
                    step pay \"Pay\" {\n    critical\n  }\n}\n";
    let at = folder(&[YAML, TEAM, ("visit.slovo", accepted)]);
    let ran = run(at.path(), &["check", "--deny", "warnings"]);
    let first = "no mistakes: 0 promises in 2 files; 1 warning accepted in the source";
    assert_eq!(
        (ran.code, ran.err),
        (0, format!("{first}, the first of them until 2026-11-30 (only `--today` checks that)\n"))
    );
    assert_eq!(run(at.path(), &["check", "--today", "2026-11-30"]).err, format!("{first}\n"));
    let json: serde_json::Value =
        serde_json::from_str(&run(at.path(), &["check", "--format", "json"]).out).unwrap();
    assert_eq!((&json["warnings"], &json["accepted"]), (&0.into(), &1.into()));
    let over = run(at.path(), &["check", "--deny", "warnings", "--today", "2026-12-01"]);
    assert_eq!(over.code, 1);
    assert!(over.err.contains("[W0121]") && over.err.contains("[W0424]"), "{}", over.err);
    // Neither `fmt` nor `--fix` touch it.
    assert_eq!(run(at.path(), &["fmt", "--check"]).code, 0);
    assert_eq!(run(at.path(), &["check", "--fix"]).code, 0);
    assert_eq!(fs::read_to_string(at.path().join("visit.slovo")).unwrap(), accepted);
}

#[test]
fn works_from_any_folder_below_and_with_c() {
    let at = folder(&[YAML, TEAM, ("a/b/c.txt", "")]);
    assert_eq!(run(&at.path().join("a/b"), &["check"]).err, "no mistakes: 0 promises in 1 file\n");
    let elsewhere = folder(&[]);
    let project = at.path().display().to_string();
    assert_eq!(run(elsewhere.path(), &["-C", &project, "check"]).code, 0);
    assert_eq!(run(elsewhere.path(), &["check", "--project", &project, "-q"]).err, "");
}

#[test]
fn formats() {
    let at = folder(&[("slovo.yaml", "project: shop\nretension: 90d\n"), TEAM]);
    let human = run(at.path(), &["check"]);
    assert_eq!(human.out, "");
    assert!(human.err.contains("┌─ slovo.yaml:2:1"), "{}", human.err);
    assert!(human.err.ends_with("1 error in 1 file\n"), "{}", human.err);
    let short = run(at.path(), &["check", "--format", "short"]);
    assert_eq!(short.out, "slovo.yaml:2:1: error[E0507]: unknown key `retension`\n");
    let json = run(at.path(), &["check", "--format", "json"]);
    assert_eq!(json.err, "");
    let document: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(document["diagnostics"][0]["code"], "E0507");
    assert_eq!([human.code, short.code, json.code], [1, 1, 1]);
}

#[test]
fn colours() {
    let at = folder(&[("slovo.yaml", "projct: shop\n"), TEAM]);
    assert!(!run(at.path(), &["check"]).err.contains('\x1b'), "no terminal");
    assert!(run(at.path(), &["check", "--color", "always"]).err.contains('\x1b'));
    assert!(!run(at.path(), &["check", "--color", "never"]).err.contains('\x1b'));
    let script = Command::new("script").arg("--version").output();
    if !script.is_ok_and(|s| s.status.success()) {
        eprintln!("skipped: no `script` to make a terminal");
        return;
    }
    let slovo = Command::cargo_bin("slovo").unwrap().get_program().to_owned();
    let on_terminal = |variable: &str| {
        let line = format!("env -u NO_COLOR TERM=xterm {variable} {} check", slovo.display());
        let ran = Command::new("script").args(["-qec", &line, "/dev/null"]).current_dir(at.path()).output();
        String::from_utf8(ran.unwrap().stdout).unwrap()
    };
    assert!(on_terminal("A=1").contains('\x1b'), "a terminal");
    assert!(!on_terminal("NO_COLOR=1").contains('\x1b'));
    assert!(!on_terminal("TERM=dumb").contains('\x1b'));
}

#[test]
fn fix_mends_what_is_certain() {
    let yaml = "\u{feff}project: shop\nlabels:\n  a: true\n  b: no # stays\nseverities: {page: false}\n";
    let at = folder(&[("slovo.yaml", yaml), TEAM]);
    let before = run(at.path(), &["check"]);
    assert_eq!(before.code, 1);
    assert!(before.err.contains("`slovo check --fix` mends 2 of them"), "{}", before.err);
    let fixed = run(at.path(), &["check", "--fix"]);
    assert_eq!(fixed.code, 0, "{}", fixed.err);
    assert!(fixed.err.contains("mended slovo.yaml:3:6: write `\"true\"` [E0509]\n"), "{}", fixed.err);
    assert!(fixed.err.contains("mended 2 places in 1 file\n"), "{}", fixed.err);
    let after =
        "\u{feff}project: shop\nlabels:\n  a: \"true\"\n  b: no # stays\nseverities: {page: \"false\"}\n";
    assert_eq!(read(&at, "slovo.yaml"), after);
    assert_eq!(run(at.path(), &["check", "--fix"]).err, "no mistakes: 0 promises in 1 file\n");
}

#[cfg(unix)]
#[test]
fn fix_leaves_links_out_of_the_project_alone() {
    let text = "team other \"Other\" {\n  tickets 'q'\n}\n";
    let shared = folder(&[("other.slovo", text), ("slovo.yaml", "project: shop\nlabels: {a: true}\n")]);
    let at = folder(&[("slovo.yaml", "project: shop\n"), TEAM]);
    std::os::unix::fs::symlink(shared.path().join("other.slovo"), at.path().join("other.slovo")).unwrap();
    let follow = shared.path().to_str().unwrap();
    let ran = run(at.path(), &["check", "--fix", "--follow-links", follow]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("not mended: `other.slovo` is a link out of the project"), "{}", ran.err);
    assert_eq!(read(&shared, "other.slovo"), text);
    // `slovo.yaml` itself is not even read.
    std::fs::remove_file(at.path().join("slovo.yaml")).unwrap();
    std::os::unix::fs::symlink(shared.path().join("slovo.yaml"), at.path().join("slovo.yaml")).unwrap();
    let ran = run(at.path(), &["check", "--fix", "--follow-links", follow]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("[E0521]"), "{}", ran.err);
    assert_eq!(read(&shared, "slovo.yaml"), "project: shop\nlabels: {a: true}\n");
}

#[test]
fn build_writes_only_what_changes() {
    let at = scaffold();
    let built = run(at.path(), &["build"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let files = || {
        let mut names: Vec<String> = fs::read_dir(at.path().join("prometheus"))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let first = files();
    assert!(first.len() > 1 && first[0] == ".slovo-manifest", "{first:?}");
    let rules = format!("prometheus/{}", first[1]);
    let text = read(&at, &rules);
    assert_eq!(run(at.path(), &["build", "--check"]).code, 0);
    let again = run(at.path(), &["build"]);
    assert!(again.err.contains("up to date"), "{}", again.err);
    // A foreign file stays; a changed one is written again, and said so.
    fs::write(at.path().join("prometheus/mine.yml"), "groups: []\n").unwrap();
    fs::write(at.path().join(&rules), format!("{text}# edited\n")).unwrap();
    let check = run(at.path(), &["build", "--check"]);
    assert_eq!(check.code, 1);
    assert!(check.out.contains("\n-# edited\n"), "{}", check.out);
    assert!(read(&at, &rules).ends_with("# edited\n"), "--check writes nothing");
    let mended = run(at.path(), &["build"]);
    assert!(mended.err.contains("had been changed by hand"), "{}", mended.err);
    assert_eq!(read(&at, &rules), text);
    assert_eq!(read(&at, "prometheus/mine.yml"), "groups: []\n");
}

/// A comment above everything changes nothing that is generated, unless lines are asked for.
#[test]
fn a_comment_changes_nothing_that_is_generated() {
    let at = scaffold();
    let yaml = read(&at, "slovo.yaml");
    let outputs =
        "outputs:\n  prometheus: {path: prometheus}\n  grafana: {path: grafana}\n  docs: {path: docs}\n";
    let yaml = yaml.split("\noutputs:").next().unwrap().to_owned();
    fs::write(at.path().join("slovo.yaml"), format!("{yaml}\n{outputs}")).unwrap();
    for (lines, code) in [(&[][..], 0), (&["--lines"][..], 1)] {
        let built = run(at.path(), &[&["build"], lines].concat());
        assert_eq!(built.code, 0, "{}", built.err);
        for entry in fs::read_dir(at.path()).unwrap().map(|e| e.unwrap().path()) {
            if entry.extension().is_some_and(|e| e == "slovo") {
                fs::write(&entry, format!("# a word\n{}", fs::read_to_string(&entry).unwrap())).unwrap();
            }
        }
        let checked = run(at.path(), &[&["build", "--check"], lines].concat());
        assert_eq!(checked.code, code, "{lines:?}: {}", checked.err);
    }
}

#[test]
fn a_promise_that_goes_takes_its_history_along() {
    let at = scaffold();
    assert_eq!(run(at.path(), &["build"]).code, 0);
    let text = read(&at, "checkout.slovo");
    assert!(text.contains("promise accepted"));
    fs::write(at.path().join("checkout.slovo"), text.replace("promise accepted", "promise acceptd")).unwrap();
    let denied = run(at.path(), &["build", "--deny", "warnings"]);
    assert_eq!(denied.code, 1, "{}", denied.err);
    assert!(
        denied.err.contains("error[W0501]: the promise `checkout.pay.accepted` is gone"),
        "{}",
        denied.err
    );
    let warned = run(at.path(), &["build"]);
    assert_eq!(warned.code, 0, "{}", warned.err);
    assert!(warned.err.contains("warning[W0501]"), "{}", warned.err);
    assert!(warned.err.contains("if it is `checkout.pay.acceptd` now"), "{}", warned.err);
    assert!(!run(at.path(), &["build"]).err.contains("W0501"), "it is said once");
}

#[test]
fn environments_have_folders_of_their_own() {
    let at = scaffold();
    let yaml = read(&at, "slovo.yaml");
    fs::write(at.path().join("slovo.yaml"), format!("{yaml}environments: {{a: , b: }}\n")).unwrap();
    for environment in ["a", "b"] {
        let ran = run(at.path(), &["build", "--env", environment]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(at.path().join(format!("prometheus-{environment}")).join(".slovo-manifest").is_file());
    }
    let out = tempfile::tempdir().unwrap();
    let shown = out.path().display().to_string();
    assert_eq!(run(at.path(), &["build", "-o", &shown]).code, 0);
    assert!(out.path().join("prometheus/.slovo-manifest").is_file());
}

#[test]
fn an_output_folder_that_cannot_be_one() {
    let at = scaffold();
    fs::write(at.path().join("prometheus"), "a file").unwrap();
    let ran = run(at.path(), &["build"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`prometheus` cannot be a folder"), "{}", ran.err);
    assert_eq!(read(&at, "prometheus"), "a file");
}

/// Everything that was there is still there, and nothing else.
#[test]
fn a_full_disk() {
    let at = scaffold();
    let slovo = Command::cargo_bin("slovo").unwrap().get_program().to_owned();
    let script = format!(
        "set -e
        mount -t tmpfs -o size=256k none prometheus
        {slovo} build
        cp -r prometheus before
        sed -i 's/99.5%/99.6%/' checkout.slovo
        dd if=/dev/zero of=prometheus/ballast bs=4k count=4096 2>/dev/null || true
        set +e
        {slovo} build
        echo code=$?
        rm prometheus/ballast
        diff -r before prometheus && echo same",
        slovo = slovo.display()
    );
    fs::create_dir(at.path().join("prometheus")).unwrap();
    let possible = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "none", "prometheus"])
        .current_dir(at.path())
        .output();
    if !possible.is_ok_and(|p| p.status.success()) {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    }
    let ran =
        Command::new("unshare").args(["-rm", "sh", "-c", &script]).current_dir(at.path()).output().unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert!(out.contains("code=2\nsame\n"), "{out}\n{err}");
    assert!(err.contains("no space left") && err.contains("nothing was changed"), "{err}");
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_that_is_full_or_gone() {
    let at = folder(&[("slovo.yaml", "projct: shop\n"), TEAM]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = command(at.path(), &["check", "--format", "json"]).stdout(full).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("standard output cannot be written"));
    // A reader that goes away is not a mistake of ours, and does not change the exit status.
    for (args, code) in [(&["check", "--format", "json"] as &[&str], 1), (&["completions", "bash"], 0)] {
        let mut child =
            command(at.path(), args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(code), ""), "{args:?}");
    }
}

#[test]
fn completions_and_manual_pages() {
    let at = folder(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(at.path(), &["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains("slovo") && ran.out.contains("explain"), "{shell}");
    }
    assert!(run(at.path(), &["man"]).out.contains(".TH slovo 1"));
    assert!(run(at.path(), &["man", "build"]).out.contains("slovo\\-build"));
}

#[test]
fn explain() {
    let at = folder(&[YAML, TEAM]);
    assert!(run(at.path(), &["explain", "e0507"]).out.starts_with("E0507: unknown key in slovo.yaml\n"));
    let list = run(at.path(), &["explain"]).out;
    assert!(list.contains("E0507  unknown key in slovo.yaml\n"));
    let wrong = run(at.path(), &["explain", "E0570"]);
    assert!(wrong.code == 2 && wrong.err.contains("there is no code `E0570`"), "{}", wrong.err);
    let at = scaffold();
    // a step, or the whole journey, as `slovo test` takes them
    let step = run(at.path(), &["explain", "checkout.pay"]).out;
    assert!(step.contains("checkout.pay.accepted: ") && step.contains("checkout.pay.quick: "), "{step}");
    assert!(step.contains("For at least 995 of every 1,000 payments, over any 28 days."), "{step}");
    let journey = run(at.path(), &["explain", "checkout"]).out;
    assert!(journey.starts_with(&step) && journey.contains("checkout.hear.mailed: "), "{journey}");
    let misspelt = run(at.path(), &["explain", "checkout.pay.acepted"]);
    assert!(
        misspelt.code == 2 && misspelt.err.contains("did you mean `checkout.pay.accepted`?"),
        "{}",
        misspelt.err
    );
}

#[test]
fn explain_a_promise() {
    let at = scaffold();
    let ran = run(at.path(), &["explain", "checkout.pay.accepted"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.starts_with("checkout.pay.accepted: Payment goes through the first time\n"),
        "{}",
        ran.out
    );
    for part in [
        "99.5% of payments over 28d",
        "everything fails: after",
        "promise:events:count\n",
        "samples a minute",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    assert!(!ran.out.contains("sum("), "{}", ran.out);
    assert!(ran.out.lines().all(|l| l.chars().count() <= 80), "{}", ran.out);
    assert!(run(at.path(), &["explain", "checkout.pay.accepted", "--rules"]).out.contains("sum("));
    // What is warned of elsewhere is not repeated.
    let yaml = std::fs::read_to_string(at.path().join("slovo.yaml")).unwrap();
    let yaml: Vec<&str> = yaml.lines().filter(|l| !l.starts_with("retention")).collect();
    std::fs::write(at.path().join("slovo.yaml"), yaml.join("\n")).unwrap();
    assert!(run(at.path(), &["check"]).err.contains("W0444"));
    let ran = run(at.path(), &["explain", "checkout.pay.accepted"]);
    assert!(ran.code == 0 && !ran.err.contains("warning"), "{}", ran.err);
}

/// What is stated of the data: for engineers in the terminal and in the documents.
#[test]
fn births_are_told() {
    let journey = "metric mails_total: counter of mails\n\
        metric mails_failed_total: counter of mails, part of mails_total { born with its first event }\n\
        metric sent_seconds: histogram of seconds { buckets 1, 5\n  born with its first event }\n\
        journey mail \"Send mail\" {\n  owner shop\n  step send \"Send\" {\n    promise sent \"Mail goes out\" {\n      \
        keep for 99% of mails over 28d\n      total mails_total\n      bad mails_failed_total\n      urgency ticket\n    }\n    \
        promise quick \"Mail goes out at once\" {\n      keep for 99% of mails over 28d\n      total sent_seconds\n      \
        good within 5s\n      urgency ticket\n    }\n  }\n}\n";
    let at = folder(&[("slovo.yaml", "project: shop\nretention: 90d\n"), TEAM, ("mail.slovo", journey)]);
    let told = "Series of `mails_failed_total` are born with their first event.";
    let ran = run(at.path(), &["explain", "mail.send.sent"]);
    assert!(ran.out.contains(told), "{}{}", ran.out, ran.err);
    let ran = run(at.path(), &["docs"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = read(&at, "docs/journeys/mail.md");
    for text in [
        "mails_total`",
        "mails_failed_total (born with its first event)",
        "sent_seconds (all, born with its first event)",
        "sent_seconds (within 5, born with its first event)",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
}

#[test]
fn fmt() {
    let wild = "team   shop   \"Shop team\"\n";
    let at = folder(&[YAML, ("a.slovo", wild), ("broken.slovo", "team shop2 {{{\n"), TEAM]);
    let check = run(at.path(), &["fmt", "--check"]);
    assert_eq!((check.code, check.out.as_str()), (1, "a.slovo\n"), "{}", check.err);
    let diff = run(at.path(), &["fmt", "--diff", "a.slovo"]);
    assert_eq!(diff.code, 1);
    assert!(diff.out.contains("-team   shop   \"Shop team\"\n+team shop \"Shop team\"\n"), "{}", diff.out);
    assert_eq!(read(&at, "a.slovo"), wild);
    let ran = run(at.path(), &["fmt"]);
    assert_eq!(ran.code, 1, "one file has mistakes");
    assert_eq!(read(&at, "a.slovo"), "team shop \"Shop team\"\n");
    assert_eq!(read(&at, "broken.slovo"), "team shop2 {{{\n");
    assert_eq!(read(&at, "teams.slovo"), TEAM.1);
    let mut child =
        command(at.path(), &["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), wild.as_bytes()).unwrap();
    let ran = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), "team shop \"Shop team\"\n");
}
