//! What the build generates from openapi/: see build.rs and the crate `linkcy-spec`.
//!
//! Which of the imports are used depends on the areas that are on.

/// progenitor's client. Private: the handles call it, and every request it writes is sent by `Execution` (src/call/).
#[cfg(feature = "client")]
#[allow(dead_code, missing_docs, rustdoc::all)]
pub mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

/// The types of requests and answers. Their docs link to operations, which the types alone do not have.
#[cfg_attr(not(feature = "client"), allow(rustdoc::broken_intra_doc_links))]
#[allow(unused_imports, clippy::large_enum_variant, clippy::should_implement_trait)]
pub mod types {
    use crate::types::prelude::*;

    include!(concat!(env!("OUT_DIR"), "/types.rs"));
    include!(concat!(env!("OUT_DIR"), "/areas.rs"));
}

/// The resource handles and their calls. All they refer to is named by its full path.
#[cfg(feature = "client")]
pub mod operations {
    include!(concat!(env!("OUT_DIR"), "/operations.rs"));
}

/// The operation table and the error codes.
#[allow(unused_imports)]
pub mod table {
    use crate::operation::{Access, OperationInfo, PageLimits, Repeat, ScaHeaders};
    use crate::types::open_enum;

    include!(concat!(env!("OUT_DIR"), "/table.rs"));
}
