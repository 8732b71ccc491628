//! Where a symbolic link may lead: one rule for sources, `slovo.yaml`, templates and what is copied. Inside the project, or inside
//! a folder that `--follow-links` names; anywhere else it could publish what the machine that builds keeps to itself.

use std::path::{Path, PathBuf};

use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;

/// The folders that links may lead into.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Without links in them.
    roots: Vec<PathBuf>,
}

/// Why a path is not followed.
#[derive(Debug)]
pub enum NotFollowed {
    /// The system's reason.
    Io(std::io::Error),
    /// It leads here, which is in none of the folders.
    Outside(PathBuf),
}

impl Links {
    /// Into a project's folder, and into those that the user named.
    pub fn new(root: &Path, more: &[PathBuf]) -> std::io::Result<Self> {
        let all = std::iter::once(root).chain(more.iter().map(PathBuf::as_path));
        Ok(Self { roots: all.map(Path::canonicalize).collect::<Result<_, _>>()? })
    }
    /// As these, and into a folder that the user named for this alone.
    #[must_use]
    pub fn and(&self, folder: &Path) -> Self {
        let mut made = self.clone();
        made.roots.extend(folder.canonicalize().ok());
        made
    }
    /// The first of them, the project's own folder.
    #[must_use]
    pub fn of_the_project(&self) -> Self {
        Self { roots: self.roots.first().cloned().into_iter().collect() }
    }
    /// The project's folder without links in it.
    pub(super) fn root(&self) -> Option<&Path> {
        self.roots.first().map(PathBuf::as_path)
    }
    /// The path without links in it, where it may be followed.
    pub fn real(&self, path: &Path) -> Result<PathBuf, NotFollowed> {
        let real = path.canonicalize().map_err(NotFollowed::Io)?;
        if self.roots.iter().any(|r| real.starts_with(r)) {
            Ok(real)
        } else {
            Err(NotFollowed::Outside(real))
        }
    }
}

/// The message about a link, shown as `shown`, that leads to `target`. `named` folders can be followed.
pub(super) fn outside(shown: &str, target: &Path, named: bool) -> Diagnostic {
    let message = format!("`{shown}` is a link out of the project, to `{}`", target.display());
    let made = Diagnostic::unplaced(&codes::LINK_OUTSIDE, message);
    if named {
        let folder = if target.is_dir() { Some(target) } else { target.parent() };
        let folder = folder.unwrap_or(target).display();
        made.help(format!("`--follow-links {folder}` follows it; or put what is needed into the project"))
    } else {
        made.help("`slovo.yaml` lies in the project itself: put a copy in its place")
    }
}
