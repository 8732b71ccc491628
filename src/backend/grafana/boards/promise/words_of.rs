//! What a promise's board says in words: the sentences of its document.

use std::fmt::Write as _;

use super::{Page, text};
use crate::sentences::{breaks, measured, promise as said, words};

impl Page<'_, '_> {
    /// The promise itself, for whoever opens the board.
    pub(super) fn words(&self) -> String {
        let (site, promise) = (self.site, self.promise);
        let mut out = format!("### {}\n\n", text::marked(&promise.title));
        let _ = write!(out, "**{}**", text::marked(&said::floor(promise)));
        if let Some(stretch) = said::stretch(promise) {
            let _ = write!(out, " {}", text::marked(&stretch));
        }
        out.push_str("\n\n");
        let mut lines = said::budget_sentences(promise, &said::budget(promise));
        lines.extend(said::each(promise));
        paragraph(&mut out, &lines);
        paragraph(&mut out, &measured::sentences(site.model, promise));
        let journey = words::quoted(&self.recorded.journey.title);
        let owner = breaks::team(site.model, &self.recorded.journey.owner);
        let place = match self.step {
            Some(step) => format!("Step {} of {journey}.", words::quoted(&step.title)),
            None => format!("A promise of the whole journey {journey}."),
        };
        let mut who = vec![place, words::stopped(&format!("Owner: {owner}"))];
        who.extend(breaks::no_data(promise).map(str::to_owned));
        paragraph(&mut out, &who);
        let links = [("Document", site.document(promise)), ("Runbook", site.runbook(promise))];
        let links: Vec<String> =
            links.into_iter().filter_map(|(name, url)| Some(format!("[{name}]({})", url?))).collect();
        out.push_str(&links.join(" · "));
        out.trim_end().to_owned()
    }

    /// What the number does not see, what it rests on, and what follows when it breaks.
    pub(super) fn behind(&self) -> String {
        let (site, promise) = (self.site, self.promise);
        let mut out = String::new();
        let mut blind: Vec<String> = promise.blind_to.clone();
        blind.extend(promise.proxies.iter().map(|(what, why)| {
            format!("It stands in for {}. Why this instead: {}", words::quoted(what), words::theirs(why))
        }));
        list(&mut out, "What the number does not see", &blind);
        let mut why: Vec<String> = said::evidence(promise, site.model.settings.today).into_iter().collect();
        why.extend(promise.because.iter().map(|(_, text, _)| text.clone()));
        list(&mut out, "Why this number", &why);
        let mut then: Vec<String> = self.step.and_then(|s| s.if_broken.clone()).into_iter().collect();
        then.extend(breaks::told(site.model, &self.recorded.journey.owner, promise));
        if let Some(book) = breaks::playbook(site.model, promise) {
            then.extend(breaks::hear(site.model, book));
            then.extend(breaks::restored(book));
        }
        list(&mut out, "When it breaks", &then);
        out.trim_end().to_owned()
    }
}

fn paragraph(out: &mut String, lines: &[String]) {
    let lines: Vec<String> = lines.iter().map(|l| text::marked(l)).collect();
    out.push_str(&lines.join(" "));
    out.push_str("\n\n");
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "**{title}**\n");
    for item in items {
        let _ = writeln!(out, "- {}", text::marked(&words::stopped(item)));
    }
    out.push('\n');
}
