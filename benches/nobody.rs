//! An issuer that is not there, for sessions whose token is fresh.

use std::sync::Arc;

use async_trait::async_trait;
use linkcy::auth::{Issuer, Login, TokenAnswer};
use linkcy::types::Secret;

pub struct Nobody;

#[async_trait]
impl Issuer for Nobody {
    fn origin(&self) -> &str {
        "https://linkcy.test"
    }

    async fn login(&self, _: &Login) -> TokenAnswer {
        nobody()
    }

    async fn refresh(&self, _: &Secret) -> TokenAnswer {
        nobody()
    }
}

fn nobody() -> TokenAnswer {
    TokenAnswer::Unreached(Arc::new(std::io::Error::other("nobody is there")))
}
