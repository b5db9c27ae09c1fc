//! What the description says of answers, read from the data that the build makes (spec/src/model/answers.rs).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use regex_lite::Regex;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

const BUILT_FROM: &str = include_str!(concat!(env!("OUT_DIR"), "/drift.json"));

/// What a description says of answers: statuses, media types, error codes and schemas, by operation.
#[derive(Debug, Default, Deserialize)]
pub struct Description {
    version: Box<str>,
    pub(super) operations: HashMap<Box<str>, BTreeMap<Box<str>, Answer>>,
    pub(super) schemas: HashMap<Box<str>, Schema>,
}

/// The data cannot be read as a description's.
#[derive(Debug, thiserror::Error)]
#[error("this is not what `linkcy-spec` writes of a description's answers (`drift.json`)")]
pub struct DescriptionError(#[from] serde_json::Error);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) media: Vec<Box<str>>,
    pub(super) codes: Vec<Box<str>>,
    pub(super) schema: Option<Schema>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Schema {
    #[serde(default)]
    pub(super) at: Option<Box<str>>,
    #[serde(default)]
    pub(super) null: bool,
    #[serde(default)]
    pub(super) bounds: Option<Box<Bounds>>,
    #[serde(default)]
    pub(super) one_of: Vec<Value>,
    pub(super) is: Is,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
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

#[derive(Debug, Deserialize)]
pub(super) struct ObjectFields {
    #[serde(default)]
    pub(super) fields: BTreeMap<Box<str>, Schema>,
    #[serde(default)]
    pub(super) required: Vec<Box<str>>,
    pub(super) others: Others,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Others {
    Undescribed,
    Any,
    Of(Box<Schema>),
}

#[derive(Debug, Deserialize)]
pub(super) struct UnionRow {
    #[serde(flatten)]
    pub(super) told_by: ToldBy,
    pub(super) branch: Box<str>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ToldBy {
    Tag(Box<str>, Vec<Box<str>>),
    Keys(Vec<Box<str>>),
    Otherwise,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Bounds {
    #[serde(deserialize_with = "number")]
    pub(super) minimum: Option<Decimal>,
    #[serde(deserialize_with = "number")]
    pub(super) maximum: Option<Decimal>,
    #[serde(deserialize_with = "number")]
    pub(super) more_than: Option<Decimal>,
    #[serde(deserialize_with = "number")]
    pub(super) less_than: Option<Decimal>,
    #[serde(deserialize_with = "number")]
    pub(super) multiple_of: Option<Decimal>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) pattern: Option<Box<str>>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) unique_items: bool,
    /// The pattern, made ready when first used; none where it means nothing here.
    #[serde(skip)]
    regex: OnceLock<Option<Regex>>,
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    #[derive(Deserialize)]
    struct Number {
        digits: i64,
        scale: u32,
    }
    let Number { digits, scale } = Number::deserialize(deserializer)?;
    Decimal::try_new(digits, scale).map(Some).map_err(serde::de::Error::custom)
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
        Ok(serde_json::from_str(text)?)
    }

    /// Its `info.version`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether any operation documents this code.
    pub(super) fn knows_code(&self, code: &str) -> bool {
        let answers = self.operations.values().flat_map(BTreeMap::values);
        answers.into_iter().any(|answer| answer.codes.iter().any(|known| **known == *code))
    }
}

impl Bounds {
    pub(super) fn regex(&self) -> Option<&Regex> {
        let pattern = self.pattern.as_deref()?;
        self.regex.get_or_init(|| Regex::new(pattern).ok()).as_ref()
    }
}
