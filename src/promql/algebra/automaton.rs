//! Patterns as automata, walked together. Bounded: what grows too large is "not known".

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use regex_automata::dfa::{Automaton, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Found, Test};
use crate::ir::MatchOp;
use crate::promql::regex::anchored;

/// The size of one automaton, of the sets that lead to it, and of the walk.
const NFA_SIZE: usize = 512 << 10;
const DFA_SIZE: usize = 1 << 20;
const PAIRS: usize = 20_000;
/// Steps of a walk: pairs of states times bytes.
const STEPS: usize = 400_000;
/// Most patterns are few and repeated; a program with more than so many starts again.
const CACHED: usize = 500;

type Dfa = dense::DFA<Vec<u32>>;
type Kept<T> = RefCell<FxHashMap<String, T>>;

thread_local! {
    static AUTOMATA: Kept<Option<Rc<Dfa>>> = RefCell::default();
    static ANSWERS: Kept<Found> = RefCell::default();
}

/// A value that meets all tests, whose values are known.
pub(super) fn common(tests: &[Test<'_>]) -> Found {
    let key = key(tests);
    if let Some(found) = ANSWERS.with(|kept| kept.try_borrow().ok()?.get(&key).cloned()) {
        return found;
    }
    let found = walk(tests).unwrap_or(Found::Unknown);
    keep(&ANSWERS, key, &found);
    found
}

fn key(tests: &[Test<'_>]) -> String {
    let mut parts: Vec<String> =
        tests.iter().map(|t| format!("{}{}", t.op.as_str(), t.known().unwrap_or_default())).collect();
    parts.sort_unstable();
    parts.dedup();
    parts.join("\u{0}")
}

fn keep<T: Clone>(kept: &'static std::thread::LocalKey<Kept<T>>, key: String, value: &T) {
    kept.with(|kept| {
        let Ok(mut kept) = kept.try_borrow_mut() else { return };
        if kept.len() >= CACHED {
            kept.clear();
        }
        kept.insert(key, value.clone());
    });
}

/// The automaton of what a pattern accepts; kept, as its lack is.
fn automaton(pattern: &str) -> Option<Rc<Dfa>> {
    if let Some(found) = AUTOMATA.with(|kept| kept.try_borrow().ok()?.get(pattern).cloned()) {
        return found;
    }
    let made = build(pattern).map(Rc::new);
    keep(&AUTOMATA, pattern.to_owned(), &made);
    made
}

fn build(pattern: &str) -> Option<Dfa> {
    let anchored = anchored(pattern).ok()?;
    dense::Builder::new()
        // Deeper ones are not written by people, and the builder walks down by calling itself.
        .syntax(syntax::Config::new().nest_limit(60))
        .thompson(thompson::Config::new().nfa_size_limit(Some(NFA_SIZE)))
        .configure(
            dense::Config::new()
                .match_kind(MatchKind::All)
                .start_kind(regex_automata::dfa::StartKind::Anchored)
                .minimize(false)
                .accelerate(false)
                .dfa_size_limit(Some(DFA_SIZE))
                .determinize_size_limit(Some(DFA_SIZE)),
        )
        .build(&anchored)
        .ok()
}

/// Bytes, those that read well first: they make the example.
fn bytes() -> impl Iterator<Item = u8> {
    let nice = |b: &u8| b.is_ascii_alphanumeric();
    let first = (b'0'..=b'9').chain(b'a'..=b'z').chain(b'A'..=b'Z');
    let printable = (b' '..=b'~').filter(move |b| !nice(b));
    first.chain(printable).chain(0..b' ').chain(127..=255)
}

/// One automaton and whether its language is wanted or refused.
struct Part {
    dfa: Rc<Dfa>,
    wanted: bool,
}

fn walk(tests: &[Test<'_>]) -> Option<Found> {
    let mut parts = Vec::with_capacity(tests.len() + 1);
    for test in tests {
        let text = test.known()?;
        let (pattern, wanted) = match test.op {
            MatchOp::Equal => (regex_syntax::escape(text), true),
            MatchOp::NotEqual => (regex_syntax::escape(text), false),
            MatchOp::Regex => (text.to_owned(), true),
            MatchOp::NotRegex => (text.to_owned(), false),
        };
        parts.push(Part { dfa: automaton(&pattern)?, wanted });
    }
    if !parts.iter().any(|p| p.wanted) {
        // Values are texts, not any bytes.
        parts.push(Part { dfa: automaton("(?s:.)*")?, wanted: true });
    }
    let letters = letters(&parts);
    let mut first = Vec::with_capacity(parts.len());
    for part in &parts {
        first.push(part.dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?);
    }
    let mut seen: FxHashMap<Vec<StateID>, usize> = FxHashMap::default();
    // How each was reached: from where, by which byte.
    let mut from: Vec<(usize, u8)> = vec![(0, 0)];
    let mut next: VecDeque<(usize, Vec<StateID>)> = VecDeque::new();
    seen.insert(first.clone(), 0);
    next.push_back((0, first));
    let mut steps = 0;
    while let Some((at, states)) = next.pop_front() {
        if accepts(&parts, &states) {
            return Some(Found::Value(read(&from, at)?));
        }
        for byte in &letters {
            steps += 1;
            let moved: Vec<StateID> =
                parts.iter().zip(&states).map(|(p, s)| p.dfa.next_state(*s, *byte)).collect();
            let lost = parts.iter().zip(&moved).any(|(p, s)| p.wanted && p.dfa.is_dead_state(*s));
            let quit = parts.iter().zip(&moved).any(|(p, s)| p.dfa.is_quit_state(*s));
            if quit || steps > STEPS {
                return None;
            }
            if lost || seen.contains_key(&moved) {
                continue;
            }
            if from.len() >= PAIRS {
                return None;
            }
            seen.insert(moved.clone(), from.len());
            next.push_back((from.len(), moved));
            from.push((at, *byte));
        }
    }
    Some(Found::Nothing)
}

fn accepts(parts: &[Part], states: &[StateID]) -> bool {
    parts.iter().zip(states).all(|(p, s)| p.dfa.is_match_state(p.dfa.next_eoi_state(*s)) == p.wanted)
}

/// One byte for each class of bytes that all automata treat alike.
fn letters(parts: &[Part]) -> Vec<u8> {
    let mut seen: FxHashSet<Vec<u8>> = FxHashSet::default();
    let class = |b: u8| parts.iter().map(|p| p.dfa.byte_classes().get(b)).collect::<Vec<u8>>();
    bytes().filter(|b| seen.insert(class(*b))).collect()
}

/// The bytes that led to a pair of states.
fn read(from: &[(usize, u8)], mut at: usize) -> Option<String> {
    let mut made = Vec::new();
    while at != 0 {
        let (before, byte) = from.get(at)?;
        made.push(*byte);
        at = *before;
    }
    made.reverse();
    String::from_utf8(made).ok()
}
