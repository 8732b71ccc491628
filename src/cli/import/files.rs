//! What an import writes: new files, and those of an earlier one that are still as they were written. All or none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::earlier::Earlier;
use crate::cli::output::{Lock, Replaced, create, real, replace_if, sweep_beside_sources};
use crate::cli::screen::Screen;
use crate::cli::{Failure, plural};
use crate::import::Written;
use crate::project::CONFIG_FILE;

/// Files that are there already.
pub(super) fn there(files: &[Written], folder: &Path) -> Vec<PathBuf> {
    files.iter().map(|file| folder.join(&file.path)).filter(|path| path.symlink_metadata().is_ok()).collect()
}

/// What was done to a file, to be taken back.
enum Done {
    Created(PathBuf),
    /// With its text before and after.
    Replaced(PathBuf, String, String),
}

/// Writes files into a folder, and what an earlier import's record says of them; those of `replaced` are there with these texts. Gives
/// the paths of those that were as they are.
pub(super) fn write(
    files: &[Written],
    mut earlier: Earlier,
    replaced: &BTreeMap<String, String>,
    folder: &Path,
    screen: &Screen,
) -> Result<BTreeSet<String>, Failure> {
    let mut same = BTreeSet::new();
    if files.is_empty() {
        return Ok(same);
    }
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let lock = Lock::take(folder, &folder.display().to_string())?;
    sweep_beside_sources(folder);
    earlier.begin(files, folder).map_err(|e| failed(folder, &e))?;
    let mut done = Vec::new();
    // `slovo.yaml` makes it a project, and comes last.
    let (settings, sources): (Vec<&Written>, Vec<&Written>) =
        files.iter().partition(|f| f.path == CONFIG_FILE);
    for file in sources.into_iter().chain(settings) {
        let path = folder.join(&file.path);
        let made = match replaced.get(&file.path) {
            Some(before) if *before == file.text => {
                same.insert(file.path.clone());
                continue;
            }
            Some(before) => rewrite(&path, folder, before, &file.text),
            None => write_one(&path, folder, &file.text)
                .map_err(|e| failed(&path, &e))
                .map(|()| Done::Created(path)),
        };
        match made {
            Ok(made) => done.push(made),
            Err(failure) => {
                take_back(done);
                earlier.take_back(folder);
                return Err(failure);
            }
        }
    }
    if let Err(e) = earlier.done(files, folder) {
        screen.warn(&format!("what was written is not recorded as done: {e}"));
    }
    drop(lock);
    let of = folder.display();
    screen.say(&match (done.len(), same.len()) {
        (0, same) => format!(
            "nothing changed: {} of `{of}` as an earlier import wrote {}",
            plural(same, "file"),
            if same == 1 { "it" } else { "them" }
        ),
        (some, 0) => format!("wrote {} to `{of}`", plural(some, "file")),
        (some, same) => format!("wrote {} to `{of}`; {same} did not change", plural(some, "file")),
    });
    Ok(same)
}

fn failed(what: &Path, e: &std::io::Error) -> Failure {
    Failure::io(format!("`{}` cannot be written", what.display()), e).help("nothing was written")
}

/// Rewrites a file that is as an earlier import wrote it.
fn rewrite(path: &Path, folder: &Path, before: &str, after: &str) -> Result<Done, Failure> {
    let why = match within(path, folder).and_then(|()| replace_if(path, before.as_bytes(), after.as_bytes()))
    {
        Ok(Replaced::Done) => {
            return Ok(Done::Replaced(path.to_owned(), before.to_owned(), after.to_owned()));
        }
        Ok(Replaced::Changed) => "was changed meanwhile".to_owned(),
        Ok(Replaced::Refused(why)) => format!("cannot be rewritten: {why}"),
        Err(e) => return Err(failed(path, &e)),
    };
    Err(Failure::new(format!("`{}` {why}", path.display())).help("nothing was written"))
}

fn within(path: &Path, folder: &Path) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or(folder);
    if real(parent).starts_with(real(folder)) {
        return Ok(());
    }
    Err(std::io::Error::other("its folder is a link out of the output folder"))
}

fn write_one(path: &Path, folder: &Path, text: &str) -> std::io::Result<()> {
    within(path, folder)?;
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    create(path, text.as_bytes())
}

/// Takes back what this very run has done.
fn take_back(done: Vec<Done>) {
    for one in done.into_iter().rev() {
        match one {
            Done::Created(path) => remove(&path),
            // Whoever has changed it since keeps the change.
            Done::Replaced(path, before, after) => {
                let _ = replace_if(&path, after.as_bytes(), before.as_bytes());
            }
        }
    }
}

/// Removes a file that this very run has written.
#[allow(clippy::disallowed_methods, reason = "made by this process a moment ago")]
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}
