//! The HTTP side: connections, and one request's way from its bytes to its answer.
//! hyper without a framework on top, because a sandbox has to drop connections and cut bodies off on purpose, and routes
//! come from the description.

mod access;
mod body;
mod console;
mod cors;
mod deliveries;
mod files;
mod hint;
mod reply;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::api::context::Context;
use crate::api::route::{Access, Handler};
use crate::api::routes::{fidelity, route_of};
use crate::api::sessions::bearer;
use crate::auth::{Bearer, Caller};
use crate::control;
use crate::description::{BearerNeed, Match, Operation, example};
use crate::distortion::distort;
use crate::faults::{Effect, Moment};
use crate::http::answer::Answer;
use crate::http::call::{Call, Raw};
use crate::http::refusal::Refusal;
use crate::journal::Told;
use crate::sca::gate;
use crate::seed::Seed;
use crate::shared::{Send, Shared};
use reply::Reply;

/// Serves API and files, and delivers webhooks, until `stop` is signalled or its sender is gone.
pub(crate) async fn serve(
    api: TcpListener,
    files: TcpListener,
    webhooks: UnboundedReceiver<Send>,
    shared: Arc<Shared>,
    stop: oneshot::Receiver<Infallible>,
) {
    tokio::spawn(deliveries::deliver(Arc::clone(&shared), webhooks));
    tokio::select! {
        () = accept(api, Arc::clone(&shared)) => {}
        () = files::accept(files, shared) => {}
        _ = stop => {}
    }
}

/// The next connection. While none can be had, mostly for want of file descriptors, it waits for some to come back.
async fn next_connection(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let (stream, peer) = next_connection(&listener).await;
        shared.journal.count_connection();
        // Small answers should not wait for each other; a refusal of the option changes nothing else.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| handle(request, Arc::clone(&shared), peer));
            // A connection that ends badly is the client's affair, or what a fault asked for.
            let _ =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The connection is to be dropped without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on purpose")]
pub(crate) struct Dropped;

async fn handle(request: Request<Incoming>, shared: Arc<Shared>, peer: SocketAddr) -> Result<Response<Reply>, Dropped> {
    let (mut parts, body) = request.into_parts();
    let method = parts.method.clone();
    if method == Method::HEAD {
        // hyper leaves the body of its answer out.
        parts.method = Method::GET;
    }
    if let Some(path) =
        parts.uri.path().strip_prefix("/_sandbox").filter(|rest| rest.is_empty() || rest.starts_with('/'))
    {
        let path = path.to_owned();
        return control(&shared, parts, &path, body, peer).await;
    }
    if parts.uri.path() == "/"
        && access::refusal(&shared, &parts, peer).is_none()
        && let Some(page) = console::file(&shared, &parts)
    {
        return Ok(page);
    }
    if shared.settings.cors && parts.method == Method::OPTIONS {
        return Ok(cors::preflight(&shared, &parts));
    }
    let started = Instant::now();
    let description = Arc::clone(&shared.description);
    let found = description.route(parts.method.as_str(), parts.uri.path());
    let operation = match &found {
        Match::Operation(operation, _) => Some(*operation),
        _ => None,
    };
    let entry = shared.journal.arrived(&method, &parts, operation, shared.clock.now());
    let (bytes, read) = body::read(&parts, body, shared.settings.patience).await;
    shared.journal.body(entry, &bytes);
    let raw = Raw { parts, bytes, caller: OnceLock::new() };
    let mut reply = match read {
        body::Read::Whole => with_faults(&shared, found, &raw).await,
        body::Read::Refused(refusal) => Ok(Reply::whole(refusal.answer(None, shared.clock.now()), &shared)),
        body::Read::BrokenOff => Err(Dropped),
    };
    let status = reply.as_ref().ok().map(|reply| reply.status().as_u16());
    let told = reply.as_mut().ok().and_then(|reply| reply.extensions_mut().remove::<Told>());
    if shared.settings.log {
        let path = raw.parts.uri.path();
        let status = status.map_or_else(|| "dropped".to_owned(), |status| status.to_string());
        eprintln!(
            "{method} {path} {status} {} {:?}",
            told.as_ref().and_then(|told| told.error_code.as_deref()).unwrap_or("-"),
            started.elapsed()
        );
    }
    shared.journal.answered(entry, status, told.as_ref(), raw.caller.get(), started.elapsed());
    shared.note_change();
    if shared.settings.cors
        && let Ok(reply) = &mut reply
    {
        cors::allow(reply.headers_mut());
    }
    reply
}

/// The answer of the control interface.
async fn control(
    shared: &Arc<Shared>,
    parts: Parts,
    path: &str,
    body: Incoming,
    peer: SocketAddr,
) -> Result<Response<Reply>, Dropped> {
    let now = || shared.clock.now();
    if let Some(message) = access::refusal(shared, &parts, peer) {
        return Ok(Reply::whole(Refusal::NotHere(message).answer(None, now()), shared));
    }
    if let Some(file) = console::file(shared, &parts) {
        return Ok(file);
    }
    if path == "/events" && parts.method == Method::GET {
        return Ok(console::events(shared));
    }
    let (bytes, read) = body::read(&parts, body, shared.settings.patience).await;
    let raw = Raw { parts, bytes, caller: OnceLock::new() };
    match read {
        body::Read::Whole => {
            let answer = control::http::answer(shared, path, &raw);
            if raw.parts.method != Method::GET {
                shared.note_change();
            }
            Ok(Reply::whole(answer, shared))
        }
        body::Read::Refused(refusal) => Ok(Reply::whole(refusal.answer(None, now()), shared)),
        body::Read::BrokenOff => Err(Dropped),
    }
}

/// The answer, or what the fault that fits this request makes of it.
async fn with_faults(shared: &Shared, route: Match<'_>, raw: &Raw) -> Result<Response<Reply>, Dropped> {
    let operation = match &route {
        Match::Operation(operation, _) => Some(*operation),
        _ => None,
    };
    let Some(fault) = shared.faults.take(operation, raw, &shared.fault_seed) else {
        return Ok(Reply::whole(answer(shared, route, raw).await, shared));
    };
    let instead = match fault.moment {
        Moment::BeforeProcessing => strike(shared, &fault.effect, &fault.released).await?,
        Moment::AfterProcessing => None,
    };
    if let Some(instead) = instead {
        return Ok(Reply::whole(instead, shared));
    }
    let mut answer = answer(shared, route, raw).await;
    if fault.moment == Moment::AfterProcessing
        && let Some(instead) = strike(shared, &fault.effect, &fault.released).await?
    {
        return Ok(Reply::whole(instead, shared));
    }
    let schema = operation.and_then(|operation| operation.answers.get(&answer.status)?.content.as_ref()?.1.as_ref());
    let schema = schema.map(|schema| (schema, shared.description.components()));
    distort(&fault.effect, &mut answer, schema);
    Ok(Reply::distorted(answer, &fault.effect, shared))
}

/// What a fault does to the call itself: wait, drop, or answer in its place.
async fn strike(
    shared: &Shared,
    effect: &Effect,
    released: &tokio::sync::watch::Receiver<bool>,
) -> Result<Option<Answer>, Dropped> {
    match effect {
        Effect::Drop => Err(Dropped),
        Effect::Hang => std::future::pending().await,
        Effect::Hold => {
            // An error means the sandbox is gone, and with it the one who would release.
            let _ = released.clone().wait_for(|released| *released).await;
            Ok(None)
        }
        Effect::Delay { millis } => {
            shared.clock.sleep(std::time::Duration::from_millis(*millis)).await;
            Ok(None)
        }
        Effect::Status { .. } | Effect::TooManyRequests { .. } | Effect::UnknownCode { .. } => {
            Ok(effect.answer(shared.clock.now()))
        }
        _ => Ok(None),
    }
}

/// The answer to a request, without faults.
async fn answer(shared: &Shared, route: Match<'_>, raw: &Raw) -> Answer {
    let now = shared.clock.now();
    let (operation, path_values) = match route {
        Match::Operation(operation, path_values) => (operation, path_values),
        // A browser's preflight, which has an origin, is refused unless pages of others may call.
        Match::WrongMethod(allowed) if raw.parts.method == Method::OPTIONS && raw.header("origin").is_none() => {
            return Answer::empty().with_status(204).with_header("allow", allowed.join(", "));
        }
        Match::WrongMethod(allowed) => {
            return Refusal::WrongMethod(allowed.into_iter().map(str::to_owned).collect()).answer(None, now);
        }
        Match::Unknown => return Refusal::NoRoute.answer(None, now),
    };
    let answer = match serve_operation(shared, operation, &path_values, raw).await {
        Ok(answer) if answer.status == 0 => answer.with_status(operation.success()),
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(Some(operation), now),
    };
    let answer = match hint::of(operation, raw) {
        Some(hint) => hint::add(answer, &hint),
        None => answer,
    };
    answer.with_header("sandbox-fidelity", fidelity(operation))
}

async fn serve_operation(
    shared: &Shared,
    operation: &Operation,
    path_values: &[(&str, String)],
    raw: &Raw,
) -> Result<Answer, Refusal> {
    let bearer = identify(shared, operation, raw)?;
    let _ = raw.caller.set(bearer.caller.clone());
    let route = route_of(operation);
    match route.map(|one| one.access) {
        Some(Access::Partner) if !bearer.caller.is_partner() => {
            return Err(Refusal::Forbidden("this operation is the partner's"));
        }
        Some(Access::Role(role))
            if bearer.caller != Caller::Anonymous && !bearer.roles().iter().any(|has| has == role) =>
        {
            return Err(Refusal::Forbidden("the bearer has not the role for this operation"));
        }
        _ => {}
    }
    let call = Call::read(operation, path_values, raw).await?;
    let Some(route) = route else {
        return Ok(made_up(shared, operation, &call));
    };

    let mut bank = shared.bank();
    // What a request that panicked left behind never happened.
    bank.roll_back();
    let mut context = Context::new(&mut bank, &call, bearer, shared.clock.now(), &shared.settings, shared.origins());
    let outcome = act(shared, &mut context, route.handler);
    let notes = std::mem::take(&mut context.notes);
    let outcome =
        outcome.map(|answer| notes.into_iter().fold(answer, |answer, (name, note)| answer.with_header(name, note)));
    let (webhooks, keep) = (std::mem::take(&mut context.webhooks), outcome.is_ok() || context.keep_despite_refusal);
    if !keep {
        bank.roll_back();
        return outcome;
    }
    if let Err(error) = bank.commit(|changes| shared.keep(changes)) {
        bank.roll_back();
        return Err(error);
    }
    drop(bank);
    shared.deliver(webhooks);
    outcome
}

/// What is due comes first, then SCA, then the operation. What the first two did stays done if the last is refused.
fn act(shared: &Shared, context: &mut Context<'_>, handler: Handler) -> Result<Answer, Refusal> {
    context.settle();
    if let Some(waiting) = gate::pass(context)? {
        return Ok(waiting);
    }
    shared.deliver(context.keep_so_far(|changes| shared.keep(changes))?);
    handler(context)
}

/// The token of a bearer. The scheme has no case, by RFC 9110.
fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Who calls, by the bearer and what the operation asks for.
fn identify(shared: &Shared, operation: &Operation, raw: &Raw) -> Result<Bearer, Refusal> {
    if raw.is_repeated("authorization") {
        return Err(Refusal::Unauthorized("the Authorization header was sent more than once"));
    }
    let sent = raw.header("authorization").and_then(bearer_token);
    match (operation.bearer, sent) {
        (BearerNeed::Never | BearerNeed::Optional, None) => Ok(Bearer::none()),
        // 1.78.0 has no bearer on creating a consumer and still tells the partner by it; a login's is stale at times.
        (BearerNeed::Never, Some(sent)) => {
            Ok(bearer(&shared.bank().tables, &shared.read_tokens, sent, shared.clock.now())
                .unwrap_or_else(|_| Bearer::none()))
        }
        (BearerNeed::Required, None) => Err(Refusal::Unauthorized(hint::of_authorization(raw.header("authorization")))),
        (BearerNeed::Optional | BearerNeed::Required, Some(sent)) => {
            bearer(&shared.bank().tables, &shared.read_tokens, sent, shared.clock.now())
        }
    }
}

/// The answer of an operation without route: an example of its success, the same for the same request.
fn made_up(shared: &Shared, operation: &Operation, call: &Call<'_>) -> Answer {
    let mut seed = Seed::of_text(&format!("{} {} {}", operation.method, call.path, call.query));
    let status = operation.success();
    let content = operation.answers.get(&status).and_then(|shape| shape.content.as_ref());
    match content {
        Some((_, Some(schema))) => Answer::json(example(&shared.description, schema, &mut seed)),
        _ => Answer::empty(),
    }
}
