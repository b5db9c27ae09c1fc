//! Writes a call of every operation with sample arguments, everything optional set: for tests that go over the whole
//! API. Only they include the file, so that users don't compile it.

use std::fmt::Write;

use crate::emit::operations::{arguments, file, options};
use crate::emit::written::written;
use crate::model::{Field, Model, Ty, TypedOperation};
use crate::sample;
use crate::work::Request;

const HEAD: &str = "\
/// What is done with the call of each operation.
pub trait Caller {
    /// Makes the call, or looks at it.
    fn call<O: linkcy::call::Operation>(
        &mut self,
        call: linkcy::Call<'_, O>,
    ) -> impl std::future::Future<Output = ()>;
}

fn sample<T: serde::de::DeserializeOwned>(json: &str) -> T {
    match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => panic!(\"{error} in the sample {json}\"),
    }
}
";

pub(crate) fn write(model: &Model) -> String {
    let mut out = String::from(HEAD);
    let _ = writeln!(
        out,
        "\n/// What stands in the samples for secrets and personal data.\n#[allow(dead_code)]\npub const SENSITIVE: &[&str] = &{:?};",
        sample::SENSITIVE
    );
    let _ = writeln!(
        out,
        "\n/// Hands a call of every operation to `caller`, in the order of the operation table.\n#[allow(deprecated)]\npub async fn every(client: &linkcy::Client, caller: &mut impl Caller) {{"
    );
    for operation in &model.operations {
        call(&mut out, model, operation);
    }
    out.push_str("}\n");
    out
}

fn call(out: &mut String, model: &Model, operation: &TypedOperation) {
    let entry = &operation.entry;
    let mut given: Vec<String> = arguments(operation).iter().map(|field| argument(model, field)).collect();
    let mut options: Vec<(String, String)> =
        options(operation).map(|field| (field.rust.clone(), argument(model, field))).collect();
    if let Some(body) = &operation.body {
        let value = match entry.request {
            Request::Json(_) => {
                let json = sample::value(model, &body.ty);
                let _ = writeln!(out, "    let body = sample::<{}>({:?});", rust(&body.ty), json.to_string());
                "&body".to_owned()
            }
            Request::Bytes(_) => FILE.to_owned(),
            _ => "\"sample\"".to_owned(),
        };
        match body.required {
            true => given.push(value),
            false => options.push((crate::names::ident::option(&body.rust), value)),
        }
    }
    let mut call = format!("client.{}().{}({})", entry.handle, entry.verb, given.join(", "));
    for (name, value) in options {
        let _ = write!(call, ".{name}({value})");
    }
    let _ = writeln!(out, "    Box::pin(caller.call({call})).await;");
}

fn rust(ty: &Ty) -> String {
    written(ty, "linkcy::types::")
}

const FILE: &str = "linkcy::Upload::bytes(\"sample.pdf\", &b\"%PDF-1.4 sample\"[..]).content_type(\"application/pdf\")";

fn argument(model: &Model, field: &Field) -> String {
    match file(&field.ty) {
        Some(true) => format!("[{FILE}]"),
        Some(false) => FILE.into(),
        None => format!("sample::<{}>({:?})", rust(&field.ty), sample::field(model, field).to_string()),
    }
}
