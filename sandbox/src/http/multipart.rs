//! A multipart body: its text fields as one JSON object, and its file.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::description::Violation;
use http_body_util::BodyExt as _;

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct File {
    /// The name it was sent with; `file` when it had none.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Reads a multipart body. The file also stands among the fields, by its name, so that the schema finds it.
pub async fn read(content_type: &str, bytes: Bytes) -> Result<(Value, File), Violation> {
    let wrong = |message: String| Violation { field: "file".into(), rejected: String::new(), message };
    let boundary = multer::parse_boundary(content_type).map_err(|error| wrong(error.to_string()))?;
    let body = http_body_util::Full::new(bytes).into_data_stream();
    let mut parts = multer::Multipart::new(body, boundary);
    let mut fields = Map::new();
    let mut file = None;
    while let Some(field) = parts.next_field().await.map_err(|error| wrong(error.to_string()))? {
        let name = field.name().unwrap_or_default().to_owned();
        // The part named `file` is the file, with a file name or without.
        let file_name = field.file_name().map(str::to_owned).or_else(|| (name == "file").then(|| name.clone()));
        if let Some(file_name) = file_name {
            let bytes = field.bytes().await.map_err(|error| wrong(error.to_string()))?;
            fields.insert(name, Value::from(file_name.as_str()));
            file = Some(File { name: file_name, bytes });
        } else {
            let text = field.text().await.map_err(|error| wrong(error.to_string()))?;
            fields.insert(name, Value::from(text));
        }
    }
    match file {
        Some(file) => Ok((Value::Object(fields), file)),
        None => Err(wrong("must not be null".into())),
    }
}
