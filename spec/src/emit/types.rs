//! Writes the types: structs with how they are read and written, open enums, unions and ids as calls of the crate's
//! own macros, and for what is sent a constructor, setters and the check of its bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use heck::ToLowerCamelCase;

use super::doc;
use super::record::record;
use crate::model::{Bounds, Field, Model, Presence, Shape, Ty, Type, Union, Variant};
use crate::passes::unions::ToldBy;

pub(super) fn write(model: &Model) -> String {
    let mut out = String::new();
    let patterns = patterns(model);
    let checked = checked(model);
    ids(&mut out, model);
    for (pattern, name) in &patterns {
        let _ = writeln!(out, "static {name}: Pattern = Pattern::new({pattern:?});");
    }
    for (name, ty) in &model.types {
        match &ty.shape {
            Shape::Struct(fields) => {
                let writer = Struct { model, name, ty, fields, patterns: &patterns, checked: &checked };
                writer.write(&mut out);
            }
            Shape::Enum(variants) => open_enum(&mut out, name, ty, variants),
            Shape::Union(union) => self::union(&mut out, name, ty, union, &checked),
            Shape::Alias(of) => {
                let _ = writeln!(
                    out,
                    "\n{}pub type {name} = {};",
                    doc::comment("///", &or(&ty.doc, &format!("What the description calls {name}."))),
                    rust(of)
                );
            }
        }
    }
    out
}

fn or<'t>(text: &'t str, otherwise: &'t str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

/// A type as written among the types.
fn rust(ty: &Ty) -> String {
    written(ty, "")
}

/// A type as written where the types are behind `path`.
pub(super) fn written(ty: &Ty, path: &str) -> String {
    match ty {
        Ty::Plain(name) if ["String", "bool", "i32", "i64"].contains(&name.as_str()) => name.clone(),
        Ty::Named(name) | Ty::Plain(name) => format!("{path}{name}"),
        Ty::List(inner) => format!("Vec<{}>", written(inner, path)),
        Ty::Map(inner) => format!("{path}Map<{}>", written(inner, path)),
        Ty::Boxed(inner) => format!("Box<{}>", written(inner, path)),
        Ty::Page(inner) => format!("{path}Page<{}>", written(inner, path)),
    }
}

/// The parameter that takes a value of this type: what converts for free is converted.
pub(super) fn taken(ty: &Ty, path: &str, model: &Model) -> String {
    let written = |ty: &Ty| written(ty, path);
    match ty {
        Ty::Plain(name) if name == "String" || name == "Secret" => format!("impl Into<{}>", written(ty)),
        Ty::Named(name) if model.is_enum(name) => format!("impl Into<{}>", written(ty)),
        Ty::Boxed(_) => format!("impl Into<{}>", written(ty)),
        Ty::List(inner) => format!("impl IntoIterator<Item = {}>", written(inner)),
        other => written(other),
    }
}

/// How a parameter of [`taken`] becomes the value.
pub(super) fn converted(ty: &Ty, name: &str, model: &Model) -> String {
    match ty {
        Ty::Plain(plain) if plain == "String" || plain == "Secret" => format!("{name}.into()"),
        Ty::Named(named) if model.is_enum(named) => format!("{name}.into()"),
        Ty::Boxed(_) => format!("{name}.into()"),
        Ty::List(_) => format!("{name}.into_iter().collect()"),
        _ => name.to_owned(),
    }
}

fn ids(out: &mut String, model: &Model) {
    if model.ids.is_empty() {
        return;
    }
    let _ = writeln!(out, "ids! {{");
    for id in &model.ids {
        let what = heck::AsSnakeCase(id.trim_end_matches("Id")).to_string().replace('_', " ");
        let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let _ = writeln!(out, "    /// Identifies {article} {what} (UUID).\n    {id},");
    }
    let _ = writeln!(out, "}}");
    for (wide, narrower) in &model.widening {
        for narrow in narrower {
            let _ = writeln!(
                out,
                "impl From<{narrow}> for {wide} {{\n    #[inline]\n    fn from(id: {narrow}) -> Self {{\n        Self::from(uuid::Uuid::from(id))\n    }}\n}}"
            );
        }
    }
}

fn open_enum(out: &mut String, name: &str, ty: &Type, variants: &[Variant]) {
    let _ = writeln!(
        out,
        "\nopen_enum! {{\n{}    pub enum {name} {{",
        doc::comment("    ///", &or(&ty.doc, "A value list of the description, open to values added later."))
    );
    for variant in variants {
        let _ = writeln!(out, "        {} = {:?},", variant.rust, variant.json);
    }
    let _ = writeln!(out, "    }}\n}}");
}

fn union(out: &mut String, name: &str, ty: &Type, union: &Union, checked: &BTreeSet<String>) {
    let closed = if ty.received { "" } else { "closed " };
    let _ = writeln!(
        out,
        "\nunion! {{\n{}    pub {closed}enum {name} {{",
        doc::comment("    ///", &or(&ty.doc, &format!("One of several shapes; {}.", union.reason)))
    );
    for row in &union.rows {
        let told_by = match &row.told_by {
            ToldBy::Tag(property, values) => {
                let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
                format!("tag({property:?}, {})", values.join(", "))
            }
            ToldBy::Keys(keys) => {
                let keys: Vec<String> = keys.iter().map(|key| format!("{key:?}")).collect();
                format!("key({})", keys.join(", "))
            }
            ToldBy::Otherwise => "otherwise".into(),
        };
        let told = format!("Told by: {}.", crate::surface::told_by(&row.told_by));
        out.push_str(&doc::comment("        ///", &told));
        let _ = writeln!(out, "        {}({}) = {told_by},", row.variant, rust(&row.branch));
    }
    let _ = writeln!(out, "    }}");
    let shared = ty.received && !union.shared.is_empty();
    let (alike, firmer): (Vec<&Field>, Vec<&Field>) =
        union.shared.iter().partition(|field| !union.firmer.contains(&field.json));
    if shared {
        let fields: Vec<String> = alike.iter().map(|field| format!("{}: {}", field.rust, held(field))).collect();
        let _ = writeln!(out, "    shared {name}Shared {{ {} }}", fields.join(", "));
    }
    let _ = writeln!(out, "}}");
    if shared {
        let _ = writeln!(out, "\n/// The fields that every [`{name}`] has.");
        let _ = writeln!(out, "{DERIVES}\n#[non_exhaustive]\npub struct {name}Shared {{");
        union.shared.iter().for_each(|field| write_field(out, field));
        let _ = writeln!(out, "}}");
        record(out, &format!("{name}Shared"), &union.shared);
        firmer_accessors(out, name, union, &firmer);
    }
    // The macro makes the check of a closed union.
    if ty.sent && ty.received {
        let rows = union.rows.iter().filter(|row| row.branch.named().is_some_and(|branch| checked.contains(branch)));
        let _ = writeln!(
            out,
            "impl Check for {name} {{\n    #[inline]\n    fn check(&self, at: &mut Path) -> Result<(), Violation> {{\n        match self {{"
        );
        for row in rows {
            let _ = writeln!(out, "            Self::{}(branch) => branch.check(at),", row.variant);
        }
        let _ = writeln!(out, "            _ => Ok(()),\n        }}\n    }}\n}}");
    }
}

/// Fields that every known branch requires and the union itself does not: a branch of a later version may lack them.
fn firmer_accessors(out: &mut String, name: &str, union: &Union, firmer: &[&Field]) {
    if firmer.is_empty() {
        return;
    }
    let _ = writeln!(out, "impl {name} {{");
    for field in firmer {
        let _ = writeln!(
            out,
            "    /// There in every branch this version knows.\n    #[inline]\n    pub fn {}(&self) -> Option<&{}> {{\n        match self {{",
            field.rust,
            rust(&field.ty)
        );
        for row in &union.rows {
            let _ = writeln!(out, "            Self::{}(branch) => Some(&branch.{}),", row.variant, field.rust);
        }
        let _ = writeln!(
            out,
            "            Self::Unrecognized(kept) => kept.shared().{}.as_ref(),\n        }}\n    }}",
            field.rust
        );
    }
    let _ = writeln!(out, "}}");
}

const DERIVES: &str = "#[derive(Clone, Debug, PartialEq)]\n#[cfg_attr(feature = \"schemars\", derive(schemars::JsonSchema), schemars(rename_all = \"camelCase\"))]";

/// A field's type with its presence.
fn held(field: &Field) -> String {
    let ty = rust(&field.ty);
    match field.presence {
        Presence::Required => ty,
        Presence::Optional => format!("Option<{ty}>"),
        Presence::Patch => format!("Patch<{ty}>"),
    }
}

fn write_field(out: &mut String, field: &Field) {
    out.push_str(&doc::comment("    ///", &or(&field.doc, &format!("`{}`", field.json)).replace('`', "")));
    if field.deprecated {
        let _ = writeln!(out, "    ///\n    /// Deprecated in the description.");
    }
    let mut schema = Vec::new();
    if field.rust.to_lower_camel_case() != field.json || field.rust.ends_with('_') {
        schema.push(format!("rename = {:?}", field.json));
    }
    if field.presence == Presence::Patch {
        schema.push("default, skip_serializing_if = \"Patch::is_keep\"".into());
    }
    if !schema.is_empty() {
        let _ = writeln!(out, "    #[cfg_attr(feature = \"schemars\", schemars({}))]", schema.join(", "));
    }
    let _ = writeln!(out, "    pub {}: {},", field.rust, held(field));
}

struct Struct<'m> {
    model: &'m Model,
    name: &'m str,
    ty: &'m Type,
    fields: &'m [Field],
    patterns: &'m BTreeMap<String, String>,
    checked: &'m BTreeSet<String>,
}

impl Struct<'_> {
    fn write(&self, out: &mut String) {
        let doc = or(&self.ty.doc, &format!("What the description calls {}.", self.name));
        let _ =
            writeln!(out, "\n{}{DERIVES}\n#[non_exhaustive]\npub struct {} {{", doc::comment("///", &doc), self.name);
        self.fields.iter().for_each(|field| write_field(out, field));
        let _ = writeln!(out, "}}");
        record(out, self.name, self.fields);
        if self.ty.received {
            self.linked(out);
        }
        if self.ty.sent {
            self.constructor(out);
            self.check(out);
        }
    }

    /// An answer with a link, and perhaps with the time the link is good for.
    fn linked(&self, out: &mut String) {
        let of = |wanted: &str| self.fields.iter().find(|field| field.ty == Ty::Plain(wanted.to_owned()));
        let Some(link) = of("Link") else {
            return;
        };
        let given = |field: &Field| match field.presence {
            Presence::Required => format!("Some(&self.{})", field.rust),
            Presence::Optional => format!("self.{}.as_ref()", field.rust),
            Presence::Patch => format!("self.{}.as_set()", field.rust),
        };
        let _ = writeln!(
            out,
            "impl Linked for {} {{\n    fn link(&self) -> Option<&Link> {{\n        {}\n    }}",
            self.name,
            given(link)
        );
        if let Some(ttl) = of("Duration") {
            let _ = writeln!(out, "    fn ttl(&self) -> Option<&Duration> {{\n        {}\n    }}", given(ttl));
        }
        let _ = writeln!(out, "}}");
    }

    fn constructor(&self, out: &mut String) {
        let required: Vec<&Field> = self
            .fields
            .iter()
            .filter(|field| field.presence == Presence::Required && field.constant.is_none())
            .collect();
        let arguments: Vec<String> =
            required.iter().map(|field| format!("{}: {}", field.rust, taken(&field.ty, "", self.model))).collect();
        let _ = writeln!(out, "impl {} {{", self.name);
        let _ = writeln!(out, "    /// Made of its required fields; the others are set by name.");
        if required.len() > 7 {
            let _ = writeln!(out, "    #[allow(clippy::too_many_arguments)]");
        }
        if required.is_empty() {
            let _ = writeln!(out, "    #[allow(clippy::new_without_default)]");
        }
        let _ = writeln!(out, "    #[inline]\n    pub fn new({}) -> Self {{\n        Self {{", arguments.join(", "));
        for field in self.fields {
            let value = match (field.presence, &field.constant) {
                (Presence::Required, Some(only)) => format!("{}::{only}", rust(&field.ty)),
                (Presence::Required, None) => converted(&field.ty, &field.rust, self.model),
                (Presence::Optional, _) => "None".into(),
                (Presence::Patch, _) => "Patch::Keep".into(),
            };
            let value = if value == field.rust { value } else { format!("{}: {value}", field.rust) };
            let _ = writeln!(out, "            {value},");
        }
        let _ = writeln!(out, "        }}\n    }}");
        for field in self.fields {
            let value = converted(&field.ty, "value", self.model);
            let (taken, value) = match field.presence {
                Presence::Required => continue,
                Presence::Optional => (taken(&field.ty, "", self.model), format!("Some({value})")),
                Presence::Patch => (format!("impl Into<Patch<{}>>", rust(&field.ty)), "value.into()".into()),
            };
            let _ = writeln!(
                out,
                "    /// Sets [`{}`](Self#structfield.{}).\n    #[inline]\n    #[must_use]\n    pub fn {}(mut self, value: {taken}) -> Self {{\n        self.{} = {value};\n        self\n    }}",
                field.rust, field.rust, field.rust, field.rust
            );
        }
        let _ = writeln!(out, "}}");
    }

    fn check(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "impl Check for {} {{\n    #[inline]\n    fn check(&self, at: &mut Path) -> Result<(), Violation> {{",
            self.name
        );
        let mut any = false;
        for field in self.fields {
            if !field.bounds.is_empty() {
                any = true;
                let rule = rule(&field.bounds, &field.ty, self.patterns);
                let _ = writeln!(out, "        at.rule({:?}, &self.{}, &{rule})?;", field.json, field.rust);
            }
            if field.ty.named().is_some_and(|name| self.checked.contains(name)) {
                any = true;
                let _ = writeln!(out, "        at.nested({:?}, &self.{})?;", field.json, field.rust);
            }
        }
        if !any {
            let _ = writeln!(out, "        let _ = at;");
        }
        let _ = writeln!(out, "        Ok(())\n    }}\n}}");
    }
}

pub(super) fn rule(bounds: &Bounds, ty: &Ty, patterns: &BTreeMap<String, String>) -> String {
    let mut rule = String::from("Rule::new()");
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(rule, ".{name}({value})");
        }
    };
    add("minimum", bounds.minimum.map(|n| n.to_string()));
    add("maximum", bounds.maximum.map(|n| n.to_string()));
    add("more_than", bounds.more_than.map(|n| n.to_string()));
    add("less_than", bounds.less_than.map(|n| n.to_string()));
    add("multiple_of", bounds.multiple_of.map(|n| n.to_string()));
    add("min_length", bounds.min_length.map(|n| n.to_string()));
    add("max_length", bounds.max_length.map(|n| n.to_string()));
    add("min_items", bounds.min_items.map(|n| n.to_string()));
    add("max_items", bounds.max_items.map(|n| n.to_string()));
    add("unique_items", bounds.unique_items.then(String::new));
    add("pattern", bounds.pattern.as_ref().and_then(|pattern| Some(format!("&{}", patterns.get(pattern)?))));
    add("sensitive", (*ty == Ty::Plain("Secret".into())).then(String::new));
    rule
}

/// Every pattern in use, with the name of its static.
fn patterns(model: &Model) -> BTreeMap<String, String> {
    let fields = model.types.values().filter(|ty| ty.sent).flat_map(|ty| match &ty.shape {
        Shape::Struct(fields) => fields.as_slice(),
        _ => &[],
    });
    let distinct: BTreeSet<&String> = fields.filter_map(|field| field.bounds.pattern.as_ref()).collect();
    distinct.into_iter().enumerate().map(|(index, pattern)| (pattern.clone(), format!("PATTERN_{index}"))).collect()
}

/// The sent types that have something to check, in themselves or deeper.
fn checked(model: &Model) -> BTreeSet<String> {
    let mut checked: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = checked.len();
        for (name, ty) in model.types.iter().filter(|(_, ty)| ty.sent) {
            let own = match &ty.shape {
                Shape::Struct(fields) => fields.iter().any(|field| !field.bounds.is_empty()),
                _ => false,
            };
            let deeper = ty.shape.parts().into_iter().filter_map(Ty::named).any(|part| checked.contains(part));
            if own || deeper {
                checked.insert(name.clone());
            }
        }
        if checked.len() == before {
            return checked;
        }
    }
}
