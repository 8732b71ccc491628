//! Would the proofs see a wrong rule? Each clause of the flagship's rules is changed, one at a time, and the proofs must fail.
//!
//! Tests take a sample; `just mutants` takes one of each shape (rules that differ in names and numbers only have the
//! same), and `MUTANTS=all` all of them. `JOURNEY=checkout` takes one journey's, `SEED=2` another sample,
//! `CHANGE=clamp` those whose description holds a word, `MUTANTS_RULE=promise:events:count` those of the rules whose name, window
//! and promise begin so, `AGAIN=log` those that an earlier run printed as survivors.

#![allow(clippy::match_same_arms, reason = "a table of mutations reads better in full")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;
use slovo::backend::proofs::{Case, RuleFiles, Suite, prove};
use slovo::project::Project;
use slovo::promql::ast::{Expr, ExprKind, Extent};
use slovo::rules::{self, Kind, Rule, RuleSet};

/// So many where nothing else is asked for.
const SAMPLE: usize = 15;

/// A changed rule.
struct Mutant {
    journey: String,
    /// Its group and its place there.
    place: (usize, usize),
    rule: String,
    what: String,
    /// What it has in common with those that differ in names and numbers only.
    shape: String,
    changed: Rule,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.journey, self.rule, self.what)
    }
}

/// A change of an expression.
struct Change {
    range: Range<usize>,
    with: String,
    what: &'static str,
    /// What stands around it.
    path: String,
}

/// A case.
struct Asked {
    suite: Suite,
    /// Its number there.
    at: usize,
    /// The rules that each of its checks reads.
    needs: Vec<BTreeSet<usize>>,
    /// So many mutants it has killed: it is asked before others.
    kills: AtomicUsize,
}

/// What the proofs are.
struct Proved {
    rules: Vec<(String, RuleSet)>,
    files: RuleFiles,
    cases: Vec<Asked>,
}

#[test]
fn changed_rules_are_seen() {
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`promtool` is missing (required in CI)");
        eprintln!("`promtool` is missing: NOT TESTED");
        return;
    }
    let proved = proved(&Project::load(Path::new("examples/astronomy-shop"), None));
    let all: Vec<Mutant> = proved.rules.iter().flat_map(|(j, set)| mutants(j, set)).collect();
    assert!(all.len() > 1000, "{}", all.len());
    let sample = sample(&all);
    assert!(asked_for() || sample.len() == SAMPLE, "{}", sample.len());
    eprintln!("{} of {} mutants", sample.len(), all.len());
    let began = Instant::now();
    let done = AtomicUsize::new(0);
    let survivors: Vec<String> = sample
        .par_iter()
        .with_max_len(1)
        .filter(|m| {
            let survived = survives(m, &proved);
            let n = done.fetch_add(1, Ordering::Relaxed) + 1;
            if n.is_multiple_of(250) {
                eprintln!("{n} judged, {:.0} s", began.elapsed().as_secs_f32());
            }
            survived
        })
        .map(ToString::to_string)
        .inspect(|said| eprintln!("survives: {said}"))
        .collect();
    let (known, strange): (Vec<&String>, Vec<&String>) = survivors.iter().partition(|s| is_known(s));
    eprintln!(
        "{} of {} mutants in {:.0} s: {} killed, {} mean the same, {} survive",
        sample.len(),
        all.len(),
        began.elapsed().as_secs_f32(),
        sample.len() - survivors.len(),
        known.len(),
        strange.len()
    );
    assert!(strange.is_empty(), "{strange:#?}");
}

/// What is bad in several ways: a rule that counts an event twice, or not at all, is seen.
#[test]
fn changed_unions_are_seen() {
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`promtool` is missing (required in CI)");
        eprintln!("`promtool` is missing: NOT TESTED");
        return;
    }
    let text = r#"
        team shop "Shop" { pages "pager" }
        metric seconds: histogram of seconds {
          labels code
          buckets 0.5, 1.4
        }
        journey j "Use it" {
          owner shop
          promise p "Slow or failed" {
            keep for 90% of calls over 28d
            total seconds
            bad   over 1400ms or where {code=~"5.."}
          }
        }"#;
    let proved = proved(&Project::in_memory(&[("a.slovo", text)], "project: shop\nretention: 40d\n"));
    // What the rule selects and takes away (the rest is every base rule's); and the sum of slow and failed ones, as
    // several `bad`s are counted.
    let all: Vec<Mutant> = proved
        .rules
        .iter()
        .flat_map(|(j, set)| mutants(j, set))
        .filter(|m| m.rule.starts_with("promise:bad_events:count"))
        .collect();
    let about = |m: &&Mutant| {
        let kind = ["matcher dropped", "value swapped", "right side", "left side"];
        m.what.contains("seconds_") && kind.iter().any(|w| m.what.starts_with(w))
    };
    let wanted: Vec<&Mutant> = all.iter().filter(about).collect();
    assert!(wanted.len() >= 20, "{} of {}", wanted.len(), all.len());
    let (known, judged): (Vec<&Mutant>, Vec<&Mutant>) =
        wanted.into_iter().partition(|m| !asked_for() && is_known(&m.to_string()));
    eprintln!("{} of {} mutants, {} are listed as meaning the same", judged.len(), all.len(), known.len());
    assert!(judged.len() > known.len(), "{} listed, {} judged", known.len(), judged.len());
    let strange: Vec<String> = judged
        .par_iter()
        .filter(|m| survives(m, &proved))
        .map(ToString::to_string)
        .filter(|said| !is_known(said))
        .collect();
    assert!(strange.is_empty(), "{strange:#?}");

    let first = all.first().unwrap();
    let twice = r"sum(rate(seconds_count[1m])) - sum(rate(seconds_bucket{le='1.4'}[1m])) + sum(rate(seconds_count{code=~'5..'}[1m]))";
    let mut changed = first.changed.clone();
    changed.expr = format!("30 * ({twice})");
    let added_up = Mutant {
        journey: first.journey.clone(),
        rule: first.rule.clone(),
        what: "added up".to_owned(),
        shape: String::new(),
        place: first.place,
        changed,
    };
    assert!(!survives(&added_up, &proved), "slow failures may count twice unseen");
}

fn proved(project: &Project) -> Proved {
    let model = project.compile().model.unwrap();
    let rules = rules::all(&model);
    let files = RuleFiles::of(rules.clone());
    let suites = prove(&model).suites;
    let cases: Vec<(&Suite, usize)> =
        suites.iter().flat_map(|s| (0..s.cases.len()).map(move |c| (s, c))).collect();
    let cases = cases
        .into_par_iter()
        .map(|(suite, case)| {
            let needs = suite.cases[case].checks.iter().map(|c| files.needed(&suite.journeys, [c])).collect();
            Asked { suite: suite.clone(), at: case, needs, kills: AtomicUsize::new(0) }
        })
        .collect();
    Proved { rules, files, cases }
}

/// Is it more than the sample that all tests take?
fn asked_for() -> bool {
    ["MUTANTS", "AGAIN", "JOURNEY", "CHANGE", "MUTANTS_RULE"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
}

/// The mutants that are wanted.
fn sample(all: &[Mutant]) -> Vec<&Mutant> {
    let wanted = std::env::var("MUTANTS").unwrap_or_else(|_| SAMPLE.to_string());
    let seed = std::env::var("SEED").unwrap_or_default();
    let only = std::env::var("JOURNEY").ok();
    let change = std::env::var("CHANGE").unwrap_or_default();
    let mine = all.iter().filter(|m| only.as_ref().is_none_or(|o| *o == m.journey));
    let mine = mine.filter(|m| m.what.contains(&change));
    let rule = std::env::var("MUTANTS_RULE").unwrap_or_default();
    let mine = mine.filter(|m| m.rule.starts_with(&rule));
    // What an earlier run has printed.
    let again = std::env::var("AGAIN").ok().map(|path| std::fs::read_to_string(path).unwrap());
    let mine = mine.filter(|m| again.as_ref().is_none_or(|log| log.contains(&format!("survives: {m}\n"))));
    if wanted == "all" {
        return mine.collect();
    }
    // In an order that has nothing to do with the rules', and is the same each time.
    let mut shuffled: Vec<(u64, &Mutant)> =
        mine.map(|m| (hash(&format!("{seed} {} {} {}", m.journey, m.rule, m.what)), m)).collect();
    shuffled.sort_by_key(|(hash, m)| (*hash, m.place));
    let mut shapes = BTreeMap::new();
    for (order, (_, mutant)) in shuffled.iter().enumerate() {
        shapes.entry(&mutant.shape).or_insert((order, *mutant));
    }
    let mut one_each: Vec<(usize, &Mutant)> = shapes.into_values().collect();
    one_each.sort_by_key(|(order, _)| *order);
    let most = if wanted == "shapes" { usize::MAX } else { wanted.parse().unwrap() };
    // Those that are listed as meaning the same may survive, which takes every proof: they are judged where they are asked for.
    let judged = |m: &&Mutant| asked_for() || !is_known(&m.to_string());
    one_each.into_iter().map(|(_, m)| m).filter(judged).take(most).collect()
}

/// FNV-1a
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// Changes that mean the same: `tests/proofs_equivalent.txt`.
fn is_known(survivor: &str) -> bool {
    std::fs::read_to_string("tests/proofs_equivalent.txt")
        .unwrap_or_default()
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .any(|known| known.split(" .. ").all(|part| survivor.contains(part.trim())))
}

/// No proof fails. Only what reads the rule is asked: first what has killed most so far, of that and of the others the cheapest;
/// that all values are numbers, which reads every rule, comes last.
fn survives(mutant: &Mutant, proved: &Proved) -> bool {
    let number = proved.files.number(&mutant.journey, mutant.place.0, mutant.place.1).unwrap();
    let files = proved.files.changed(number, &mutant.changed).unwrap();
    [false, true].into_iter().all(|of_all| {
        let mut jobs: Vec<_> = proved
            .cases
            .iter()
            .flat_map(|asked| {
                let mut case: Case = asked.suite.cases[asked.at].clone();
                let mut needs = asked.needs.iter();
                case.checks.retain(|c| {
                    needs.next().is_some_and(|n| n.contains(&number))
                        && c.expr.contains("__name__=~") == of_all
                });
                if case.checks.is_empty() {
                    return Vec::new();
                }
                let kills = asked.kills.load(Ordering::Relaxed);
                let pieces = files.pieces(&asked.suite.journeys, &case, asked.suite.every);
                pieces.into_iter().map(|piece| (Reverse(kills), asked, piece)).collect()
            })
            .collect();
        jobs.sort_by_key(|(kills, _, piece)| (*kills, piece.weight));
        jobs.iter().all(|(_, asked, piece)| {
            let held = holds(&piece.files, &asked.suite.text_of_case("", asked.at, &piece.case));
            asked.kills.fetch_add(usize::from(!held), Ordering::Relaxed);
            held
        })
    })
}

/// promtool has nothing to say against it.
fn holds(files: &[(String, String)], case: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    for (journey, text) in files {
        std::fs::write(folder.path().join(format!("{journey}.yml")), text).unwrap();
    }
    std::fs::write(folder.path().join("case.yml"), case).unwrap();
    let asked = Command::new("promtool")
        .args(["test", "rules", "case.yml"])
        .current_dir(folder.path())
        .env("GOGC", "400")
        .output()
        .unwrap();
    // Ended by a signal says nothing about the rule.
    asked.status.code().is_none_or(|code| code == 0)
}

/// An expression without its names and numbers: what stands in quotes, and digits.
fn shape(expr: &str) -> String {
    let mut out = String::with_capacity(expr.len());
    for (at, part) in expr.split('"').enumerate() {
        if at % 2 == 0 {
            out.extend(part.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }));
        } else {
            out.push('"');
        }
    }
    while out.contains("00") || out.contains("0.0") {
        out = out.replace("00", "0").replace("0.0", "0");
    }
    out
}

fn mutants(journey: &str, set: &RuleSet) -> Vec<Mutant> {
    let mut list = Vec::new();
    let mut seen = BTreeSet::new();
    for (g, group) in set.groups.iter().enumerate() {
        for (r, rule) in group.rules().enumerate() {
            let (expr, name) = (rule.expr.as_str(), rule.name.as_str());
            // What tells rules of a journey apart.
            let window = ["window", "fault"].into_iter().find_map(|l| rule.label(l)).unwrap_or("-");
            let promise = rule.label("promise").unwrap_or("-");
            let title = format!("{name} {window} {promise}");
            let plain = shape(expr);
            let mut add = |what: String, kind: String, change: &dyn Fn(&mut Rule)| {
                let mut changed = rule.clone();
                change(&mut changed);
                if changed != *rule && seen.insert((g, r, format!("{changed:?}"))) {
                    list.push(Mutant {
                        journey: journey.to_owned(),
                        place: (g, r),
                        rule: title.clone(),
                        what,
                        shape: format!("{name} {window} {kind} {plain}"),
                        changed,
                    });
                }
            };
            for (at, change) in changes(expr).into_iter().enumerate() {
                let mut text = expr.to_owned();
                text.replace_range(change.range.clone(), &change.with);
                let (start, end) =
                    (change.range.start.saturating_sub(30), (change.range.end + 30).min(expr.len()));
                let near =
                    expr.get(start..end).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
                let was = expr
                    .get(change.range.clone())
                    .unwrap_or("")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                let was = if was.len() > 60 {
                    format!("{}..", was.chars().take(60).collect::<String>())
                } else {
                    was
                };
                let kind = format!("{} {at}", change.what);
                add(format!("{} `{was}` in `{near}` {}", change.what, change.path), kind, &|rule| {
                    rule.expr.clone_from(&text);
                });
            }
            add("dropped".to_owned(), "dropped".to_owned(), &|rule| {
                "nothing_of_the_kind".clone_into(&mut rule.expr);
            });
            if matches!(rule.kind, Kind::Alert { hold: Some(_), .. }) {
                add("for dropped".to_owned(), "for".to_owned(), &|rule| {
                    if let Kind::Alert { hold, .. } = &mut rule.kind {
                        *hold = None;
                    }
                });
            }
            for label in ["severity", "window", "fault", "promise", "step", "journey", "owner", "receiver"] {
                if rule.label(label).is_some() {
                    add(format!("label {label} swapped"), label.to_owned(), &|rule| {
                        let (_, value) = rule.labels.iter_mut().find(|(name, _)| name == label).unwrap();
                        "swapped".clone_into(value);
                    });
                }
            }
        }
    }
    list
}

/// Every clause of an expression, changed in its turn.
fn changes(expr: &str) -> Vec<Change> {
    let tree = slovo::promql::parse(expr).unwrap_or_else(|e| panic!("{expr}\n{e:?}"));
    let mut list = Vec::new();
    walk(&tree, expr, "", &mut list);
    list
}

/// `path`: what stands around it, from the outside: functions, and operators with the side it is on.
fn walk(node: &Expr, text: &str, path: &str, list: &mut Vec<Change>) {
    let mut change = |range: Range<usize>, with: String, what| {
        list.push(Change { range, with, what, path: path.to_owned() });
    };
    let shown = |r: &Range<usize>| text.get(r.clone()).unwrap_or("").to_owned();
    match &node.kind {
        ExprKind::Number(n) => {
            let (more, less) = if n.abs() < f64::EPSILON { (1.0, -1.0) } else { (n * 1.2, n * 0.8) };
            change(node.range.clone(), format!("{}", more + 0.000_001), "more than");
            change(node.range.clone(), format!("{}", less - 0.000_001), "less than");
        }
        ExprKind::Selector(selector) => {
            for matcher in &selector.matchers {
                let range = matcher.range();
                let mut whole = range.clone();
                if text.get(range.end..).is_some_and(|rest| rest.starts_with(',')) {
                    whole.end += 1;
                } else if text.get(..range.start).is_some_and(|rest| rest.ends_with(',')) {
                    whole.start -= 1;
                }
                change(whole, String::new(), "matcher dropped");
                change(matcher.value.range.clone(), "\"swapped\"".to_owned(), "value swapped");
            }
            if let Some(Extent::Fixed { .. }) = &selector.window {
                widen(selector.window.as_ref().unwrap(), &mut change);
            }
            if let Some(offset) = &selector.shift.offset {
                change(offset.clone(), String::new(), "offset dropped");
            }
        }
        ExprKind::Subquery(subquery) => {
            widen(&subquery.window, &mut change);
            if let Some(offset) = &subquery.shift.offset {
                change(offset.clone(), String::new(), "offset dropped");
            }
        }
        ExprKind::Binary(binary) => {
            change(node.range.clone(), shown(&binary.left.range), "right side dropped");
            change(node.range.clone(), shown(&binary.right.range), "left side dropped");
            for label in binary.matching.iter().flat_map(|m| &m.labels) {
                change(label.range.clone(), "nothing".to_owned(), "matching changed");
            }
            let other = match binary.op.as_str() {
                ">" => ">=",
                ">=" => ">",
                "<" => "<=",
                "<=" => "<",
                "==" => ">=",
                "+" => "-",
                "-" => "+",
                "*" => "/",
                "/" => "*",
                "and" => "unless",
                "unless" => "and",
                "or" => "and",
                _ => return,
            };
            change(binary.op_range.clone(), other.to_owned(), "operator changed");
        }
        ExprKind::Aggregate(aggregate) => {
            let other = match aggregate.op.as_str() {
                "sum" => "max",
                "max" => "min",
                "min" => "max",
                "count" => "sum",
                _ => "",
            };
            if !other.is_empty() {
                change(aggregate.op_range.clone(), other.to_owned(), "aggregation changed");
            }
            if let Some(grouping) = &aggregate.grouping {
                for label in &grouping.labels {
                    change(label.range.clone(), "nothing".to_owned(), "grouping changed");
                }
            }
        }
        ExprKind::Call(call) => {
            let other = match call.name.text.as_str() {
                "rate" => "increase",
                "sum_over_time" => "avg_over_time",
                "avg_over_time" => "sum_over_time",
                "clamp_min" => "clamp_max",
                "clamp_max" => "clamp_min",
                "min_over_time" => "max_over_time",
                "max_over_time" => "min_over_time",
                "last_over_time" => "count_over_time",
                "ln" => "exp",
                "exp" => "ln",
                _ => "",
            };
            if !other.is_empty() {
                change(call.name.range.clone(), other.to_owned(), "function changed");
            }
        }
        ExprKind::Str(_) | ExprKind::Paren(_) | ExprKind::Unary(_) => {}
    }
    for (at, child) in node.children().enumerate() {
        let step = match &node.kind {
            ExprKind::Binary(b) => {
                let matching = match &b.matching {
                    Some(m) if m.on => " on",
                    Some(_) => " ignoring",
                    None => "",
                };
                format!("/{}{matching}.{}", b.op.as_str(), ["left", "right"][at.min(1)])
            }
            ExprKind::Aggregate(a) => format!("/{}", a.op.as_str()),
            ExprKind::Call(c) => format!("/{}", c.name.text),
            ExprKind::Number(_)
            | ExprKind::Str(_)
            | ExprKind::Selector(_)
            | ExprKind::Subquery(_)
            | ExprKind::Paren(_)
            | ExprKind::Unary(_) => String::new(),
        };
        walk(child, text, &format!("{path}{step}"), list);
    }
}

fn widen(window: &Extent, change: &mut impl FnMut(Range<usize>, String, &'static str)) {
    change(window.range(), "7m".to_owned(), "range changed to 7m");
    change(window.range(), "13h".to_owned(), "range changed to 13h");
}
