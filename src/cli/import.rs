//! `slovo import`: what a team has written for another tool becomes `.slovo` source. Writes new files, and rewrites those of an
//! earlier import that nobody has changed.

mod earlier;
mod files;
mod inputs;
mod prove;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::{Import, ReportFormat};
use super::output::{create, replace};
use super::screen::{Screen, for_people};
use super::{Failure, Outcome, Status};
use crate::config::project_name;
use crate::diag::Severity;
use crate::import::{self, INDICATORS_FILE, Imported, Input, Report, Target, Unusable, Written};
use crate::project::Project;
use earlier::{Earlier, edited};
use files::{remove, there, write};
use inputs::{inputs, slashed};

pub(super) fn run(options: &Import, start: &Path, screen: &Screen) -> Outcome {
    let inputs = inputs(&options.inputs, start)?;
    let folder = options.output.as_ref().map_or_else(|| start.to_owned(), |o| start.join(o));
    let folder = std::path::absolute(&folder)
        .map_err(|e| Failure::io(format!("`{}` cannot be written", folder.display()), &e))?;
    let root = Project::root_of(&folder);
    let project = root.is_some().then(|| Project::load(&folder, None));
    let earlier = Earlier::read(&folder)?;
    let mistaken = root.as_ref().zip(project.as_ref()).and_then(|(root, project)| mistakes(root, project));
    let mistaken = match mistaken {
        Some(failure) if earlier.as_written.is_empty() => return Err(failure),
        // What is missing may be a file that this import makes again.
        other => other,
    };
    let below = root.as_ref().and_then(|root| folder.strip_prefix(root).ok());
    let mut prefix = String::new();
    for part in below.into_iter().flat_map(Path::components) {
        prefix.push_str(&part.as_os_str().to_string_lossy());
        prefix.push('/');
    }
    let name = folder.file_name().and_then(|n| project_name(&n.to_string_lossy()));
    let name = name.unwrap_or_else(|| "imported".to_owned());
    let rest = project.as_ref().and_then(|_| without_earlier(&folder, &prefix, &earlier));
    let of = |project| Target { project, prefix: prefix.clone(), name: name.clone() };
    let mut replaced = BTreeMap::new();
    let mut target = of(project.as_ref());
    let mut made = match import::import(&inputs, &target) {
        Ok(made) if options.audit || mistaken.is_none() && there(&made.files, &folder).is_empty() => made,
        first => {
            target = of(rest.as_ref());
            match again(&inputs, &target, &earlier, &folder) {
                Ok(made) => {
                    replaced.clone_from(&earlier.as_written);
                    made
                }
                Err(stays) => {
                    if let Some(failure) = mistaken {
                        return Err(failure);
                    }
                    return refused(first, stays, (options, root.is_some()), &folder, screen);
                }
            }
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
    } else {
        let same = write(&files, earlier, &replaced, &folder, screen).inspect_err(|_| {
            // Nothing was written to it yet.
            if let Some(path) = &into {
                remove(path);
            }
        })?;
        (report.unchanged, report.files) =
            std::mem::take(&mut report.files).into_iter().partition(|f| same.contains(f));
    }
    if let Some(shown) = &options.output {
        let below = |f: &String| shown.join(f).display().to_string();
        report.files = report.files.iter().map(below).collect();
        report.unchanged = report.unchanged.iter().map(below).collect();
    }
    tell(&report, options, into.as_deref())?;
    screen.say(&report.last_line());
    Ok(match report.whole() {
        false => Status::Mistakes,
        true if report.unproven() => Status::Unknown,
        true => Status::Fine,
    })
}

/// That a project has mistakes, if it has. One to be begun has no source yet.
fn mistakes(root: &Path, project: &Project) -> Option<Failure> {
    let sources = project.sources.iter().any(|(_, file)| file.path.ends_with(".slovo"));
    let diagnostics = sources.then(|| project.compile().diagnostics)?;
    let first = diagnostics.iter().find(|d| d.severity == Severity::Error)?;
    let message = format!(
        "the project of `{}` has mistakes, first {}: {}",
        root.display(),
        first.code.id,
        first.message
    );
    Some(Failure::new(message).help("mend what `slovo check` finds, then import; nothing was written"))
}

/// The project of a folder without what an earlier import wrote there and is still as written; none where nothing is.
fn without_earlier(folder: &Path, prefix: &str, earlier: &Earlier) -> Option<Project> {
    if earlier.as_written.is_empty() {
        return None;
    }
    let paths = earlier.as_written.keys().map(|path| format!("{prefix}{path}")).collect();
    Some(Project::load(folder, None).without(&paths))
}

/// Why what an earlier import wrote is not rewritten.
#[derive(Default)]
struct Stays {
    /// In words, where something of an earlier import is there at all.
    why: Option<String>,
    /// What of the project is in the way beside it.
    unusable: Option<Unusable>,
}

/// Imports in place of what an earlier import wrote.
fn again(inputs: &[Input], target: &Target<'_>, earlier: &Earlier, folder: &Path) -> Result<Imported, Stays> {
    let stays = |why: Option<String>| Stays { why, unusable: None };
    if earlier.as_written.is_empty() {
        return Err(stays(earlier.edited.first().map(|path| edited(path))));
    }
    let mut made = import::import(inputs, target).map_err(|unusable| {
        let named =
            |path: &&String| unusable.inputs.iter().any(|(message, _)| message.contains(path.as_str()));
        Stays { why: earlier.edited.iter().find(named).map(|path| edited(path)), unusable: Some(unusable) }
    })?;
    // Without indicators their file is rewritten, too: others may be made of the next specs.
    let is_file = |file: &Written| file.path == INDICATORS_FILE;
    if earlier.as_written.contains_key(INDICATORS_FILE) && !made.files.iter().any(is_file) {
        let text = "# No objectives that were imported are measured alike any more.\n";
        made.files.push(Written { path: INDICATORS_FILE.to_owned(), text: text.to_owned() });
        made.files.sort_by(|a, b| a.path.cmp(&b.path));
        made.report.files = made.files.iter().map(|file| file.path.clone()).collect();
    }
    if let Some(why) = earlier.keeps(&made.files, folder) {
        return Err(stays(Some(why)));
    }
    match made.breaks(target) {
        Some(why) => Err(stays(Some(format!("the rest of the project would have mistakes: {why}")))),
        None => Ok(made),
    }
}

/// Nothing is written: names that are there already, in the project or in its folder.
fn refused(
    first: Result<Imported, Unusable>,
    stays: Stays,
    (options, in_project): (&Import, bool),
    folder: &Path,
    screen: &Screen,
) -> Outcome {
    let why = stays.why.map(|why| format!("what an earlier import wrote is not rewritten: {why}"));
    match first {
        Err(unusable) => {
            for (message, help) in &stays.unusable.unwrap_or(unusable).inputs {
                screen.fail(message, help.as_deref());
            }
            if let Some(why) = why {
                screen.warn(&why);
            }
            screen.say("nothing was written");
            Ok(Status::Failed)
        }
        Ok(made) => {
            let there: Vec<String> =
                there(&made.files, folder).iter().map(|path| format!("`{}`", path.display())).collect();
            let word = if there.len() == 1 { "is" } else { "are" };
            let failure = Failure::new(format!("{} {word} there already", there.join(", ")));
            let help = beside(options, in_project, &made.files);
            Err(failure.help(why.into_iter().chain([help]).collect::<Vec<_>>().join("; ")))
        }
    }
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
        return "an import writes new files, and rewrites its own where nobody has edited them; nothing was written: `-o DIR` writes to another folder"
            .to_owned();
    };
    let inputs: Vec<String> = options.inputs.iter().map(|input| quoted(input)).collect();
    let folder = options.output.clone().unwrap_or_default().join(journey);
    format!(
        "an import writes new files, and rewrites its own where nobody has edited them; nothing was written. A folder within the project belongs to it: `slovo import {} -o {}`",
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
