//! All files of the documents.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use minijinja::value::Value;
use serde::Serialize;

use super::context::{Journey, Maker, Promise, Site};
use super::pictures;
use super::render::{ASSETS, TemplateError, Templates, value};
use crate::backend::{Artifact, Take};
use crate::ir::{self, Model};
use crate::parallel;
use crate::render::template::Room;

/// Which documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Formats {
    /// A site of HTML pages.
    Html,
    /// Markdown for a repository.
    Markdown,
    /// Both, side by side.
    #[default]
    All,
}

impl Formats {
    fn html(self) -> bool {
        self != Formats::Markdown
    }
    fn markdown(self) -> bool {
        self != Formats::Html
    }
}

/// What the user wants otherwise.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which documents.
    pub formats: Formats,
    /// The user's own files by their name below their folder: templates (`html/journey.html`), and `logo.svg`,
    /// `custom.css`.
    pub own: BTreeMap<String, String>,
    /// Added to each page before `</head>`, as is: what a live preview needs.
    pub preview: Option<String>,
}

/// What is special in the look of this site.
#[derive(Serialize)]
struct Look {
    logo: Option<&'static str>,
    stylesheet: Option<&'static str>,
}

/// Promises on a one-page summary: so that it stays one sheet.
const ON_A_SHEET: usize = 10;
/// Blind spots on it.
const BLIND_ON_A_SHEET: usize = 4;
/// The version of `model.json`.
const FORMAT: u32 = 1;

/// Pictures of one journey's page.
#[derive(Serialize)]
struct Pictures {
    wide: String,
    narrow: String,
    budgets: BTreeMap<String, String>,
    together: BTreeMap<String, String>,
}

/// What the page of a journey gets.
#[derive(Serialize)]
struct JourneyPage<'a> {
    page: &'a str,
    root: &'a str,
    site: &'a Value,
    look: &'a Value,
    journey: &'a Value,
    all_promises: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pictures: Option<Pictures>,
}

/// What its one-page summary gets.
#[derive(Serialize)]
struct SummaryPage<'a> {
    page: &'a str,
    root: &'a str,
    site: &'a Value,
    look: &'a Value,
    journey: &'a Value,
    shown: &'a [Value],
    more: usize,
    blind: &'a [&'a String],
}

/// What all other pages get.
#[derive(Clone, Copy, Serialize)]
struct SitePage<'a> {
    page: &'a str,
    root: &'a str,
    site: &'a Value,
    look: &'a Value,
    cards: &'a Value,
    titles: &'a Value,
    tiers: &'a Value,
    reviews: &'a Value,
}

struct Maps {
    site: Value,
    cards: Value,
    titles: Value,
    look: Value,
    tiers: Value,
    reviews: Value,
}

/// All files, ordered by path. Pure: same model and options, same files to the byte.
pub fn build(model: &Model, options: &Options) -> Result<Vec<Artifact>, TemplateError> {
    let files = Mutex::new(Vec::new());
    build_each(model, options, &|file| files.lock().unwrap_or_else(PoisonError::into_inner).push(file))?;
    let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// As [`build`], handing over each file as soon as it is made, in any order and from any thread: thousands of pages
/// never lie in memory together. After an error some have been handed over.
pub fn build_each(model: &Model, options: &Options, take: Take<'_>) -> Result<(), TemplateError> {
    let (own_templates, look) = own(options);
    let templates = Templates::new(&own_templates, Room::page(model))?;
    let maker = Maker::new(model);
    let site = maker.site();
    let maps = maps(&site, &look);
    let mut scenarios: BTreeMap<&str, Vec<&ir::Scenario>> = BTreeMap::new();
    for scenario in &model.scenarios {
        scenarios.entry(&scenario.promise.journey).or_default().push(scenario);
    }
    let journey = |journey: &ir::Journey| {
        let own = scenarios.get(journey.id.as_str()).map_or(&[][..], Vec::as_slice);
        let context = maker.journey(journey, own);
        journey_files(&templates, &maps, options, (model, journey, &context), take)?;
        Ok(serde_json::to_string(&context).unwrap_or_default())
    };
    let head = format!("{{\"format\":{FORMAT},\"journeys\":[\n");
    let made = in_turn(&model.journeys, head, journey)?;
    parallel::both(
        || take(Artifact { path: "model.json".to_owned(), text: model_json(&site, made) }),
        || site_pages(&templates, &maps, options, take),
    )
    .1?;
    Ok(())
}

/// What is made of journeys, put together in their order.
#[derive(Default)]
struct Joined {
    text: String,
    /// The journey that is next.
    next: usize,
    /// What was made before its turn.
    early: BTreeMap<usize, String>,
    /// The first mistake in the order of the source, whatever thread met it.
    wrong: Option<(usize, TemplateError)>,
}

impl Joined {
    fn add(&mut self, at: usize, made: Result<String, TemplateError>, of: usize) {
        match made {
            Ok(made) => drop(self.early.insert(at, made)),
            Err(error) if self.wrong.as_ref().is_none_or(|(first, _)| at < *first) => {
                self.wrong = Some((at, error));
            }
            Err(_) => {}
        }
        while let Some(made) = self.early.remove(&self.next) {
            if self.next == 0 {
                // Journeys are much alike: room for all of them at once, not by and by.
                self.text.reserve((made.len() + made.len() / 8).saturating_mul(of));
            } else {
                self.text.push_str(",\n");
            }
            self.text.push_str(&made);
            self.next += 1;
        }
    }
}

/// Makes something of each journey on all cores, and joins it while they are taken in their order: all of it lies in memory
/// once, not twice.
fn in_turn(
    journeys: &[ir::Journey],
    text: String,
    make: impl Fn(&ir::Journey) -> Result<String, TemplateError> + Sync,
) -> Result<String, TemplateError> {
    let turn = AtomicUsize::new(0);
    let joined = Mutex::new(Joined { text, ..Joined::default() });
    parallel::on_each_core(|| {
        loop {
            let at = turn.fetch_add(1, Ordering::Relaxed);
            let Some(journey) = journeys.get(at) else { break };
            // Behind the first mistake nothing is of use.
            let wrong = |j: &Joined| j.wrong.as_ref().is_some_and(|(first, _)| *first < at);
            if wrong(&joined.lock().unwrap_or_else(PoisonError::into_inner)) {
                break;
            }
            let made = make(journey);
            joined.lock().unwrap_or_else(PoisonError::into_inner).add(at, made, journeys.len());
        }
    });
    let joined = joined.into_inner().unwrap_or_else(PoisonError::into_inner);
    match joined.wrong {
        Some((_, error)) => Err(error),
        None => Ok(joined.text),
    }
}

/// The user's templates, and what is copied.
fn own(options: &Options) -> (BTreeMap<String, String>, Look) {
    let templates = options
        .own
        .iter()
        .filter(|(name, _)| name.starts_with("html/") || name.starts_with("markdown/"))
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect();
    let has = |name: &str| options.own.contains_key(name);
    let look = Look {
        logo: has("logo.svg").then_some("assets/logo.svg"),
        stylesheet: has("custom.css").then_some("assets/custom.css"),
    };
    (templates, look)
}

fn maps(site: &Site, look: &Look) -> Maps {
    let site_value = value(site);
    // The same objects, not made a second time.
    let cards: BTreeMap<&str, Value> =
        site.cards.iter().map(|c| c.id.as_str()).zip(list(&site_value, "cards")).collect();
    let titles: BTreeMap<&str, &str> = site.cards.iter().map(|c| (c.id.as_str(), c.title.as_str())).collect();
    let mut tiers: Vec<u32> = site.cards.iter().filter_map(|c| c.tier).collect();
    tiers.sort_unstable();
    tiers.dedup();
    let reviews: BTreeMap<_, &str> =
        site.cards.iter().map(|c| (c.review.state, c.review.label.as_str())).collect();
    let reviews: Vec<_> = reviews.into_iter().collect();
    Maps {
        site: site_value,
        cards: value(cards),
        titles: value(titles),
        look: value(look),
        tiers: value(tiers),
        reviews: value(reviews),
    }
}

fn journey_files(
    templates: &Templates,
    maps: &Maps,
    options: &Options,
    (model, journey, context): (&Model, &ir::Journey, &Journey),
    take: Take<'_>,
) -> Result<(), TemplateError> {
    let all: Vec<&Promise> =
        context.steps.iter().flat_map(|s| s.promises.iter()).chain(context.promises.iter()).collect();
    let journey_value = value(context);
    // The same objects, not made a second time.
    let all_values = promises_of(&journey_value);
    let all_value = Value::from(all_values.clone());
    let page = |pictures: Option<Pictures>| {
        let (site, look) = (&maps.site, &maps.look);
        let (journey, all_promises) = (&journey_value, &all_value);
        value(JourneyPage { page: "journey", root: "../", site, look, journey, all_promises, pictures })
    };
    let id = &journey.id;
    let wide = pictures::wide(context);
    if options.formats.markdown() {
        let text = templates.render("markdown/journey.md", page(None))?;
        take(markdown(format!("journeys/{id}.md"), &text));
        if !context.steps.is_empty() {
            take(Artifact { path: format!("pictures/{id}.svg"), text: pictures::alone(&wide) });
        }
    }
    if options.formats.html() {
        let drawn = draw(model, journey, context, wide);
        let text = templates.render("html/journey.html", page(Some(drawn)))?;
        take(html(format!("journeys/{id}.html"), text, options));
        let critical = context.steps.iter().flat_map(|s| s.promises.iter().map(|_| s.critical));
        let critical = critical.chain(context.promises.iter().map(|_| false));
        let mut shown: Vec<(bool, Value)> = critical.zip(all_values).collect();
        if shown.len() > ON_A_SHEET {
            shown.sort_by_key(|(critical, _)| !critical);
            shown.truncate(ON_A_SHEET);
        }
        let shown: Vec<Value> = shown.into_iter().map(|(_, p)| p).collect();
        let blind: Vec<&String> = all.iter().flat_map(|p| p.blind_to.iter()).take(BLIND_ON_A_SHEET).collect();
        let page = SummaryPage {
            page: "summary",
            root: "../",
            site: &maps.site,
            look: &maps.look,
            journey: &journey_value,
            shown: &shown,
            more: all.len() - shown.len(),
            blind: &blind,
        };
        let text = templates.render("html/summary.html", value(page))?;
        take(html(format!("summaries/{id}.html"), text, options));
    }
    Ok(())
}

/// The promises of a journey's value: those of its steps, then its own.
fn promises_of(journey: &Value) -> Vec<Value> {
    let mut all: Vec<Value> = list(journey, "steps").iter().flat_map(|step| list(step, "promises")).collect();
    all.extend(list(journey, "promises"));
    all
}

/// A field that holds a list.
fn list(of: &Value, name: &str) -> Vec<Value> {
    of.get_attr(name).and_then(|all| all.try_iter()).map(Iterator::collect).unwrap_or_default()
}

fn draw(model: &Model, journey: &ir::Journey, context: &Journey, wide: String) -> Pictures {
    let budgets = journey
        .all_promises()
        .map(|p| (p.path.to_string(), pictures::budget(model, journey, p, &super::context::anchor(&p.path))))
        .collect();
    let together = context
        .together
        .iter()
        .enumerate()
        .map(|(n, t)| {
            let noun = context.promises.iter().find(|p| p.path == t.path).map_or("", |p| p.noun.as_str());
            (t.path.clone(), pictures::together(t, noun, &n.to_string()))
        })
        .collect();
    Pictures { wide, narrow: pictures::narrow(context), budgets, together }
}

fn site_pages(
    templates: &Templates,
    maps: &Maps,
    options: &Options,
    take: Take<'_>,
) -> Result<(), TemplateError> {
    let context = |page: &str| {
        let Maps { site, cards, titles, look, tiers, reviews } = maps;
        value(SitePage { page, root: "", site, look, cards, titles, tiers, reviews })
    };
    let mut pages = Vec::new();
    for name in ["index", "conduct", "people", "reviews", "glossary"] {
        if options.formats.html() {
            pages.push((name, format!("html/{name}.html"), format!("{name}.html")));
        }
        if options.formats.markdown() {
            let path = if name == "index" { "README.md".to_owned() } else { format!("{name}.md") };
            pages.push((name, format!("markdown/{name}.md"), path));
        }
    }
    let page = |(name, template, path): (&str, String, String)| {
        let text = templates.render(&template, context(name))?;
        take(if template.ends_with(".md") { markdown(path, &text) } else { html(path, text, options) });
        Ok(())
    };
    parallel::map_owned(pages, page).into_iter().collect::<Result<(), TemplateError>>()?;
    if options.formats.html() {
        for (name, text) in ASSETS {
            take(Artifact { path: format!("assets/{name}"), text: (*text).to_owned() });
        }
        for name in ["logo.svg", "custom.css"] {
            if let Some(text) = options.own.get(name) {
                take(Artifact { path: format!("assets/{name}"), text: text.clone() });
            }
        }
    }
    Ok(())
}

fn html(path: String, mut text: String, options: &Options) -> Artifact {
    if let Some(preview) = &options.preview
        && let Some(at) = text.find("</head>")
    {
        text.insert_str(at, preview);
    }
    Artifact { path, text }
}

/// Lines without trailing blanks, never two empty ones in a row: templates need not care.
fn markdown(path: String, text: &str) -> Artifact {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        tidy.push_str(line);
        tidy.push('\n');
    }
    if tidy.ends_with("\n\n") {
        tidy.pop();
    }
    Artifact { path, text: tidy }
}

/// The whole model for other tools, of which the journeys are there: `docs/model.schema.json`.
fn model_json(site: &Site, mut text: String) -> String {
    let head = serde_json::to_string(site).unwrap_or_default();
    let inner = head.strip_prefix('{').unwrap_or(&head);
    text.push_str("\n],");
    text.push_str(inner);
    text.push('\n');
    text
}
