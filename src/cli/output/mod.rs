//! Writing generated files: only what changed, all or nothing, and nobody else's.
//!
//! A manifest in each output folder lists what is ours. Everything that needs space on the disk is written to
//! temporary files as it is made; only when all of it is there are files renamed, so a full disk leaves everything as it was.
//! The manifest that names old and new files goes first and the final one last, so that after a crash every file is
//! still known.

mod lock;
mod manifest;
mod plan;
mod stage;
mod write;

pub(super) use lock::Lock;
pub(super) use manifest::Manifest;
pub(super) use plan::{Action, Folder, Plan, Wanted};
pub(super) use write::{apply, replace};

#[cfg(test)]
mod tests;
