//! Writes a union: its branches with what tells them apart, the fields they share, and the way from a branch to it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::record::record;
use super::structs::{DERIVES, held, write_field};
use crate::emit::docs;
use crate::emit::written::rust;
use crate::model::{Field, Model, Presence, ToldBy, Type, Union, UnionRow};

pub(crate) fn union(
    out: &mut String,
    model: &Model,
    name: &str,
    ty: &Type,
    union: &Union,
    checked: &BTreeSet<String>,
    text: &str,
) {
    let closed = if ty.received { "" } else { "closed " };
    let _ = writeln!(out, "\nunion! {{\n{}    pub {closed}enum {name} {{", docs::markup("    ///", text));
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
        out.push_str(&docs::markup("        ///", &told));
        let _ = writeln!(out, "        {}({}) = {told_by},", row.variant, rust(&row.branch));
    }
    let _ = writeln!(out, "    }}");
    let shared = ty.received && !union.shared.is_empty();
    let (alike, firmer): (Vec<&Field>, Vec<&Field>) =
        union.shared.iter().partition(|field| !union.firmer.contains(&field.json));
    // A branch that is taken for what it is whatever it holds leaves nothing for fields that all have.
    if shared {
        let _ = writeln!(out, "    shared {name}Shared {{");
        for field in &alike {
            let doc = docs::markup("        ///", &docs::field::field(field));
            let _ = writeln!(out, "{doc}        {}: {},", field.rust, held(field));
        }
        let _ = writeln!(out, "    }}");
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
        fields.iter().for_each(|field| write_field(out, field, &fields, false));
        let _ = writeln!(out, "}}");
        record(out, &format!("{name}Shared"), &fields, None);
        firmer_accessors(out, name, union, &firmer);
    }
    let mut branches = BTreeSet::new();
    for row in &union.rows {
        // A union with one struct twice has no way to tell which is meant.
        let compiled = |row: &UnionRow| model.canonical(row.branch.named().unwrap_or_default()).to_owned();
        let same = |other: &&UnionRow| compiled(other) == compiled(row);
        if union.rows.iter().filter(same).count() == 1 && branches.insert(compiled(row)) {
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
            "impl Check for {name} {{\n    #[inline]\n    fn check(&self, at: &mut Path) {{\n        match self {{"
        );
        for row in rows {
            let _ = writeln!(out, "            Self::{}(branch) => Check::check(branch, at),", row.variant);
        }
        let _ = writeln!(out, "            _ => drop(at),\n        }}\n    }}\n}}");
    }
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
            "{}    ///\n    /// There in every form that this version knows.\n    #[inline]\n    pub fn {}(&self) -> Option<&{}> {{\n        match self {{",
            docs::markup("    ///", &docs::field::field(field)),
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
