//! `slovo man [COMMAND]`: manual pages, made from what the command line says about itself.

use clap::CommandFactory;

use super::args::{Args, Man};
use super::screen::Screen;
use super::{Failure, Outcome, Status};

pub(super) fn run(options: &Man, _: &Screen) -> Outcome {
    let mut root = Args::command();
    // Fills in global options and the full names of subcommands.
    root.build();
    let command = match &options.command {
        None => root,
        Some(name) => {
            let Some(found) = root.find_subcommand(name) else {
                let names: Vec<&str> = root.get_subcommands().map(clap::Command::get_name).collect();
                let message = format!("there is no command `{name}`");
                return Err(Failure::new(message).help(format!("there are: {}", names.join(", "))));
            };
            found.clone()
        }
    };
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(command).render(&mut page);
    made.map_err(|e| Failure::io("the page cannot be made", &e))?;
    Screen::out(&String::from_utf8_lossy(&page))?;
    Ok(Status::Fine)
}
