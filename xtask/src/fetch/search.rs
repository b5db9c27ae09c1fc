//! Trying all that a page offers, in order: its links, the state it carries, the links of its Markdown form, and the
//! addresses that follow from its own. Each is judged by its content.

use std::collections::BTreeSet;
use std::fmt::Display;

use reqwest::Url;

use super::http::{Answer, Failure, Http, Limits, checked, join};
use super::{FetchError, Fetched, Form, content, markdown, page, portal};

/// Characters of a line of the report.
const LINE: usize = 400;

struct Search<'s> {
    /// The address or file asked for.
    from: &'s str,
    http: Http,
    asked: BTreeSet<String>,
    tried: Vec<String>,
}

/// Asks an address, and if it is a page, or may be one, searches it.
pub fn address(from: &str, limits: &Limits) -> Result<Fetched, FetchError> {
    let url = checked(from).map_err(|failure| failure.at(from))?;
    let mut search = Search::new(from, limits);
    search.asked.insert(url.to_string());
    let (page, what) = match search.http.get(from) {
        Ok(page) if content::is_html(&page.bytes) || portal::is_markdown(&page.url) => {
            (page, "a page without a description".to_owned())
        }
        // Whatever else came, reading it says best what is wrong with it.
        Ok(file) => return Ok(Fetched::new(file.bytes, Form::Raw, from, from)),
        // The page may be gone while the description is still where it was.
        Err(failure @ Failure::Status(_)) if portal::may_be_page(&url) => {
            (Answer { bytes: Vec::new(), url: url.clone() }, failure.to_string())
        }
        Err(failure) => return Err(failure.at(from)),
    };
    // A page that has moved leads by its new address, and if not, by its old one.
    search.asked.insert(page.url.to_string());
    let text = String::from_utf8_lossy(&page.bytes);
    let place = page.url.as_str();
    let found = if portal::is_markdown(&page.url) { search.markdown(place, &text) } else { search.html(place, &text) };
    let found = found.or_else(|| [&page.url, &url].into_iter().find_map(|url| search.portal(url)));
    found.ok_or(FetchError::NotFound { from: from.to_owned(), what, tried: search.tried })
}

/// Searches a page that was kept as a file.
pub fn file(from: &str, bytes: &[u8], limits: &Limits) -> Result<Fetched, FetchError> {
    let mut search = Search::new(from, limits);
    let found = search.html(from, &String::from_utf8_lossy(bytes));
    let what = "a page without a description".to_owned();
    found.ok_or(FetchError::NotFound { from: from.to_owned(), what, tried: search.tried })
}

impl<'s> Search<'s> {
    fn new(from: &'s str, limits: &Limits) -> Self {
        Self { from, http: Http::new(limits), asked: BTreeSet::new(), tried: Vec::new() }
    }

    /// A download link is the vendor's own file, and goes before the state.
    fn html(&mut self, page: &str, html: &str) -> Option<Fetched> {
        let found = page::find(html);
        self.links(page, &found.links).or_else(|| self.embedded(page, found.embedded))
    }

    fn embedded(&mut self, page: &str, embedded: Option<String>) -> Option<Fetched> {
        let bytes = embedded?.into_bytes();
        match content::description(&bytes) {
            Ok(()) => Some(Fetched::new(bytes, Form::Embedded, self.from, page)),
            Err(why) => self.note(&format!("the state in {page}"), why),
        }
    }

    /// What follows from the page's address.
    fn portal(&mut self, page: &Url) -> Option<Fetched> {
        let found = portal::markdown(page).and_then(|address| self.markdown_form(address));
        found.or_else(|| portal::descriptions(page).iter().find_map(|address| self.file(address)))
    }

    fn markdown_form(&mut self, address: String) -> Option<Fetched> {
        let Answer { bytes, url } = self.get(&address)?;
        if content::is_html(&bytes) {
            return self.note(&address, "an HTML page, no Markdown");
        }
        self.markdown(url.as_str(), &String::from_utf8_lossy(&bytes))
    }

    fn markdown(&mut self, address: &str, text: &str) -> Option<Fetched> {
        let links = markdown::links(text);
        if links.is_empty() {
            return self.note(address, "no link to a description");
        }
        self.links(address, &links)
    }

    fn links(&mut self, page: &str, links: &[page::Link]) -> Option<Fetched> {
        links.iter().find_map(|link| match join(page, &link.address) {
            Ok(address) => self.file(&address),
            Err(failure) => self.note(&link.address, failure),
        })
    }

    fn file(&mut self, address: &str) -> Option<Fetched> {
        let bytes = self.get(address)?.bytes;
        match content::description(&bytes) {
            Ok(()) => Some(Fetched::new(bytes, Form::Linked, self.from, address)),
            Err(why) => self.note(address, why),
        }
    }

    /// Asks each address once, and none any more when the limits are reached.
    fn get(&mut self, address: &str) -> Option<Answer> {
        if !self.asked.insert(address.to_owned()) {
            return None;
        }
        if let Some(why) = self.http.exhausted() {
            return self.note(address, format!("not asked: {why}"));
        }
        match self.http.get(address) {
            Ok(answer) => Some(answer),
            Err(failure) => self.note(address, failure),
        }
    }

    /// One line, whatever a page wrote into its addresses.
    fn note<T>(&mut self, place: &str, why: impl Display) -> Option<T> {
        let line: String = format!("{place}: {why}").chars().filter(|character| !character.is_control()).collect();
        let short: String = line.chars().take(LINE).collect();
        self.tried.push(if short.len() < line.len() { format!("{short}…") } else { short });
        None
    }
}
