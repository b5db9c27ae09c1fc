//! The Rust question: does code written against the crate for the old description compile against the new one?
//!
//! The two surface listings answer it, not generated code. Structs, enums and unions that are received are
//! `#[non_exhaustive]`, so a new optional field or variant breaks nobody. A struct that is sent has a constructor over its
//! required fields. Pointers are JSON pointers into the surface listing.

use std::collections::BTreeMap;

use linkcy_spec::{Member, Surface, SurfaceOperation, SurfaceType, UnionVariant};

use super::report::Change;
use super::rules::Plain;
use crate::document::escape;

/// All changes between two surfaces.
pub fn diff_surfaces(old: &Surface, new: &Surface) -> Vec<Change> {
    let mut changes = Vec::new();
    operations(old, new, &mut changes);
    for (name, before) in &old.types {
        let at = format!("/types/{name}");
        match new.types.get(name) {
            None => changes.push(Change::plain(Plain::RustTypeRemoved, at, format!("type `{name}` is gone"))),
            Some(after) => types(name, before, after, &mut changes),
        }
    }
    for name in new.types.keys().filter(|name| !old.types.contains_key(*name)) {
        let what = format!("type `{name}` is new");
        changes.push(Change::plain(Plain::RustTypeAdded, format!("/types/{name}"), what));
    }
    changes
}

fn operations(old: &Surface, new: &Surface, changes: &mut Vec<Change>) {
    for (name, before) in &old.operations {
        let place = |change: Change| change.of(&before.method.to_lowercase(), &before.path);
        let at = format!("/operations/{}", escape(name));
        let Some(after) = new.operations.get(name) else {
            let renamed =
                new.operations.iter().find(|(_, after)| after.method == before.method && after.path == before.path);
            changes.push(place(match renamed {
                Some((other, _)) => {
                    Change::plain(Plain::RustOperationRenamed, at, format!("`{name}` is called `{other}`"))
                }
                None => Change::plain(Plain::RustOperationRemoved, at, format!("`{name}` is gone")),
            }));
            continue;
        };
        let mut found = Vec::new();
        operation(name, before, after, &mut found);
        changes.extend(found.into_iter().map(|change| change.of(&after.method.to_lowercase(), &after.path)));
    }
    for (name, after) in &new.operations {
        let renamed = |other: &SurfaceOperation| other.method == after.method && other.path == after.path;
        if !old.operations.contains_key(name) && !old.operations.values().any(renamed) {
            let at = format!("/operations/{}", escape(name));
            let change = Change::plain(Plain::RustOperationAdded, at, format!("`{name}` is new"));
            changes.push(change.of(&after.method.to_lowercase(), &after.path));
        }
    }
}

fn operation(name: &str, old: &SurfaceOperation, new: &SurfaceOperation, changes: &mut Vec<Change>) {
    let at = format!("/operations/{}", escape(name));
    // Arguments are positional: callers depend on their number, types and order, not on their names.
    let listed = |members: &[Member]| members.iter().map(Member::to_string).collect::<Vec<_>>().join(", ");
    let types = |members: &[Member]| members.iter().map(|member| member.ty.clone()).collect::<Vec<_>>();
    if types(&old.arguments) != types(&new.arguments) {
        let rule = match new.arguments.len().cmp(&old.arguments.len()) {
            std::cmp::Ordering::Greater => Plain::RustRequiredParameterAdded,
            std::cmp::Ordering::Less => Plain::RustParameterRemoved,
            std::cmp::Ordering::Equal => Plain::RustParameterChanged,
        };
        let what = format!("`{name}` takes ({}), took ({})", listed(&new.arguments), listed(&old.arguments));
        changes.push(Change::plain(rule, format!("{at}/arguments"), what));
    }
    for before in &old.options {
        let at = format!("{at}/options/{}", before.name);
        match new.options.iter().find(|after| after.name == before.name) {
            None => {
                let what = format!("`{name}` has no `.{}` any more", before.name);
                changes.push(Change::plain(Plain::RustParameterRemoved, at, what));
            }
            Some(after) if after.ty != before.ty || after.patch != before.patch => {
                let what = format!("`{name}` has `.{after}`, had `.{before}`");
                changes.push(Change::plain(Plain::RustParameterChanged, at, what));
            }
            Some(_) => {}
        }
    }
    for after in new.options.iter().filter(|after| !old.options.iter().any(|before| before.name == after.name)) {
        let what = format!("`{name}` has `.{after}`");
        changes.push(Change::plain(Plain::RustParameterAdded, format!("{at}/options/{}", after.name), what));
    }
    if old.output != new.output {
        let what = format!("`{name}` gives {}, gave {}", new.output, old.output);
        changes.push(Change::plain(Plain::RustResultChanged, format!("{at}/output"), what));
    }
}

fn types(name: &str, old: &SurfaceType, new: &SurfaceType, changes: &mut Vec<Change>) {
    use SurfaceType::{Alias, Enum, Struct, Union};
    let at = format!("/types/{name}");
    let reshaped = |what: String| Change::plain(Plain::RustTypeReshaped, at.clone(), what);
    match (old, new) {
        (Struct { sent: was, fields: before }, Struct { sent: is, fields: after }) => {
            if *was && !*is {
                changes.push(reshaped(format!("`{name}` is no longer sent and has no constructor")));
            }
            fields(name, before, after, *was, changes);
        }
        (Enum { variants: before }, Enum { variants: after }) => enums(name, before, after, changes),
        (Union { open: was, variants: before }, Union { open: is, variants: after }) => {
            if *was && !*is {
                changes.push(reshaped(format!("`{name}` no longer holds what fits no branch")));
            }
            unions(name, before, after, changes);
        }
        (Alias { of: before }, Alias { of: after }) => {
            if before != after {
                changes.push(reshaped(format!("`{name}` is {after}, was {before}")));
            }
        }
        (old, new) => changes.push(reshaped(format!("`{name}` is {}, was {}", kind(new), kind(old)))),
    }
}

fn kind(ty: &SurfaceType) -> &'static str {
    match ty {
        SurfaceType::Struct { .. } => "a struct",
        SurfaceType::Enum { .. } => "an enum",
        SurfaceType::Union { .. } => "a union",
        SurfaceType::Alias { .. } => "another name of a type",
    }
}

fn fields(name: &str, old: &[Member], new: &[Member], sent: bool, changes: &mut Vec<Change>) {
    for before in old {
        let at = format!("/types/{name}/fields/{}", before.name);
        match new.iter().find(|after| after.name == before.name) {
            None => {
                let what = format!("`{name}.{}` is gone", before.name);
                changes.push(Change::plain(Plain::RustFieldRemoved, at, what));
            }
            Some(after) if after != before => {
                changes.push(Change::plain(Plain::RustFieldChanged, at, format!("`{name}` has {after}, had {before}")));
            }
            Some(_) => {}
        }
    }
    for after in new.iter().filter(|after| !old.iter().any(|before| before.name == after.name)) {
        let given = sent && is_given(after);
        let rule = if given { Plain::RustRequiredFieldAdded } else { Plain::RustFieldAdded };
        changes.push(Change::plain(
            rule,
            format!("/types/{name}/fields/{}", after.name),
            format!("`{name}` has {after}"),
        ));
    }
    // The constructor takes the required fields in order.
    let order = |some: &[Member], others: &[Member]| -> Vec<String> {
        let both = |member: &&Member| is_given(member) && others.iter().any(|other| other == *member);
        some.iter().filter(both).map(|member| member.name.clone()).collect()
    };
    if sent && order(old, new) != order(new, old) {
        let what = format!("the constructor of `{name}` takes its fields in another order");
        changes.push(Change::plain(Plain::RustTypeReshaped, format!("/types/{name}"), what));
    }
}

/// Whether the constructor takes a field: a constant has its one value anyway.
fn is_given(member: &Member) -> bool {
    member.required && !member.constant
}

fn enums(name: &str, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>, changes: &mut Vec<Change>) {
    for (json, before) in old {
        let at = format!("/types/{name}/variants/{}", escape(json));
        match new.get(json) {
            None => changes.push(Change::plain(Plain::RustVariantRemoved, at, format!("`{name}::{before}` is gone"))),
            Some(after) if after != before => {
                let what = format!("`{name}::{before}` is called `{after}`");
                changes.push(Change::plain(Plain::RustVariantRemoved, at, what));
            }
            Some(_) => {}
        }
    }
    for (json, after) in new.iter().filter(|(json, _)| !old.contains_key(*json)) {
        let at = format!("/types/{name}/variants/{}", escape(json));
        changes.push(Change::plain(Plain::RustVariantAdded, at, format!("`{name}::{after}` is new")));
    }
}

fn unions(
    name: &str,
    old: &BTreeMap<String, UnionVariant>,
    new: &BTreeMap<String, UnionVariant>,
    changes: &mut Vec<Change>,
) {
    for (variant, before) in old {
        let at = format!("/types/{name}/variants/{}", escape(variant));
        match new.get(variant) {
            None => changes.push(Change::plain(Plain::RustVariantRemoved, at, format!("`{name}::{variant}` is gone"))),
            Some(after) if after.holds != before.holds => {
                let what = format!("`{name}::{variant}` holds {}, held {}", after.holds, before.holds);
                changes.push(Change::plain(Plain::RustVariantChanged, at, what));
            }
            Some(_) => {}
        }
    }
    for variant in new.keys().filter(|variant| !old.contains_key(*variant)) {
        let at = format!("/types/{name}/variants/{}", escape(variant));
        changes.push(Change::plain(Plain::RustVariantAdded, at, format!("`{name}::{variant}` is new")));
    }
}
