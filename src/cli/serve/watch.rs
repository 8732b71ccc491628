//! Waiting for a change: by the system's events, or by looking again and again where a file system sends none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TrySendError, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::super::args::Docs;
use super::super::docs;
use super::super::screen::Screen;
use crate::project::{CONFIG_FILE, Project};

/// How long a change settles: an editor writes in several steps, and a checkout changes many files.
const SETTLE: Duration = Duration::from_millis(100);
/// How often is looked without events, at most.
const POLL: Duration = Duration::from_millis(500);
/// A look takes at most this part of the time: many files are looked at less often.
const PART: u32 = 20;

/// Every file that the documents come from, with what tells that it changed.
pub(super) type Look = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

/// How changes are noticed.
pub(super) struct Watch {
    /// None: by looking.
    events: Option<Events>,
    /// How long the last look took, and when it ended.
    cost: Duration,
    ended: Instant,
}

struct Events {
    watcher: RecommendedWatcher,
    changed: Receiver<()>,
    folders: BTreeSet<PathBuf>,
}

impl Watch {
    /// By looking.
    pub(super) fn poll() -> Self {
        Self { events: None, cost: Duration::ZERO, ended: Instant::now() }
    }
    /// By events, where the system has any.
    pub(super) fn events(screen: &Screen) -> Self {
        // One that waits is enough, however many come.
        let (sender, changed) = sync_channel(1);
        let made = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // Our own reading is an event too. An error may stand for lost events.
            let read = event.is_ok_and(|e| matches!(e.kind, EventKind::Access(_)) && !e.need_rescan());
            if !read && let Err(TrySendError::Disconnected(())) = sender.try_send(()) {
                // The command is ending.
            }
        });
        match made {
            Ok(watcher) => {
                let events = Events { watcher, changed, folders: BTreeSet::new() };
                Self { events: Some(events), ..Self::poll() }
            }
            Err(error) => {
                screen.say(&format!(
                    "no events of the file system ({error}): files are looked at instead, as by `--poll`"
                ));
                Self::poll()
            }
        }
    }
    /// Waits until something may have changed.
    pub(super) fn wait(&mut self) {
        let lost = match &self.events {
            Some(events) => events.changed.recv().is_err(),
            None => false,
        };
        if lost {
            self.events = None;
        }
        // Where changes never end, looking is not all that is done.
        let rest = (self.cost * (PART - 1)).saturating_sub(self.ended.elapsed());
        let Some(events) = &self.events else {
            std::thread::sleep(rest.max(POLL));
            return;
        };
        std::thread::sleep(rest.max(SETTLE));
        let _ = events.changed.try_recv();
    }
    /// Looks at every file, and watches every folder that they lie in.
    pub(super) fn look(
        &mut self,
        start: &Path,
        options: &Docs,
        templates: Option<&Path>,
        screen: &Screen,
    ) -> Look {
        let began = Instant::now();
        let follow = &options.wishes.follow_links;
        let mut listed = Project::listed(start, follow);
        while self.keep_up(&listed.folders, start, templates, screen) {
            // What was put into a new folder before it was watched made no event.
            listed = Project::listed(start, follow);
        }
        let mut files = listed.files;
        if let Some(root) = Project::root_of(start) {
            files.push(root.join(CONFIG_FILE));
        }
        if let Some(folder) = templates {
            files.extend(docs::template_files(folder).unwrap_or_default().into_iter().map(|(_, path)| path));
        }
        let look = files
            .into_iter()
            .map(|path| {
                let seen = std::fs::metadata(&path).ok().and_then(|m| Some((m.modified().ok()?, m.len())));
                (path, seen)
            })
            .collect();
        self.cost = began.elapsed();
        self.ended = Instant::now();
        look
    }
    /// Watches these folders and no others. Are there new ones?
    fn keep_up(
        &mut self,
        sources: &BTreeSet<PathBuf>,
        start: &Path,
        templates: Option<&Path>,
        screen: &Screen,
    ) -> bool {
        let Some(events) = &mut self.events else { return false };
        let mut wanted = sources.clone();
        // Where a project may come into being.
        wanted.insert(std::path::absolute(start).unwrap_or_else(|_| start.to_owned()));
        if let Some(folder) = templates {
            let parts = [folder.to_owned(), folder.join("html"), folder.join("markdown")];
            wanted.extend(parts.into_iter().filter(|p| p.is_dir()));
        }
        for gone in events.folders.difference(&wanted) {
            // Removed folders are no longer watched anyway.
            let _ = events.watcher.unwatch(gone);
        }
        events.folders.retain(|folder| wanted.contains(folder));
        let mut new = false;
        for folder in wanted {
            if events.folders.contains(&folder) {
                continue;
            }
            match events.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    events.folders.insert(folder);
                    new = true;
                }
                // Gone again, or not to be read: no reason to give up events.
                Err(_) if std::fs::read_dir(&folder).is_err() => {}
                Err(error) => {
                    screen.say(&format!(
                        "`{}` cannot be watched ({error}): files are looked at instead, as by `--poll`",
                        folder.display()
                    ));
                    self.events = None;
                    return false;
                }
            }
        }
        new
    }
}
