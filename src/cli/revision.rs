//! A project as it was at a revision of its git repository.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::diag::Diagnostic;
use crate::diag::codes::project::{TOO_LARGE, UNREADABLE};
use crate::project::{CONFIG_FILE, Entry, Files, LARGEST, Listing, decode};

/// All texts of a revision together.
const LARGEST_OF_ALL: u64 = 256 * 1024 * 1024;

/// The texts of a project at a revision. Links are not followed there, hidden files and folders are passed over.
#[derive(Debug)]
pub struct Revision {
    /// The commit's full name.
    pub commit: String,
    texts: BTreeMap<String, Result<String, Diagnostic>>,
}

impl Revision {
    /// Reads the folder `root` (that of `slovo.yaml`) as it was at `name`: a commit, a branch, a tag.
    pub fn read(root: &Path, name: &str) -> Result<Self, Box<Diagnostic>> {
        let failed =
            |said: &str| Box::new(Diagnostic::unplaced(&UNREADABLE, format!("revision `{name}`: {said}")));
        let commit = format!("{name}^{{commit}}");
        let commit = ask(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
            .map_err(|error| failed(&format!("git can't be asked ({error})")))?
            .ok_or_else(|| failed("is not in this repository"))?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let listed = ask(root, &["ls-tree", "-r", "-z", &commit, "."])
            .map_err(|error| failed(&format!("git can't be asked ({error})")))?
            .ok_or_else(|| failed("its files can't be listed"))?;
        let wanted = wanted(&listed);
        let texts = blobs(root, &wanted).map_err(|error| failed(&error.to_string()))?;
        Ok(Self { commit, texts })
    }
}

impl Files for Revision {
    fn config(&self) -> Result<String, Box<Diagnostic>> {
        self.get(CONFIG_FILE)
    }
    fn list(&self, _: &[String]) -> Listing {
        let sources = self.texts.keys().filter(|path| path.ends_with(".slovo"));
        let files = sources.map(|path| Entry { path: PathBuf::from(path), shown: path.clone() }).collect();
        Listing { files, ..Listing::default() }
    }
    fn text(&self, file: &Entry) -> Result<String, Box<Diagnostic>> {
        self.get(&file.shown)
    }
}

impl Revision {
    fn get(&self, path: &str) -> Result<String, Box<Diagnostic>> {
        match self.texts.get(path) {
            Some(Ok(text)) => Ok(text.clone()),
            Some(Err(wrong)) => Err(Box::new(wrong.clone())),
            None => {
                let message = format!("`{path}` is not there at {}", self.commit);
                Err(Box::new(Diagnostic::unplaced(&UNREADABLE, message)))
            }
        }
    }
}

/// What git answers; nothing where it refuses.
fn ask(root: &Path, args: &[&str]) -> std::io::Result<Option<Vec<u8>>> {
    let output = git(root).args(args).stdin(Stdio::null()).output()?;
    Ok(output.status.success().then_some(output.stdout))
}

fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).arg("--no-pager").env("GIT_OPTIONAL_LOCKS", "0").stderr(Stdio::null());
    git
}

fn gone() -> std::io::Error {
    std::io::Error::other("git ended early")
}

/// Path and object of each file of a project, from what `git ls-tree -z` lists.
fn wanted(listed: &[u8]) -> BTreeMap<String, String> {
    let mut wanted = BTreeMap::new();
    for line in listed.split(|b| *b == 0) {
        // `100644 blob OBJECT<tab>PATH`; a link is a file of another mode.
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let Some((head, path)) = line.split_once('\t') else { continue };
        let head: Vec<&str> = head.split(' ').collect();
        let ["100644" | "100755", "blob", object] = head.as_slice() else { continue };
        let hidden = path.split('/').any(|part| part.starts_with('.'));
        if path == CONFIG_FILE || path.ends_with(".slovo") && !hidden {
            wanted.insert(path.to_owned(), (*object).to_owned());
        }
    }
    wanted
}

/// The texts of objects, from one process. What is wrong with one of them is said when it is asked for.
fn blobs(
    root: &Path,
    wanted: &BTreeMap<String, String>,
) -> std::io::Result<BTreeMap<String, Result<String, Diagnostic>>> {
    let mut child =
        git(root).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let pipes = child.stdin.take().zip(child.stdout.take());
    let read = pipes.ok_or_else(gone).and_then(|(ask, answers)| texts(wanted, ask, BufReader::new(answers)));
    // With its pipes closed it ends, whatever came of it.
    child.wait()?;
    read
}

/// Asks for each object, and takes its text.
fn texts(
    wanted: &BTreeMap<String, String>,
    mut ask: impl std::io::Write,
    mut answers: impl std::io::BufRead,
) -> std::io::Result<BTreeMap<String, Result<String, Diagnostic>>> {
    let mut texts = BTreeMap::new();
    let mut left = LARGEST_OF_ALL;
    for (path, object) in wanted {
        writeln!(ask, "{object}")?;
        ask.flush()?;
        let mut head = String::new();
        answers.read_line(&mut head)?;
        let size: u64 = head.trim().rsplit(' ').next().and_then(|n| n.parse().ok()).ok_or_else(gone)?;
        left = left
            .checked_sub(size)
            .ok_or_else(|| std::io::Error::other("has more than 256 MiB of sources"))?;
        let mut bytes = Vec::new();
        // A line break follows.
        answers.by_ref().take(size + 1).read_to_end(&mut bytes)?;
        if bytes.pop() != Some(b'\n') {
            return Err(gone());
        }
        let text = if size > LARGEST {
            let message = format!("`{path}` is larger than {} MiB", LARGEST / (1024 * 1024));
            Err(Diagnostic::unplaced(&TOO_LARGE, message))
        } else {
            decode(bytes, path).map_err(|wrong| *wrong)
        };
        texts.insert(path.clone(), text);
    }
    Ok(texts)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays out its own files")]
mod tests {
    use super::*;
    use crate::analysis::Trees;
    use crate::project::Project;

    /// Runs git in a folder; false where there is none on this machine.
    fn run(root: &Path, args: &[&str]) -> bool {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
        let made = Command::new("git").arg("-C").arg(root).args(identity).args(args).output();
        made.is_ok_and(|output| output.status.success())
    }

    #[test]
    fn a_project_is_read_as_it_was() {
        if Command::new("git").arg("--version").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "git is missing");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        // The project is not the whole repository.
        let root = folder.path().join("slo");
        std::fs::create_dir_all(root.join(".hidden")).unwrap();
        let put = |path: &str, text: &str| std::fs::write(root.join(path), text).unwrap();
        put("slovo.yaml", "project: x\nretention: 60d\n");
        put("a.slovo", "team shop \"Shop\" {\n  tickets \"t\"\n}\n");
        put("ü b.slovo", "team other \"Other\" {\n  tickets \"t\"\n}\n");
        put(".hidden/c.slovo", "team shop \"Shop\" {}\n");
        std::fs::write(folder.path().join("outside.slovo"), "team shop \"Shop\" {}\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("a.slovo", root.join("link.slovo")).unwrap();
        for args in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "one"], &["tag", "first"]] {
            assert!(run(folder.path(), args), "{args:?}");
        }
        put("a.slovo", "team shop \"New\" {\n  tickets \"t\"\n}\n");
        std::fs::write(root.join("bad.slovo"), [0x66, 0xff]).unwrap();
        for args in [&["add", "."][..], &["commit", "-qm", "two"]] {
            assert!(run(folder.path(), args), "{args:?}");
        }
        put("a.slovo", "not committed");
        let project = |name: &str| Project::read(&Revision::read(&root, name).unwrap(), None);
        let texts = |project: &Project| -> Vec<(String, String)> {
            project.sources.iter().skip(1).map(|(_, f)| (f.path.clone(), f.text.to_string())).collect()
        };
        let first = project("first");
        let found = texts(&first);
        assert_eq!(found.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(), ["a.slovo", "ü b.slovo"]);
        assert!(found.iter().any(|f| f.1.contains("\"Shop\"")));
        assert!(first.analyse(Trees::default()).model().is_some());
        let second = project("HEAD");
        assert!(texts(&second).iter().any(|f| f.1.contains("\"New\"")));
        // What is wrong there is said, with its file.
        let said: Vec<_> = second.diagnostics.iter().map(|d| d.message.clone()).collect();
        assert!(said.iter().any(|m| m.contains("`bad.slovo` is not UTF-8")), "{said:?}");
        for name in ["nowhere", "--help", "-x", "first:slo/a.slovo", ""] {
            let wrong = Revision::read(&root, name).unwrap_err();
            assert!(wrong.message.contains("is not in this repository"), "{name}: {}", wrong.message);
        }
    }
}
