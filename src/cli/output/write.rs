//! From a plan to the disk.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rayon::prelude::*;

use super::manifest::MANIFEST;
use super::plan::{Action, Plan};
use super::stage::{Content, TEMPORARY, failed, temporary};
use crate::cli::Failure;

/// Temporary files that old belong to no build that still runs.
const LEFT_OVER: Duration = Duration::from_secs(3600);

/// Replaces a file at once: it holds the old content or the new one, never a part.
pub(in crate::cli) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let made = temporary(folder, content)?;
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

/// Carries a plan out.
pub(in crate::cli) fn apply(plan: &mut Plan) -> Result<(), Failure> {
    let Plan { folder, actions, before, after, contents, .. } = plan;
    let manifest = after.to_text();
    let kept = before.as_ref() == Some(after) && folder.path.join(MANIFEST).is_file();
    if actions.is_empty() && kept {
        return Ok(());
    }
    // Everything that needs space is there already; now the manifests.
    fs::create_dir_all(&folder.path).map_err(|e| failed(folder, "", &e))?;
    let mut both = after.clone();
    for (path, hash) in before.iter().flat_map(|m| &m.files) {
        both.files.insert(path.clone(), hash.clone());
    }
    let staged =
        |text: &str| temporary(&folder.path, text.as_bytes()).map_err(|e| failed(folder, MANIFEST, &e));
    // Where nothing goes away, one manifest serves before and after.
    let both = if both == *after { None } else { Some(staged(&both.to_text())?) };
    let last = staged(&manifest)?;
    // From here on only names change.
    let half = |path: &str, error: &io::Error| {
        let failure = Failure::io(format!("`{}/{path}` cannot be replaced", folder.shown), error);
        failure.help("other files may be new already; mend the cause and build again")
    };
    let (first, last) = match both {
        Some(both) => (both, Some(last)),
        None => (last, None),
    };
    first.persist(folder.path.join(MANIFEST)).map_err(|e| failed(folder, MANIFEST, &e.error))?;
    let renamed: Vec<Result<(), Failure>> = std::mem::take(contents)
        .into_par_iter()
        .map(|(path, content)| match content {
            Content::Staged(made) => made.persist(folder.path.join(&path)).map_err(|e| half(&path, &e.error)),
            Content::Text(_) => Ok(()),
        })
        .collect();
    // The first by its path, whatever thread met it.
    renamed.into_iter().collect::<Result<(), Failure>>()?;
    for (path, _) in actions.iter().filter(|(_, a)| matches!(a, Action::Remove { .. })) {
        remove(&folder.path, path).map_err(|e| half(path, &e))?;
    }
    if let Some(last) = last {
        last.persist(folder.path.join(MANIFEST)).map_err(|e| half(MANIFEST, &e.error))?;
    }
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
