//! No command opens a connection that is not given an address of a server for it.

use std::net::TcpListener;
use std::process::Command;

use super::tools::{folder, there};

/// Some containers allow no process to watch another.
fn may_trace() -> bool {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).output().unwrap();
    if !tried.status.success() {
        eprintln!("strace may not trace here: system calls NOT TESTED");
    }
    tried.status.success()
}

/// The system is watched while each command runs, with every address and variable that could lead somewhere.
#[test]
fn nothing_else_opens_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let minimal = |file: &str| std::fs::read_to_string(format!("examples/minimal/{file}")).unwrap();
    let yaml = format!(
        "{}\nlinks: {{dashboards: \"{url}\", documents: \"{url}\", runbooks: \"{url}\"}}\n",
        minimal("slovo.yaml")
    );
    let at = folder(&[
        ("slovo.yaml", &yaml),
        ("shop.slovo", &minimal("shop.slovo")),
        ("x.prom", "# TYPE x gauge\nx 1\n"),
        (
            "seen.json",
            r#"{"format": "slovo-metrics/2", "seen": "2026-11-30", "retention": null, "engine": null, "jobs": {}, "metrics": {}, "gone": {}, "rules": null}"#,
        ),
    ]);
    let traced = cfg!(target_os = "linux") && there(&["strace"]) && may_trace();
    let promise = "visit.open.answered";
    for args in [
        &["check"][..],
        &["check", "--today", "now"],
        &["check", "--against", "seen.json"],
        &["build"],
        &["docs"],
        &["fmt", "--check"],
        &["explain"],
        &["explain", promise],
        &["metrics", "import", "x.prom"],
        &["completions", "bash"],
    ] {
        let log = at.path().join("trace");
        let slovo = env!("CARGO_BIN_EXE_slovo");
        let mut command = if traced {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qq", "-e", "trace=socket,connect,bind,sendto", "-o"]).arg(&log).arg(slovo);
            strace
        } else {
            Command::new(slovo)
        };
        command.current_dir(at.path()).args(args);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "SLOVO_ORIGIN"] {
            command.env(name, &url);
        }
        let ran = command.env("SLOVO_TOKEN", "x").output().unwrap();
        assert!(ran.status.code().is_some_and(|code| code < 2), "{args:?}: {ran:?}");
        if traced {
            let calls = std::fs::read_to_string(&log).unwrap();
            assert!(!calls.contains("socket(") && !calls.contains("connect("), "{args:?}: {calls}");
        }
    }
    let came = listener.accept();
    assert!(came.is_err(), "{came:?}");
    if !traced {
        return;
    }
    // The same watch sees a command that does ask.
    let log = at.path().join("trace");
    let ran = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=socket,connect", "-o"])
        .arg(&log)
        .args([env!("CARGO_BIN_EXE_slovo"), "metrics", "import", "http://127.0.0.1:1"])
        .current_dir(at.path())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3), "{ran:?}");
    assert!(std::fs::read_to_string(&log).unwrap().contains("connect("));
}
