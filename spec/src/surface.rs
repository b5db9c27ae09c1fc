//! The listing of what users see of a description: operations with their arguments, types with their
//! fields. It is what snapshots, reviews and the diff of surfaces read, instead of generated code.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Weight};
use crate::model::{Constant, Field, Model, Output, Presence, Shape, ToldBy, Ty};

/// Everything public that comes from a description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// `info.version` of the description.
    pub version: String,
    /// Operations by `handle.verb`.
    pub operations: BTreeMap<String, SurfaceOperation>,
    /// Types by name.
    pub types: BTreeMap<String, SurfaceType>,
    /// What is free JSON, or can be called by its path alone, though the description means more: a line for each place.
    #[serde(default)]
    pub set_aside: Vec<String>,
}

/// One method of a resource handle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurfaceOperation {
    /// Method, in upper case.
    pub method: String,
    /// Path template.
    pub path: String,
    /// Arguments of the method, in order.
    pub arguments: Vec<Member>,
    /// What can be set by name on the call.
    pub options: Vec<Member>,
    /// The value a finished call gives.
    pub output: String,
    /// It can be asked to carry SCA headers.
    pub sca: bool,
}

/// One type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum SurfaceType {
    /// A struct with public fields; `sent` ones have a constructor over the required fields.
    Struct {
        /// A request can hold it.
        sent: bool,
        /// The fields.
        fields: Vec<Member>,
    },
    /// An open enum.
    Enum {
        /// Value in the JSON -> variant.
        variants: BTreeMap<String, String>,
    },
    /// A union of structs.
    Union {
        /// It also holds what fits no branch.
        open: bool,
        /// Variant -> its struct and what tells it.
        variants: BTreeMap<String, UnionVariant>,
    },
    /// Another name of a type.
    Alias {
        /// The type.
        of: String,
    },
}

/// One branch of a union.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnionVariant {
    /// The branch's struct.
    pub holds: String,
    /// What in the JSON tells it from the other branches.
    pub told_by: String,
}

/// A field or an argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name in Rust.
    pub name: String,
    /// Its type in Rust, without `Option` or `Patch`.
    #[serde(rename = "type")]
    pub ty: String,
    /// It has to be given.
    pub required: bool,
    /// Absent, null and present are told apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub patch: bool,
    /// It has one value only, and nobody gives it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub constant: bool,
}

pub(crate) fn of(model: &Model, findings: &[Finding]) -> Surface {
    let operations = model
        .operations
        .iter()
        .map(|operation| {
            let (required, optional): (Vec<&Field>, Vec<&Field>) =
                operation.fields().partition(|field| field.presence == Presence::Required);
            let mut arguments: Vec<Member> = required.into_iter().map(member).collect();
            let mut options: Vec<Member> = optional.into_iter().map(member).collect();
            if let Some(body) = &operation.body {
                let member = Member {
                    name: body.rust.clone(),
                    ty: body.ty.to_string(),
                    required: body.required,
                    patch: false,
                    constant: false,
                };
                if body.required { arguments.push(member) } else { options.push(member) }
            }
            let listing = SurfaceOperation {
                method: operation.endpoint.method.to_uppercase(),
                path: operation.endpoint.path.clone(),
                arguments,
                options,
                output: output(model, &operation.output),
                sca: operation.entry.sca.is_some(),
            };
            (format!("{}.{}", operation.entry.handle, operation.entry.verb), listing)
        })
        .collect();
    let types = model
        .types
        .iter()
        .filter(|(_, ty)| !matches!(ty.shape, Shape::Alias(Ty::Page(_))))
        .map(|(name, ty)| {
            let listing = match &ty.shape {
                Shape::Struct(found) => {
                    let mut fields: Vec<Member> = found.fields.iter().map(member).collect();
                    fields.extend(found.others.as_ref().map(|others| Member {
                        name: "..".into(),
                        ty: others.to_string(),
                        required: false,
                        patch: false,
                        constant: false,
                    }));
                    SurfaceType::Struct { sent: ty.sent, fields }
                }
                Shape::Enum(variants) => {
                    SurfaceType::Enum { variants: variants.iter().map(|v| (v.json.clone(), v.rust.clone())).collect() }
                }
                Shape::Union(union) => SurfaceType::Union {
                    open: ty.received,
                    variants: union
                        .rows
                        .iter()
                        .map(|row| {
                            let variant =
                                UnionVariant { holds: row.branch.to_string(), told_by: told_by(&row.told_by) };
                            (row.variant.clone(), variant)
                        })
                        .collect(),
                },
                Shape::Alias(of) => SurfaceType::Alias { of: of.to_string() },
            };
            (name.clone(), listing)
        })
        .collect();
    let mut types: BTreeMap<String, SurfaceType> = types;
    if !model.error_codes.is_empty() {
        types.insert("ErrorCode".into(), SurfaceType::Enum { variants: model.error_codes.clone() });
    }
    for operation in &model.operations {
        if let Output::ByStatus(name, rows) = &operation.output {
            let variants = rows.iter().map(|(variant, statuses, output)| {
                let told_by = format!("status = {}", statuses.join(" | "));
                (variant.clone(), UnionVariant { holds: output.to_string(), told_by })
            });
            types.insert(name.clone(), SurfaceType::Union { open: true, variants: variants.collect() });
        }
    }
    let aside = findings.iter().filter(|finding| finding.weight == Weight::SetAside);
    let set_aside = aside.map(ToString::to_string).collect();
    Surface { version: model.version.clone(), operations, types, set_aside }
}

/// A page is called by its item, not by the component that describes it.
fn output(model: &Model, output: &Output) -> String {
    match output {
        Output::Json(Ty::Named(name)) => match model.types.get(name).map(|ty| &ty.shape) {
            Some(Shape::Alias(page @ Ty::Page(_))) => page.to_string(),
            _ => name.clone(),
        },
        other => other.to_string(),
    }
}

pub(crate) fn told_by(told_by: &ToldBy) -> String {
    match told_by {
        ToldBy::Tag(property, values) => format!("{property} = {}", values.join(" | ")),
        ToldBy::Keys(keys) => format!("has {}", keys.join(" or ")),
        ToldBy::Otherwise => "otherwise".into(),
    }
}

fn member(field: &Field) -> Member {
    Member {
        name: field.rust.clone(),
        ty: field.ty.to_string(),
        required: field.presence == Presence::Required,
        patch: field.presence == Presence::Patch,
        constant: matches!(&field.constant, Some(Constant::Text(_) | Constant::Variant(_))),
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match (self.required, self.patch) {
            (true, _) => "",
            (false, true) => "??",
            (false, false) => "?",
        };
        let constant = if self.constant { " (constant)" } else { "" };
        write!(f, "{}: {}{mark}{constant}", self.name, self.ty)
    }
}

/// `name: Type` is required, `Type?` optional, `Type??` optional with null apart from absent.
impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version {}", self.version)?;
        for (name, operation) in &self.operations {
            let arguments: Vec<String> = operation.arguments.iter().map(Member::to_string).collect();
            writeln!(
                f,
                "\n{name}({}) -> {}{}\n    {} {}",
                arguments.join(", "),
                operation.output,
                if operation.sca { "  [sca]" } else { "" },
                operation.method,
                operation.path,
            )?;
            for option in &operation.options {
                writeln!(f, "    .{option}")?;
            }
        }
        for (name, ty) in &self.types {
            match ty {
                SurfaceType::Struct { sent, fields } => {
                    writeln!(f, "\nstruct {name}{}", if *sent { "  [sent]" } else { "" })?;
                    for field in fields {
                        writeln!(f, "    {field}")?;
                    }
                }
                SurfaceType::Enum { variants } => {
                    writeln!(f, "\nenum {name}")?;
                    for (json, rust) in variants {
                        writeln!(f, "    {rust} = {json}")?;
                    }
                }
                SurfaceType::Union { open, variants } => {
                    writeln!(f, "\nunion {name}{}", if *open { "" } else { "  [closed]" })?;
                    for (variant, union) in variants {
                        writeln!(f, "    {variant}({}): {}", union.holds, union.told_by)?;
                    }
                }
                SurfaceType::Alias { of } => writeln!(f, "\ntype {name} = {of}")?,
            }
        }
        if !self.set_aside.is_empty() {
            writeln!(f, "\nset aside")?;
            self.set_aside.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        Ok(())
    }
}
