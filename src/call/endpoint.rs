//! [`EndpointCall`]: a call of an endpoint by method and path. It is a [`Call`] whose operation is known when it is made.

use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use progenitor_client::ClientInfo as _;
use reqwest::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::request::is_dots;
use super::{BuiltRequest, Call, Decode, Operation, Options, Response, Unwritten, is_path_of, value};
use crate::generated::raw;
use crate::operation::{Access, OperationInfo, Repeat, ScaHeaders};
use crate::sca::ScaPolicy;
use crate::upload::{Form, Upload};
use crate::{Client, OPERATIONS};

/// A call of an endpoint by its path: what [`Client::request`] gives. It returns any JSON unless set otherwise.
pub type EndpointCall<'c, T = Value> = Call<'c, Endpoint<T>>;

/// What an endpoint is called with.
pub struct Endpoint<T> {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Result<Vec<u8>, serde_json::Error>>,
    form: Option<Form>,
    repeatable: Option<bool>,
    /// A policy is set on the call.
    sca: bool,
    decode: Decode<T>,
}

impl Client {
    /// Calls any endpoint of the API by its method and path: one that LinkCy has but has not described yet, or one whose answer
    /// does not fit this crate's types. The answer is any JSON, a type of your own, or bytes.
    ///
    /// ```no_run
    /// # async fn example(linkcy: linkcy::Client) -> Result<(), linkcy::Error> {
    /// use linkcy::Method;
    /// use serde_json::json;
    ///
    /// let limits = linkcy.request(Method::GET, "/api/partner/limits").query("currency", "EUR").await?;
    /// println!("{}", limits["daily"]);
    /// let limit = json!({ "currency": "EUR", "daily": 500 });
    /// linkcy.request(Method::POST, "/api/partner/limits").json(&limit).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It works like a typed call: session, retries, deadlines, limits, layers, spans and errors are the same. A path that the
    /// description has is treated as its operation: who may call it, what is repeated, which SCA headers it takes. For any other
    /// path:
    /// - the session's token is sent where the client has a session;
    /// - `GET`, `HEAD`, `OPTIONS`, `PUT` and `DELETE` are repeated, other methods are not, unless
    ///   [`repeatable`](Call::repeatable) says otherwise; a lost answer of a method that is not repeated is
    ///   [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown);
    /// - SCA headers are sent only if a policy is set on the call, not the client's;
    /// - errors and spans name the method and no path, since a path may hold personal data.
    ///
    /// Prefer a typed call where there is one. `cargo xtask update-spec` makes one as soon as LinkCy describes the endpoint.
    ///
    /// The path begins with `/`, has its values filled in, and has no query: the call goes to the client's environment and nowhere
    /// else. If the path is invalid, the call's error says why.
    pub fn request(&self, method: Method, path: impl Into<String>) -> EndpointCall<'_> {
        let (path, query, sca) = (path.into(), Vec::new(), false);
        let endpoint = Endpoint { method, path, query, body: None, form: None, repeatable: None, sca, decode: value };
        Call { client: self, arguments: endpoint, options: Options { is_buffered: true, ..Options::default() } }
    }
}

impl<'c, T> EndpointCall<'c, T> {
    /// Adds a parameter to the query; it is escaped.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.arguments.query.push((name.into(), value.to_string()));
        self
    }

    /// Sets the body: any value, as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.arguments.body = Some(serde_json::to_vec(body));
        self
    }

    /// Adds a text to the body, which is then a multipart form.
    pub fn text_part(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.arguments.form.get_or_insert_default().text_part(name.into(), value.to_string());
        self
    }

    /// Adds a file to the body, which is then a multipart form.
    pub fn file_part(mut self, name: impl Into<String>, file: &Upload) -> Self {
        self.arguments.form.get_or_insert_default().file(Into::<String>::into(name), file);
        self
    }

    /// The SCA policy of this call. For a path that is not described, the headers are sent as set here, and a 202 then counts as a
    /// call that waits for the end-user.
    pub fn sca(mut self, policy: ScaPolicy) -> Self {
        self.options.sca = Some(policy);
        self.arguments.sca = true;
        self
    }

    /// Whether the call may be sent again after a lost answer, where the description does not have the path. `true` is right only
    /// if doing it twice is the same as doing it once.
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.arguments.repeatable = Some(repeatable);
        self
    }

    /// Reads the answer as a type of your own. An empty body is read as `null`.
    pub fn typed<U: DeserializeOwned>(self) -> EndpointCall<'c, U> {
        self.read_by(value)
    }

    /// Gives the answer's bytes, whatever they are, up to 64 MiB.
    pub fn bytes(self) -> EndpointCall<'c, Bytes> {
        self.read_by(|response| Ok(response.bytes()))
    }

    fn read_by<U>(self, decode: fn(&mut Response) -> Result<U, serde_json::Error>) -> EndpointCall<'c, U> {
        let Endpoint { method, path, query, body, form, repeatable, sca, .. } = self.arguments;
        let arguments = Endpoint { method, path, query, body, form, repeatable, sca, decode };
        Call { client: self.client, arguments, options: self.options }
    }
}

impl<T: Send + 'static> Operation for Endpoint<T> {
    type Output = T;

    const INFO: &'static OperationInfo = &REPEATABLE[0];

    /// The row of the operation that the path belongs to, or what is known of the method.
    fn info(&self) -> &'static OperationInfo {
        let rows =
            OPERATIONS.iter().filter(|row| row.method == self.method.as_str() && is_path_of(row.path, &self.path));
        // `/cards/rules` is not a card.
        let described = rows.min_by_key(|row| row.path.matches('{').count());
        described.unwrap_or_else(|| undescribed(&self.method, self.repeatable, self.sca))
    }

    fn form(&self) -> Option<Form> {
        self.form.clone()
    }

    fn write(&self, raw: &raw::Client) -> BuiltRequest<T> {
        BuiltRequest { request: self.request(raw), decode: self.decode }
    }
}

impl<T> Endpoint<T> {
    fn request(&self, raw: &raw::Client) -> Result<Request, Unwritten> {
        check_path(&self.path)?;
        let request = raw.inner().request(self.method.clone(), &self.path);
        let mut request = request.build().map_err(reqwest::Error::without_url)?;
        if !self.query.is_empty() {
            request.url_mut().query_pairs_mut().extend_pairs(&self.query);
        }
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json, */*"));
        match &self.body {
            Some(_) if self.form.is_some() => {
                return Err("it has a body of JSON and a multipart form: leave one out".into());
            }
            Some(Ok(body)) => {
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                *request.body_mut() = Some(body.clone().into());
            }
            Some(Err(error)) => return Err(format!("its body cannot be written as JSON: {error}").into()),
            None => {}
        }
        Ok(request)
    }
}

/// # Errors
/// Why a path is refused: it would name another address than the one it shows.
#[inline]
fn check_path(path: &str) -> Result<(), String> {
    let fault = if !path.starts_with('/') || path.starts_with("//") {
        "does not begin with one `/`: give the path alone, without scheme and host"
    } else if path.contains(['?', '#']) {
        "has a `?` or `#`: give the query by `query`"
    } else if path.contains(['{', '}']) {
        "has braces: fill in the values of the template"
    } else if path.contains('\\') || path.chars().any(char::is_control) {
        "has a backslash or a control character: remove it"
    } else if path.split('/').skip(1).any(|segment| segment.is_empty() || is_dots(segment)) {
        "has an empty or a dot segment, which names another path: give the whole path"
    } else {
        return Ok(());
    };
    Err(format!("its path {fault}"))
}

/// What is known of an endpoint that is not described: its method.
#[inline]
fn undescribed(method: &Method, repeatable: Option<bool>, sca: bool) -> &'static OperationInfo {
    let index = METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(METHODS.len() - 1);
    let rows = match (repeatable.unwrap_or(index < REPEATED), sca) {
        (true, false) => &REPEATABLE,
        (true, true) => &REPEATABLE_WITH_SCA,
        (false, false) => &NEVER,
        (false, true) => &NEVER_WITH_SCA,
    };
    &rows[index]
}

const METHODS: [&str; 8] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH", "(other)"];

/// How many of them are repeated unless the call says otherwise.
const REPEATED: usize = 5;

static REPEATABLE: [OperationInfo; 8] = rows(Repeat::Idempotent, None);
static REPEATABLE_WITH_SCA: [OperationInfo; 8] = rows(Repeat::Idempotent, Some(EVERY_STRATEGY));
static NEVER: [OperationInfo; 8] = rows(Repeat::Never, None);
static NEVER_WITH_SCA: [OperationInfo; 8] = rows(Repeat::Never, Some(EVERY_STRATEGY));

/// What the operations that are described take.
const EVERY_STRATEGY: ScaHeaders = ScaHeaders {
    strategies: &["PUSH_NOTIFICATION", "DATA_SIGNING", "BY_PASS"],
    default_strategy: None,
    takes_signature: true,
    pending: true,
};

const UNDESCRIBED: OperationInfo = OperationInfo {
    id: "request",
    name: "request",
    method: "",
    path: "(not described)",
    summary: "An endpoint that the description does not have.",
    area: None,
    access: Access::Either,
    deprecated: false,
    repeat: Repeat::Never,
    sca: None,
    page: None,
    media: None,
    redirects: false,
    errors: &[],
};

/// A row for each method.
const fn rows(repeat: Repeat, sca: Option<ScaHeaders>) -> [OperationInfo; 8] {
    let mut rows = [UNDESCRIBED; 8];
    let mut index = 0;
    while index < rows.len() {
        rows[index] = OperationInfo { method: METHODS[index], repeat, sca, ..UNDESCRIBED };
        index += 1;
    }
    rows
}
