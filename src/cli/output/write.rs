//! From a plan to the disk.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::manifest::{EARLIER, MANIFEST, Manifest};
use super::plan::Plan;
use super::remove::remove;
use super::stage::{Content, Stage, failed, temporary};
use crate::cli::Failure;

/// Carries a plan out.
pub(in crate::cli) fn apply(plan: &mut Plan) -> Result<(), Failure> {
    let contents = std::mem::take(&mut plan.contents);
    let (folder, before, after) = (plan.folder(), plan.before.as_ref(), &plan.after);
    let earlier = Manifest::has_earlier(&folder.path);
    let kept = before == Some(after) && folder.path.join(MANIFEST).is_file() && !earlier;
    if plan.actions.is_empty() && kept {
        return Ok(());
    }
    // Everything that needs space is there already; now the manifests.
    let staged = |manifest: &Manifest| {
        let made = temporary(&folder.path, manifest.to_text().as_bytes());
        // What it says of the files must outlive a power cut.
        let made = made.and_then(|made| made.as_file().sync_all().map(|()| made));
        made.map_err(|e| failed(folder, MANIFEST, &e))
    };
    let both = after.while_changing(before);
    // Where nothing goes away or changes, one manifest serves before and after.
    let both = if both == *after { None } else { Some(staged(&both)?) };
    let last = staged(after)?;
    // From here on only names change.
    let half = |path: &str, error: &io::Error| {
        let failure = Failure::io(format!("`{}/{path}` cannot be replaced", folder.shown), error);
        failure.help("other files may be new already; when that is mended, build again")
    };
    let (first, last) = match both {
        Some(both) => (both, Some(last)),
        None => (last, None),
    };
    first.persist(folder.path.join(MANIFEST)).map_err(|e| failed(folder, MANIFEST, &e.error))?;
    if earlier {
        // The other says all that it said.
        remove(&folder.path, EARLIER).map_err(|e| half(EARLIER, &e))?;
    }
    let parents: BTreeSet<&Path> = contents.keys().filter_map(|path| Path::new(path).parent()).collect();
    for parent in parents {
        let made = fs::create_dir_all(folder.path.join(parent));
        made.map_err(|e| half(&parent.display().to_string(), &e))?;
    }
    let renamed: Vec<Result<(), Failure>> = contents
        .into_par_iter()
        .map(|(path, content)| match content {
            Content::Staged(made) => fs::rename(made, folder.path.join(&path)).map_err(|e| half(&path, &e)),
            Content::Text(_) => Ok(()),
        })
        .collect();
    // The first by its path, whatever thread met it.
    renamed.into_iter().collect::<Result<(), Failure>>()?;
    // Those that a killed build listed and never made too: it may have made their folders.
    let stale = before.iter().flat_map(|m| m.paths()).filter(|path| !after.files.contains_key(*path));
    for path in stale.filter(|path| !plan.left.contains(path)) {
        remove(&folder.path, path).map_err(|e| half(path, &e))?;
    }
    if let Some(last) = last {
        last.persist(folder.path.join(MANIFEST)).map_err(|e| half(MANIFEST, &e.error))?;
    }
    plan.stage = Stage::default();
    plan.held.release();
    Ok(())
}
