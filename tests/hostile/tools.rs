//! What the tests here share.

use std::path::Path;
use std::process::{Command, Output};

use slovo::backend::{
    Backend, alertmanager::Alertmanager, docs::Docs, grafana::Grafana, prometheus::Prometheus,
};
use slovo::ir::Model;

/// Runs `slovo` in a folder.
pub(crate) fn slovo(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_slovo")).current_dir(folder).args(args).output().unwrap()
}

/// What a run printed, standard output first.
pub(crate) fn said(output: &Output) -> String {
    [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat()
}

/// Writes files below a folder.
pub(crate) fn put(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// All files of all backends, and the proofs.
pub(crate) fn emit_all(model: &Model) -> usize {
    let backends: [&dyn Backend; 4] = [&Alertmanager, &Prometheus, &Grafana, &Docs];
    let files: usize = backends.iter().map(|b| b.emit(model).unwrap().len()).sum();
    files + slovo::backend::proofs::artifacts(model).len()
}

/// Numbers that are the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }
    /// One of these.
    pub(crate) fn of<'l>(&mut self, list: &[&'l str]) -> &'l str {
        list[self.below(list.len())]
    }
}

/// Every promtool there is: the one on the path, and those that `SLOVO_PROMTOOLS` names, separated by colons. None is a failure in CI.
pub(crate) fn promtools() -> Vec<String> {
    let named = std::env::var("SLOVO_PROMTOOLS").unwrap_or_default();
    let all =
        std::iter::once("promtool").chain(named.split(':').filter(|n| !n.is_empty())).map(str::to_owned);
    let found: Vec<String> = all.filter(|p| Command::new(p).arg("--version").output().is_ok()).collect();
    if found.is_empty() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`promtool` is missing (required in CI)");
        println!("`promtool` is missing: NOT TESTED");
    }
    found
}
