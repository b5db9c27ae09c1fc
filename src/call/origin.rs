//! [`Origin`]: the base URL and the HTTP client behind progenitor's methods (their `inner`). The URL is parsed once; progenitor
//! would parse it for every call, which doubles the time to build a request.

// Which of them are used depends on the areas of the API that are switched on.
#![allow(dead_code)]

use reqwest::{Method, Request, RequestBuilder, Url};

use crate::environment::Environment;
use crate::generated::raw::Client;

/// A path that is never sent: it reserves room in the URL's buffer for most paths and queries.
const ROOM: &str = "/------------------------------------------------------------------------------------------------";

/// What progenitor's client carries (its `inner`).
#[derive(Clone, Debug)]
pub struct Origin {
    url: Url,
    http: reqwest::Client,
}

impl Origin {
    /// progenitor's client of an environment, whose requests go over `http`.
    pub(crate) fn client(environment: &Environment, http: reqwest::Client) -> Client {
        let mut url = environment.url();
        // Room for a path: a clone has it too.
        url.set_path(ROOM);
        let origin = Self { url, http: http.clone() };
        // progenitor puts nothing before a path: what comes before it is known here.
        Client::new_with_client("", http, origin)
    }

    pub(crate) fn get(&self, path: String) -> RequestBuilder {
        self.request(Method::GET, &path)
    }

    pub(crate) fn post(&self, path: String) -> RequestBuilder {
        self.request(Method::POST, &path)
    }

    pub(crate) fn put(&self, path: String) -> RequestBuilder {
        self.request(Method::PUT, &path)
    }

    pub(crate) fn patch(&self, path: String) -> RequestBuilder {
        self.request(Method::PATCH, &path)
    }

    pub(crate) fn delete(&self, path: String) -> RequestBuilder {
        self.request(Method::DELETE, &path)
    }

    pub(crate) fn head(&self, path: String) -> RequestBuilder {
        self.request(Method::HEAD, &path)
    }

    pub(crate) fn options(&self, path: String) -> RequestBuilder {
        self.request(Method::OPTIONS, &path)
    }

    pub(crate) fn trace(&self, path: String) -> RequestBuilder {
        self.request(Method::TRACE, &path)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.url.clone();
        url.set_path(path);
        RequestBuilder::from_parts(self.http.clone(), Request::new(method, url))
    }
}
