//! Finds the bodies of PATCH operations: in them, absent, null and a value are three different things. A body that another kind
//! of operation sends too, or that an answer holds, is left alone, for there null means nothing.

use std::collections::BTreeSet;

use crate::api::Schema;
use crate::work::Work;

pub(super) fn run(work: &mut Work) {
    let mut patched = BTreeSet::new();
    let mut others = BTreeSet::new();
    for operation in &work.api.operations {
        let media = operation.body.iter().flat_map(|body| &body.content);
        for body in media.filter_map(|media| media.schema.as_ref()).filter_map(Schema::reference) {
            match operation.endpoint.method.as_str() {
                "patch" => patched.insert(body.to_owned()),
                _ => others.insert(body.to_owned()),
            };
        }
        let answers = operation.responses.values().flat_map(|response| &response.content);
        others.extend(answers.filter_map(|media| media.schema.as_ref()?.reference()).map(str::to_owned));
    }
    for name in patched.difference(&others) {
        let branches =
            work.unions.get(name).into_iter().flat_map(|union| union.rows.iter().map(|row| row.branch.clone()));
        work.patches.extend(branches.chain([name.clone()]));
    }
}
