//! Writes a short example of each operation that takes a body: into its docs, and as a function that a test compiles and calls.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::expression::{Writer, position_of};
use crate::emit::operations::arguments;
use crate::model::{Field, Model, Output, Presence, Scalar, Ty, TypedOperation};
use crate::pointer::Pointer;
use crate::sample;
use crate::work::Request;

/// The statements of an example, and what they need around them.
pub(crate) struct Example {
    uses: String,
    /// Name and type of what the statements take for given.
    variables: BTreeMap<String, String>,
    body: String,
}

/// The example of an operation, where it sends more than parameters.
pub(crate) fn of(model: &Model, operation: &TypedOperation) -> Option<Example> {
    if operation.body.is_none() && operation.form.is_empty() {
        return None;
    }
    let mut writer = Writer::default();
    let mut statements = String::new();
    let mut given = Vec::new();
    for field in arguments(operation) {
        given.push(writer.field(model, field, position_of(&field.ty, model))?);
    }
    let mut options = String::new();
    if let Some(body) = &operation.body {
        let value = match operation.entry.request {
            Request::Json(_) => {
                let request = writer.body(model, &body.ty, &anonymous(&body.rust, &body.ty))?;
                let _ = writeln!(statements, "let request = {request};");
                "request".to_owned()
            }
            Request::Bytes(_) => "linkcy::Upload::path(\"document.pdf\").await?".into(),
            _ => "\"sample\"".into(),
        };
        match body.required {
            true => given.push(value),
            false => {
                let _ = write!(options, ".{}({value})", crate::names::ident::option(&body.rust));
            }
        }
    }
    let call =
        format!("client.{}().{}({}){options}.await?", operation.entry.handle, operation.entry.verb, given.join(", "));
    match &operation.output {
        Output::Empty => {
            let _ = writeln!(statements, "{call};");
        }
        _ => {
            let _ = writeln!(statements, "let response = {call};");
        }
    }
    let uses: Vec<&String> = writer.uses.iter().filter(|name| statements.contains(&**name)).collect();
    let uses = match uses.as_slice() {
        [] => String::new(),
        [one] => format!("use linkcy::types::{one};\n"),
        several => {
            let several: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
            format!("use linkcy::types::{{{}}};\n", several.join(", "))
        }
    };
    Some(Example { uses, variables: writer.variables, body: statements })
}

/// A field around a body, which has none.
fn anonymous(name: &str, ty: &Ty) -> Field {
    Field {
        json: name.to_owned(),
        rust: name.to_owned(),
        at: Pointer::root(),
        ty: ty.clone(),
        presence: Presence::Required,
        constant: None,
        doc: String::new(),
        default: None,
        example: None,
        format: String::new(),
        one_of: Vec::new(),
        deprecated: false,
        nullable: false,
        read_only: false,
        bounds: Default::default(),
    }
}

impl Example {
    /// As the docs have it: what stands around the statements is hidden.
    pub(crate) fn shown(&self) -> String {
        let ids: Vec<String> =
            self.variables.iter().map(|(name, ty)| format!(", {name}: linkcy::types::{ty}")).collect();
        format!(
            "# async fn example(client: linkcy::Client{}) -> Result<(), Box<dyn std::error::Error>> {{\n{}# Ok(())\n# }}\n",
            ids.concat(),
            self.code()
        )
    }

    /// The visible lines, formatted.
    fn code(&self) -> String {
        let source = format!("async fn example() {{ {} {} }}", self.uses, self.body);
        let Ok(file) = syn::parse_file(&source) else { return format!("{}{}", self.uses, self.body) };
        let formatted = prettyplease::unparse(&file);
        let lines = formatted.lines().skip(1).filter(|line| *line != "}");
        lines.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n").collect()
    }
}

/// A function for each example, and one that calls them all.
pub(crate) fn write(model: &Model) -> String {
    let mut out = String::new();
    let mut names = Vec::new();
    for operation in &model.operations {
        let Some(example) = of(model, operation) else { continue };
        names.push(&operation.id);
        let _ = writeln!(
            out,
            "#[allow(deprecated, unused_variables)]\npub async fn {}(client: &linkcy::Client) -> Result<(), Box<dyn std::error::Error>> {{",
            operation.id
        );
        for (name, ty) in &example.variables {
            let id = sample::value(model, &Ty::Scalar(Scalar::Id(ty.clone())));
            let _ = writeln!(out, "let {name}: linkcy::types::{ty} = {id}.parse()?;");
        }
        let _ = writeln!(out, "{}Ok(())\n}}\n", example.code());
    }
    let _ = writeln!(
        out,
        "/// Each example's operation, with what became of its call.\npub async fn examples(client: &linkcy::Client) -> Vec<(&'static str, Result<(), Box<dyn std::error::Error>>)> {{\nvec!["
    );
    for name in names {
        let _ = writeln!(out, "({name:?}, {name}(client).await),");
    }
    out.push_str("]\n}\n");
    out
}
