//! Writes what an operation is called with: its struct, its setters, and the check of its arguments.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::arguments::{argument, arguments, bodies, body_type, borrows, file, from_argument, held, lifetime, options};
use super::{TYPES, body, handle_key, page, request, rust};
use crate::emit::docs;
use crate::emit::types::{has_rule, rule};
use crate::model::{Field, Model, Output, Place, Shape, Ty, TypedOperation, TypedParameter};
use crate::names::ident;
use crate::work::Request;

pub(crate) fn call(
    out: &mut String,
    model: &Model,
    operation: &TypedOperation,
    index: usize,
    structs: &BTreeMap<String, String>,
) {
    let name = &structs[&operation.id];
    let lifetime = lifetime(operation);
    let entry = &operation.entry;
    let (body, optional_body) = bodies(operation);
    let derive = if entry.page.is_some() { "#[derive(Clone)]\n" } else { "" };
    let _ = writeln!(
        out,
        "\n/// The call that [`{}`]({}::{}) makes; its options are listed there.\n{derive}#[allow(missing_debug_implementations)]\npub struct {name}{lifetime} {{",
        entry.name(),
        structs[&handle_key(&entry.handle)],
        entry.verb
    );
    for field in arguments(operation) {
        let _ = writeln!(out, "    {}: {},", field.rust, held(&field.ty));
    }
    for field in options(operation) {
        let _ = writeln!(out, "    {}: ::std::option::Option<{}>,", field.rust, held(&field.ty));
    }
    if let Some(body) = body {
        let _ = writeln!(out, "    {}: {},", body.rust, body_type(operation, body));
    }
    if let Some(body) = optional_body {
        let _ = writeln!(out, "    {}: ::std::option::Option<{}>,", body.rust, body_type(operation, body));
    }
    let _ = writeln!(out, "}}");
    implementation(out, model, operation, index, name);
    let generics = if lifetime.is_empty() { "" } else { "<'c>" };
    if entry.sca.is_some() {
        let _ = writeln!(out, "impl{generics} crate::call::TakesSca for {name}{lifetime} {{}}");
    }
    if options(operation).next().is_some() || optional_body.is_some() {
        let _ = writeln!(out, "impl<'c> crate::Call<'c, {name}{lifetime}> {{");
        for field in options(operation) {
            option(out, field, operation, model);
        }
        if let Some(body) = optional_body {
            let text = docs::plain(&docs::sentence(&body.doc));
            let text = if text.is_empty() { "Sets the body.".into() } else { text };
            let _ = writeln!(
                out,
                "{}    #[inline]\n    pub fn {}(mut self, value: impl ::std::convert::Into<{}>) -> Self {{\n        self.arguments.{} = Some(value.into());\n        self\n    }}",
                docs::markup("    ///", &text),
                ident::option(&body.rust),
                body_type(operation, body),
                body.rust,
            );
        }
        let _ = writeln!(out, "}}");
    }
    if entry.page.is_some() {
        page::paged(out, model, operation, name);
    }
}

fn option(out: &mut String, field: &Field, operation: &TypedOperation, model: &Model) {
    let name = &field.rust;
    let docs = docs::markup("    ///", &docs::field::field(field));
    let _ = writeln!(
        out,
        "{docs}    #[inline]\n    pub fn {name}(mut self, value: {}) -> Self {{\n        self.arguments.{name} = Some({});\n        self\n    }}",
        argument(&field.ty, model),
        from_argument(&field.ty, "value", model),
    );
    let maybe = format!("maybe_{}", name.trim_end_matches('_'));
    if !options(operation).any(|other| other.rust == maybe) {
        let _ = writeln!(
            out,
            "    /// Sets `{name}` where there is a value.\n    #[inline]\n    pub fn {maybe}(mut self, value: ::std::option::Option<{}>) -> Self {{\n        self.arguments.{name} = value;\n        self\n    }}",
            held(&field.ty),
        );
    }
}

fn output(output: &Output) -> String {
    match output {
        Output::Json(ty) => rust(ty),
        Output::Empty => "()".into(),
        Output::Text => "::std::string::String".into(),
        Output::Bytes => "crate::ByteStream".into(),
        Output::Maybe(inner) => format!("::std::option::Option<{}>", self::output(inner)),
        Output::ByStatus(name, _) => format!("{TYPES}{name}"),
    }
}

fn implementation(out: &mut String, model: &Model, operation: &TypedOperation, index: usize, name: &str) {
    let lifetime = lifetime(operation);
    let _ = writeln!(
        out,
        "impl{lifetime} crate::call::Operation for {name}{lifetime} {{\n    type Output = {};\n    const INFO: &'static crate::OperationInfo = &super::table::OPERATIONS[{index}];",
        output(&operation.output)
    );
    check(out, model, operation);
    if operation.is_form() && matches!(operation.entry.request, Request::Multipart(_)) {
        body::form(out, operation);
    } else if let (Request::Bytes(media), Some(body)) = (&operation.entry.request, &operation.body) {
        let value = match body.required {
            true => format!("Some(crate::upload::Form::bytes(&self.{}, {media:?}))", body.rust),
            false => format!("self.{}.as_ref().map(|body| crate::upload::Form::bytes(body, {media:?}))", body.rust),
        };
        let _ = writeln!(
            out,
            "    #[inline]\n    fn form(&self) -> ::std::option::Option<crate::upload::Form> {{\n        {value}\n    }}"
        );
    }
    request::write_request(out, operation);
    let _ = writeln!(out, "}}");
}

fn check(out: &mut String, model: &Model, operation: &TypedOperation) {
    let body = operation.body.as_ref().filter(|_| borrows(operation));
    let body_checked = body.filter(|body| {
        let found = match &body.ty {
            Ty::Named(name) => model.types.get(name),
            _ => None,
        };
        found.is_some_and(|ty| matches!(ty.shape, Shape::Struct(_) | Shape::Union(_)))
    });
    let bounded: Vec<&Field> = operation
        .fields()
        .filter(|field| has_rule(field) && field.bounds.pattern.is_none() && file(&field.ty).is_none())
        .collect();
    let printed: Vec<&TypedParameter> = operation
        .parameters
        .iter()
        .filter(|parameter| matches!(parameter.place, Place::Header | Place::Cookie))
        .collect();
    if body_checked.is_none() && bounded.is_empty() && printed.is_empty() {
        return;
    }
    let _ = writeln!(out, "    #[inline]\n    fn check(&self, at: &mut crate::types::check::Path) {{");
    for field in &bounded {
        let rule = rule(&field.bounds, &field.ty, &BTreeMap::new());
        let _ = writeln!(out, "        at.rule({:?}, &self.{}, &crate::types::check::{rule});", field.json, field.rust);
    }
    for parameter in printed {
        let _ = writeln!(out, "        at.printable({:?}, &self.{});", parameter.field.json, parameter.field.rust);
    }
    match body_checked {
        Some(body) if body.required => {
            let _ = writeln!(out, "        crate::types::check::Check::check(&*self.{}, at);", body.rust);
        }
        Some(body) => {
            let _ = writeln!(
                out,
                "        if let Some(body) = &self.{} {{\n            crate::types::check::Check::check(&**body, at);\n        }}",
                body.rust
            );
        }
        None => {}
    }
    let _ = writeln!(out, "    }}");
}
