//! The boards: all journeys, one journey, one promise.

mod alerts;
pub(super) mod journey;
pub(super) mod overview;
pub(super) mod promise;

use std::collections::BTreeMap;

use super::json::{
    Annotation, AnnotationTarget, Dashboard, DataLink, DataSource, Empty, Link, LinkKind, List, Panel, Place,
    SCHEMA_VERSION, TimeRange, Unit, Variable,
};
use super::panels::{About, Stat, count_colors, now};
use super::recorded::PEAKS;
use super::{queries, text};
use crate::addresses::{self, Uids};
use crate::ir::burn::Loudness;
use crate::ir::{Journey, Model, Promise, Urgency};
use crate::promql::print;
use crate::rules::alerts::name;
use crate::value::Duration;

/// What all boards of a model share.
#[derive(Debug)]
pub(super) struct Site<'m> {
    pub(super) model: &'m Model,
    pub(super) uids: Uids,
    /// Titles of boards, each once.
    titles: BTreeMap<String, String>,
}

impl<'m> Site<'m> {
    /// Of a model.
    pub(super) fn new(model: &'m Model) -> Self {
        let mut site = Self { model, uids: Uids::of(model), titles: BTreeMap::new() };
        // Grafana takes no two dashboards with one title in a folder: those that share one carry their identifiers.
        let mut wanted: Vec<(String, String, String)> =
            vec![(site.uids.overview().to_owned(), overview::TITLE.to_owned(), String::new())];
        for journey in &model.journeys {
            let title = format!("Journey: {}", text::plain(&journey.title));
            wanted.push((site.uids.journey(&journey.id).to_owned(), title, journey.id.clone()));
        }
        for (journey, promise) in model.promises() {
            let title = format!("{} ({})", text::plain(&promise.title), text::plain(&journey.title));
            let title = format!("Promise: {title}");
            wanted.push((site.uids.promise(&promise.path).to_owned(), title, promise.path.to_string()));
        }
        // So that a search, or a folder of both, tells the boards of two environments apart.
        if let Some(environment) = model.settings.own_environment() {
            for (_, title, _) in &mut wanted {
                *title = format!("{title} ({environment})");
            }
        }
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for (_, title, _) in &wanted {
            *times.entry(title.to_lowercase()).or_default() += 1;
        }
        let mut taken: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
        for (uid, title, path) in wanted {
            let alone = times.get(&title.to_lowercase()).is_none_or(|n| *n == 1);
            let mut title = if alone || path.is_empty() { title } else { format!("{title} [{path}]") };
            // Somebody may have written another's identifier into a title.
            while !taken.insert(title.to_lowercase()) {
                title = format!("{title} [{uid}]");
            }
            site.titles.insert(uid, title);
        }
        site
    }
    fn title(&self, uid: &str) -> String {
        self.titles.get(uid).cloned().unwrap_or_default()
    }
    /// The address of a journey's document, where a base is configured.
    fn journey_document(&self, journey: &Journey) -> Option<String> {
        text::address(&addresses::journey_document(self.model, journey)?)
    }
    /// The address of a promise in its journey's document.
    fn document(&self, promise: &Promise) -> Option<String> {
        text::address(&addresses::document(self.model, promise)?)
    }
    /// The address of a promise's runbook.
    fn runbook(&self, promise: &Promise) -> Option<String> {
        text::address(&addresses::runbook(self.model, promise)?)
    }
    /// The shortest stretch that a point of a curve may stand for: each series has two samples in it.
    fn step(&self) -> Duration {
        self.model.settings.evaluation_interval.times(2).max(Duration::from_mins(2))
    }
    /// As [`Self::step`], of curves that look for peaks.
    fn peaks(&self) -> Duration {
        self.step().max(PEAKS)
    }
    /// A board.
    fn board(&self, uid: &str, about: Board) -> Dashboard {
        let project = self.model.settings.project_label().to_owned();
        let mut tags = vec!["slo".to_owned(), project];
        tags.extend(about.tags);
        Dashboard {
            uid: uid.to_owned(),
            title: self.title(uid),
            description: about.description,
            tags,
            schema_version: SCHEMA_VERSION,
            version: 1,
            editable: false,
            graph_tooltip: 1,
            time: TimeRange { from: format!("now-{}", about.span), to: "now" },
            timezone: "browser",
            refresh: "1m",
            fiscal_year_start_month: 0,
            live_now: false,
            preload: false,
            timepicker: Empty {},
            week_start: "",
            templating: List { list: vec![Variable::data_source()] },
            annotations: List { list: self.annotations(about.alerts.as_deref()) },
            links: about.links,
            panels: about.panels,
        }
    }
    fn annotations(&self, alerts: Option<&str>) -> Vec<Annotation> {
        let one = |name, color, expr, title, text, tags| Annotation {
            name,
            datasource: DataSource::CHOSEN,
            enable: true,
            hide: false,
            icon_color: color,
            target: AnnotationTarget { ref_id: "Anno", expr, interval: "60s" },
            title_format: title,
            text_format: text,
            tag_keys: tags,
            use_value_for_time: false,
        };
        let mut list = Vec::new();
        if let Some(alerts) = alerts {
            list.push(one(
                "Alerts firing",
                "red",
                format!("ALERTS{{alertstate=\"firing\",{alerts}}}"),
                "{{alertname}}",
                "{{journey}} {{step}} {{promise}} {{window}}",
                "severity",
            ));
        }
        if let Some(expr) = &self.model.settings.grafana.deployments {
            list.push(one("Deployments", "blue", expr.clone(), "Deployment", "", ""));
        }
        list
    }
    /// A link from a value to the board whose address it is.
    fn to_uid(title: &str) -> DataLink {
        let url = format!("/d/${{__value.raw}}?{KEPT}");
        DataLink { title: title.to_owned(), url, target_blank: false }
    }
    /// A link to a board.
    fn to_board(title: String, uid: &str) -> DataLink {
        DataLink { title, url: format!("/d/{uid}?{KEPT}"), target_blank: false }
    }
}

/// Time range and data source go with the reader.
const KEPT: &str = "${__url_time_range}&${datasource:queryparam}";

/// What one board has of its own.
#[derive(Debug)]
struct Board {
    description: String,
    tags: Vec<String>,
    /// How far back it looks when it is opened.
    span: Duration,
    /// The matchers of its alerts; none where no alert speaks of it.
    alerts: Option<String>,
    links: Vec<Link>,
    panels: Vec<Panel>,
}

/// A link at the head: to a board of ours.
fn to(title: impl Into<String>, uid: &str) -> Link {
    link(title, format!("/d/{uid}"), "dashboard", false)
}

/// A link at the head: out of Grafana.
fn out(title: impl Into<String>, url: String) -> Link {
    Link { include_vars: false, keep_time: false, ..link(title, url, "doc", true) }
}

/// A link at the head: the boards with these tags.
fn tagged(title: impl Into<String>, tags: Vec<String>) -> Link {
    Link {
        kind: LinkKind::Dashboards,
        tags,
        as_dropdown: true,
        ..link(title, String::new(), "dashboard", false)
    }
}

fn link(title: impl Into<String>, url: String, icon: &'static str, blank: bool) -> Link {
    Link {
        title: title.into(),
        kind: LinkKind::Link,
        icon,
        tooltip: String::new(),
        url,
        tags: Vec::new(),
        as_dropdown: false,
        target_blank: blank,
        include_vars: true,
        keep_time: true,
    }
}

/// What alerts may speak of some promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loudest {
    /// None does.
    Silent,
    /// Tickets only.
    Tickets,
    /// Pages.
    Pages,
}

/// The loudest alert that may speak of one of them.
fn loudest<'p>(promises: impl Iterator<Item = &'p Promise>) -> Loudest {
    promises.fold(Loudest::Silent, |loudest, p| match (loudest, p.urgency) {
        (_, Urgency::Page) | (Loudest::Pages, _) => Loudest::Pages,
        (_, Urgency::Ticket) | (Loudest::Tickets, _) => Loudest::Tickets,
        (Loudest::Silent, Urgency::None) => Loudest::Silent,
    })
}

/// The matchers of the pages that say a budget burns; none where nobody is paged.
fn pages(promises: Loudest, matchers: &str) -> Option<String> {
    (promises == Loudest::Pages).then(|| format!("alertname=\"{}\",{matchers}", name(Loudness::Page)))
}

/// The number of alerts that are firing: the pages, or where there are none all of them.
fn firing(site: &Site<'_>, promises: Loudest, matchers: &str, objective: &str, at: Place) -> Option<Panel> {
    let stat = |about: About, matchers: &str| {
        let colors = count_colors("red");
        about.stat(now(queries::firing("", matchers, objective)), Stat::new(Unit::None, 0, colors))
    };
    match promises {
        Loudest::Silent => None,
        Loudest::Tickets => {
            let says = "Alerts that are firing now. None of them wakes anybody up.";
            Some(stat(About::new(8, "Alerts firing", says, at), matchers))
        }
        Loudest::Pages => {
            let page = print::quote(&site.model.settings.severities.page);
            let says = "Alerts that wake somebody up and are firing now.";
            Some(stat(About::new(5, "Pages firing", says, at), &format!("severity={page},{matchers}")))
        }
    }
}

/// How many characters of a heading fit a panel of this width at 1280 pixels.
const fn fits(width: u32) -> usize {
    (width as usize * 53 - 44) / 8
}

/// Titles by which the promises of a journey can be told apart: with the step's where two are alike.
fn titles(journey: &Journey) -> BTreeMap<(Option<String>, String), String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for promise in journey.all_promises() {
        *times.entry(&promise.title).or_default() += 1;
    }
    let mut made = BTreeMap::new();
    let steps = journey.steps.iter().flat_map(|s| s.promises.iter().map(move |p| (Some(s), p)));
    for (step, promise) in steps.chain(journey.promises.iter().map(|p| (None, p))) {
        let alone = times.get(promise.title.as_str()).is_none_or(|n| *n == 1);
        let title = match step {
            Some(step) if !alone => format!("{}: {}", step.title, promise.title),
            Some(_) | None => promise.title.clone(),
        };
        made.insert((promise.path.step.clone(), promise.path.promise.clone()), text::cut(&title, 60));
    }
    made
}

/// The rows of a table with so many lines.
fn rows(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(3).clamp(4, 22)
}
