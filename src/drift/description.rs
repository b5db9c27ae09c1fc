//! What the description says of answers, read from the data that the build makes (spec/src/model/answers.rs).

use std::sync::{Arc, OnceLock};

use regex_lite::Regex;
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde_json::Value;

const BUILT_FROM: &str = include_str!(concat!(env!("OUT_DIR"), "/drift.json"));

/// What a description says of answers: statuses, media types, error codes and schemas, by operation.
#[derive(Debug, Default)]
pub struct Description {
    version: Box<str>,
    pub(super) operations: Named<Named<Answer>>,
    pub(super) schemas: Named<Schema>,
}

/// The data cannot be read as a description's.
#[derive(Debug, thiserror::Error)]
#[error("this is not what `linkcy-spec` writes of a description's answers (`drift.json`)")]
pub struct DescriptionError(#[from] serde_json::Error);

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) media: Vec<Box<str>>,
    pub(super) codes: Vec<Box<str>>,
    pub(super) schema: Option<Schema>,
}

#[derive(Debug)]
pub(super) struct Schema {
    pub(super) at: Option<Box<str>>,
    pub(super) null: bool,
    pub(super) bounds: Option<Box<Bounds>>,
    pub(super) one_of: Vec<Value>,
    pub(super) is: Is,
}

#[derive(Debug)]
pub(super) enum Is {
    Any,
    Ref(Box<str>),
    Bool,
    Integer { narrow: bool },
    Number,
    Text(Box<str>),
    List(Box<Schema>),
    Object(ObjectFields),
    Union { rows: Vec<UnionRow>, shared: ObjectFields },
}

#[derive(Debug)]
pub(super) struct ObjectFields {
    pub(super) fields: Named<Schema>,
    pub(super) required: Vec<Box<str>>,
    pub(super) others: Others,
}

#[derive(Debug)]
pub(super) enum Others {
    Undescribed,
    Any,
    Of(Box<Schema>),
}

#[derive(Debug)]
pub(super) struct UnionRow {
    pub(super) told_by: ToldBy,
    pub(super) branch: Box<str>,
}

#[derive(Debug)]
pub(super) enum ToldBy {
    Tag(Box<str>, Vec<Box<str>>),
    Keys(Vec<Box<str>>),
    Otherwise,
}

#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) minimum: Option<Decimal>,
    pub(super) maximum: Option<Decimal>,
    pub(super) more_than: Option<Decimal>,
    pub(super) less_than: Option<Decimal>,
    pub(super) multiple_of: Option<Decimal>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) pattern: Option<Box<str>>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) unique_items: bool,
    /// The pattern, made ready when first used; none where it means nothing here.
    regex: OnceLock<Option<Regex>>,
}

/// Values by name, in the order of the names.
#[derive(Debug)]
pub(super) struct Named<T>(Vec<(Box<str>, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Named<T> {
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        let place = self.0.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(&self.0.get(place)?.1)
    }

    fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    fn of(value: Option<&Value>, read: impl Fn(&Value) -> Option<T>) -> Option<Self> {
        let Some(value) = value else { return Some(Self::default()) };
        let members = value.as_object()?;
        // A map that keeps its order has that of the text, which is written in the order of the names.
        let named = |(name, value): (&String, &Value)| Some((name.as_str().into(), read(value)?));
        members.keys().is_sorted().then(|| members.iter().map(named).collect::<Option<_>>().map(Self))?
    }
}

// serde's derives would compile a hundred functions for these types, in every program.

impl Description {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            version: text(value.get("version"))?,
            operations: Named::of(value.get("operations"), |answers| Named::of(Some(answers), Answer::of))?,
            schemas: Named::of(value.get("schemas"), Schema::of)?,
        })
    }
}

impl Answer {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            media: texts(value.get("media"))?,
            codes: texts(value.get("codes"))?,
            schema: match value.get("schema") {
                Some(schema) => Some(Schema::of(schema)?),
                None => None,
            },
        })
    }
}

impl Schema {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            at: text(value.get("at")),
            null: value["null"] == true,
            bounds: value.get("bounds").map(|bounds| Box::new(Bounds::of(bounds))),
            one_of: value["one_of"].as_array().cloned().unwrap_or_default(),
            is: Is::of(value.get("is")?)?,
        })
    }
}

impl Is {
    fn of(value: &Value) -> Option<Self> {
        let (name, value) = variant(value)?;
        Some(match name {
            "any" => Self::Any,
            "ref" => Self::Ref(text(Some(value))?),
            "bool" => Self::Bool,
            "integer" => Self::Integer { narrow: value["narrow"].as_bool()? },
            "number" => Self::Number,
            "text" => Self::Text(text(Some(value))?),
            "list" => Self::List(Box::new(Schema::of(value)?)),
            "object" => Self::Object(ObjectFields::of(value)?),
            "union" => Self::Union {
                rows: value["rows"].as_array()?.iter().map(UnionRow::of).collect::<Option<_>>()?,
                shared: ObjectFields::of(value.get("shared")?)?,
            },
            _ => return None,
        })
    }
}

impl ObjectFields {
    fn of(value: &Value) -> Option<Self> {
        let (name, others) = variant(value.get("others")?)?;
        Some(Self {
            fields: Named::of(value.get("fields"), Schema::of)?,
            required: texts(value.get("required"))?,
            others: match name {
                "undescribed" => Others::Undescribed,
                "any" => Others::Any,
                "of" => Others::Of(Box::new(Schema::of(others)?)),
                _ => return None,
            },
        })
    }
}

impl UnionRow {
    fn of(value: &Value) -> Option<Self> {
        let told_by = if let Some(tag) = value.get("tag") {
            ToldBy::Tag(text(tag.get(0))?, texts(tag.get(1))?)
        } else if let Some(keys) = value.get("keys") {
            ToldBy::Keys(texts(Some(keys))?)
        } else {
            value.get("otherwise").map(|_| ToldBy::Otherwise)?
        };
        Some(Self { told_by, branch: text(value.get("branch"))? })
    }
}

impl Bounds {
    fn of(value: &Value) -> Self {
        let number = |key: &str| {
            let scale = value[key]["scale"].as_u64()?;
            Decimal::try_new(value[key]["digits"].as_i64()?, scale.try_into().ok()?).ok()
        };
        let count = |key: &str| value[key].as_u64()?.try_into().ok();
        Self {
            minimum: number("minimum"),
            maximum: number("maximum"),
            more_than: number("more_than"),
            less_than: number("less_than"),
            multiple_of: number("multiple_of"),
            min_length: count("min_length"),
            max_length: count("max_length"),
            pattern: text(value.get("pattern")),
            min_items: count("min_items"),
            max_items: count("max_items"),
            unique_items: value["unique_items"] == true,
            regex: OnceLock::new(),
        }
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        let pattern = self.pattern.as_deref()?;
        self.regex.get_or_init(|| Regex::new(pattern).ok()).as_ref()
    }
}

/// The name of an enum's variant, and what it holds.
fn variant(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::String(name) => Some((name, &Value::Null)),
        Value::Object(members) => members.iter().next().map(|(name, held)| (name.as_str(), held)),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> Option<Box<str>> {
    Some(value?.as_str()?.into())
}

/// None is an empty list.
fn texts(value: Option<&Value>) -> Option<Vec<Box<str>>> {
    let Some(value) = value else { return Some(Vec::new()) };
    value.as_array()?.iter().map(|one| text(Some(one))).collect()
}

impl Description {
    /// The description that this crate was built from. It is read once, when it is first asked for.
    pub fn built_from() -> Arc<Self> {
        static READ: OnceLock<Arc<Description>> = OnceLock::new();
        let read = READ.get_or_init(|| {
            Arc::new(Self::parse(BUILT_FROM).unwrap_or_else(|error| {
                // Only a faulty build gets here: a test reads what the build makes.
                tracing::error!(target: "linkcy::drift", %error, "no answer is compared");
                Self::default()
            }))
        });
        Arc::clone(read)
    }

    /// Another one, as `linkcy-spec` writes it (`Generated::drift`): to compare answers with a release before it is built.
    ///
    /// # Errors
    /// Where the text is something else.
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        let value: Value = serde_json::from_str(text)?;
        let read = Self::of(&value);
        read.ok_or_else(|| DescriptionError(serde_json::Error::custom("a member is missing or of another type")))
    }

    /// Its `info.version`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether any operation documents this code.
    pub(super) fn knows_code(&self, code: &str) -> bool {
        let answers = self.operations.values().flat_map(Named::values);
        answers.into_iter().any(|answer| answer.codes.iter().any(|known| **known == *code))
    }
}
