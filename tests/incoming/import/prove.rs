//! `slovo import --prove`: what is called exact is held against promtool by the command itself, and something that isn't the same is told.

use std::fs;
use std::path::Path;
use std::process::Command;

use slovo::backend::proofs::{Wrong, read};
use slovo::import::{Grade, Proof, Trial};

use super::collected::shared;
use super::{WHOLE, fresh, imported, run};

/// Is promtool there? In CI it must be.
pub(super) fn promtool() -> bool {
    let there = Command::new("promtool").arg("--version").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "promtool is not here");
    if !there {
        eprintln!("skipped: promtool is not here");
    }
    there
}

/// What promtool says of a trial.
pub(super) fn answer(trial: &Trial) -> Vec<Wrong> {
    let at = tempfile::tempdir().unwrap();
    for (name, text) in &trial.files {
        fs::write(at.path().join(name), text).unwrap();
    }
    let ran =
        Command::new("promtool").current_dir(at.path()).args(["test", "rules", "case.yml"]).output().unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    if ran.status.success() { Vec::new() } else { read(&String::from_utf8(said).unwrap()) }
}

/// All that is exact in the fixtures is proven, and nothing differs.
#[test]
fn fixtures() {
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    for (name, exact) in [
        ("file.yaml", 5),
        ("objects.yaml", 1),
        ("mistakes.yaml", 1),
        ("openslo.yaml", 4),
        ("openslo_forms.yaml", 1),
        ("openslo_versions.yaml", 1),
        ("pyrra.yaml", 7),
        ("grafana.yaml", 2),
        ("rules.yaml", 3),
        ("recorded.yaml", 1),
    ] {
        let path = fs::canonicalize(Path::new("tests/incoming/import").join(name)).unwrap();
        let ran =
            run(at.path(), &["import", path.to_str().unwrap(), "--prove", "--audit", "--format", "json"]);
        let report: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{name}: {}", ran.err));
        let (mut proven, mut not) = (0, Vec::new());
        for objective in report["objectives"].as_array().unwrap() {
            assert_ne!(objective["grade"], "differs", "{name}: {objective:#}");
            assert!(objective["proof"].get("differs").is_none(), "{name}: {objective:#}");
            match (objective["grade"].as_str(), objective["proof"].as_str()) {
                (Some("exact"), Some("proven")) => proven += 1,
                (Some("exact"), _) => not.push(objective.to_string()),
                _ => {}
            }
        }
        assert!(not.is_empty(), "{name}: {}", not.join("\n"));
        assert_eq!(proven, exact, "{name}");
    }
}

/// Rules that compute something else are told with both figures, in the report and in the source.
#[test]
fn a_difference() {
    if !promtool() {
        return;
    }
    for (what, other) in [
        (r#"bad   where {code=~"5.."}"#, r#"bad   where {code=~"5..|429"}"#),
        (r#"bad   where {code=~"5.."}"#, r#"bad   where {code="500"}"#),
        (r#"bad   where {code=~"5.."}"#, r#"good  where {code="200"}"#),
        ("total http_requests_total", r#"total http_requests_total{code!="200"}"#),
    ] {
        let mut made = imported("x.yaml", WHOLE);
        let trials = made.trials(&fresh());
        assert_eq!(trials.len(), 1);
        made.judge(&trials[0], Ok(&answer(&trials[0])));
        assert_eq!(made.report.objectives[0].proof, Some(Proof::Proven), "{}", made.report.text());

        let mut made = imported("x.yaml", WHOLE);
        let journey = made.files.iter_mut().find(|f| f.path.starts_with("journeys/")).unwrap();
        assert!(journey.text.contains(what), "{}", journey.text);
        journey.text = journey.text.replace(what, other);
        let trials = made.trials(&fresh());
        made.judge(&trials[0], Ok(&answer(&trials[0])));
        made.proven(&fresh());
        let report = &made.report;
        assert_eq!(report.objectives[0].grade, Grade::Differs, "{}", report.text());
        assert!(!report.whole() && report.last_line().contains("1 objective differs from its source"));
        let text = report.text();
        assert!(text.starts_with("1 objective: 0 exact, 1 differing, "), "{text}");
        assert!(
            text.contains("differs: over an hour of the same series the share of bad events is 0."),
            "{text}"
        );
        let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).unwrap();
        assert!(journey.text.contains("# differs: over an hour of the same series"), "{}", journey.text);
    }
}

/// Without promtool nothing is proven, which is said, and is never green.
#[test]
fn without_promtool() {
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("x.yaml"), WHOLE).unwrap();
    let ran = run(at, &["import", "x.yaml", "-o", "new", "--prove", "--promtool", "./nowhere"]);
    assert_eq!((ran.code, at.join("new/slovo.yaml").is_file()), (3, true), "{}", ran.err);
    assert!(ran.out.starts_with("1 objective: 1 exact (not proven), "), "{}", ran.out);
    assert!(ran.out.contains("nothing is proven: `./nowhere` cannot be run"), "{}", ran.out);
    assert!(ran.out.contains(" (not proven)\n"), "{}", ran.out);
    // A program that isn't promtool.
    let ran = run(at, &["import", "x.yaml", "--audit", "--prove", "--promtool", "true"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("not proven: promtool says nothing of it"), "{}", ran.out);
}

/// What can't be proven is said with its reason.
#[test]
fn what_cannot_be_proven() {
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    for (error, total, wanted) in [
        // Two metrics that only meet by a label of another one.
        (
            "sum(rate(x_total[{{.window}}]) * on (pod) group_left () owner{team=\"a\"})",
            "sum(rate(y_total[{{.window}}]))",
            "not proven: promtool cannot evaluate the rules: rule: promise:bad_events:count",
        ),
        (
            "sum(rate(x_total{code=~\"[^\\\\s\\\\S]\"}[{{.window}}]))",
            "sum(rate(x_total[{{.window}}]))",
            "no labels are known that its matchers find",
        ),
    ] {
        let spec = WHOLE
            .replace(
                r#"sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))"#,
                &serde_json::to_string(error).unwrap(),
            )
            .replace("sum(rate(http_requests_total[{{.window}}]))", &serde_json::to_string(total).unwrap());
        fs::write(at.join("x.yaml"), spec).unwrap();
        let ran = run(at, &["import", "x.yaml", "--audit", "--prove"]);
        assert!(ran.out.contains(wanted), "{}{}", ran.out, ran.err);
    }
}

/// A query that is taken over as it is, and gives something else: the import isn't whole, and `--strict` writes nothing.
#[test]
fn taken_over_and_different() {
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    let (bad, all) = (r#"http_requests_total{code=~"5.."}[{{.window}}]"#, "http_requests_total[{{.window}}]");
    for (wrap, unwrap) in [("-sum(rate(", "))"), ("max(rate(", "))")] {
        let spec = WHOLE
            .replace(&format!("sum(rate({bad}))"), &format!("{wrap}{bad}{unwrap}"))
            .replace(&format!("sum(rate({all}))"), &format!("{wrap}{all}{unwrap}"));
        assert!(spec.contains(wrap), "{spec}");
        fs::write(at.join("x.yaml"), spec).unwrap();
        let ran = run(at, &["import", "x.yaml", "-o", "new", "--prove", "--strict"]);
        assert_eq!((ran.code, at.join("new").exists()), (1, false), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("0 exact, 1 differing"), "{}", ran.out);
    }
}

/// A path of promtool is that of whoever calls, wherever it then runs.
#[cfg(unix)]
#[test]
fn a_relative_promtool() {
    use std::os::unix::fs::PermissionsExt as _;
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("x.yaml"), WHOLE).unwrap();
    fs::create_dir(at.join("bin")).unwrap();
    fs::write(at.join("bin/pt"), "#!/bin/sh\nexec promtool \"$@\"\n").unwrap();
    fs::set_permissions(at.join("bin/pt"), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = run(at, &["import", "x.yaml", "--audit", "--prove", "--promtool", "bin/pt"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("1 objective: 1 exact (proven)"), "{}", ran.out);
}

/// Of the collected specs all that is exact is proven, and nothing differs. Those for Pyrra, which are of four shapes, take most of the
/// time: `SLOVO_ALL_PROOFS=1` proves them too.
#[test]
fn collected_specs() {
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    for (folder, least) in [("A-sloth", 20), ("B-openslo", 4), ("C-pyrra", 75)] {
        if folder == "C-pyrra" && std::env::var_os("SLOVO_ALL_PROOFS").is_none() {
            continue;
        }
        let Some(path) = shared(&format!("corpus/{folder}")) else { return };
        let ran =
            run(at.path(), &["import", path.to_str().unwrap(), "--prove", "--audit", "--format", "json"]);
        let report: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        assert_eq!(report["totals"]["differing"], 0, "{folder}: {report:#}");
        let exact: Vec<_> =
            report["objectives"].as_array().unwrap().iter().filter(|o| o["grade"] == "exact").collect();
        let not: Vec<_> = exact.iter().filter(|o| o["proof"] != "proven").collect();
        println!("{folder}: {} exact, {} not proven", exact.len(), not.len());
        assert!(exact.len() >= least && not.is_empty(), "{folder}: {not:#?}");
    }
}

/// A query that looks at an earlier time is held against the rules of that time.
#[test]
fn offsets() {
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    for (back, wanted) in [("5m", "1 escaped"), ("2h", "1 escaped"), ("8d", "further back than a day")] {
        let spec = WHOLE.replace("[{{.window}}]", &format!("[{{{{.window}}}}] offset {back}"));
        fs::write(at.join("x.yaml"), spec).unwrap();
        let ran = run(at, &["import", "x.yaml", "--audit", "--prove"]);
        assert!(ran.out.contains(wanted) && !ran.out.contains("differing"), "{back}: {}{}", ran.out, ran.err);
        let proven = ran.out.contains("(proven)");
        assert_eq!(proven, back != "8d", "{back}: {}", ran.out);
    }
}

/// A signal leaves no folder behind, and nothing that runs.
#[cfg(unix)]
#[test]
fn signals() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, Instant};

    use assert_cmd::cargo::CommandCargoExt as _;

    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("x.yaml"), WHOLE).unwrap();
    assert!(run(at, &["import", "x.yaml", "-o", "made"]).code == 0);
    // Something that takes its time, as does what it starts; with a folder that it doesn't remove when it is ended.
    let slow = "#!/bin/sh\n[ \"$1\" = --version ] && exit\nmkdir \"$TMPDIR/test_storage$$\"\nsleep 60 &\necho \"$$ $!\" >> \"$PIDS\"\nsleep 60\n";
    fs::write(at.join("slow"), slow).unwrap();
    fs::set_permissions(at.join("slow"), fs::Permissions::from_mode(0o755)).unwrap();
    let import = ["import", "x.yaml", "--audit", "--prove", "--promtool", "./slow"];
    let test = ["-C", "made", "test", "--promtool", "./slow"];
    for (signal, arguments) in [
        ("INT", &import[..]),
        ("TERM", &import),
        ("HUP", &import),
        ("INT", &test),
        ("TERM", &test),
        ("HUP", &test),
    ] {
        // Started by `nohup`, whatever is started here ignores a closed terminal, too.
        if signal == "HUP" && hang_up_is_ignored() {
            eprintln!("a closed terminal is ignored here: NOT TESTED");
            continue;
        }
        let temporary = tempfile::tempdir_in(at).unwrap();
        let pids = temporary.path().join("pids");
        let folder = temporary.path().join("folder");
        fs::create_dir(&folder).unwrap();
        let mut child = Command::cargo_bin("slovo")
            .unwrap()
            .current_dir(at)
            .args(arguments)
            .env("TMPDIR", &folder)
            .env("PIDS", &pids)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        let within = |seconds| began.elapsed() < Duration::from_secs(seconds);
        let started = || fs::read_to_string(&pids).unwrap_or_default();
        while !started().ends_with('\n') && within(60) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let left = || fs::read_dir(&folder).unwrap().count();
        assert_eq!(left(), 1, "{arguments:?}: only a folder of ours");
        let kill =
            Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let status = child.wait().unwrap();
        assert_eq!((status.code(), left()), (None, 0), "{signal} {arguments:?}");
        // An ended one is there until somebody asks for its end.
        let runs = |id: &str| {
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        let ids = started();
        assert!(ids.split_whitespace().count() >= 2);
        while ids.split_whitespace().any(runs) && within(30) {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!ids.split_whitespace().any(runs), "{signal} {arguments:?}: {ids}");
    }
}

#[cfg(unix)]
fn hang_up_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

/// A program that succeeds without a word proves nothing.
#[cfg(unix)]
#[test]
fn a_program_that_only_succeeds_proves_nothing() {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("x.yaml"), WHOLE).unwrap();
    assert!(run(at.path(), &["import", "x.yaml", "-o", "made"]).code == 0);
    let ran = run(at.path(), &["-C", "made", "test", "--promtool", "true"]);
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("does not say that the rules hold") && !ran.out.contains("hold ("),
        "{}{}",
        ran.out,
        ran.err
    );
}

/// Whatever a program called promtool says: none of it moves the cursor, on the terminal, in reports or in source.
#[cfg(unix)]
#[test]
fn what_promtool_says_is_text() {
    use std::os::unix::fs::PermissionsExt as _;

    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("x.yaml"), WHOLE).unwrap();
    assert!(run(at, &["import", "x.yaml", "-o", "made"]).code == 0);
    let harmful = |text: &str| text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}');
    for said in [
        r"\033[31mred\r\007\342\200\256",
        r"Unit Testing:  0/case.yml\n  FAILED:\n    expr: \042x # p [0.0]\042, time: 1h, exp: nil\n  got: {a=\042\033[2J\042} 0.5\n",
        r"Unit Testing:  0/case.yml\n  FAILED:\n    expr: \042x # p [0.0]\042, time: 1h, err: \033]0;x\007\n",
    ] {
        fs::write(
            at.join("loud"),
            format!("#!/bin/sh\n[ \"$1\" = --version ] || {{ printf '{said}'; exit 1; }}\n"),
        )
        .unwrap();
        fs::set_permissions(at.join("loud"), fs::Permissions::from_mode(0o755)).unwrap();
        for format in ["text", "markdown", "json"] {
            let ran = run(
                at,
                &["import", "x.yaml", "--audit", "--prove", "--promtool", "./loud", "--format", format],
            );
            assert!(!harmful(&ran.out) && !harmful(&ran.err), "{said} {format}: {:?}{:?}", ran.out, ran.err);
            assert!(!ran.out.contains("(proven)"), "{}", ran.out);
        }
        let ran = run(at, &["-C", "made", "test", "--promtool", "./loud"]);
        assert!(!harmful(&ran.out) && !harmful(&ran.err), "{said}: {:?}{:?}", ran.out, ran.err);
        assert!(ran.err.contains('\u{fffd}'), "{said}: {}", ran.err);
    }
}

/// Hours in which something happens: both are held against what was counted.
#[test]
fn against_counted_truth() {
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("x.yaml"), WHOLE).unwrap();
    let ran = run(at, &["import", "x.yaml", "--audit", "--prove", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let [one] = report["truth"].as_array().unwrap().as_slice() else { panic!("{report:#}") };
    assert_eq!((one["objective"].as_str(), one["like"].as_u64()), (Some("shop/pages"), Some(1)));
    let off = |hour: &serde_json::Value, by: &str| {
        hour[by].as_f64().map(|share| share / hour["truth"].as_f64().unwrap() - 1.0)
    };
    let hours = one["hours"].as_array().unwrap();
    let names: Vec<&str> = hours.iter().map(|hour| hour["hour"].as_str().unwrap()).collect();
    assert_eq!(names, ["restart", "birth", "gap", "nothing_bad"]);
    for hour in &hours[..2] {
        let (source, rules) = (off(hour, "source").unwrap(), off(hour, "rules").unwrap());
        // What no scrape saw is lost to both; that is little.
        assert!((0.0005..0.02).contains(&source.abs()) && rules.abs() < 0.02, "{hour}");
    }
    // Nothing is lost where scrapes are: so the count itself is right.
    for by in ["source", "rules"] {
        assert!(off(&hours[2], by).unwrap().abs() < 0.0002, "{}", hours[2]);
    }
    assert_eq!(hours[3]["truth"].as_f64(), Some(0.0));
    assert!(hours[3]["source"].is_null() && hours[3]["rules"].as_f64() == Some(0.0), "{}", hours[3]);
    let ran = run(at, &["import", "x.yaml", "--audit", "--prove"]);
    assert!(ran.out.contains("\nAgainst counted truth: hours in which something happens\n"), "{}", ran.out);
    assert!(ran.out.contains("nothing by the source's queries, 0.0000% by these rules"), "{}", ran.out);
}

/// Of recorded series the source's queries read what its rules record of the hour; of what isn't played the report says why.
#[test]
fn what_is_played() {
    if !promtool() {
        return;
    }
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    let slo = |name: &str, error: &str, total: &str| {
        format!(
            "  - name: {name}\n    objective: 99\n    sli: {{events: {{error_query: '{error}', total_query: '{total}'}}}}\n    alerting: {{page_alert: {{disable: true}}, ticket_alert: {{disable: true}}}}\n"
        )
    };
    let spec = [
        "version: prometheus/v1\nservice: shop\nlabels: {owner: shop}\nslos:\n".to_owned(),
        slo("recorded", "sum(e:rate{{.window}})", "sum(rate(x_total[{{.window}}]))"),
        slo(
            "each",
            "sum by (a) (rate(y_total{code=\"5\"}[{{.window}}]))",
            "sum by (a) (rate(y_total[{{.window}}]))",
        ),
        slo(
            "up",
            "sum(count_over_time(up[{{.window}}])) - sum(sum_over_time(up[{{.window}}]))",
            "sum(count_over_time(up[{{.window}}]))",
        ),
    ];
    let rules = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"].map(|window| {
        format!("      - {{record: 'e:rate{window}', expr: 'sum(rate(x_total{{code=\"5\"}}[{window}]))'}}\n")
    });
    fs::write(at.join("x.yaml"), spec.concat()).unwrap();
    fs::write(at.join("r.yaml"), format!("groups:\n  - name: helpers\n    rules:\n{}", rules.concat()))
        .unwrap();
    let ran = run(at, &["import", "x.yaml", "r.yaml", "--audit", "--prove"]);
    assert!(ran.out.contains("3 exact (proven)"), "{}{}", ran.out, ran.err);
    let (_, truth) = ran.out.split_once("\nAgainst counted truth").unwrap();
    assert!(truth.contains("shop/recorded\n    a restart: truly"), "{truth}");
    for why in ["each value of a label has a share of its own", "readings are samples, and no events"] {
        assert!(truth.contains(&format!("not held against it: 1 objective: {why}\n")), "{truth}");
    }
}
