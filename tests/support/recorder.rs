//! A layer that keeps which attempts were made.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use linkcy::OperationInfo;
use linkcy::call::layer::{AttemptInfo, Layer};

/// Clones share what they keep.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Recorded>>>);

/// An attempt that ended.
#[derive(Clone)]
pub struct Recorded {
    pub operation: &'static OperationInfo,
    /// None where no answer came.
    pub status: Option<u16>,
}

impl Recorder {
    /// In the order in which they ended.
    pub fn attempts(&self) -> Vec<Recorded> {
        self.0.lock().unwrap().clone()
    }

    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Layer for Recorder {
    fn attempt_ended(&self, attempt: &AttemptInfo<'_>, status: Option<u16>, _: Duration) {
        self.0.lock().unwrap().push(Recorded { operation: attempt.operation, status });
    }
}
