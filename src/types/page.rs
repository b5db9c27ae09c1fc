//! [`Page`]: one page of a list, with its unreadable rows separate.

use std::borrow::Borrow;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use super::contained::is_contained;
use super::json::{Json, without_values};
use super::record::{self, Field, Fields, Readable, Record, Writer, there};

/// One page of a list: the answer of every list operation.
///
/// A row that cannot be read does not fail the others: read by the client, or by `linkcy::read_answer`, it is among the
/// [`unreadable_rows`](Self::unreadable_rows). With serde alone it is an error of the page, because serde cannot go back to the
/// beginning of a row.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(rename_all = "camelCase"))]
pub struct Page<T> {
    /// The rows that can be read, in their order.
    pub content: Vec<T>,
    /// How many rows all pages have together, by the server's count.
    pub total_elements: i64,
    /// The page's number; the first is 0.
    pub page: i32,
    /// The page size that was asked for.
    pub page_size: i32,
    /// The rows that cannot be read, in their order.
    #[cfg_attr(feature = "schemars", schemars(skip))]
    pub unreadable_rows: Vec<UnreadableRow>,
}

impl<T> Page<T> {
    /// How many rows the page has, readable or not.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.content.len() + self.unreadable_rows.len()
    }

    /// Keeps the rows that `kept` says, and those beyond its end.
    pub(crate) fn keep(&mut self, kept: &[bool]) {
        let is_kept = |place: usize| kept.get(place).copied().unwrap_or(true);
        let odd_places: Vec<usize> = self.unreadable_rows.iter().map(|row| row.index).collect();
        let mut places = (0..).filter(|place| !odd_places.contains(place));
        self.content.retain(|_| places.next().is_none_or(is_kept));
        self.unreadable_rows.retain(|row| is_kept(row.index));
    }

    /// All rows in their order, each readable or not.
    pub fn into_rows(self) -> impl Iterator<Item = Result<T, UnreadableRow>> {
        in_order(self.content.into_iter(), self.unreadable_rows.into_iter())
    }
}

/// Rows and odd rows, each at its place.
fn in_order<T, O: Borrow<UnreadableRow>>(
    mut content: impl Iterator<Item = T>,
    unreadable_rows: impl Iterator<Item = O>,
) -> impl Iterator<Item = Result<T, O>> {
    let mut unreadable_rows = unreadable_rows.peekable();
    let mut index = 0;
    std::iter::from_fn(move || {
        let odd = unreadable_rows.next_if(|odd| odd.borrow().index <= index).map(Err);
        let row = odd.or_else(|| content.next().map(Ok)).or_else(|| unreadable_rows.next().map(Err));
        index += 1;
        row
    })
}

/// A row of a page that cannot be read: its place, the reason, and the JSON itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {index} of the page cannot be read: {reason}")]
pub struct UnreadableRow {
    index: usize,
    reason: Box<str>,
    json: Json,
}

impl UnreadableRow {
    /// Its place among all rows of the page, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Why it cannot be read, without any value of it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The row as received.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.json
    }
}

/// The rows of a page: those that can be read, and the others.
struct ReadRows<T> {
    content: Vec<T>,
    unreadable_rows: Vec<UnreadableRow>,
}

impl<'de, T: Deserialize<'de>> Field<'de> for ReadRows<T> {
    fn needed<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !is_contained() {
            return Vec::deserialize(deserializer).map(|content| Self { content, unreadable_rows: Vec::new() });
        }
        let mut rows = Self { content: Vec::new(), unreadable_rows: Vec::new() };
        for (index, row) in <Vec<&'de RawValue>>::deserialize(deserializer)?.into_iter().enumerate() {
            match serde_json::from_str(row.get()) {
                Ok(row) => rows.content.push(row),
                Err(error) => {
                    let (reason, json) = (without_values(&error).into(), Json::from_text(row.get()));
                    rows.unreadable_rows.push(UnreadableRow { index, reason, json });
                }
            }
        }
        Ok(rows)
    }
}

impl<T> Readable for Page<T> {}

impl<T: DeserializeOwned> Record for Page<T> {
    const NAME: &'static str = "Page";
    const FIELDS: &'static [&'static str] = &["content", "totalElements", "page", "pageSize"];

    fn read<'de, A: MapAccess<'de>>(mut fields: Fields<'de, A>) -> Result<Self, A::Error> {
        let (mut rows, mut total_elements, mut page, mut page_size) = (None::<ReadRows<T>>, None, None, None);
        while let Some(place) = fields.next() {
            match place {
                0 => fields.need(&mut rows),
                1 => fields.need(&mut total_elements),
                2 => fields.need(&mut page),
                _ => fields.need(&mut page_size),
            }
        }
        fields.end()?;
        let ReadRows { content, unreadable_rows } = there(rows, "content")?;
        Ok(Self {
            content,
            total_elements: there(total_elements, "totalElements")?,
            page: there(page, "page")?,
            page_size: there(page_size, "pageSize")?,
            unreadable_rows,
        })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        record::read(deserializer)
    }
}

/// Written with every row at its place.
impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Writer::new(serializer);
        fields.put("content", &RowsInOrder(self));
        fields.put("totalElements", &self.total_elements);
        fields.put("page", &self.page);
        fields.put("pageSize", &self.page_size);
        fields.end()
    }
}

struct RowsInOrder<'p, T>(&'p Page<T>);

impl<T: Serialize> Serialize for RowsInOrder<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(page) = self;
        let mut list = serializer.serialize_seq(Some(page.row_count()))?;
        for row in in_order(page.content.iter(), page.unreadable_rows.iter()) {
            match row {
                Ok(row) => list.serialize_element(row)?,
                Err(odd) => list.serialize_element(&odd.json)?,
            }
        }
        list.end()
    }
}
