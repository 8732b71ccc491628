//! From a plan to the disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use tempfile::{Builder, NamedTempFile, TempPath};

use super::manifest::MANIFEST;
use super::plan::{Action, Plan};
use crate::cli::Failure;

/// How temporary files are called; they vanish, unless the process is killed.
const TEMPORARY: &str = ".slovo-tmp-";
/// Temporary files that old belong to no build that still runs.
const LEFT_OVER: Duration = Duration::from_secs(3600);

/// Replaces a file at once: it holds the old content or the new one, never a part.
pub(in crate::cli) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let made = stage(folder, content)?;
    // A person's work: it must outlive a power cut.
    made.as_file().sync_all()?;
    if let Ok(before) = fs::metadata(path) {
        if before.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        made.as_file().set_permissions(before.permissions())?;
    }
    made.persist(path).map(|_| ()).map_err(|e| e.error)
}

/// A temporary file with this content, with the permissions of any new file.
fn stage(folder: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut made = builder.tempfile_in(folder)?;
    made.write_all(content)?;
    Ok(made)
}

/// Carries a plan out.
pub(in crate::cli) fn apply(plan: &Plan) -> Result<(), Failure> {
    let Plan { folder, actions, before, after, .. } = plan;
    let failed = |path: &str, error: &io::Error| {
        let failure = Failure::io(format!("`{}/{path}` cannot be written", folder.shown), error);
        failure.help("nothing was changed")
    };
    let manifest = after.to_text();
    let kept = before.as_ref() == Some(after) && folder.path.join(MANIFEST).is_file();
    if actions.is_empty() && kept {
        return Ok(());
    }
    fs::create_dir_all(&folder.path).map_err(|e| failed("", &e))?;
    // First everything that needs space. Not forced onto the disk file by file, which takes a second for a hundred
    // files: what a power cut takes, the next build writes again. Closed at once: there may be thousands.
    let root = folder.path.canonicalize().map_err(|e| failed("", &e))?;
    let written: Vec<_> = actions.iter().filter(|(_, a)| !matches!(a, Action::Remove { .. })).collect();
    let targets: Vec<(&String, PathBuf)> = written.iter().map(|(p, _)| (*p, folder.path.join(p))).collect();
    let mut parents: BTreeMap<&Path, &String> = BTreeMap::new();
    for (path, target) in &targets {
        parents.entry(target.parent().unwrap_or(&folder.path)).or_insert(path);
    }
    for (parent, path) in parents {
        fs::create_dir_all(parent).map_err(|e| failed(path, &e))?;
        if !parent.canonicalize().is_ok_and(|p| p.starts_with(&root)) {
            let message = format!("`{}/{path}` leaves its folder by a symbolic link", folder.shown);
            return Err(Failure::new(message).help("nothing was changed"));
        }
    }
    let staged: Vec<(&String, TempPath, PathBuf)> = targets
        .into_par_iter()
        .map(|(path, target)| {
            let parent = target.parent().unwrap_or(&folder.path);
            let made = stage(parent, plan.content(path).as_bytes()).map_err(|e| failed(path, &e))?;
            Ok((path, made.into_temp_path(), target))
        })
        .collect::<Result<_, Failure>>()?;
    let mut both = after.clone();
    for (path, hash) in before.iter().flat_map(|m| &m.files) {
        both.files.insert(path.clone(), hash.clone());
    }
    let both = stage(&folder.path, both.to_text().as_bytes()).map_err(|e| failed(MANIFEST, &e))?;
    let last = stage(&folder.path, manifest.as_bytes()).map_err(|e| failed(MANIFEST, &e))?;
    // From here on only names change.
    let half = |path: &str, error: &io::Error| {
        let failure = Failure::io(format!("`{}/{path}` cannot be replaced", folder.shown), error);
        failure.help("other files may be new already; mend the cause and build again")
    };
    both.persist(folder.path.join(MANIFEST)).map_err(|e| failed(MANIFEST, &e.error))?;
    for (path, made, target) in staged {
        made.persist(&target).map_err(|e| half(path, &e.error))?;
    }
    for (path, _) in actions.iter().filter(|(_, a)| matches!(a, Action::Remove { .. })) {
        remove(&folder.path, path).map_err(|e| half(path, &e))?;
    }
    last.persist(folder.path.join(MANIFEST)).map_err(|e| half(MANIFEST, &e.error))?;
    sweep(&folder.path);
    Ok(())
}

/// Removes what builds that were killed have left. What cannot be removed stays: it does no harm.
#[allow(clippy::disallowed_methods, reason = "they are ours by their name")]
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
        let age = entry.metadata().ok().and_then(|m| m.modified().ok()?.elapsed().ok());
        if ours && age.is_some_and(|age| age > LEFT_OVER) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes a file of ours, and the folders below `folder` that it leaves empty.
#[allow(clippy::disallowed_methods, reason = "the manifest says that it is ours")]
fn remove(folder: &Path, path: &str) -> io::Result<()> {
    let target = folder.join(path);
    fs::remove_file(&target)?;
    for parent in target.ancestors().skip(1).take_while(|p| *p != folder) {
        if fs::remove_dir(parent).is_err() {
            break;
        }
    }
    Ok(())
}
