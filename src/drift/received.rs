//! An answer as it came, made ready to be compared.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::{Description, Difference};
use crate::json;
use crate::operation::OperationInfo;

impl Description {
    /// [`compare`](Self::compare) with the body read as every answer is.
    pub(crate) fn compare_received(
        &self,
        operation: &'static OperationInfo,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<Difference> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let body = if body.is_empty() { None } else { json::read::<Value>(body).ok() };
        self.compare(operation, status, content_type, body.as_ref())
    }
}
