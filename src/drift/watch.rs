//! Which answers are compared, and who gets the result.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;

use super::{Description, Difference};
use crate::operation::OperationInfo;

/// Which answers are compared with the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sampling {
    /// All of them.
    All,
    /// One in this many, over all operations. With 0 none is compared.
    OneIn(u64),
    /// The first answers of each operation, up to this many.
    FirstOfEach(u64),
}

/// Receives the differences, for logs and metrics.
///
/// It runs within the call that got the answer, so it must not block.
pub trait DriftObserver: Send + Sync + 'static {
    /// An answer was compared. `differences` is empty where it is as described.
    fn compared(&self, answer: ComparedAnswer<'_>);
}

/// An answer that was compared.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ComparedAnswer<'a> {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// The answer's HTTP status.
    pub status: u16,
    /// `info.version` of the description that it was compared with.
    pub api_version: &'a str,
    /// Where it differs, each place once.
    pub differences: &'a [Difference],
}

impl<O: DriftObserver + ?Sized> DriftObserver for Arc<O> {
    fn compared(&self, answer: ComparedAnswer<'_>) {
        (**self).compared(answer);
    }
}

/// Compares the answers of a client: operation, status, headers and body of each.
pub(crate) type Watch = Box<dyn Fn(&'static OperationInfo, u16, &HeaderMap, &[u8]) + Send + Sync>;

/// A watch that reports to this observer. Generic, and `#[inline]` as what it calls, so that only programs that compare answers
/// compile it.
pub(crate) fn watch(sampling: Sampling, description: Arc<Description>, observer: impl DriftObserver) -> Watch {
    let earlier = Mutex::default();
    Box::new(move |operation, status, headers, body| {
        if sampling.takes(operation, &earlier) {
            let differences = &description.compare(operation, status, headers, body)[..];
            observer.compared(ComparedAnswer { operation, status, api_version: description.version(), differences });
        }
    })
}

impl Sampling {
    /// Whether an answer is one of the sample. `earlier` counts the earlier ones: of each operation, or of all under one
    /// name.
    #[inline]
    fn takes(self, operation: &'static OperationInfo, earlier: &Mutex<HashMap<&'static str, u64>>) -> bool {
        let earlier = |of: &'static str| {
            let mut earlier = earlier.lock().unwrap_or_else(PoisonError::into_inner);
            let count = earlier.entry(of).or_default();
            *count += 1;
            *count - 1
        };
        match self {
            Self::All => true,
            Self::OneIn(count) => count > 0 && earlier("all").is_multiple_of(count),
            Self::FirstOfEach(count) => earlier(operation.id) < count,
        }
    }
}
