//! Documents: what is uploaded, what the bank makes, and the addresses with an end where either is fetched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::Row;
use super::desk::{Desk, compact};
use super::operations::{Modelled, open, role};
use crate::control::journal::hex;
use crate::server::{Answer, Content, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
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
    open("GET", "/api/partner/web-page/{pageId}", web_page),
];

/// A file is under 5 MB, and an end-user has at most 10, by the description.
const LARGEST_FILE: usize = 5 * 1024 * 1024;
const MOST_FILES: usize = 10;
/// How long an address is good. The sandbox's own choice.
const PAGE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long an ended page is still known, to be told from one that never was.
const KEPT_AFTER_END: SignedDuration = SignedDuration::from_hours(24);
/// What makes an address of a file good, as an object store's signature does; a word no log should have.
pub(crate) fn signature(file: Uuid) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(file.as_bytes()))
}

/// What may be uploaded. The sandbox's own choice.
const FORMATS: &[(&str, &str)] =
    &[("pdf", "application/pdf"), ("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg")];

/// An uploaded document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(super) id: Uuid,
    pub(super) end_user: Uuid,
    pub(super) kind: String,
    friendly_name: Option<String>,
    file_name: String,
    content_type: String,
    /// In base64.
    file: String,
    transaction: Option<Uuid>,
    beneficiary: Option<Uuid>,
    created: Timestamp,
}

impl Row for Document {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// Something with an address and an end: a download, or a page for a browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Page {
    id: Uuid,
    pub(crate) content_type: String,
    /// In base64.
    content: String,
    pub(crate) expires: Timestamp,
}

impl Row for Page {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Page {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.content).unwrap_or_default()
    }
}

impl Desk<'_> {
    /// Puts something at an address for a while.
    pub(super) fn put_page(&mut self, content_type: &str, content: String) -> Uuid {
        let ended = self.now.saturating_sub(KEPT_AFTER_END).unwrap_or(self.now);
        let old = self.tables.pages.iter().take_while(|page| page.expires < ended).map(|page| page.id);
        let old: Vec<Uuid> = old.collect();
        old.into_iter().for_each(|id| self.tables.pages.remove(id));
        let (id, expires) = (self.seed.uuid(), self.after(PAGE_LIFE));
        self.tables.pages.put(Page { id, content_type: content_type.to_owned(), content, expires });
        id
    }

    /// The address of a download, as the API answers it.
    fn download(&mut self, content_type: &str, content: String) -> serde_json::Value {
        let id = self.put_page(content_type, content);
        let address = format!("{}/{id}?signature={}", self.places.files, signature(id));
        json!({ "url": address, "ttl": PAGE_LIFE.to_string() })
    }

    /// The address of a page for a browser, as the API answers it.
    pub(super) fn browser_page(&mut self, title: &str) -> serde_json::Value {
        let html = format!("<!doctype html><title>{title}</title><h1>{title}</h1><p>A page of the sandbox.</p>");
        let id = self.put_page("text/html", STANDARD.encode(html));
        json!({ "url": format!("{}/api/partner/web-page/{id}", self.places.api), "ttl": PAGE_LIFE.to_string() })
    }

    fn document(&self) -> Result<&Document, Refusal> {
        let found = self.call.id("documentId").and_then(|id| self.tables.documents.get(id));
        found.filter(|one| self.may_see(one.end_user)).ok_or(Refusal::code("DOCUMENT_NOT_FOUND"))
    }
}

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let requested = desk.call.parameter("requested").and_then(serde_json::Value::as_bool);
    Ok(desk.page(
        &desk.tables.documents,
        |one| {
            desk.may_see(one.end_user)
                && desk.wanted_id("endUserId", Some(one.end_user))
                && desk.wanted_id("transactionId", one.transaction)
                && desk.wanted_id("beneficiaryId", one.beneficiary)
                && desk.wanted("type", &one.kind)
                && desk.wanted("status", "UPLOADED")
                // Nobody requests documents here, and none belongs to an address or to somebody related.
                && requested != Some(true)
                && desk.wanted_id("corporateRelatedId", None)
                && desk.wanted_id("addressId", None)
        },
        |one, attribute| match attribute {
            "TYPE" => Some(one.kind.clone()),
            "FRIENDLY_NAME" => one.friendly_name.clone(),
            "FILENAME" => Some(one.file_name.clone()),
            _ => None,
        },
        |one| {
            json!({
                "id": one.id,
                "type": one.kind,
                "fileName": one.file_name,
                "endUser": { "id": one.end_user },
                "friendlyName": one.friendly_name,
                "creationDate": one.created,
            })
        },
    ))
}

fn upload(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let end_user = desk.end_user_in_body()?;
    let Some(file) = &desk.call.file else {
        return refuse("INVALID_FILE_FORMAT");
    };
    let extension = file.name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let Some((_, content_type)) = FORMATS.iter().find(|(format, _)| *format == extension) else {
        return refuse("INVALID_FILE_FORMAT");
    };
    if file.bytes.len() >= LARGEST_FILE {
        return refuse("TOO_LARGE_DOCUMENT");
    }
    let friendly_name = desk.text("friendlyName").map(str::to_owned);
    let own = || desk.tables.documents.iter().filter(|one| one.end_user == end_user);
    if friendly_name.is_some() && own().any(|one| one.friendly_name == friendly_name) {
        return refuse("FRIENDLY_NAME_ALREADY_TAKEN");
    }
    if own().count() >= MOST_FILES {
        return refuse("DOCUMENT_LIMIT_REACHED");
    }
    let id = desk.seed.uuid();
    desk.tables.documents.put(Document {
        id,
        end_user,
        kind: desk.text("type").unwrap_or("OTHER").to_owned(),
        friendly_name,
        file_name: file.name.clone(),
        content_type: (*content_type).to_owned(),
        file: STANDARD.encode(&file.bytes),
        transaction: desk.id("transactionId"),
        beneficiary: desk.id("beneficiaryId"),
        created: desk.now,
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let one = desk.document()?.clone();
    let download = desk.download(&one.content_type, one.file);
    Ok(Answer::json(compact(json!({
        "id": one.id,
        "type": one.kind,
        "fileName": one.file_name,
        "endUser": { "id": one.end_user },
        "friendlyName": one.friendly_name,
        "creationDate": one.created,
        "download": download,
        "contentType": one.content_type,
    }))))
}

fn statement(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let ledger = desk.ledger(desk.call.path_id())?;
    let text = format!("Statement of ledger {}: {} euro\n", ledger.id, ledger.total);
    Ok(Answer::json(desk.download("text/plain", STANDARD.encode(text))))
}

fn bank_details(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let ledger = desk.ledger(desk.call.path_id())?;
    if ledger.status() != super::ledgers::LedgerStatus::Active {
        return refuse("LEDGER_MUST_BE_ACTIVE");
    }
    let Some(iban) = &ledger.iban else {
        return refuse("UNSUPPORTED_IBAN_FORMAT");
    };
    let text = format!("IBAN {iban}\nBIC {}\n", ledger.bic().unwrap_or_default());
    Ok(Answer::json(desk.download("text/plain", STANDARD.encode(text))))
}

fn diligence_review(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let text = format!("Diligence review of {}\n", desk.corporate()?.registered_name);
    Ok(Answer::json(desk.download("text/plain", STANDARD.encode(text))))
}

fn terms(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let version = &desk.tables.the_partner()?.terms;
    let (kind, language) = (desk.call.text("type"), desk.call.text("language"));
    Ok(Answer::json(json!({
        "version": version,
        "type": kind,
        "language": language,
        "downloadUrl": format!("{}/terms/{version}", desk.places.files),
    })))
}

fn web_page(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let page = desk.call.path_id().and_then(|id| desk.tables.pages.get(id));
    let Some(page) = page.filter(|page| page.content_type == "text/html") else {
        return refuse("RESOURCE_NOT_FOUND");
    };
    if desk.now >= page.expires {
        return refuse("EXPIRED_RESOURCE");
    }
    Ok(Answer { content: Content::Bytes("text/html".into(), page.bytes()), ..Answer::empty() })
}
