//! Documents of the shipped examples: every template fills, every link leads somewhere, what a user wrote is shown as
//! written, and what we make reads easily.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use slovo::backend::Artifact;
use slovo::backend::docs::context::{Journey, Maker};
use slovo::backend::docs::{Formats, Options, build};
use slovo::ir::Model;
use slovo::project::Project;

fn model(folder: &str) -> Model {
    let mut project = Project::load(Path::new(folder), None);
    project.config.settings.today = Some(jiff::civil::date(2026, 11, 22));
    let compiled = project.compile();
    assert!(compiled.model.is_some(), "{folder}: {:?}", compiled.diagnostics);
    compiled.model.unwrap()
}

fn examples() -> Vec<Model> {
    ["examples/astronomy-shop", "examples/minimal", "tests/browser/nasty"].map(model).into()
}

fn own(files: &[(&str, &str)]) -> Options {
    let own: BTreeMap<String, String> =
        files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    Options { own, ..Options::default() }
}

fn file<'a>(files: &'a [Artifact], path: &str) -> &'a str {
    files.iter().find(|f| f.path == path).map_or_else(|| panic!("no {path}"), |f| f.text.as_str())
}

/// `href="…"` and `](…)` of our own pages, with what they may lead to.
#[test]
fn every_link_leads_somewhere() {
    for model in examples() {
        let files = build(&model, &Options::default()).unwrap();
        let paths: BTreeSet<&str> = files.iter().map(|f| f.path.as_str()).collect();
        let mut count = 0;
        for f in &files {
            let links: Vec<&str> = if f.path.ends_with(".html") {
                f.text.split("href=\"").skip(1).filter_map(|t| t.split('"').next()).collect()
            } else if f.path.ends_with(".md") {
                f.text.split("](").skip(1).filter_map(|t| t.split(')').next()).collect()
            } else {
                continue;
            };
            for link in links.into_iter().filter(|l| !l.starts_with("http") && !l.starts_with("data:")) {
                let (page, place) = link.split_once('#').map_or((link, None), |(a, b)| (a, Some(b)));
                let folder = Path::new(&f.path).parent().unwrap();
                let target = match (page, page.strip_prefix("../")) {
                    ("", _) => f.path.clone(),
                    (_, Some(rest)) => rest.to_owned(),
                    (rest, None) => folder.join(rest).display().to_string(),
                };
                // Titles of the nasty example hold things that look like links.
                if link.contains("alert") || link == "b" {
                    continue;
                }
                assert!(paths.contains(target.as_str()), "{}: {link} -> {target}", f.path);
                if let Some(place) = place {
                    let id = format!("id=\"{place}\"");
                    assert!(file(&files, &target).contains(&id), "{}: no {id} in {target}", f.path);
                }
                count += 1;
            }
        }
        assert!(count > 50, "only {count} links");
    }
}

#[test]
fn nothing_of_the_users_is_executed() {
    let files = build(&model("tests/browser/nasty"), &Options::default()).unwrap();
    for f in files.iter().filter(|f| f.path.ends_with(".html") || f.path.ends_with(".svg")) {
        for bad in
            ["<script>alert", "<img src=x", "<svg onload", "<b>bold", "href=\"javascript:", "<plaintext>"]
        {
            assert!(!f.text.contains(bad), "{}: {bad}", f.path);
        }
    }
    for f in files.iter().filter(|f| f.path.ends_with(".md")) {
        for bad in ["<script>alert", "<img src=x", " **stop**", "](javascript:", "{{ 7"] {
            let bare = bad == "{{ 7";
            assert!(bare || !f.text.replace("\\<", "").replace("\\]", "").contains(bad), "{}: {bad}", f.path);
        }
        // A table's row is never torn: as many cells as its head.
        let mut head = None;
        for line in f.text.lines() {
            let cells = line.replace("\\|", "").matches('|').count();
            if line.starts_with('|') {
                assert_eq!(*head.get_or_insert(cells), cells, "{}: {line}", f.path);
            } else {
                head = None;
            }
        }
    }
    assert!(file(&files, "journeys/main.html").contains("يتم قبول الطلب من المرة الأولى"));
    assert!(file(&files, "journeys/main.html").contains(&"x".repeat(300)));
    assert!(file(&files, "journeys/index.html").contains("&amp;lt;already escaped&amp;gt;"));
}

#[test]
fn templates_of_ones_own() {
    let model = model("examples/minimal");
    let page = "{% extends \"built-in/html/journey.html\" %}\n{% block picture %}<p>mine: {{ journey.title }}</p>{% endblock %}\n";
    let files =
        build(&model, &own(&[("html/journey.html", page), ("logo.svg", "<svg/>"), ("custom.css", "a{}")]))
            .unwrap();
    let journey = file(&files, "journeys/visit.html");
    assert!(journey.contains("<p>mine: Look around the shop</p>"));
    assert!(journey.contains("What users can count on"));
    assert!(journey.contains("../assets/custom.css") && journey.contains("../assets/logo.svg"));
    assert_eq!(file(&files, "assets/custom.css"), "a{}");

    for (name, text, said) in [
        (
            "html/index.html",
            "fine\n{{ site.tilte }}\n",
            "template `html/index.html`, line 2: undefined value",
        ),
        (
            "markdown/journey.md",
            "{% for x in journey.step %}{% endfor %}",
            "template `markdown/journey.md`, line 1: ",
        ),
        ("html/people.html", "a\nb\n{% if %}\n", "template `html/people.html`, line 3: syntax error"),
        (
            "html/macros.html",
            "{% macro team(t, root) %}{{ t.name }}{% endmacro %}",
            "template `html/macros.html`, line 1",
        ),
    ] {
        let error = build(&model, &own(&[(name, text)])).unwrap_err().to_string();
        assert!(error.starts_with(said), "{name}: {error}");
    }
}

#[test]
fn formats_and_determinism() {
    let model = model("examples/astronomy-shop");
    let html = build(&model, &Options { formats: Formats::Html, ..Options::default() }).unwrap();
    assert!(html.iter().all(|f| !f.path.ends_with(".md")) && html.iter().any(|f| f.path == "index.html"));
    let markdown = build(&model, &Options { formats: Formats::Markdown, ..Options::default() }).unwrap();
    assert!(
        markdown.iter().all(|f| !f.path.ends_with(".html")) && markdown.iter().any(|f| f.path == "README.md")
    );
    let all = build(&model, &Options::default()).unwrap();
    assert_eq!(all, build(&model, &Options::default()).unwrap());
    let json: serde_json::Value = serde_json::from_str(file(&all, "model.json")).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["journeys"][1]["steps"][0]["promises"][0]["floor"]["percent"], "99.5");
    for f in &all {
        for metric in ["traces_span_metrics", "demo_cart_add"] {
            // Metric names are for engineers: never outside of what is folded away.
            let visible = f
                .text
                .split("<details>")
                .map(|t| t.split("</details>").last().unwrap_or(""))
                .collect::<String>();
            assert!(f.path == "model.json" || !visible.contains(metric), "{}: {metric}", f.path);
        }
    }
}

/// Every sentence that is made, of one journey, with the user's quoted words left out.
fn sentences(journey: &Journey) -> Vec<String> {
    let mut said = vec![journey.review.sentence.clone()];
    let mut add = |s: &str| {
        // What stands in quotation marks is the user's.
        let mut own = String::new();
        for (n, part) in s.split(['“', '”']).enumerate() {
            own.push_str(if n % 2 == 0 { part } else { "it" });
        }
        said.push(own);
    };
    for p in journey.steps.iter().flat_map(|s| &s.promises).chain(&journey.promises) {
        add(&p.floor.sentence);
        p.stretch.iter().for_each(|s| add(&s.sentence));
        p.budget
            .sentences
            .iter()
            .chain(&p.measured)
            .chain([&p.kept])
            .chain(&p.for_each_sentences)
            .for_each(|s| add(s));
        p.broken.told.iter().chain(&p.doubts).for_each(|s| add(s));
        p.evidence.iter().for_each(|e| add(&e.sentence));
        add(&p.urgency_sentence);
    }
    for t in &journey.together {
        add(&t.verdict);
        add(&format!("{} {}", t.intro.replace(':', ","), t.cases.first().unwrap()));
        t.cases.iter().skip(1).for_each(|s| add(s));
        add(&t.weakest);
    }
    for b in &journey.playbooks {
        b.hear.iter().chain(&b.restore_sentence).for_each(|s| add(s));
    }
    if let Some(p) = &journey.policy {
        p.steps.iter().for_each(|s| add(&format!("{}: {}.", s.when, s.action)));
        p.incident.iter().chain(&p.escalation).for_each(|s| add(s));
    }
    journey.data.iter().for_each(|d| add(&d.sentence));
    said
}

/// Syllables by the usual rule: groups of vowels, a silent e not counted; a number counts as one.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    let mut groups = 0;
    let mut before = false;
    for c in word.chars() {
        let vowel = matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        groups += usize::from(vowel && !before);
        before = vowel;
    }
    let silent =
        word.ends_with('e') && !word.ends_with("le") || word.ends_with("ed") && !word.ends_with("ted");
    groups.saturating_sub(usize::from(silent && groups > 1)).max(1)
}

/// 0.39 words per sentence + 11.8 syllables per word - 15.59, in hundredths.
fn grade(text: &[String]) -> i64 {
    let sentences: usize = text.iter().map(|t| t.matches(['.', '?', '!']).count().max(1)).sum();
    let words: Vec<&str> = text
        .iter()
        .flat_map(|t| t.split_whitespace())
        .filter(|w| w.chars().any(char::is_alphanumeric))
        .collect();
    let spoken: usize = words.iter().map(|w| syllables(w)).sum();
    let n = |x: usize| i64::try_from(x).unwrap();
    39 * n(words.len()) / n(sentences) + 1180 * n(spoken) / n(words.len()) - 1559
}

#[test]
fn reads_easily() {
    for folder in ["examples/astronomy-shop", "examples/minimal"] {
        let model = model(folder);
        let maker = Maker::new(&model);
        for journey in &model.journeys {
            let said = sentences(&maker.journey(journey, &[]));
            let whole = grade(&said);
            assert!(whole <= 900, "{folder} {}: grade {whole}/100", journey.id);
            println!("{folder} {}: {} sentences, grade {whole}/100", journey.id, said.len());
            for s in &said {
                // A sentence alone may be harder, a list of titles say; but not by far.
                assert!(grade(std::slice::from_ref(s)) <= 1400, "{}: {s}", grade(std::slice::from_ref(s)));
                assert!(!s.contains("_total") && !s.contains('{'), "{s}");
            }
        }
    }
}
