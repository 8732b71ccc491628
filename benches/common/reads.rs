//! Which rule reads which: in what order rules can be evaluated each over all of the time, and which have to be evaluated
//! together, moment by moment.

use slovo::ir::MatchOp;
use slovo::promql;

use super::layers::Rule;

/// What a rule reads.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// The rules, by place.
    pub rules: Vec<usize>,
    /// Series that no rule records.
    pub raw: bool,
}

/// What each rule reads.
pub fn reads(rules: &[Rule]) -> Vec<Reads> {
    rules.iter().map(|rule| of(rule, rules)).collect()
}

fn of(rule: &Rule, rules: &[Rule]) -> Reads {
    let expr = promql::parse(&rule.expr).unwrap_or_else(|e| panic!("{}: {e:?}", rule.name));
    let mut found = Reads::default();
    for selector in promql::selectors(&expr) {
        let before = found.rules.len();
        let name = selector.metric().map(|(name, _)| name.to_owned());
        for (at, other) in rules.iter().enumerate().filter(|(_, r)| !r.alert) {
            let named = name.as_ref().is_none_or(|n| *n == other.name);
            if named && selector.matchers().iter().all(|m| may_match(m, other)) {
                found.rules.push(at);
            }
        }
        let recorded = name.as_ref().is_some_and(|n| rules.iter().any(|r| !r.alert && r.name == *n));
        found.raw |= found.rules.len() == before && !recorded;
    }
    found.rules.sort_unstable();
    found.rules.dedup();
    found
}

/// May a series of this rule have a label so? Labels that the rule sets are known, others may be anything.
fn may_match(matcher: &promql::ast::Matcher, rule: &Rule) -> bool {
    let value = match matcher.label.text.as_str() {
        "__name__" => &rule.name,
        label => match rule.labels.get(label) {
            Some(value) => value,
            None => return true,
        },
    };
    let wanted = &matcher.value.text;
    let matches = || {
        let anchored = regex::Regex::new(&format!("^(?s:{wanted})$")).unwrap();
        anchored.is_match(value)
    };
    match matcher.op {
        MatchOp::Equal => value == wanted,
        MatchOp::NotEqual => value != wanted,
        MatchOp::Regex => matches(),
        MatchOp::NotRegex => !matches(),
    }
}

/// Sets of rules in an order in which each set reads only itself and sets before it. A set of more than one rule, or whose
/// rule reads itself, has to be evaluated moment by moment. `together`: rules that are kept in one set whatever they read.
pub fn strata(rules: &[Rule], reads: &[Reads], together: &[usize]) -> Vec<Vec<usize>> {
    let count = rules.len();
    let mut reach = vec![vec![false; count]; count];
    for (at, read) in reads.iter().enumerate() {
        for other in &read.rules {
            reach[at][*other] = true;
            // A rule that reads a later one of its own group finds the sample of the last round, not of this one.
            if *other > at && rules[*other].group == rules[at].group {
                reach[*other][at] = true;
            }
        }
    }
    for pair in together.windows(2) {
        reach[pair[0]][pair[1]] = true;
        reach[pair[1]][pair[0]] = true;
    }
    for by in 0..count {
        for from in 0..count {
            if reach[from][by] {
                let further = reach[by].clone();
                for (to, there) in further.into_iter().enumerate() {
                    reach[from][to] |= there;
                }
            }
        }
    }
    let mut order: Vec<Vec<usize>> = Vec::new();
    let mut done = vec![false; count];
    while done.iter().any(|d| !d) {
        let ready = |at: usize| (0..count).all(|to| !reach[at][to] || done[to] || reach[to][at]);
        let next = (0..count).find(|at| !done[*at] && ready(*at)).unwrap();
        let set: Vec<usize> =
            (0..count).filter(|to| *to == next || (reach[next][*to] && reach[*to][next])).collect();
        for at in &set {
            done[*at] = true;
        }
        order.push(set);
    }
    order
}
