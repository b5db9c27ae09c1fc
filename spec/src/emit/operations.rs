//! Writes the resource handles: a method for each operation, its arguments by position, everything
//! optional by name on the call it returns, and the way from there into progenitor's method.

use std::collections::BTreeMap;
use std::fmt::Write;

use heck::ToPascalCase;

use super::doc;
use super::types::{converted, taken, written};
use crate::model::{Field, Model, Operation, Output, Presence, Shape, Ty};
use crate::names::{Access, Repeat};

/// Where the types are, seen from the handles.
const TYPES: &str = "types::";

fn rust(ty: &Ty) -> String {
    written(ty, TYPES)
}

pub(super) fn write(model: &Model) -> String {
    let mut out = String::new();
    let mut handles: BTreeMap<&str, Vec<(usize, &Operation)>> = BTreeMap::new();
    for (index, operation) in model.operations.iter().enumerate() {
        handles.entry(&operation.entry.handle).or_default().push((index, operation));
    }
    for (handle, operations) in &handles {
        let struct_name = handle.to_pascal_case();
        let words = handle.replace('_', " ");
        let _ = writeln!(
            out,
            "\n/// The operations on {words}; from [`Client::{handle}`].\n#[derive(Clone, Copy, Debug)]\npub struct {struct_name}<'c> {{\n    client: &'c Client,\n}}"
        );
        let _ = writeln!(
            out,
            "impl Client {{\n    /// The operations on {words}.\n    pub fn {handle}(&self) -> {struct_name}<'_> {{\n        {struct_name} {{ client: self }}\n    }}\n}}"
        );
        let _ = writeln!(out, "impl<'c> {struct_name}<'c> {{");
        for (_, operation) in operations {
            method(&mut out, operation, model);
        }
        let _ = writeln!(out, "}}");
        for (index, operation) in operations {
            call(&mut out, model, operation, *index);
        }
    }
    out
}

fn struct_name(operation: &Operation) -> String {
    operation.id.to_pascal_case()
}

/// Arguments of the method: path, what is required of query and form, body.
pub(super) fn arguments(operation: &Operation) -> Vec<&Field> {
    let required = operation.query.iter().chain(&operation.form);
    operation.path.iter().chain(required.filter(|field| field.presence == Presence::Required)).collect()
}

pub(super) fn options(operation: &Operation) -> impl Iterator<Item = &Field> {
    operation.query.iter().chain(&operation.form).filter(|field| field.presence != Presence::Required)
}

fn lifetime(operation: &Operation) -> &'static str {
    if operation.body.is_some() { "<'c>" } else { "" }
}

fn method(out: &mut String, operation: &Operation, model: &Model) {
    let entry = &operation.entry;
    let name = struct_name(operation);
    let mut text = doc::comment("    ///", &sentence(&operation.summary));
    let mut paragraph = |words: &str| {
        if !words.is_empty() {
            text.push_str("    ///\n");
            text.push_str(words);
        }
    };
    paragraph(&doc::comment("    ///", &operation.description));
    paragraph(&format!("    /// `{} {}`\n", operation.endpoint.method.to_uppercase(), operation.endpoint.path));
    if entry.sca.is_some() {
        paragraph("    /// May need strong customer authentication: see [`crate::sca`].\n");
    }
    match entry.access {
        Some(Access::Anonymous) => paragraph("    /// Needs no session.\n"),
        Some(Access::Either) => paragraph("    /// Needs no session, and uses the client's where it has one.\n"),
        Some(Access::Bearer) | None => {}
    }
    paragraph(match entry.repeat {
        Some(Repeat::Safe) => "    /// Only reads: sent again when an answer is lost.\n",
        Some(Repeat::Idempotent) => "    /// Twice is the same as once: sent again when an answer is lost.\n",
        Some(Repeat::Never) | None => {
            "    /// Creates or moves something: a lost answer is [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown), and nothing is sent twice.\n"
        }
    });
    let mut errors =
        String::from("    /// # Errors\n    ///\n    /// What any call can meet ([`Error`](crate::Error))");
    if entry.errors.values().all(|codes| codes.is_empty()) {
        errors.push_str("; no error codes are documented.\n");
    } else {
        errors.push_str(", and these documented codes:\n    ///\n");
        for (status, codes) in entry.errors.iter().filter(|(_, codes)| !codes.is_empty()) {
            let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
            let _ = writeln!(errors, "    /// - {status}: {}", codes.join(", "));
        }
    }
    paragraph(&errors);
    out.push_str(&text);
    if operation.deprecated {
        let _ = writeln!(out, "    #[deprecated = \"deprecated in the description\"]");
    }
    let mut parameters = vec!["self".to_owned()];
    parameters
        .extend(arguments(operation).iter().map(|field| format!("{}: {}", field.rust, argument(&field.ty, model))));
    parameters.extend(operation.body.as_ref().map(|body| format!("body: &'c {}", rust(body))));
    let _ = writeln!(
        out,
        "    #[inline]\n    pub fn {}({}) -> Call<'c, {name}{}> {{\n        Call::new(self.client, {name} {{",
        entry.verb,
        parameters.join(", "),
        lifetime(operation)
    );
    for field in arguments(operation) {
        let value = from_argument(&field.ty, &field.rust, model);
        let value = if value == field.rust { value } else { format!("{}: {value}", field.rust) };
        let _ = writeln!(out, "            {value},");
    }
    for field in options(operation) {
        let _ = writeln!(out, "            {}: None,", field.rust);
    }
    if operation.body.is_some() {
        let _ = writeln!(out, "            body,");
    }
    let _ = writeln!(out, "        }})\n    }}");
}

fn argument(ty: &Ty, model: &Model) -> String {
    if is_file(ty) { "impl Into<Upload>".into() } else { taken(ty, TYPES, model) }
}

fn from_argument(ty: &Ty, name: &str, model: &Model) -> String {
    if is_file(ty) { format!("{name}.into()") } else { converted(ty, name, model) }
}

pub(super) fn is_file(ty: &Ty) -> bool {
    *ty == Ty::Plain("Binary".into())
}

fn sentence(summary: &str) -> String {
    match summary.is_empty() || summary.ends_with('.') {
        true => summary.to_owned(),
        false => format!("{summary}."),
    }
}

fn call(out: &mut String, model: &Model, operation: &Operation, index: usize) {
    let name = struct_name(operation);
    let lifetime = lifetime(operation);
    let entry = &operation.entry;
    let derive = if entry.page.is_some() { "#[derive(Clone)]\n" } else { "" };
    let _ = writeln!(
        out,
        "\n/// What `{}.{}` is called with.\n{derive}pub struct {name}{lifetime} {{",
        entry.handle, entry.verb
    );
    for field in arguments(operation) {
        let ty = if is_file(&field.ty) { "Upload".into() } else { rust(&field.ty) };
        let _ = writeln!(out, "    {}: {ty},", field.rust);
    }
    for field in options(operation) {
        let _ = writeln!(out, "    {}: Option<{}>,", field.rust, rust(&field.ty));
    }
    if let Some(body) = &operation.body {
        let _ = writeln!(out, "    body: &'c {},", rust(body));
    }
    let _ = writeln!(out, "}}");
    operation_impl(out, model, operation, index);
    let generics = if lifetime.is_empty() { "<'c>" } else { lifetime };
    if entry.sca.is_some() {
        let generics = if lifetime.is_empty() { "" } else { "<'c>" };
        let _ = writeln!(out, "impl{generics} TakesSca for {name}{lifetime} {{}}");
    }
    if options(operation).next().is_some() {
        let _ = writeln!(out, "impl{generics} Call<'c, {name}{lifetime}> {{");
        for field in options(operation) {
            let described =
                if field.doc.is_empty() { format!("Sets {}.", field.json) } else { sentence(&capitalised(&field.doc)) };
            let _ = writeln!(
                out,
                "{}    #[inline]\n    pub fn {}(mut self, value: {}) -> Self {{\n        self.arguments.{} = Some({});\n        self\n    }}",
                doc::comment("    ///", &described),
                field.rust,
                taken(&field.ty, TYPES, model),
                field.rust,
                converted(&field.ty, "value", model),
            );
        }
        let _ = writeln!(out, "}}");
    }
    if entry.page.is_some() {
        paged(out, model, operation);
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn output(operation: &Operation) -> String {
    match &operation.output {
        Output::Json(ty) => rust(ty),
        Output::Empty => "()".into(),
        Output::Bytes => "raw::ByteStream".into(),
    }
}

fn operation_impl(out: &mut String, model: &Model, operation: &Operation, index: usize) {
    let name = struct_name(operation);
    let lifetime = lifetime(operation);
    let _ = writeln!(
        out,
        "impl{lifetime} Operation for {name}{lifetime} {{\n    type Output = {};\n    const INFO: &'static OperationInfo = &OPERATIONS[{index}];",
        output(operation)
    );
    let body_checked = operation.body.as_ref().and_then(Ty::named).is_some_and(|body| {
        model.types.get(body).is_some_and(|ty| !matches!(ty.shape, Shape::Alias(_) | Shape::Enum(_)))
    });
    let bounded: Vec<&Field> = operation
        .path
        .iter()
        .chain(&operation.query)
        .chain(&operation.form)
        .filter(|field| !field.bounds.is_empty() && field.bounds.pattern.is_none())
        .collect();
    if body_checked || !bounded.is_empty() {
        let _ = writeln!(out, "    #[inline]\n    fn check(&self, at: &mut Path) -> Result<(), Violation> {{");
        for field in &bounded {
            let rule = super::types::rule(&field.bounds, &field.ty, &BTreeMap::new());
            let _ = writeln!(out, "        at.rule({:?}, &self.{}, &{rule})?;", field.json, field.rust);
        }
        match body_checked {
            true => out.push_str("        self.body.check(at)\n    }\n"),
            false => out.push_str("        Ok(())\n    }\n"),
        }
    }
    if !operation.form.is_empty() {
        form(out, operation);
    }
    let mut arguments: Vec<String> = operation
        .path
        .iter()
        .chain(&operation.query)
        .map(|field| passed(&field.ty, &field.rust, field.presence))
        .collect();
    if operation.body.is_some() {
        arguments.push("self.body".into());
    } else if !operation.form.is_empty() {
        // progenitor wants a body; the crate's life.rs puts the form in its place.
        arguments.push("\"\"".into());
    }
    let _ = writeln!(
        out,
        "    #[inline]\n    fn write(&self, raw: &raw::Client) -> Written<Self::Output> {{\n        raw.{}({})\n    }}\n}}",
        operation.id,
        arguments.join(", ")
    );
}

fn is_sorted_by_date(model: &Model, operation: &Operation) -> bool {
    let takes = |name: &str, value: &str| {
        let field = operation.query.iter().find(|field| field.json == name);
        let listed = field.and_then(|field| model.types.get(field.ty.named()?)).map(|ty| &ty.shape);
        matches!(listed, Some(Shape::Enum(variants)) if variants.iter().any(|variant| variant.json == value))
    };
    takes("sortAttribute", "CREATION_DATE") && takes("sortDirection", "ASC")
}

/// How progenitor's method wants an argument: scalars by value, text and ours by reference.
fn passed(ty: &Ty, name: &str, presence: Presence) -> String {
    let plain = match ty {
        Ty::Plain(name) => name.as_str(),
        _ => "",
    };
    match (plain, presence) {
        ("i32" | "i64" | "bool", _) => format!("self.{name}"),
        ("String", Presence::Required) => format!("&self.{name}"),
        ("String", _) => format!("self.{name}.as_deref()"),
        (_, Presence::Required) => format!("&self.{name}"),
        _ => format!("self.{name}.as_ref()"),
    }
}

fn form(out: &mut String, operation: &Operation) {
    let _ = writeln!(out, "    #[inline]\n    fn form(&self) -> Option<Form> {{\n        let mut form = Form::new();");
    for field in &operation.form {
        let _ = match (is_file(&field.ty), field.presence) {
            (true, _) => writeln!(out, "        form.file({:?}, &self.{});", field.json, field.rust),
            (false, Presence::Required) => writeln!(out, "        form.text({:?}, &self.{});", field.json, field.rust),
            (false, _) => writeln!(
                out,
                "        if let Some(value) = &self.{} {{\n            form.text({:?}, value);\n        }}",
                field.rust, field.json
            ),
        };
    }
    let _ = writeln!(out, "        Some(form)\n    }}");
}

fn paged(out: &mut String, model: &Model, operation: &Operation) {
    let name = struct_name(operation);
    let item = match &operation.output {
        Output::Json(Ty::Named(page)) => match model.types.get(page).map(|ty| &ty.shape) {
            Some(Shape::Alias(Ty::Page(item))) => rust(item),
            _ => return,
        },
        _ => return,
    };
    let _ = writeln!(
        out,
        "impl Paged for {name} {{\n    type Item = {item};\n    #[inline]\n    fn place(&mut self) -> Place<'_> {{"
    );
    let date = |wanted: &str| operation.query.iter().find(|field| field.json == wanted);
    let window = match (date("startDate"), date("endDate")) {
        (Some(start), Some(end))
            if start.ty == Ty::Plain("Timestamp".into())
                && end.ty == start.ty
                && is_sorted_by_date(model, operation) =>
        {
            // By creation date, the way asked for; oldest first unless asked, since new rows then come last.
            let _ = writeln!(
                out,
                "        self.sort_attribute = Some(\"CREATION_DATE\".into());\n        let direction = self.sort_direction.get_or_insert_with(|| \"ASC\".into());\n        let ascends = direction.as_str() != \"DESC\";"
            );
            format!("Some(Window {{ start: &mut self.{}, end: &mut self.{}, ascends }})", start.rust, end.rust)
        }
        _ => "None".into(),
    };
    let _ = writeln!(
        out,
        "        Place {{ page: &mut self.page, size: &mut self.page_size, window: {window} }}\n    }}\n}}"
    );
}
