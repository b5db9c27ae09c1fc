//! [`StoredSession`]: what a store has of one session, and the lease by which one process at a time renews it. Pure
//! state: times are the store's own, in milliseconds.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[cfg(any(all(feature = "file-store", unix), feature = "redis"))]
use {super::StoreError, zeroize::Zeroizing};

use crate::auth::token::TokenPair;

/// What a store has under a session's key; the default is nothing.
///
/// Serialises with its tokens in clear: a store has to protect what it writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredSession {
    pub(crate) revision: u64,
    pub(crate) version: u64,
    pub(crate) tokens: Option<Arc<TokenPair>>,
    pub(crate) fence: u64,
    leased_until: u64,
    /// When the refresh token of the current pair, if there is one, may have been sent. While a lease lasts, when it was granted.
    sent_at: Option<u64>,
}

/// The right to get a new pair.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    /// Greater than every fence and version before it.
    pub fence: u64,
    /// The version it saw; zero where there never was a pair. Where the pair was removed it is that of the removal.
    pub seen: u64,
    /// The pair it saw.
    pub tokens: Option<Arc<TokenPair>>,
    /// How long ago that pair's refresh token was perhaps sent, if it is in doubt.
    pub doubt: Option<Duration>,
}

/// How a lease without a new pair ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseEnd {
    /// The refresh token was not sent, or proven not to have arrived: the pair is as it was.
    NothingSent,
    /// The refresh token was sent and it is unknown whether it was used, or it was refused: the pair is in doubt.
    AnswerLost,
}

impl StoredSession {
    /// The form in a file and in Redis. There is room for everything at once, because a buffer that grows leaves a copy of a token
    /// behind.
    #[cfg(any(all(feature = "file-store", unix), feature = "redis"))]
    pub(super) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let text = |tokens: &TokenPair| {
            let refresh = tokens.refresh().map_or(0, |refresh| refresh.expose().len());
            tokens.access().len() + refresh + tokens.end_user_id().map_or(0, str::len)
        };
        // An escaped character takes up to six bytes; names and numbers take less than 300.
        let room = 300 + 6 * self.tokens().map_or(0, text);
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *json, self).map_err(|error| StoreError::Backend(Box::new(error)))?;
        Ok(json)
    }

    /// Reads that form. It is read as text, because serde_json's reader for bytes would be compiled too.
    #[cfg(any(all(feature = "file-store", unix), feature = "redis"))]
    pub(super) fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_str(std::str::from_utf8(json).ok()?).ok()
    }

    /// A new random number for each change, below 2^53; zero where nothing is stored. Two states are the same if their
    /// revisions are.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The pair, unless there is none yet or it was removed. A session without a pair need not be stored for longer
    /// than a day.
    pub fn tokens(&self) -> Option<&TokenPair> {
        self.tokens.as_deref()
    }

    pub(crate) fn is_refreshable(&self) -> bool {
        self.tokens().is_some_and(|tokens| tokens.refresh().is_some())
    }

    /// Whether the pair's refresh token may have been sent.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.sent_at.is_some()
    }

    /// Grants the lease, for `ttl`, unless another has it.
    pub(crate) fn lease(&mut self, now: Duration, ttl: Duration) -> Option<Lease> {
        let now = millis(now);
        let left = self.leased_until.saturating_sub(now);
        // One that has longer than twice its time left was granted before the clock was set back.
        let is_held = |at| left <= self.leased_until.saturating_sub(at).saturating_mul(2);
        if left > 0 && self.sent_at.is_none_or(is_held) {
            return None;
        }
        let sent_at = self.sent_at.filter(|_| self.tokens.is_some());
        let doubt = sent_at.map(|at| Duration::from_millis(now.saturating_sub(at)));
        // The time in it keeps fences growing when the session was removed in between.
        self.fence = now.max(self.fence.saturating_add(1));
        self.leased_until = now.saturating_add(millis(ttl));
        // Noted before anything can be sent: if its holder dies from here on, the pair is in doubt.
        self.sent_at = Some(now);
        Some(Lease { fence: self.fence, seen: self.version, tokens: self.tokens.clone(), doubt })
    }

    /// Takes a new pair and ends the lease; `false`: the pair that the lease saw is gone, and nothing is changed.
    pub(crate) fn save(&mut self, lease: &Lease, tokens: &Arc<TokenPair>) -> bool {
        if self.version != lease.fence {
            if self.version != lease.seen {
                return false;
            }
            self.version = lease.fence;
            self.tokens = Some(Arc::clone(tokens));
            self.sent_at = None;
        }
        if self.fence <= lease.fence {
            self.fence = lease.fence;
            self.leased_until = 0;
        }
        true
    }

    /// Ends a lease without a new pair. A lease that is over already is not changed.
    pub(crate) fn release(&mut self, now: Duration, lease: &Lease, end: LeaseEnd) {
        if self.fence != lease.fence || self.version != lease.seen {
            return;
        }
        self.leased_until = 0;
        if end == LeaseEnd::NothingSent {
            self.sent_at = lease.doubt.map(|doubt| millis(now.saturating_sub(doubt)));
        }
    }

    /// Notes that the pair's refresh token may have been sent.
    pub(crate) fn doubt(&mut self, now: Duration) {
        self.sent_at = Some(millis(now));
    }

    /// Replaces what is stored with a pair, or with none, and ends every lease; returns the version. The version grows
    /// without a pair too, so that a process that still has the old one treats it as outdated.
    pub(crate) fn put(&mut self, now: Duration, tokens: Option<Arc<TokenPair>>) -> u64 {
        let version = millis(now).max(self.fence.saturating_add(1));
        *self = Self { version, fence: version, tokens, ..Self::default() };
        version
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);
    const BRIEF: Duration = Duration::from_millis(50);
    const START: Duration = Duration::from_secs(1_800_000_000);

    fn pair(name: &str) -> Arc<TokenPair> {
        let tokens = TokenPair::new(format!("access-{name}"), Some(format!("refresh-{name}").into()), None);
        Arc::new(tokens.unwrap())
    }

    fn with_a_pair() -> (StoredSession, Lease) {
        let mut session = StoredSession::default();
        let lease = session.lease(START, LONG).unwrap();
        assert!(session.save(&lease, &pair("1")));
        (session, lease)
    }

    fn access(session: &StoredSession) -> Option<&str> {
        session.tokens().map(TokenPair::access)
    }

    #[test]
    fn one_holder_has_the_lease_until_it_ends() {
        let mut session = StoredSession::default();
        let first = session.lease(START, LONG).unwrap();
        assert!(session.lease(START, LONG).is_none());
        session.release(START, &first, LeaseEnd::NothingSent);
        let second = session.lease(START, LONG).unwrap();
        assert!(second.fence > first.fence);
        // Releasing a lease that is over does not end that of another.
        session.release(START, &first, LeaseEnd::NothingSent);
        assert!(session.lease(START, LONG).is_none());
        assert!(session.save(&second, &pair("1")));
        assert!(session.lease(START, LONG).is_some());
    }

    #[test]
    fn a_lease_runs_out_and_leaves_its_pair_in_doubt() {
        let (mut session, saved) = with_a_pair();
        assert_eq!(session.lease(START, BRIEF).unwrap().doubt, None);
        assert!(session.lease(START + BRIEF / 2, LONG).is_none());
        let next = session.lease(START + 2 * BRIEF, LONG).unwrap();
        assert_eq!((next.doubt, next.seen), (Some(2 * BRIEF), saved.fence));
    }

    #[test]
    fn a_lease_of_before_the_clock_was_set_back_holds_up_nobody() {
        for back in [86_400, 600].map(Duration::from_secs) {
            for (mut session, doubt) in [(with_a_pair().0, Some(Duration::ZERO)), (StoredSession::default(), None)] {
                session.lease(START, LONG).unwrap();
                assert!(session.lease(START - LONG, LONG).is_none(), "a small step does not end it");
                assert_eq!(session.lease(START - back, LONG).unwrap().doubt, doubt);
            }
        }
    }

    #[test]
    fn a_lease_of_hours_is_held_too() {
        let (mut session, _) = with_a_pair();
        let hours = Duration::from_secs(6 * 3600);
        session.lease(START, hours).unwrap();
        assert!(session.lease(START + BRIEF, LONG).is_none());
        assert!(session.lease(START + hours, LONG).is_some());
    }

    #[test]
    fn a_holder_past_its_lease_cannot_overwrite_a_newer_pair() {
        let (mut session, _) = with_a_pair();
        let stalled = session.lease(START, BRIEF).unwrap();
        let quick = session.lease(START + 2 * BRIEF, LONG).unwrap();
        assert!(session.save(&quick, &pair("newer")));
        assert!(!session.save(&stalled, &pair("stalled")));
        assert_eq!(access(&session), Some("access-newer"));
        // Nor does it end a later lease.
        session.lease(START + 2 * BRIEF, LONG).unwrap();
        session.release(START + 2 * BRIEF, &stalled, LeaseEnd::NothingSent);
        assert!(!session.save(&stalled, &pair("stalled")));
        assert!(session.lease(START + 2 * BRIEF, LONG).is_none());
    }

    #[test]
    fn a_save_may_be_repeated_and_takes_no_doubt_away() {
        let (mut session, saved) = with_a_pair();
        assert!(session.save(&saved, &pair("1")));
        assert_eq!(session.version, saved.fence);
        session.lease(START, BRIEF).unwrap();
        assert!(session.save(&saved, &pair("1")));
        assert!(session.lease(START, LONG).is_none());
        assert_eq!(session.lease(START + BRIEF, LONG).unwrap().doubt, Some(BRIEF));
    }

    #[test]
    fn doubt_is_as_the_release_says() {
        let (mut session, _) = with_a_pair();
        let unsent = session.lease(START, LONG).unwrap();
        session.release(START, &unsent, LeaseEnd::NothingSent);
        let lost = session.lease(START, LONG).unwrap();
        assert_eq!(lost.doubt, None, "nothing had been sent");
        session.release(START, &lost, LeaseEnd::AnswerLost);
        let looked = session.lease(START + BRIEF, LONG).unwrap();
        assert_eq!(looked.doubt, Some(BRIEF));
        session.release(START + BRIEF, &looked, LeaseEnd::NothingSent);
        let again = session.lease(START + 2 * BRIEF, LONG).unwrap();
        assert_eq!(again.doubt, Some(2 * BRIEF), "looking did not make the doubt younger");
        assert!(session.save(&again, &pair("2")));
        assert_eq!(session.lease(START + 2 * BRIEF, LONG).unwrap().doubt, None, "a new pair is beyond doubt");
    }

    #[test]
    fn a_removed_pair_is_gone_and_not_to_be_brought_back() {
        let (mut session, _) = with_a_pair();
        let stalled = session.lease(START, LONG).unwrap();
        session.put(START, None);
        assert_eq!(access(&session), None);
        assert!(!session.save(&stalled, &pair("2")));
        assert_eq!(access(&session), None);
        let next = session.lease(START, LONG).unwrap();
        assert!(next.seen > stalled.fence && next.tokens.is_none() && next.doubt.is_none());
    }

    #[test]
    fn a_pair_that_came_another_way_takes_the_place_of_what_a_holder_brings() {
        let (mut session, _) = with_a_pair();
        let holder = session.lease(START, LONG).unwrap();
        let version = session.put(START, Some(pair("adopted")));
        assert!(!session.save(&holder, &pair("2")));
        assert_eq!(access(&session), Some("access-adopted"));
        let next = session.lease(START, LONG).unwrap();
        assert_eq!((next.seen, next.doubt), (version, None));
    }

    #[cfg(any(all(feature = "file-store", unix), feature = "redis"))]
    #[test]
    fn what_is_written_has_room_from_the_start() {
        let (mut session, _) = with_a_pair();
        let json = session.to_json().unwrap();
        let back: StoredSession = serde_json::from_slice(&json).unwrap();
        assert_eq!(back, session);
        // Nothing but characters that are escaped, and the longest numbers.
        let odd = TokenPair::new("\"".repeat(900), Some("\u{1}".repeat(900).into()), Some("\u{1}".repeat(90)));
        session = StoredSession { revision: u64::MAX, version: u64::MAX, fence: u64::MAX, ..session };
        session = StoredSession { leased_until: u64::MAX, sent_at: Some(u64::MAX), ..session };
        session.tokens = Some(Arc::new(odd.unwrap()));
        let room = session.to_json().unwrap().capacity();
        assert_eq!(room, 300 + 6 * 1_890, "it did not grow");
    }

    #[test]
    fn fences_grow_where_what_was_stored_is_lost() {
        let (_, before) = with_a_pair();
        let after = StoredSession::default().lease(START + BRIEF, LONG).unwrap();
        assert!(after.fence > before.fence);
    }
}
