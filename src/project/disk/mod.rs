//! A project on the disk: the only part that reads it.

mod find;
mod links;
mod plain;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

pub use links::{Links, NotFollowed};
pub use plain::{read_plain, read_start};

use super::files::{Entry, Files, Listing};
use super::{CONFIG_FILE, LARGEST, Project, decode};
use crate::config;
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};

/// `slovo.yaml` is smaller than sources may be.
const LARGEST_CONFIG: u64 = 1024 * 1024;

/// A folder on the disk.
#[derive(Clone, Debug)]
pub struct Disk {
    /// The folder of `slovo.yaml`.
    pub root: PathBuf,
    /// Where links may lead.
    pub links: Links,
}

impl Files for Disk {
    /// `slovo.yaml` may be a link inside the project only.
    fn config(&self) -> Result<String, Box<Diagnostic>> {
        let path = self.root.join(CONFIG_FILE);
        match self.links.of_the_project().real(&path) {
            Err(NotFollowed::Outside(target)) => Err(Box::new(links::outside(CONFIG_FILE, &target, false))),
            // What the system says is told by the reading.
            Ok(_) | Err(NotFollowed::Io(_)) => read_at_most(&path, CONFIG_FILE, LARGEST_CONFIG),
        }
    }
    fn list(&self, outputs: &[String]) -> Listing {
        find::sources(&self.root, &self.links, outputs)
    }
    fn text(&self, file: &Entry) -> Result<String, Box<Diagnostic>> {
        read(&file.path, &file.shown)
    }
}

impl Disk {
    /// The folder of the project that a folder belongs to; links are followed into the folders of `follow` too.
    pub fn find(start: &Path, follow: &[PathBuf]) -> Result<Self, Box<Diagnostic>> {
        let root = find::root(start).ok_or_else(|| no_project(start))?;
        let links = Links::new(&root, follow).map_err(|error| {
            let named: Vec<String> = follow.iter().map(|f| f.display().to_string()).collect();
            decode::unreadable(&named.join("`, `"), &error)
        })?;
        Ok(Self { root, links })
    }
}

/// Reads a file that is shown to the user as `shown`: UTF-8, without a byte order mark.
pub fn read(path: &Path, shown: &str) -> Result<String, Box<Diagnostic>> {
    read_at_most(path, shown, LARGEST)
}

/// As [`read`], with another limit.
fn read_at_most(path: &Path, shown: &str, most: u64) -> Result<String, Box<Diagnostic>> {
    let failed = |error: std::io::Error| Box::new(decode::unreadable(shown, &error));
    let file = match plain::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
            let made = Diagnostic::unplaced(&codes::UNREADABLE, format!("`{shown}` is not a plain file"));
            return Err(Box::new(made.help("a `.slovo` file must be a file; rename what is none")));
        }
        Err(error) => return Err(failed(error)),
    };
    let kind = file.metadata().map_err(failed)?;
    let mut bytes = Vec::with_capacity(usize::try_from(kind.len().min(most)).unwrap_or(0) + 1);
    // One byte more than allowed tells, whatever the file system says about the length.
    file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        let size = kind.len().max(bytes.len() as u64) / (1024 * 1024);
        let limit = most / (1024 * 1024);
        let message = format!("`{shown}` is larger than {limit} MiB (it has {size} MiB)");
        let made = Diagnostic::unplaced(&codes::TOO_LARGE, message);
        return Err(Box::new(made.help(if shown == CONFIG_FILE {
            "settings are a page or two: is it another file under this name?"
        } else {
            "split it into a file per journey"
        })));
    }
    decode::decode(bytes, shown)
}

/// What lies in a project.
#[derive(Debug)]
pub struct Listed {
    /// Its `.slovo` files, in the order of the paths they are shown by.
    pub files: Vec<PathBuf>,
    /// The real folders in which such files are looked for.
    pub folders: BTreeSet<PathBuf>,
}

impl Project {
    /// Finds the project that a folder belongs to and reads it, for this environment.
    pub fn load(start: &Path, environment: Option<&str>) -> Self {
        Self::load_following(start, environment, &[])
    }
    /// As [`Project::load`], following links into these folders too.
    pub fn load_following(start: &Path, environment: Option<&str>, follow: &[PathBuf]) -> Self {
        let disk = match Disk::find(start, follow) {
            Ok(disk) => disk,
            Err(wrong) => {
                let mut made = Self { root: find::root(start).unwrap_or_default(), ..Self::default() };
                made.fail(*wrong);
                return made;
            }
        };
        let mut made = Self::read(&disk, environment);
        if made.sources.iter().all(|(_, file)| file.path == CONFIG_FILE) && !made.incomplete {
            let message = format!("no `.slovo` file in `{}` or below", disk.root.display());
            made.fail(
                Diagnostic::unplaced(&codes::NO_SOURCES, message)
                    .note("hidden folders and those named in `.gitignore` are passed over")
                    .help("write a journey: `slovo init` in an empty folder shows what one looks like"),
            );
        }
        Self { root: disk.root, links: disk.links, ..made }
    }
    /// The folder of the project that a folder belongs to.
    pub fn root_of(folder: &Path) -> Option<PathBuf> {
        find::root(folder)
    }
    /// The `.slovo` files of the project that a folder belongs to; links are followed into the folders of `follow` too.
    pub fn files(start: &Path, follow: &[PathBuf], diagnostics: &mut Diagnostics) -> Vec<Entry> {
        Self::found(start, follow, diagnostics).files
    }
    /// The files of the project that a folder belongs to, and the folders that further ones may come into.
    pub fn listed(start: &Path, follow: &[PathBuf]) -> Listed {
        // What is wrong is told by whoever reads them.
        let found = Self::found(start, follow, &mut Diagnostics::default());
        Listed { files: found.files.into_iter().map(|file| file.path).collect(), folders: found.folders }
    }
    fn found(start: &Path, follow: &[PathBuf], diagnostics: &mut Diagnostics) -> Listing {
        let disk = match Disk::find(start, follow) {
            Ok(disk) => disk,
            Err(wrong) => {
                diagnostics.push(*wrong);
                return Listing::default();
            }
        };
        let mut made = Self::default();
        // For its outputs; what is wrong with it is no matter of a list of files.
        if let Ok(text) = disk.config() {
            let file = made.sources.add(CONFIG_FILE, text);
            made.config = config::read(file, &made.sources, None, &mut Diagnostics::default());
        }
        let mut found = disk.list(&made.config.output_folders);
        for diagnostic in std::mem::take(&mut found.wrong) {
            diagnostics.push(diagnostic);
        }
        found
    }
}

fn no_project(start: &Path) -> Diagnostic {
    let message = format!("no `{CONFIG_FILE}` in `{}` or any folder above it", start.display());
    Diagnostic::unplaced(&codes::NO_PROJECT, message)
        .help("`slovo init` begins a project; `slovo -C DIR` works on one elsewhere")
}
