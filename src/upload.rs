//! Files to upload: from memory, from disk, or from any stream; never in memory as a whole unless given as bytes.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_core::Stream;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use reqwest::multipart::Part;
use reqwest::{Request, RequestBuilder};
use tokio::io::AsyncReadExt as _;

use crate::call::parameter::{Style, pairs};
use crate::call::request::Unwritten;

/// How much of a file is read at once.
const PIECE: usize = 64 << 10;

type UploadProgress = Arc<dyn Fn(u64) + Send + Sync>;

/// A file to upload.
///
/// ```no_run
/// # async fn example(linkcy: linkcy::Client) -> Result<(), linkcy::Error> {
/// use linkcy::Upload;
///
/// let file = Upload::path("passport.pdf").await?.content_type("application/pdf");
/// linkcy.documents().upload(file).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Upload {
    name: String,
    content_type: Option<String>,
    progress: Option<UploadProgress>,
    source: Source,
}

#[derive(Clone)]
enum Source {
    Bytes(Bytes),
    /// Read once: a stream cannot be sent again.
    Stream {
        body: Arc<Mutex<Option<reqwest::Body>>>,
        length: Option<u64>,
    },
}

impl Upload {
    /// A file in memory. It can be sent again if the first attempt provably did nothing.
    pub fn bytes(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self::new(name, Source::Bytes(content.into()))
    }

    /// A file read as it is sent.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn path(path: impl AsRef<Path>) -> Result<Self, crate::Error> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let unreadable = |source| crate::Error::Upload { name: name.clone(), source };
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let found = file.metadata().await.map_err(unreadable)?;
        if found.is_dir() {
            return Err(unreadable(io::ErrorKind::IsADirectory.into()));
        }
        // A file may grow meanwhile, and what is no regular file has no length.
        let length = found.is_file().then_some(found.len());
        let file = file.take(length.unwrap_or(u64::MAX));
        Ok(Self::stream(name, tokio_util::io::ReaderStream::with_capacity(file, PIECE), length))
    }

    /// The bytes of a stream, `length` of them if that is known.
    pub fn stream<S, E>(name: impl Into<String>, stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let body = Arc::new(Mutex::new(Some(reqwest::Body::wrap_stream(stream))));
        Self::new(name, Source::Stream { body, length })
    }

    fn new(name: impl Into<String>, source: Source) -> Self {
        Self { name: name.into(), content_type: None, progress: None, source }
    }

    /// The media type sent with it, such as `application/pdf`.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Calls `report` with the number of bytes handed to the connection so far.
    #[must_use]
    pub fn on_progress(mut self, report: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// The bytes and how many there are, if that is known.
    fn body(&self) -> Result<(reqwest::Body, Option<u64>), Unwritten> {
        let (body, length) = match &self.source {
            Source::Bytes(bytes) => (reqwest::Body::from(bytes.clone()), Some(bytes.len() as u64)),
            Source::Stream { body, length } => {
                let body = body.lock().unwrap_or_else(PoisonError::into_inner).take();
                let sent = "was sent already, and can be read only once: open it again";
                (body.ok_or_else(|| format!("the file {:?} {sent}", self.name))?, *length)
            }
        };
        let body = match &self.progress {
            Some(progress) => counted(body, Arc::clone(progress)),
            None => body,
        };
        Ok((body, length))
    }

    fn part(&self) -> Result<Part, Unwritten> {
        let name = &self.name;
        if name.contains(|c: char| c.is_control()) {
            let fault = "holds a control character, which would end its header early: give it another name";
            return Err(format!("the name of the file {name:?} {fault}").into());
        }
        let media = self.media_type()?;
        let part = match self.body()? {
            (body, Some(length)) => Part::stream_with_length(body, length),
            (body, None) => Part::stream(body),
        };
        let part = part.file_name(name.clone());
        Ok(match media {
            Some(media) => part.mime_str(media).map_err(unwritten)?,
            None => part,
        })
    }

    /// The media type, where one was given: without control characters, and with a slash.
    fn media_type(&self) -> Result<Option<&str>, Unwritten> {
        let (name, media) = (&self.name, self.content_type.as_deref());
        let is_odd = |c: char| c.is_control() || !c.is_ascii();
        if media.is_some_and(|media| !media.contains('/') || media.contains(is_odd)) {
            let media = media.unwrap_or_default();
            let fault = format!("the content type {media:?} of the file {name:?} is invalid");
            return Err(format!("{fault}: write it as `application/pdf`").into());
        }
        Ok(media)
    }

    fn is_repeatable(&self) -> bool {
        matches!(self.source, Source::Bytes(_))
    }
}

fn counted(body: reqwest::Body, progress: UploadProgress) -> reqwest::Body {
    use http_body_util::BodyExt;
    let mut sent = 0;
    reqwest::Body::wrap(body.map_frame(move |frame| {
        if let Some(data) = frame.data_ref() {
            sent += data.len() as u64;
            progress(sent);
        }
        frame
    }))
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// A body that is built again for each attempt: a multipart form, or the bytes of one file.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Name, content, and whether that is JSON.
    texts: Vec<(Cow<'static, str>, String, bool)>,
    files: Vec<(Cow<'static, str>, Upload)>,
    /// The media type of the whole body, where that is the one file.
    whole: Option<&'static str>,
}

// Which of them are used depends on the areas of the API that are switched on.
#[allow(dead_code)]
impl Form {
    /// The bytes of one file as the whole body.
    pub(crate) fn bytes(upload: &Upload, media: &'static str) -> Self {
        Self { texts: Vec::new(), files: vec![("".into(), upload.clone())], whole: Some(media) }
    }

    /// A part of text; a list becomes one part for each item.
    pub(crate) fn text(&mut self, name: &'static str, value: &impl serde::Serialize) {
        let pairs = pairs(name, Style::Repeated, value);
        self.texts.extend(pairs.into_iter().map(|(_, value)| (name.into(), value, false)));
    }

    /// A part of JSON.
    pub(crate) fn json(&mut self, name: &'static str, value: &impl serde::Serialize) {
        self.texts.push((name.into(), serde_json::to_string(value).unwrap_or_default(), true));
    }

    pub(crate) fn text_part(&mut self, name: String, value: String) {
        self.texts.push((name.into(), value, false));
    }

    pub(crate) fn file(&mut self, name: impl Into<Cow<'static, str>>, upload: &Upload) {
        self.files.push((name.into(), upload.clone()));
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        self.files.iter().all(|(_, upload)| upload.is_repeatable())
    }

    /// Makes the request's body.
    ///
    /// # Errors
    /// When one of its files is invalid.
    pub(crate) fn write(&self, http: &reqwest::Client, mut request: Request) -> Result<Request, Unwritten> {
        let headers = request.headers_mut();
        headers.remove(CONTENT_TYPE);
        let (Some(media), [(_, upload)]) = (self.whole, &self.files[..]) else {
            let request = RequestBuilder::from_parts(http.clone(), request).multipart(self.multipart()?);
            return request.build().map_err(unwritten);
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(upload.media_type()?.unwrap_or(media))?);
        *request.body_mut() = Some(upload.body()?.0);
        Ok(request)
    }

    fn multipart(&self) -> Result<reqwest::multipart::Form, Unwritten> {
        let mut form = reqwest::multipart::Form::new();
        for (name, text, is_json) in &self.texts {
            let part = Part::text(text.clone());
            let part = if *is_json { part.mime_str("application/json").map_err(unwritten)? } else { part };
            form = form.part(name.clone(), part);
        }
        for (name, upload) in &self.files {
            form = form.part(name.clone(), upload.part()?);
        }
        Ok(form)
    }
}

fn unwritten(error: reqwest::Error) -> Unwritten {
    format!("its form cannot be written: {}", crate::reason::reason(&error.without_url())).into()
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, Url};

    use super::*;

    fn written(form: &Form) -> Result<Request, String> {
        let request = Request::new(Method::POST, Url::parse("https://api.example/documents").unwrap());
        form.write(&reqwest::Client::new(), request).map_err(|fault| fault.to_string())
    }

    fn of(file: &Upload) -> Form {
        let mut form = Form::default();
        form.file("file", file);
        form
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_name() {
        let file = |name: &str| Upload::bytes(name, "content");
        for (file, fault) in [
            (file("a\r\nb"), "control character"),
            (file("a.pdf").content_type("pdf"), "content type \"pdf\" of the file \"a.pdf\" is invalid"),
            (file("a.pdf").content_type("a/b\r\nx: y"), "is invalid"),
        ] {
            let shown = written(&of(&file)).unwrap_err();
            assert!(shown.contains(fault), "{shown}");
        }
        assert!(
            written(&Form::bytes(&file("a.pdf").content_type("pdf"), "text/csv")).unwrap_err().contains("is invalid")
        );
    }

    #[test]
    fn a_stream_is_sent_once_and_bytes_as_often_as_need_be() {
        let content = || futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"content"))]);
        let stream = of(&Upload::stream("a.pdf", content(), None));
        assert!(!stream.is_repeatable() && written(&stream).is_ok());
        assert!(written(&stream).unwrap_err().contains("open it again"));
        let bytes = Form::bytes(&Upload::bytes("a.pdf", "content"), "text/csv");
        for _ in 0..2 {
            let request = written(&bytes).unwrap();
            assert_eq!(request.body().and_then(reqwest::Body::as_bytes), Some(&b"content"[..]));
            assert_eq!(request.headers()[CONTENT_TYPE], "text/csv");
        }
        assert!(bytes.is_repeatable());
    }
}
