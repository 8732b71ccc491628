//! What alerts say. Annotations are Go templates: what users wrote is made inert, the rest is ours.

use std::borrow::Cow;
use std::fmt::Write as _;

use minijinja::context;
use minijinja::value::Value;

use super::meaning::{kind, urgency};
use super::plan::{Entry, Plan};
use super::ranges;
use super::text::put;
use super::texts;
use super::watch::FAULTS;
use crate::backend::addresses::{self, ALERT_PANEL};
use crate::ir::burn::{Alert, Loudness};
use crate::ir::{Measurement, Playbook, Promise};
use crate::promql::print;
use crate::series::{AGE, BUDGET_REMAINING, COVERAGE, ERROR_RATIO};
use crate::value::Decimal;

/// A text that a Go template shows as it is: only an opening brace could start anything.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    if text.contains('{') { Cow::Owned(text.replace('{', "{{\"{\"}}")) } else { Cow::Borrowed(text) }
}

/// The full stop that a text wants, unless it ends a sentence itself.
pub(crate) fn stop(text: &str) -> &'static str {
    if text.trim_end().ends_with(['.', '!', '?']) { "" } else { "." }
}

/// A percentage without trailing zeros.
pub(crate) fn percent(fraction: Decimal) -> Decimal {
    (fraction * Decimal::ONE_HUNDRED).normalize()
}

/// `99.5% of payments over 28d`
pub(crate) fn sentence(promise: &Promise) -> String {
    format!("{}% of {} over {}", promise.objective.normalize(), promise.noun, promise.window)
}

/// What a promise calls its bad ones.
fn bad_word(promise: &Promise) -> &'static str {
    match promise.measurement {
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => "were bad",
        Measurement::Completion(_) => "did not finish in time",
    }
}

/// `At most 0.1% may be bad. It was more than 14.4 times that over 1h and 5m (2% of the budget) or 6 times that over ..`
fn fired(out: &mut String, promise: &Promise, tiers: &[&Alert]) {
    out.push_str("At most ");
    put(out, percent(promise.error_budget()));
    out.push_str("% may be bad. It was more than ");
    for (at, alert) in tiers.iter().enumerate() {
        out.push_str(if at > 0 { " or " } else { "" });
        let times = alert.factor.round_dp(2).normalize();
        if times != Decimal::ONE {
            put(out, times);
            out.push_str(" times ");
        }
        out.push_str("that over ");
        put(out, alert.long);
        out.push_str(" and ");
        put(out, alert.short);
        out.push_str(" (");
        put(out, percent(alert.spent.round_dp(3)));
        out.push_str("% of the budget)");
    }
    out.push('.');
}

/// The title of the step, or of the journey.
fn place<'a>(plan: &Plan<'a>, entry: &Entry<'a>) -> &'a str {
    entry.step.map_or(plan.journey.title.as_str(), |s| s.title.as_str())
}

/// What an alert's texts are made of.
pub(crate) trait Facts {
    /// What a built-in template gives where that is known without filling it: a build of thousands of promises spends most
    /// of its alerts' time in templates otherwise. Empty: no annotation.
    fn written(&self, template: &str) -> Option<String>;
    /// What templates get: docs/templates.md.
    fn context(&self) -> Value;
}

/// A promise's burn-rate alert.
pub(crate) struct Burn<'a, 'm> {
    plan: &'a Plan<'m>,
    entry: &'a Entry<'m>,
    loud: Loudness,
    tiers: &'a [&'a Alert],
    playbook: Option<&'m Playbook>,
}

impl<'a, 'm> Burn<'a, 'm> {
    pub(crate) fn new(
        plan: &'a Plan<'m>,
        entry: &'a Entry<'m>,
        loud: Loudness,
        tiers: &'a [&'a Alert],
    ) -> Self {
        let playbook = entry.promise.playbook.as_ref().and_then(|id| plan.model.playbooks.get(id));
        Self { plan, entry, loud, tiers, playbook }
    }

    fn links(&self) -> Links<'a> {
        Links {
            plan: self.plan,
            promise: Some(self.entry.promise),
            board: self.plan.board(&self.entry.promise.path),
            panel: Some(ALERT_PANEL),
        }
    }

    fn team(&self, id: &'a String) -> &'a str {
        self.plan.model.teams.get(id).map_or(id.as_str(), |t| t.title.as_str())
    }

    fn summary(&self) -> String {
        let promise = self.entry.promise;
        let mut out = String::with_capacity(192);
        out.push_str(&inert(place(self.plan, self.entry)));
        out.push_str(": ");
        out.push_str(&inert(&promise.title));
        out.push_str(": ");
        out.push_str(VALUE);
        out.push_str(" of ");
        out.push_str(&inert(&promise.noun));
        out.push(' ');
        out.push_str(bad_word(promise));
        window(&mut out, promise, self.tiers, " over ");
        out
    }

    fn description(&self) -> String {
        let promise = self.entry.promise;
        let mut out = String::with_capacity(1024);
        let broken = self.entry.step.and_then(|s| s.if_broken.as_deref()).filter(|text| !text.is_empty());
        if let Some(broken) = broken {
            out.push_str(&inert(broken));
            out.push_str(stop(broken));
            out.push(' ');
        }
        out.push_str("Promised: ");
        out.push_str(&inert(&sentence(promise)));
        out.push_str(". ");
        fired(&mut out, promise, self.tiers);
        out.push(' ');
        budget_now(&mut out, promise, self.tiers);
        out
    }

    fn users(&self) -> String {
        let Some(book) = self.playbook else { return String::new() };
        let hear_from = book.hear_from.as_ref().map(|id| self.team(id)).filter(|title| !title.is_empty());
        let say = book.say.as_deref().filter(|text| !text.is_empty());
        if hear_from.is_none() && book.first_update.is_none() && say.is_none() {
            return String::new();
        }
        let mut out = String::with_capacity(256);
        match hear_from {
            Some(title) => {
                out.push_str(&inert(title));
                out.push_str(" tells users");
            }
            None => out.push_str("Tell users"),
        }
        if let Some((first, then)) = book.first_update {
            out.push_str(" within ");
            put(&mut out, first);
            if let Some(then) = then {
                out.push_str(", then every ");
                put(&mut out, then);
            }
        }
        if let Some(say) = say {
            out.push_str(": ");
            out.push_str(&inert(say));
        }
        out
    }
}

impl Facts for Burn<'_, '_> {
    fn written(&self, template: &str) -> Option<String> {
        Some(match template {
            "PromiseBurns.summary.txt" => self.summary(),
            "PromiseBurns.description.txt" => self.description(),
            "PromiseBurns.users.txt" => self.users(),
            other => return self.links().written(other),
        })
    }

    fn context(&self) -> Value {
        let promise = self.entry.promise;
        let mut said = String::new();
        fired(&mut said, promise, self.tiers);
        let mut left = String::new();
        budget_now(&mut left, promise, self.tiers);
        let (mut spoke, mut over) = (String::new(), String::new());
        window(&mut spoke, promise, self.tiers, "");
        window(&mut over, promise, self.tiers, " over ");
        let tiers: Vec<Value> = self.tiers.iter().map(|alert| tier(promise, alert)).collect();
        context! {
            promise => context! {
                id => promise.path.promise.as_str(),
                path => promise.path.to_string(),
                title => promise.title.as_str(),
                sentence => sentence(promise),
                objective => promise.objective.normalize().to_string(),
                noun => promise.noun.as_str(),
                window => promise.window.to_string(),
                kind => kind(promise),
                urgency => urgency(promise.urgency),
            },
            step => self.entry.step.map(|s| context! { id => s.id.as_str(), title => s.title.as_str(), critical => s.critical, if_broken => s.if_broken.as_deref() }),
            place => place(self.plan, self.entry),
            bad => bad_word(promise),
            fired => said,
            alert => context! { name => super::alerts::name(self.loud), page => self.loud == Loudness::Page, tiers => tiers },
            playbook => self.playbook.map(|p| context! {
                responder => p.responder.as_ref().map(|id| self.team(id)),
                hear_from => p.hear_from.as_ref().map(|id| self.team(id)),
                first_update => p.first_update.map(|(first, _)| first.to_string()),
                then_every => p.first_update.and_then(|(_, then)| then).map(|t| t.to_string()),
                say => p.say.as_deref(),
                restore => p.restore.map(|r| r.to_string()),
            }),
            links => self.links().context(),
            now => context! {
                value => go(VALUE),
                window => go(&spoke),
                over => go(&over),
                left => go(&left),
            },
            ..of_journey(self.plan),
        }
    }
}

/// An alert that one rule raises for all promises of a journey.
pub(crate) struct OfAll<'a, 'm> {
    pub(crate) plan: &'a Plan<'m>,
    /// Of a budget policy: its title, and what it demands (a Go template).
    pub(crate) policy: Option<(&'a str, &'a str)>,
}

impl OfAll<'_, '_> {
    fn links(&self) -> Links<'_> {
        Links { plan: self.plan, promise: None, board: self.plan.board_of_journey(), panel: None }
    }
}

impl Facts for OfAll<'_, '_> {
    fn written(&self, template: &str) -> Option<String> {
        let promise = PROMISE;
        Some(match template {
            "PromiseNoData.summary.txt" => format!("No data for {promise}: nobody knows if it is kept"),
            "PromisePartGone.summary.txt" => format!("A part of {promise} has no data any more"),
            "PromiseCountsContradict.summary.txt" => format!("The counts of {promise} contradict each other"),
            "PromiseMeasuresWrong.summary.txt" => {
                format!("{promise} is measured wrong: {}", of_fault(|f| f.1))
            }
            "PromiseMeasuresWrong.description.txt" => of_fault(|f| f.2),
            "PromiseBudgetPolicy.summary.txt" => format!("{promise}: {VALUE} of the error budget is left"),
            "PromiseBudgetPolicy.description.txt" => {
                let (title, clause) = self.policy?;
                format!("{}. {clause}", inert(title))
            }
            // These say the same of every promise.
            "PromiseNoData.description.txt"
            | "PromisePartGone.description.txt"
            | "PromiseCountsContradict.description.txt" => texts::built_in(template)?.trim().to_owned(),
            other => return self.links().written(other),
        })
    }

    fn context(&self) -> Value {
        context! {
            links => self.links().context(),
            policy => self.policy.map(|(title, _)| context! { title => title }),
            now => context! {
                promise => go(PROMISE),
                value => go(VALUE),
                fault => go(&of_fault(|f| f.1)),
                remedy => go(&of_fault(|f| f.2)),
                clause => self.policy.map(|(_, text)| go(text)),
            },
            ..of_journey(self.plan),
        }
    }
}

/// What templates of every alert get.
fn of_journey(plan: &Plan<'_>) -> Value {
    let journey = plan.journey;
    let team = plan.model.teams.get(&journey.owner);
    context! {
        project => plan.model.settings.project.as_str(),
        environment => plan.model.settings.environment.as_deref(),
        journey => context! { id => journey.id.as_str(), title => journey.title.as_str(), owner => journey.owner.as_str(), tier => journey.tier },
        team => team.map(|t| context! { id => t.id.as_str(), title => t.title.as_str(), channel => t.channel.as_deref() }),
    }
}

/// A tier of an alert.
fn tier(promise: &Promise, alert: &Alert) -> Value {
    context! {
        long => alert.long.to_string(),
        short => alert.short.to_string(),
        times => alert.factor.round_dp(2).normalize().to_string(),
        above => percent(alert.threshold(promise.error_budget())).to_string(),
        spent => percent(alert.spent.round_dp(3)).to_string(),
    }
}

/// The alert's value, as Prometheus fills it in.
const VALUE: &str = "{{ $value | humanizePercentage }}";
/// The promise that an alert is about, by its path in the journey.
const PROMISE: &str = "{{ if $labels.step }}{{ $labels.step }}.{{ end }}{{ $labels.promise }}";

/// What is said of each kind of fault, chosen by the alert's label.
fn of_fault(words: impl Fn(&(&'static str, &'static str, &'static str)) -> &'static str) -> String {
    let mut out = String::new();
    for fault in &FAULTS {
        out.push_str(if out.is_empty() { "{{ if " } else { "{{ else if " });
        let _ = write!(out, "eq $labels.fault \"{}\" }}}}{}", fault.0, words(fault));
    }
    out.push_str("{{ end }}");
    out
}

/// A part of a Go template.
fn go(text: &str) -> Value {
    Value::from_safe_string(text.to_owned())
}

/// `{{ $own := printf `project=%q,..` $labels.project .. }}`: the matchers of the alert's own promise. The labels are quoted by
/// the template, so that their values are inert too.
fn own(out: &mut String, promise: &Promise) {
    out.push_str("{{ $own := printf `project=%q,journey=%q,step=%q,promise=%q");
    let each = || promise.for_each.iter().filter(|(name, _)| print::is_label_name(name));
    for (name, _) in each() {
        let _ = write!(out, ",{name}=%q");
    }
    out.push_str("` $labels.project $labels.journey ");
    out.push_str(if promise.path.step.is_some() { "$labels.step" } else { "``" });
    out.push_str(" $labels.promise");
    for (name, _) in each() {
        let _ = write!(out, " $labels.{name}");
    }
    out.push_str(" }}");
}

/// `1h`: the window that the alert's value is of, asked when it fires. The value is the largest of the long windows that
/// speak; where none has it any more (vmalert may see a later sample), nothing is said.
fn window(out: &mut String, promise: &Promise, tiers: &[&Alert], before: &str) {
    let windows: Vec<String> = tiers.iter().map(|t| t.long.to_string()).collect();
    own(out, promise);
    let _ = write!(
        out,
        "{{{{ with query (printf `last_over_time({ERROR_RATIO}{{%s,window=~\"{}\"}}[{}]) == %g` $own $value) }}}}{before}\
         {{{{ . | sortByLabel \"window\" | first | label \"window\" }}}}{{{{ end }}}}",
        windows.join("|"),
        ranges::promql(ranges::read_back(ranges::SLOW))
    );
}

/// What is left of the budget and when it will be gone, asked when the alert fires: `left * W / burn rate` seconds remain. The
/// burn rate is that of the shortest window that the alert looks at: what is going on now, not the mean of the last hours.
fn budget_now(out: &mut String, promise: &Promise, tiers: &[&Alert]) {
    let spend = promise.error_budget() * Decimal::from(promise.window.as_secs());
    let short = tiers.iter().map(|t| t.short).min().unwrap_or_default();
    let (before, after) = if ranges::is_prompt(short) {
        ("", String::new())
    } else {
        ("last_over_time(", format!("[{}])", ranges::promql(ranges::read_back(ranges::SLOW))))
    };
    own(out, promise);
    // What a completion says is lost is lost for sure.
    let most = if promise.time_to_finish().is_zero() { "" } else { "At most " };
    let _ = write!(
        out,
        "{{{{ with query (printf `{BUDGET_REMAINING}{{%s}}` $own) }}}}{most}{{{{ . | first | value | humanizePercentage }}}} of the error budget is \
         left{{{{ end }}}}{{{{ with query (printf `max({BUDGET_REMAINING}{{%s}} > 0) * {} / max({before}{ERROR_RATIO}{{%s,window=\"{short}\"}}{after} \
         > 0)` $own $own) }}}}, gone in {{{{ . | first | value | humanizeDuration }}}} at the rate of the last {short}{{{{ end }}}}.",
        spend.normalize()
    );
    missing(out, promise);
}

/// What part of the budget's window nothing is known of, where that is more than a hundredth: a hole, or samples that are kept
/// for less. Silent for a young promise. `$own` is set.
fn missing(out: &mut String, promise: &Promise) {
    let back = ranges::promql(ranges::read_back(ranges::budget_interval(promise.window)));
    let _ = write!(
        out,
        "{{{{ with query (printf `max(last_over_time({AGE}{{%s}}[{back}])) - max(last_over_time({COVERAGE}{{%s}}[{back}])) > 0.01` $own $own) \
         }}}} Nothing is known about {{{{ . | first | value | humanizePercentage }}}} of the last {}: it is assumed to be like the rest.{{{{ end }}}}",
        promise.window
    );
}

/// The links of an alert.
struct Links<'a> {
    plan: &'a Plan<'a>,
    /// Whose page and runbook they are; none: the journey's.
    promise: Option<&'a Promise>,
    /// The address of a dashboard.
    board: Option<&'a str>,
    /// The panel of it that says why the alert speaks.
    panel: Option<u32>,
}

impl Links<'_> {
    fn runbook(&self) -> Option<String> {
        self.promise.and_then(|promise| addresses::runbook(self.plan.model, promise))
    }

    fn dashboard(&self) -> Option<String> {
        // Some write the address with the path that all dashboards have.
        let base = self.plan.model.settings.links.dashboards.as_deref();
        let base = base.map(|base| base.strip_suffix("/d").unwrap_or(base));
        base.zip(self.board).map(|(base, uid)| format!("{base}/d/{uid}"))
    }

    /// The dashboard, where there is a panel to go with it: Grafana wants both.
    fn board(&self) -> Option<&str> {
        self.panel.and(self.board)
    }

    fn panel(&self) -> Option<u32> {
        self.board.and(self.panel)
    }

    fn document(&self) -> Option<String> {
        match self.promise {
            Some(promise) => addresses::document(self.plan.model, promise),
            None => addresses::journey_document(self.plan.model, self.plan.journey),
        }
    }

    /// What the built-in templates of links give: each shows one.
    fn written(&self, template: &str) -> Option<String> {
        let link = match template {
            "any.runbook_url.txt" => self.runbook(),
            "any.dashboard_url.txt" => self.dashboard(),
            "any.__dashboardUid__.txt" => self.board().map(str::to_owned),
            "any.__panelId__.txt" => self.panel().map(|id| id.to_string()),
            "any.document_url.txt" => self.document(),
            _ => return None,
        };
        let link = link.unwrap_or_default();
        Some(if link.contains('{') { inert(&link).into_owned() } else { link })
    }

    fn context(&self) -> Value {
        context! {
            runbook => self.runbook(),
            dashboard => self.dashboard(),
            board => self.board(),
            panel => self.panel(),
            document => self.document(),
        }
    }
}
