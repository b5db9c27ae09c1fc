//! Answers that are not as the description has them: what is told of them, and what is not.

mod comparing;
mod logging;
mod replies;

use linkcy::{OPERATIONS, OperationInfo};

fn operation(name: &str) -> &'static OperationInfo {
    OPERATIONS.iter().find(|operation| operation.name == name).unwrap_or_else(|| panic!("no operation {name}"))
}
