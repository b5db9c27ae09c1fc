//! Writes the resource handles: a method for each operation, its arguments by position, everything optional by name on the call
//! it returns, and the way from there into progenitor's method.
//!
//! Everything outside this file is named by its full path: a handle or an operation may be called anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use heck::ToPascalCase;

use super::describe;
use super::doc;
use super::raw;
use super::types::{converted, rule, taken_at, written};
use crate::model::{Body, Field, Model, Operation, Output, Parameter, Place, Presence, Scalar, Shape, Style, Ty};
use crate::names::{Access, Repeat, ident};
use crate::work::Request;

/// Where the types are, seen from the handles.
const TYPES: &str = "crate::types::";

fn rust(ty: &Ty) -> String {
    written(ty, TYPES)
}

pub(super) fn write(model: &Model) -> String {
    let mut out = String::new();
    let mut handles: BTreeMap<&str, Vec<(usize, &Operation)>> = BTreeMap::new();
    for (index, operation) in model.operations.iter().enumerate() {
        handles.entry(&operation.entry.handle).or_default().push((index, operation));
    }
    let structs = struct_names(model);
    for (handle, operations) in &handles {
        let struct_name = &structs[*handle];
        let words = handle.replace('_', " ");
        let _ = writeln!(
            out,
            "\n/// The operations on {words}; from [`Client::{handle}`](crate::Client::{handle}).\n#[derive(Clone, Copy, Debug)]\npub struct {struct_name}<'c> {{\n    client: &'c crate::Client,\n}}"
        );
        let _ = writeln!(
            out,
            "impl crate::Client {{\n    /// The operations on {words}.\n    pub fn {handle}(&self) -> {struct_name}<'_> {{\n        {struct_name} {{ client: self }}\n    }}\n}}"
        );
        let _ = writeln!(out, "impl<'c> {struct_name}<'c> {{");
        for (_, operation) in operations {
            method(&mut out, operation, model, &structs);
        }
        let _ = writeln!(out, "}}");
        for (index, operation) in operations {
            call(&mut out, model, operation, *index, &structs);
        }
    }
    out
}

/// The struct of each handle and of each operation: handles go first.
fn struct_names(model: &Model) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::from(["Self".to_owned()]);
    let handles: BTreeSet<&String> = model.operations.iter().map(|operation| &operation.entry.handle).collect();
    let ids: Vec<String> = model.operations.iter().map(|operation| operation.id.clone()).collect();
    for name in handles.into_iter().cloned().chain(ids) {
        let plain = name.to_pascal_case();
        let free = ident::free(&plain, |name| taken.contains(name));
        taken.insert(free.clone());
        names.insert(name, free);
    }
    names
}

/// Arguments of the method: path, what is required of the rest, without the body.
pub(super) fn arguments(operation: &Operation) -> Vec<&Field> {
    operation.fields().filter(|field| field.presence == Presence::Required).collect()
}

pub(super) fn options(operation: &Operation) -> impl Iterator<Item = &Field> {
    operation.fields().filter(|field| field.presence != Presence::Required)
}

/// A body that the method takes, and one that is set by name.
fn bodies(operation: &Operation) -> (Option<&Body>, Option<&Body>) {
    match &operation.body {
        Some(body) if body.required => (Some(body), None),
        Some(body) => (None, Some(body)),
        None => (None, None),
    }
}

/// JSON bodies are taken by value or by reference, and need a lifetime.
fn borrows(operation: &Operation) -> bool {
    operation.body.is_some() && matches!(operation.entry.request, Request::Json(_))
}

fn lifetime(operation: &Operation) -> &'static str {
    if borrows(operation) { "<'c>" } else { "" }
}

fn body_type(operation: &Operation, body: &Body) -> String {
    match operation.entry.request {
        Request::Json(_) => format!("crate::call::Sent<'c, {}>", rust(&body.ty)),
        Request::Bytes(_) => "crate::Upload".into(),
        _ => "::std::string::String".into(),
    }
}

fn documentation(operation: &Operation) -> String {
    let entry = &operation.entry;
    let mut paragraphs: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !text.is_empty() {
            paragraphs.push(text);
        }
    };
    add(doc::plain(&doc::sentence(&operation.summary)));
    if operation.description.trim() != operation.summary.trim() {
        add(doc::plain(&operation.description));
    }
    add(format!("`{} {}`", operation.endpoint.method.to_uppercase(), operation.endpoint.path.replace('`', "'")));
    if entry.sca.is_some() {
        add("May need strong customer authentication: see [`crate::sca`].".into());
    }
    match entry.access {
        Some(Access::Anonymous) => add("Needs no session.".into()),
        Some(Access::Either) => add("Needs no session, and uses the client's where it has one.".into()),
        Some(Access::Bearer) | None => {}
    }
    add(match entry.repeat {
        Some(Repeat::Safe) => "Only reads: sent again when an answer is lost.".into(),
        Some(Repeat::Idempotent) => "Twice is the same as once: sent again when an answer is lost.".into(),
        Some(Repeat::Never) | None => {
            "Creates or moves something: a lost answer is [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown), and \
             nothing is sent twice."
                .into()
        }
    });
    let given: Vec<String> = arguments(operation)
        .into_iter()
        .map(|field| format!("- `{}`: {}", field.rust, describe::field(field).replace("\n\n", " ").replace('\n', " ")))
        .collect();
    if !given.is_empty() {
        add(format!("# Arguments\n\n{}", given.join("\n")));
    }
    match &operation.output {
        Output::Json(ty) => add(format!("Gives: {}.", describe::lower(&describe::what(ty)))),
        Output::Text => add("Gives a text.".into()),
        Output::Bytes => add("Gives a stream of bytes.".into()),
        Output::Maybe(_) => add("Gives a value, or `None` where the answer has no body.".into()),
        Output::ByStatus(name, _) => add(format!("Gives one of several answers: [`{name}`](crate::types::{name}).")),
        Output::Empty => {}
    }
    let mut errors = String::from("# Errors\n\nWhat any call can meet ([`Error`](crate::Error))");
    if entry.errors.values().all(|codes| codes.is_empty()) {
        errors.push_str("; no error codes are documented.");
    } else {
        errors.push_str(", and these documented codes:\n");
        for (status, codes) in entry.errors.iter().filter(|(_, codes)| !codes.is_empty()) {
            let codes: Vec<String> = codes.iter().map(|code| format!("`{}`", code.replace('`', "'"))).collect();
            let _ = write!(errors, "\n- {status}: {}", codes.join(", "));
        }
    }
    add(errors);
    paragraphs.join("\n\n")
}

fn method(out: &mut String, operation: &Operation, model: &Model, structs: &BTreeMap<String, String>) {
    let name = &structs[&operation.id];
    out.push_str(&doc::lines("    ///", &documentation(operation)));
    if operation.deprecated {
        let _ = writeln!(out, "    #[deprecated = \"deprecated in the description\"]");
    }
    let given = arguments(operation);
    let (body, optional_body) = bodies(operation);
    let mut parameters = vec!["self".to_owned()];
    parameters.extend(given.iter().map(|field| format!("{}: {}", field.rust, argument(&field.ty, model))));
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
        let value = from_argument(&field.ty, &field.rust, model);
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

fn argument(ty: &Ty, model: &Model) -> String {
    match file(ty) {
        Some(true) => "impl ::std::iter::IntoIterator<Item = crate::Upload>".into(),
        Some(false) => "impl ::std::convert::Into<crate::Upload>".into(),
        None => taken_at(ty, TYPES, model),
    }
}

fn from_argument(ty: &Ty, name: &str, model: &Model) -> String {
    match file(ty) {
        Some(true) => format!("{name}.into_iter().collect()"),
        Some(false) => format!("{name}.into()"),
        None => converted(ty, name, model),
    }
}

/// A file, or a list of files.
pub(super) fn file(ty: &Ty) -> Option<bool> {
    match ty {
        Ty::Scalar(Scalar::Binary) => Some(false),
        Ty::List(inner) if inner.is(&Scalar::Binary) => Some(true),
        _ => None,
    }
}

fn held(ty: &Ty) -> String {
    match file(ty) {
        Some(true) => "::std::vec::Vec<crate::Upload>".into(),
        Some(false) => "crate::Upload".into(),
        None => rust(ty),
    }
}

fn call(out: &mut String, model: &Model, operation: &Operation, index: usize, structs: &BTreeMap<String, String>) {
    let name = &structs[&operation.id];
    let lifetime = lifetime(operation);
    let entry = &operation.entry;
    let (body, optional_body) = bodies(operation);
    let derive = if entry.page.is_some() { "#[derive(Clone)]\n" } else { "" };
    let _ = writeln!(
        out,
        "\n/// What `{}` is called with.\n{derive}#[allow(missing_debug_implementations)]\npub struct {name}{lifetime} {{",
        entry.name()
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
            let text = doc::plain(&doc::sentence(&body.doc));
            let text = if text.is_empty() { "Sets the body.".into() } else { text };
            let _ = writeln!(
                out,
                "{}    #[inline]\n    pub fn {}(mut self, value: impl ::std::convert::Into<{}>) -> Self {{\n        self.arguments.{} = Some(value.into());\n        self\n    }}",
                doc::lines("    ///", &text),
                ident::option(&body.rust),
                body_type(operation, body),
                body.rust,
            );
        }
        let _ = writeln!(out, "}}");
    }
    if entry.page.is_some() {
        paged(out, model, operation, name);
    }
}

fn option(out: &mut String, field: &Field, operation: &Operation, model: &Model) {
    let name = &field.rust;
    let docs = doc::lines("    ///", &describe::field(field));
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

fn implementation(out: &mut String, model: &Model, operation: &Operation, index: usize, name: &str) {
    let lifetime = lifetime(operation);
    let _ = writeln!(
        out,
        "impl{lifetime} crate::call::Operation for {name}{lifetime} {{\n    type Output = {};\n    const INFO: &'static crate::OperationInfo = &super::table::OPERATIONS[{index}];",
        output(&operation.output)
    );
    check(out, model, operation);
    if operation.is_form() && matches!(operation.entry.request, Request::Multipart(_)) {
        form(out, operation);
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
    write_request(out, operation);
    let _ = writeln!(out, "}}");
}

fn check(out: &mut String, model: &Model, operation: &Operation) {
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
        .filter(|field| super::types::has_rule(field) && field.bounds.pattern.is_none() && file(&field.ty).is_none())
        .collect();
    let printed: Vec<&Parameter> = operation
        .parameters
        .iter()
        .filter(|parameter| matches!(parameter.place, Place::Header | Place::Cookie))
        .collect();
    if body_checked.is_none() && bounded.is_empty() && printed.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "    #[inline]\n    fn check(&self, at: &mut crate::types::check::Path) -> ::std::result::Result<(), crate::types::check::Violation> {{"
    );
    for field in &bounded {
        let rule = rule(&field.bounds, &field.ty, &BTreeMap::new());
        let _ =
            writeln!(out, "        at.rule({:?}, &self.{}, &crate::types::check::{rule})?;", field.json, field.rust);
    }
    for parameter in printed {
        let _ = writeln!(out, "        at.printable({:?}, &self.{})?;", parameter.field.json, parameter.field.rust);
    }
    match body_checked {
        Some(body) if body.required => {
            let _ = writeln!(out, "        crate::types::check::Check::check(&*self.{}, at)", body.rust);
        }
        Some(body) => {
            let _ = writeln!(
                out,
                "        match &self.{} {{\n            Some(body) => crate::types::check::Check::check(&**body, at),\n            None => Ok(()),\n        }}",
                body.rust
            );
        }
        None => {
            let _ = writeln!(out, "        Ok(())");
        }
    }
    let _ = writeln!(out, "    }}");
}

/// progenitor's method, and what is added to the request afterwards.
fn write_request(out: &mut String, operation: &Operation) {
    let path = operation.in_place(Place::Path).map(|parameter| match raw::is_shown(&parameter.field.ty) {
        true => passed(&parameter.field),
        false => format!("&crate::call::text(&self.{})", parameter.field.rust),
    });
    let query = operation.parameters.iter().filter(|parameter| raw::in_query(parameter));
    let mut arguments: Vec<String> = path.chain(query.map(|parameter| passed(&parameter.field))).collect();
    if raw::json_body(operation).is_some()
        && let Some(body) = &operation.body
    {
        arguments.push(format!("&self.{}", body.rust));
    }
    let _ = writeln!(
        out,
        "    #[inline]\n    fn write(&self, raw: &super::raw::Client) -> crate::call::Written<Self::Output> {{\n        raw.{}({})",
        raw::id(operation),
        arguments.join(", ")
    );
    for parameter in operation.parameters.iter().filter(|parameter| !raw::in_query(parameter)) {
        let Field { json, rust, presence, .. } = &parameter.field;
        let name = match parameter.place {
            Place::Path => continue,
            Place::Query => "query",
            Place::Header => "header",
            Place::Cookie => "cookie",
        };
        let value = match presence {
            Presence::Required => format!("Some(&self.{rust})"),
            _ => format!("self.{rust}.as_ref()"),
        };
        let _ = match parameter.place {
            Place::Query => {
                writeln!(out, "            .{name}({json:?}, crate::call::Style::{}, {value})", style(parameter.style))
            }
            _ => writeln!(out, "            .{name}({json:?}, {value})"),
        };
    }
    added_body(out, operation);
    added_reader(out, operation);
    let _ = writeln!(out, "    }}");
}

fn style(style: Style) -> &'static str {
    match style {
        Style::Repeated => "Repeated",
        Style::Commas => "Commas",
        Style::Spaces => "Spaces",
        Style::Pipes => "Pipes",
        Style::Deep => "Deep",
        Style::Json => "Json",
    }
}

/// A body that progenitor does not write.
fn added_body(out: &mut String, operation: &Operation) {
    match (&operation.entry.request, &operation.body) {
        (Request::Json(media), Some(body)) if raw::json_body(operation).is_none() => {
            let media = media.as_deref().unwrap_or("application/json");
            let value = match body.required {
                true => format!("Some(&*self.{})", body.rust),
                false => format!("self.{}.as_deref()", body.rust),
            };
            let _ = writeln!(out, "            .json({media:?}, {value})");
        }
        (Request::Text(media), Some(body)) => {
            let value = match body.required {
                true => format!("Some(&self.{})", body.rust),
                false => format!("self.{}.as_ref()", body.rust),
            };
            let _ = writeln!(out, "            .text({media:?}, {value})");
        }
        (Request::Form, _) => {
            for field in &operation.form {
                let value = match field.presence {
                    Presence::Required => format!("Some(&self.{})", field.rust),
                    _ => format!("self.{}.as_ref()", field.rust),
                };
                let _ = writeln!(out, "            .field({:?}, {value})", field.json);
            }
        }
        _ => {}
    }
}

/// How an answer is read that progenitor has no words for.
fn added_reader(out: &mut String, operation: &Operation) {
    match &operation.output {
        Output::Text => out.push_str("            .read_by(crate::call::text_answer)\n"),
        Output::Json(ty) if !raw::is_progenitors(ty) => {
            let _ = writeln!(out, "            .read_by(crate::call::value::<{}>)", rust(ty));
        }
        Output::Maybe(inner) => {
            let reader = match &**inner {
                Output::Json(ty) => format!("crate::call::value::<{}>", rust(ty)),
                Output::Text => "crate::call::text_answer".into(),
                Output::Bytes => "crate::call::stream".into(),
                _ => "crate::call::nothing".into(),
            };
            let _ = writeln!(
                out,
                "            .read_by(|answer| if answer.is_empty() {{ Ok(None) }} else {{ {reader}(answer).map(Some) }})"
            );
        }
        Output::ByStatus(name, rows) => {
            let _ = writeln!(out, "            .read_by(|answer| Ok(match answer.status() {{");
            // What no status names is read as the first answer: a 200 where a 201 is documented is as good.
            let last = rows.iter().position(|(_, statuses, _)| statuses.iter().any(|status| status == "default"));
            let last = last.unwrap_or(0);
            let order = (0..rows.len()).filter(|row| *row != last).chain([last]);
            for row in order {
                let (variant, statuses, output) = &rows[row];
                let pattern = if row == last { "_".to_owned() } else { patterns(statuses) };
                let value = match output {
                    Output::Json(ty) => format!("(crate::call::value::<{}>(answer)?)", rust(ty)),
                    Output::Text => "(crate::call::text_answer(answer)?)".into(),
                    Output::Bytes => "(answer.bytes())".into(),
                    _ => String::new(),
                };
                let _ = writeln!(out, "                {pattern} => {TYPES}{name}::{variant}{value},");
            }
            let _ = writeln!(out, "            }}))");
        }
        Output::Json(_) | Output::Empty | Output::Bytes => {}
    }
}

fn patterns(statuses: &[String]) -> String {
    let of = |status: &String| match status.parse::<u16>() {
        Ok(status) => status.to_string(),
        Err(_) => match status.chars().next().and_then(|first| first.to_digit(10)) {
            Some(first) => format!("{first}00..={first}99"),
            None => "0".into(),
        },
    };
    statuses.iter().map(of).collect::<Vec<_>>().join(" | ")
}

fn is_sorted_by_date(model: &Model, operation: &Operation) -> bool {
    let takes = |name: &str, value: &str| {
        let field = operation.in_place(Place::Query).map(|parameter| &parameter.field).find(|field| field.json == name);
        let optional = field.filter(|field| field.presence == Presence::Optional);
        let listed = optional.and_then(|field| model.types.get(field.ty.named()?)).map(|ty| &ty.shape);
        matches!(listed, Some(Shape::Enum(variants)) if variants.iter().any(|variant| variant.json == value))
    };
    takes("sortAttribute", "CREATION_DATE") && takes("sortDirection", "ASC")
}

/// How progenitor's method wants an argument: scalars by value, text and ours by reference.
fn passed(field: &Field) -> String {
    let name = &field.rust;
    match (&field.ty, field.presence) {
        (Ty::Scalar(Scalar::I32 | Scalar::I64 | Scalar::Bool), _) => format!("self.{name}"),
        (Ty::Scalar(Scalar::Text), Presence::Required) => format!("&self.{name}"),
        (Ty::Scalar(Scalar::Text), _) => format!("self.{name}.as_deref()"),
        (_, Presence::Required) => format!("&self.{name}"),
        _ => format!("self.{name}.as_ref()"),
    }
}

/// A multipart form: files, texts, and objects as parts of JSON.
fn form(out: &mut String, operation: &Operation) {
    let Request::Multipart(encoding) = &operation.entry.request else { return };
    let _ = writeln!(
        out,
        "    #[inline]\n    fn form(&self) -> ::std::option::Option<crate::upload::Form> {{\n        let mut form = crate::upload::Form::new();"
    );
    for field in &operation.form {
        let json = &field.json;
        let media = encoding.get(json);
        let each = |value: &str| match file(&field.ty) {
            Some(true) => {
                format!("{}.iter().for_each(|file| form.file({json:?}, file));", value.trim_start_matches('&'))
            }
            Some(false) => format!("form.file({json:?}, {value});"),
            None if is_object(&field.ty) || media.is_some_and(|media| media.contains("json")) => {
                format!("form.json({json:?}, {value});")
            }
            None => format!("form.text({json:?}, {value});"),
        };
        let _ = match field.presence {
            Presence::Required => writeln!(out, "        {}", each(&format!("&self.{}", field.rust))),
            _ => writeln!(
                out,
                "        if let Some(value) = &self.{} {{\n            {}\n        }}",
                field.rust,
                each("value")
            ),
        };
    }
    let _ = writeln!(out, "        Some(form)\n    }}");
}

/// Written as a part of JSON: Spring reads an object from such a part.
fn is_object(ty: &Ty) -> bool {
    match ty {
        Ty::Named(_) | Ty::Map(_) | Ty::Page(_) => true,
        Ty::Scalar(scalar) => *scalar == Scalar::Json,
        Ty::List(inner) | Ty::Boxed(inner) | Ty::Maybe(inner) => is_object(inner),
    }
}

fn paged(out: &mut String, model: &Model, operation: &Operation, name: &str) {
    let item = match &operation.output {
        Output::Json(Ty::Named(page)) => match model.types.get(page).map(|ty| &ty.shape) {
            Some(Shape::Alias(Ty::Page(item))) => rust(item),
            _ => return,
        },
        _ => return,
    };
    let query =
        |wanted: &str| operation.in_place(Place::Query).map(|found| &found.field).find(|field| field.json == wanted);
    let (Some(page), Some(size)) = (query("page"), query("pageSize")) else { return };
    let _ = writeln!(
        out,
        "impl crate::call::Paged for {name} {{\n    type Item = {item};\n    #[inline]\n    fn place(&mut self) -> crate::call::Place<'_> {{"
    );
    let window = match (query("startDate"), query("endDate"), query("sortAttribute"), query("sortDirection")) {
        (Some(start), Some(end), Some(attribute), Some(direction))
            if start.ty.is(&Scalar::Timestamp)
                && end.ty == start.ty
                && [start, end].iter().all(|date| date.presence == Presence::Optional)
                && is_sorted_by_date(model, operation) =>
        {
            // By creation date, the way asked for; oldest first unless asked, since new rows then come last.
            let _ = writeln!(
                out,
                "        self.{} = Some(\"CREATION_DATE\".into());\n        let direction = self.{}.get_or_insert_with(|| \"ASC\".into());\n        let ascends = direction.as_str() != \"DESC\";",
                attribute.rust, direction.rust
            );
            format!(
                "Some(crate::call::Window {{ start: &mut self.{}, end: &mut self.{}, ascends }})",
                start.rust, end.rust
            )
        }
        _ => "None".into(),
    };
    let _ = writeln!(
        out,
        "        crate::call::Place {{ page: &mut self.{}, size: &mut self.{}, window: {window} }}\n    }}\n}}",
        page.rust, size.rust
    );
}
