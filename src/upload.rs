//! Files to upload: from memory, from disk, or from any stream, never held whole unless they are given whole.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_core::Stream;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use reqwest::multipart::Part;
use reqwest::{Request, RequestBuilder};

use crate::call::{Style, Unwritten, pairs};

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
    /// A file held in memory. It can be sent again if the first attempt provably did nothing.
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
        let length = file.metadata().await.map_err(unreadable)?.len();
        Ok(Self::stream(name, tokio_util::io::ReaderStream::with_capacity(file, PIECE), Some(length)))
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
                let sent =
                    || format!("the file {:?} was sent already, and can be read only once: open it again", self.name);
                (body.ok_or_else(sent)?, *length)
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
            return Err(format!("the name of the file {name:?} holds a control character, which would end its header early: give it another name").into());
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
        let is_valid = |media: &str| media.contains('/') && !media.contains(|c: char| c.is_control() || !c.is_ascii());
        match self.content_type.as_deref() {
            Some(media) if !is_valid(media) => {
                let name = &self.name;
                Err(format!(
                    "the content type {media:?} of the file {name:?} is invalid: write it as `application/pdf`"
                )
                .into())
            }
            media => Ok(media),
        }
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

/// A body that is made anew for each attempt: a multipart form, or the bytes of one file.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Name, content, and whether that is JSON.
    texts: Vec<(Cow<'static, str>, String, bool)>,
    files: Vec<(Cow<'static, str>, Upload)>,
    /// The whole body, with its media type.
    whole: Option<(Upload, &'static str)>,
}

// Which of them are used depends on the areas of the API that are switched on.
#[allow(dead_code)]
impl Form {
    /// The bytes of one file as the whole body.
    pub(crate) fn bytes(upload: &Upload, media: &'static str) -> Self {
        Self { whole: Some((upload.clone(), media)), ..Self::default() }
    }

    /// A part of text; a list is as many parts.
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
        let whole = self.whole.iter().map(|(upload, _)| upload);
        self.files.iter().map(|(_, upload)| upload).chain(whole).all(Upload::is_repeatable)
    }

    /// Makes the request's body.
    ///
    /// # Errors
    /// What is wrong with a file of it.
    pub(crate) fn write(&self, http: &reqwest::Client, mut request: Request) -> Result<Request, Unwritten> {
        let headers = request.headers_mut();
        headers.remove(CONTENT_TYPE);
        let Some((upload, media)) = &self.whole else {
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
