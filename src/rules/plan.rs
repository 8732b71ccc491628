//! What a journey's rules need to know before the first is written: windows, labels, alerts.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::alert_texts::Texts;
use super::text::{journey_matchers, promise_matchers};
use super::{ranges, sloth};
use crate::addresses::Uids;
use crate::ir::burn::{self, Alert};
use crate::ir::{Composed, Journey, Measurement, Model, Promise, Urgency};
use crate::promql::print;
use crate::series::is_reserved;
use crate::value::{Decimal, Duration};

/// Windows that each journey has: the state now, the last hour, and a day for what has gone.
const ALWAYS: [Duration; 3] = [Duration::from_mins(5), Duration::from_hours(1), Duration::from_days(1)];

/// Windows that composed promises need in the journeys of their members, by journey.
#[derive(Debug, Default)]
pub(crate) struct Needs<'m> {
    windows: BTreeMap<&'m str, Vec<(Duration, Duration)>>,
    /// Addresses of dashboards, where alerts link to them.
    pub(crate) boards: Option<Arc<Uids>>,
}

impl<'m> Needs<'m> {
    /// Of all composed promises of the model.
    pub(crate) fn of(model: &'m Model) -> Self {
        let linked = model.settings.links.dashboards.is_some();
        let boards = linked.then(|| Arc::new(Uids::of(model)));
        let mut needs = Self { boards, ..Self::default() };
        for (journey, promise) in model.promises() {
            let Measurement::Composed(Composed { members, .. }) = &promise.measurement else { continue };
            let others: Vec<_> =
                members.iter().map(|m| m.journey.as_str()).filter(|j| *j != journey.id).collect();
            if others.is_empty() {
                continue;
            }
            let alerts = burn::alerts(promise.error_budget(), promise.window, &model.settings.profile);
            for other in others {
                let list = needs.windows.entry(other).or_default();
                list.extend(alerts.iter().map(|a| (a.long, a.short)));
            }
        }
        needs
    }
}

/// A promise with its alerts.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'m> {
    pub(crate) promise: &'m Promise,
    /// The title of its step.
    pub(crate) step: Option<&'m crate::ir::Step>,
    /// From loud to quiet; none for `urgency none`.
    pub(crate) alerts: Rc<[Alert]>,
}

/// A journey, ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct Plan<'m> {
    pub(crate) model: &'m Model,
    pub(crate) journey: &'m Journey,
    /// Every promise: those of the steps, then the journey's own.
    pub(crate) entries: Vec<Entry<'m>>,
    /// `project="shop",journey="checkout"`
    pub(crate) matchers: String,
    /// `step, promise, region`: what tells budgets of this journey apart.
    pub(crate) identity: String,
    /// Labels of the settings, without those that are ours or tell budgets apart.
    pub(crate) labels: Vec<(&'m str, &'m str)>,
    /// Windows in order.
    pub(crate) windows: Vec<Duration>,
    /// Those whose bad events are counted, in order.
    pub(crate) counted: Vec<Duration>,
    /// Those that an alert reads as its short one.
    pub(crate) shorts: Vec<Duration>,
    /// The evaluation interval.
    pub(crate) evaluation: Duration,
    /// Addresses of dashboards, where alerts link to them.
    pub(crate) boards: Option<Arc<Uids>>,
    /// What alerts say.
    pub(crate) texts: Arc<Texts>,
    /// A rule sees nothing that was recorded by itself or after it: as in a backfill.
    pub(crate) alone: bool,
}

impl<'m> Plan<'m> {
    /// The plan of a journey.
    pub(crate) fn new(model: &'m Model, journey: &'m Journey, needs: &Needs<'m>) -> Self {
        let settings = &model.settings;
        let mut made: Vec<(Decimal, Duration, Rc<[Alert]>)> = Vec::new();
        let none: Rc<[Alert]> = Rc::from([]);
        let mut entries = Vec::new();
        let of_steps = journey.steps.iter().flat_map(|s| s.promises.iter().map(move |p| (Some(s), p)));
        for (step, promise) in of_steps.chain(journey.promises.iter().map(|p| (None, p))) {
            let known = made.iter().find(|m| m.0 == promise.objective && m.1 == promise.window);
            let alerts = match (promise.urgency, known) {
                (Urgency::None, _) => Rc::clone(&none),
                (_, Some(known)) => Rc::clone(&known.2),
                (Urgency::Page | Urgency::Ticket, None) => {
                    let list: Rc<[Alert]> =
                        burn::alerts(promise.error_budget(), promise.window, &settings.profile).into();
                    made.push((promise.objective, promise.window, Rc::clone(&list)));
                    list
                }
            };
            entries.push(Entry { promise, step, alerts });
        }
        let mut windows = ALWAYS.to_vec();
        let mut counted = vec![ALWAYS[1]];
        let mut shorts = Vec::new();
        for alert in made.iter().flat_map(|m| m.2.iter()) {
            windows.extend([alert.long, alert.short]);
            counted.push(alert.long);
            shorts.push(alert.short);
        }
        for (long, short) in needs.windows.get(journey.id.as_str()).into_iter().flatten() {
            windows.extend([*long, *short]);
            counted.extend([*long, *short]);
            shorts.push(*short);
        }
        if settings.prometheus.sloth {
            windows.extend(sloth::WINDOWS);
        }
        for list in [&mut windows, &mut counted, &mut shorts] {
            list.sort_unstable();
            list.dedup();
        }
        let labels = settings.labels.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let each = |k: &str| entries.iter().any(|e| e.promise.for_each.iter().any(|(name, _)| name == k));
        let sloth = |k: &str| settings.prometheus.sloth && k.starts_with("sloth_");
        let labels = labels.filter(|(k, _)| !is_reserved(k) && !each(k) && !sloth(k)).collect();
        Self {
            model,
            journey,
            matchers: journey_matchers(settings.project_label(), &journey.id),
            identity: identity(&entries),
            entries,
            labels,
            windows,
            counted,
            shorts,
            evaluation: settings.evaluation_interval,
            boards: needs.boards.clone(),
            texts: Texts::of(settings),
            alone: false,
        }
    }

    /// The same journey with this promise alone.
    pub(crate) fn alone_with(&self, promise: &Promise) -> Self {
        let entries = self.entries.iter().filter(|entry| entry.promise.path == promise.path).cloned();
        Self { entries: entries.collect(), ..self.clone() }
    }

    /// The address of a promise's dashboard, where alerts link to it.
    pub(crate) fn board(&self, promise: &crate::ir::PromisePath) -> Option<&str> {
        self.boards.as_deref().map(|b| b.promise(promise)).filter(|uid| !uid.is_empty())
    }
    /// The address of the journey's dashboard, where alerts link to it.
    pub(crate) fn board_of_journey(&self) -> Option<&str> {
        self.boards.as_deref().map(|b| b.journey(&self.journey.id)).filter(|uid| !uid.is_empty())
    }

    /// The promises in order.
    pub(crate) fn promises(&self) -> impl Iterator<Item = &'m Promise> + '_ {
        self.entries.iter().map(|e| e.promise)
    }
    /// Does any promise have base series (is anything but composed there)?
    pub(crate) fn measures(&self) -> bool {
        self.promises().any(|p| !is_composed(p))
    }
    /// The windows computed with every evaluation, or the others.
    pub(crate) fn windows_of(&self, prompt: bool) -> impl Iterator<Item = Duration> + '_ {
        self.windows.iter().copied().filter(move |w| ranges::is_prompt(*w) == prompt)
    }
    /// Appends the matchers of a promise.
    pub(crate) fn select(&self, out: &mut String, promise: &Promise) {
        promise_matchers(out, self.model.settings.project_label(), &promise.path);
    }
    /// Labels of a rule that serves one promise.
    pub(crate) fn promise_labels<'p>(&self, promise: &'p Promise) -> Vec<(&'p str, &'p str)>
    where
        'm: 'p,
    {
        let path = &promise.path;
        let mut list = Vec::with_capacity(6 + self.labels.len());
        list.push(("project", self.model.settings.project_label()));
        list.push(("journey", path.journey.as_str()));
        if let Some(step) = &path.step {
            list.push(("step", step));
        }
        list.push(("promise", &path.promise));
        list.extend(&self.labels);
        list
    }
    /// Labels of a rule that serves the whole journey, `window` first where given.
    pub(crate) fn journey_labels<'w>(&self, window: Option<&'w str>) -> Vec<(&'w str, &'w str)>
    where
        'm: 'w,
    {
        let mut list = Vec::with_capacity(3 + self.labels.len());
        list.extend(window.map(|w| ("window", w)));
        list.push(("project", self.model.settings.project_label()));
        list.push(("journey", self.journey.id.as_str()));
        list.extend(&self.labels);
        list
    }

    /// Matchers that pick exactly these promises of the journey: the whole journey where it can be said so, else by
    /// promise, else step by step.
    pub(crate) fn cover(&self, wanted: impl Fn(&Promise) -> bool) -> Vec<String> {
        let measured = || self.promises().filter(|p| !is_composed(p));
        if measured().all(&wanted) {
            return vec![self.matchers.clone()];
        }
        let names = |step: Option<&str>, whole: bool| {
            let mut list: Vec<&str> = measured()
                .filter(|p| whole || p.path.step.as_deref() == step)
                .filter(|p| wanted(p))
                .map(|p| p.path.promise.as_str())
                .collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let all = names(None, true);
        if measured().all(|p| wanted(p) || !all.contains(&p.path.promise.as_str())) {
            return vec![format!("{}{}", self.matchers, one_of("promise", &all))];
        }
        let steps = self.journey.steps.iter().map(|s| Some(s.id.as_str())).chain([None]);
        steps
            .map(|step| (step, names(step, false)))
            .filter(|(_, names)| !names.is_empty())
            .map(|(step, names)| {
                let step = one_of("step", &[step.unwrap_or_default()]);
                format!("{}{step}{}", self.matchers, one_of("promise", &names))
            })
            .collect()
    }
}

/// `,promise="accepted"` or `,promise=~"accepted|shown"`: identifiers, so nothing needs escaping.
pub(crate) fn one_of(label: &str, names: &[&str]) -> String {
    let op = if names.len() == 1 { "=" } else { "=~" };
    format!(",{label}{op}\"{}\"", names.join("|"))
}

/// Made of other promises?
pub(crate) fn is_composed(promise: &Promise) -> bool {
    matches!(promise.measurement, Measurement::Composed(_))
}

fn identity(entries: &[Entry<'_>]) -> String {
    let mut labels = vec!["step", "promise"];
    for (name, _) in entries.iter().flat_map(|e| &e.promise.for_each) {
        if !labels.contains(&name.as_str()) {
            labels.push(name);
        }
    }
    let mut out = String::new();
    print::label_list(&mut out, labels);
    out
}
