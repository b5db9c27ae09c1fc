//! Writes a struct: its fields, how it is read and written, and for what is sent its constructor and its check.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use heck::ToLowerCamelCase;

use super::check::{has_rule, rule};
use super::constructor;
use super::record::{others_name, record};
use crate::emit::docs;
use crate::emit::written::rust;
use crate::model::{Field, Model, Presence, Scalar, Struct, Type};

pub(crate) const DERIVES: &str = "#[derive(Clone, Debug, PartialEq)]\n#[cfg_attr(feature = \"schemars\", derive(schemars::JsonSchema), schemars(rename_all = \"camelCase\"))]";

/// A field's type with its presence.
pub(crate) fn held(field: &Field) -> String {
    let ty = rust(&field.ty);
    match field.presence {
        Presence::Required => ty,
        Presence::Optional => format!("Option<{ty}>"),
        Presence::Patch => format!("Patch<{ty}>"),
    }
}

pub(crate) fn write_field(out: &mut String, field: &Field, of: &[Field], is_sent: bool) {
    out.push_str(&docs::markup("    ///", &docs::field::member(field, of, is_sent)));
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

pub(crate) struct StructWriter<'m> {
    pub(crate) model: &'m Model,
    pub(crate) name: &'m str,
    pub(crate) ty: &'m Type,
    pub(crate) found: &'m Struct,
    pub(crate) patterns: &'m BTreeMap<String, String>,
    pub(crate) checked: &'m BTreeSet<String>,
    pub(crate) text: &'m str,
}

impl StructWriter<'_> {
    pub(crate) fn write(&self, out: &mut String) {
        let fields = &self.found.fields;
        let _ = writeln!(
            out,
            "\n{}{DERIVES}\n#[non_exhaustive]\npub struct {} {{",
            docs::markup("///", self.text),
            self.name
        );
        fields.iter().for_each(|field| write_field(out, field, fields, self.ty.sent));
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
        let _ = writeln!(out, "impl Check for {} {{\n    #[inline]\n    fn check(&self, at: &mut Path) {{", self.name);
        let mut any = false;
        for field in &self.found.fields {
            if has_rule(field) {
                any = true;
                let rule = rule(&field.bounds, &field.ty, self.patterns);
                let _ = writeln!(out, "        at.rule({:?}, &self.{}, &{rule});", field.json, field.rust);
            }
            if field.ty.named().is_some_and(|name| self.checked.contains(name)) {
                any = true;
                let _ = writeln!(out, "        at.nested({:?}, &self.{});", field.json, field.rust);
            }
        }
        if !any {
            let _ = writeln!(out, "        let _ = at;");
        }
        let _ = writeln!(out, "    }}\n}}");
    }
}
