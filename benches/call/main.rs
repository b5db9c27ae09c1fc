//! What a call costs, beside the same call written by hand on reqwest and serde. Every figure is a ratio within one run.
//!
//! ```sh
//! cargo bench --bench call                     # everything
//! cargo bench --bench call -- --instructions   # by callgrind; needs valgrind
//! cargo bench --bench call -- --time           # a quiet machine, please
//! cargo bench --bench call -- --throughput     # the same
//! cargo bench --bench call -- --http2          # time and throughput over TLS
//! cargo bench --bench call -- --growth         # 1 to 10,000 end-users on one pool
//! cargo bench --bench call -- --drift          # answers compared with the description; needs valgrind
//! ```
//!
//! Allocations are counted by a program of its own (`cargo bench --bench memory`): an allocator that counts for two
//! threads slows both down.

mod caller;
mod drift;
mod growth;
mod instructions;
mod rounds;
mod server;
mod time;
#[path = "../../tests/support/tls.rs"]
mod tls;
#[path = "../yardstick/mod.rs"]
mod yardstick;

use anyhow::Context as _;

use self::server::Server;

/// A section of the report: its option, and what prints it, given where the server is.
type Section = (&'static str, fn(&str) -> anyhow::Result<()>);

const SECTIONS: [Section; 6] = [
    ("--instructions", instructions::report),
    ("--time", time::report),
    ("--throughput", time::report_throughput),
    ("--http2", time::report_http2),
    ("--growth", growth::report),
    ("--drift", drift::report),
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = |option: &str| arguments.iter().any(|argument| argument == option);
    if asked(server::SERVE) || asked(server::SERVE_TLS) {
        return server::serve(asked(server::SERVE_TLS));
    }
    if let [option, work @ ..] = arguments.as_slice()
        && option == instructions::WORK
    {
        return instructions::work(work).context("this option is for the bench itself");
    }
    let server = Server::start(server::SERVE)?;
    let everything = !SECTIONS.iter().any(|(option, _)| asked(option));
    for (option, report) in SECTIONS {
        if everything || asked(option) {
            report(&server.origin)?;
        }
    }
    Ok(())
}
