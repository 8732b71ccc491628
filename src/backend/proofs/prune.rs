//! What a check reads: of the rules, directly or through others, and of the series that are fed. All else can't change its
//! answer, so it needn't be evaluated: half of the time of `slovo test`, and most of that of judging changed rules.

use std::collections::BTreeSet;

use super::case::{Case, Check};
use super::witness::{Labels, satisfies};
use crate::backend::rule_file;
use crate::ir::{MatchOp, Matcher};
use crate::promql::{SelectorRef, carried, parse};
use crate::rules::{Group, Item, Rule, RuleSet};
use crate::value::Duration;

/// The name of a series as a label.
const NAME: &str = "__name__";
/// Labels that tell promises of a journey apart. Most rules serve all of them and keep them apart, so what is asked of one
/// promise needs the others' base rules for nothing.
const APART: [&str; 2] = ["step", "promise"];

/// A selector that a rule or a check reads.
#[derive(Clone, Debug)]
struct Read {
    matchers: Vec<Matcher>,
    /// Labels of what comes out that only series with the same value have a part in.
    carried: Vec<&'static str>,
}

/// The rules of journeys, and what each of them reads.
#[derive(Clone, Debug, Default)]
pub struct RuleFiles {
    files: Vec<(String, RuleSet)>,
    rules: Vec<Known>,
}

/// A rule: what it gives and what it reads.
#[derive(Clone, Debug)]
struct Known {
    /// The numbers of its file, of its group there, and of the rule in the group.
    place: (usize, usize, usize),
    /// Labels that every series of it has, its name among them.
    gives: Labels,
    /// Labels that templates set: they may hold anything.
    templates: Vec<String>,
    /// None: can't be told.
    reads: Option<Vec<Read>>,
}

/// A case, or a piece of one, of which only what is needed is left.
#[derive(Debug)]
pub struct Pruned {
    /// The rule files: journey and text.
    pub files: Vec<(String, String)>,
    /// The case without series that nothing reads.
    pub case: Case,
    /// Selectors evaluated: a measure of the time it takes.
    pub weight: u64,
}

impl RuleFiles {
    /// Of rules by their journeys.
    pub fn of(files: Vec<(String, RuleSet)>) -> Self {
        let mut rules = Vec::new();
        for (file, (_, set)) in files.iter().enumerate() {
            for (group, all) in set.groups.iter().enumerate() {
                rules.extend(
                    all.rules().enumerate().map(|(index, rule)| Known::of((file, group, index), rule)),
                );
            }
        }
        Self { files, rules }
    }

    /// The number of a rule, by its journey, its group and its place there.
    pub fn number(&self, journey: &str, group: usize, index: usize) -> Option<usize> {
        let file = self.files.iter().position(|(name, _)| name == journey)?;
        self.rules.iter().position(|r| r.place == (file, group, index))
    }

    /// The same with another rule in place of this one.
    pub fn changed(&self, number: usize, rule: &Rule) -> Option<Self> {
        let mut all = self.clone();
        let old = all.rules.get_mut(number)?;
        *old = Known::of(old.place, rule);
        let (file, group, index) = old.place;
        let group = all.files.get_mut(file)?.1.groups.get_mut(group)?;
        let rules = group.items.iter_mut().filter_map(|item| match item {
            Item::Rule(rule) => Some(rule),
            Item::Comment(_) | Item::Split => None,
        });
        *rules.into_iter().nth(index)? = rule.clone();
        Some(all)
    }

    /// The rules of these journeys that the checks read.
    pub fn needed<'c>(
        &self,
        journeys: &[String],
        checks: impl IntoIterator<Item = &'c Check>,
    ) -> BTreeSet<usize> {
        let mine = |r: &Known| self.files.get(r.place.0).is_some_and(|f| journeys.contains(&f.0));
        let mut open: Vec<Option<Vec<Read>>> = checks.into_iter().map(|c| reads(&c.expr)).collect();
        let mut found = BTreeSet::new();
        // A rule may be asked for one promise here and for all of them there.
        let mut asked: BTreeSet<(usize, BTreeSet<(String, String)>)> = BTreeSet::new();
        while let Some(read) = open.pop() {
            for (number, rule) in self.rules.iter().enumerate().filter(|(_, r)| mine(r)) {
                let everything = [Read { matchers: Vec::new(), carried: Vec::new() }];
                for read in read.as_deref().unwrap_or(&everything) {
                    if may_find(&read.matchers, &rule.gives) {
                        found.insert(number);
                        let only = rule.asked_for(&read.matchers);
                        if asked.insert((number, only.clone())) {
                            open.push(rule.reads_for(&only));
                        }
                    }
                }
            }
        }
        found
    }

    /// How long a case takes that evaluates these rules until then: the selectors that are evaluated.
    pub(super) fn weight(&self, rules: &BTreeSet<usize>, last: Duration, every: Duration) -> u64 {
        let selectors = |n: &usize| self.rules.get(*n)?.reads.as_ref().map(Vec::len);
        let each: usize = rules.iter().map(|n| selectors(n).unwrap_or(1)).sum();
        let steps = last.as_micros() / every.as_micros().max(1) + 1;
        steps.saturating_mul(u64::try_from(each).unwrap_or(u64::MAX))
    }

    /// A case with these rules and the series that they and its checks read.
    pub(super) fn prune(
        &self,
        journeys: &[String],
        mut case: Case,
        needed: &BTreeSet<usize>,
        weight: u64,
    ) -> Pruned {
        let mut read: Vec<Option<Vec<Read>>> = case.checks.iter().map(|c| reads(&c.expr)).collect();
        read.extend(needed.iter().filter_map(|n| self.rules.get(*n)).map(|r| r.reads.clone()));
        let is_read = |series: &String| {
            let Some(labels) = series_labels(series) else { return true };
            read.iter()
                .any(|r| r.as_ref().is_none_or(|list| list.iter().any(|r| satisfies(&labels, &r.matchers))))
        };
        case.inputs.retain(|(series, _)| is_read(series));
        let files = self
            .files
            .iter()
            .enumerate()
            .filter(|(_, (journey, _))| journeys.contains(journey))
            .map(|(at, (journey, set))| (journey.clone(), self.only(at, set, needed)))
            .collect();
        Pruned { files, case, weight }
    }

    /// A file with some of its rules.
    fn only(&self, file: usize, set: &RuleSet, needed: &BTreeSet<usize>) -> String {
        let wanted: BTreeSet<_> =
            needed.iter().filter_map(|n| self.rules.get(*n)).map(|rule| rule.place).collect();
        let kept = |(group, all): (usize, &Group)| {
            let rules = all.rules().enumerate().filter(|(index, _)| wanted.contains(&(file, group, *index)));
            let items: Vec<Item> = rules.map(|(_, rule)| Item::Rule(rule.clone())).collect();
            (!items.is_empty()).then(|| Group { items, name: all.name.clone(), interval: all.interval })
        };
        rule_file::text(&set.groups.iter().enumerate().filter_map(kept).collect::<Vec<_>>())
    }
}

impl Known {
    fn of(place: (usize, usize, usize), rule: &Rule) -> Self {
        let is_template = |value: &str| value.contains("{{");
        let (templates, fixed): (Vec<_>, Vec<_>) =
            rule.labels.iter().partition(|(_, value)| is_template(value));
        let mut gives: Labels = fixed.into_iter().cloned().collect();
        if rule.is_alert() {
            gives.insert("alertname".to_owned(), rule.name.clone());
            gives.insert(NAME.to_owned(), "ALERTS".to_owned());
        } else {
            gives.insert(NAME.to_owned(), rule.name.clone());
        }
        let templates = templates.into_iter().map(|(label, _)| label.clone()).collect();
        Self { place, gives, templates, reads: reads(&rule.expr) }
    }
    /// What is asked of its series by labels that keep promises apart and that it takes from what it reads. A set: what is asked
    /// of a rule that reads its own earlier samples must not grow each time round.
    fn asked_for(&self, matchers: &[Matcher]) -> BTreeSet<(String, String)> {
        let taken = |m: &&Matcher| {
            m.op == MatchOp::Equal
                && APART.contains(&m.label.as_str())
                && !self.gives.contains_key(&m.label)
                && !self.templates.contains(&m.label)
        };
        matchers.iter().filter(taken).map(|m| (m.label.clone(), m.value.clone())).collect()
    }
    /// What it reads for those of its series that have these labels.
    fn reads_for(&self, only: &BTreeSet<(String, String)>) -> Option<Vec<Read>> {
        let narrowed = |read: &Read| {
            let mut read = read.clone();
            for (label, value) in only.iter().filter(|(l, _)| read.carried.contains(&l.as_str())) {
                let (label, value) = (label.clone(), value.clone());
                read.matchers.push(Matcher { label, op: MatchOp::Equal, value });
            }
            read
        };
        Some(self.reads.as_ref()?.iter().map(narrowed).collect())
    }
}

/// The selectors of an expression, their names among the matchers.
fn reads(expr: &str) -> Option<Vec<Read>> {
    let tree = parse(expr).ok()?;
    let matcher =
        |label: &str, op, value: &str| Matcher { label: label.to_owned(), op, value: value.to_owned() };
    let one = |(s, carried): (SelectorRef<'_>, Vec<&'static str>)| {
        let own = s.matchers().iter().map(|m| matcher(&m.label.text, m.op, &m.value.text));
        // The name first: it tells most apart.
        let name = s.metric().map(|(name, _)| matcher(NAME, MatchOp::Equal, name));
        Read { matchers: name.into_iter().chain(own).collect(), carried }
    };
    Some(carried(&tree, &APART).into_iter().map(one).collect())
}

/// May a selector find series of a rule? Of labels that the rule doesn't set nothing is known.
fn may_find(matchers: &[Matcher], gives: &Labels) -> bool {
    matchers
        .iter()
        .filter(|m| gives.contains_key(&m.label))
        .all(|m| satisfies(gives, std::slice::from_ref(m)))
}

/// The labels of a series in promtool's notation.
fn series_labels(series: &str) -> Option<Labels> {
    let list = reads(series)?;
    let [read] = list.as_slice() else { return None };
    Some(read.matchers.iter().map(|m| (m.label.clone(), m.value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Origin, PromisePath};
    use crate::rules::Kind;
    use crate::source::{FileId, Span};

    /// What a rule is called, its expression and its labels. Alerts are called in capitals.
    type Short<'t> = (&'t str, &'t str, &'t [(&'t str, &'t str)]);

    /// Rules of one group.
    fn files(rules: &[Short<'_>]) -> RuleFiles {
        let item = |(name, expr, labels): &Short<'_>| {
            let kind = if name.starts_with(char::is_uppercase) {
                Kind::Alert { hold: None, keep: None, annotations: Vec::new() }
            } else {
                Kind::Record
            };
            let owned = |(label, value): &(&str, &str)| ((*label).to_owned(), (*value).to_owned());
            let labels = labels.iter().map(owned).collect();
            Item::Rule(Rule {
                name: (*name).to_owned(),
                kind,
                expr: (*expr).to_owned(),
                labels,
                promise: None,
            })
        };
        let items = rules.iter().map(item).collect();
        let group = Group { name: "a".to_owned(), interval: Duration::from_mins(1), items };
        RuleFiles::of(vec![("j".to_owned(), RuleSet { groups: vec![group] })])
    }

    fn of_two_promises() -> RuleFiles {
        files(&[
            ("base", r#"rate(x{code="1"}[1m])"#, &[("promise", "p")]),
            ("base", "rate(y[1m])", &[("promise", "q")]),
            ("ratio", r#"base{promise="p"} / 2"#, &[("window", "5m")]),
            ("Fast", r#"ratio{window="5m"} > 1"#, &[("severity", "page")]),
            ("Slow", r#"ratio{window="1h"} > 1"#, &[]),
        ])
    }

    fn case(expr: &str) -> Case {
        let mut case = Case::new("t", Duration::from_secs(30));
        for series in ["x{code=\"1\"}", "x{code=\"2\"}", "y{}", "base{promise=\"p\"}", "{__name__=\"x.y\"}"] {
            case.inputs.push((series.to_owned(), "1x9".to_owned()));
        }
        case.checks.push(Check {
            promise: PromisePath { journey: "j".to_owned(), step: None, promise: "p".to_owned() },
            origin: Origin { span: Span::new(FileId(0), 0, 0), line: 1 },
            says: String::new(),
            at: Duration::from_mins(5),
            expr: expr.to_owned(),
            expect: Vec::new(),
        });
        case
    }

    #[test]
    fn what_a_check_needs() {
        let files = of_two_promises();
        let needed =
            |expr: &str| files.needed(&["j".to_owned()], &case(expr).checks).into_iter().collect::<Vec<_>>();
        assert_eq!(needed("base"), [0, 1]);
        assert_eq!(needed("ALERTS{alertname=\"Fast\"}"), [0, 2, 3]);
        assert_eq!(
            needed("ALERTS{alertname=~\"Slow|None\",severity=\"page\"}"),
            [4],
            "no severity: may be any"
        );
        assert_eq!(needed("{__name__=~\".*\"}"), [0, 1, 2, 3, 4]);
        assert!(needed("nothing").is_empty());
        let pieces = files.pieces(&["j".to_owned()], &case("ratio"), Duration::from_mins(1));
        let [pruned] = pieces.as_slice() else { panic!("{pieces:?}") };
        let inputs: Vec<&str> = pruned.case.inputs.iter().map(|(s, _)| s.as_str()).collect();
        assert_eq!(inputs, ["x{code=\"1\"}", "base{promise=\"p\"}"]);
        assert_eq!(pruned.weight, 6 * 2);
        let text = &pruned.files[0].1;
        assert!(text.contains("rate(x") && !text.contains("rate(y") && !text.contains("Fast"), "{text}");
        assert_eq!(files.number("j", 0, 3), Some(3));
    }

    /// The rules that a check needs.
    fn asked(files: &RuleFiles, expr: &str) -> Vec<usize> {
        files.needed(&["j".to_owned()], &case(expr).checks).into_iter().collect()
    }

    #[test]
    fn what_is_asked_of_one_promise_needs_no_other() {
        let files = files(&[
            ("base", "rate(x[1m])", &[("step", "s"), ("promise", "p")]),
            ("base", "rate(y[1m])", &[("step", "s"), ("promise", "q")]),
            ("ratio", r#"sum by (step, promise) (base{journey="j"}) / 2"#, &[("window", "5m")]),
            ("mixed", "sum by (promise) (ratio) / scalar(sum(ratio))", &[]),
            ("named", "ratio", &[("promise", "{{ $labels.step }}")]),
            ("Fast", r#"ratio{window="5m",promise="q"} > 1"#, &[("promise", "q")]),
        ]);
        let needed = |expr: &str| asked(&files, expr);
        assert_eq!(needed("ratio{step=\"s\",promise=\"p\"}"), [0, 2]);
        assert_eq!(needed("ratio{step=\"s\"}"), [0, 1, 2]);
        assert_eq!(needed("ratio{promise=~\"p\"}"), [0, 1, 2], "only what is fixed is followed");
        assert_eq!(needed("sum(ratio{promise=\"p\"}) + sum(ratio)"), [0, 1, 2], "asked in two ways");
        assert_eq!(needed("mixed{promise=\"p\"}"), [0, 1, 2, 3], "the scalar is of all");
        assert_eq!(needed("named{promise=\"p\"}"), [0, 1, 2, 4], "a template may hold anything");
        assert_eq!(needed("ALERTS{alertname=\"Fast\",promise=\"q\"}"), [1, 2, 5]);
        assert_eq!(needed("ratio{promise=\"other\"}"), [2]);
    }

    #[test]
    fn rules_that_read_themselves_end() {
        let files = files(&[(
            "sum",
            r#"sum by (promise) (base{promise="p"} or last_over_time(sum{promise="p"}[1h]))"#,
            &[],
        )]);
        assert_eq!(asked(&files, "sum{promise=\"p\"}"), [0]);
    }

    #[test]
    fn what_is_asked_early_of_many_rules_and_late_of_few_is_cut() {
        let files = of_two_promises();
        let mut all = case("base{promise=\"q\"}");
        let one = all.checks.remove(0);
        let ask = |expr: &str, minutes| Check {
            expr: expr.to_owned(),
            at: Duration::from_mins(minutes),
            ..one.clone()
        };
        let (late, early) = (ask("base{promise=\"q\"}", 900), ask("{__name__=~\".*\"}", 1));
        let pieces = |all: &Case| files.pieces(&["j".to_owned()], all, Duration::from_mins(1));
        all.checks = vec![late.clone(), early.clone()];
        let cut = pieces(&all);
        assert_eq!(cut.iter().map(|p| p.case.checks.clone()).collect::<Vec<_>>(), [[early], [late.clone()]]);
        assert!(cut[0].files[0].1.contains("Fast") && !cut[1].files[0].1.contains("Fast"), "{cut:?}");
        assert_eq!(cut.iter().map(|p| p.weight).collect::<Vec<_>>(), [2 * 5, 901]);
        // The same rules: nothing is gained.
        all.checks = vec![late, ask("base{promise=\"q\"}", 1)];
        assert_eq!(pieces(&all).len(), 1);
    }
}
