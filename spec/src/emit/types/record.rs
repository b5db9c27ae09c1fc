//! Writes how a struct is read and written: the list of its fields, for the crate's `types/record.rs`.

use std::fmt::Write;

use crate::emit::written::rust;
use crate::model::{Field, Presence, Ty};

/// The name of the field that holds what has no field.
pub(crate) fn others_name(fields: &[Field]) -> String {
    crate::names::ident::free("others", |name| fields.iter().any(|field| field.rust == name))
}

/// The three impls of a struct.
pub(crate) fn record(out: &mut String, name: &str, fields: &[Field], others: Option<&Ty>) {
    // `A_`: a type of the description may be called `A`, and is named in this function.
    let names: Vec<String> = fields.iter().map(|field| format!("{:?}", field.json)).collect();
    let _ = writeln!(
        out,
        "impl Readable for {name} {{}}\nimpl Record for {name} {{\n    const NAME: &'static str = {name:?};\n    const FIELDS: &'static [&'static str] = &[{}];\n    fn read<'de, A_: MapAccess<'de>>(mut fields: Fields<'de, A_>) -> std::result::Result<Self, A_::Error> {{",
        names.join(", ")
    );
    // Slots are numbered: no field's name can hide another.
    for (place, field) in fields.iter().enumerate() {
        let ty = rust(&field.ty);
        let slot = match field.presence {
            Presence::Required | Presence::Optional => format!("Option<{ty}> = None"),
            Presence::Patch => format!("Patch<{ty}> = Patch::Keep"),
        };
        let _ = writeln!(out, "        let mut f{place}: {slot};");
    }
    let next = match others {
        Some(ty) => {
            let _ = writeln!(out, "        let mut others: Map<{}> = Map::new();", rust(ty));
            "fields.next_or(&mut others)"
        }
        None => "fields.next()",
    };
    let arm = |place: usize| {
        let take = match fields[place].presence {
            Presence::Required => "need",
            Presence::Optional => "take",
            Presence::Patch => "patch",
        };
        format!("fields.{take}(&mut f{place})")
    };
    match fields.len() {
        0 => {
            let _ = writeln!(out, "        while {next}.is_some() {{}}");
        }
        1 => {
            let _ = writeln!(out, "        while {next}.is_some() {{\n            {};\n        }}", arm(0));
        }
        count => {
            let _ = writeln!(out, "        while let Some(place) = {next} {{\n            match place {{");
            for place in 0..count - 1 {
                let _ = writeln!(out, "                {place} => {},", arm(place));
            }
            let _ = writeln!(out, "                _ => {},\n            }}\n        }}", arm(count - 1));
        }
    }
    let _ = writeln!(out, "        fields.end()?;");
    let mut made: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(place, field)| match field.presence {
            // Not by `?`, which the compiler writes out for each field of each struct.
            Presence::Required => {
                let _ = writeln!(
                    out,
                    "        let Some(f{place}) = f{place} else {{ return Err(missing({:?})) }};",
                    field.json
                );
                format!("{}: f{place}", field.rust)
            }
            Presence::Optional | Presence::Patch => format!("{}: f{place}", field.rust),
        })
        .collect();
    if others.is_some() {
        made.push(match others_name(fields) {
            name if name == "others" => name,
            name => format!("{name}: others"),
        });
    }
    let _ = writeln!(out, "        Ok(Self {{ {} }})\n    }}\n}}", made.join(", "));
    let _ = writeln!(
        out,
        "impl<'de> Deserialize<'de> for {name} {{\n    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {{\n        record::read(deserializer)\n    }}\n}}"
    );
    let _ = writeln!(
        out,
        "impl Serialize for {name} {{\n    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {{"
    );
    if fields.is_empty() && others.is_none() {
        let _ = writeln!(out, "        Writer::new(serializer).end()\n    }}\n}}");
        return;
    }
    let _ = writeln!(out, "        let mut fields = Writer::new(serializer);");
    for field in fields {
        let put = match field.presence {
            Presence::Required => "put",
            Presence::Optional => "some",
            Presence::Patch => "patch",
        };
        let _ = writeln!(out, "        fields.{put}({:?}, &self.{});", field.json, field.rust);
    }
    if others.is_some() {
        let _ = writeln!(out, "        fields.all(&self.{});", others_name(fields));
    }
    let _ = writeln!(out, "        fields.end()\n    }}\n}}");
}
