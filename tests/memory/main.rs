//! What the client costs in memory, counted by the allocator.
//!
//! A program of its own: the allocator counts for all threads, so each test holds [`ALONE`].

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::sync::Mutex;

#[path = "../../benches/yardstick/answers.rs"]
#[allow(dead_code, reason = "the benches use the rest")]
mod answers;

mod calls;
mod files;
mod sessions;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Held while a test counts.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The bytes allocated and not yet freed.
fn in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}
