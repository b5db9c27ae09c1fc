//! Writes what stands for the handles of areas that are off: methods that no call satisfies, so that the compiler names the cargo
//! feature that is missing, and not a method it does not know.

use std::collections::BTreeSet;
use std::fmt::Write;

use heck::ToPascalCase;

use crate::model::Model;

pub(super) fn write(out: &mut String, model: &Model) {
    if model.off.is_empty() {
        return;
    }
    out.push_str("\n/// What a client lacks whose features leave areas out.\n#[doc(hidden)]\npub mod off {\n");
    for area in model.off.values().collect::<BTreeSet<_>>() {
        let _ = writeln!(
            out,
            "    /// The area `{area}` is on.\n    #[diagnostic::on_unimplemented(message = \"the area `{area}` of linkcy is off: switch on its feature `{area}`, or `all`\", label = \"this needs the feature `{area}` of linkcy\")]\n    pub trait {} {{}}",
            area.to_pascal_case()
        );
    }
    out.push_str("}\nimpl crate::Client {\n");
    for (handle, area) in &model.off {
        // The bound names a lifetime, or the compiler would refuse the method itself. Of a type that is inferred nothing else can be wrong.
        let _ = writeln!(
            out,
            "    #[doc(hidden)]\n    pub fn {handle}<'c, T>(&'c self) -> T\n    where\n        &'c Self: off::{},\n    {{\n        ::std::unreachable!()\n    }}",
            area.to_pascal_case()
        );
    }
    out.push_str("}\n");
}
