//! Turns an object given as a query parameter into its fields, the way the server's framework reads it, and leaves out the
//! headers that the client writes itself.

use crate::api::{Api, Kind, Object, Operation, Parameter, Place, Schema, Style, TextFormat, Values};
use crate::finding::Finding;
use crate::work::Work;

const PASS: &str = "parameters";

/// Headers that are not the caller's: OpenAPI says that descriptions of these are passed over.
const OURS: [&str; 3] = ["accept", "authorization", "content-type"];

/// How many objects may stand inside an object in a query.
const DEEPEST: usize = 4;

pub(super) fn run(work: &mut Work) {
    let mut operations = std::mem::take(&mut work.api.operations);
    for operation in &mut operations {
        one(&work.api, operation, &mut work.findings);
    }
    work.api.operations = operations;
}

fn one(api: &Api, operation: &mut Operation, findings: &mut Vec<Finding>) {
    let mut flat: Vec<Parameter> = Vec::new();
    for parameter in std::mem::take(&mut operation.parameters) {
        match parameter.place {
            Place::Header if OURS.contains(&parameter.name.to_ascii_lowercase().as_str()) => {}
            _ => {
                let before = findings.len();
                spread(api, parameter, DEEPEST, &mut flat, findings);
                for finding in &mut findings[before..] {
                    finding.operation = Some(operation.endpoint.to_string());
                }
            }
        }
    }
    operation.parameters = flat;
}

/// A parameter as those that are written: an object in the query becomes its fields.
fn spread(api: &Api, parameter: Parameter, depth: usize, flat: &mut Vec<Parameter>, findings: &mut Vec<Finding>) {
    let is_spread = parameter.place == Place::Query && matches!(parameter.style, Style::Repeated | Style::Deep);
    let object = api.fields(&parameter.schema).filter(|object| is_spread && !object.properties.is_empty());
    match object {
        Some(object) if depth > 0 => fields(api, parameter, object, depth, flat, findings),
        _ => flat.push(plain(api, parameter, findings)),
    }
}

fn fields(
    api: &Api,
    parameter: Parameter,
    object: Object,
    depth: usize,
    flat: &mut Vec<Parameter>,
    findings: &mut Vec<Finding>,
) {
    for (name, property) in object.properties {
        let name = match (parameter.style, depth) {
            (Style::Deep, _) => format!("{}[{name}]", parameter.name),
            // Spring reads the fields of the outermost object by their names, those inside with a point between.
            (_, DEEPEST) => name.clone(),
            _ => format!("{}.{name}", parameter.name),
        };
        // Two objects may have a field of one name: the server gives it to both.
        if flat.iter().any(|known| known.place == Place::Query && known.name == name) {
            findings.push(Finding::note(
                PASS,
                "repeated-parameter",
                &property.at,
                format!("`{name}` is there already"),
            ));
            continue;
        }
        let last = name.rsplit(['.', '[']).next().unwrap_or(&name).trim_end_matches(']').to_owned();
        let inner = Parameter {
            required: parameter.required && object.required.contains(&last) && !property.nullable,
            description: property.about.description.clone(),
            deprecated: property.about.deprecated || parameter.deprecated,
            at: property.at.clone(),
            place: Place::Query,
            style: parameter.style,
            name,
            schema: property,
        };
        spread(api, inner, depth - 1, flat, findings);
    }
    if matches!(object.values, Values::Of(_) | Values::Any) && parameter.style == Style::Repeated {
        let values = Schema::new(&parameter.at, Kind::Object(Object { values: object.values, ..Object::default() }));
        flat.push(Parameter { required: false, schema: values, ..parameter });
    }
}

/// What stands in a parameter is a scalar, a list of them, or a map; the rest is written as JSON.
fn plain(api: &Api, mut parameter: Parameter, findings: &mut Vec<Finding>) -> Parameter {
    if parameter.style == Style::Json {
        return parameter;
    }
    let is_composite =
        |schema: &Schema| matches!(api.target(schema).kind, Kind::Object(_) | Kind::Union(_) | Kind::List(_));
    let target = api.target(&parameter.schema).clone();
    match target.kind {
        Kind::Any => {
            parameter.schema.kind = Kind::Text(TextFormat::Plain);
            parameter.schema.nullable = false;
        }
        Kind::List(mut list) => {
            if is_composite(&list.items) {
                findings.push(Finding::note(
                    PASS,
                    "list-of-objects",
                    &parameter.at,
                    format!("`{}` is a list of objects: each is written as JSON text", parameter.name),
                ));
                parameter.style = Style::Json;
            } else {
                if matches!(api.target(&list.items).kind, Kind::Any) {
                    list.items.kind = Kind::Text(TextFormat::Plain);
                }
                list.items.nullable = false;
                // A component that is a list: the list itself stands here, so that it is written as one.
                parameter.schema.bounds = parameter.schema.bounds.clone().and(target.bounds);
                parameter.schema.kind = Kind::List(list);
            }
        }
        Kind::Object(object) if parameter.place == Place::Query && object.properties.is_empty() => {
            match &object.values {
                Values::Of(values) if !is_composite(values) && !matches!(values.kind, Kind::Any) => {
                    parameter.schema.kind = Kind::Object(object);
                }
                // An object of which nothing is known: its members are texts.
                _ => {
                    let values = Schema::new(&parameter.at, Kind::Text(TextFormat::Plain));
                    let values = Values::Of(Box::new(values));
                    parameter.schema.kind = Kind::Object(Object { values, ..Object::default() });
                }
            }
            parameter.required = false;
        }
        Kind::Object(_) | Kind::Union(_) => {
            findings.push(Finding::note(
                PASS,
                "object-parameter",
                &parameter.at,
                format!("`{}` is an object: it is written as JSON text", parameter.name),
            ));
            parameter.style = Style::Json;
        }
        _ => {}
    }
    parameter.schema.nullable = false;
    parameter
}
