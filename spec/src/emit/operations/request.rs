//! Writes how a request is made: progenitor's method, what is added to its request, and how the answer is read.

use std::fmt::Write;

use super::{TYPES, rust};
use crate::emit::raw;
use crate::model::{Field, Output, Place, Presence, Scalar, Style, Ty, TypedOperation};

/// progenitor's method, and what is added to the request afterwards.
pub(crate) fn write_request(out: &mut String, operation: &TypedOperation) {
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
        "    #[inline]\n    fn write(&self, raw: &super::raw::Client) -> crate::call::BuiltRequest<Self::Output> {{\n        raw.{}({})",
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
    super::body::added_body(out, operation);
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

/// How an answer is read that progenitor has no words for.
fn added_reader(out: &mut String, operation: &TypedOperation) {
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
