//! The table of what each engine knows, held against every promtool and vmalert that is there: the one on the path, and newer ones where
//! `.ci/engines get target/engines` put them.

use slovo::ir::{Engine, Family, Version};
use slovo::promql::{self, ValueType, engines};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An expression for each function and for what else differs.
fn expressions() -> Vec<String> {
    let mut list: Vec<String> = promql::functions()
        .iter()
        .map(|f| {
            let of = |t: &ValueType| match t {
                ValueType::Matrix => "m[5m]",
                ValueType::Scalar => "1",
                ValueType::String => "\"a\"",
                ValueType::Vector => "m",
            };
            let args: Vec<&str> = f.args.iter().take(f.args.len().max(f.least)).map(of).collect();
            let call = match f.name {
                "label_replace" => "label_replace(m, \"a\", \"$1\", \"b\", \"(.*)\")".to_owned(),
                "label_join" => "label_join(m, \"a\", \",\", \"b\")".to_owned(),
                "histogram_quantiles" => "histogram_quantiles(m, \"q\", 0.5)".to_owned(),
                "info" => "info(m)".to_owned(),
                name => format!("{name}({})", args.join(", ")),
            };
            if f.returns == ValueType::Scalar { format!("vector({call})") } else { call }
        })
        .collect();
    list.extend(
        [
            "limitk(1, m)",
            "limit_ratio(0.5, m)",
            "sum by (\"a.b\") (m)",
            "{\"a.b\", \"c.d\"=\"e\"}",
            "{__name__=\"a.b\"}",
            "m atan2 n",
            "group(m)",
            "m @ end()",
            "m{a=~\"(?<n>x)\"}",
        ]
        .map(str::to_owned),
    );
    list
}

/// Does a tool take a rule of this expression?
fn takes(tool: &Path, family: Family, expr: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.json");
    let rules = serde_json::json!({"groups": [{"name": "g", "rules": [{"record": "r", "expr": expr}]}]});
    std::fs::write(&file, rules.to_string()).unwrap();
    let mut command = Command::new(tool);
    match family {
        Family::VictoriaMetrics => command.arg("-dryRun").arg("-rule").arg(&file),
        Family::Prometheus => {
            let plain = Command::new(tool).args(["check", "rules"]).arg(&file).output().unwrap();
            if plain.status.success() {
                return true;
            }
            // Experiments are taken with a flag; an old promtool doesn't have it, and fails.
            command.arg("--enable-feature=promql-experimental-functions").args(["check", "rules"]).arg(&file)
        }
    };
    command.output().unwrap().status.success()
}

/// The first `N.M` of what it says of its version.
fn version(tool: &Path) -> Option<Version> {
    let output = Command::new(tool).arg("--version").output().ok()?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if said.trim().is_empty() {
        // Debian's vmalert is silent about its version; sid's was this one.
        return Some(Version { major: 1, minor: 145 });
    }
    said.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let (major, rest) = word.split_once('.')?;
        Some(Version { major: major.parse().ok()?, minor: rest.split('.').next()?.parse().ok()? })
    })
}

#[test]
fn what_engines_know() {
    let mut tools = vec![(PathBuf::from("promtool"), Family::Prometheus)];
    for release in ["trixie", "sid"] {
        let bin = Path::new("target/engines").join(release).join("root/usr/bin");
        tools.push((bin.join("promtool"), Family::Prometheus));
        tools.push((bin.join("vmalert"), Family::VictoriaMetrics));
    }
    let mut tried = 0;
    for (tool, family) in tools {
        let Some(version) = version(&tool) else {
            eprintln!("{} is missing: NOT TRIED", tool.display());
            continue;
        };
        let engine = Engine { family, version };
        let newest = Version { major: 3, minor: 5 };
        for text in expressions() {
            let expr = promql::parse(&text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            let beyond = engines::beyond(engine, &expr);
            let takes = takes(&tool, family, &text);
            // What no engine took that was tried, a newer one may take.
            if takes && beyond.iter().any(|b| b.since.is_none_or(|since| since > newest)) && version > newest
            {
                continue;
            }
            // Between the versions that were tried, an engine may know more than the table says; never less.
            let exact = [(2, 42), (2, 53), (3, 5)].contains(&(version.major, version.minor));
            if exact || !takes {
                assert_eq!(!beyond.is_empty(), !takes, "{engine}: {text}: {beyond:?}");
            }
            tried += 1;
        }
        eprintln!("{engine}: as the table says");
    }
    assert!(tried > 90 || std::env::var("CI").as_deref() != Ok("true"), "{tried}");
}
