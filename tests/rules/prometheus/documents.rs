//! Documents against the model and the rules: what a rendered page says is read back from its text and held against arithmetic
//! that is done again here, against the thresholds in the generated rules, and against what promtool sees them do.

use std::collections::BTreeSet;
use std::path::Path;

use super::project::model_of;
use super::tools::*;
use slovo::backend::docs::{Options, build};
use slovo::ir::{Evidence, Journey, Measurement, Model, Outcome, Promise, Series, Urgency};
use slovo::project::Project;
use slovo::value::{Decimal, Duration};

const EXAMPLES: [&str; 4] =
    ["examples/astronomy-shop", "examples/minimal", "examples/parcels", "tests/browser/long"];

pub(super) fn model(folder: &str) -> Model {
    let mut project = Project::load(Path::new(folder), None);
    project.config.settings.today = Some("2026-11-22".parse().unwrap());
    let compiled = project.compile();
    compiled.model.unwrap_or_else(|| panic!("{folder}: {:?}", compiled.diagnostics))
}

/// What a reader sees of a page: no tags, single blanks.
pub(super) fn text(page: &str) -> String {
    let mut out = String::new();
    for (n, part) in page.split('<').enumerate() {
        let shown = if n == 0 { part } else { part.split_once('>').map_or("", |(_, shown)| shown) };
        out.push_str(shown);
        out.push(' ');
    }
    let plain = out.split_whitespace().collect::<Vec<_>>().join(" ");
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(plain, |text, (from, to)| text.replace(from, to))
}

/// The part of a page from one mark to the first of others.
pub(super) fn part<'a>(page: &'a str, from: &str, to: &[&str]) -> &'a str {
    let at = page.find(from).unwrap_or_else(|| panic!("no {from}"));
    let rest = &page[at..];
    let end = to.iter().filter_map(|t| rest[1..].find(t)).min().map_or(rest.len(), |n| n + 1);
    &rest[..end]
}

/// The number before, or after, these words.
pub(super) fn number(text: &str) -> Decimal {
    text.replace(',', "").parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

fn before(text: &str, words: &str) -> Decimal {
    let head = text.split(words).next().filter(|h| h.len() < text.len());
    let head = head.unwrap_or_else(|| panic!("no {words:?} in {text}"));
    number(head.split_whitespace().last().unwrap())
}

pub(super) fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).unwrap_or_else(|| panic!("no {from:?} in {text}")).1;
    rest.split_once(to).unwrap_or_else(|| panic!("no {to:?} after {from:?} in {text}")).0
}

/// `3 h 22 min`, `2 days 19 h`: as it is said, and the smaller of its units.
pub(super) fn time(said: &str) -> (Decimal, Decimal) {
    let words: Vec<&str> = said.split_whitespace().collect();
    let (mut all, mut unit) = (Decimal::ZERO, Decimal::ONE);
    for pair in words.chunks(2) {
        let [n, name] = pair else { panic!("{said}") };
        unit = match name.trim_end_matches(['.', ';']) {
            "day" | "days" => Decimal::from(86_400),
            "h" => Decimal::from(3_600),
            "min" => Decimal::from(60),
            "s" => Decimal::ONE,
            "ms" => Decimal::new(1, 3),
            other => panic!("{other} in {said}"),
        };
        all += number(n) * unit;
    }
    (all, unit)
}

pub(super) fn seconds(t: Duration) -> Decimal {
    Decimal::from(t.as_micros()) / Decimal::from(1_000_000)
}

/// Facts that were read, and those that are not so.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) page: String,
    pub(super) held: usize,
    pub(super) kinds: BTreeSet<&'static str>,
    pub(super) wrong: Vec<String>,
}

impl Facts {
    pub(super) fn of(page: &str) -> Self {
        Self { page: page.to_owned(), ..Self::default() }
    }
    pub(super) fn hold(&mut self, kind: &'static str, is: bool, said: &str) {
        self.held += 1;
        self.kinds.insert(kind);
        if !is {
            self.wrong.push(format!("{}: {kind}: {said}", self.page));
        }
    }
    pub(super) fn has(&mut self, kind: &'static str, text: &str, words: &str) {
        self.hold(kind, text.contains(words), &format!("no {words:?} in {text}"));
    }
    /// A time as it is said, rounded to its smaller unit.
    pub(super) fn lasts(&mut self, kind: &'static str, said: &str, is: Decimal) {
        let (all, unit) = time(said);
        self.hold(kind, (all - is).abs() <= unit, &format!("{said} for {is} s"));
    }
}

fn title(model: &Model, id: &str) -> String {
    model.teams[id].title.clone()
}

/// What a promise's part of the page says.
pub(super) fn promise(
    facts: &mut Facts,
    model: &Model,
    journey: &Journey,
    p: &Promise,
    page: &str,
    rules: &str,
) {
    let anchor = match &p.path.step {
        Some(step) => format!("{step}.{}", p.path.promise),
        None => p.path.promise.clone(),
    };
    let html = part(
        page,
        &format!("<section class=\"promise\" id=\"{anchor}\""),
        &["<section class=\"promise\"", "<section class=\"step\"", "<h2"],
    );
    let said = text(html);
    let budget = (Decimal::ONE_HUNDRED - p.objective) / Decimal::ONE_HUNDRED;
    let days = Decimal::from(p.window.as_days());

    facts.has("title", &said, &p.title);
    let word = text(part(html, "<p class=\"word\">", &["</p>"]));
    let share = word.rsplit_once("t least ").unwrap().1;
    let (whole, of) = (before(share, " of every "), number(between(share, " of every ", " ")));
    facts.hold("objective", whole * Decimal::ONE_HUNDRED == p.objective * of, &word);
    facts.hold("window", before(&word.replace("any day.", "any 1 days."), " days.") == days, &word);
    if let Some(aim) = p.stretch {
        let said = between(&word, "We strive for ", ".");
        let (part, of) = said.split_once(" of every ").map_or((said, of), |(a, b)| (a, number(b)));
        facts.hold("aim", number(part) * Decimal::ONE_HUNDRED == aim * of, &word);
    }
    let outage = budget * seconds(p.window);
    match (&p.measurement, p.expect_per_day) {
        (Measurement::Slices(slices), _) => {
            let all = (seconds(p.window) / seconds(slices.slice)).floor();
            facts.hold("slices", number(between(&said, "There are ", " ")) == all, &said);
            let bad = (all * budget).floor();
            facts.hold("bad slices", before(&said, " of them may be bad") == bad, &said);
            facts.lasts(
                "bad slices last",
                between(&said, "may be bad, ", " in all"),
                bad * seconds(slices.slice),
            );
        }
        (_, Some(per_day)) => {
            facts.hold("traffic", number(between(&said, "At about ", " ")) == per_day, &said);
            let bad = (per_day * days * budget).floor();
            facts.hold("budget", number(between(&said, "that allows ", " ")) == bad, &said);
            facts.hold("people", number(between(&said, "that is up to ", " people")) == bad, &said);
        }
        (_, None) => facts.has("traffic", &said, "the usual number is not stated"),
    }
    if !matches!(p.measurement, Measurement::Slices(_)) {
        let whole = "A total outage would use all of it up in ";
        let used = if said.contains(whole) { whole } else { "all of it would be used up in " };
        facts.lasts("outage", between(&said, used, "."), outage);
    }
    measured(facts, p, &said, rules);
    let blind = if p.blind_to.is_empty() {
        vec!["not stated"]
    } else {
        p.blind_to.iter().map(String::as_str).collect()
    };
    let list = text(part(html, "What we are blind to</dt>", &["</div>"]));
    for b in blind {
        facts.has("blind", &list, b);
    }
    for (stands_for, because) in &p.proxies {
        let said = between(&said, "What it stands in for ", "Why this number");
        facts.hold(
            "proxy",
            said.contains(stands_for)
                && between(said, "Why we look at this instead: ", ".") == because.trim_end_matches('.'),
            said,
        );
    }
    let why = text(part(html, "Why this number</dt>", &["</div>"]));
    match &p.because {
        None => facts.has("reason", &why, "not stated"),
        Some((class, words, date)) => {
            let class = match class {
                Evidence::Measured => "was measured on",
                Evidence::Agreed => "was agreed on",
                Evidence::Guessed => "is a guess, made on",
            };
            let on = between(&why, class, ".").trim().to_owned();
            let day = format!("{} {}", date.day(), date.year());
            let said: Vec<&str> = on.split(' ').collect();
            facts.hold(
                "reason",
                why.contains(words.as_str()) && format!("{} {}", said[0], said[2]) == day,
                &why,
            );
        }
    }
    let (loud, told) = match p.urgency {
        Urgency::Page => ("somebody is woken up", format!("{} is paged.", title(model, &journey.owner))),
        Urgency::Ticket => ("a ticket waits", format!("{} gets a ticket.", title(model, &journey.owner))),
        Urgency::None => ("nobody is alerted", String::new()),
    };
    facts.hold("urgency", said.contains(loud) && said.contains(&told), &said);
    thresholds(facts, p, html, rules);
}

/// What is said to be measured is what the rules read: the limit of a histogram, the time to finish.
fn measured(facts: &mut Facts, p: &Promise, said: &str, rules: &str) {
    let how = between(said, "How we know ", "What we are blind to");
    match &p.measurement {
        Measurement::Events(events) => {
            let (Outcome::Good(list) | Outcome::Bad(list)) = &events.outcome;
            for series in list {
                let Series::HistogramWithin { selector, limit, .. } = series else { continue };
                let scale = if selector.metric.contains("milliseconds") { 1_000 } else { 1 };
                let end = if how.contains(" and our systems") { " and our systems" } else { "." };
                let (from, end) = if events.faults.is_empty() {
                    ("take at most ", end)
                } else {
                    ("take more than ", ", or")
                };
                facts.lasts("limit", between(how, from, end), *limit / Decimal::from(scale));
                let bound = rules.contains(&format!("le=\"{}\"", limit.normalize()))
                    || rules.contains(&format!("le=~\"{}", limit.normalize()));
                facts.hold("limit in the rules", bound, &limit.to_string());
            }
        }
        Measurement::Completion(completion) => {
            let within = if completion.late.is_empty() {
                between(how, "What is not done within ", " counts").to_owned()
            } else {
                between(how, "What takes longer than ", " counts").to_owned()
            };
            facts.lasts("time to finish", &within, seconds(completion.within));
        }
        Measurement::Composed(made) => {
            facts.hold("members", how.matches('“').count() == made.members.len(), how);
        }
        Measurement::Slices(slices) => {
            let silent = if slices.silence_is_bad { "is bad." } else { "is not counted." };
            facts.has("silence", how, silent);
        }
    }
}

/// The table of alerts holds the thresholds and windows of the generated rules, each of them.
fn thresholds(facts: &mut Facts, p: &Promise, html: &str, rules: &str) {
    let Some(table) = html.find("Burn-rate alerts").map(|at| &html[at..]) else {
        facts.hold("no alerts", p.urgency == Urgency::None, "no table of alerts");
        return;
    };
    let step = p.path.step.as_ref().map(|s| format!("step=\"{s}\",")).unwrap_or_default();
    let own = format!("{step}promise=\"{}\",window=", p.path.promise);
    for row in table.split("<tr><th scope=\"row\">").skip(1) {
        let cells: Vec<String> = row
            .split("<td")
            .skip(1)
            .map(|c| text(c.split_once('>').unwrap().1.split("</td>").next().unwrap()))
            .collect();
        let (long, short) = cells[0].split_once(" and ").unwrap();
        let ratio = (number(cells[2].trim_end_matches('%')) / Decimal::ONE_HUNDRED).normalize();
        for window in [long, short] {
            let lines = rules.lines().filter(|l| {
                l.contains(&format!("{own}\"{window}\""))
                    && (l.contains(":error_ratio") || l.contains(":missing_now:ratio"))
            });
            let found = lines
                .filter(|l| {
                    l.rsplit("> ").next().and_then(|n| n.trim().trim_end_matches(')').parse::<Decimal>().ok())
                        == Some(ratio)
                })
                .count();
            facts.hold("threshold", found > 0, &format!("{} {window} > {ratio}: not in the rules", p.path));
        }
    }
}

/// What a journey's page says beside its promises.
pub(super) fn journey_page(facts: &mut Facts, model: &Model, j: &Journey, page: &str) {
    let hero = text(part(page, "<dl class=\"strip\">", &["</dl>"]));
    let status = if j.agreed.is_some() { "agreed" } else { "draft" };
    facts.has("status", &hero, &format!("Status {status}"));
    let channel = model.teams[&j.owner].channel.clone().unwrap_or_else(|| "channel not stated".to_owned());
    facts.has("owner", &hero, &format!("Owner {} , {channel}", title(model, &j.owner)));
    if let Some((every, Some(last))) = &j.review {
        let next = last.checked_add(jiff::Span::new().days(i64::try_from(every.as_days()).unwrap())).unwrap();
        facts.has("review", &hero, &format!("{} {}", next.day(), next.strftime("%B %Y")));
    }
    for team in j.agreed.iter().flat_map(|(teams, _)| teams) {
        facts.has("signature", &hero, &title(model, team));
    }
    let picture = text(part(page, "<figure class=\"map\">", &["</figure>"]));
    for p in j.all_promises() {
        facts.hold(
            "picture",
            picture.contains(&format!("{}%", p.objective.normalize())),
            &format!("{} is not pictured", p.path),
        );
    }
    let policy = text(part(page, "<h2 id=\"sec-policy\"", &["<h2 id=\"sec-more\""]));
    if let Some(made) = j.policy.as_ref().map(|id| &model.policies[id]) {
        for clause in &made.clauses {
            let when = if clause.below.is_zero() {
                "the budget is spent".to_owned()
            } else if clause.below == Decimal::from(50) {
                "less than half".to_owned()
            } else {
                format!("less than {}%", clause.below.normalize())
            };
            facts.hold("clause", policy.contains(&when) && policy.contains(&clause.text), &policy);
            for except in &clause.except {
                facts.has("except", &policy, except);
            }
        }
        let who = made.escalate_to.as_ref().map(|t| title(model, t));
        let decides = who.map_or(0, |who| policy.matches(&format!("{who} decides.")).count());
        facts.hold(
            "who decides",
            decides == if made.escalate_to.is_some() { made.clauses.len() + 1 } else { 0 },
            &policy,
        );
    } else {
        facts.has("policy", &policy, "there is no policy");
    }
    let conduct = text(part(page, "<h2 id=\"sec-broken\"", &["<h2 id=\"sec-policy\""]));
    let books: BTreeSet<&String> = j.all_promises().filter_map(|p| p.playbook.as_ref()).collect();
    for book in books.iter().map(|id| &model.playbooks[*id]) {
        playbook(facts, model, book, &conduct);
    }
    if books.is_empty() {
        facts.has("playbook", &conduct, "there is no playbook");
    }
    let rehearsed = model.scenarios.iter().any(|s| s.promise.journey == j.id);
    facts.hold("rehearsed", page.contains("<h3>Rehearsed</h3>") == rehearsed, "where there is a story only");
    let linked = model.settings.links.dashboards.is_some();
    facts.hold("board", hero.contains("the journey's board") == linked, &hero);
    let rows = part(page, "<table class=\"detect\">", &["</table>"]).matches("<tr><th").count() - 1;
    facts.hold("rows of detection", rows == j.all_promises().count(), &rows.to_string());
}

fn playbook(facts: &mut Facts, model: &Model, book: &slovo::ir::Playbook, said: &str) {
    if let Some(team) = &book.responder {
        facts.has("who acts", said, &format!("Who acts {}", title(model, team)));
    }
    if let (Some(team), Some((first, then))) = (&book.hear_from, &book.first_update) {
        let from = format!("Users hear from {} within ", title(model, team));
        let all: Vec<&str> = said.split(&from).skip(1).map(|r| r.split(['.', ',']).next().unwrap()).collect();
        facts.hold("first word", all.iter().any(|s| time(s).0 == seconds(*first)), said);
        let every = then.map(|t| if t == Duration::from_hours(1) { "1 h".to_owned() } else { t.to_string() });
        facts.hold("next word", every.is_none() || said.contains("then every "), said);
        if let Some(channel) = &model.teams[team].channel {
            facts.has("channel", said, &format!("They talk in {channel}"));
        }
    }
    if let Some(restore) = &book.restore {
        let all = said.split("We aim to have it working again within ").skip(1);
        facts.hold(
            "restore is an aim",
            all.into_iter().any(|s| time(s.split('.').next().unwrap()).0 == seconds(*restore)),
            said,
        );
    }
    if let Some(words) = &book.say {
        facts.has("what is said", said, words);
    }
}

/// The pages about the whole.
fn site_pages(facts: &mut Facts, model: &Model, index: &str, conduct: &str, people: &str, reviews: &str) {
    let all: Vec<&Promise> = model.promises().map(|(_, p)| p).collect();
    let said = text(part(index, "<div class=\"hero inner\">", &["<search"]));
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    facts.has("journeys", &said, &plural(model.journeys.len(), "journey"));
    facts.has("promises", &said, &plural(all.len(), "promise"));
    let reasons = all.iter().filter(|p| p.because.is_some()).count();
    let wanted = match all.len() {
        1 => format!("{reasons} with a reason"),
        promises => format!("{reasons} of {promises} give"),
    };
    facts.hold("reasons", said.contains(&wanted), &said);
    let guesses = all.iter().filter(|p| matches!(p.because, Some((Evidence::Guessed, _, _)))).count();
    facts.hold("guesses", before(&said, " still rest") == Decimal::from(guesses), &said);
    let cards = text(index);
    for p in &all {
        facts.has("card", &cards, &p.title);
    }
    let conduct = text(conduct);
    for book in model.playbooks.values() {
        playbook(facts, model, book, &conduct);
    }
    for except in model.policies.values().flat_map(|p| &p.clauses).flat_map(|c| &c.except) {
        facts.has("except", &conduct, except);
    }
    let people = text(people);
    for team in model.teams.values() {
        let said = part(&people, &team.title, &["#"]).to_owned() + &people;
        facts.has("team", &said, &team.title);
        for channel in team.channel.iter().chain(&team.pages).chain(&team.tickets) {
            facts.has("contact", &people, channel);
        }
    }
    let reviews = text(reviews);
    for j in &model.journeys {
        facts.has("calendar", &reviews, &j.title);
        for team in j.agreed.iter().flat_map(|(teams, _)| teams) {
            facts.has("signature", &reviews, &title(model, team));
        }
    }
}

/// The sheet that sums a journey up.
fn summary(facts: &mut Facts, model: &Model, j: &Journey, page: &str) {
    let said = text(page);
    let (mut shown, mut all) = (0, 0);
    for p in j.all_promises() {
        let name = format!("dir=\"auto\">{}</span></th>", p.title.replace('\'', "&#39;"));
        all += 1;
        if !page.contains(&name) {
            continue;
        }
        shown += 1;
        let row = text(part(page, &name, &["</tr>"]));
        facts.lasts(
            "outage",
            &row[row.rfind("budget gone in ").unwrap() + 15..],
            (Decimal::ONE_HUNDRED - p.objective) / Decimal::ONE_HUNDRED * seconds(p.window),
        );
        let (part, of) = (before(&row, " of every "), number(between(&row, " of every ", " ")));
        facts.hold("objective", part * Decimal::ONE_HUNDRED == p.objective * of, &row);
    }
    let more = said.contains(&format!("And {} more: see the whole document.", all - shown));
    facts.hold("how many more", more == (shown < all), &said);
    for clause in j.policy.iter().flat_map(|id| &model.policies[id].clauses) {
        facts.has("clause", &said, &clause.text);
        for except in &clause.except {
            facts.has("except", &said, except);
        }
    }
    facts.has("owner", &said, &title(model, &j.owner));
}

#[test]
fn a_dozen_facts_of_each_document() {
    let mut all = 0;
    for folder in EXAMPLES {
        let model = model(folder);
        let files = build(&model, &Options::default()).unwrap();
        let file = |path: &str| files.iter().find(|f| f.path == path).unwrap().text.as_str();
        let rules = emit(&model);
        let mut facts = Facts::of(folder);
        let pages = ["index.html", "conduct.html", "people.html", "reviews.html"].map(file);
        site_pages(&mut facts, &model, pages[0], pages[1], pages[2], pages[3]);
        assert!(facts.wrong.is_empty(), "{}", facts.wrong.join("\n"));
        let mut held = facts.held;
        for j in &model.journeys {
            let page = file(&format!("journeys/{}.html", j.id));
            let mut facts = Facts::of(&format!("{folder} {}", j.id));
            let own = &rules.iter().find(|f| f.path.starts_with(&j.id)).unwrap().text;
            journey_page(&mut facts, &model, j, page);
            for p in j.all_promises() {
                promise(&mut facts, &model, j, p, page, own);
            }
            assert!(facts.wrong.is_empty(), "{}", facts.wrong.join("\n"));
            assert!(facts.held >= 12 && facts.kinds.len() >= 12, "{}: {:?}", facts.page, facts.kinds);
            held += facts.held;
            let mut short = Facts::of(&format!("{folder} {} on a sheet", j.id));
            summary(&mut short, &model, j, file(&format!("summaries/{}.html", j.id)));
            assert!(short.wrong.is_empty(), "{}", short.wrong.join("\n"));
            held += short.held;
        }
        eprintln!("{folder}: {held} facts");
        all += held;
    }
    assert!(all > 400, "{all}");
}

/// How fast a failure is noticed, as the page says it, by the rules as promtool runs them.
#[test]
fn failures_are_noticed_as_the_page_says() {
    let source = r#"
team shop "Shop" { pages "pager" }
metric hits_total: counter of hits { labels size, ok }
journey use "Use it" {
  owner shop
  step s "A step" {
    promise all "Everything fails" {
      keep for 99.5% of hits over 28d
      total hits_total{size="all"}
      bad   where {ok="no"}
    }
    promise tenth "A tenth fails" {
      keep for 99.5% of hits over 28d
      total hits_total{size="tenth"}
      bad   where {ok="no"}
    }
  }
}
"#;
    let model = model_of(&[("a.slovo", source)], "project: shop\nretention: 40d\n");
    let files = build(&model, &Options::default()).unwrap();
    let page = &files.iter().find(|f| f.path == "journeys/use.html").unwrap().text;
    let table = part(page, "<table class=\"detect\">", &["</table>"]);
    let mut case = Case { scrape: "30s", ..Case::new() };
    let quiet = 8 * 3_600;
    // 100 a scrape; from eight hours on all of them fail, or ten.
    for (size, good, bad) in [("all", 0, 100), ("tenth", 90, 10)] {
        let before = quiet / 30;
        let from = before * 100;
        case = case
            .series(
                &format!("hits_total{{size=\"{size}\",ok=\"yes\"}}"),
                &format!("0+100x{before} {}+{good}x600", from + good),
            )
            .series(
                &format!("hits_total{{size=\"{size}\",ok=\"no\"}}"),
                &format!("0x{before} {bad}+{bad}x600"),
            );
    }
    for (title, promise, column) in [("Everything fails", "all", 0), ("A tenth fails", "tenth", 1)] {
        let row = part(table, &format!("\" dir=\"auto\">{title}</a>"), &["</tr>"]);
        let cell = row.split("<td>").nth(column + 1).unwrap();
        let noticed = text(part(cell, "<span class=\"t\">", &["</span>"]));
        let (by, _) = time(noticed.strip_prefix("page within ").unwrap());
        let by: u64 = by.normalize().to_string().parse().unwrap();
        let query = format!(
            "count(ALERTS{{alertname=\"PromiseBurnsFast\",alertstate=\"firing\",promise=\"{promise}\"}})"
        );
        case = case.gives(&query, &format!("{}s", quiet + by), &[("{}", "1")]).gives(
            &query,
            &format!("{}s", quiet + by / 3),
            &[],
        );
    }
    case.run(&model);
}
