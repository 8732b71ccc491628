//! The user's templates of alert texts: read from their folder, put into the settings, tried on every alert.

use std::path::Path;

use super::{Failure, docs};
use crate::ir::Model;
use crate::project::Project;
use crate::rules::{alert_texts, check_texts};

/// Reads the templates of this folder, where an output of rules names one.
pub(super) fn fill(project: &Project, model: &mut Model, folder: Option<&str>) -> Result<(), Failure> {
    model.settings.alert_texts.clear();
    let Some(folder) = folder else { return Ok(()) };
    for (name, path) in files(&project.root.join(folder))? {
        model.settings.alert_texts.insert(name, docs::read_template(&path, &project.links)?);
    }
    check_texts(model).map_err(|wrong| {
        Failure::new(wrong.to_string())
            .help("what a template of alert texts may use is listed in docs/templates.md")
    })
}

/// The templates by their names, and what begins with `_`, for them to include. Another file is an error: its name is
/// probably misspelt.
fn files(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>, Failure> {
    let list = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let list =
        list.map_err(|e| Failure::io(format!("the templates in `{}` cannot be read", folder.display()), &e))?;
    let mut found = Vec::new();
    for entry in list {
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        if name.starts_with('.') || name.ends_with(".md") || path.is_dir() {
            continue;
        }
        if alert_texts::parts(&name).is_none() && !(name.starts_with('_') && name.ends_with(".txt")) {
            let kinds = alert_texts::KINDS.map(|k| format!("`{k}`")).join(", ");
            return Err(Failure::new(format!("`{}` is not a template of an alert text", path.display()))
                .help(format!("such a file is called ALERT.ANNOTATION.txt, where ALERT is one of {kinds}")));
        }
        found.push((name, path));
    }
    found.sort();
    Ok(found)
}
