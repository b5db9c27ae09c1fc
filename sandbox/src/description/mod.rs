//! The OpenAPI description as the sandbox reads it: which operations there are, what they take, what they may answer.
//! An operation is known by its method and path template, never by its operationId.

mod example;
mod operation;
mod reference;
mod schema;
mod violation;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use serde_json::Value;

pub use example::example;
pub use operation::{AnswerShape, BearerNeed, Body, Location, Operation, Parameter, ScaHeaders};
use operation::{Segment, Source};
use reference::follow;
pub(crate) use reference::resolve;
pub use schema::Schema;
pub use violation::Violation;

/// What can be wrong with a description.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// The file can't be read.
    #[error("{}: the description can't be read; check the path", path.display())]
    Read {
        /// The file named.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is no JSON.
    #[error("the description is not JSON; fetch it again")]
    Json(#[from] serde_json::Error),
    /// It is no OpenAPI 3.0 or 3.1 document.
    #[error("the description says openapi {found:?}, the sandbox reads 3.0 and 3.1")]
    Version {
        /// What it says it is.
        found: String,
    },
    /// Something the sandbox needs is missing or of the wrong kind.
    #[error("the description has no usable {what} at {pointer}")]
    Shape {
        /// What was expected.
        what: &'static str,
        /// Where.
        pointer: String,
    },
}

/// A description, read once and shared by every sandbox of a process.
#[derive(Debug)]
pub struct Description {
    version: String,
    operations: Vec<Operation>,
    /// Where operations with that many segments in their path are.
    by_length: Vec<Vec<usize>>,
    components: Arc<Value>,
}

/// The methods that operations are read of.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What a path leads to.
#[derive(Debug)]
pub enum Match<'d> {
    /// An operation, with the raw values of its path parameters.
    Operation(&'d Operation, Vec<(&'d str, String)>),
    /// The path exists, the method doesn't; these do.
    WrongMethod(Vec<&'d str>),
    /// No such path.
    Unknown,
}

static CURRENT: LazyLock<Arc<Description>> = LazyLock::new(|| bundled(include_str!("../../openapi/linkcy.json")));
static V1_78: LazyLock<Arc<Description>> = LazyLock::new(|| bundled(include_str!("../../openapi/1.78.0.json")));

/// A bundled description that is broken is a broken build: every test would fail on it.
fn bundled(text: &str) -> Arc<Description> {
    match Description::parse(text) {
        Ok(description) => Arc::new(description),
        Err(error) => panic!("the bundled description: {error}"),
    }
}

impl Description {
    /// The version the project targets.
    pub fn current() -> Arc<Self> {
        Arc::clone(&CURRENT)
    }

    /// The earlier version 1.78.0, whose SCA headers are of the first generation.
    pub fn v1_78() -> Arc<Self> {
        Arc::clone(&V1_78)
    }

    /// Reads a description from a file.
    ///
    /// # Errors
    /// When the file can't be read or is no OpenAPI 3.0 or 3.1 description in JSON.
    pub fn read(path: &Path) -> Result<Self, DescriptionError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| DescriptionError::Read { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads a description from its JSON text.
    ///
    /// # Errors
    /// When it is no OpenAPI 3.0 or 3.1 description.
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        let document: Value = serde_json::from_str(text)?;
        let openapi = document["openapi"].as_str().unwrap_or_default();
        if !["3.0", "3.1"].iter().any(|version| openapi.starts_with(version)) {
            return Err(DescriptionError::Version { found: openapi.to_owned() });
        }
        let components = Arc::new(document["components"]["schemas"].clone());
        let paths = object(&document["paths"], "paths", || "/paths".into())?;
        let secured = document["security"].as_array().is_some_and(|all| !all.is_empty());
        let mut operations = Vec::new();
        for (path, item) in paths {
            let item = follow(item, &document);
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let pointer = format!("/paths/{}/{method}", path.replace('~', "~0").replace('/', "~1"));
                let source =
                    Source { document: &document, item, operation, components: &components, pointer: &pointer };
                operations.push(Operation::read(method, path, secured, &source)?);
            }
        }
        // Words before parameters, so that /related/{id} is not taken for /{id}/related.
        operations.sort_by_key(|operation| {
            operation.segments.iter().map(|part| matches!(part, Segment::Parameter(_))).collect::<Vec<_>>()
        });
        let version = document["info"]["version"].as_str().unwrap_or("unknown").to_owned();
        let mut by_length = Vec::new();
        for (at, operation) in operations.iter().enumerate() {
            let length = operation.segments.len();
            if by_length.len() <= length {
                by_length.resize(length + 1, Vec::new());
            }
            if let Some(all) = by_length.get_mut(length) {
                all.push(at);
            }
        }
        Ok(Self { version, operations, by_length, components })
    }

    /// The version it states.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every operation.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation of that method and path template.
    pub fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.method == method && operation.path == path)
    }

    /// What a request's method and raw path lead to.
    pub fn route<'d>(&'d self, method: &str, path: &str) -> Match<'d> {
        let asked: Vec<&str> = path.split('/').collect();
        let of_length = self.by_length.get(asked.len()).map_or(&[][..], Vec::as_slice);
        let of_length = of_length.iter().filter_map(|at| self.operations.get(*at));
        let mut of_method = of_length.clone().filter(|operation| operation.method == method);
        if let Some(found) = of_method.find_map(|one| Some(Match::Operation(one, one.matches(&asked)?))) {
            return found;
        }
        let others = of_length.filter(|operation| operation.matches(&asked).is_some());
        let others: Vec<&str> = others.map(|operation| operation.method.as_str()).collect();
        if others.is_empty() { Match::Unknown } else { Match::WrongMethod(others) }
    }

    /// The shared schemas, for those who walk them.
    pub(crate) fn components(&self) -> &Value {
        &self.components
    }
}

fn object<'v>(
    value: &'v Value,
    what: &'static str,
    pointer: impl FnOnce() -> String,
) -> Result<&'v serde_json::Map<String, Value>, DescriptionError> {
    value.as_object().ok_or_else(|| DescriptionError::Shape { what, pointer: pointer() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_descriptions_are_read_whole() {
        assert_eq!(Description::current().operations().len(), 107);
        assert_eq!(Description::v1_78().operations().len(), 102);
    }

    #[test]
    fn the_generation_of_sca_is_read_from_the_headers() {
        let sca = |description: Arc<Description>| {
            let login = description.operation("POST", "/api/partner/login").map(|login| login.sca);
            (login, description.operations().iter().filter(|operation| operation.sca.is_some()).count())
        };
        assert_eq!(sca(Description::current()), (Some(Some(ScaHeaders::StrategySignature)), 14));
        assert_eq!(sca(Description::v1_78()), (Some(Some(ScaHeaders::StrategyFactorId)), 13));
    }

    #[test]
    fn a_word_in_a_path_goes_before_a_parameter() {
        let description = Description::current();
        let Match::Operation(operation, _) = description.route("GET", "/api/partner/corporates/related/x") else {
            panic!("no route")
        };
        assert_eq!(operation.path, "/api/partner/corporates/related/{corporateRelatedId}");
    }

    #[test]
    fn an_object_in_the_query_becomes_its_fields() {
        let description = Description::current();
        let terms = description.operation("GET", "/api/partner/docs/terms").unwrap();
        let names: Vec<_> = terms.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, ["language", "type"]);
    }

    #[test]
    fn a_description_of_another_openapi_is_refused_by_name() {
        for (version, said) in [(r#""openapi":"4.0.0""#, "4.0.0"), (r#""swagger":"2.0""#, "")] {
            let error = Description::parse(&format!("{{{version}}}")).unwrap_err();
            let expected = format!("the description says openapi {said:?}, the sandbox reads 3.0 and 3.1");
            assert_eq!(error.to_string(), expected);
        }
    }
}
