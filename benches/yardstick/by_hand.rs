//! The same calls by hand: one reqwest client, a bearer made once, a time-out, a status looked at, an answer decoded.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::rows::{Ledger, LedgerRow, Page, Paid, Payment, Transaction};

/// A client as one would write it for these calls alone.
#[derive(Clone)]
pub struct ByHand {
    http: reqwest::Client,
    origin: String,
    bearer: HeaderValue,
}

impl ByHand {
    pub fn new(origin: &str, trusted: Option<&reqwest::Certificate>, token: &str) -> anyhow::Result<Self> {
        let http = match trusted {
            Some(trusted) => reqwest::Client::builder().tls_certs_only([trusted.clone()]),
            None => reqwest::Client::builder(),
        };
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .user_agent("by-hand/1")
            .build()?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
        bearer.set_sensitive(true);
        Ok(Self { http, origin: origin.to_owned(), bearer })
    }

    pub async fn ledger(&self, id: Uuid) -> reqwest::Result<Ledger> {
        self.answer(self.http.get(format!("{}/api/partner/ledgers/{id}", self.origin))).await
    }

    pub async fn ledgers(&self) -> reqwest::Result<Page<LedgerRow>> {
        self.answer(self.http.get(format!("{}/api/partner/ledgers", self.origin))).await
    }

    pub async fn transactions(&self) -> reqwest::Result<Page<Transaction>> {
        self.answer(self.http.get(format!("{}/api/partner/transactions", self.origin))).await
    }

    pub async fn pay(&self, payment: &Payment) -> reqwest::Result<Paid> {
        self.answer(self.http.post(format!("{}/api/partner/transactions", self.origin)).json(payment)).await
    }

    async fn answer<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> reqwest::Result<T> {
        request.header(AUTHORIZATION, self.bearer.clone()).send().await?.error_for_status()?.json().await
    }
}
