//! Lists beyond their first page: page by page, or row by row.
//!
//! The API gives at most 100 rows a page and caps the page's number (500 in 1.114.5, [R/partner] of the guide). Lists
//! that take `startDate` and `endDate` are therefore walked by date: each window overlaps the previous one by a
//! second, and rows already seen are left out; so each row is returned exactly once, including rows that are added
//! meanwhile, however many there are. Other lists are walked by number, and one that has more rows than that ends in
//! [`Error::TooManyRows`] before a row is lost.
//!
//! A wrong answer of the server neither loses rows nor makes a list endless: a short page ends it only if the
//! total agrees, a total only if the rows agree, and a page that repeats the one before ends it.

mod walk;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{TryStreamExt, iter, try_unfold};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use self::walk::{Step, Walk};
use crate::Client;
use crate::call::{Call, Options, Paged, Reply};
use crate::error::{DecodeError, Error};
use crate::operation::OperationInfo;
use crate::types::{Page, UnreadableRow};

impl<O: Paged> Call<'_, O> {
    /// All pages from the first, each fetched while the one before it is in use.
    ///
    /// ```no_run
    /// # async fn example(linkcy: linkcy::Client) -> Result<(), linkcy::Error> {
    /// let mut pages = linkcy.ledgers().list().pages();
    /// while let Some(page) = pages.next().await {
    ///     println!("{} ledgers", page?.content.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages(self) -> List<Page<O::Item>> {
        List(Box::pin(self.fetched().map_ok(|(page, _)| page)))
    }

    /// All rows of all pages. A row that cannot be read is an [`Error::Decode`] in its place, which has its JSON, and the
    /// stream continues.
    pub fn stream(self) -> List<O::Item> {
        let rows = self.fetched().map_ok(|(page, request_id)| {
            iter(page.into_rows().map(move |row| row.map_err(|odd| unreadable(O::INFO, &odd, &request_id))))
        });
        List(Box::pin(rows.try_flatten()))
    }

    fn fetched(self) -> impl Stream<Item = Result<Fetched<O::Item>, Error>> + Send + use<O> {
        let Self { client, mut arguments, options } = self;
        let walk = Walk::new(O::INFO, &mut arguments.place());
        let fetching = JoinSet::new();
        try_unfold(Pages { client: client.clone(), arguments, options, walk, fetching, step: Step::Next }, Pages::next)
    }
}

/// A list's pages or rows, as a stream. An error of the list ends it. Dropping it aborts a request that is under way.
#[must_use = "a stream does nothing until it is polled"]
pub struct List<T>(Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>);

impl<T> List<T> {
    /// The next page or row; `None` after the last.
    ///
    /// # Errors
    /// Those of the list, after which it is over; and [`Error::Decode`] for a row that cannot be read, after which it
    /// continues.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.0.as_mut().poll_next(cx)).await
    }
}

impl<T> Stream for List<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

/// A page, and the id of the request it answers.
type Fetched<T> = (Page<T>, String);

/// The remaining pages of a list.
struct Pages<O: Paged> {
    client: Client,
    arguments: O,
    options: Options,
    walk: Walk,
    /// The request under way, if there is one; aborted when this is dropped.
    fetching: JoinSet<Result<Reply<Page<O::Item>>, Error>>,
    step: Step,
}

impl<O: Paged> Pages<O> {
    async fn next(mut self) -> Result<Option<(Fetched<O::Item>, Self)>, Error> {
        // Its requests are tasks.
        if Handle::try_current().is_err() {
            return Err(Error::NoRuntime);
        }
        loop {
            match self.step {
                Step::Over => return Ok(None),
                Step::TooMany(max_page) => return Err(Error::TooManyRows { operation: O::INFO, max_page }),
                Step::Next if self.fetching.is_empty() => self.fetch(),
                Step::Next => {}
            }
            let Some(fetched) = self.fetching.join_next().await else { return Ok(None) };
            let reply = fetched.map_err(|ended| Error::unwritten(O::INFO, ended))??;
            let mut page = reply.value;
            let (fresh, step) = self.walk.after(&page, &reply.body);
            page.keep(&fresh);
            self.step = step;
            if self.step == Step::Next {
                self.fetch();
            }
            // An empty first page is a page; an empty one after others is only the end.
            if page.row_count() > 0 || self.walk.is_first() {
                return Ok(Some(((page, reply.request_id), self)));
            }
        }
    }

    fn fetch(&mut self) {
        let (client, options, mut arguments) = (self.client.clone(), self.options.clone(), self.arguments.clone());
        self.walk.place(&mut arguments.place());
        self.fetching.spawn(async move { Call { client: &client, arguments, options }.send().await });
    }
}

/// The error of a row in the place of the row.
fn unreadable(operation: &'static OperationInfo, row: &UnreadableRow, request_id: &str) -> Error {
    Error::Decode(Box::new(DecodeError {
        operation,
        status: 200,
        path: format!("content[{}]", row.index()),
        what: row.reason().to_owned(),
        body: row.json().as_str().to_owned().into(),
        request_id: request_id.to_owned(),
    }))
}
