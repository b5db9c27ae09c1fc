//! Lists beyond their first page: page by page, or row by row.
//!
//! The API gives at most 100 rows a page and caps the page's number (500 in 1.114.5, [R/partner] of the guide). Lists
//! that take `startDate` and `endDate` are therefore walked by date: each page starts where the rows of the one before
//! ended, a second earlier, and what was seen is left out; so each row comes exactly once, rows that arrive meanwhile
//! included, however many there are. Other lists are walked by number, and one that has more rows than that ends in
//! [`Error::TooManyRows`] before a row is lost.
//!
//! A wrong answer of the server neither loses rows nor keeps a list going for ever: a short page ends it only if the
//! total agrees, a total only if the rows agree, and a page that repeats the one before ends it.

mod walk;

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::task::JoinHandle;

use self::walk::{Step, Walk};
use crate::Client;
use crate::call::{Call, Options, Paged, Reply};
use crate::error::{DecodeError, Error};
use crate::types::{OddRow, Page};

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
    pub fn pages(self) -> Pages<O> {
        let Self { client, mut arguments, options } = self;
        let walk = Walk::new(O::INFO, &mut arguments.place());
        Pages { client: client.clone(), arguments, options, walk, next: Next::First }
    }

    /// All rows of all pages. A row that cannot be read is an [`Error::Decode`] in its place, which holds its JSON, and the
    /// stream goes on.
    pub fn stream(self) -> Rows<O> {
        Rows { pages: self.pages(), rows: VecDeque::new() }
    }
}

type Fetched<T> = Result<Reply<Page<T>>, Error>;

/// A page, and the id of the request it answers.
type Taken<T> = (Page<T>, String);

/// The pages of a list, as a stream. Dropping it ends the request that may be under way.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<O: Paged> {
    client: Client,
    arguments: O,
    options: Options,
    walk: Walk,
    next: Next<O::Item>,
}

enum Next<T> {
    /// Nothing was asked for yet.
    First,
    Fetching(JoinHandle<Fetched<T>>),
    /// The list is over, or at an error that comes behind its last page.
    Over(Option<Error>),
}

impl<O: Paged> Pages<O> {
    /// The next page; none after the last.
    ///
    /// # Errors
    /// Those of the list; the stream is over then.
    pub async fn next(&mut self) -> Option<Result<Page<O::Item>, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn fetch(&self) -> JoinHandle<Fetched<O::Item>> {
        let client = self.client.clone();
        let options = self.options.clone();
        let mut arguments = self.arguments.clone();
        self.walk.place(&mut arguments.place());
        tokio::spawn(async move { Call { client: &client, arguments, options }.send().await })
    }

    /// Leaves out of a page what came before, and starts on the next.
    fn take_up(&mut self, reply: Reply<Page<O::Item>>) -> Option<Taken<O::Item>> {
        let mut page = reply.value;
        let (fresh, step) = self.walk.after(&page, &reply.body);
        page.keep(&fresh);
        self.next = match step {
            Step::Next => Next::Fetching(self.fetch()),
            Step::Over => Next::Over(None),
            Step::TooMany(max_page) => Next::Over(Some(Error::TooManyRows { operation: O::INFO, max_page })),
        };
        // An empty first page is a page; an empty one behind others is only the end.
        (page.row_count() > 0 || self.walk.is_first()).then_some((page, reply.request_id))
    }

    fn poll_taken(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Taken<O::Item>, Error>>> {
        loop {
            let mut fetching = match std::mem::replace(&mut self.next, Next::Over(None)) {
                Next::First => self.fetch(),
                Next::Fetching(fetching) => fetching,
                Next::Over(error) => return Poll::Ready(error.map(Err)),
            };
            let Poll::Ready(fetched) = Pin::new(&mut fetching).poll(cx) else {
                self.next = Next::Fetching(fetching);
                return Poll::Pending;
            };
            let fetched =
                fetched.unwrap_or_else(|ended| Err(Error::Request { operation: O::INFO, source: Box::new(ended) }));
            if let Some(taken) = fetched.map(|reply| self.take_up(reply)).transpose() {
                return Poll::Ready(Some(taken));
            }
        }
    }
}

/// Its fields are not pinned.
impl<O: Paged> Unpin for Pages<O> {}

impl<O: Paged> Stream for Pages<O> {
    type Item = Result<Page<O::Item>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let taken = ready!(self.poll_taken(cx));
        Poll::Ready(taken.map(|taken| taken.map(|(page, _)| page)))
    }
}

impl<O: Paged> Drop for Pages<O> {
    fn drop(&mut self) {
        if let Next::Fetching(fetching) = &self.next {
            fetching.abort();
        }
    }
}

/// The rows of a list, as a stream.
#[must_use = "a stream does nothing until it is polled"]
pub struct Rows<O: Paged> {
    pages: Pages<O>,
    rows: VecDeque<Result<O::Item, Error>>,
}

impl<O: Paged> Rows<O> {
    /// The next row; none after the last.
    ///
    /// # Errors
    /// Those of the list, after which the stream is over; and [`Error::Decode`] for a row that cannot be read, after which
    /// it goes on.
    pub async fn next(&mut self) -> Option<Result<O::Item, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<O: Paged> Unpin for Rows<O> {}

impl<O: Paged> Stream for Rows<O> {
    type Item = Result<O::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Poll::Ready(Some(row));
            }
            let Some(taken) = ready!(self.pages.poll_taken(cx)) else { return Poll::Ready(None) };
            let (page, request_id) = taken?;
            self.rows.extend(page.into_rows().map(|row| row.map_err(|odd| unreadable::<O>(&odd, &request_id))));
        }
    }
}

/// The error of a row in the place of the row.
fn unreadable<O: Paged>(row: &OddRow, request_id: &str) -> Error {
    Error::Decode(Box::new(DecodeError {
        operation: O::INFO,
        status: 200,
        path: format!("content[{}]", row.index()),
        what: row.reason().to_owned(),
        body: row.json().as_str().to_owned().into(),
        request_id: request_id.to_owned(),
    }))
}
