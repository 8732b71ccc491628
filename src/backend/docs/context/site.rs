//! What every page gets: the project, its people, its conduct, the review calendar and the glossary.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Agreement, Day, Maker, Playbook, Policy, Review, Status, promise_url, review_of, status_of};
use crate::ir;
use crate::sentences::promise as word;

/// The project as a whole.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Site {
    /// The `project` of slovo.yaml.
    pub project: String,
    /// The same as a title: `Astronomy shop`.
    pub title: String,
    /// The environment, where one was chosen.
    pub environment: Option<String>,
    /// The day that reviews are judged by, where one was given.
    pub today: Option<Day>,
    /// What the publishing job calls this version (`--version-label`).
    pub version_label: Option<String>,
    /// How many there are of everything.
    pub counts: Counts,
    /// Every journey in short, by tier and then by title.
    pub cards: Vec<Card>,
    /// Journeys by the date of their next review: overdue first, then those without a date.
    pub calendar: Vec<String>,
    /// Teams by title.
    pub teams: Vec<Team>,
    /// Policies by identifier.
    pub policies: Vec<Policy>,
    /// Playbooks by identifier.
    pub playbooks: Vec<Playbook>,
    /// Words used in the documents.
    pub glossary: Vec<Term>,
}

/// How many there are.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// Journeys.
    pub journeys: usize,
    /// Promises.
    pub promises: usize,
    /// Promises that give a reason for their number, guesses among them.
    pub reasons: usize,
    /// Promises whose number is a guess.
    pub guesses: usize,
    /// Journeys whose review is overdue.
    pub overdue: usize,
}

/// A journey in short.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Card {
    /// The identifier.
    pub id: String,
    /// The title as written.
    pub title: String,
    /// The page in the site.
    pub url: String,
    /// The one-page summary in the site.
    pub summary_url: String,
    /// Who the user is.
    pub user: Option<String>,
    /// What they want.
    pub goal: Option<String>,
    /// The owner.
    pub owner: TeamRef,
    /// 1 is the most important.
    pub tier: Option<u32>,
    /// The review.
    pub review: Review,
    /// The signatures.
    pub agreed: Option<Agreement>,
    /// Draft, agreed or overdue.
    pub status: Status,
    /// Promises of its steps and its own, in order.
    pub promises: Vec<CardPromise>,
}

/// A promise in one line.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CardPromise {
    /// The place in the site.
    pub url: String,
    /// The title as written.
    pub title: String,
    /// The floor in a sentence.
    pub sentence: String,
    /// Does it stand in a step where users decide whether to trust us?
    pub critical: bool,
}

/// A team in short.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TeamRef {
    /// The identifier.
    pub id: String,
    /// The title as written.
    pub title: String,
    /// The place in the site.
    pub url: String,
    /// Where they talk.
    pub channel: Option<String>,
}

/// A team and what it answers for.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Team {
    /// The identifier, also the place in the page.
    pub id: String,
    /// The title as written.
    pub title: String,
    /// Where they talk.
    pub channel: Option<String>,
    /// Where pages go.
    pub pages: Option<String>,
    /// Where tickets go.
    pub tickets: Option<String>,
    /// Identifiers of journeys it owns.
    pub owns: Vec<String>,
    /// Identifiers of journeys it agreed to.
    pub agreed: Vec<String>,
    /// Identifiers of playbooks by which it responds.
    pub responds: Vec<String>,
    /// Identifiers of playbooks by which it speaks to users.
    pub speaks: Vec<String>,
}

/// A word and what it means here.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Term {
    /// The place in the page.
    pub id: String,
    /// The word.
    pub term: String,
    /// What engineers call it, where that is another word.
    pub also: Option<String>,
    /// What it means.
    pub means: String,
}

impl Maker<'_> {
    /// The whole.
    pub fn site(&self) -> Site {
        let model = self.model;
        let mut cards: Vec<Card> = crate::parallel::map(&model.journeys, |j| self.card(j));
        cards.sort_by(|a, b| {
            let key = |c: &Card| (c.tier.unwrap_or(u32::MAX), c.title.to_lowercase());
            key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
        });
        let mut calendar: Vec<(&Card, &str)> =
            cards.iter().map(|c| (c, c.review.next.as_ref().map_or("9999", |d| d.iso.as_str()))).collect();
        calendar.sort_by(|a, b| (a.1, a.0.review.state).cmp(&(b.1, b.0.review.state)));
        let calendar = calendar.into_iter().map(|(c, _)| c.id.clone()).collect();
        Site {
            project: model.settings.project.clone(),
            title: as_title(&model.settings.project),
            environment: model.settings.environment.clone(),
            today: self.today.map(Day::from),
            version_label: model.settings.version_label.clone(),
            counts: Counts {
                journeys: cards.len(),
                promises: model.promises().count(),
                reasons: model.promises().filter(|(_, p)| p.because.is_some()).count(),
                guesses: model
                    .promises()
                    .filter(|(_, p)| matches!(p.because, Some((ir::Evidence::Guessed, _, _))))
                    .count(),
                overdue: cards.iter().filter(|c| c.review.state == super::ReviewState::Overdue).count(),
            },
            calendar,
            teams: self.teams(),
            policies: self.policies(),
            playbooks: self.playbooks(),
            glossary: glossary(),
            cards,
        }
    }

    fn card(&self, journey: &ir::Journey) -> Card {
        let line = |p: &ir::Promise, critical: bool| CardPromise {
            url: promise_url(&p.path),
            title: p.title.clone(),
            sentence: word::floor(p),
            critical,
        };
        Card {
            id: journey.id.clone(),
            title: journey.title.clone(),
            url: format!("journeys/{}", journey.id),
            summary_url: format!("summaries/{}", journey.id),
            user: journey.user.clone(),
            goal: journey.goal.clone(),
            owner: self.team(&journey.owner),
            tier: journey.tier,
            review: review_of(journey, self.today),
            agreed: self.agreement(journey),
            status: status_of(journey, self.today),
            promises: journey
                .steps
                .iter()
                .flat_map(|s| s.promises.iter().map(|p| line(p, s.critical)))
                .chain(journey.promises.iter().map(|p| line(p, false)))
                .collect(),
        }
    }

    fn teams(&self) -> Vec<Team> {
        let model = self.model;
        let mut owns: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut agreed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for journey in &model.journeys {
            owns.entry(&journey.owner).or_default().push(journey.id.clone());
            for team in journey.agreed.iter().flat_map(|(teams, _)| teams) {
                agreed.entry(team).or_default().push(journey.id.clone());
            }
        }
        let books = |of: &dyn Fn(&ir::Playbook) -> Option<&String>, id: &str| -> Vec<String> {
            model
                .playbooks
                .values()
                .filter(|p| of(p).is_some_and(|t| t == id))
                .map(|p| p.id.clone())
                .collect()
        };
        let mut teams: Vec<Team> = model
            .teams
            .values()
            .map(|t| Team {
                id: t.id.clone(),
                title: t.title.clone(),
                channel: t.channel.clone(),
                pages: t.pages.clone(),
                tickets: t.tickets.clone(),
                owns: owns.remove(t.id.as_str()).unwrap_or_default(),
                agreed: agreed.remove(t.id.as_str()).unwrap_or_default(),
                responds: books(&|p| p.responder.as_ref(), &t.id),
                speaks: books(&|p| p.hear_from.as_ref(), &t.id),
            })
            .collect();
        teams.sort_by(|a, b| (a.title.to_lowercase(), &a.id).cmp(&(b.title.to_lowercase(), &b.id)));
        teams
    }

    fn policies(&self) -> Vec<Policy> {
        let mut serves: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for journey in &self.model.journeys {
            if let Some(policy) = &journey.policy {
                serves.entry(policy).or_default().push(journey.id.clone());
            }
        }
        self.model
            .policies
            .values()
            .map(|p| self.policy(p, serves.remove(p.id.as_str()).unwrap_or_default()))
            .collect()
    }

    fn playbooks(&self) -> Vec<Playbook> {
        let mut serves: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (journey, promise) in self.model.promises() {
            if let Some(book) = &promise.playbook {
                let list = serves.entry(book).or_default();
                if list.last() != Some(&journey.id) {
                    list.push(journey.id.clone());
                }
            }
        }
        self.model
            .playbooks
            .values()
            .map(|p| self.playbook(p, serves.remove(p.id.as_str()).unwrap_or_default()))
            .collect()
    }
}

/// `astronomy_shop` is `Astronomy shop`.
fn as_title(project: &str) -> String {
    let words = project.replace(['_', '-'], " ");
    let mut chars = words.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn glossary() -> Vec<Term> {
    const TERMS: &[(&str, &str, &str)] = &[
        ("Blind spot", "", "Something that goes wrong for users and that we would not see in our numbers."),
        (
            "Budget",
            "error budget",
            "How much may fall short in one window before the promise is broken. It is there to be used: for releases, tests and bad luck.",
        ),
        (
            "Burn rate",
            "",
            "How fast a budget is being used up. At a rate of 1 it lasts just as long as the window.",
        ),
        ("Critical moment", "", "A step where users decide whether to trust us."),
        ("Evidence", "", "What a number rests on: it was measured, people agreed on it, or it is a guess."),
        ("Floor", "objective", "The least that is acceptable. Budget and alerts follow it."),
        ("Journey", "", "What a user sets out to do, from start to end."),
        ("Page", "", "An alert that wakes somebody up."),
        ("Playbook", "", "Who acts, who speaks to users, what they say, and by when it works again."),
        ("Policy", "error budget policy", "What we do as a budget runs low."),
        (
            "Promise",
            "service level objective, SLO",
            "A word given to users: what they can count on, how often at least, over so many days.",
        ),
        ("Proxy", "", "A number that stands in for one we would rather have."),
        ("Review", "", "The day when we ask if the promises still fit what users need."),
        (
            "Share of good",
            "service level indicator, SLI",
            "Good ones divided by all of them. This is what a promise looks at.",
        ),
        ("Step", "", "A part of a journey, in the user's words."),
        ("Stretch", "", "What we strive for. It is shown, and no alert follows it."),
        ("Ticket", "", "An alert that waits for working hours."),
        ("Tier", "", "How much a journey matters: 1 is the most."),
        (
            "Total outage",
            "",
            "Nothing works at all. Most real trouble is smaller and uses up a budget more slowly.",
        ),
        (
            "Window",
            "",
            "The days that a promise looks back on. It moves along with time: always the last 28 days, say.",
        ),
    ];
    TERMS
        .iter()
        .map(|(term, also, means)| Term {
            id: term.to_lowercase().replace(' ', "-"),
            term: (*term).to_owned(),
            also: (!also.is_empty()).then(|| (*also).to_owned()),
            means: (*means).to_owned(),
        })
        .collect()
}
