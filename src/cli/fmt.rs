//! `slovo fmt`: brings files into the canonical form. A file with mistakes in its syntax is left alone.

use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::args::Fmt;
use super::save::Saving;
use super::screen::{Screen, unified};
use super::{Failure, Outcome, Status, counted, plural, status_of};
use crate::diag::{Diagnostics, render};
use crate::project::{LARGEST, Project, read_text};
use crate::source::{FileId, SourceMap};

pub(super) fn run(options: &Fmt, start: &Path, screen: &Screen) -> Outcome {
    if options.files.iter().any(|f| f.as_os_str() == "-") {
        if options.files.len() > 1 {
            return Err(Failure::new("`-` stands for standard input and goes with no other file"));
        }
        return standard_input(options, screen);
    }
    let mut diagnostics = Diagnostics::default();
    let paths: Vec<(PathBuf, String)> = if options.files.is_empty() {
        Project::files(start, &options.follow_links, &mut diagnostics)
            .into_iter()
            .map(|file| (file.path, file.shown))
            .collect()
    } else {
        options.files.iter().map(|f| (start.join(f), f.display().to_string())).collect()
    };
    let dry = options.check || options.diff;
    let saving =
        if dry { None } else { Some(Saving::begin(paths.iter().map(|(p, _)| p.as_path()), screen)?) };
    // A file that was named may lie anywhere.
    let root = if options.files.is_empty() { Project::root_of(start) } else { None };
    let read: Vec<_> =
        paths.into_par_iter().map(|(path, shown)| (read_text(&path, &shown), path, shown)).collect();
    let mut sources = SourceMap::default();
    let mut on_disk = Vec::new();
    for (text, path, shown) in read {
        match text {
            Ok(text) => {
                sources.add(shown, text);
                on_disk.push(path);
            }
            Err(wrong) => diagnostics.push(*wrong),
        }
    }
    let list: Vec<_> = sources.iter().collect();
    let formatted: Vec<_> = list.par_iter().map(|(id, file)| canonical(*id, &file.text)).collect();
    let mut changed = 0;
    for (((_, file), outcome), path) in list.iter().zip(formatted).zip(&on_disk) {
        match outcome {
            Err(wrong) => diagnostics.extend(wrong),
            Ok(text) if *text == *file.text => {}
            Ok(text) => {
                let target = (path.as_path(), file.path.as_str());
                let saved = match &saving {
                    Some(saving) => saving.save(target, root.as_deref(), (&file.text, &text))?,
                    None => show(options, &file.path, (&file.text, &text), screen).map(|()| None)?,
                };
                match saved {
                    None => changed += 1,
                    Some(why) => screen.say(&format!("not formatted: {why}")),
                }
            }
        }
    }
    Ok(finish(options, &diagnostics, &sources, changed, screen))
}

/// The canonical text, or why there is none.
fn canonical(file: FileId, text: &str) -> Result<String, Diagnostics> {
    crate::fmt::format(file, text)
}

/// A file that is not in the canonical form and is left as it is.
fn show(options: &Fmt, shown: &str, (before, after): (&str, &str), screen: &Screen) -> Result<(), Failure> {
    if options.diff {
        return Screen::out(&unified(before, after, (shown, shown), screen.colored_out()));
    }
    Screen::out(&format!(
        "{}
",
        render::line(shown)
    ))
}

fn finish(
    options: &Fmt,
    diagnostics: &Diagnostics,
    sources: &SourceMap,
    changed: usize,
    screen: &Screen,
) -> Status {
    Screen::err(&render::human(diagnostics, sources, &screen.options()));
    let dry = options.check || options.diff;
    if !diagnostics.is_empty() {
        screen.say(&format!("{}; files with mistakes are left as they are", counted(diagnostics)));
    }
    if changed > 0 {
        let files = plural(changed, "file");
        screen.say(&if dry {
            format!("{files} to be formatted: `slovo fmt`")
        } else {
            format!("formatted {files}")
        });
    }
    let status = status_of(diagnostics);
    if dry && changed > 0 && status == Status::Fine { Status::Mistakes } else { status }
}

/// From standard input to standard output.
fn standard_input(options: &Fmt, screen: &Screen) -> Outcome {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LARGEST + 1).read_to_string(&mut text);
    // What is cut off may end within a character.
    if text.len() as u64 > LARGEST || read.as_ref().is_ok_and(|n| *n as u64 > LARGEST) {
        return Err(Failure::new(format!("standard input is larger than {} MiB", LARGEST / (1024 * 1024)))
            .help("split it into a file per journey"));
    }
    read.map_err(|e| Failure::io("standard input cannot be read", &e))?;
    let mut sources = SourceMap::default();
    let file = sources.add("<stdin>", text.strip_prefix('\u{feff}').unwrap_or(&text));
    let text = sources.get(file).map_or("", |f| &f.text);
    match canonical(file, text) {
        Err(wrong) => Ok(finish(options, &wrong, &sources, 0, screen)),
        Ok(after) if options.check || options.diff => {
            if options.diff {
                Screen::out(&unified(text, &after, ("<stdin>", "<stdin>"), screen.colored_out()))?;
            }
            let changed = usize::from(*after != *text);
            Ok(finish(options, &Diagnostics::default(), &sources, changed, screen))
        }
        Ok(after) => {
            Screen::out(&after)?;
            Ok(Status::Fine)
        }
    }
}
