//! `slovo backfill`: history for rules that are new, one call of promtool for each layer of them.
//!
//! A rule that is backfilled sees only what the server has already, so what one layer records must be loaded before the next
//! is evaluated.

#![cfg_attr(not(feature = "live"), allow(dead_code, reason = "only what is run makes blocks"))]

mod blocks;
mod moments;
mod promtool;
#[cfg(feature = "live")]
mod question;
mod record;
#[cfg(feature = "live")]
mod run;
mod script;

use std::path::Path;

use super::args::Backfill;
use super::screen::Screen;
use super::{Failure, Outcome, Status, check, counted, load, status_of};
use crate::backend::prometheus::backfill::layers;

pub(super) fn run(options: &Backfill, start: &Path, screen: &Screen) -> Outcome {
    if options.undo {
        record::undo(options, screen)?;
        return Ok(Status::Fine);
    }
    if options.end <= options.start {
        let message = format!("`--end {}` is not after `--start {}`", options.end, options.start);
        return Err(Failure::new(message).help("samples are made from the start to the end"));
    }
    let project = load(start, &options.wishes);
    let mut compiled = project.compile();
    let Some(model) = compiled.model.take() else {
        check::show(&project, &compiled, screen);
        screen.say(&format!("{}; nothing was backfilled", counted(&compiled.diagnostics)));
        return Ok(status_of(&compiled.diagnostics));
    };
    let layers = layers(&model);
    if layers.is_empty() {
        return Err(Failure::new("there is nothing to record: the project makes no promise"));
    }
    let journeys: Vec<&str> = model.journeys.iter().map(|journey| journey.id.as_str()).collect();
    let regrouped = moments::regrouped(&layers, &journeys)?;
    let begin = moments::begin(options.start, regrouped.intervals().last());
    if begin != options.start {
        screen.say(&format!("begins at {begin}: promtool cannot begin that shortly before an even hour"));
    }
    let options = &Backfill { start: begin, ..options.clone() };
    if options.end <= options.start {
        return Err(Failure::new(format!("`--end {}` leaves nothing to record", options.end))
            .help("let it be half an hour after `--start` at least"));
    }
    let project = model.settings.project_label();
    if !options.run {
        Screen::out(&script::script(options, project, &layers, &regrouped))?;
        return Ok(Status::Fine);
    }
    #[cfg(feature = "live")]
    run::run(options, project, &layers, &regrouped, screen)?;
    #[cfg(not(feature = "live"))]
    return Err(Failure::new("this slovo was built without `live`: it asks no server")
        .help("without `--run` the calls are printed as a shell script"));
    #[cfg(feature = "live")]
    Ok(Status::Fine)
}
