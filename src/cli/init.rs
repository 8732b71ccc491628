//! `slovo init`: begins a project. Never overwrites anything.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::Init;
use super::output::{Lock, create, sweep_beside_sources};
use super::screen::Screen;
use super::{Failure, Outcome, Status};
use crate::config::project_name;
use crate::project::{CONFIG_FILE, Project};

const YAML: &str = include_str!("../../templates/init/slovo.yaml");
const JOURNEY: &str = include_str!("../../templates/init/checkout.slovo");

pub(super) fn run(options: &Init, start: &Path, screen: &Screen) -> Outcome {
    let folder = options.folder.as_ref().map_or_else(|| start.to_owned(), |f| start.join(f));
    let failed =
        |what: &Path, e: &std::io::Error| Failure::io(format!("`{}` cannot be written", what.display()), e);
    let folder = std::path::absolute(&folder).map_err(|e| failed(&folder, &e))?;
    if let Some(root) = Project::root_of(&folder) {
        let message =
            format!("`{}` belongs to the project of `{}` already", folder.display(), root.display());
        return Err(
            Failure::new(message).help("every `.slovo` file below that folder is part of it: just write one")
        );
    }
    let name = folder.file_name().and_then(|n| project_name(&n.to_string_lossy()));
    let name = name.as_deref().unwrap_or("shop");
    let [yaml, journey] = [YAML, JOURNEY].map(|template| filled_in(template, name));
    // `slovo.yaml` makes it a project: it comes last, and what a killed run has written before it is taken for ours.
    let files = [("checkout.slovo", journey?), (CONFIG_FILE, yaml?)];
    for (name, text) in &files {
        let path = folder.join(name);
        if path.symlink_metadata().is_ok() && !same(&path, text) {
            let message = format!("`{}` is there already", path.display());
            return Err(
                Failure::new(message).help("nothing was written; `slovo init DIR` begins in another folder")
            );
        }
    }
    fs::create_dir_all(&folder).map_err(|e| failed(&folder, &e))?;
    let lock = Lock::take(&folder, &folder.display().to_string())?;
    sweep_beside_sources(&folder);
    for (name, text) in &files {
        let path: PathBuf = folder.join(name);
        if same(&path, text) {
            continue;
        }
        // A file that came up meanwhile is not overwritten either.
        create(&path, text.as_bytes()).map_err(|e| failed(&path, &e))?;
        screen.say(&format!("wrote {}", path.display()));
    }
    drop(lock);
    screen.say("does your Prometheus keep samples for 30d, as slovo.yaml says? 15d is usual, and 24h under prometheus-operator");
    // The folder as the user named it, where the commands have to be run in it.
    let there = match &options.folder {
        Some(named) => format!("`cd {}`, then ", shell_word(&named.display().to_string())),
        None => String::new(),
    };
    screen.say(&format!("next: {there}`slovo check`, then `slovo build`; the files say what they mean"));
    Ok(Status::Fine)
}

/// A path as one word of a shell.
fn shell_word(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~');
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// Does a file hold just this?
#[allow(clippy::disallowed_methods, reason = "compares a small file with what would be written")]
fn same(path: &Path, text: &str) -> bool {
    path.symlink_metadata().is_ok_and(|kind| kind.is_file() && kind.len() == text.len() as u64)
        && fs::read(path).is_ok_and(|found| found == text.as_bytes())
}

fn filled_in(template: &str, project: &str) -> Result<String, Failure> {
    let mut templates = minijinja::Environment::empty();
    templates.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let syntax = minijinja::syntax::SyntaxConfig::builder().keep_trailing_newline(true).build();
    let wrong = |e: minijinja::Error| Failure::new(format!("a template of `slovo init` is wrong: {e}"));
    templates.set_syntax(syntax.map_err(wrong)?);
    templates.render_str(template, minijinja::context!(project)).map_err(wrong)
}
