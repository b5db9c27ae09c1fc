//! Downloads files from the address in an answer, in pieces, without sending anything of the session.
//!
//! The address belongs to another origin, most likely an object store, and needs no login. So the request is a bare
//! GET: no bearer, no SCA header, no request id, no layer's header. Redirects are not followed. A file may be large, so
//! there is no time-out for the whole of it; a download that stalls is abandoned.
//!
//! The code that fetches is `#[inline]`, so that only programs that use it compile it.

mod file_name;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::stream::try_unfold;
use http::header::CONTENT_TYPE;
use reqwest::Url;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;
use tracing::Instrument;

use crate::call::{Response, exchange, saturating_add};
use crate::error::TransportCause;
use crate::operation::Repeat;
use crate::redact::excerpt_without_query;
use crate::types::Linked;
use crate::{Client, Error};

/// Room for so many bytes is made before any came.
const EXPECTED: u64 = 1 << 20;

type DownloadProgress = Box<dyn Fn(u64) + Send>;

/// Why a file cannot be fetched. None of them shows the address: whoever has it has the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The answer has no address.
    #[error("the answer has no address to fetch from")]
    NoAddress,
    /// The address is neither https nor, for a client of loopback, loopback.
    #[error("the file is not fetched: its address is not https")]
    NotHttps,
    /// The address's lifetime, which is this, is over; nothing was sent.
    #[error("the file is not fetched: its address was good for {0} and that is over; ask LinkCy for a new one")]
    Ended(crate::types::Duration),
    /// The server refuses the file.
    #[error("{host} answered {status}{}{}", advice(*.status), quoted(.excerpt))]
    Status {
        /// The host of the address.
        host: String,
        /// HTTP status; one of a redirection is not followed.
        status: u16,
        /// The beginning of its body, without what looks like a secret.
        excerpt: String,
    },
    /// The file was not received, or only a part of it.
    #[error("the file from {host} broke off after {received} bytes: {cause}")]
    Lost {
        /// The host of the address.
        host: String,
        /// How many bytes came.
        received: u64,
        /// Why.
        #[source]
        cause: TransportCause,
    },
    /// The file is longer than the given limit, which is this.
    #[error("the file is longer than {0} bytes")]
    TooLong(usize),
    /// There is a file of that name already; it is unchanged.
    #[error("{} exists already and is left as it is: save the file under another name", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    NotWritten(#[source] io::Error),
}

/// What to do about a status.
#[inline]
fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => ", a redirection, which is not followed",
        401 | 403 | 404 | 410 => ": the address may have ended; ask LinkCy for a new one",
        _ => "",
    }
}

#[inline]
fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(" ({excerpt:?})") }
}

impl DownloadError {
    /// The address is of no use any longer: the operation that gave it gives a new one.
    pub fn wants_new_address(&self) -> bool {
        matches!(self, Self::Ended(_) | Self::Status { status: 401 | 403 | 404 | 410, .. })
    }

    /// The same fetch may succeed later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
            Self::Lost { cause, .. } => !matches!(cause, TransportCause::Encoding(_) | TransportCause::TooLong(_)),
            _ => false,
        }
    }
}

impl From<DownloadError> for Error {
    fn from(error: DownloadError) -> Self {
        Self::from(Box::new(error))
    }
}

impl Client {
    /// Fetches the file that an answer leads to: a document, a statement, terms and conditions.
    ///
    /// ```no_run
    /// # async fn example(linkcy: linkcy::Client, id: linkcy::types::DocumentId) -> Result<(), linkcy::Error> {
    /// let document = linkcy.documents().get(id).await?;
    /// linkcy.fetch(&document.download).await?.save_in("documents", &document.file_name).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Nothing of the session goes to that address, nor what layers add, and redirects are not followed. It has to be https;
    /// only a client of loopback fetches from loopback over http. Default headers of a `reqwest::ClientBuilder` given to
    /// [`ClientBuilder::http`](crate::ClientBuilder::http) do go there, since reqwest sends them everywhere: add yours by a
    /// [`Layer`](crate::Layer).
    ///
    /// The client's time-out applies to the beginning of the answer, and then to each wait for more of it, not to the whole.
    ///
    /// # Errors
    /// [`Error::Download`]. If the address's lifetime is over, nothing is sent.
    pub async fn fetch(&self, from: &impl Linked) -> Result<Downloaded, Error> {
        let link = from.link().ok_or(DownloadError::NoAddress)?;
        if let (Some(left), Some(ttl)) = (from.time_left(), from.ttl())
            && !left.is_positive()
        {
            return Err(DownloadError::Ended(ttl.clone()).into());
        }
        let url = Url::parse(link.expose()).ok().filter(|url| self.environment().lets_fetch(url));
        Ok(self.begin(url.ok_or(DownloadError::NotHttps)?).await?)
    }

    #[inline]
    async fn begin(&self, url: Url) -> Result<Downloaded, DownloadError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let query = url.query().unwrap_or_default().to_owned();
        let span = tracing::info_span!(
            "linkcy.fetch",
            server.address = host,
            http.response.status_code = tracing::field::Empty
        );
        let idle = self.settings().timeout;
        let sending = self.http(Repeat::Safe).get(url).send();
        let (received, status) =
            exchange(sending, saturating_add(Instant::now(), idle), idle, true).instrument(span.clone()).await;
        let status = status.map(|status| status.as_u16());
        span.record("http.response.status_code", status);
        match (received, status) {
            // Other successes have a part of the file, or none.
            (Ok(Response { streamed: Some(response), headers, .. }), Some(200)) => {
                let content_type = headers.get(CONTENT_TYPE).and_then(|media| Some(media.to_str().ok()?.to_owned()));
                Ok(Downloaded::of(*response, content_type, host, idle))
            }
            (Err(cause), None | Some(200..=299)) => Err(DownloadError::Lost { host, received: 0, cause }),
            (refusal, status) => {
                let body = refusal.map(|refusal| refusal.body).unwrap_or_default();
                // Object stores repeat parts of the address in their errors.
                let excerpt = excerpt_without_query(&body, &query);
                Err(DownloadError::Status { host, status: status.unwrap_or_default(), excerpt })
            }
        }
    }
}

/// A file that is being downloaded: read it in pieces, or as a whole with one of the methods.
#[must_use = "a file is read by chunk(), into_stream(), bytes(), write_to(), save_in() or save_to()"]
pub struct Downloaded {
    host: String,
    content_type: Option<String>,
    response: reqwest::Response,
    /// As announced: the response reports only what is left of it.
    length: Option<u64>,
    received: u64,
    idle: Duration,
    progress: Option<DownloadProgress>,
}

impl Downloaded {
    #[inline]
    fn of(response: reqwest::Response, content_type: Option<String>, host: String, idle: Duration) -> Self {
        let length = response.content_length();
        Self { host, content_type, response, length, received: 0, idle, progress: None }
    }

    /// Its media type, such as `application/pdf`, as its server states it.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// How many bytes it has, where the server states that.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// How long to wait for the next piece of it, instead of the client's time-out.
    pub fn idle_timeout(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Calls `report` with the number of bytes received so far.
    pub fn on_progress(mut self, report: impl Fn(u64) + Send + 'static) -> Self {
        self.progress = Some(Box::new(report));
        self
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When it breaks off or stalls; what was received before is then not the whole file.
    #[inline]
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        // The time that the reader takes does not count.
        let piece = match tokio::time::timeout(self.idle, self.response.chunk()).await {
            Ok(piece) => piece.map_err(|error| TransportCause::Broken(error.without_url())),
            Err(_) => Err(TransportCause::TimedOut(self.idle)),
        };
        let (host, received) = (&self.host, self.received);
        let piece = piece.map_err(|cause| DownloadError::Lost { host: host.clone(), received, cause })?;
        if let Some(piece) = &piece {
            self.received += piece.len() as u64;
            self.progress.iter().for_each(|report| report(self.received));
        }
        Ok(piece)
    }

    /// The pieces as a stream, which ends with the file or with one error.
    #[inline]
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Error>> + Send {
        try_unfold(self, async |mut file| Ok(file.chunk().await?.map(|piece| (piece, file))))
    }

    /// All of it in memory, at most `limit` bytes.
    ///
    /// # Errors
    /// When it is longer, which is known at once if its length is, breaks off or stalls.
    #[inline]
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, Error> {
        let too_long = DownloadError::TooLong(limit);
        let announced = self.length.unwrap_or_default();
        if announced > limit as u64 {
            return Err(too_long.into());
        }
        // What is announced may not come.
        let mut all = BytesMut::with_capacity(announced.min(EXPECTED) as usize);
        while let Some(piece) = self.chunk().await? {
            if piece.len() > limit - all.len() {
                return Err(too_long.into());
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }

    /// Writes it as it arrives, and returns the number of bytes.
    ///
    /// # Errors
    /// When it breaks off, stalls or cannot be written; what was written is not the whole file then.
    pub async fn write_to(mut self, to: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        while let Some(piece) = self.chunk().await? {
            to.write_all(&piece).await.map_err(DownloadError::NotWritten)?;
        }
        to.flush().await.map_err(DownloadError::NotWritten)?;
        Ok(self.received)
    }

    /// Saves it as a file at a path that you choose, and returns the number of bytes. Do not use a name from an answer as the
    /// path: see [`save_in`](Self::save_in). Until the file is complete it is a temporary file beside `path`; a file at
    /// `path` is replaced then, or stays if anything fails.
    ///
    /// # Errors
    /// When it breaks off, stalls or cannot be written.
    pub async fn save_to(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.save(path.as_ref(), true).await
    }

    #[inline]
    async fn save(self, path: &Path, replaces: bool) -> Result<u64, Error> {
        let exists = DownloadError::Exists(path.to_owned());
        if !replaces && tokio::fs::symlink_metadata(path).await.is_ok() {
            return Err(exists.into());
        }
        let (part, file) = Part::create(path).await.map_err(DownloadError::NotWritten)?;
        let mut file = tokio::fs::File::from_std(file);
        let length = self.write_to(&mut file).await?;
        file.sync_all().await.map_err(DownloadError::NotWritten)?;
        drop(file);
        // A hard link fails if a file of that name appeared meanwhile; a rename would replace it.
        let placed = match replaces {
            true => tokio::fs::rename(&part.0, path).await,
            false => tokio::fs::hard_link(&part.0, path).await,
        };
        placed.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if !replaces => exists,
            _ => DownloadError::NotWritten(error),
        })?;
        Ok(length)
    }

    /// Saves it in a folder under a name that LinkCy or an end-user gave, such as a document's, and returns its path. Only the
    /// name's last component counts, and what a file system gives another meaning is replaced by `_`: the file is
    /// in that folder on every system. An existing file stays as it is.
    ///
    /// ```no_run
    /// # async fn example(linkcy: linkcy::Client, id: linkcy::types::DocumentId) -> Result<(), linkcy::Error> {
    /// let document = linkcy.documents().get(id).await?;
    /// let path = linkcy.fetch(&document.download).await?.save_in("documents", &document.file_name).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`save_to`](Self::save_to); and [`DownloadError::Exists`] when the folder has a file of that name: give another
    /// name, or replace it with `save_to` and [`safe_name`](Self::safe_name).
    pub async fn save_in(self, folder: impl AsRef<Path>, name: &str) -> Result<PathBuf, Error> {
        let path = folder.as_ref().join(Self::safe_name(name));
        self.save(&path, false).await?;
        Ok(path)
    }

    /// The file name that [`save_in`](Self::save_in) makes of a name.
    #[must_use]
    pub fn safe_name(name: &str) -> String {
        file_name::safe(name)
    }
}

impl fmt::Debug for Downloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, content_type, length, received, .. } = self;
        write!(
            f,
            "Downloaded {{ host: {host:?}, content_type: {content_type:?}, length: {length:?}, received: {received}, .. }}"
        )
    }
}

/// An incomplete file; removed when dropped, unless it was renamed.
struct Part(PathBuf);

impl Part {
    /// A file beside that path. Whoever no longer waits for it leaves none.
    #[inline]
    async fn create(path: &Path) -> io::Result<(Self, std::fs::File)> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:08x}.part", fastrand::u32(..)));
        let path = path.with_file_name(name);
        let create = move || std::fs::File::create_new(&path).map(|file| (Self(path), file));
        tokio::task::spawn_blocking(create).await?
    }
}

impl Drop for Part {
    #[inline]
    fn drop(&mut self) {
        // Usually it is complete and renamed: then there is nothing left to remove.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use tokio::io::{DuplexStream, duplex};
    use tokio::time::Instant;
    use tokio_util::io::ReaderStream;

    use super::*;

    const IDLE: Duration = Duration::from_secs(30);

    /// A file that comes from the other end of a pipe.
    fn coming() -> (DuplexStream, Downloaded) {
        let (there, here) = duplex(64);
        let body = reqwest::Body::wrap_stream(ReaderStream::new(here));
        let response = reqwest::Response::from(http::Response::new(body));
        (there, Downloaded::of(response, None, "files.example".into(), IDLE))
    }

    fn error(error: Error) -> DownloadError {
        match error {
            Error::Download(error) => *error,
            other => panic!("{other}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_stops_is_given_up_after_the_idle_time() {
        let (mut there, file) = coming();
        there.write_all(b"half").await.unwrap();
        let started = Instant::now();
        let error = error(file.bytes(100).await.unwrap_err());
        assert!(
            matches!(error, DownloadError::Lost { received: 4, cause: TransportCause::TimedOut(IDLE), .. }),
            "{error}"
        );
        assert_eq!(started.elapsed().as_secs(), IDLE.as_secs());
        assert_eq!(error.to_string(), "the file from files.example broke off after 4 bytes: no answer within 30s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_may_take_longer_than_the_idle_time_as_long_as_it_comes() {
        let (mut there, file) = coming();
        tokio::spawn(async move {
            for _ in 0..10 {
                tokio::time::sleep(IDLE - Duration::from_secs(1)).await;
                there.write_all(b"piece").await.unwrap();
            }
        });
        let started = Instant::now();
        assert_eq!(file.bytes(100).await.unwrap().len(), 50);
        assert_eq!(started.elapsed().as_secs(), 290);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_its_time_is_not_taken_for_a_file_that_stops() {
        let (mut there, mut file) = coming();
        tokio::spawn(async move {
            there.write_all(b"one").await.unwrap();
            tokio::time::sleep(IDLE * 3).await;
            there.write_all(b"two").await.unwrap();
        });
        assert_eq!(file.chunk().await.unwrap().unwrap(), "one");
        tokio::time::sleep(IDLE * 3 - Duration::from_secs(1)).await;
        assert_eq!(file.chunk().await.unwrap().unwrap(), "two");
        assert_eq!(file.chunk().await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_one_error() {
        let (mut there, file) = coming();
        there.write_all(b"half").await.unwrap();
        let pieces: Vec<_> = file.into_stream().collect().await;
        let [Ok(half), Err(Error::Download(error))] = pieces.as_slice() else { panic!("{pieces:?}") };
        assert!(half == "half" && matches!(**error, DownloadError::Lost { received: 4, .. }), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_idle_time_can_be_set() {
        let (_there, file) = coming();
        let started = Instant::now();
        file.idle_timeout(Duration::from_secs(2)).bytes(100).await.unwrap_err();
        assert_eq!(started.elapsed().as_secs(), 2);
    }

    #[tokio::test]
    async fn a_file_without_a_length_is_not_held_beyond_the_limit() {
        let (mut there, file) = coming();
        tokio::spawn(async move { while there.write_all(&[7; 64]).await.is_ok() {} });
        assert_eq!(file.length(), None);
        let error = error(file.bytes(1_000).await.unwrap_err());
        assert!(matches!(error, DownloadError::TooLong(1_000)), "{error}");
    }
}
