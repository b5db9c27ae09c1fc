//! The server's book of tokens: who may refresh, what is revoked, how often it was asked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linkcy::auth::{Clock, Issued, SystemClock};
use tokio::time::Instant;

/// Wall time that moves with Tokio's, and is wrong by a given amount.
#[derive(Clone, Copy)]
pub struct VirtualClock {
    start: Instant,
    wall: SystemTime,
    pub off_by: f64,
}

impl VirtualClock {
    pub fn new() -> Self {
        Self { start: Instant::now(), wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000), off_by: 0.0 }
    }

    pub fn off_by(self, seconds: f64) -> Self {
        Self { off_by: seconds, ..self }
    }
}

impl Clock for VirtualClock {
    fn wall(&self) -> SystemTime {
        let wall = self.wall + self.start.elapsed();
        let off = Duration::from_secs_f64(self.off_by.abs());
        if self.off_by < 0.0 { wall - off } else { wall + off }
    }
}

/// Real time that skips ahead when told, for both sides at once.
#[derive(Clone, Default)]
pub struct SkippingClock(Arc<AtomicU64>);

impl SkippingClock {
    pub fn skip(&self, time: Duration) {
        self.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    fn skipped(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for SkippingClock {
    fn wall(&self) -> SystemTime {
        SystemTime::now() + self.skipped()
    }

    fn now(&self) -> Instant {
        Instant::now() + self.skipped()
    }
}

/// A pair as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

/// As an issuer gives it.
impl From<&Pair> for Issued {
    fn from(pair: &Pair) -> Self {
        let (access, refresh) = (pair.access.as_str().into(), Some(pair.refresh.as_str().into()));
        Self { access, refresh, end_user_id: None, server_date: None }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub logins: usize,
    pub refreshes: usize,
    /// Used refresh tokens that came back.
    pub reuses: usize,
    /// Refresh tokens that were unknown or revoked.
    pub refused: usize,
}

pub struct Realm {
    clock: Box<dyn Clock>,
    life: Duration,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    /// Refresh token to family, and whether it was used.
    refresh: HashMap<String, (usize, bool)>,
    /// Access token to family and end.
    access: HashMap<String, (usize, f64)>,
    revoked: Vec<bool>,
    counts: Counts,
    serial: usize,
}

impl Realm {
    pub fn new(life: Duration, clock: impl Clock) -> Self {
        Self { clock: Box::new(clock), life, book: Mutex::default() }
    }

    pub fn real(life: Duration) -> Self {
        Self::new(life, SystemClock)
    }

    pub fn now(&self) -> SystemTime {
        self.clock.wall()
    }

    pub fn counts(&self) -> Counts {
        self.book().counts
    }

    pub fn log_in(&self) -> Pair {
        let mut book = self.book();
        book.counts.logins += 1;
        book.revoked.push(false);
        let family = book.revoked.len() - 1;
        self.issue(&mut book, family)
    }

    /// `None`: refused. A used token that comes back revokes its whole family.
    pub fn refresh(&self, token: &str) -> Option<Pair> {
        let mut book = self.book();
        let found = book.refresh.get(token).copied();
        match found {
            Some((family, true)) => {
                book.counts.reuses += 1;
                book.revoked[family] = true;
                None
            }
            Some((family, false)) if !book.revoked[family] => {
                book.refresh.insert(token.to_owned(), (family, true));
                book.counts.refreshes += 1;
                Some(self.issue(&mut book, family))
            }
            _ => {
                book.counts.refused += 1;
                None
            }
        }
    }

    pub fn accepts(&self, access: &str) -> bool {
        let now = self.seconds();
        let book = self.book();
        book.access.get(access).is_some_and(|(family, end)| now < *end && !book.revoked[*family])
    }

    pub fn revoke_everything(&self) {
        self.book().revoked.iter_mut().for_each(|revoked| *revoked = true);
    }

    /// Makes every access token handed out so far worthless; refresh tokens stay good.
    pub fn reject_access_tokens(&self) {
        self.book().access.clear();
    }

    fn issue(&self, book: &mut Book, family: usize) -> Pair {
        book.serial += 1;
        let serial = book.serial;
        let iat = self.seconds().floor();
        let exp = iat + self.life.as_secs_f64();
        let payload = format!(r#"{{"iat":{iat},"exp":{exp},"jti":"{serial}"}}"#);
        let access = format!("eyJhbGciOiJIUzI1NiJ9.{}.c2VjcmV0LXNpZ25hdHVyZQ", URL_SAFE_NO_PAD.encode(payload));
        let refresh = format!("refresh-secret-{serial}");
        book.access.insert(access.clone(), (family, exp));
        book.refresh.insert(refresh.clone(), (family, false));
        Pair { access, refresh }
    }

    fn seconds(&self) -> f64 {
        self.clock.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
