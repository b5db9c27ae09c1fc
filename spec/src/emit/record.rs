//! Writes how a struct is read and written: the list of its fields, for the crate's `types/record.rs`.

use std::fmt::Write;

use crate::model::{Field, Presence};

/// The three impls of a struct.
pub(super) fn record(out: &mut String, name: &str, fields: &[Field]) {
    let mut reader = String::from("fields");
    while fields.iter().any(|field| field.rust == reader) {
        reader.push('_');
    }
    let names: Vec<String> = fields.iter().map(|field| format!("{:?}", field.json)).collect();
    let _ = writeln!(
        out,
        "impl Record for {name} {{\n    const NAME: &'static str = {name:?};\n    const FIELDS: &'static [&'static str] = &[{}];\n    fn read<'de, A: MapAccess<'de>>(mut {reader}: Fields<A>) -> Result<Self, A::Error> {{",
        names.join(", ")
    );
    for field in fields {
        let nothing = if field.presence == Presence::Patch { "Patch::Keep" } else { "None" };
        let _ = writeln!(out, "        let mut {} = {nothing};", field.rust);
    }
    let arm = |field: &Field| {
        let take = if field.presence == Presence::Required { "need" } else { "take" };
        format!("{reader}.{take}(&mut {})", field.rust)
    };
    match fields.split_last() {
        None => {
            let _ = writeln!(out, "        while {reader}.next()?.is_some() {{}}");
        }
        Some((only, [])) => {
            let _ =
                writeln!(out, "        while {reader}.next()?.is_some() {{\n            {}?;\n        }}", arm(only));
        }
        Some((last, others)) => {
            let _ = writeln!(out, "        while let Some(place) = {reader}.next()? {{\n            match place {{");
            for (place, field) in others.iter().enumerate() {
                let _ = writeln!(out, "                {place} => {},", arm(field));
            }
            let _ = writeln!(out, "                _ => {},\n            }}?;\n        }}", arm(last));
        }
    }
    let made: Vec<String> = fields
        .iter()
        .map(|field| match field.presence {
            Presence::Required => format!("{}: there({}, {:?})?", field.rust, field.rust, field.json),
            Presence::Optional | Presence::Patch => field.rust.clone(),
        })
        .collect();
    let _ = writeln!(out, "        Ok(Self {{ {} }})\n    }}\n}}", made.join(", "));
    let _ = writeln!(
        out,
        "impl<'de> Deserialize<'de> for {name} {{\n    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{\n        record::read(deserializer)\n    }}\n}}"
    );
    let _ = writeln!(
        out,
        "impl Serialize for {name} {{\n    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{\n        Writer::new(serializer)"
    );
    for field in fields {
        let put = match field.presence {
            Presence::Required => "put",
            Presence::Optional => "some",
            Presence::Patch => "patch",
        };
        let _ = writeln!(out, "            .{put}({:?}, &self.{})", field.json, field.rust);
    }
    let _ = writeln!(out, "            .end()\n    }}\n}}");
}
