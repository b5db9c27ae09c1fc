//! Drops the component schemas that no operation reaches any more.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Error;
use crate::document::target;
use crate::work::Work;

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let mut reached = BTreeSet::new();
    let mut open = Vec::new();
    references(&work.document.value()["paths"], &mut open);
    while let Some(name) = open.pop() {
        if let Some(schema) = work.document.schemas().get(&name)
            && reached.insert(name)
        {
            references(schema, &mut open);
        }
    }
    work.document.schemas_mut().retain(|name, _| reached.contains(name));
    work.origins.retain(|_, name| reached.contains(name));
    Ok(())
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(target(value).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
