//! Writes the types: structs with how they are read and written, open enums, unions and ids as calls of the crate's
//! own macros, and for what is sent a constructor, setters and the check of its bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use heck::ToLowerCamelCase;

use super::record::{others_name, record};
use super::{constructor, describe, doc};
use crate::model::{
    Bounds, Field, Model, Operation, Output, Presence, Scalar, Shape, Struct, ToldBy, Ty, Type, Union, Variant,
};

pub(super) fn write(model: &Model) -> String {
    let mut out = String::new();
    let patterns = patterns(model);
    let checked = checked(model);
    let uses = uses(model);
    ids(&mut out, model);
    for (pattern, name) in &patterns {
        let _ = writeln!(out, "static {name}: Pattern = Pattern::new({pattern:?});");
    }
    for (name, ty) in &model.types {
        let text = docs(model, name, ty, &uses);
        if let Some(same) = &ty.same_as {
            let _ = writeln!(out, "\n{}pub type {name} = {same};", doc::lines("///", &text));
            if let Shape::Struct(found) = &ty.shape
                && ty.sent
                && constructor::is_named(&found.fields, model)
            {
                let _ =
                    writeln!(out, "/// The required fields of [`{name}`].\npub type {name}Required = {same}Required;");
            }
            continue;
        }
        match &ty.shape {
            Shape::Struct(found) => {
                StructWriter { model, name, ty, found, patterns: &patterns, checked: &checked, text: &text }
                    .write(&mut out);
            }
            Shape::Enum(variants) => open_enum(&mut out, name, &text, variants),
            Shape::Union(union) => self::union(&mut out, model, name, ty, union, &checked, &text),
            Shape::Alias(of) => {
                let _ = writeln!(out, "\n{}pub type {name} = {};", doc::lines("///", &text), rust(of));
            }
        }
    }
    for operation in &model.operations {
        if let Output::ByStatus(name, rows) = &operation.output {
            by_status(&mut out, operation, name, rows);
        }
    }
    out
}

/// The types by area, for whoever looks through the docs: each with the operations that use it.
pub(super) fn areas(model: &Model) -> String {
    let mut out = String::new();
    let mut by_area: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (name, ty) in &model.types {
        let mut areas = ty.areas.iter();
        let area = match (areas.next(), areas.next()) {
            (Some(Some(only)), None) => Some(only.as_str()),
            _ => None,
        };
        by_area.entry(area).or_default().push(name);
        if let Shape::Struct(found) = &ty.shape
            && ty.sent
            && constructor::is_named(&found.fields, model)
        {
            // Beside the type it makes.
            by_area.entry(area).or_default().push(name);
        }
    }
    for (area, names) in by_area {
        let module = area.map_or_else(|| "shared".to_owned(), |area| area.replace('-', "_"));
        let what = match area {
            Some(area) => format!("The types of the area `{area}` alone."),
            None => "The types that several areas use.".into(),
        };
        let _ = writeln!(out, "/// {what}\npub mod {module} {{\n    #[doc(inline)]\n    pub use super::{{");
        let mut seen = BTreeSet::new();
        for name in names {
            if seen.insert(name) {
                let _ = writeln!(out, "        {name},");
            } else {
                let _ = writeln!(out, "        {name}Required,");
            }
        }
        let _ = writeln!(out, "    }};\n}}");
    }
    out
}

/// Which operations take and give a type, as links.
struct Uses {
    sent: BTreeMap<String, BTreeSet<String>>,
    received: BTreeMap<String, BTreeSet<String>>,
}

fn uses(model: &Model) -> Uses {
    let mut uses = Uses { sent: BTreeMap::new(), received: BTreeMap::new() };
    for operation in &model.operations {
        let name = operation.entry.name();
        for ty in operation.sends().filter_map(Ty::named) {
            uses.sent.entry(ty.to_owned()).or_default().insert(name.clone());
        }
        for ty in operation.receives().into_iter().filter_map(Ty::named) {
            uses.received.entry(ty.to_owned()).or_default().insert(name.clone());
        }
    }
    uses
}

/// What a type is and which operations take or give it.
fn docs(model: &Model, name: &str, ty: &Type, uses: &Uses) -> String {
    let mut text = doc::plain(&doc::sentence(&ty.doc));
    if text.is_empty() {
        text = match &ty.shape {
            Shape::Struct(_) if ty.sent && !ty.received => "What a request carries.".into(),
            Shape::Struct(_) if ty.received && !ty.sent => "What an answer carries.".into(),
            Shape::Struct(_) => "What requests and answers carry.".into(),
            Shape::Enum(variants) => format!("One of {} values, open to those that come later.", variants.len()),
            Shape::Union(union) => format!("One of {} forms: {}.", union.rows.len(), doc::plain(&union.reason)),
            Shape::Alias(of) => format!("{}.", describe::what(of)),
        };
    }
    let list = |names: Option<&BTreeSet<String>>| -> Option<String> {
        let names = names?;
        let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
        let more = names.len().saturating_sub(shown.len());
        Some(if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") })
    };
    if let Some(names) = list(uses.sent.get(name)) {
        let _ = write!(text, "\n\nTaken by {names}.");
    }
    if let Some(names) = list(uses.received.get(name)) {
        let _ = write!(text, "\n\nGiven by {names}.");
    }
    if !uses.sent.contains_key(name) && !uses.received.contains_key(name) {
        let holders: Vec<&String> = model
            .types
            .iter()
            .filter(|(holder, other)| {
                *holder != name && other.shape.parts().iter().any(|part| part.named() == Some(name))
            })
            .map(|(holder, _)| holder)
            .take(8)
            .collect();
        let holders: Vec<String> = holders.iter().map(|holder| format!("[`{holder}`]")).collect();
        if !holders.is_empty() {
            let _ = write!(text, "\n\nPart of {}.", holders.join(", "));
        }
    }
    if words_differ(&ty.vendor, name) {
        let _ = write!(text, "\n\n`{}` in the description.", ty.vendor.replace('`', "'"));
    }
    if ty.deprecated {
        text.push_str("\n\nDeprecated in the description.");
    }
    text
}

fn words_differ(vendor: &str, name: &str) -> bool {
    vendor != name && !vendor.is_empty()
}

/// A type as written among the types.
pub(super) fn rust(ty: &Ty) -> String {
    written(ty, "")
}

/// A type as written where the types are behind `path`.
pub(super) fn written(ty: &Ty, path: &str) -> String {
    let std = |name: &str| if path.is_empty() { name.to_owned() } else { format!("::std::{name}") };
    match ty {
        Ty::Scalar(Scalar::Text | Scalar::Binary) => {
            if path.is_empty() {
                "String".into()
            } else {
                std("string::String")
            }
        }
        Ty::Scalar(scalar) if scalar.is_std() => scalar.rust().to_owned(),
        Ty::Scalar(scalar) => format!("{path}{}", scalar.rust()),
        Ty::Named(name) => format!("{path}{name}"),
        Ty::List(inner) => match path.is_empty() {
            true => format!("Vec<{}>", written(inner, path)),
            false => format!("::std::vec::Vec<{}>", written(inner, path)),
        },
        Ty::Map(inner) => format!("{path}Map<{}>", written(inner, path)),
        Ty::Boxed(inner) => match path.is_empty() {
            true => format!("Box<{}>", written(inner, path)),
            false => format!("::std::boxed::Box<{}>", written(inner, path)),
        },
        Ty::Page(inner) => format!("{path}Page<{}>", written(inner, path)),
        Ty::Maybe(inner) => match path.is_empty() {
            true => format!("Option<{}>", written(inner, path)),
            false => format!("::std::option::Option<{}>", written(inner, path)),
        },
    }
}

/// The parameter that takes a value of this type: what converts for free is converted.
pub(super) fn taken(ty: &Ty, model: &Model) -> String {
    taken_at(ty, "", model)
}

/// The same where the types are behind `path`.
pub(super) fn taken_at(ty: &Ty, path: &str, model: &Model) -> String {
    let written = |ty: &Ty| written(ty, path);
    let (into, into_iterator) = match path.is_empty() {
        true => ("Into", "IntoIterator"),
        false => ("::std::convert::Into", "::std::iter::IntoIterator"),
    };
    match ty {
        Ty::List(inner) => format!("impl {into_iterator}<Item = {}>", written(inner)),
        ty if is_converted(ty, model) => format!("impl {into}<{}>", written(ty)),
        other => written(other),
    }
}

fn is_converted(ty: &Ty, model: &Model) -> bool {
    match ty {
        Ty::Scalar(scalar) => matches!(scalar, Scalar::Text | Scalar::Secret | Scalar::Link),
        Ty::Named(name) => {
            matches!(model.types.get(name).map(|ty| &ty.shape), Some(Shape::Enum(_) | Shape::Union(_)))
        }
        Ty::Boxed(_) => true,
        _ => false,
    }
}

/// How a parameter of [`taken`] becomes the value.
pub(super) fn converted(ty: &Ty, name: &str, model: &Model) -> String {
    match ty {
        Ty::List(_) => format!("{name}.into_iter().collect()"),
        ty if is_converted(ty, model) => format!("{name}.into()"),
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
                "impl From<{narrow}> for {wide} {{\n    #[inline]\n    fn from(id: {narrow}) -> Self {{\n        Self::from(AnyId::from(id))\n    }}\n}}"
            );
        }
    }
}

fn open_enum(out: &mut String, name: &str, text: &str, variants: &[Variant]) {
    let _ = writeln!(out, "\nopen_enum! {{\n{}    pub enum {name} {{", doc::lines("    ///", text));
    for variant in variants {
        let _ = writeln!(out, "        {} = {:?},", variant.rust, variant.json);
    }
    let _ = writeln!(out, "    }}\n}}");
}

fn union(
    out: &mut String,
    model: &Model,
    name: &str,
    ty: &Type,
    union: &Union,
    checked: &BTreeSet<String>,
    text: &str,
) {
    let closed = if ty.received { "" } else { "closed " };
    let _ = writeln!(out, "\nunion! {{\n{}    pub {closed}enum {name} {{", doc::lines("    ///", text));
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
        let told = discriminated(&row.told_by);
        out.push_str(&doc::lines("        ///", &told));
        let _ = writeln!(out, "        {}({}) = {told_by},", row.variant, rust(&row.branch));
    }
    let _ = writeln!(out, "    }}");
    let shared = ty.received && !union.shared.is_empty();
    let (alike, firmer): (Vec<&Field>, Vec<&Field>) =
        union.shared.iter().partition(|field| !union.firmer.contains(&field.json));
    // A branch that is taken for what it is whatever it holds leaves nothing for fields that all have.
    if shared {
        let fields: Vec<String> = alike.iter().map(|field| format!("{}: {}", field.rust, held(field))).collect();
        let _ = writeln!(out, "    shared {name}Shared {{ {} }}", fields.join(", "));
    }
    let _ = writeln!(out, "}}");
    if shared {
        let _ = writeln!(out, "\n/// The fields that every [`{name}`] has.");
        let _ = writeln!(out, "{DERIVES}\n#[non_exhaustive]\npub struct {name}Shared {{");
        // Fields that only the known branches require may be missing here.
        let fields: Vec<Field> = union
            .shared
            .iter()
            .map(|field| match union.firmer.contains(&field.json) {
                true => Field { presence: Presence::Optional, constant: None, ..field.clone() },
                false => field.clone(),
            })
            .collect();
        fields.iter().for_each(|field| write_field(out, field));
        let _ = writeln!(out, "}}");
        record(out, &format!("{name}Shared"), &fields, None);
        firmer_accessors(out, name, union, &firmer);
    }
    let mut branches = BTreeSet::new();
    for row in &union.rows {
        // A union with one struct twice has no way to tell which is meant.
        let same = |other: &&crate::model::UnionRow| canonical(model, &other.branch) == canonical(model, &row.branch);
        if union.rows.iter().filter(same).count() == 1 && branches.insert(canonical(model, &row.branch)) {
            let _ = writeln!(
                out,
                "impl From<{branch}> for {name} {{\n    #[inline]\n    fn from(branch: {branch}) -> Self {{\n        Self::{}(branch)\n    }}\n}}",
                row.variant,
                branch = rust(&row.branch),
            );
            let _ = writeln!(out, "sent_as! {{ {} as {name} }}", rust(&row.branch));
        }
    }
    // The macro makes the check of a closed union.
    if ty.sent && ty.received {
        let rows = union.rows.iter().filter(|row| row.branch.named().is_some_and(|branch| checked.contains(branch)));
        let _ = writeln!(
            out,
            "impl Check for {name} {{\n    #[inline]\n    fn check(&self, at: &mut Path) -> std::result::Result<(), Violation> {{\n        match self {{"
        );
        for row in rows {
            let _ = writeln!(out, "            Self::{}(branch) => Check::check(branch, at),", row.variant);
        }
        let _ = writeln!(
            out,
            "            _ => {{\n                let _ = at;\n                Ok(())\n            }}\n        }}\n    }}\n}}"
        );
    }
}

/// The type that is compiled.
fn canonical(model: &Model, ty: &Ty) -> String {
    let name = ty.named().unwrap_or_default();
    let same = model.types.get(name).and_then(|ty| ty.same_as.clone());
    same.unwrap_or_else(|| name.to_owned())
}

fn discriminated(told_by: &ToldBy) -> String {
    match told_by {
        ToldBy::Tag(property, values) => {
            let values: Vec<String> = values.iter().map(|value| format!("`{}`", value.replace('`', "'"))).collect();
            format!("Where `{property}` is {}.", values.join(" or "))
        }
        ToldBy::Keys(keys) => {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            format!("Has field {}.", keys.join(" or "))
        }
        ToldBy::Otherwise => "No other form fits.".into(),
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
            "    /// There in every form that this version knows.\n    #[inline]\n    pub fn {}(&self) -> Option<&{}> {{\n        match self {{",
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

/// The answer of an operation that succeeds in several ways.
fn by_status(out: &mut String, operation: &Operation, name: &str, rows: &[(String, Vec<String>, Output)]) {
    let _ = writeln!(
        out,
        "\n/// What `{}` gives, by the status of the answer.\n#[cfg(feature = \"client\")]\n#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\n#[allow(clippy::large_enum_variant)]\npub enum {name} {{",
        operation.entry.name()
    );
    for (variant, statuses, output) in rows {
        let held = match output {
            Output::Json(ty) => format!("({})", rust(ty)),
            Output::Text => "(String)".into(),
            Output::Bytes => "(bytes::Bytes)".into(),
            _ => String::new(),
        };
        let _ = writeln!(out, "    /// Status {}.\n    {variant}{held},", statuses.join(", "));
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
    out.push_str(&doc::lines("    ///", &describe::field(field)));
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

struct StructWriter<'m> {
    model: &'m Model,
    name: &'m str,
    ty: &'m Type,
    found: &'m Struct,
    patterns: &'m BTreeMap<String, String>,
    checked: &'m BTreeSet<String>,
    text: &'m str,
}

impl StructWriter<'_> {
    fn write(&self, out: &mut String) {
        let fields = &self.found.fields;
        let _ = writeln!(
            out,
            "\n{}{DERIVES}\n#[non_exhaustive]\npub struct {} {{",
            doc::lines("///", self.text),
            self.name
        );
        fields.iter().for_each(|field| write_field(out, field));
        if let Some(others) = &self.found.others {
            let _ = writeln!(
                out,
                "    /// What it holds by names that the description does not list.\n    #[cfg_attr(feature = \"schemars\", schemars(flatten))]\n    pub {}: Map<{}>,",
                others_name(fields),
                rust(others)
            );
        }
        let _ = writeln!(out, "}}");
        record(out, self.name, fields, self.found.others.as_ref());
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
        let of = |wanted: &Scalar| self.found.fields.iter().find(|field| field.ty.is(wanted));
        let Some(link) = of(&Scalar::Link) else { return };
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
        if let Some(ttl) = of(&Scalar::Duration) {
            let _ = writeln!(out, "    fn ttl(&self) -> Option<&Duration> {{\n        {}\n    }}", given(ttl));
        }
        let _ = writeln!(out, "}}");
    }

    fn constructor(&self, out: &mut String) {
        if let Some(others) = &self.found.others {
            // The struct of fields alone has no room for it: it starts empty.
            let mut text = String::new();
            constructor::write(&mut text, self.name, &self.found.fields, self.model);
            let name = others_name(&self.found.fields);
            let start = "        Self {\n";
            let text = text.replacen(start, &format!("{start}            {name}: Map::new(),\n"), 1);
            out.push_str(&text);
            let _ = writeln!(
                out,
                "impl {} {{\n    /// Adds a value by a name that the description does not list.\n    #[inline]\n    #[must_use]\n    pub fn {}(mut self, name: impl Into<String>, value: {}) -> Self {{\n        self.{name}.insert(name.into(), value);\n        self\n    }}\n}}",
                self.name,
                crate::names::ident::free("with_other", |name| self
                    .found
                    .fields
                    .iter()
                    .any(|field| field.rust == name)),
                rust(others),
            );
            return;
        }
        constructor::write(out, self.name, &self.found.fields, self.model);
    }

    fn check(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "impl Check for {} {{\n    #[inline]\n    fn check(&self, at: &mut Path) -> std::result::Result<(), Violation> {{",
            self.name
        );
        let mut any = false;
        for field in &self.found.fields {
            if has_rule(field) {
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

/// Whether a value of the field has something to be checked itself.
pub(super) fn has_rule(field: &Field) -> bool {
    !field.bounds.is_empty() || is_lenient(&field.ty)
}

/// What an answer had and nobody could read is not sent back.
fn is_lenient(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Scalar(
            Scalar::Timestamp
                | Scalar::Date
                | Scalar::Duration
                | Scalar::Typed(_)
                | Scalar::Amount
                | Scalar::Id(_)
                | Scalar::Uuid
        )
    )
}

pub(super) fn rule(bounds: &Bounds, ty: &Ty, patterns: &BTreeMap<String, String>) -> String {
    let mut rule = String::from("Rule::new()");
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(rule, ".{name}({value})");
        }
    };
    add("minimum", bounds.minimum.map(|n| n.arguments()));
    add("maximum", bounds.maximum.map(|n| n.arguments()));
    add("more_than", bounds.more_than.map(|n| n.arguments()));
    add("less_than", bounds.less_than.map(|n| n.arguments()));
    add("multiple_of", bounds.multiple_of.map(|n| n.arguments()));
    add("min_length", bounds.min_length.map(|n| n.to_string()));
    add("max_length", bounds.max_length.map(|n| n.to_string()));
    add("min_items", bounds.min_items.map(|n| n.to_string()));
    add("max_items", bounds.max_items.map(|n| n.to_string()));
    add("unique_items", bounds.unique_items.then(String::new));
    add("pattern", bounds.pattern.as_ref().and_then(|pattern| Some(format!("&{}", patterns.get(pattern)?))));
    add("sensitive", ty.is(&Scalar::Secret).then(String::new));
    rule
}

/// Every pattern in use, with the name of its static.
pub(super) fn patterns(model: &Model) -> BTreeMap<String, String> {
    let fields = model.types.values().filter(|ty| ty.sent).flat_map(|ty| match &ty.shape {
        Shape::Struct(found) => found.fields.as_slice(),
        _ => &[],
    });
    let distinct: BTreeSet<&String> = fields.filter_map(|field| field.bounds.pattern.as_ref()).collect();
    distinct.into_iter().enumerate().map(|(index, pattern)| (pattern.clone(), format!("PATTERN_{index}"))).collect()
}

/// The sent types that have something to check, in themselves or deeper.
pub(super) fn checked(model: &Model) -> BTreeSet<String> {
    let mut checked: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = checked.len();
        for (name, ty) in model.types.iter().filter(|(_, ty)| ty.sent) {
            let own = match &ty.shape {
                Shape::Struct(found) => found.fields.iter().any(has_rule),
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
