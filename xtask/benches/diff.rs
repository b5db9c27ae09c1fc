//! How long a diff of the two real descriptions takes, reading included: it has to stay below a second.
//! `cargo bench --package xtask`

use std::time::{Duration, Instant};

use xtask::diff::diff;
use xtask::document::Document;

const OLD: &[u8] = include_bytes!("../../openapi/archive/1.78.0.json");
const NEW: &[u8] = include_bytes!("../../openapi/linkcy.json");

fn main() {
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let begun = Instant::now();
            let read = |bytes| Document::parse(bytes).expect("a description");
            let report = diff(&read(OLD), &read(NEW));
            assert!(!report.changes.is_empty());
            begun.elapsed()
        })
        .collect();
    times.sort();
    println!("diff 1.78.0 -> 1.114.5: {:?} at best, {:?} in the middle, {:?} at worst", times[0], times[7], times[14]);
    assert!(times[7] < Duration::from_secs(1), "slower than a second");
}
