//! Comparing regular expressions by the strings they match, where that can be decided.

use std::collections::{BTreeSet, HashSet, VecDeque};

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

use super::Relation;

/// Pairs of states looked at before giving up.
const STATES: usize = 20_000;
/// Bytes an automaton may take.
const SIZE: usize = 4 << 20;

/// How the strings that match all of `new` stand to those that match all of `old`. Only single patterns are decided.
pub fn relation(old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> Relation {
    let (Some(old), Some(new)) = (only(old), only(new)) else { return Relation::Other };
    let (Some(old), Some(new)) = (automaton(old), automaton(new)) else { return Relation::Other };
    match (holds(&new, &old), holds(&old, &new)) {
        (Some(new_holds_old), Some(old_holds_new)) => Relation::from_inclusion(new_holds_old, old_holds_new),
        _ => Relation::Other,
    }
}

fn only<'a>(set: &BTreeSet<&'a str>) -> Option<&'a str> {
    let mut items = set.iter();
    items.next().copied().filter(|_| items.next().is_none())
}

/// JSON Schema's patterns are those of ECMA-262, unanchored. What both dialects write alike is compiled, nothing else:
/// `\d`, `\w`, `\s` and `\b` mean ASCII there.
fn automaton(pattern: &str) -> Option<dense::DFA<Vec<u32>>> {
    let ascii = pattern.replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]");
    if [r"\s", r"\S", r"\D", r"\W", r"\b", r"\B", "(?"].iter().any(|other| ascii.replace("(?:", "").contains(other)) {
        return None;
    }
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .match_kind(MatchKind::All)
                .start_kind(StartKind::Unanchored)
                .dfa_size_limit(Some(SIZE))
                .determinize_size_limit(Some(SIZE)),
        )
        .syntax(syntax::Config::new().unicode(true).utf8(true))
        .build(&ascii)
        .ok()
}

/// Whether every string `inner` matches is matched by `outer`; None if there are too many states to tell.
fn holds(outer: &dense::DFA<Vec<u32>>, inner: &dense::DFA<Vec<u32>>) -> Option<bool> {
    let config = start::Config::new().anchored(Anchored::No);
    let begin = (outer.start_state(&config).ok()?, inner.start_state(&config).ok()?);
    // Once matched, a string stays matched whatever follows: a search is not undone.
    let accepts = |dfa: &dense::DFA<Vec<u32>>, state: StateID| dfa.is_match_state(dfa.next_eoi_state(state));
    let mut seen = HashSet::from([begin]);
    let mut todo = VecDeque::from([begin]);
    while let Some((out, inn)) = todo.pop_front() {
        if outer.is_match_state(out) || inner.is_dead_state(inn) {
            continue;
        }
        let inside = inner.is_match_state(inn);
        if (inside || accepts(inner, inn)) && !accepts(outer, out) {
            return Some(false);
        }
        if seen.len() > STATES {
            return None;
        }
        for byte in 0..=255u8 {
            // The inner search having succeeded, only the outer one has to go on.
            let next = (outer.next_state(out, byte), if inside { inn } else { inner.next_state(inn, byte) });
            if outer.is_quit_state(next.0) || inner.is_quit_state(next.1) {
                return None;
            }
            if seen.insert(next) {
                todo.push_back(next);
            }
        }
    }
    Some(true)
}
