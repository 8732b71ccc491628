//! `slovo metrics required`: what the promises need from whoever instruments.

use std::path::Path;

use super::super::args::{MetricsRequired, RequiredFormat};
use super::super::screen::Screen;
use super::super::{Outcome, Status, check, explain, load, status_of};
use crate::diag::{Diagnostics, Severity};
use crate::driver;
use crate::ir::PromisePath;
use crate::required::required;

pub(super) fn run(options: &MetricsRequired, start: &Path, screen: &Screen) -> Outcome {
    let project = load(start, &options.wishes);
    let mut compiled = project.compile();
    let Some(model) = &compiled.model else {
        compiled.diagnostics.retain(|d| d.severity == Severity::Error);
        check::show(&project, &compiled, screen);
        screen.say("what is needed can be listed once these are mended");
        return Ok(status_of(&compiled.diagnostics));
    };
    let asked = options.path.as_deref().unwrap_or_default();
    let covers = |path: &PromisePath| {
        let path = path.to_string();
        path.strip_prefix(asked)
            .is_some_and(|rest| asked.is_empty() || rest.is_empty() || rest.starts_with('.'))
    };
    if !asked.is_empty() && !model.promises().any(|(_, p)| covers(&p.path)) {
        return Err(explain::unknown(asked, "no promise", model));
    }
    // It parsed: the model is there.
    let files = driver::parse_all(&project.sources, &mut Diagnostics::default());
    let needed = required(model, &files, &covers);
    match options.format {
        RequiredFormat::Markdown => screen.show(&needed.markdown())?,
        RequiredFormat::Json => Screen::out(&needed.json())?,
    }
    Ok(Status::Fine)
}
