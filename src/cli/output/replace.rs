//! Replacing a person's file: at once, and only while it is as it was read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::TEMPORARY;
use super::manifest::hash;
use super::stage::temporary;
use crate::project::{LARGEST, read_start};

/// What became of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Replaced {
    /// The file holds the new content.
    Done,
    /// Somebody saved it meanwhile: it holds what they saved.
    Changed,
    /// It is not replaced, for this reason: replacing would lose something.
    Refused(&'static str),
}

/// Replaces a file at once: it holds the old content or the new one, never a part.
pub(in crate::cli) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let made = prepared(path, content, fs::metadata(path).ok().as_ref())?;
    made.persist(path).map(|_| ()).map_err(|e| e.error)
}

/// Makes a file that is not there yet: whole, or not at all.
pub(in crate::cli) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let made = prepared(path, content, None)?;
    made.persist_noclobber(path).map(|_| ()).map_err(|e| e.error)
}

/// Replaces a file that was read as `before`. What somebody else saves meanwhile stays: where the system can exchange two
/// files, what comes out is looked at, and goes back if it is not what was read. Elsewhere the file is read again just before.
pub(in crate::cli) fn replace_if(path: &Path, before: &[u8], after: &[u8]) -> io::Result<Replaced> {
    let was = fs::metadata(path)?;
    if let Some(why) = refused(&was) {
        return Ok(Replaced::Refused(why));
    }
    let made = match prepared(path, after, Some(&was)) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            return Ok(Replaced::Refused("it belongs to somebody else, and a new file would not"));
        }
        made => made?,
    };
    if !is(path, before)? {
        return Ok(Replaced::Changed);
    }
    // The name tells the next run what may lie there: what was read, what is new, or somebody's work.
    let folder = path.parent().unwrap_or(Path::new("."));
    let waiting = folder.join(waiting_name(before, after));
    let made = made.into_temp_path();
    fs::rename(&made, &waiting)?;
    // Nothing is left at its old name.
    drop(made);
    match exchange(path, &waiting, before, after) {
        Some(outcome) => outcome,
        None if is(path, before)? => fs::rename(&waiting, path).map(|()| Replaced::Done),
        None => discard(&waiting).map(|()| Replaced::Changed),
    }
}

/// A file beside another, with its permissions and owner, on the disk.
fn prepared(path: &Path, content: &[u8], was: Option<&Metadata>) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let made = temporary(folder, content)?;
    if let Some(was) = was {
        if was.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        same_owner(made.as_file(), was)?;
        made.as_file().set_permissions(was.permissions())?;
    }
    // A person's work: it must outlive a power cut.
    made.as_file().sync_all()?;
    Ok(made)
}

#[cfg(unix)]
fn same_owner(made: &File, was: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let now = made.metadata()?;
    if (now.uid(), now.gid()) == (was.uid(), was.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(made, Some(was.uid()), Some(was.gid()))
        .map_err(|e| io::Error::new(io::ErrorKind::Unsupported, e))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
fn same_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn refused(was: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    (was.nlink() > 1)
        .then_some("it has several names (hard links), and the others would keep the old content")
}

#[cfg(not(unix))]
fn refused(_: &Metadata) -> Option<&'static str> {
    None
}

/// Does a file hold this?
fn is(path: &Path, content: &[u8]) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let mut found = Vec::with_capacity(content.len());
    // One more than expected tells that there is more.
    Read::by_ref(&mut file).take(content.len() as u64 + 1).read_to_end(&mut found)?;
    Ok(found == content)
}

/// Exchanges two files until what comes out is what went in. None where the system cannot.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(clippy::disallowed_methods, reason = "what came out of an exchange is compared")]
fn exchange(path: &Path, waiting: &Path, before: &[u8], after: &[u8]) -> Option<io::Result<Replaced>> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let swap = || renameat_with(CWD, path, CWD, waiting, RenameFlags::EXCHANGE);
    match swap() {
        Ok(()) => {}
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => return None,
        // It was removed, or is just being replaced by other means.
        Err(Errno::NOENT) => return Some(discard(waiting).map(|()| Replaced::Changed)),
        Err(error) => return Some(discard(waiting).and(Err(error.into()))),
    }
    let mut came_out = match fs::read(waiting) {
        Ok(came_out) if came_out == before => return Some(discard(waiting).map(|()| Replaced::Done)),
        Ok(came_out) => came_out,
        Err(error) => return Some(Err(error)),
    };
    // Somebody's save came out: it goes back. If another one was saved meanwhile, that comes out, and goes back in its turn.
    let mut there = after.to_vec();
    loop {
        match swap() {
            Ok(()) => {}
            Err(Errno::NOENT) => return Some(fs::rename(waiting, path).map(|()| Replaced::Changed)),
            Err(error) => return Some(Err(error.into())),
        }
        match fs::read(waiting) {
            Ok(next) if next == there => return Some(discard(waiting).map(|()| Replaced::Changed)),
            Ok(next) => there = std::mem::replace(&mut came_out, next),
            Err(error) => return Some(Err(error)),
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn exchange(_: &Path, _: &Path, _: &[u8], _: &[u8]) -> Option<io::Result<Replaced>> {
    None
}

#[allow(clippy::disallowed_methods, reason = "a file of ours by its name, and compared")]
fn discard(waiting: &Path) -> io::Result<()> {
    fs::remove_file(waiting)
}

fn waiting_name(before: &[u8], after: &[u8]) -> String {
    format!("{TEMPORARY}{}-{}", digits(before), digits(after))
}

fn digits(content: &[u8]) -> String {
    hash(content).trim_start_matches("xxh3:").to_owned()
}

/// Removes what a killed run has left beside sources. What may be somebody's save, caught between two exchanges, stays: those
/// are given back.
#[allow(clippy::disallowed_methods, reason = "ours by their names, and what is not known to be ours stays")]
pub(in crate::cli) fn sweep_beside_sources(folder: &Path) -> Vec<PathBuf> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix(TEMPORARY) else { continue };
        let path = entry.path();
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        // Two hashes: a file that waited to be exchanged. Otherwise it was just being written.
        if let Some((before, after)) = rest.split_once('-').filter(|(a, b)| a.len() == 16 && b.len() == 16) {
            let Ok(content) = read_start(&path, LARGEST + 1) else { continue };
            let found = digits(&content);
            if content.len() as u64 > LARGEST || found != before && found != after {
                kept.push(path);
                continue;
            }
        }
        let _ = fs::remove_file(path);
    }
    kept.sort();
    kept
}
