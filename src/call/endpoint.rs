//! [`EndpointCall`]: an endpoint by method and path, over the same loop as the typed calls.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use progenitor_client::ClientInfo as _;
use reqwest::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::request::is_dots;
use super::{Decode, Execution, Options, Reply, decode};
use crate::error::Error;
use crate::operation::{Access, OperationInfo, Repeat, ScaHeaders};
use crate::sca::{Plan, ScaPolicy};
use crate::upload::{Form, Upload};
use crate::{Client, OPERATIONS};

/// A call of an endpoint by its path: what [`Client::request`] gives. Set what is optional by name, then `.await` it.
#[must_use = "a call does nothing until it is awaited"]
pub struct EndpointCall<'c> {
    client: &'c Client,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Result<Vec<u8>, serde_json::Error>>,
    form: Option<Form>,
    repeatable: Option<bool>,
    options: Options,
}

impl Client {
    /// Calls any endpoint of the API by its method and path: one that LinkCy has and has not described yet, or an answer that this
    /// crate's types do not fit. The answer is any JSON, a type of your own, or bytes.
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
    /// It goes the way of a typed call: session, retries, deadlines, limits, layers, spans and errors are the same. A path that the
    /// description has is treated as its operation: who may call it, what is repeated, which SCA headers it takes. Of any other path:
    /// - the session's token is sent where the client has a session;
    /// - `GET`, `HEAD`, `OPTIONS`, `PUT` and `DELETE` are repeated, other methods are not, unless
    ///   [`repeatable`](EndpointCall::repeatable) says otherwise; a lost answer of a method that is not repeated is
    ///   [`Error::OutcomeUnknown`];
    /// - SCA headers are sent only if a policy is set on the call, not the client's;
    /// - errors and spans name the method and no path, since a path may hold personal data.
    ///
    /// Prefer a typed call where there is one. `cargo xtask update-spec` makes one as soon as LinkCy describes the endpoint.
    ///
    /// The path begins with `/`, has its values filled in, and no query: the call goes to the client's environment and nowhere else.
    /// The call's error says what is wrong with it.
    pub fn request(&self, method: Method, path: impl Into<String>) -> EndpointCall<'_> {
        EndpointCall {
            client: self,
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            form: None,
            repeatable: None,
            options: Options { is_buffered: true, ..Options::default() },
        }
    }
}

impl<'c> EndpointCall<'c> {
    /// Adds a parameter to the query; it is escaped.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Sets the body: any value, as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.body = Some(serde_json::to_vec(body));
        self
    }

    /// Adds a text to the body, which is then a multipart form.
    pub fn text_part(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.form.get_or_insert_default().text_part(name.into(), value.to_string());
        self
    }

    /// Adds a file to the body, which is then a multipart form.
    pub fn file_part(mut self, name: impl Into<String>, file: &Upload) -> Self {
        self.form.get_or_insert_default().file(Into::<String>::into(name), file);
        self
    }

    /// The SCA policy of this call. Of a path that is not described nothing is known: its headers are sent as set here, and a 202 is
    /// then taken for a call that waits for the end-user.
    pub fn sca(mut self, policy: ScaPolicy) -> Self {
        self.options.sca = Some(policy);
        self
    }

    /// Whether the call may be sent again after a lost answer, where the description does not say it of the path. `true` is right only
    /// if doing it twice is the same as doing it once.
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = Some(repeatable);
        self
    }

    /// How long one attempt may take, instead of the client's time-out.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// How long the whole call may take, refreshes and repetitions included, instead of the client's deadline.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Sends it at most once, whatever happens to it.
    pub fn once(mut self) -> Self {
        self.options.once = true;
        self
    }

    /// Makes the call and reads the answer as a `T`, a type of your own or [`serde_json::Value`]. An empty body is read as `null`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send<T: DeserializeOwned>(self) -> Result<Reply<T>, Error> {
        self.execute(|success| decode(success.body())).await
    }

    /// Makes the call and gives the answer's bytes, whatever they are, up to 64 MiB.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn bytes(self) -> Result<Reply<Bytes>, Error> {
        self.execute(|success| Ok(success.bytes())).await
    }

    async fn execute<T>(self, decode: Decode<T>) -> Result<Reply<T>, Error> {
        let described = self.described();
        let operation =
            described.unwrap_or_else(|| undescribed(&self.method, self.repeatable, self.options.sca.is_some()));
        let request = self.write().map_err(|reason| Error::unwritten(operation, reason))?;
        let options = Options { output: std::any::type_name::<T>(), ..self.options };
        // Whether an undescribed endpoint knows SCA headers is for the call to say.
        let policy = match described {
            Some(_) => self.client.sca_policy(&options),
            None => options.sca.as_ref(),
        };
        let plan = Plan::make(operation, policy, self.client.environment())?;
        Execution::new(self.client, operation, options, plan, self.form).send(&request, decode).await
    }

    /// The row of the operation that the path belongs to.
    #[inline]
    fn described(&self) -> Option<&'static OperationInfo> {
        let rows = OPERATIONS.iter().filter(|row| row.method == self.method.as_str() && matches(row.path, &self.path));
        // `/cards/rules` is not a card.
        rows.min_by_key(|row| row.path.matches('{').count())
    }

    #[inline]
    fn write(&self) -> Result<Request, String> {
        check_path(&self.path)?;
        if self.body.is_some() && self.form.is_some() {
            return Err("it has a body of JSON and a multipart form: leave one out".to_owned());
        }
        let request = self.client.raw().inner().request(self.method.clone(), &self.path);
        let mut request = request.build().map_err(|error| error.without_url().to_string())?;
        if !self.query.is_empty() {
            request.url_mut().query_pairs_mut().extend_pairs(&self.query);
        }
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json, */*"));
        match &self.body {
            Some(Ok(body)) => {
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                *request.body_mut() = Some(body.clone().into());
            }
            Some(Err(error)) => return Err(format!("its body cannot be written as JSON: {error}")),
            None => {}
        }
        Ok(request)
    }
}

impl<'c> IntoFuture for EndpointCall<'c> {
    type Output = Result<Value, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.send::<Value>().await?.value) })
    }
}

/// Without query and body, which may hold secrets.
impl std::fmt::Debug for EndpointCall<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointCall").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Whether a path is a template's with its values filled in.
#[inline]
fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(fixed), Some(value)) if fixed.contains('{') || fixed == value => {}
            _ => return false,
        }
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
    let is_repeatable = repeatable
        .unwrap_or(matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE));
    let index = METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(METHODS.len() - 1);
    let rows = match (is_repeatable, sca) {
        (true, false) => &REPEATABLE,
        (true, true) => &REPEATABLE_WITH_SCA,
        (false, false) => &NEVER,
        (false, true) => &NEVER_WITH_SCA,
    };
    rows.get(index).unwrap_or(&rows[0])
}

const METHODS: [&str; 8] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH", "(other)"];

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

const fn rows(repeat: Repeat, sca: Option<ScaHeaders>) -> [OperationInfo; 8] {
    let [get, head, options, put, delete, post, patch, other] = METHODS;
    [
        row(get, repeat, sca),
        row(head, repeat, sca),
        row(options, repeat, sca),
        row(put, repeat, sca),
        row(delete, repeat, sca),
        row(post, repeat, sca),
        row(patch, repeat, sca),
        row(other, repeat, sca),
    ]
}

const fn row(method: &'static str, repeat: Repeat, sca: Option<ScaHeaders>) -> OperationInfo {
    OperationInfo {
        id: "request",
        name: "request",
        method,
        path: "(not described)",
        summary: "An endpoint that the description does not have.",
        area: None,
        access: Access::Either,
        deprecated: false,
        repeat,
        sca,
        page: None,
        media: None,
        redirects: false,
        errors: &[],
    }
}
