//! Documents: what is uploaded, what the bank makes, and the addresses with an end where either is fetched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::pages;
use crate::api::route::{Route, open, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::json::compact;
use crate::state::document::Document;
use crate::state::index::Key;
use crate::state::ledger::LedgerStatus;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/documents", "DOCUMENT_LIST", list),
    role("POST", "/api/partner/documents", "DOCUMENT_CREATE", upload),
    role("GET", "/api/partner/documents/{documentId}", "DOCUMENT_INFO", read),
    role("GET", "/api/partner/documents/ledger-statement/{ledgerId}", "LEDGER_STATEMENT_DOCUMENT_EXPORT", statement),
    role("GET", "/api/partner/documents/bank-details/{ledgerId}", "BANKING_DETAILS_DOCUMENT_EXPORT", bank_details),
    role(
        "GET",
        "/api/partner/documents/diligence-review/{corporateId}",
        "DILIGENCE_REVIEW_DOCUMENT_EXPORT",
        diligence_review,
    ),
    open("GET", "/api/partner/docs/terms", terms),
    open("GET", "/api/partner/web-page/{pageId}", pages::web_page),
];

/// A file is under 5 MB, and an end-user has at most 10, by the description.
const LARGEST_FILE: usize = 5 * 1024 * 1024;
const MOST_FILES: usize = 10;

/// What may be uploaded, by the first bytes of its content. The sandbox's own choice. A name or media type proves nothing.
const FORMATS: &[(&[u8], &str)] =
    &[(b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg")];

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let requested = context.call.parameter("requested").and_then(serde_json::Value::as_bool);
    let keys = context.keys(&[("endUserId", Key::EndUser)]);
    let [transaction, beneficiary, related, address] =
        ["transactionId", "beneficiaryId", "corporateRelatedId", "addressId"].map(|name| context.id_filter(name));
    let [kind, status] = ["type", "status"].map(|name| context.word_filter(name));
    let attribute = context.sorted_by();
    let rows = &context.tables.documents;
    let found = rows.placed_with(&keys).filter(|(_, one)| {
        transaction.lets(one.transaction)
            && beneficiary.lets(one.beneficiary)
            && kind.lets(&one.kind)
            && status.lets("UPLOADED")
            // Nobody requests documents here, and none belongs to an address or to somebody related.
            && requested != Some(true)
            && related.lets(None)
            && address.lets(None)
    });
    let found = found.map(|(position, one)| {
        let order = match attribute {
            "TYPE" => Order::Text(Some(&one.kind)),
            "FRIENDLY_NAME" => Order::Text(one.friendly_name.as_deref()),
            "FILENAME" => Order::Text(Some(&one.file_name)),
            _ => Order::of_dates(attribute, one.created, one.created),
        };
        (order, position)
    });
    context.page(rows, found, Document::view)
}

fn upload(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let end_user = context.end_user_in_body()?;
    let Some(file) = &context.call.file else {
        return refuse("INVALID_FILE_FORMAT");
    };
    if file.bytes.len() >= LARGEST_FILE {
        return refuse("TOO_LARGE_DOCUMENT");
    }
    let Some((_, content_type)) = FORMATS.iter().find(|(magic, _)| file.bytes.starts_with(magic)) else {
        return Err(Refusal::Code {
            code: "INVALID_FILE_FORMAT",
            message: "the content is neither a PDF nor a PNG nor a JPEG, whatever the name and the media type say"
                .into(),
        });
    };
    let friendly_name = context.text("friendlyName").map(str::to_owned);
    let own = || context.tables.documents.iter().filter(|one| one.end_user == end_user);
    if friendly_name.is_some() && own().any(|one| one.friendly_name == friendly_name) {
        return refuse("FRIENDLY_NAME_ALREADY_TAKEN");
    }
    if own().count() >= MOST_FILES {
        return refuse("DOCUMENT_LIMIT_REACHED");
    }
    let id = context.seed.uuid();
    context.tables.documents.put(Document {
        id,
        end_user,
        kind: context.text("type").unwrap_or("OTHER").to_owned(),
        friendly_name,
        file_name: file.name.clone(),
        content_type: (*content_type).to_owned(),
        file: STANDARD.encode(&file.bytes),
        transaction: context.id("transactionId"),
        beneficiary: context.id("beneficiaryId"),
        created: context.now,
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.document()?.clone();
    let mut view = one.view();
    view["contentType"] = json!(one.content_type);
    view["download"] = context.download(&one.content_type, one.file);
    Ok(Answer::json(compact(view)))
}

fn statement(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.call.path_id())?;
    let text = format!("Statement of ledger {}: {} euro\n", ledger.id, ledger.total);
    Ok(Answer::json(context.download("text/plain", STANDARD.encode(text))))
}

fn bank_details(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.call.path_id())?;
    if ledger.status() != LedgerStatus::Active {
        return refuse("LEDGER_MUST_BE_ACTIVE");
    }
    let Some(iban) = &ledger.iban else {
        return refuse("UNSUPPORTED_IBAN_FORMAT");
    };
    let text = format!("IBAN {iban}\nBIC {}\n", ledger.bic().unwrap_or_default());
    Ok(Answer::json(context.download("text/plain", STANDARD.encode(text))))
}

fn diligence_review(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let text = format!("Diligence review of {}\n", context.corporate()?.registered_name);
    Ok(Answer::json(context.download("text/plain", STANDARD.encode(text))))
}

fn terms(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let version = &context.tables.the_partner()?.terms;
    let (kind, language) = (context.call.text("type"), context.call.text("language"));
    Ok(Answer::json(json!({
        "version": version,
        "type": kind,
        "language": language,
        "downloadUrl": format!("{}/terms/{version}", context.origins.files),
    })))
}
