//! The description that progenitor sees, made of the model: paths, parameters and bodies, whose types are names of ours.
//!
//! It is made of openapiv3's types rather than read from JSON: their readers are a fifth of this crate's code.

use std::collections::BTreeSet;

use openapiv3::{
    AdditionalProperties, ArrayType, BooleanType, Components, Info, IntegerFormat, IntegerType, MediaType, ObjectType,
    OpenAPI, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathItem, PathStyle, QueryStyle,
    ReferenceOr, RequestBody, Response, Schema, SchemaData, SchemaKind, StatusCode, StringFormat, StringType, Type,
    VariantOrUnknownOrEmpty,
};

use super::{id, in_query, is_progenitors, is_shown, json_body};
use crate::model::{Model, Output, Place, Presence, Scalar, Ty, TypedOperation};

/// Describes the model. The names of types that it refers to are added to `replaced`.
pub(super) fn describe(model: &Model, replaced: &mut BTreeSet<String>) -> OpenAPI {
    let mut document = OpenAPI {
        openapi: "3.0.3".to_owned(),
        info: Info { title: "LinkCy partner API".to_owned(), version: model.version.clone(), ..Info::default() },
        ..OpenAPI::default()
    };
    let paths = &mut document.paths.paths;
    for operation in model.operations.iter() {
        let method = &*operation.endpoint.method;
        // Two paths may differ in the names of their parameters alone.
        let is_taken = |end: &str| match paths.get(&template(operation, end)) {
            Some(ReferenceOr::Item(item)) => item.iter().any(|(taken, _)| taken == method),
            _ => false,
        };
        let mut end = String::new();
        while is_taken(&end) && operation.in_place(Place::Path).next().is_some() {
            end.push_str("_too");
        }
        let written = write(operation, &end, replaced);
        let item = paths.entry(template(operation, &end)).or_insert_with(|| ReferenceOr::Item(PathItem::default()));
        if let ReferenceOr::Item(item) = item
            && let Some(place) = place(item, method)
        {
            *place = Some(written);
        }
    }
    let mut components = Components::default();
    for name in &*replaced {
        components.schemas.insert(name.clone(), typed(Type::Object(ObjectType::default())));
    }
    document.components = Some(components);
    document
}

fn place<'p>(item: &'p mut PathItem, method: &str) -> Option<&'p mut Option<Operation>> {
    Some(match method {
        "get" => &mut item.get,
        "put" => &mut item.put,
        "post" => &mut item.post,
        "delete" => &mut item.delete,
        "options" => &mut item.options,
        "head" => &mut item.head,
        "patch" => &mut item.patch,
        "trace" => &mut item.trace,
        _ => return None,
    })
}

/// The path with our names for its parameters, each with `end`: what stands there in the vendor's may be a pattern.
fn template(operation: &TypedOperation, end: &str) -> String {
    // In one go: our name for one parameter may be the vendor's for another.
    let mut parts = operation.endpoint.path.split('{');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let ours = operation.in_place(Place::Path).find(|parameter| parameter.field.json == name);
        path.push_str(&format!("{{{}{end}}}{rest}", ours.map_or(name, |parameter| &parameter.field.rust)));
    }
    path
}

fn write(operation: &TypedOperation, end: &str, replaced: &mut BTreeSet<String>) -> Operation {
    let mut written = Operation {
        operation_id: Some(id(operation)),
        summary: Some(operation.summary.clone()),
        ..Operation::default()
    };
    for parameter in operation.in_place(Place::Path) {
        let ty = &parameter.field.ty;
        let schema = if is_shown(ty) { schema(ty, replaced) } else { text() };
        let parameter_data = data(format!("{}{end}", parameter.field.rust), true, schema);
        written.parameters.push(ReferenceOr::Item(Parameter::Path { parameter_data, style: PathStyle::Simple }));
    }
    for parameter in operation.parameters.iter().filter(|parameter| in_query(parameter)) {
        let is_required = parameter.field.presence == Presence::Required;
        let parameter_data = data(parameter.field.json.clone(), is_required, schema(&parameter.field.ty, replaced));
        written.parameters.push(ReferenceOr::Item(Parameter::Query {
            parameter_data,
            allow_reserved: false,
            style: QueryStyle::Form,
            allow_empty_value: None,
        }));
    }
    let mut success = Response::default();
    match &operation.output {
        Output::Json(ty) if is_progenitors(ty) => {
            success.content.insert("application/json".to_owned(), media(schema(ty, replaced)));
        }
        Output::Bytes => {
            let format = VariantOrUnknownOrEmpty::Item(StringFormat::Binary);
            let binary = typed(Type::String(StringType { format, ..StringType::default() }));
            success.content.insert("application/octet-stream".to_owned(), media(binary));
        }
        _ => {}
    }
    written.responses.responses.insert(StatusCode::Range(2), ReferenceOr::Item(success));
    if let Some(ty) = json_body(operation) {
        let mut body = RequestBody { required: true, ..RequestBody::default() };
        body.content.insert("application/json".to_owned(), media(schema(ty, replaced)));
        written.request_body = Some(ReferenceOr::Item(body));
    }
    written
}

fn data(name: String, required: bool, schema: ReferenceOr<Schema>) -> ParameterData {
    ParameterData {
        name,
        required,
        format: ParameterSchemaOrContent::Schema(schema),
        description: None,
        deprecated: None,
        example: None,
        examples: Default::default(),
        explode: None,
        extensions: Default::default(),
    }
}

fn media(schema: ReferenceOr<Schema>) -> MediaType {
    MediaType { schema: Some(schema), ..MediaType::default() }
}

fn schema(ty: &Ty, replaced: &mut BTreeSet<String>) -> ReferenceOr<Schema> {
    match ty {
        Ty::Scalar(Scalar::Text) => text(),
        Ty::Scalar(Scalar::Bool) => typed(Type::Boolean(BooleanType::default())),
        Ty::Scalar(Scalar::I32) => integer(IntegerFormat::Int32),
        Ty::Scalar(Scalar::I64) => integer(IntegerFormat::Int64),
        Ty::Scalar(other) => ours(other.rust(), replaced),
        Ty::Named(name) => ours(name, replaced),
        Ty::List(inner) => {
            let items = match schema(inner, replaced) {
                ReferenceOr::Item(schema) => ReferenceOr::boxed_item(schema),
                ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
            };
            typed(Type::Array(ArrayType { items: Some(items), min_items: None, max_items: None, unique_items: false }))
        }
        Ty::Map(inner) => {
            let values = AdditionalProperties::Schema(Box::new(schema(inner, replaced)));
            typed(Type::Object(ObjectType { additional_properties: Some(values), ..ObjectType::default() }))
        }
        Ty::Boxed(inner) | Ty::Page(inner) | Ty::Maybe(inner) => schema(inner, replaced),
    }
}

fn text() -> ReferenceOr<Schema> {
    typed(Type::String(StringType::default()))
}

fn integer(format: IntegerFormat) -> ReferenceOr<Schema> {
    typed(Type::Integer(IntegerType { format: VariantOrUnknownOrEmpty::Item(format), ..IntegerType::default() }))
}

fn typed(ty: Type) -> ReferenceOr<Schema> {
    ReferenceOr::Item(Schema { schema_data: SchemaData::default(), schema_kind: SchemaKind::Type(ty) })
}

fn ours(name: &str, replaced: &mut BTreeSet<String>) -> ReferenceOr<Schema> {
    replaced.insert(name.to_owned());
    ReferenceOr::Reference { reference: format!("#/components/schemas/{name}") }
}
