//! Writes a call of every operation with sample arguments, everything optional set: for tests that go over the whole
//! API. Only they include the file, so that users don't compile it.

use std::fmt::Write;

use super::operations::{arguments, is_file, options};
use super::types::written;
use crate::model::{Field, Model, Operation};
use crate::sample;

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

pub(super) fn write(model: &Model) -> String {
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

fn call(out: &mut String, model: &Model, operation: &Operation) {
    let entry = &operation.entry;
    let mut given: Vec<String> = arguments(operation).iter().map(|field| argument(model, field)).collect();
    if let Some(body) = &operation.body {
        let json = sample::value(model, body);
        let _ = writeln!(out, "    let body = sample::<{}>({:?});", rust(body), json.to_string());
        given.push("&body".into());
    }
    let mut call = format!("client.{}().{}({})", entry.handle, entry.verb, given.join(", "));
    for field in options(operation) {
        let _ = write!(call, ".{}({})", field.rust, argument(model, field));
    }
    let _ = writeln!(out, "    Box::pin(caller.call({call})).await;");
}

fn rust(ty: &crate::model::Ty) -> String {
    written(ty, "linkcy::types::")
}

fn argument(model: &Model, field: &Field) -> String {
    if is_file(&field.ty) {
        return "linkcy::Upload::bytes(\"sample.pdf\", &b\"%PDF-1.4 sample\"[..]).content_type(\"application/pdf\")"
            .into();
    }
    format!("sample::<{}>({:?})", rust(&field.ty), sample::field(model, field).to_string())
}
