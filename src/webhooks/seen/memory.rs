//! [`MemorySeen`]: what one process has handled since it started.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;

use super::{Claim, KEEP, SeenError, SeenWebhooks, WebhookLease};

/// Remembers in memory: for a single process, and for tests. A restart forgets everything, and goes on with greater fences.
///
/// It stores a limited number of ids. When there are more, the least recently used one is forgotten; the id of an event that is
/// being handled never is.
pub struct MemorySeen {
    capacity: usize,
    keep: Duration,
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
    ids: Mutex<Ids>,
}

impl MemorySeen {
    /// An empty store with room for 100,000 ids, each kept for three days after it is done.
    #[must_use]
    pub fn new() -> Self {
        // Greater than the fences of a store before it: no process grants a lease every microsecond.
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let fence = u64::try_from(time.as_micros()).unwrap_or_default();
        let ids = Mutex::new(Ids { fence, ..Ids::default() });
        Self { capacity: 100_000, keep: KEEP, clock: Box::new(Instant::now), ids }
    }

    /// How many ids there is room for; one at least.
    #[must_use]
    pub fn capacity(mut self, ids: usize) -> Self {
        self.capacity = ids.max(1);
        self
    }

    /// How long an id is remembered after it is done.
    #[must_use]
    pub fn keep(mut self, time: Duration) -> Self {
        self.keep = time;
        self
    }

    /// Sets the clock; the machine's monotonic clock unless set.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.clock = Box::new(now);
        self
    }

    /// No code panics while it holds the lock, so the data behind a poisoned one is consistent.
    fn ids(&self) -> MutexGuard<'_, Ids> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemorySeen {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemorySeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySeen").field("capacity", &self.capacity).field("keep", &self.keep).finish_non_exhaustive()
    }
}

#[async_trait]
impl SeenWebhooks for MemorySeen {
    async fn claim(&self, id: &str, lease: Duration) -> Result<Claim, SeenError> {
        let now = (self.clock)();
        let mut ids = self.ids();
        ids.forget_up_to(now);
        match ids.by_id.get(id) {
            Some(entry) if entry.is_done => return Ok(Claim::Done),
            Some(entry) if entry.is_leased(now) => return Ok(Claim::Held),
            _ => {}
        }
        let (leased_until, fence) = (later(now, lease), ids.fence + 1);
        let forget = leased_until.max(later(now, self.keep));
        let entry = Entry { fence, leased_until: Some(leased_until), is_done: false, forget };
        ids.put(id, entry, self.capacity, now)?;
        ids.fence = fence;
        Ok(Claim::Granted(WebhookLease { id: id.to_owned(), fence }))
    }

    async fn done(&self, lease: &WebhookLease) -> Result<bool, SeenError> {
        let now = (self.clock)();
        let mut ids = self.ids();
        ids.forget_up_to(now);
        let fence = ids.by_id.get(lease.id.as_str()).map_or(lease.fence, |entry| entry.fence);
        let entry = Entry { fence, leased_until: None, is_done: true, forget: later(now, self.keep) };
        ids.put(&lease.id, entry, self.capacity, now)?;
        Ok(fence == lease.fence)
    }

    async fn release(&self, lease: &WebhookLease) -> Result<(), SeenError> {
        let mut ids = self.ids();
        if let Some(entry) = ids.by_id.get_mut(lease.id.as_str())
            && entry.fence == lease.fence
        {
            entry.leased_until = None;
        }
        Ok(())
    }
}

/// What is known of an id.
struct Entry {
    fence: u64,
    leased_until: Option<Instant>,
    is_done: bool,
    forget: Instant,
}

impl Entry {
    fn is_leased(&self, now: Instant) -> bool {
        self.leased_until.is_some_and(|until| now < until)
    }
}

#[derive(Default)]
struct Ids {
    by_id: HashMap<Arc<str>, Entry>,
    /// The same ids by the time at which they are forgotten.
    by_time: BTreeSet<(Instant, Arc<str>)>,
    /// That of the last lease.
    fence: u64,
}

impl Ids {
    /// Stores what is known of an id. A new one takes the place of the one that would be forgotten first, unless there is
    /// room.
    fn put(&mut self, id: &str, entry: Entry, capacity: usize, now: Instant) -> Result<(), SeenError> {
        let id = Arc::<str>::from(id);
        if let Some(old) = self.by_id.get(&id) {
            self.by_time.remove(&(old.forget, Arc::clone(&id)));
        } else if self.by_id.len() >= capacity {
            let is_free = |(_, id): &&(Instant, Arc<str>)| self.by_id.get(id).is_none_or(|entry| !entry.is_leased(now));
            let oldest = self.by_time.iter().find(is_free).cloned().ok_or(SeenError::Full { capacity })?;
            self.by_time.remove(&oldest);
            self.by_id.remove(&oldest.1);
        }
        self.by_time.insert((entry.forget, Arc::clone(&id)));
        self.by_id.insert(id, entry);
        Ok(())
    }

    fn forget_up_to(&mut self, now: Instant) {
        while self.by_time.first().is_some_and(|(forget, _)| *forget <= now)
            && let Some((_, id)) = self.by_time.pop_first()
        {
            self.by_id.remove(&id);
        }
    }
}

/// A time beyond the clock's range is a century away.
fn later(now: Instant, by: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    now.checked_add(by.min(CENTURY)).unwrap_or(now)
}
