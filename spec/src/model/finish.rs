//! What can be said of the model as a whole only: who sends and receives a type, which unions are closed, where a pointer breaks
//! a circle, what is left when areas are off.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, Model, Presence, Shape, ToldBy, Ty, TypedOperation, UnionRow};
use crate::api::Scalar;
use crate::names::lock::Lock;
use crate::work::Work;

pub(super) fn run(model: &mut Model, work: &Work) {
    mark_directions(model);
    // A form is no type: its fields are arguments.
    drop_unused(model);
    close_unions(model);
    break_circles(model);
    mark_areas(model);
    model.names = names(model, work);
    if let Some(on) = &work.areas {
        keep_areas(model, on);
    }
    model.origins.retain(|_, name| model.types.contains_key(name));
    model.ids = ids(model);
    let known = model.ids.clone();
    model.widening.retain(|id, narrower| {
        narrower.retain(|narrow| known.contains(narrow));
        known.contains(id) && !narrower.is_empty()
    });
}

/// The types that requests reach, and those that answers reach.
fn directions(model: &Model) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut sent = BTreeSet::new();
    let mut received = BTreeSet::new();
    for operation in &model.operations {
        operation.sends().for_each(|ty| reach(model, ty, &mut sent));
        operation.receives().into_iter().for_each(|ty| reach(model, ty, &mut received));
    }
    (sent, received)
}

fn reach(model: &Model, ty: &Ty, reached: &mut BTreeSet<String>) {
    let Some(name) = ty.named() else { return };
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        if let Some(found) = model.types.get(&name)
            && reached.insert(name)
        {
            open.extend(found.shape.parts().into_iter().filter_map(Ty::named).map(str::to_owned));
            open.extend(found.same_as.clone());
        }
    }
}

fn mark_directions(model: &mut Model) {
    let (mut sent, mut received) = directions(model);
    // Equal types are compiled as one: what one of them can do, all can.
    loop {
        let before = (sent.len(), received.len());
        for (name, ty) in &model.types {
            if let Some(same) = &ty.same_as {
                for set in [&mut sent, &mut received] {
                    if set.contains(name) || set.contains(same) {
                        set.insert(same.clone());
                        if model.types.contains_key(same) {
                            set.insert(name.clone());
                        }
                    }
                }
            }
        }
        if (sent.len(), received.len()) == before {
            break;
        }
    }
    for (name, ty) in &mut model.types {
        ty.sent = sent.contains(name);
        ty.received = received.contains(name);
    }
}

fn drop_unused(model: &mut Model) {
    let (sent, received) = directions(model);
    model.types.retain(|name, _| sent.contains(name) || received.contains(name));
}

/// A union that is only sent has no room for what fits no branch: the last branch that nothing sure
/// tells takes what remains. Where answers hold it, what fits no branch is kept as it came.
fn close_unions(model: &mut Model) {
    let required: BTreeMap<String, BTreeSet<String>> = model
        .types
        .iter()
        .filter_map(|(name, ty)| match &ty.shape {
            Shape::Struct(found) => {
                let required = found.fields.iter().filter(|field| field.presence == Presence::Required);
                Some((name.clone(), required.map(|field| field.json.clone()).collect()))
            }
            _ => None,
        })
        .collect();
    let is_sure = |row: &UnionRow| match &row.told_by {
        ToldBy::Keys(keys) => row
            .branch
            .named()
            .and_then(|branch| required.get(branch))
            .is_some_and(|required| keys.iter().any(|key| required.contains(key))),
        ToldBy::Tag(..) | ToldBy::Otherwise => true,
    };
    for ty in model.types.values_mut() {
        let Shape::Union(union) = &mut ty.shape else { continue };
        let has_rest = union.rows.iter().any(|row| row.told_by == ToldBy::Otherwise);
        if !ty.received
            && !has_rest
            && let Some(row) = union.rows.iter_mut().rev().find(|row| !is_sure(row))
        {
            row.told_by = ToldBy::Otherwise;
        }
        union.rows.sort_by_key(|row| row.told_by == ToldBy::Otherwise);
    }
}

/// A struct that holds itself without a list in between is put behind a pointer.
fn break_circles(model: &mut Model) {
    fn direct(ty: &Ty) -> Option<String> {
        match ty {
            Ty::Named(name) => Some(name.clone()),
            Ty::Maybe(inner) => direct(inner),
            _ => None,
        }
    }
    let edges: BTreeMap<String, Vec<String>> = model
        .types
        .iter()
        .map(|(name, ty)| {
            let parts = ty.shape.parts().into_iter().filter_map(direct).chain(ty.same_as.clone());
            (name.clone(), parts.collect())
        })
        .collect();
    let returns = |from: &str, to: &str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name) {
                open.extend(edges.get(name).into_iter().flatten().map(String::as_str));
            }
        }
        false
    };
    let box_up = |owner: &str, field: &mut Field| {
        if let Some(part) = direct(&field.ty)
            && returns(&part, owner)
        {
            field.ty = Ty::Boxed(Box::new(field.ty.clone()));
        }
    };
    for (name, ty) in &mut model.types {
        match &mut ty.shape {
            Shape::Struct(found) => found.fields.iter_mut().for_each(|field| box_up(name, field)),
            // What no branch fits keeps the shared fields: the union is inside of itself there too.
            Shape::Union(union) => union.shared.iter_mut().for_each(|field| box_up(name, field)),
            Shape::Enum(_) | Shape::Alias(_) => {}
        }
    }
}

fn mark_areas(model: &mut Model) {
    let mut areas: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for operation in &model.operations {
        let mut reached = BTreeSet::new();
        operation.sends().chain(operation.receives()).for_each(|ty| reach(model, ty, &mut reached));
        for name in reached {
            areas.entry(name).or_default().insert(operation.area.clone());
        }
    }
    for (name, ty) in &mut model.types {
        ty.areas = areas.remove(name).unwrap_or_default();
    }
}

/// Leaves out the operations of areas that are switched off, and the types that only they use. This comes
/// last, so that neither a name nor a shape depends on which areas are on.
fn keep_areas(model: &mut Model, on: &BTreeSet<String>) {
    let is_on = |operation: &TypedOperation| operation.area.as_ref().is_none_or(|area| on.contains(area));
    let off = model.operations.iter().filter(|operation| !is_on(operation));
    model.off = off.filter_map(|operation| Some((operation.entry.handle.clone(), operation.area.clone()?))).collect();
    model.operations.retain(is_on);
    let kept: BTreeSet<&str> = model.operations.iter().map(|operation| operation.id.as_str()).collect();
    model.answers.keep(|id| kept.contains(id));
    drop_unused(model);
}

/// The id types in use.
fn ids(model: &Model) -> BTreeSet<String> {
    let used = model.operations.iter().flat_map(|operation| operation.sends().chain(operation.receives()));
    let parts = model.types.values().flat_map(|ty| ty.shape.parts());
    used.chain(parts)
        .filter_map(Ty::scalar)
        .filter_map(|scalar| match scalar {
            Scalar::Id(name) => Some(name.clone()),
            _ => None,
        })
        .collect()
}

/// Every name with its place, as names.lock keeps them.
fn names(model: &Model, work: &Work) -> Lock {
    let mut lock = Lock::default();
    let kept = |name: &String| model.types.contains_key(name);
    for (place, name) in work.types.iter().filter(|(_, name)| kept(name)) {
        // A list is known by its places.
        if !work.list_places.values().any(|list| list == place) || work.api.schemas[place].at.segments().count() == 3 {
            lock.types.insert(place.clone(), name.clone());
        }
    }
    for (place, list) in &work.list_places {
        if let Some(name) = work.types.get(list).filter(|name| kept(name)) {
            lock.types.insert(place.clone(), name.clone());
        }
    }
    for (name, ty) in &model.types {
        match &ty.shape {
            Shape::Enum(variants) => {
                let variants = variants.iter().map(|variant| (variant.json.clone(), variant.rust.clone()));
                lock.variants.insert(name.clone(), variants.collect());
            }
            Shape::Union(union) => {
                let rows = union.rows.iter().map(|row| (row.origin.clone(), row.variant.clone()));
                lock.variants.insert(name.clone(), rows.collect());
            }
            Shape::Struct(_) | Shape::Alias(_) => {}
        }
    }
    if !model.error_codes.is_empty() {
        lock.variants.insert("ErrorCode".into(), model.error_codes.clone());
    }
    lock
}
