//! Marks the list operations: those whose answer is `{content, totalElements, page, pageSize}` and
//! that take `page` and `pageSize`. Their answers all become the one page type.

use serde_json::{Value, json};

use crate::Error;
use crate::document::target;
use crate::work::{PageOf, Work};

/// The extension on the component of a page, holding the item's schema.
pub(crate) const PAGE: &str = "x-page";

const FIELDS: [&str; 4] = ["content", "page", "pageSize", "totalElements"];

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let schemas = Value::Object(work.document.schemas().clone());
    let table = &mut work.operations;
    let mut pages = Vec::new();
    work.document.try_operations(|endpoint, operation| {
        let answer = &operation["responses"]["2XX"]["content"]["application/json"]["schema"];
        let Some(name) = target(answer) else {
            return Ok(());
        };
        let properties = &schemas[name]["properties"];
        let is_page = properties.as_object().is_some_and(|properties| {
            properties.len() == FIELDS.len() && FIELDS.iter().all(|field| properties.contains_key(*field))
        });
        let query = |name: &str| -> Option<Value> {
            operation["parameters"]
                .as_array()?
                .iter()
                .find(|parameter| parameter["in"] == "query" && parameter["name"] == name)
                .map(|parameter| parameter["schema"].clone())
        };
        let item = &properties["content"]["items"];
        if let (true, Some(page), Some(size), Some(entry)) =
            (is_page, query("page"), query("pageSize"), table.get_mut(endpoint))
        {
            entry.page = Some(PageOf {
                item: target(item).unwrap_or_default().to_owned(),
                max_size: size["maximum"].as_u64(),
                max_page: page["maximum"].as_u64(),
                windowed: query("startDate").is_some() && query("endDate").is_some(),
            });
            pages.push((name.to_owned(), item.clone()));
        }
        Ok(())
    })?;
    for (name, item) in pages {
        work.document.schemas_mut().insert(name, json!({ PAGE: item }));
    }
    Ok(())
}
