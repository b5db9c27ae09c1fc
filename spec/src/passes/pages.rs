//! Finds the list operations: those whose answer is `{content, totalElements, page, pageSize}` and that take `page` and
//! `pageSize` as whole numbers. Their answers all become the one page type.

use crate::api::{Kind, Place, Scalar, Schema};
use crate::work::{AnswerBody, PageOf, Work};

const FIELDS: [&str; 4] = ["content", "page", "pageSize", "totalElements"];

pub(super) fn run(work: &mut Work) {
    for operation in &work.api.operations {
        let Some(entry) = work.table.get_mut(&operation.endpoint) else { continue };
        let single = matches!(entry.answers.as_slice(), [answer] if answer.body == AnswerBody::Json);
        let answer = operation.responses.values().next().and_then(|response| response.content.first());
        let Some(name) = answer.and_then(|media| media.schema.as_ref()?.reference()).filter(|_| single) else {
            continue;
        };
        let Some(object) = work.api.schemas.get(name).and_then(Schema::object) else { continue };
        let query = |name: &str| {
            operation.parameters.iter().find(|parameter| parameter.place == Place::Query && parameter.name == name)
        };
        let counts = |name: &str| {
            query(name).filter(|parameter| parameter.schema.kind == Kind::Scalar(Scalar::I32) && !parameter.required)
        };
        let Some(item) = item(object) else { continue };
        let (Some(page), Some(size)) = (counts("page"), counts("pageSize")) else { continue };
        entry.page = Some(PageOf {
            max_size: size.schema.bounds.maximum.map(|most| most.to_string()),
            max_page: page.schema.bounds.maximum.map(|most| most.to_string()),
            windowed: query("startDate").is_some() && query("endDate").is_some(),
        });
        work.pages.insert(name.to_owned(), item.clone());
    }
}

fn item(object: &crate::api::Object) -> Option<&Schema> {
    let is_page =
        object.properties.len() == FIELDS.len() && FIELDS.iter().all(|field| object.properties.contains_key(*field));
    match &object.properties.get("content")?.kind {
        Kind::List(list) if is_page => Some(&list.items),
        _ => None,
    }
}
