//! Removing files of ours, never behind a symbolic link.

use std::io;
use std::path::Path;

/// The folder on the way to a file below `root` that is a symbolic link, by its path below `root`.
pub(super) fn link_on_the_way(root: &Path, path: &str) -> Option<String> {
    let mut at = root.to_owned();
    let mut shown = String::new();
    let (folders, _) = path.rsplit_once('/')?;
    for part in folders.split('/') {
        at.push(part);
        shown.push_str(part);
        if at.symlink_metadata().is_ok_and(|kind| kind.file_type().is_symlink()) {
            return Some(shown);
        }
        shown.push('/');
    }
    None
}

/// Removes a file, and the folders below `root` that it leaves empty; that it is not there is fine. Folders are opened one in
/// the other without following links: none that becomes one meanwhile leads elsewhere.
#[cfg(unix)]
pub(super) fn remove(root: &Path, path: &str) -> io::Result<()> {
    use rustix::fs::{AtFlags, Mode, OFlags, open, openat, unlinkat};
    use rustix::io::Errno;
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    // The folder itself may be a link that the user made.
    let mut opened = vec![open(root, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY, Mode::empty())?];
    let parts: Vec<&str> = folders.split('/').filter(|part| !part.is_empty()).collect();
    for part in &parts {
        let Some(within) = opened.last() else { break };
        match openat(within, *part, flags, Mode::empty()) {
            Ok(folder) => opened.push(folder),
            Err(Errno::NOENT) => break,
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(within) = opened.last().filter(|_| opened.len() == parts.len() + 1) {
        match unlinkat(within, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
    }
    while opened.len() > 1 {
        opened.pop();
        let (Some(within), Some(part)) = (opened.last(), parts.get(opened.len() - 1)) else { break };
        if unlinkat(within, *part, AtFlags::REMOVEDIR).is_err() {
            break;
        }
    }
    Ok(())
}

/// The same where folders cannot be opened so: each is looked at before.
#[cfg(not(unix))]
#[allow(clippy::disallowed_methods, reason = "the manifest says that it is ours")]
pub(super) fn remove(root: &Path, path: &str) -> io::Result<()> {
    if link_on_the_way(root, path).is_some() {
        return Err(io::Error::other("it lies behind a symbolic link"));
    }
    let target = root.join(path);
    match std::fs::remove_file(&target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for parent in target.ancestors().skip(1).take_while(|p| *p != root) {
        if std::fs::remove_dir(parent).is_err() {
            break;
        }
    }
    Ok(())
}
