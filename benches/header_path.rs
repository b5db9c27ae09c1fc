//! The header path: what a call pays for its `Authorization` header while the token is fresh, against the clone of an
//! `Arc<str>` in the same run. With 1 and 16 threads on one session; nanoseconds and allocations per call.
//!
//! `cargo bench --bench header_path`

mod nobody;

use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use divan::{AllocProfiler, Bencher};
use linkcy::auth::{Credentials, Session};
use nobody::Nobody;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const THREADS: [usize; 2] = [1, 16];

/// Lives until the year 2100: `{"iat":1700000000,"exp":4102444800}`.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0.c2lnbmF0dXJl";

fn main() {
    divan::main();
}

fn session() -> Session {
    Session::builder(Credentials::tokens(TOKEN, None), Arc::new(Nobody)).build()
}

/// The yardstick.
#[divan::bench(threads = THREADS, sample_size = 2000)]
fn clone_of_an_arc_str(bencher: Bencher) {
    let text: Arc<str> = Arc::from(TOKEN);
    bencher.bench(|| Arc::clone(black_box(&text)));
}

/// What the rest of the path is measured with: one look at the monotonic clock.
#[divan::bench(threads = THREADS, sample_size = 2000)]
fn look_at_the_clock() -> std::time::Instant {
    std::time::Instant::now()
}

/// The synchronous look.
#[divan::bench(threads = THREADS, sample_size = 2000)]
fn cached(bencher: Bencher) {
    let session = session();
    bencher.bench(|| black_box(&session).cached().map(|authorization| authorization.header().clone()));
}

/// The asynchronous call, polled once, as the client makes it.
#[divan::bench(threads = THREADS, sample_size = 2000)]
fn authorization(bencher: Bencher) {
    let session = session();
    bencher.bench(|| {
        let call = std::pin::pin!(black_box(&session).authorization());
        match call.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(authorization)) => Some(authorization.header().clone()),
            _ => None,
        }
    });
}
