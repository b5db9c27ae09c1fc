//! Has progenitor write the client: one method for each operation over the prepared description.
//!
//! Every type that is not a plain scalar is replaced by ours, so that progenitor generates the requests
//! and nothing else; the description it sees is built from the model and holds no schema worth a type.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::quote;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::document::Pointer;
use crate::model::{Field, Model, Operation, Output, Presence, Ty};

const PASS: &str = "progenitor";

pub(super) fn write(model: &Model) -> Result<String, Error> {
    let mut replaced = BTreeSet::new();
    let document = document(model, &mut replaced);
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Optional)
        .with_inner_type(quote!(crate::call::Origin));
    for name in &replaced {
        let path = format!("crate::types::{name}");
        settings.with_replacement(name, path, [TypeImpl::Display].into_iter());
    }
    let fail =
        |error: String| Error::new(PASS, &Pointer::root(), error, "a pass should have settled this: please report it");
    let document: openapiv3::OpenAPI = serde_json::from_value(document).map_err(|error| fail(error.to_string()))?;
    let tokens = Generator::new(&settings).generate_tokens(&document).map_err(|error| fail(error.to_string()))?;
    Ok(shortened(tokens)?.to_string())
}

/// What progenitor's methods do with an answer, and which function of the crate says so for all of them.
const ENDINGS: [(&str, &str); 3] = [
    ("{ ResponseValue :: from_response (response) . await }", "decoded"),
    ("{ Ok (ResponseValue :: empty (response)) }", "emptied"),
    ("{ Ok (ResponseValue :: stream (response)) }", "streamed"),
];

/// What progenitor's methods do with every request, and what stands there instead. The version it announces is no header
/// of this API. And it parses the whole address of each call; the crate's `call/origin.rs` did that once.
fn replacements() -> [(TokenStream, TokenStream); 3] {
    let announced = quote! {
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map.append(
            ::reqwest::header::HeaderName::from_static("api-version"),
            ::reqwest::header::HeaderValue::from_static(Self::api_version()),
        );
    };
    [
        (announced, TokenStream::new()),
        (quote!(.headers(header_map)), TokenStream::new()),
        (quote!(= self.client.), quote!(= self.inner.)),
    ]
}

/// progenitor's methods as far as the request is written. What they do from there on is the same for all of them, and the
/// crate's `call/life.rs` does it: a hundred futures of their own, with four waits each, took a fifth of the build, and
/// an answer that goes through them is taken apart, put together and taken apart again.
fn shortened(tokens: TokenStream) -> Result<TokenStream, Error> {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "async" => {
                // Before its `pub`. Inline, so that only those in use are compiled any further.
                let visibility = out.pop();
                out.extend(quote!(#[inline] #visibility));
                out.extend(method(&mut tokens)?);
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                out.push(Group::new(Delimiter::Brace, shortened(group.stream())?).into());
            }
            other => out.push(other),
        }
    }
    Ok(out.into_iter().collect())
}

/// From after `async` to the end of the method.
fn method(tokens: &mut impl Iterator<Item = TokenTree>) -> Result<TokenStream, Error> {
    let mut signature = Vec::new();
    let body = loop {
        match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => break group.stream(),
            Some(token) => signature.push(token),
            None => return Err(unexpected()),
        }
    };
    let arrow = |pair: &[TokenTree]| pair[0].to_string() == "-" && pair[1].to_string() == ">";
    let (named, returned) =
        signature.windows(2).position(arrow).map(|at| signature.split_at(at)).ok_or_else(unexpected)?;
    let value = value_of(&returned[2..]).ok_or_else(unexpected)?;
    let body: Vec<TokenTree> = body.into_iter().collect();
    let info = |pair: &[TokenTree]| pair[0].to_string() == "let" && pair[1].to_string() == "info";
    let (request, end) = body.windows(2).position(info).map(|start| body.split_at(start)).ok_or_else(unexpected)?;
    let operation = operation_id(end).ok_or_else(unexpected)?;
    let end = bare(&end.iter().cloned().collect::<TokenStream>().to_string());
    let (_, ours) =
        ENDINGS.iter().find(|(read, _)| end == bare(&ending_of(&operation, read))).ok_or_else(unexpected)?;
    let ours = quote::format_ident!("{ours}");
    let named: TokenStream = named.iter().cloned().collect();
    let request = replacements()
        .into_iter()
        .try_fold(request.to_vec(), |request, (theirs, ours)| replaced(&request, theirs, ours))
        .ok_or_else(unexpected)?;
    let request: TokenStream = request.into_iter().collect();
    Ok(quote! {
        #named -> crate::call::Written<#value> {
            crate::call::#ours((|| { #request Ok(request) })())
        }
    })
}

/// `tokens` with `ours` where `theirs` stands; nothing if it does not stand there once.
fn replaced(tokens: &[TokenTree], theirs: TokenStream, ours: TokenStream) -> Option<Vec<TokenTree>> {
    let texts = |tokens: &[TokenTree]| tokens.iter().map(|token| bare(&token.to_string())).collect::<Vec<_>>();
    let (all, theirs) = (texts(tokens), texts(&theirs.into_iter().collect::<Vec<_>>()));
    let mut places = all.windows(theirs.len()).enumerate().filter(|(_, window)| *window == theirs);
    let ((start, _), None) = (places.next()?, places.next()) else { return None };
    let (before, after) = (&tokens[..start], &tokens[start + theirs.len()..]);
    Some(before.iter().cloned().chain(ours).chain(after.iter().cloned()).collect())
}

fn unexpected() -> Error {
    Error::new(
        PASS,
        &Pointer::root(),
        "progenitor writes a method otherwise than version 0.15.1 does",
        "bring `ENDINGS`, `replacements` and what uses them in spec/src/emit/raw.rs up to date with the new version",
    )
}

/// The `T` in `Result < ResponseValue < T > , Error < () > , >`.
fn value_of(returned: &[TokenTree]) -> Option<TokenStream> {
    let (start, end) = ("Result<ResponseValue<", ">,Error<()>,>");
    let all: String = returned.iter().map(ToString::to_string).collect();
    (all.starts_with(start) && all.ends_with(end)).then(|| returned[4..returned.len() - 8].iter().cloned().collect())
}

/// Printed tokens stand more or less apart.
fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The text in `let info = OperationInfo { operation_id : ".." , }`.
fn operation_id(end: &[TokenTree]) -> Option<String> {
    let TokenTree::Group(group) = end.get(4)? else { return None };
    let text = group.stream().into_iter().nth(2)?.to_string();
    serde_json::from_str(&text).ok()
}

fn ending_of(operation: &str, read: &str) -> String {
    format!(
        "let info = OperationInfo {{ operation_id : {operation:?} , }} ; self . pre (& mut request , & info) . await ? ; \
         let result = self . exec (request , & info) . await ; self . post (& result , & info) . await ? ; \
         let response = result ? ; match response . status () . as_u16 () {{ 200 ..= 299 => {read} \
         _ => Err (Error :: UnexpectedResponse (response)) , }}"
    )
}

fn document(model: &Model, replaced: &mut BTreeSet<String>) -> Value {
    let mut paths = Map::new();
    for operation in &model.operations {
        let written = write_operation(operation, replaced);
        let item = paths.entry(&operation.endpoint.path).or_insert_with(|| json!({}));
        item[&operation.endpoint.method] = written;
    }
    let schemas: Map<String, Value> = replaced.iter().map(|name| (name.clone(), json!({ "type": "object" }))).collect();
    json!({
        "openapi": "3.0.3",
        "info": { "title": "LinkCy partner API", "version": model.version },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

fn write_operation(operation: &Operation, replaced: &mut BTreeSet<String>) -> Value {
    let mut parameters = Vec::new();
    for (place, fields) in [("path", &operation.path), ("query", &operation.query)] {
        parameters.extend(fields.iter().map(|field| parameter(place, field, replaced)));
    }
    let mut written = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": { "2XX": { "description": "" } },
    });
    let content = |schema: Value, media: &str| json!({ media: { "schema": schema } });
    match &operation.output {
        Output::Json(ty) => {
            written["responses"]["2XX"]["content"] = content(schema(ty, replaced), "application/json");
        }
        Output::Bytes => {
            let media = operation.entry.media.as_deref().unwrap_or("application/octet-stream");
            written["responses"]["2XX"]["content"] = content(binary(), media);
        }
        Output::Empty => {}
    }
    if let Some(body) = &operation.body {
        let content = content(schema(body, replaced), "application/json");
        written["requestBody"] = json!({ "required": true, "content": content });
    } else if operation.entry.multipart.is_some() {
        let content = content(binary(), "application/octet-stream");
        written["requestBody"] = json!({ "required": true, "content": content });
    }
    written
}

fn binary() -> Value {
    json!({ "type": "string", "format": "binary" })
}

fn parameter(place: &str, field: &Field, replaced: &mut BTreeSet<String>) -> Value {
    json!({
        "name": field.json,
        "in": place,
        "required": field.presence == Presence::Required,
        "schema": schema(&field.ty, replaced),
    })
}

fn schema(ty: &Ty, replaced: &mut BTreeSet<String>) -> Value {
    match ty {
        Ty::Plain(name) => match name.as_str() {
            "String" => json!({ "type": "string" }),
            "bool" => json!({ "type": "boolean" }),
            "i32" => json!({ "type": "integer", "format": "int32" }),
            "i64" => json!({ "type": "integer", "format": "int64" }),
            other => ours(other, replaced),
        },
        Ty::Named(name) => ours(name, replaced),
        Ty::List(inner) => json!({ "type": "array", "items": schema(inner, replaced) }),
        Ty::Map(inner) => json!({ "type": "object", "additionalProperties": schema(inner, replaced) }),
        Ty::Boxed(inner) | Ty::Page(inner) => schema(inner, replaced),
    }
}

fn ours(name: &str, replaced: &mut BTreeSet<String>) -> Value {
    replaced.insert(name.to_owned());
    crate::document::reference(name)
}
