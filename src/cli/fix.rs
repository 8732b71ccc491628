//! `slovo check --fix`: applies the mends that are certain, until there are none left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::CommonArgs;
use super::save::Saving;
use super::screen::Screen;
use super::{Failure, load, plural};
use crate::diag::Diagnostics;
use crate::diag::mends::{self, Mend};
use crate::diag::render::PER_FILE;
use crate::driver::Compilation;
use crate::project::Project;
use crate::source::{FileId, SourceFile};
use crate::value::hash;

/// Mends what is certain and returns what is left.
pub(super) fn until_stable(
    start: &Path,
    wishes: &CommonArgs,
    screen: &Screen,
) -> Result<(Project, Compilation), Failure> {
    let mut mended = 0;
    let mut files = std::collections::BTreeSet::new();
    // Every text that was there once: where one comes back, mends undo each other.
    let mut seen = std::collections::BTreeSet::new();
    let sources = Project::files(start, &wishes.follow_links, &mut Diagnostics::default());
    let sources: Vec<PathBuf> = sources.into_iter().map(|file| file.path).collect();
    let saving = Saving::begin(sources.iter().map(PathBuf::as_path), screen)?;
    let (project, compiled) = loop {
        let project = load(start, wishes);
        let compiled = project.compile();
        let edits = mends::certain(&compiled.diagnostics, &project.sources);
        if edits.is_empty() {
            break (project, compiled);
        }
        if !seen.insert(fingerprint(&project)) {
            for line in circle(&project, &edits) {
                screen.say(&line);
            }
            break (project, compiled);
        }
        let before = mended;
        for (file, edits) in edits {
            let Some(source) = project.sources.get(file) else { continue };
            let path = project.root.join(&source.path);
            if write(&saving, &path, &project.root, source, &edits, screen)? {
                mended += edits.len();
                files.insert(source.path.clone());
                // A line each, as far as anybody reads them.
                let most = if screen.all() { edits.len() } else { PER_FILE };
                for edit in edits.iter().take(most) {
                    let place = project.sources.place(edit.edit.span);
                    let place = place
                        .map_or(String::new(), |(path, line, column)| format!("{path}:{line}:{column}: "));
                    screen.say(&format!("mended {place}{} [{}]", edit.title, edit.code));
                }
                if edits.len() > most {
                    let rest = plural(edits.len() - most, "place");
                    screen.say(&format!("mended {rest} more in {}; `--all` shows them", source.path));
                }
            }
        }
        if mended == before {
            break (project, compiled);
        }
    };
    if mended > 0 {
        screen.say(&format!("mended {} in {}", plural(mended, "place"), plural(files.len(), "file")));
    }
    Ok((project, compiled))
}

/// What all files of a project hold.
fn fingerprint(project: &Project) -> Vec<u64> {
    project.sources.iter().map(|(_, file)| hash::hash(&file.text)).collect()
}

/// That mends undo each other, and which.
fn circle(project: &Project, edits: &BTreeMap<FileId, Vec<Mend>>) -> Vec<String> {
    let one = |mend: &Mend| {
        let place = project.sources.place(mend.edit.span);
        let place = place.map_or(String::new(), |(path, line, column)| format!("{path}:{line}:{column}: "));
        format!("{place}{} [{}] would be undone by another mend", mend.title, mend.code)
    };
    let end = "stopped: these mends undo each other; mend one of the places by hand, and report it as a fault of slovo";
    edits.values().flatten().map(one).chain([end.to_owned()]).collect()
}

/// Writes a file with its edits; says no where the file is not the one that was read, or not the project's.
fn write(
    saving: &Saving,
    path: &Path,
    root: &Path,
    source: &SourceFile,
    found: &[Mend],
    screen: &Screen,
) -> Result<bool, Failure> {
    let text = mends::apply(&source.text, found.iter().map(|m| &m.edit));
    let outcome = saving.save((path, &source.path), Some(root), (&source.text, &text))?;
    if let Some(why) = &outcome {
        screen.say(&format!("not mended: {why}"));
    }
    Ok(outcome.is_none())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// No two mends of today undo each other; should some do one day, the loop ends and says which.
    #[test]
    fn mends_that_undo_each_other() {
        let there = Project::in_memory(
            &[("a.slovo", "team shop \"Shop\" { pages \"p\" }\nteem x\n")],
            "project: p\n",
        );
        let back = Project::in_memory(&[("a.slovo", "team shop \"Shop\" { pages \"p\" }\n")], "project: p\n");
        let mut seen = BTreeSet::new();
        let new: Vec<bool> = [&there, &back, &there].map(|p| seen.insert(fingerprint(p))).into();
        assert_eq!(new, [true, true, false]);

        let edits = mends::certain(&there.compile().diagnostics, &there.sources);
        assert_eq!(edits.values().flatten().count(), 1);
        assert_eq!(
            circle(&there, &edits),
            [
                "a.slovo:2:1: write `team` [E0102] would be undone by another mend",
                "stopped: these mends undo each other; mend one of the places by hand, and report it as a fault of slovo"
            ]
        );
    }
}
