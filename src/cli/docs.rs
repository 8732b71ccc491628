//! `slovo docs`: the promises in words, as a site and as Markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::args::{Docs, DocsFormat};
use super::output::{Folder, Held, Manifest, Plan, Wanted, apply, inputs};
use super::screen::Screen;
use super::{Failure, Outcome, Status, build, check, counted, load, serve};
use crate::backend::Take;
use crate::backend::docs::{Formats, Options, build_each};
use crate::config::documents;
use crate::ir::Model;
use crate::project::{Links, NotFollowed, Project, read_plain};

/// Files in a folder of templates that are copied as they are.
const COPIED: &[&str] = &["logo.svg", "custom.css"];
/// No template is larger.
const LARGEST: u64 = 1024 * 1024;

pub(super) fn run(options: &Docs, start: &Path, screen: &Screen) -> Outcome {
    if let Some(address) = &options.serve {
        return serve::run(options, address, start, screen);
    }
    let progress = screen.progress("building");
    let project = loaded(options, start);
    let mut compiled = project.compile();
    let Some(model) = compiled.model.take() else {
        drop(progress);
        return Ok(build::report(&project, &compiled, screen));
    };
    check::show(&project, &compiled, screen);
    let folder = folder_of(options, &project);
    let inputs = inputs(&project, templates_folder(options, &project).as_slice());
    let held = Held::to_write(folder, &inputs)?;
    let before = Manifest::read(&held.folder.path)?;
    let mut manifest = Manifest::of(&model.settings);
    manifest.promises = model.promises().map(|(_, p)| p.path.to_string()).collect::<BTreeSet<_>>();
    let wanted = Wanted { manifest, force: options.force, only_shown: false };
    let mut plan = Plan::new(held, before, wanted, |take| made(options, &project, &model, None, take))?;
    drop(progress);
    apply(&mut plan)?;
    build::say(&plan, screen);
    let found = counted(&compiled.diagnostics);
    if !found.is_empty() {
        screen.say(&found);
    }
    Ok(Status::Fine)
}

/// The project as one whose documents are made.
pub(super) fn loaded(options: &Docs, start: &Path) -> Project {
    let mut project = load(start, &options.wishes);
    project.config.makes_documents = true;
    project.config.settings.version_label.clone_from(&options.version_label);
    project.config.settings.lines = options.lines;
    project
}

/// The documents of a model, by what the command line and `slovo.yaml` say, each as soon as it is made.
pub(super) fn made(
    options: &Docs,
    project: &Project,
    model: &Model,
    preview: Option<String>,
    take: Take<'_>,
) -> Result<(), Failure> {
    let formats = match options.format {
        DocsFormat::Html => Formats::Html,
        DocsFormat::Markdown => Formats::Markdown,
        DocsFormat::All => Formats::All,
    };
    let own = match templates_folder(options, project) {
        // A folder named on the command line is the user's word.
        Some(folder) if options.templates.is_some() => read_templates(&folder, &project.links.and(&folder))?,
        Some(folder) => read_templates(&folder, &project.links)?,
        None => BTreeMap::new(),
    };
    written(model, &Options { formats, own, preview }, take)
}

/// As an output of `slovo build`: all formats, with the templates that the output names.
pub(super) fn for_build(
    project: &Project,
    model: &Model,
    templates: Option<&str>,
    take: Take<'_>,
) -> Result<(), Failure> {
    let own = match templates {
        Some(folder) => read_templates(&project.root.join(folder), &project.links)?,
        None => BTreeMap::new(),
    };
    written(model, &Options { formats: Formats::All, own, preview: None }, take)
}

fn written(model: &Model, options: &Options, take: Take<'_>) -> Result<(), Failure> {
    build_each(model, options, take).map_err(|wrong| {
        Failure::new(wrong.to_string()).help("what a template may use is listed in docs/templates.md")
    })
}

/// The user's templates: those of the command line, else those of `slovo.yaml`.
pub(super) fn templates_folder(options: &Docs, project: &Project) -> Option<PathBuf> {
    match &options.templates {
        Some(folder) => Some(folder.clone()),
        None => documents(&project.config.outputs).and_then(|(_, folder)| Some(project.root.join(folder?))),
    }
}

fn folder_of(options: &Docs, project: &Project) -> Folder {
    if let Some(asked) = &options.output {
        return Folder { path: asked.clone(), shown: asked.display().to_string(), within: None };
    }
    let path = documents(&project.config.outputs).map_or("docs", |(output, _)| output.path.as_str());
    Folder { path: project.root.join(path), shown: path.to_owned(), within: Some(project.root.clone()) }
}

/// Reads a folder of templates: `html/` and `markdown/`, and what is copied.
fn read_templates(folder: &Path, links: &Links) -> Result<BTreeMap<String, String>, Failure> {
    let mut found = BTreeMap::new();
    for (name, path) in template_files(folder)? {
        found.insert(name, read_template(&path, links)?);
    }
    Ok(found)
}

/// Reads a template, or what is copied: a plain file in a place that may be followed.
pub(super) fn read_template(path: &Path, links: &Links) -> Result<String, Failure> {
    let failed = |error: &std::io::Error| Failure::io(format!("`{}` cannot be read", path.display()), error);
    match links.real(path) {
        Ok(real) => read_plain(&real, LARGEST).map_err(|e| failed(&e)),
        Err(NotFollowed::Io(error)) => Err(failed(&error)),
        Err(NotFollowed::Outside(target)) => {
            let said =
                format!("`{}` is a link out of the project, to `{}`", path.display(), target.display());
            Err(Failure::new(said).help("`--follow-links DIR` follows links into that folder too"))
        }
    }
}

/// The files of a folder of templates, by their name in it. A file that would never be used is an error: its name is
/// probably misspelt.
pub(super) fn template_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let list = |path: &Path| {
        let read = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        read.map_err(|e| Failure::io(format!("the templates in `{}` cannot be read", path.display()), &e))
    };
    let mut found = Vec::new();
    for entry in list(folder)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() && matches!(name.as_str(), "html" | "markdown") {
            for inner in list(&path)? {
                let file = inner.file_name().to_string_lossy().into_owned();
                if !file.starts_with('.') && !inner.path().is_dir() {
                    found.push((format!("{name}/{file}"), inner.path()));
                }
            }
        } else if COPIED.contains(&name.as_str()) {
            found.push((name, path));
        } else if !path.is_dir() && !name.ends_with(".md") {
            return Err(Failure::new(format!("`{}` is not a template", path.display()))
                .help("templates lie in `html/` and `markdown/`; beside them `logo.svg` and `custom.css`"));
        }
    }
    found.sort();
    Ok(found)
}
