//! Large files go up and come down in a few megabytes of memory, counted by the allocator, and report how far they are.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use linkcy::types::TimedLink;
use linkcy::{Client, Credentials, Environment, Upload};
use serde_json::json;

use crate::{ALONE, in_use};

const FILE: u64 = 200 << 20;
const PIECE: usize = 64 << 10;
const FEW_MEGABYTES: usize = 8 << 20;

/// The most memory in use beyond the first, and how far a file is; looked at whenever it reports.
#[derive(Clone)]
struct Watch(Arc<Seen>);

struct Seen {
    before: usize,
    most: AtomicUsize,
    far: AtomicU64,
    reports: AtomicU64,
}

impl Watch {
    fn start() -> Self {
        let (most, far, reports) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
        Self(Arc::new(Seen { before: in_use(), most, far, reports }))
    }

    fn report(&self, bytes: u64) {
        let earlier = self.0.far.swap(bytes, Ordering::Relaxed);
        assert!(bytes > earlier, "{bytes} after {earlier}");
        self.0.reports.fetch_add(1, Ordering::Relaxed);
        self.0.most.fetch_max(in_use().saturating_sub(self.0.before), Ordering::Relaxed);
    }

    /// Every byte was reported, in many steps, and memory stayed low.
    fn is_well(&self) {
        assert_eq!(self.0.far.load(Ordering::Relaxed), FILE);
        assert!(self.0.reports.load(Ordering::Relaxed) > 100);
        let most = self.0.most.load(Ordering::Relaxed);
        println!("{} KiB at most", most >> 10);
        assert!(most < FEW_MEGABYTES, "{most} bytes");
    }
}

/// Serves one connection on a thread of its own, which keeps nothing of what it reads.
fn once<T: Send + 'static>(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (address, std::thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// Reads one request to its end and answers as LinkCy does to an upload. Gives what the body began with, and its length.
fn swallow(stream: TcpStream) -> (String, u64) {
    let mut reader = BufReader::with_capacity(PIECE, stream);
    let (mut length, mut line) = (0_u64, String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = reader.by_ref().take(length);
    let mut beginning = vec![0; 400];
    body.read_exact(&mut beginning).unwrap();
    let rest = std::io::copy(&mut body, &mut std::io::sink()).unwrap();
    let answer = json!({ "id": "6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa" }).to_string();
    let head =
        format!("HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", answer.len());
    reader.get_mut().write_all(format!("{head}\r\n{answer}").as_bytes()).unwrap();
    (String::from_utf8_lossy(&beginning).into_owned(), rest + 400)
}

/// Made as it is read.
struct Zeros {
    piece: Bytes,
    left: u64,
}

impl futures_core::Stream for Zeros {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let length = self.left.min(PIECE as u64);
        self.left -= length;
        let piece = self.piece.slice(..usize::try_from(length).unwrap());
        Poll::Ready((length > 0).then_some(Ok(piece)))
    }
}

fn client(address: &str) -> Client {
    Client::builder(Environment::at(address).unwrap())
        .credentials(Credentials::tokens("an-access-token", None))
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

async fn goes_up(file: Upload, watch: &Watch) {
    let (address, served) = once(swallow);
    let reports = watch.clone();
    let file = file.content_type("application/pdf").on_progress(move |bytes| reports.report(bytes));
    client(&address).documents().upload(file).await.unwrap();
    let (beginning, length) = served.join().unwrap();
    assert!(beginning.contains("filename=\"large.pdf\"") && beginning.contains("application/pdf"), "{beginning}");
    assert!(length > FILE && length < FILE + 1_000, "{length}");
    watch.is_well();
}

#[tokio::test]
async fn a_file_of_200_mb_goes_up_from_disk() {
    let _alone = ALONE.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.pdf");
    // A hole: it takes no room on the disk.
    std::fs::File::create(&path).unwrap().set_len(FILE).unwrap();
    let watch = Watch::start();
    goes_up(Upload::path(&path).await.unwrap(), &watch).await;
}

#[tokio::test]
async fn a_file_of_200_mb_goes_up_as_it_is_made() {
    let _alone = ALONE.lock().await;
    let zeros = Zeros { piece: Bytes::from(vec![0; PIECE]), left: FILE };
    let watch = Watch::start();
    goes_up(Upload::stream("large.pdf", zeros, Some(FILE)), &watch).await;
}

#[tokio::test]
async fn a_file_of_200_mb_comes_down() {
    let _alone = ALONE.lock().await;
    let piece = vec![0; PIECE];
    let (address, served) = once(move |stream| {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap() > 2 {
            line.clear();
        }
        let stream = reader.get_mut();
        stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {FILE}\r\n\r\n").as_bytes()).unwrap();
        (0..FILE / PIECE as u64).for_each(|_| stream.write_all(&piece).unwrap());
    });
    let download: TimedLink = serde_json::from_value(json!({ "url": address, "ttl": "PT10M" })).unwrap();
    let client = client(&address);
    let watch = Watch::start();
    let reports = watch.clone();
    let file = client.fetch(&download).await.unwrap().on_progress(move |bytes| reports.report(bytes));
    assert_eq!(file.length(), Some(FILE));
    assert_eq!(file.write_to(&mut tokio::io::sink()).await.unwrap(), FILE);
    served.join().unwrap();
    watch.is_well();
}
