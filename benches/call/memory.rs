//! What a call and a client cost in memory, beside the same call written by hand.
//!
//! `cargo bench --bench memory`; time and instructions are `cargo bench --bench call`'s.

mod allocations;
// Part of it is the other bench's.
#[allow(dead_code)]
mod caller;
#[allow(dead_code)]
mod server;
#[path = "../../tests/support/tls.rs"]
mod tls;
#[path = "../yardstick/mod.rs"]
mod yardstick;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use self::server::Server;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<()> {
    if std::env::args().any(|argument| argument == server::SERVE) {
        return server::serve(false);
    }
    let server = Server::start(server::SERVE)?;
    allocations::report(&server.origin)
}
