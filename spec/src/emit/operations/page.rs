//! Writes how the pages of a list are walked: by number, or by windows of its creation date.

use std::fmt::Write;

use super::rust;
use crate::model::{Model, Output, Place, Presence, Scalar, Shape, Ty, TypedOperation};

pub(crate) fn paged(out: &mut String, model: &Model, operation: &TypedOperation, name: &str) {
    let item = match &operation.output {
        Output::Json(Ty::Named(page)) => match model.types.get(page).map(|ty| &ty.shape) {
            Some(Shape::Alias(Ty::Page(item))) => rust(item),
            _ => return,
        },
        _ => return,
    };
    let query =
        |wanted: &str| operation.in_place(Place::Query).map(|found| &found.field).find(|field| field.json == wanted);
    let (Some(page), Some(size)) = (query("page"), query("pageSize")) else { return };
    let _ = writeln!(
        out,
        "impl crate::call::Paged for {name} {{\n    type Item = {item};\n    #[inline]\n    fn place(&mut self) -> crate::call::Place<'_> {{"
    );
    let window = match (query("startDate"), query("endDate"), query("sortAttribute"), query("sortDirection")) {
        (Some(start), Some(end), Some(attribute), Some(direction))
            if start.ty.is(&Scalar::Timestamp)
                && end.ty == start.ty
                && [start, end].iter().all(|date| date.presence == Presence::Optional)
                && is_sorted_by_date(model, operation) =>
        {
            // By creation date, the way asked for; oldest first unless asked, since new rows then come last.
            let _ = writeln!(
                out,
                "        self.{} = Some(\"CREATION_DATE\".into());\n        let direction = self.{}.get_or_insert_with(|| \"ASC\".into());\n        let ascends = direction.as_str() != \"DESC\";",
                attribute.rust, direction.rust
            );
            format!(
                "Some(crate::call::Window {{ start: &mut self.{}, end: &mut self.{}, ascends }})",
                start.rust, end.rust
            )
        }
        _ => "None".into(),
    };
    let _ = writeln!(
        out,
        "        crate::call::Place {{ page: &mut self.{}, size: &mut self.{}, window: {window} }}\n    }}\n}}",
        page.rust, size.rust
    );
}

fn is_sorted_by_date(model: &Model, operation: &TypedOperation) -> bool {
    let takes = |name: &str, value: &str| {
        let field = operation.in_place(Place::Query).map(|parameter| &parameter.field).find(|field| field.json == name);
        let optional = field.filter(|field| field.presence == Presence::Optional);
        let listed = optional.and_then(|field| model.types.get(field.ty.named()?)).map(|ty| &ty.shape);
        matches!(listed, Some(Shape::Enum(variants)) if variants.iter().any(|variant| variant.json == value))
    };
    takes("sortAttribute", "CREATION_DATE") && takes("sortDirection", "ASC")
}
