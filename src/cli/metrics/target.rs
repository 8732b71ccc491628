//! Where new declarations go, and what becomes of the project's files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::Failure;
use super::super::args::MetricsImport;
use super::super::output::create;
use super::super::save::Saving;
use super::super::screen::Screen;
use crate::catalogue_import::{Declared, Import, Merged};
use crate::project::{CONFIG_FILE, LARGEST, Project};
use crate::source::FileId;
use crate::write::catalogue::{Metric, canonical, metrics};

/// The declarations of an import.
pub(super) fn text_of(made: &Import) -> Result<String, Failure> {
    // What would be too large is not formatted either.
    let rough = made.metrics.iter().filter_map(Metric::write).map(|text| text.len()).sum();
    check_size(rough)?;
    let text = metrics(&made.metrics).ok_or_else(|| {
        Failure::new("the declarations cannot be written").help("this is a fault of slovo: please report it")
    })?;
    check_size(text.len())?;
    Ok(text)
}

/// A file of the language has a largest size.
fn check_size(bytes: usize) -> Result<(), Failure> {
    if bytes as u64 <= LARGEST {
        return Ok(());
    }
    let most = LARGEST / (1024 * 1024);
    Err(Failure::new(format!("the catalogue would have more than {most} MiB in one file"))
        .help("`--only-used` takes what your promises name; or import one service at a time, with `-o` another file each"))
}

/// Where new metrics go.
pub(super) struct Target {
    /// A file of the project.
    known: Option<FileId>,
    /// Its path, absolute.
    path: PathBuf,
    /// As it is shown.
    pub(super) shown: String,
}

impl Target {
    pub(super) fn of(
        options: &MetricsImport,
        start: &Path,
        project: &Project,
        declared: &Declared<'_>,
    ) -> Result<Self, Failure> {
        let known = |file: FileId| {
            let shown = project.sources.get(file).map(|f| f.path.clone()).unwrap_or_default();
            Self { known: Some(file), path: project.root.join(&shown), shown }
        };
        let real = |path: &Path| path.canonicalize().ok();
        let named = match &options.output {
            Some(named) => start.join(named),
            None => match declared.home() {
                Some(file) => return Ok(known(file)),
                None => project.root.join("catalogue.slovo"),
            },
        };
        let shown =
            named.strip_prefix(&project.root).unwrap_or(&named).display().to_string().replace('\\', "/");
        let found = real(&named);
        let same = |path: &str| found.is_some() && real(&project.root.join(path)) == found;
        let sources = project.sources.iter().filter(|(_, f)| f.path.ends_with(".slovo"));
        if let Some((file, _)) = sources.into_iter().find(|(_, f)| same(&f.path)) {
            return Ok(known(file));
        }
        let outside = |why: &str| {
            Failure::new(format!("`{shown}` {why}"))
                .help("new metrics go to a `.slovo` file of the project: `-o catalogue.slovo`")
        };
        if named.symlink_metadata().is_ok() {
            return Err(outside("is there already, and is not a file of the project"));
        }
        if named.extension().is_none_or(|e| e != "slovo")
            || shown.rsplit('/').next().is_some_and(|n| n.starts_with('.'))
        {
            return Err(outside("would not be a file of the project"));
        }
        let folder = named
            .parent()
            .and_then(real)
            .ok_or_else(|| outside("would lie in a folder that is not there"))?;
        let listed = Project::listed(start, &options.follow_links).folders;
        if real(&project.root).is_none_or(|root| root != folder)
            && !listed.iter().any(|f| real(f).as_ref() == Some(&folder))
        {
            return Err(outside("would lie outside of the project"));
        }
        Ok(Self { known: None, path: named, shown })
    }
}

/// A file and what becomes of it.
pub(super) struct Change {
    /// A file of the project.
    pub(super) known: Option<FileId>,
    path: PathBuf,
    pub(super) shown: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// The files that change, those of the project in their order first.
pub(super) fn changes(project: &Project, merged: &Merged, target: &Target) -> Result<Vec<Change>, Failure> {
    let mut texts: BTreeMap<FileId, String> = merged.changed.clone();
    let new = text_of(&merged.import)?;
    let mut made = Vec::new();
    if !new.is_empty()
        && let Some(file) = target.known
    {
        let source = project.sources.get(file).map_or("", |f| &f.text);
        let before = texts.get(&file).map_or(source, String::as_str);
        let joined = appended(before, &new);
        texts.insert(file, joined);
    }
    for (file, after) in texts {
        check_size(after.len())?;
        let Some(source) = project.sources.get(file) else { continue };
        if *source.text != *after {
            let (shown, before) = (source.path.clone(), source.text.to_string());
            made.push(Change { known: Some(file), path: project.root.join(&shown), shown, before, after });
        }
    }
    if !new.is_empty() && target.known.is_none() {
        let (path, shown) = (target.path.clone(), target.shown.clone());
        made.push(Change { known: None, path, shown, before: String::new(), after: new });
    }
    Ok(made)
}

/// New declarations behind a text, which keeps its form.
fn appended(before: &str, new: &str) -> String {
    let crlf = before.contains("\r\n");
    let mut made = before.to_owned();
    if !made.is_empty() && !made.ends_with('\n') {
        made.push('\n');
    }
    if !made.trim().is_empty() {
        made.push('\n');
    }
    made.push_str(new);
    if crlf {
        return made.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    let clean = canonical(before).is_some_and(|formatted| formatted == before);
    if clean { canonical(&made).unwrap_or(made) } else { made }
}

/// Writes all changes; what somebody saved meanwhile stays.
pub(super) fn write(project: &Project, changes: &[Change], screen: &Screen) -> Result<(), Failure> {
    let config = project.root.join(CONFIG_FILE);
    let saving = Saving::begin(changes.iter().map(|c| c.path.as_path()).chain([config.as_path()]), screen)?;
    for change in changes {
        if change.known.is_none() {
            create(&change.path, change.after.as_bytes())
                .map_err(|e| Failure::io(format!("`{}` cannot be written", change.shown), &e))?;
            continue;
        }
        let texts = (change.before.as_str(), change.after.as_str());
        let refused = saving.save((&change.path, &change.shown), Some(&project.root), texts)?;
        if let Some(why) = refused {
            return Err(Failure::new(why).help("what was written before it stays; import again"));
        }
    }
    Ok(())
}
