//! Drops the component schemas that no operation reaches any more.

use std::collections::BTreeSet;

use crate::api::walk;
use crate::work::Work;

pub(super) fn run(work: &mut Work) {
    let mut open: Vec<String> = Vec::new();
    for operation in &mut work.api.operations {
        walk::outermost(operation, "", |_, schema| walk::references(schema, &mut |name| open.push(name.to_owned())));
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(schema) = work.api.schemas.get(&name)
            && reached.insert(name)
        {
            walk::references(schema, &mut |name| open.push(name.to_owned()));
        }
    }
    work.api.schemas.retain(|name, _| reached.contains(name));
}
