//! `.slovo-manifest`: what a build wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::cli::Failure;
use crate::ir::Settings;
use crate::project::read_plain;

/// The manifest's name in its folder. Without an ending: `kubectl apply -f` and Argo CD take every `.json`, `.yaml` and `.yml` of a folder
/// for an object.
pub(super) const MANIFEST: &str = ".slovo-manifest";
/// Its name before that: read where there is no other, and removed by the next write.
pub(super) const EARLIER: &str = ".slovo-manifest.json";
/// No manifest is larger: it takes about a hundred bytes a file.
const LARGEST: u64 = 256 * 1024 * 1024;
/// The version that this program writes and reads.
const VERSION: u32 = 1;

/// What a build wrote into a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Manifest {
    version: u32,
    /// A word to whoever opens the file.
    #[serde(default)]
    note: String,
    /// Whose files these are.
    pub(in crate::cli) project: String,
    /// For which environment.
    pub(in crate::cli) environment: Option<String>,
    /// The value of the label `project`, where it isn't the project's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) identity: Option<String>,
    /// Whose format an export wrote; none of a build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) export: Option<String>,
    /// Paths below the folder with the hashes of their contents.
    pub(in crate::cli) files: BTreeMap<String, String>,
    /// While files are being replaced: what they will hold. Whoever is stopped in between leaves files of either hash, and
    /// both are ours.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) under_way: BTreeMap<String, String>,
    /// The paths of all promises: one that goes loses its history.
    pub(in crate::cli) promises: BTreeSet<String>,
}

impl Manifest {
    /// Of a build with these settings, without files.
    pub(in crate::cli) fn of(settings: &Settings) -> Self {
        let identity = settings.identity.clone();
        Self { identity, ..Self::new(&settings.project, settings.environment.as_deref()) }
    }
    /// The value of the label `project` on what was recorded.
    pub(in crate::cli) fn project_label(&self) -> &str {
        self.identity.as_deref().unwrap_or(&self.project)
    }
    pub(in crate::cli) fn new(project: &str, environment: Option<&str>) -> Self {
        Self {
            version: VERSION,
            note: "written by slovo build: the files it owns here; keep it beside them".to_owned(),
            project: project.to_owned(),
            environment: environment.map(str::to_owned),
            identity: None,
            export: None,
            files: BTreeMap::new(),
            under_way: BTreeMap::new(),
            promises: BTreeSet::new(),
        }
    }
    /// The manifest of a folder, where there is one.
    pub(in crate::cli) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        match Self::read_file(&folder.join(MANIFEST))? {
            Some(made) => Ok(Some(made)),
            None => Self::read_file(&folder.join(EARLIER)),
        }
    }
    /// Does a manifest of ours still lie there under its earlier name?
    pub(super) fn has_earlier(folder: &Path) -> bool {
        Self::read_file(&folder.join(EARLIER)).is_ok_and(|made| made.is_some())
    }
    fn read_file(path: &Path) -> Result<Option<Self>, Failure> {
        let help = "restore it from version control, or remove it: then files that are there count as somebody else's";
        let wrong =
            |why: &str| Failure::new(format!("`{}` cannot be used: {why}", path.display())).help(help);
        let text = match read_plain(path, LARGEST) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            // The folder is a file: reported when it is to be used.
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
            Err(error) => return Err(wrong(&error.to_string().to_lowercase())),
        };
        let made: Self = serde_json::from_str(&text).map_err(|e| wrong(&e.to_string()))?;
        if made.version != VERSION {
            return Err(wrong(&format!(
                "it is of version {}, this program knows version {VERSION}",
                made.version
            )));
        }
        // Files named in it may be removed: none of them may lie elsewhere, whoever wrote it.
        let elsewhere = made.paths().find(|p| !is_below(p)).cloned();
        match elsewhere {
            Some(path) => Err(wrong(&format!("it names `{path}`, which is not below this folder"))),
            None => Ok(Some(made)),
        }
    }
    /// Every path that is ours.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.files.keys().chain(self.under_way.keys().filter(|path| !self.files.contains_key(*path)))
    }
    /// Is there a file of ours under this path?
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.under_way.contains_key(path)
    }
    /// Is it what was written under this path? A power cut may leave a file empty, or of zeros.
    pub(super) fn wrote(&self, path: &str, content: &[u8]) -> bool {
        let hash = hash(content);
        self.has(path)
            && ([&self.files, &self.under_way].iter().any(|known| known.get(path) == Some(&hash))
                || content.iter().all(|byte| *byte == 0))
    }
    /// This one while files change from what `before` says.
    pub(super) fn while_changing(&self, before: Option<&Self>) -> Self {
        let mut both = self.clone();
        for (path, hash) in before.iter().flat_map(|m| m.files.iter().chain(&m.under_way)) {
            if both.files.get(path) == Some(hash) {
                continue;
            }
            if let Some(new) = both.files.insert(path.clone(), hash.clone()) {
                both.under_way.entry(path.clone()).or_insert(new);
            }
        }
        both
    }
    pub(in crate::cli) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// Is it a relative path that stays below where it starts?
pub(in crate::cli) fn is_below(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// A hash of a content (XXH3, 64 bits): tells whether a file is still as it was written, nothing more.
pub(in crate::cli) fn hash(content: &[u8]) -> String {
    format!("xxh3:{:016x}", twox_hash::XxHash3_64::oneshot(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below() {
        for (path, below) in [
            ("a.yml", true),
            ("a/b.yml", true),
            ("", false),
            ("../a", false),
            ("a/../../b", false),
            ("/a", false),
        ] {
            assert_eq!(is_below(path), below, "{path}");
        }
    }

    #[test]
    fn hashes_as_published() {
        // The vectors of the XXH3 specification's sanity check, seed 0.
        assert_eq!(hash(b""), "xxh3:2d06800538d394c2");
        assert_eq!(hash(&[0]), "xxh3:c44bdff4074eecdb");
    }
}
