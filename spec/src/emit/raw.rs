//! Has progenitor write the client: one method for each operation, with its path, its query and its JSON body.
//!
//! The description that progenitor sees (`document.rs`) holds no schema worth a type: types are ours. What progenitor writes is edited
//! as a syntax tree: methods end where the request is written, because what is done with it from there on is the same for all and
//! stands once, in src/call/. Headers, cookies, forms and other styles of lists, which progenitor does not write, are added to the
//! request by the operation.

mod document;

use std::collections::BTreeSet;

use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{Expr, FnArg, GenericArgument, ImplItem, Item, PathArguments, ReturnType, Stmt, Token, Type, parse_quote};

use crate::emit::docs::without_directions;
use crate::finding::{Error, Finding};
use crate::model::{Field, Model, Place, Scalar, Style, Ty, TypedOperation, TypedParameter};
use crate::pointer::Pointer;
use crate::work::Request;

const PASS: &str = "progenitor";

/// The variables of progenitor's methods. A query parameter of one of these names is written by us.
const VARIABLES: [&str; 9] = ["body", "client", "header_map", "info", "inner", "request", "response", "result", "url"];

pub(crate) fn write(model: &Model) -> Result<String, Error> {
    let mut replaced = BTreeSet::new();
    let document = document::describe(model, &mut replaced);
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Optional)
        .with_inner_type(quote!(crate::call::Origin));
    for name in &replaced {
        let path = format!("crate::types::{name}");
        settings.with_replacement(name, path, [TypeImpl::Display].into_iter());
    }
    let tokens = Generator::new(&settings).generate_tokens(&document).map_err(|error| fail(error.to_string()))?;
    let mut file: syn::File = syn::parse2(tokens).map_err(|error| fail(format!("its output: {error}")))?;
    shorten(&mut file)?;
    Ok(prettyplease::unparse(&file))
}

fn fail(problem: String) -> Error {
    Finding::refused(PASS, "progenitor", &Pointer::root(), problem)
        .then("a pass has to settle this first: please report it")
        .into()
}

fn unexpected(what: &str) -> Error {
    Finding::refused(
        PASS,
        "progenitor",
        &Pointer::root(),
        format!("progenitor writes {what} otherwise than version 0.15"),
    )
    .then("bring spec/src/emit/raw.rs up to date with the new version")
    .into()
}

/// Ends each method of the client where its request is written.
fn shorten(file: &mut syn::File) -> Result<(), Error> {
    for item in &mut file.items {
        if let Item::Use(imports) = item
            && imports.to_token_stream().to_string().contains("encode_path")
        {
            *item = parse_quote! {
                #[allow(unused_imports)]
                use progenitor_client::{ClientHooks, RequestBuilderExt};
            };
            continue;
        }
        let Item::Impl(implementation) = item else { continue };
        for item in &mut implementation.items {
            if let ImplItem::Fn(method) = item
                && method.sig.asyncness.is_some()
            {
                method.attrs.iter_mut().for_each(plain_doc);
                method_ends_early(method)?;
            }
        }
    }
    Ok(())
}

/// Leaves out of a doc comment what rustc refuses there.
fn plain_doc(attribute: &mut syn::Attribute) {
    if let syn::Meta::NameValue(doc) = &mut attribute.meta
        && doc.path.is_ident("doc")
        && let Expr::Lit(literal) = &mut doc.value
        && let syn::Lit::Str(text) = &mut literal.lit
    {
        *text = syn::LitStr::new(&without_directions(&text.value()), text.span());
    }
}

fn method_ends_early(method: &mut syn::ImplItemFn) -> Result<(), Error> {
    let value = value_of(&method.sig.output).ok_or_else(|| unexpected("the result of a method"))?;
    let name = value.to_token_stream().to_string();
    let end = match name.as_str() {
        "()" => quote!(empty_answer),
        "ByteStream" => quote!(streamed_answer),
        _ => quote!(json_answer),
    };
    let all = std::mem::take(&mut method.block.stmts);
    let mut written = Vec::new();
    let mut ended = false;
    for mut statement in all {
        if is_let(&statement, "info") {
            ended = true;
            break;
        }
        // The version that it announces is no header of the API, and there are no others.
        if mentions_headers(&statement) && !is_let(&statement, "request") {
            continue;
        }
        if is_let(&statement, "url") {
            statement = url(&statement).ok_or_else(|| unexpected("a path"))?;
        }
        if is_let(&statement, "request") {
            simplify(&mut statement);
        }
        written.push(statement);
    }
    if !ended {
        return Err(unexpected("a method"));
    }
    method.sig.asyncness = None;
    // Without a lifetime of its own: the request borrows nothing.
    method.sig.output = parse_quote!(-> crate::call::BuiltRequest<#value>);
    for argument in &mut method.sig.inputs {
        if let FnArg::Receiver(receiver) = argument {
            receiver.attrs.clear();
        }
    }
    // Only those in use are compiled any further.
    method.attrs.push(parse_quote!(#[inline]));
    method.block.stmts = vec![parse_quote! {
        return crate::call::#end((|| { #(#written)* Ok(request) })());
    }];
    if let Some(Stmt::Expr(Expr::Return(found), _)) = method.block.stmts.pop()
        && let Some(value) = found.expr
    {
        method.block.stmts.push(Stmt::Expr(*value, None));
    }
    Ok(())
}

/// The `T` in `Result<ResponseValue<T>, Error<()>>`.
fn value_of(output: &ReturnType) -> Option<Type> {
    let ReturnType::Type(_, result) = output else { return None };
    first_argument(&first_argument(result)?)
}

fn first_argument(of: &Type) -> Option<Type> {
    let Type::Path(path) = of else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner.clone()),
        _ => None,
    })
}

fn is_let(statement: &Stmt, name: &str) -> bool {
    let Stmt::Local(local) = statement else { return false };
    matches!(&local.pat, syn::Pat::Ident(pattern) if pattern.ident == name)
}

/// `let url = format!("{}/ledgers/{}", self.baseurl, encode_path(&ledger_id.to_string()))` without the base URL, which is empty, and
/// without a text for each value.
fn url(statement: &Stmt) -> Option<Stmt> {
    let Stmt::Local(local) = statement else { return None };
    let Expr::Macro(format) = &*local.init.as_ref()?.expr else { return None };
    let arguments = format.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated).ok()?;
    let mut arguments = arguments.iter();
    let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(literal), .. }) = arguments.next()? else { return None };
    let Expr::Field(base) = arguments.next()? else { return None };
    let values = arguments.map(path_value).collect::<Option<Vec<&Expr>>>()?;
    let mut fixed: Vec<String> = literal.value().split("{}").map(str::to_owned).collect();
    let is_base_url = matches!(&base.member, syn::Member::Named(name) if name == "baseurl");
    if !is_base_url || fixed.len() != values.len() + 2 || !fixed.remove(0).is_empty() {
        return None;
    }
    let end = fixed.pop()?;
    Some(if values.is_empty() {
        parse_quote!(let url = #end;)
    } else {
        parse_quote!(let url = crate::call::filled(&[#((#fixed, &#values)),*], #end);)
    })
}

/// The `value` in `encode_path(&value.to_string())`.
fn path_value(argument: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = argument else { return None };
    let Expr::Reference(reference) = call.args.first()? else { return None };
    let Expr::MethodCall(text) = &*reference.expr else { return None };
    let is_encoded = matches!(&*call.func, Expr::Path(function) if function.path.is_ident("encode_path"));
    (is_encoded && text.method == "to_string").then_some(&*text.receiver)
}

fn mentions_headers(statement: &Stmt) -> bool {
    fn any(tokens: proc_macro2::TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == "header_map",
            proc_macro2::TokenTree::Group(group) => any(group.stream()),
            _ => false,
        })
    }
    any(statement.to_token_stream())
}

/// `self.client.get(url)…headers(header_map).build()?` without the headers, and on the origin, whose address is parsed once:
/// `self.inner.request(Method::GET, &url)…build()?`.
fn simplify(statement: &mut Stmt) {
    if let Stmt::Local(local) = statement
        && let Some(init) = &mut local.init
    {
        chain(&mut init.expr);
        // The request is not changed any more.
        if let syn::Pat::Ident(pattern) = &mut local.pat {
            pattern.mutability = None;
        }
    }
}

fn chain(expression: &mut Expr) {
    match expression {
        Expr::Try(inner) => chain(&mut inner.expr),
        Expr::MethodCall(call) => {
            chain(&mut call.receiver);
            let receiver = &call.receiver;
            if call.method == "headers" {
                *expression = (**receiver).clone();
            } else if matches!(**receiver, Expr::Field(_)) {
                let method = format_ident!("{}", call.method.to_string().to_uppercase());
                let url = &call.args;
                *expression = parse_quote!(#receiver.request(::reqwest::Method::#method, &#url));
            }
        }
        Expr::Field(field) => {
            if matches!(&field.member, syn::Member::Named(name) if name == "client") {
                field.member = syn::Member::Named(format_ident!("inner"));
            }
        }
        _ => {}
    }
}

/// The name of progenitor's method.
pub(crate) fn id(operation: &TypedOperation) -> String {
    // progenitor has names of its own for what ends in an underscore.
    let id = operation.id.trim_matches('_').replace("__", "_");
    if id == operation.id { id } else { format!("{id}_op") }
}

/// A body that progenitor writes.
pub(crate) fn json_body(operation: &TypedOperation) -> Option<&Ty> {
    let body = operation.body.as_ref().filter(|body| body.required)?;
    // Scalars it takes by value.
    let plain = matches!(operation.entry.request, Request::Json(None))
        && matches!(body.ty, Ty::Named(_) | Ty::List(_))
        && is_progenitors(&body.ty);
    plain.then_some(&body.ty)
}

/// Whether progenitor writes the type as we do: its maps and its nullable values are others.
pub(crate) fn is_progenitors(ty: &Ty) -> bool {
    match ty {
        Ty::Named(_) => true,
        Ty::Scalar(scalar) => !matches!(scalar, Scalar::Uuid | Scalar::Binary),
        Ty::List(inner) => is_progenitors(inner),
        Ty::Map(_) | Ty::Boxed(_) | Ty::Page(_) | Ty::Maybe(_) => false,
    }
}

/// Whether progenitor writes the parameter into the query: not if its variable could be another one's.
pub(crate) fn in_query(parameter: &TypedParameter) -> bool {
    let Field { json, rust, ty, .. } = &parameter.field;
    let is_plain = |ty: &Ty| match ty {
        Ty::Scalar(scalar) => !matches!(scalar, Scalar::Json | Scalar::Binary | Scalar::Uuid),
        Ty::Named(_) => true,
        _ => false,
    };
    let is_written = match ty {
        Ty::List(items) => is_plain(items),
        ty => is_plain(ty),
    };
    parameter.place == Place::Query
        && parameter.style == Style::Repeated
        && is_written
        && json.starts_with(|first: char| first.is_ascii_alphabetic())
        && json.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        && crate::names::ident::field(json) == *rust
        && !rust.ends_with('_')
        && !VARIABLES.contains(&rust.as_str())
}

/// Whether the value can be shown as it stands in a path.
pub(crate) fn is_shown(ty: &Ty) -> bool {
    match ty {
        Ty::Scalar(scalar) => matches!(
            scalar,
            Scalar::Bool | Scalar::I32 | Scalar::I64 | Scalar::Text | Scalar::Id(_) | Scalar::Timestamp | Scalar::Date
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progenitors_path_becomes_text_and_values() {
        let statement = |text: &str| syn::parse_str::<Stmt>(text).unwrap();
        let of =
            |path: &str| url(&statement(&format!("let url = {path};"))).map(|url| url.to_token_stream().to_string());
        for (format, ours) in [
            (r#"format!("{}/a", self.baseurl,)"#, r#"let url = "/a";"#),
            (
                r#"format!("{}/a/{}", self.baseurl, encode_path(&id.to_string()),)"#,
                r#"let url = crate::call::filled(&[("/a/", &id)], "");"#,
            ),
            (
                r#"format!("{}/a/{}{}/z", self.baseurl, encode_path(&r#type.to_string()), encode_path(&b.to_string()))"#,
                r#"let url = crate::call::filled(&[("/a/", &r#type), ("", &b)], "/z");"#,
            ),
        ] {
            let ours = statement(ours).to_token_stream().to_string();
            assert_eq!(of(format), Some(ours), "{format}");
        }
        for other in [
            "path(self)",
            r#"format!("{}/a/{}", self.baseurl)"#,
            r#"format!("{}/a/{}", self.baseurl, a + b)"#,
            r#"format!("{}/a/{}", self.baseurl, encode_path(&id.as_code()))"#,
            r#"format!("{}/a/{}", self.baseurl, encode_reserved(&id.to_string()))"#,
            r#"format!("{}/a", self.origin)"#,
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
