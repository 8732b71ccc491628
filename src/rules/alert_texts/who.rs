//! Who acts when an alert speaks: who responds and where they talk, by when it should work again, who decides.

use super::words::{escape_go_template, stop};
use crate::ir::Team;
use crate::rules::plan::{Entry, Plan};
use crate::rules::text::put;

/// `Shop team responds (#shop-oncall). It should work again within 4h. When in doubt, Payments decides.` Inert; what isn't
/// stated isn't said.
pub(super) fn of(plan: &Plan<'_>, entry: Option<&Entry<'_>>) -> String {
    let model = plan.model;
    let team = |id: &String| model.teams.get(id);
    let title = |id: &String| team(id).map_or(id.as_str(), |t: &Team| t.title.as_str()).to_owned();
    let book = entry.and_then(|e| e.promise.playbook.as_ref()).and_then(|id| model.playbooks.get(id));
    let owner = Some(&plan.journey.owner).filter(|id| !id.is_empty());
    let responder = book.and_then(|b| b.responder.as_ref()).or(owner);
    let mut out = String::new();
    if let Some(id) = responder {
        out.push_str(&escape_go_template(&title(id)));
        out.push_str(" responds");
        if let Some(channel) = team(id).and_then(|t| t.channel.as_deref()).filter(|c| !c.is_empty()) {
            put(&mut out, format_args!(" ({})", escape_go_template(channel)));
        }
        out.push('.');
    }
    let mut say = |text: String| {
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(&text);
        out.push_str(stop(&text));
    };
    if let Some(within) = book.and_then(|b| b.restore) {
        say(format!("It should work again within {within}"));
    }
    let policy = plan.journey.policy.as_ref().and_then(|id| model.policies.get(id));
    if let Some(id) = policy.and_then(|p| p.escalate_to.as_ref()) {
        say(format!("When in doubt, {} decides", escape_go_template(&title(id))));
    }
    out
}
