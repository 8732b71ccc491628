//! What alerts say: templates, the built-in ones (`templates/alerts/`) and the user's over them.
//!
//! There are two kinds of templates here. Ours are minijinja's and are filled when the rules are built; what they give is a Go
//! template that Prometheus fills when an alert fires. So every value that is printed is made inert for Go, except what is
//! meant for Prometheus: the values under `now`, and what `go(..)` makes.

mod burn;
pub mod go;
mod links;
mod now;
mod of_all;
mod who;
mod words;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use minijinja::context;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};

use super::plan::Plan;
use crate::ir::{Settings, Target};
use crate::render::template::{self, Room, TemplateError, explained};

pub(crate) use burn::Burn;
pub(crate) use of_all::OfAll;
pub(crate) use words::{escape_go_template, sentence, stop};

/// Built-in templates, by the name under which a user may replace them: what the alert's name begins with (`any`: of every
/// alert), and the annotation.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("PromiseBurns.summary.txt", include_str!("../../../templates/alerts/PromiseBurns.summary.txt")),
    ("PromiseBurns.description.txt", include_str!("../../../templates/alerts/PromiseBurns.description.txt")),
    ("PromiseBurns.users.txt", include_str!("../../../templates/alerts/PromiseBurns.users.txt")),
    ("PromiseNoData.summary.txt", include_str!("../../../templates/alerts/PromiseNoData.summary.txt")),
    (
        "PromiseNoData.description.txt",
        include_str!("../../../templates/alerts/PromiseNoData.description.txt"),
    ),
    ("PromisePartGone.summary.txt", include_str!("../../../templates/alerts/PromisePartGone.summary.txt")),
    (
        "PromisePartGone.description.txt",
        include_str!("../../../templates/alerts/PromisePartGone.description.txt"),
    ),
    (
        "PromiseCountsContradict.summary.txt",
        include_str!("../../../templates/alerts/PromiseCountsContradict.summary.txt"),
    ),
    (
        "PromiseCountsContradict.description.txt",
        include_str!("../../../templates/alerts/PromiseCountsContradict.description.txt"),
    ),
    (
        "PromiseMeasuresWrong.summary.txt",
        include_str!("../../../templates/alerts/PromiseMeasuresWrong.summary.txt"),
    ),
    (
        "PromiseMeasuresWrong.description.txt",
        include_str!("../../../templates/alerts/PromiseMeasuresWrong.description.txt"),
    ),
    (
        "PromiseBudgetPolicy.summary.txt",
        include_str!("../../../templates/alerts/PromiseBudgetPolicy.summary.txt"),
    ),
    (
        "PromiseBudgetPolicy.description.txt",
        include_str!("../../../templates/alerts/PromiseBudgetPolicy.description.txt"),
    ),
    ("any.who.txt", include_str!("../../../templates/alerts/any.who.txt")),
    ("any.runbook_url.txt", include_str!("../../../templates/alerts/any.runbook_url.txt")),
    ("any.dashboard_url.txt", include_str!("../../../templates/alerts/any.dashboard_url.txt")),
    ("any.__dashboardUid__.txt", include_str!("../../../templates/alerts/any.__dashboardUid__.txt")),
    ("any.__panelId__.txt", include_str!("../../../templates/alerts/any.__panelId__.txt")),
    ("any.document_url.txt", include_str!("../../../templates/alerts/any.document_url.txt")),
];

/// What an alert's texts are made of.
pub(crate) trait Facts {
    /// What a built-in template gives where that is known without filling it: a build of thousands of promises spends most
    /// of its alerts' time in templates otherwise. Empty: no annotation.
    fn written(&self, template: &str) -> Option<String>;
    /// Whose alert it is, for messages: `checkout.pay.accepted`, or the journey.
    fn owner(&self) -> String;
    /// What templates get: docs/templates.md.
    fn context(&self, kind: &str) -> Value;
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

/// A part of a Go template.
fn go(text: &str) -> Value {
    Value::from_safe_string(text.to_owned())
}

/// A built-in template.
fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}

/// What an alert's template may be of; both burn-rate alerts share theirs.
pub const KINDS: [&str; 7] = [
    "PromiseBurns",
    "PromiseNoData",
    "PromisePartGone",
    "PromiseCountsContradict",
    "PromiseMeasuresWrong",
    "PromiseBudgetPolicy",
    "any",
];

/// The order of annotations; others follow by name.
const ORDER: [&str; 9] = [
    "summary",
    "description",
    "users",
    "who",
    "runbook_url",
    "dashboard_url",
    // Grafana links an alert to a panel by these two; other readers pass over them.
    "__dashboardUid__",
    "__panelId__",
    "document_url",
];

/// The prefix under which the built-in templates stay in reach of those that replace them.
const PREFIX: &str = "built-in/";

/// Templates ready to be filled.
#[derive(Debug)]
pub(crate) struct Texts {
    env: Environment<'static>,
    /// Of each kind: annotations in order, their templates, and whether that is a user's.
    lists: BTreeMap<&'static str, Vec<(String, String, bool)>>,
    /// They are for vmalert, which knows more functions.
    vmalert: bool,
    /// The first mistake that was met: rules are written without failing, see [`super::check_texts`].
    wrong: Mutex<Option<TemplateError>>,
}

static OURS: LazyLock<Arc<Texts>> = LazyLock::new(|| Arc::new(Texts::new(&BTreeMap::new(), false)));

impl Texts {
    /// The templates of these settings.
    pub(crate) fn of(settings: &Settings) -> Arc<Self> {
        if settings.alert_texts.is_empty() {
            return Arc::clone(&OURS);
        }
        let vmalert = matches!(settings.prometheus.target, Target::Vmalert(_));
        Arc::new(Self::new(&settings.alert_texts, vmalert))
    }

    fn new(user: &BTreeMap<String, String>, vmalert: bool) -> Self {
        let mut env = template::environment(Room::ALERT);
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        // What a block or a macro gives was made inert already.
        env.set_auto_escape_callback(|_| AutoEscape::Custom("go".into()));
        env.set_formatter(write_value);
        env.add_filter("stopped", stopped);
        env.add_function("go", |text: &str| Value::from_safe_string(format!("{{{{ {text} }}}}")));
        let mut wrong = None;
        match SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
            Ok(syntax) => env.set_syntax(syntax),
            Err(error) => wrong = Some(explained("", &error)),
        }
        let built_in = BUILT_IN.iter().flat_map(|(name, text)| {
            let kept = (format!("{PREFIX}{name}"), (*text).to_owned());
            let own = (!user.contains_key(*name)).then(|| ((*name).to_owned(), (*text).to_owned()));
            std::iter::once(kept).chain(own)
        });
        for (name, text) in built_in.chain(user.iter().map(|(n, t)| (n.clone(), t.clone()))) {
            if let Err(error) = template::add(&mut env, &name, &text) {
                wrong.get_or_insert(error);
            }
        }
        let names: Vec<&str> =
            BUILT_IN.iter().map(|(n, _)| *n).chain(user.keys().map(String::as_str)).collect();
        let list = |kind: &'static str| {
            let all = annotations(kind, &names, |name| user.contains_key(name)).into_iter();
            (
                kind,
                all.map(|(a, t)| {
                    let own = user.contains_key(&t);
                    (a, t, own)
                })
                .collect(),
            )
        };
        Self { lists: KINDS.into_iter().map(list).collect(), env, vmalert, wrong: Mutex::new(wrong) }
    }

    /// The annotations of an alert. An empty one is none.
    pub(crate) fn annotations(&self, kind: &'static str, facts: &impl Facts) -> Vec<(&str, String)> {
        let mut made = Vec::with_capacity(ORDER.len());
        let context = OnceCell::new();
        // Behind a mistake nothing is of use, and each could take its time.
        if self.wrong().is_some() {
            return made;
        }
        for (annotation, template, own) in self.lists.get(kind).into_iter().flatten() {
            let written = if *own { None } else { facts.written(template) };
            let text = written
                .map_or_else(|| self.render(template, *own, context.get_or_init(|| facts.context(kind))), Ok);
            match text {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) if text.trim().len() == text.len() => made.push((annotation.as_str(), text)),
                Ok(text) => made.push((annotation.as_str(), text.trim().to_owned())),
                Err(mut error) => {
                    // It may fail for this one only.
                    let _ = write!(error.message, " (filled for `{}`)", facts.owner());
                    self.wrong.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                }
            }
        }
        made
    }

    fn render(&self, name: &str, own: bool, context: &Value) -> Result<String, TemplateError> {
        let text = template::fill(&self.env, Room::ALERT, name, context.clone())?;
        // Ours are held by tests; a file with one mistake is refused as a whole.
        let judged =
            if own { go::check(&text, self.vmalert).and_then(|()| has_label(name, &text)) } else { Ok(()) };
        judged.map(|()| text).map_err(|why| TemplateError {
            template: name.to_owned(),
            line: None,
            message: format!("what it gives is not a template that Prometheus takes: {why}"),
        })
    }

    /// The first mistake so far.
    pub(crate) fn wrong(&self) -> Option<TemplateError> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `PromiseNoData.summary.txt` or `any.runbook_url.txt` as the annotations of `PromiseNoData`. The user's go before ours, and of
/// either those of the alert before those of any.
fn annotations(kind: &str, names: &[&str], own: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for (users, of) in [(false, "any"), (false, kind), (true, "any"), (true, kind)] {
        for name in names.iter().filter(|name| own(name) == users) {
            if let Some((k, annotation)) = parts(name)
                && k == of
            {
                found.insert(annotation, name);
            }
        }
    }
    let place = |annotation: &str| ORDER.iter().position(|o| *o == annotation).unwrap_or(ORDER.len());
    let mut list: Vec<(&str, &str)> = found.into_iter().collect();
    list.sort_by_key(|(annotation, _)| (place(annotation), *annotation));
    list.into_iter().map(|(a, t)| (a.to_owned(), t.to_owned())).collect()
}

/// The alert and the annotation of a template, by its name; none where that isn't one.
pub fn parts(name: &str) -> Option<(&str, &str)> {
    let (kind, rest) = name.split_once('.')?;
    let annotation = rest.strip_suffix(".txt")?;
    (KINDS.contains(&kind) && crate::promql::print::is_label_name(annotation)).then_some((kind, annotation))
}

/// Writes a value: inert, unless it is meant for Prometheus.
fn write_value(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let Some(text) = template::shown(value)? else { return Ok(()) };
    let text = text.as_ref();
    let written =
        if value.is_safe() { out.write_str(text) } else { out.write_str(&escape_go_template(text)) };
    written.map_err(Error::from)
}

/// A burn-rate alert is one for all of its windows: the label would be empty, and nothing would say so.
fn has_label(template: &str, text: &str) -> Result<(), String> {
    let asked = ["$labels.window", ".Labels.window"].into_iter().find(|l| text.contains(l));
    match asked.filter(|_| template.starts_with("PromiseBurns.")) {
        Some(label) => Err(format!(
            "`{label}` is empty, since an alert is one for all of its windows: `{{{{ now.window }}}}` asks which of them speaks"
        )),
        None => Ok(()),
    }
}

/// With a full stop, unless it ends a sentence itself.
fn stopped(text: &str) -> String {
    format!("{text}{}", stop(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts of which nothing is known but what templates get.
    struct Given(Value);

    impl Facts for Given {
        fn written(&self, _: &str) -> Option<String> {
            None
        }

        fn owner(&self) -> String {
            "given".to_owned()
        }

        fn context(&self, _: &str) -> Value {
            self.0.clone()
        }
    }

    fn own(name: &str, text: &str) -> (Vec<(String, String)>, Option<TemplateError>) {
        let texts = Texts::new(&BTreeMap::from([(name.to_owned(), text.to_owned())]), false);
        let context = context! {
            now => context! {
                promise => go("{{ $labels.promise }}"), title => go("{{ $labels.promise }}"), seen => "", looked_for => "",
            },
            who => "",
            links => context! { runbook => (), dashboard => "https://d/{{x}}", board => (), panel => (), document => () },
            title => "{{ evil }}",
        };
        let made = texts.annotations("PromiseNoData", &Given(context));
        let made = made.into_iter().map(|(n, t)| (n.to_owned(), t)).collect();
        (made, texts.wrong())
    }

    #[test]
    fn a_template_of_ones_own() {
        let (made, wrong) =
            own("PromiseNoData.chat.txt", "{{ title }} {{ now.promise }} {{ go(\"$value\") }}\n");
        assert_eq!(wrong, None);
        let chat = r#"{{"{"}}{{"{"}} evil }} {{ $labels.promise }} {{ $value }}"#;
        assert!(made.contains(&("chat".to_owned(), chat.to_owned())), "{made:?}");
        let names: Vec<&str> = made.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names, ["summary", "description", "dashboard_url", "chat"]);
        let (made, wrong) = own(
            "PromiseNoData.summary.txt",
            "{% include \"built-in/PromiseNoData.summary.txt\" %}!{% raw %}{{ $value }}{% endraw %}",
        );
        assert_eq!(wrong, None);
        assert_eq!(made[0].1, "{{ $labels.promise }}: no data, so nobody knows if it is kept!{{ $value }}");
        let (made, _) = own("any.dashboard_url.txt", "");
        assert!(!made.iter().any(|(n, _)| n == "dashboard_url"), "an empty text is not an annotation");
    }

    #[test]
    fn mistakes_name_template_and_line() {
        let said = |name: &str, text: &str| own(name, text).1.unwrap().to_string();
        let undefined = said("PromiseNoData.summary.txt", "a\n{{ tilte }}");
        let place = "template `PromiseNoData.summary.txt`, line 2: undefined value";
        assert!(undefined.starts_with(place) && undefined.contains("tilte"), "{undefined}");
        let open = said("any.x.txt", "a {% raw %}{{ $value {% endraw %}");
        assert!(open.contains("is not closed"), "{open}");
        assert!(said("any.x.txt", "\n{% if %}").contains("line 2"));
    }

    #[test]
    fn names() {
        assert_eq!(parts("PromiseBurns.summary.txt"), Some(("PromiseBurns", "summary")));
        assert_eq!(parts("PromiseBurnsFast.summary.txt"), None);
        assert_eq!(parts("any.a-b.txt"), None);
        assert!(BUILT_IN.iter().all(|(name, _)| parts(name).is_some()));
    }
}
