//! What the build makes of openapi/: see build.rs and the crate `linkcy-spec`.
//!
//! Which of the imports are used depends on the areas that are on.

/// progenitor's client. Private: the handles call it, and every request it writes is sent by `Attempt` (src/call/).
#[cfg(feature = "client")]
#[allow(dead_code, missing_docs, rustdoc::all)]
pub mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

/// The types of requests and answers.
#[allow(unused_imports, clippy::large_enum_variant, clippy::should_implement_trait)]
pub mod types {
    use crate::types::prelude::*;

    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}

/// The resource handles and their calls.
#[cfg(feature = "client")]
#[allow(unused_imports)]
pub mod operations {
    use super::{raw, table::OPERATIONS};
    use crate::Client;
    #[allow(unused_imports)]
    use crate::call::Window;
    use crate::call::{Call, Operation, Paged, Place, TakesSca, Written};
    use crate::operation::OperationInfo;
    use crate::types;
    use crate::types::check::{Check, Path, Rule, Violation};
    use crate::upload::{Form, Upload};

    include!(concat!(env!("OUT_DIR"), "/operations.rs"));
}

/// The operation table and the error codes.
#[allow(unused_imports)]
pub mod table {
    use crate::operation::{Access, OperationInfo, PageLimits, Repeat, ScaHeaders};
    use crate::types::open_enum;

    include!(concat!(env!("OUT_DIR"), "/table.rs"));
}
