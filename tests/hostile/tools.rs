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
    let files: usize = backends.iter().map(|b| b.emit(model).len()).sum();
    files + slovo::backend::proofs::artifacts(model).len()
}
