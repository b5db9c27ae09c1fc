//! Decoding long lists: 100 transactions, 100 ledgers, beside the same rows as structs by hand; time and allocations.
//!
//! `cargo bench --bench lists`; instructions are counted by `cargo bench --bench call -- --instructions`.

mod yardstick;

use divan::{AllocProfiler, Bencher};
use linkcy::types::{LedgerSummary, Page, Transaction};
use serde::de::DeserializeOwned;

use self::yardstick::{answers, rows};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench(types = [Page<Transaction>, rows::Page<rows::Transaction>])]
fn transactions<T: DeserializeOwned>(bencher: Bencher) {
    let page = answers::transactions();
    bencher.bench(|| serde_json::from_slice::<T>(divan::black_box(page.as_bytes())));
}

#[divan::bench(types = [Page<LedgerSummary>, rows::Page<rows::LedgerRow>])]
fn ledgers<T: DeserializeOwned>(bencher: Bencher) {
    let page = answers::ledgers();
    bencher.bench(|| serde_json::from_slice::<T>(divan::black_box(page.as_bytes())));
}
