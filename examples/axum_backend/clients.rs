//! The clients of the end-users who are logged in, each under the id of its browser session.

use std::time::Duration;

use linkcy::{Client, Error, Login};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use uuid::Uuid;

/// A cheap clone of the partner's client for each end-user: they share its connections, and each has a session of its own.
#[derive(Clone)]
pub struct Clients {
    partner: Client,
    by_browser: Cache<Uuid, Client>,
}

impl Clients {
    /// Keeps `most` clients, and each until it was unused for `idle`. A dropped client wipes its tokens and password from memory.
    pub fn new(partner: Client, most: u64, idle: Duration) -> Self {
        let by_browser = Cache::builder()
            .max_capacity(most)
            .time_to_idle(idle)
            // Who logs in gets a place; the one unused for longest loses theirs.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { partner, by_browser }
    }

    /// Logs in, and gives the id that the browser sends from now on. It is random, and says nothing of the LinkCy tokens.
    pub async fn log_in(&self, login: Login) -> Result<Uuid, Error> {
        let client = self.partner.end_user(login);
        // The first call would log in as well; here a wrong password is found at once.
        client.session().authorization().await?;
        let browser = Uuid::new_v4();
        self.by_browser.insert(browser, client);
        Ok(browser)
    }

    /// The client of this browser session, unless it was dropped.
    pub fn get(&self, browser: Uuid) -> Option<Client> {
        self.by_browser.get(&browser)
    }

    /// Wipes what the session holds; LinkCy has no call that ends one.
    pub async fn log_out(&self, browser: Uuid) -> Result<(), Error> {
        match self.by_browser.remove(&browser) {
            Some(client) => Ok(client.session().forget().await?),
            None => Ok(()),
        }
    }

    /// How many clients are kept now.
    pub fn kept(&self) -> u64 {
        self.by_browser.run_pending_tasks();
        self.by_browser.entry_count()
    }
}
