//! Recognising moved operations: one that is gone and one that is new, and much alike.

use std::collections::BTreeSet;

use super::operations::Operation;
use super::{Diff, found};
use crate::document::Loc;

/// Points of `likeness` that make a pair a move.
const ENOUGH: u32 = 7;

type Moves<'a> = Vec<(Operation<'a>, Operation<'a>)>;

/// Pairs each operation that is gone with the new one most like it, best pairs first. What is left is gone or new.
pub fn find<'a>(
    diff: &Diff<'a>,
    gone: Vec<Operation<'a>>,
    added: Vec<Operation<'a>>,
) -> (Moves<'a>, Vec<Operation<'a>>, Vec<Operation<'a>>) {
    let mut ranked: Vec<(u32, usize, usize)> = Vec::new();
    // Two documents with nothing in common are not searched for moves.
    if gone.len() * added.len() <= 40_000 {
        for (i, before) in gone.iter().enumerate() {
            for (j, after) in added.iter().enumerate() {
                let likeness = likeness(diff, before, after);
                if likeness >= ENOUGH {
                    ranked.push((likeness, i, j));
                }
            }
        }
    }
    ranked.sort_by_key(|(likeness, i, j)| (std::cmp::Reverse(*likeness), *i, *j));
    let mut gone: Vec<Option<Operation<'a>>> = gone.into_iter().map(Some).collect();
    let mut added: Vec<Option<Operation<'a>>> = added.into_iter().map(Some).collect();
    let mut moves = Vec::new();
    for (_, i, j) in ranked {
        if let (Some(before), Some(after)) = (gone.get_mut(i), added.get_mut(j))
            && before.is_some()
            && after.is_some()
        {
            moves.extend(before.take().zip(after.take()));
        }
    }
    (moves, gone.into_iter().flatten().collect(), added.into_iter().flatten().collect())
}

/// Points for what the two have in common. Ids and summaries are weak on their own, and strong together.
fn likeness<'a>(diff: &Diff<'a>, before: &Operation<'a>, after: &Operation<'a>) -> u32 {
    let same = |field: &str| {
        let (old, new) = (before.at.str(field), after.at.str(field));
        old.is_some_and(|text| !text.is_empty()) && old == new
    };
    let mut points = 0;
    points += u32::from(before.method == after.method);
    points += 2 * u32::from(same("summary"));
    points += 2 * u32::from(same("operationId"));
    points += u32::from(before.at.value.get("tags") == after.at.value.get("tags"));
    let body = |root, operation: &Operation<'a>| names(root, &operation.at, "requestBody");
    let answer = |root, operation: &Operation<'a>| names(root, &operation.at, "responses");
    points += 2 * u32::from(overlap(&body(diff.old, before), &body(diff.new, after)));
    points += u32::from(overlap(&answer(diff.old, before), &answer(diff.new, after)));
    points + path_likeness(before.path, after.path)
}

/// Up to three points for the fixed segments the two paths share.
fn path_likeness(old: &str, new: &str) -> u32 {
    let fixed = |path: &str| -> BTreeSet<String> {
        path.split('/').filter(|part| !part.is_empty() && !part.contains('{')).map(str::to_owned).collect()
    };
    let (old, new) = (fixed(old), fixed(new));
    let (common, all) = (old.intersection(&new).count(), old.union(&new).count());
    match (common * 4).checked_div(all) {
        Some(4) => 3,
        Some(3) => 2,
        Some(2) => 1,
        _ => 0,
    }
}

fn overlap(old: &BTreeSet<String>, new: &BTreeSet<String>) -> bool {
    let (common, all) = (old.intersection(new).count(), old.union(new).count());
    all > 0 && common * 4 >= all * 3
}

/// The names of the properties of the schemas a body or the answers have, one level deep.
fn names<'a>(root: &'a serde_json::Value, operation: &Loc<'a>, part: &str) -> BTreeSet<String> {
    let Some(part) = found(root, operation.get(part)).0 else { return BTreeSet::new() };
    // A body has its content; answers have it below each status.
    let holders: Vec<Loc<'a>> = if part.get("content").is_some() {
        vec![part]
    } else {
        part.members().filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer).collect()
    };
    let contents = holders.into_iter().filter_map(|holder| found(root, Some(holder)).0?.get("content"));
    let schemas = contents
        .flat_map(|content| content.members().collect::<Vec<_>>())
        .filter_map(|(_, media)| found(root, media.get("schema")).0);
    schemas
        .flat_map(|schema| schema.get("properties").into_iter().flat_map(|map| map.members().collect::<Vec<_>>()))
        .map(|(name, _)| name.to_owned())
        .collect()
}
