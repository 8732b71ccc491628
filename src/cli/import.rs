//! `slovo import`: what a team has written for another tool becomes `.slovo` source. Writes new files only.

mod prove;

use std::fs;
use std::path::{Path, PathBuf};

use super::args::{Import, ReportFormat};
use super::output::{Lock, create, real, replace, sweep_beside_sources};
use super::screen::{Screen, for_people};
use super::{Failure, Outcome, Status};
use crate::config::project_name;
use crate::import::{self, Input, Report, Target, Written};
use crate::project::{LARGEST, Project, read_plain};

/// Files of one import.
const MOST_FILES: usize = 20_000;
/// Bytes of one import.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Folders in each other.
const DEEPEST: usize = 40;

pub(super) fn run(options: &Import, start: &Path, screen: &Screen) -> Outcome {
    let inputs = inputs(&options.inputs, start)?;
    let folder = options.output.as_ref().map_or_else(|| start.to_owned(), |o| start.join(o));
    let folder = std::path::absolute(&folder)
        .map_err(|e| Failure::io(format!("`{}` cannot be written", folder.display()), &e))?;
    let root = Project::root_of(&folder);
    let project = root.is_some().then(|| Project::load(&folder, None));
    if let (Some(root), Some(project)) = (&root, &project) {
        // A project to be begun has no source yet.
        let sources = project.sources.iter().any(|(_, file)| file.path.ends_with(".slovo"));
        if sources && project.compile().diagnostics.has_errors() {
            let message = format!("the project of `{}` has mistakes", root.display());
            return Err(
                Failure::new(message).help("mend what `slovo check` finds, then import; nothing was written")
            );
        }
    }
    let below = root.as_ref().and_then(|root| folder.strip_prefix(root).ok());
    let mut prefix = String::new();
    for part in below.into_iter().flat_map(Path::components) {
        prefix.push_str(&part.as_os_str().to_string_lossy());
        prefix.push('/');
    }
    let name = folder.file_name().and_then(|n| project_name(&n.to_string_lossy()));
    let target =
        Target { project: project.as_ref(), prefix, name: name.unwrap_or_else(|| "imported".to_owned()) };
    let mut made = match import::import(&inputs, &target) {
        Ok(made) => made,
        Err(unusable) => {
            for (message, help) in &unusable.inputs {
                screen.fail(message, help.as_deref());
            }
            screen.say("nothing was written");
            return Ok(Status::Failed);
        }
    };
    if options.prove {
        prove::prove(&mut made, &target, &options.promtool, screen)?;
    }
    let (files, mut report) = (made.files, made.report);
    let keep = options.audit || options.strict && !report.whole();
    let into = match &options.report {
        Some(file) => Some(report_file(file, start, &folder, if keep { &[] } else { &files })?),
        None => None,
    };
    if options.audit {
        report.not_written = Some("--audit asks for the report only".to_owned());
    } else if options.strict && !report.whole() {
        report.not_written = Some("--strict, and it would not be whole".to_owned());
    } else if let Err(failure) = write(&files, &folder, screen, &|| beside(options, root.is_some(), &files)) {
        // Nothing was written to it yet.
        take_back(into.as_slice());
        return Err(failure);
    }
    if let Some(shown) = &options.output {
        report.files = report.files.iter().map(|f| shown.join(f).display().to_string()).collect();
    }
    tell(&report, options, into.as_deref())?;
    screen.say(&report.last_line());
    Ok(match report.whole() {
        false => Status::Mistakes,
        true if report.unproven() => Status::Unknown,
        true => Status::Fine,
    })
}

/// Takes the place of the report, before anything else is written: a new file, and none that the import writes.
fn report_file(file: &Path, start: &Path, folder: &Path, files: &[Written]) -> Result<PathBuf, Failure> {
    let shown = file.display();
    let failed = |e: &std::io::Error| {
        Failure::io(format!("the report `{shown}` cannot be written"), e).help("nothing was written")
    };
    let path = plain(&std::path::absolute(start.join(file)).map_err(|e| failed(&e))?);
    if path.symlink_metadata().is_ok() {
        let help = "a report goes to a new file; nothing was written";
        return Err(Failure::new(format!("`{shown}` is there already")).help(help));
    }
    let folder = plain(folder);
    if files.iter().any(|f| folder.join(&f.path) == path) {
        let help = "name another file for the report; nothing was written";
        return Err(Failure::new(format!("`{shown}` is a file that the import itself writes")).help(help));
    }
    // The folder of the output may be new.
    if !files.is_empty() && path.parent() == Some(folder.as_path()) {
        fs::create_dir_all(&folder).map_err(|e| failed(&e))?;
    }
    create(&path, b"").map_err(|e| failed(&e))?;
    Ok(path)
}

/// A path without `.` and `..`, as far as its words tell.
fn plain(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                made.pop();
            }
            std::path::Component::CurDir => {}
            other @ (std::path::Component::Prefix(_)
            | std::path::Component::RootDir
            | std::path::Component::Normal(_)) => made.push(other),
        }
    }
    made
}

fn tell(report: &Report, options: &Import, into: Option<&Path>) -> Result<(), Failure> {
    let text = match options.format {
        ReportFormat::Text => for_people(&report.text()),
        ReportFormat::Markdown => for_people(&report.markdown()),
        ReportFormat::Json => report.json(),
    };
    let Some(file) = into else { return Screen::out(&text) };
    replace(file, text.as_bytes())
        .map_err(|e| Failure::io(format!("the report `{}` cannot be written", file.display()), &e))
}

/// Where else the files could go: a project reads all folders below it.
fn beside(options: &Import, in_project: bool, files: &[Written]) -> String {
    let journey = files.iter().find_map(|f| f.path.strip_prefix("journeys/")?.strip_suffix(".slovo"));
    let (true, Some(journey)) = (in_project, journey) else {
        return "an import writes new files only; nothing was written: `-o DIR` writes to another folder"
            .to_owned();
    };
    let inputs: Vec<String> = options.inputs.iter().map(|input| quoted(input)).collect();
    let folder = options.output.clone().unwrap_or_default().join(journey);
    format!(
        "an import writes new files only; nothing was written. A folder within the project belongs to it: `slovo import {} -o {}`",
        inputs.join(" "),
        quoted(&folder)
    )
}

/// A path as a word of a command.
fn quoted(path: &Path) -> String {
    let shown = slashed(path);
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%".contains(c);
    if shown.chars().all(plain) { shown } else { format!("'{}'", shown.replace('\'', "'\\''")) }
}

/// Writes new files, all or none.
fn write(
    files: &[Written],
    folder: &Path,
    screen: &Screen,
    help: &dyn Fn() -> String,
) -> Result<(), Failure> {
    if files.is_empty() {
        return Ok(());
    }
    let failed = |what: &Path, e: &std::io::Error| {
        Failure::io(format!("`{}` cannot be written", what.display()), e).help("nothing was written")
    };
    let there: Vec<String> = files
        .iter()
        .map(|file| folder.join(&file.path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("`{}`", path.display()))
        .collect();
    if !there.is_empty() {
        let word = if there.len() == 1 { "is" } else { "are" };
        let message = format!("{} {word} there already", there.join(", "));
        return Err(Failure::new(message).help(help()));
    }
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let lock = Lock::take(folder, &folder.display().to_string())?;
    sweep_beside_sources(folder);
    let mut done = Vec::new();
    // `slovo.yaml` makes it a project, and comes last.
    let (settings, sources): (Vec<&Written>, Vec<&Written>) =
        files.iter().partition(|f| f.path == crate::project::CONFIG_FILE);
    for file in sources.into_iter().chain(settings) {
        let path = folder.join(&file.path);
        if let Err(failure) = write_one(&path, folder, &file.text).map_err(|e| failed(&path, &e)) {
            take_back(&done);
            return Err(failure);
        }
        done.push(path);
    }
    drop(lock);
    screen.say(&format!("wrote {} to `{}`", super::plural(done.len(), "file"), folder.display()));
    Ok(())
}

fn write_one(path: &Path, folder: &Path, text: &str) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or(folder);
    if !real(parent).starts_with(real(folder)) {
        return Err(std::io::Error::other("its folder is a link out of the output folder"));
    }
    fs::create_dir_all(parent)?;
    create(path, text.as_bytes())
}

/// Removes what this very run has written.
#[allow(clippy::disallowed_methods, reason = "made by this process a moment ago")]
fn take_back(done: &[PathBuf]) {
    for path in done {
        let _ = fs::remove_file(path);
    }
}

/// The files of the command line, and those of its folders in the order of their names.
fn inputs(named: &[PathBuf], start: &Path) -> Result<Vec<Input>, Failure> {
    let mut found: Vec<(PathBuf, String, bool)> = Vec::new();
    for shown in named {
        let path = start.join(shown);
        let kind = fs::metadata(&path).map_err(|e| {
            Failure::io(format!("`{}` cannot be read", shown.display()), &e).help("nothing was written")
        })?;
        if kind.is_dir() {
            walk(&path, shown, 0, &mut found)?;
        } else {
            found.push((path, slashed(shown), true));
        }
    }
    // One file named twice is one.
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|(path, ..)| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    if found.is_empty() {
        let folders: Vec<String> = named.iter().map(|n| format!("`{}`", n.display())).collect();
        let message = format!("no `.yaml`, `.yml` or `.json` file in {}", folders.join(", "));
        return Err(Failure::new(message).help("name files, or folders that hold specs"));
    }
    let mut bytes = 0;
    let mut made = Vec::with_capacity(found.len());
    for (path, shown, named) in found {
        let text = read_plain(&path, LARGEST).map_err(|e| {
            let said = e.to_string();
            if said.starts_with("it ") { said } else { format!("cannot be read: {}", said.to_lowercase()) }
        });
        let text = text.map(|t| t.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(t));
        bytes += text.as_ref().map_or(0, String::len);
        if bytes > MOST_BYTES {
            let message = format!("the files have more than {} MiB together", MOST_BYTES / (1024 * 1024));
            return Err(Failure::new(message).help("import them folder by folder; nothing was written"));
        }
        made.push(Input { path: shown, text, named });
    }
    Ok(made)
}

fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// The specs below a folder; links and hidden names are skipped.
fn walk(
    folder: &Path,
    shown: &Path,
    depth: usize,
    found: &mut Vec<(PathBuf, String, bool)>,
) -> Result<(), Failure> {
    let failed = |e: &std::io::Error| Failure::io(format!("`{}` cannot be read", shown.display()), e);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(&e))? {
        let entry = entry.map_err(|e| failed(&e))?;
        entries.push((entry.file_name(), entry.file_type().map_err(|e| failed(&e))?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, kind) in entries {
        let (path, below) = (folder.join(&name), shown.join(&name));
        let word = name.to_string_lossy();
        if word.starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth < DEEPEST {
            walk(&path, &below, depth + 1, found)?;
        } else if kind.is_file() && [".yaml", ".yml", ".json"].iter().any(|end| word.ends_with(end)) {
            found.push((path, slashed(&below), false));
        }
        if found.len() > MOST_FILES {
            let message = format!("more than {MOST_FILES} files below `{}`", shown.display());
            return Err(Failure::new(message).help("import them folder by folder; nothing was written"));
        }
    }
    Ok(())
}
