//! [`Page`]: one page of a list.

use serde::{Deserialize, Serialize};

/// One page of a list, as every list operation answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The rows.
    pub content: Vec<T>,
    /// How many rows all pages have together, by the server's count.
    pub total_elements: i64,
    /// The page's number; the first is 0.
    pub page: i32,
    /// The page size that was asked for.
    pub page_size: i32,
}
