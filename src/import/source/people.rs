//! Teams, and the names of playbooks.

use std::collections::{BTreeMap, BTreeSet};

use super::told::{owner_of, team_of};
use super::{NOBODY, There, Told, by_journey};
use crate::write::Comment;
use crate::write::people::{Team, TeamStatement};

/// The name of a journey's playbook, or of the next one.
pub(super) fn playbook_name(journey: &str, at: usize) -> String {
    let stem: String = journey.chars().take(28).collect();
    let stem = stem.trim_end_matches('_');
    if at == 0 { format!("{stem}_trouble") } else { format!("{stem}_trouble_{}", at + 1) }
}

/// The teams that own the journeys, without those that are there.
pub(super) fn teams(said: &[Told], there: &There) -> Vec<Team> {
    let mut made: BTreeMap<String, Team> = BTreeMap::new();
    let mut channels: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for one in said {
        let name = team_of(&one.objective);
        if let Some(channel) = &one.channel {
            channels.entry(name.clone()).or_default().insert(&channel.text);
        }
        if there.teams.contains_key(&name) || made.contains_key(&name) {
            continue;
        }
        let owner = one.objective.owner.as_ref().filter(|_| name != NOBODY);
        let title = owner.map_or_else(|| "Not stated in the source".to_owned(), |said| said.text.clone());
        let mut comments = Vec::new();
        if owner.is_none() {
            comments.push(Comment::Filled("The source names no owner, and a journey needs one.".to_owned()));
        }
        made.insert(name.clone(), Team { comments, name, title, statements: Vec::new() });
    }
    for (name, team) in &mut made {
        // Several channels: which is the team's isn't known.
        if let Some(one) = channels.get(name).filter(|c| c.len() == 1).and_then(BTreeSet::first) {
            team.statements.push(TeamStatement::Channel((*one).to_owned()));
        }
    }
    if by_journey(said).iter().all(|(_, members)| owner_of(members) != NOBODY) {
        made.remove(NOBODY);
    }
    made.into_values().collect()
}
