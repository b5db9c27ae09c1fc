//! Documents: what is uploaded and what the bank makes.

use serde_json::json;

use super::desk::Desk;
use super::operations::{Modelled, everyone};
use crate::server::{Answer, Refusal};

pub(super) const OPERATIONS: &[Modelled] = &[everyone("GET", "/api/partner/docs/terms", terms)];

fn terms(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let version = &desk.tables.the_partner()?.terms;
    let (kind, language) = (desk.call.text("type"), desk.call.text("language"));
    Ok(Answer::json(json!({
        "version": version,
        "type": kind,
        "language": language,
        "downloadUrl": format!("{}/_sandbox/terms/{version}", desk.url),
    })))
}
