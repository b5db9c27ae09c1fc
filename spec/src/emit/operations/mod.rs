//! Writes the resource handles: a method for each operation, its arguments by position, everything optional by name on the call
//! it returns, and the way from there into progenitor's method.
//!
//! Everything outside these files is named by its full path: a handle or an operation may be called anything.

mod arguments;
mod body;
mod call;
mod off;
mod page;
mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use heck::ToPascalCase;

use self::arguments::{argument, body_type, from_argument, lifetime};
pub(crate) use self::arguments::{arguments, bodies, file, options};
use super::docs;
use super::types::constructor::has_twins;
use super::written::written;
use crate::model::{Model, Ty, TypedOperation};
use crate::names::ident;

/// Where the types are, seen from the handles.
const TYPES: &str = "crate::types::";

fn rust(ty: &Ty) -> String {
    written(ty, TYPES)
}

pub(crate) fn write(model: &Model) -> String {
    let mut out = String::new();
    let mut handles: BTreeMap<&str, Vec<(usize, &TypedOperation)>> = BTreeMap::new();
    for (index, operation) in model.operations.iter().enumerate() {
        handles.entry(&operation.entry.handle).or_default().push((index, operation));
    }
    let structs = struct_names(model);
    for (handle, operations) in &handles {
        let struct_name = &structs[&handle_key(handle)];
        let verbs: Vec<String> = operations.iter().map(|(_, found)| format!("`{}`", found.entry.verb)).collect();
        let words = format!("{}: {}", docs::field::spoken(handle), verbs.join(", "));
        let _ = writeln!(
            out,
            "\n/// Operations on {words}. From [`Client::{handle}`](crate::Client::{handle}).\n#[derive(Clone, Copy, Debug)]\npub struct {struct_name}<'c> {{\n    client: &'c crate::Client,\n}}"
        );
        let _ = writeln!(
            out,
            "impl crate::Client {{\n    /// Operations on {words}.\n    pub fn {handle}(&self) -> {struct_name}<'_> {{\n        {struct_name} {{ client: self }}\n    }}\n}}"
        );
        let _ = writeln!(out, "impl<'c> {struct_name}<'c> {{");
        for (_, operation) in operations {
            method(&mut out, operation, model, &structs);
        }
        let _ = writeln!(out, "}}");
        for (index, operation) in operations {
            call::call(&mut out, model, operation, *index, &structs);
        }
    }
    off::write(&mut out, model);
    out
}

/// A handle among the names of structs: an operation may be called like it.
pub(crate) fn handle_key(handle: &str) -> String {
    format!("{handle}.")
}

/// The struct of each handle and of each operation: handles go first.
pub(crate) fn struct_names(model: &Model) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::from(["Self".to_owned()]);
    let handles: BTreeSet<&String> = model.operations.iter().map(|operation| &operation.entry.handle).collect();
    let ids: Vec<String> = model.operations.iter().map(|operation| operation.id.clone()).collect();
    for name in handles.into_iter().map(|handle| handle_key(handle)).chain(ids) {
        let plain = name.to_pascal_case();
        let free = ident::free(&plain, |name| taken.contains(name));
        taken.insert(free.clone());
        names.insert(name, free);
    }
    names
}

/// Texts stand for values of lists, but not side by side, where they could be swapped.
fn is_exact(operation: &TypedOperation, ty: &Ty, model: &Model) -> bool {
    matches!(ty, Ty::Named(name) if model.is_enum(name)) && has_twins(arguments(operation).into_iter(), model)
}

fn method(out: &mut String, operation: &TypedOperation, model: &Model, structs: &BTreeMap<String, String>) {
    let name = &structs[&operation.id];
    out.push_str(&docs::operation::attributes(model, operation));
    let given = arguments(operation);
    let (body, optional_body) = bodies(operation);
    let mut parameters = vec!["self".to_owned()];
    parameters.extend(given.iter().map(|field| match is_exact(operation, &field.ty, model) {
        true => format!("{}: {}", field.rust, rust(&field.ty)),
        false => format!("{}: {}", field.rust, argument(&field.ty, model)),
    }));
    parameters
        .extend(body.map(|body| format!("{}: impl ::std::convert::Into<{}>", body.rust, body_type(operation, body))));
    let too_many = if parameters.len() > 7 { "    #[allow(clippy::too_many_arguments)]\n" } else { "" };
    let _ = writeln!(
        out,
        "{too_many}    #[inline]\n    pub fn {}({}) -> crate::Call<'c, {name}{}> {{\n        crate::Call::new(self.client, {name} {{",
        operation.entry.verb,
        parameters.join(", "),
        lifetime(operation)
    );
    for field in given {
        let value = match is_exact(operation, &field.ty, model) {
            true => field.rust.clone(),
            false => from_argument(&field.ty, &field.rust, model),
        };
        let value = if value == field.rust { value } else { format!("{}: {value}", field.rust) };
        let _ = writeln!(out, "            {value},");
    }
    for field in options(operation) {
        let _ = writeln!(out, "            {}: None,", field.rust);
    }
    if let Some(body) = body {
        let _ = writeln!(out, "            {}: {}.into(),", body.rust, body.rust);
    }
    if let Some(body) = optional_body {
        let _ = writeln!(out, "            {}: None,", body.rust);
    }
    let _ = writeln!(out, "        }})\n    }}");
}
