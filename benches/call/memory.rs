//! What a call and a client cost in memory, beside the same call written by hand.
//!
//! `cargo bench --bench memory`; time and instructions are `cargo bench --bench call`'s.

mod allocations;
// Part of it is the other bench's.
#[allow(dead_code)]
mod caller;
mod server;
#[path = "../yardstick/mod.rs"]
mod yardstick;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use self::server::Server;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<()> {
    if std::env::args().any(|argument| argument == server::SERVE) {
        return server::serve();
    }
    let server = Server::start()?;
    allocations::report(&server.origin)
}
