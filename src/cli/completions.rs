//! `slovo completions SHELL`.

use clap::CommandFactory;

use super::args::{Args, Completions};
use super::screen::Screen;
use super::{Outcome, Status};

pub(super) fn run(options: &Completions, _: &Screen) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Args::command(), "slovo", &mut script);
    Screen::out(&String::from_utf8_lossy(&script))?;
    Ok(Status::Fine)
}
