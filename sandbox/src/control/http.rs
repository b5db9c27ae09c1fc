//! The control interface over HTTP, for tests in other languages and for a curious person with curl. It answers on
//! loopback only. The README lists it; [`Control`] says what each thing does.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Control;
use crate::api::routes::fidelity;
use crate::http::answer::Answer;
use crate::http::call::Raw;
use crate::http::refusal::{Refusal, wrong_field};
use crate::sca::signature::{SignedRequest, sign};
use crate::shared::Shared;

/// The answer to a request under `/_sandbox`.
pub(crate) fn answer(shared: &Arc<Shared>, path: &str, raw: &Raw) -> Answer {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let done = control(&Control::new(Arc::clone(shared)), raw.parts.method.as_str(), &parts, &raw.bytes);
    match done {
        Ok(answer) if answer.status == 0 => answer.with_status(200),
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(None, shared.clock.now()),
    }
}

fn control(control: &Control, method: &str, path: &[&str], bytes: &[u8]) -> Result<Answer, Refusal> {
    let shared = &control.shared;
    let body = || -> Result<Value, Refusal> {
        serde_json::from_slice(bytes).or_else(|error| wrong_field("", "", &format!("the body is not JSON: {error}")))
    };
    let id_in = |field: &str| -> Result<Uuid, Refusal> {
        let sent = body()?[field].clone();
        sent.as_str().and_then(|text| text.parse().ok()).map_or_else(|| wrong_field(field, &sent, "must be a UUID"), Ok)
    };
    let id = |text: &str| text.parse::<Uuid>().or_else(|_| wrong_field("id", text, "must be a UUID"));
    let done = |done: bool| {
        if done { Ok(Answer::json(json!({ "done": true }))) } else { Err(Refusal::NoRoute) }
    };

    match (method, path) {
        ("GET", []) => Ok(Answer::json(json!({
            "sandbox": "LinkCy",
            "description": shared.description.version(),
            "url": shared.url,
            "credentials": control.credentials(),
            "now": shared.clock.now(),
        }))),
        ("GET", ["state"]) => {
            let money = control.money();
            Ok(Answer::json(json!({
                "counts": control.counts(),
                "payments": control.payments(),
                "connections": control.connections(),
                "revokedSessions": control.revoked_sessions(),
                "money": {
                    "held": money.held.to_json(),
                    "reserved": money.reserved.to_json(),
                    "cameIn": money.came_in.to_json(),
                    "wentOut": money.went_out.to_json(),
                },
            })))
        }
        ("POST", ["reset"]) => {
            control.reset();
            done(true)
        }
        ("GET", ["operations"]) => Ok(Answer::json(operations(shared))),

        ("GET", ["clock"]) => Ok(Answer::json(json!({ "now": shared.clock.now() }))),
        ("POST", ["clock"]) => {
            move_clock(control, &body()?)?;
            Ok(Answer::json(json!({ "now": shared.clock.now() })))
        }

        ("POST", ["tokens", "expire"]) => {
            control.expire_access_tokens();
            done(true)
        }
        ("POST", ["tokens", "revoke"]) => {
            control.revoke_sessions();
            done(true)
        }
        ("POST", ["passwords", "require"]) => done(control.require_password_change(id_in("endUserId")?)),
        ("POST", ["emails", "verify"]) => {
            control.verify_email(id_in("personId")?);
            done(true)
        }
        ("POST", ["terms"]) => match body()?["version"].as_str() {
            Some(version) => {
                control.publish_terms(version);
                done(true)
            }
            None => wrong_field("version", "", "must not be null"),
        },
        ("POST", ["end-users", end_user, "status"]) => set_status(control, id(end_user)?, &body()?),
        ("POST", ["cards", card, "lock-pin"]) => done(control.lock_pin(id(card)?)),

        ("GET", ["faults"]) => Ok(Answer::json(faults(control))),
        ("POST", ["faults"]) => match serde_json::from_value(body()?) {
            Ok(fault) => Ok(Answer::json(json!({ "id": control.inject(fault).id() })).with_status(201)),
            Err(error) => wrong_field("", "", &error.to_string()),
        },
        ("DELETE", ["faults"]) => {
            control.clear_faults();
            done(true)
        }
        ("DELETE", ["faults", fault]) => done(fault.parse().is_ok_and(|fault| shared.faults.remove(fault))),
        ("POST", ["faults", fault, "release"]) => {
            let all = shared.faults.list();
            let found = all.iter().find(|(_, injected)| fault.parse() == Ok(injected.id()));
            found.inspect(|(_, injected)| injected.release());
            done(found.is_some())
        }

        ("GET", ["journal"]) => Ok(Answer::json(json!(control.journal()))),
        ("GET", ["journal", "files"]) => Ok(Answer::json(json!(control.file_requests()))),
        ("DELETE", ["journal"]) => {
            control.clear_journal();
            done(true)
        }

        ("GET", ["sca"]) => Ok(Answer::json(json!(control.interactions()))),
        ("POST", ["sca", "approve"]) => Ok(Answer::json(json!({ "approved": control.approve_all() }))),
        ("POST", ["sca", interaction, "approve"]) => done(control.approve(id(interaction)?)),
        ("POST", ["sca", interaction, "decline"]) => done(control.decline(id(interaction)?)),
        ("POST", ["sca", interaction, "expire"]) => done(control.expire_interaction(id(interaction)?)),
        ("POST", ["devices"]) => {
            let key = control.register_device(id_in("endUserId")?);
            let answer = json!({ "scaDeviceId": key.device, "secret": STANDARD.encode(key.secret()) });
            Ok(Answer::json(answer).with_status(201))
        }
        ("POST", ["devices", device, "activate"]) => done(control.activate_device(id(device)?)),
        ("POST", ["devices", device, "block"]) => done(control.block_device(id(device)?)),
        ("POST", ["devices", device, "sign"]) => signature(control, id(device)?, &body()?),

        ("GET", ["webhooks"]) => Ok(Answer::json(json!({
            "secret": control.webhook_secret(),
            "deliveries": control.deliveries(),
        }))),
        _ => Err(Refusal::NoRoute),
    }
}

fn move_clock(control: &Control, body: &Value) -> Result<(), Refusal> {
    if let Some(to) = body["set"].as_str() {
        match to.parse::<Timestamp>() {
            Ok(to) => control.clock().set(to),
            Err(error) => return wrong_field("set", to, &error.to_string()),
        }
    }
    if let Some(by) = body["advance"].as_str() {
        match by.parse::<SignedDuration>() {
            Ok(by) => control.advance(by),
            Err(error) => return wrong_field("advance", by, &error.to_string()),
        }
    }
    Ok(())
}

fn set_status(control: &Control, end_user: Uuid, body: &Value) -> Result<Answer, Refusal> {
    fn word<T: serde::de::DeserializeOwned>(body: &Value, field: &str) -> Result<Option<T>, Refusal> {
        let Some(sent) = body.get(field) else {
            return Ok(None);
        };
        serde_json::from_value(sent.clone()).or_else(|error| wrong_field(field, sent, &error.to_string()))
    }
    let (linkcy, banking) = (word(body, "linkcy")?, word(body, "banking")?);
    let linkcy = linkcy.is_none_or(|linkcy| control.set_linkcy(end_user, linkcy));
    let banking = banking.is_none_or(|banking| control.set_banking(end_user, banking));
    if linkcy && banking { Ok(Answer::json(json!({ "done": true }))) } else { Err(Refusal::NoRoute) }
}

/// Every operation, and whether it has behaviour of its own.
fn operations(shared: &Shared) -> Value {
    let all = shared.description.operations().iter();
    all.map(
        |one| json!({ "method": one.method, "path": one.path, "fidelity": fidelity(one), "sca": one.sca.is_some() }),
    )
    .collect()
}

fn faults(control: &Control) -> Value {
    let all = control.shared.faults.list();
    all.into_iter()
        .map(|(fault, injected)| json!({ "id": injected.id(), "struck": injected.struck(), "fault": fault }))
        .collect()
}

/// Signs a request with a device's key, for who has no HMAC at hand. The body is the text that will be sent.
fn signature(control: &Control, device: Uuid, body: &Value) -> Result<Answer, Refusal> {
    let Some(key) = control.device_key(device) else {
        return Err(Refusal::NoRoute);
    };
    let text = |field: &str| body[field].as_str().unwrap_or_default();
    let request = SignedRequest {
        method: text("method"),
        path: text("path"),
        query: text("query"),
        body: text("body").as_bytes(),
    };
    let nonce = control.fresh_nonce();
    Ok(Answer::json(json!({ "signature": sign(&key, request, control.clock().now(), nonce) })))
}
