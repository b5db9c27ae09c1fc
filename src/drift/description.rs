//! What the description says of answers: the data that the build makes (spec/src/model/answers.rs), which compare.rs reads as
//! JSON. Types for it would be compiled in every program.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex_lite::Regex;
use serde::de::Error as _;
use serde_json::Value;

const BUILT_FROM: &str = include_str!(concat!(env!("OUT_DIR"), "/drift.json"));

/// What a description says of answers: statuses, media types, error codes and schemas, by operation.
#[derive(Debug, Default)]
pub struct Description {
    /// Its `version`, `operations` and `schemas`.
    pub(super) data: Value,
    /// Each pattern, compiled when first used; `None` if it is not supported here.
    patterns: Mutex<HashMap<String, Option<Regex>>>,
}

/// The data cannot be read as a description's.
#[derive(Debug, thiserror::Error)]
#[error("this is not what `linkcy-spec` writes of a description's answers (`drift.json`)")]
pub struct DescriptionError(#[from] serde_json::Error);

impl Description {
    /// The description that this crate was built from. It is read once, when it is first asked for.
    #[inline]
    pub fn built_from() -> Arc<Self> {
        // Only a faulty build can fail here: tests compare answers with it.
        static READ: LazyLock<Arc<Description>> =
            LazyLock::new(|| Arc::new(Description::parse(BUILT_FROM).unwrap_or_default()));
        Arc::clone(&READ)
    }

    /// Another description, as `linkcy-spec` writes it (`Generated::drift`): to compare answers with a release before it
    /// is built.
    ///
    /// # Errors
    /// Where the text is something else.
    #[inline]
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        let data: Value = serde_json::from_str(text)?;
        if !(data["version"].is_string() && data["operations"].is_object() && data["schemas"].is_object()) {
            return Err(serde_json::Error::custom("a member is missing or of another type").into());
        }
        Ok(Self { data, patterns: Mutex::default() })
    }

    /// Its `info.version`.
    #[must_use]
    #[inline]
    pub fn version(&self) -> &str {
        self.data["version"].as_str().unwrap_or_default()
    }

    /// Whether the pattern is found in the text.
    #[inline]
    pub(super) fn is_match(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        let regex = patterns.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}
