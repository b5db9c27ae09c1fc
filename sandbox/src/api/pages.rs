//! Addresses with an end: downloads, and pages for a browser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::api::context::Context;
use crate::http::answer::{Answer, Content};
use crate::http::refusal::{Refusal, refuse};
use crate::journal::hex;
use crate::state::page::Page;

/// How long an address is good. The sandbox's own choice.
pub(crate) const PAGE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How long an ended page is still known, to be told from one that never was.
pub(crate) const KEPT_AFTER_END: SignedDuration = SignedDuration::from_hours(24);

/// What makes an address of a file good, as an object store's signature does; a word no log should have.
pub(crate) fn download_signature(file: Uuid) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(file.as_bytes()))
}

impl Context<'_> {
    /// Puts something at an address for a while.
    pub(crate) fn put_page(&mut self, content_type: &str, content: String) -> Uuid {
        let ended = self.now.saturating_sub(KEPT_AFTER_END).unwrap_or(self.now);
        let old = self.tables.pages.iter().take_while(|page| page.expires < ended).map(|page| page.id);
        let old: Vec<Uuid> = old.collect();
        old.into_iter().for_each(|id| self.tables.pages.remove(id));
        let (id, expires) = (self.seed.uuid(), self.after(PAGE_LIFE));
        self.tables.pages.put(Page { id, content_type: content_type.to_owned(), content, expires });
        id
    }

    /// The address of a download, as the API answers it.
    pub(crate) fn download(&mut self, content_type: &str, content: String) -> serde_json::Value {
        let id = self.put_page(content_type, content);
        let address = format!("{}/{id}?signature={}", self.origins.files, download_signature(id));
        json!({ "url": address, "ttl": PAGE_LIFE.to_string() })
    }

    /// The address of a page for a browser, as the API answers it.
    pub(crate) fn browser_page(&mut self, title: &str) -> serde_json::Value {
        let html = format!("<!doctype html><title>{title}</title><h1>{title}</h1><p>A page of the sandbox.</p>");
        let id = self.put_page("text/html", STANDARD.encode(html));
        json!({ "url": format!("{}/api/partner/web-page/{id}", self.origins.api), "ttl": PAGE_LIFE.to_string() })
    }
}

pub(crate) fn web_page(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let page = context.call.path_id().and_then(|id| context.tables.pages.get(id));
    let Some(page) = page.filter(|page| page.content_type == "text/html") else {
        return refuse("RESOURCE_NOT_FOUND");
    };
    if context.now >= page.expires {
        return refuse("EXPIRED_RESOURCE");
    }
    Ok(Answer { content: Content::Bytes("text/html".into(), page.bytes()), ..Answer::empty() })
}
