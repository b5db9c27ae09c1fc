//! Lists beyond their first page: page by page, or row by row.
//!
//! The API gives at most 100 rows a page and caps the page's number (500 in 1.114.5, [R/partner] of the guide). A list
//! that has more rows than that ends in [`Error::TooManyRows`] before a row is lost.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::task::JoinHandle;

use crate::Client;
use crate::call::{Call, Operation, Options, Paged};
use crate::error::Error;
use crate::types::Page;

/// The largest page, where the description does not say.
const PAGE_SIZE: u64 = 100;

impl<O> Call<'_, O>
where
    O: Paged + 'static,
    O::Item: 'static,
{
    /// All pages from the first, each fetched while the one before it is in use.
    pub fn pages(self) -> Pages<O> {
        Pages::new(self.client.clone(), self.arguments, self.options)
    }

    /// All rows of all pages.
    pub fn stream(self) -> Rows<O> {
        Rows { pages: self.pages(), rows: VecDeque::new() }
    }
}

/// The pages of a list, as a stream. Dropping it ends the request that may be under way.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<O: Paged> {
    client: Client,
    arguments: O,
    options: Options,
    next: Next<O::Item>,
    size: u64,
    seen: u64,
}

type Fetched<T> = (u64, Result<Page<T>, Error>);

enum Next<T> {
    Number(u64),
    Fetching(JoinHandle<Fetched<T>>),
    Failed(Error),
    Over,
}

impl<T> Next<T> {
    fn insert(&mut self, fetching: JoinHandle<Fetched<T>>) -> &mut JoinHandle<Fetched<T>> {
        *self = Self::Fetching(fetching);
        match self {
            Self::Fetching(fetching) => fetching,
            _ => unreachable!("just put there"),
        }
    }
}

impl<O> Pages<O>
where
    O: Paged + 'static,
    O::Item: 'static,
{
    fn new(client: Client, mut arguments: O, options: Options) -> Self {
        let place = arguments.place();
        let largest = O::INFO.page.and_then(|page| page.max_size).unwrap_or(PAGE_SIZE);
        let size = match place.size {
            Some(size) => u64::try_from(*size).unwrap_or(largest).clamp(1, largest),
            None => largest,
        };
        let first = place.page.map_or(0, |page| u64::try_from(page).unwrap_or_default());
        *place.size = i32::try_from(size).ok();
        Self { client, arguments, options, next: Next::Number(first), size, seen: first * size }
    }

    fn fetch(&mut self, number: u64) -> JoinHandle<Fetched<O::Item>> {
        let client = self.client.clone();
        let options = self.options.clone();
        let mut arguments = self.arguments.clone();
        *arguments.place().page = i32::try_from(number).ok();
        tokio::spawn(async move {
            let call = Call { client: &client, arguments, options };
            (number, call.send().await.map(|reply| reply.value))
        })
    }

    /// Where the list goes on after this page, if it does.
    fn after(&mut self, number: u64, page: &Page<O::Item>) -> Next<O::Item> {
        let rows = page.content.len() as u64;
        self.seen += rows;
        // A short page is the last; totalElements may say so earlier. Neither is believed alone when it would lose
        // rows: a full page is followed even past the total, and the empty page behind it ends the list.
        let is_last = rows < self.size || rows == 0;
        let is_stale = u64::try_from(page.page).is_ok_and(|sent| sent != number);
        if is_last || is_stale {
            return Next::Over;
        }
        let total = u64::try_from(page.total_elements).unwrap_or_default();
        if total == self.seen {
            return Next::Over;
        }
        match O::INFO.page.and_then(|page| page.max_page) {
            Some(max_page) if number >= max_page => {
                Next::Failed(Error::TooManyRows { operation: O::INFO, max_page })
            }
            _ => Next::Fetching(self.fetch(number + 1)),
        }
    }
}

impl<O> Stream for Pages<O>
where
    O: Paged + Unpin + 'static,
    O::Item: 'static,
{
    type Item = Result<Page<O::Item>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let fetching = match std::mem::replace(&mut this.next, Next::Over) {
            Next::Number(number) => this.fetch(number),
            Next::Fetching(fetching) => fetching,
            Next::Failed(error) => return Poll::Ready(Some(Err(error))),
            Next::Over => return Poll::Ready(None),
        };
        let fetching = this.next.insert(fetching);
        let fetched = ready!(Pin::new(fetching).poll(cx));
        this.next = Next::Over;
        let (number, page) = match fetched {
            Ok(fetched) => fetched,
            Err(ended) => {
                let source = Box::new(ended);
                return Poll::Ready(Some(Err(Error::Request { operation: <O as Operation>::INFO, source })));
            }
        };
        if let Ok(page) = &page {
            this.next = this.after(number, page);
        }
        Poll::Ready(Some(page))
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
    rows: VecDeque<O::Item>,
}

impl<O> Stream for Rows<O>
where
    O: Paged + Unpin + 'static,
    O::Item: Unpin + 'static,
{
    type Item = Result<O::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(cx)) {
                Some(Ok(page)) => self.rows.extend(page.content),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
