//! The traits of the generated calls: how one is written, whether it takes SCA headers, whether it lists.

use super::request::BuiltRequest;
use crate::generated::raw;
use crate::operation::OperationInfo;
use crate::types::Timestamp;
use crate::types::check::Path;
use crate::upload::Form;

/// The arguments of one operation, and how to write its request: implemented by generated structs only.
pub trait Operation: Send + Sync {
    /// The type of its value.
    type Output: Send + 'static;

    /// Its row of the operation table.
    const INFO: &'static OperationInfo;

    /// The row of this call: that of an endpoint call depends on its path.
    #[doc(hidden)]
    fn info(&self) -> &'static OperationInfo {
        Self::INFO
    }

    /// Looks for arguments that break a bound of the description.
    #[doc(hidden)]
    fn check(&self, at: &mut Path) {
        let _ = at;
    }

    /// The multipart form, where it sends one.
    #[doc(hidden)]
    fn form(&self) -> Option<Form> {
        None
    }

    /// progenitor's method.
    #[doc(hidden)]
    fn write(&self, raw: &raw::Client) -> BuiltRequest<Self::Output>;
}

/// An operation that takes SCA headers: only its calls have [`Call::sca`](super::Call::sca).
pub trait TakesSca: Operation {}

/// A list operation: see [`Call::pages`](super::Call::pages) and [`Call::stream`](super::Call::stream).
pub trait Paged: Operation<Output = crate::types::Page<Self::Item>> + Clone + 'static {
    /// What it lists.
    type Item: Send + 'static;

    /// The arguments that say which page.
    #[doc(hidden)]
    fn place(&mut self) -> Place<'_>;
}

/// The arguments of a list that say which page.
#[doc(hidden)]
pub struct Place<'a> {
    pub page: &'a mut Option<i32>,
    pub size: &'a mut Option<i32>,
    pub window: Option<Window<'a>>,
}

/// The arguments of a list that can be walked by creation date.
#[doc(hidden)]
pub struct Window<'a> {
    pub start: &'a mut Option<Timestamp>,
    pub end: &'a mut Option<Timestamp>,
    /// Whether the rows come oldest first.
    pub ascends: bool,
}
