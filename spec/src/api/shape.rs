//! What a schema is apart from its words and its place: schemas of one shape are one type.

use std::fmt::Write;

use super::{Kind, Object, Schema, Values};

/// The shape as a text to compare. `rename` says which component stands for which.
pub(crate) fn shape(schema: &Schema, rename: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    write(schema, rename, &mut out);
    out
}

fn write(schema: &Schema, rename: &dyn Fn(&str) -> String, out: &mut String) {
    if schema.nullable {
        out.push('?');
    }
    if !schema.bounds.is_empty() {
        let _ = write!(out, "{:?}", schema.bounds);
    }
    for (is, mark) in [(schema.about.read_only, "<"), (schema.about.write_only, ">")] {
        if is {
            out.push_str(mark);
        }
    }
    match &schema.kind {
        Kind::Ref(name) => {
            let _ = write!(out, "&{}", rename(name));
        }
        Kind::List(list) => {
            out.push('[');
            write(&list.items, rename, out);
            out.push(']');
        }
        Kind::Object(object) => write_object(object, rename, out),
        Kind::Union(union) => {
            write_object(&union.base, rename, out);
            for branch in &union.branches {
                out.push('|');
                write(branch, rename, out);
            }
        }
        Kind::All(parts) => {
            for part in parts {
                out.push('+');
                write(part, rename, out);
            }
        }
        other => {
            let _ = write!(out, "{other:?}");
        }
    }
    let _ = write!(out, "{:?}", schema.about.one_of);
}

fn write_object(object: &Object, rename: &dyn Fn(&str) -> String, out: &mut String) {
    out.push('{');
    for (name, property) in &object.properties {
        let mark = if object.required.contains(name) { '!' } else { ':' };
        let _ = write!(out, "{name:?}{mark}");
        write(property, rename, out);
        out.push(',');
    }
    match &object.values {
        Values::Of(values) => {
            out.push_str("..");
            write(values, rename, out);
        }
        Values::Any => out.push_str("..*"),
        Values::Unsaid | Values::None => {}
    }
    if let Some(discriminator) = &object.discriminator {
        let _ = write!(out, "by {discriminator:?}");
    }
    out.push('}');
}
