//! Writing generated files: only what changed, all or nothing, and nobody else's.
//!
//! A manifest in each output folder lists what is ours. Whoever writes the folder holds a lock on it. Everything that needs
//! space on the disk is written to one temporary folder at the root as it is made; only when all of it is there are files
//! renamed, so a full disk leaves everything as it was. The manifest that knows old and new contents goes first and the final
//! one last, so that after a crash every file is still known; what else a crash leaves, the next one that holds the lock removes.

mod held;
mod lock;
mod manifest;
mod plan;
mod remove;
mod replace;
mod stage;
mod write;

pub(super) use held::{Folder, Held, inputs, real};
pub(super) use lock::Lock;
pub(super) use manifest::{Manifest, hash, is_below};
pub(super) use plan::{Action, Plan, Wanted};
pub(super) use replace::{Replaced, create, replace, replace_if, sweep_beside_sources};
pub(super) use write::apply;

/// How everything is called that is on its way; nothing else is.
const TEMPORARY: &str = ".slovo-tmp-";

#[cfg(test)]
mod tests;
