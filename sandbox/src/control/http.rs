//! The control interface over HTTP, for tests in other languages and for a curious person with curl. The README lists it;
//! [`Control`] says what each thing does. What is not known is refused by its name: members, parameters and ids.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bodies::{
    ClockMove, EndUserBody, KycBody, PersonBody, RefundBody, SignBody, StatusBody, TermsBody, WebhookBody, clock_move,
    fault, nothing, numbers, read,
};
use super::{Control, kyc_page, views};
use crate::amount::Amount;
use crate::api::routes::fidelity;
use crate::http::answer::Answer;
use crate::http::call::Raw;
use crate::http::refusal::{Refusal, wrong_field};
use crate::sca::phone::sign;
use crate::sca::powerauth::SignedRequest;
use crate::shared::Shared;
use crate::state::card_refund::NoRefund;
use crate::state::interaction::InteractionState;

/// The answer to a request under `/_sandbox`.
pub(crate) fn answer(shared: &Arc<Shared>, path: &str, raw: &Raw) -> Answer {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let done = control(&Control::new(Arc::clone(shared)), &parts, raw);
    match done {
        Ok(answer) if answer.status == 0 => answer.with_status(200),
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(None, shared.clock.now()),
    }
}

/// Every path under `/_sandbox`, with the methods it takes; `*` stands for an id. A path that is not listed is not routed.
const PATHS: &[(&str, &[&str])] = &[
    ("", &["GET"]),
    ("state", &["GET"]),
    ("operations", &["GET"]),
    ("events", &["GET"]),
    ("console.css", &["GET"]),
    ("console.js", &["GET"]),
    ("clock", &["GET", "POST"]),
    ("faults", &["GET", "POST", "DELETE"]),
    ("faults/*", &["DELETE"]),
    ("faults/*/release", &["POST"]),
    ("journal", &["GET", "DELETE"]),
    ("journal/files", &["GET"]),
    ("sca", &["GET"]),
    ("sca/approve", &["POST"]),
    ("sca/*/approve", &["POST"]),
    ("sca/*/decline", &["POST"]),
    ("sca/*/expire", &["POST"]),
    ("devices", &["GET", "POST"]),
    ("devices/*/activate", &["POST"]),
    ("devices/*/block", &["POST"]),
    ("devices/*/sign", &["POST"]),
    ("end-users", &["GET"]),
    ("end-users/*/status", &["POST"]),
    ("cards", &["GET"]),
    ("cards/refund", &["POST"]),
    ("cards/*/lock-pin", &["POST"]),
    ("ledgers", &["GET"]),
    ("transactions", &["GET"]),
    ("export", &["GET"]),
    ("outbox", &["GET"]),
    ("webhooks", &["GET"]),
    ("webhooks/send", &["POST"]),
    ("webhooks/*/resend", &["POST"]),
    ("kyc", &["GET"]),
    ("kyc/*", &["GET", "POST"]),
    ("reset", &["POST"]),
    ("tokens/expire", &["POST"]),
    ("tokens/revoke", &["POST"]),
    ("passwords/require", &["POST"]),
    ("emails/verify", &["POST"]),
    ("addresses/verify", &["POST"]),
    ("terms", &["POST"]),
];

/// The methods that a path takes; none where there is no such path. Words go before ids.
fn methods(path: &[&str]) -> Option<&'static [&'static str]> {
    let fits = |pattern: &str| {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        parts.len() == path.len() && parts.iter().zip(path).all(|(part, sent)| *part == "*" || part == sent)
    };
    let exact = PATHS.iter().find(|(pattern, _)| *pattern == path.join("/"));
    exact.or_else(|| PATHS.iter().find(|(pattern, _)| fits(pattern))).map(|(_, methods)| *methods)
}

fn control(control: &Control, path: &[&str], raw: &Raw) -> Result<Answer, Refusal> {
    let method = raw.parts.method.as_str();
    let allowed = methods(path).ok_or(Refusal::NoRoute)?;
    if !allowed.contains(&method) {
        return Err(Refusal::WrongMethod(allowed.iter().map(|one| (*one).to_owned()).collect()));
    }
    let query = raw.parts.uri.query().unwrap_or_default();
    if !matches!((method, path), ("GET", ["journal"] | ["journal", "files"])) {
        numbers(query, [])?;
    }
    match method {
        "GET" => show(control, path, query),
        "POST" => act(control, path, &raw.bytes),
        "DELETE" => {
            nothing(&raw.bytes)?;
            clear(control, path)
        }
        _ => Err(Refusal::NoRoute),
    }
}

/// What can be looked at.
fn show(control: &Control, path: &[&str], query: &str) -> Result<Answer, Refusal> {
    let shared = &control.shared;
    Ok(Answer::json(match path {
        [] => json!({
            "sandbox": "LinkCy",
            "description": shared.description.version(),
            "url": shared.url,
            "credentials": control.credentials(),
            "now": shared.clock.now(),
            "sca": shared.settings.sca,
        }),
        ["state"] => state(control),
        ["operations"] => operations(shared),
        ["clock"] => json!({ "now": shared.clock.now() }),
        ["faults"] => faults(control),
        ["journal"] => {
            let [since, limit] = numbers(query, ["since", "limit"])?;
            json!(shared.journal.entries_from(since.unwrap_or(0), limit.unwrap_or(usize::MAX)))
        }
        ["journal", "files"] => {
            let [since, limit] = numbers(query, ["since", "limit"])?;
            json!(shared.files_journal.entries_from(since.unwrap_or(0), limit.unwrap_or(usize::MAX)))
        }
        ["sca"] => json!(control.interactions()),
        ["devices"] => views::devices(&shared.bank().tables),
        ["end-users"] => views::end_users(&shared.bank().tables),
        ["cards"] => views::cards(&shared.bank().tables),
        ["ledgers"] => views::ledgers(&shared.bank().tables),
        ["transactions"] => views::transactions(&shared.bank().tables),
        ["export"] => json!(shared.bank().export()),
        ["outbox"] => views::outbox(&shared.bank().tables),
        ["webhooks"] => json!({
            "endpoints": control.webhook_endpoints(),
            "deliveries": control.deliveries(),
        }),
        ["kyc"] => views::kycs(&shared.bank().tables),
        ["kyc", application] => {
            let id = id_of(application)?;
            let bank = shared.bank();
            let kyc = bank.tables.kycs.get(id).ok_or_else(|| missing("KYC application", application))?;
            return Ok(kyc_page::answer(kyc));
        }
        _ => return Err(Refusal::NoRoute),
    }))
}

/// What can be done.
fn act(control: &Control, path: &[&str], bytes: &[u8]) -> Result<Answer, Refusal> {
    let shared = &control.shared;
    match path {
        ["clock"] => {
            match clock_move(bytes, shared.clock.now())? {
                ClockMove::Set(to) => control.clock().set(to),
                ClockMove::Advance(by) => control.advance(by),
            }
            return Ok(Answer::json(json!({ "now": shared.clock.now() })));
        }
        ["passwords", "require"] => {
            let id = read::<EndUserBody>(bytes)?.end_user_id;
            return done(control.require_password_change(id), "end-user", id);
        }
        ["emails", "verify"] => {
            let id = read::<PersonBody>(bytes)?.person_id;
            return done(control.verify_email(id), "person", id);
        }
        ["addresses", "verify"] => {
            let id = read::<EndUserBody>(bytes)?.end_user_id;
            return done(control.verify_address(id), "end-user", id);
        }
        ["terms"] => {
            let version = read::<TermsBody>(bytes)?.version;
            if version.trim().is_empty() {
                return wrong_field("version", "", "must not be empty");
            }
            control.publish_terms(&version);
            return finished();
        }
        ["end-users", end_user, "status"] => return set_status(control, id_of(end_user)?, &read(bytes)?),
        ["kyc", application] => {
            let status = read::<KycBody>(bytes)?.status;
            return done(control.end_kyc(id_of(application)?, status), "KYC application", application);
        }
        ["faults"] => {
            let fault = fault(bytes, &shared.description)?;
            return Ok(Answer::json(json!({ "id": control.inject(fault).id() })).with_status(201));
        }
        ["devices"] => {
            let id = read::<EndUserBody>(bytes)?.end_user_id;
            if shared.bank().tables.end_user(id).is_none() {
                return Err(missing("end-user", id));
            }
            let key = control.register_device(id);
            return Ok(Answer::json(key.save()).with_status(201));
        }
        ["cards", "refund"] => return refund(control, &read(bytes)?),
        ["devices", device, "sign"] => return signature(control, id_of(device)?, &read(bytes)?),
        ["webhooks", "send"] => return send_webhook(control, &read(bytes)?),
        _ => {}
    }
    // What follows takes no body.
    nothing(bytes)?;
    match path {
        ["reset"] => control.reset(),
        ["tokens", "expire"] => control.expire_access_tokens(),
        ["tokens", "revoke"] => control.revoke_sessions(),
        ["cards", card, "lock-pin"] => return done(control.lock_pin(id_of(card)?), "card", card),
        ["faults", fault, "release"] => {
            let all = shared.faults.list();
            let found = all.iter().find(|(_, injected)| fault.parse() == Ok(injected.id()));
            found.inspect(|(_, injected)| injected.release());
            return done(found.is_some(), "fault", fault);
        }
        ["sca", "approve"] => return Ok(Answer::json(json!({ "approved": control.approve_all() }))),
        ["sca", push, "approve"] => return decide(control, push, Control::approve),
        ["sca", push, "decline"] => return decide(control, push, Control::decline),
        ["sca", push, "expire"] => return decide(control, push, Control::expire_interaction),
        ["devices", device, "activate"] => {
            let id = id_of(device)?;
            if shared.bank().tables.devices.get(id).is_some_and(|device| device.blocked) {
                return Err(Refusal::Conflict(format!(
                    "the device {device} is blocked for good: register another one"
                )));
            }
            return done(control.activate_device(id), "device", device);
        }
        ["devices", device, "block"] => return done(control.block_device(id_of(device)?), "device", device),
        ["webhooks", webhook, "resend"] => return done(control.resend_webhook(webhook), "webhook", webhook),
        _ => return Err(Refusal::NoRoute),
    }
    finished()
}

/// What can be taken away.
fn clear(control: &Control, path: &[&str]) -> Result<Answer, Refusal> {
    match path {
        ["faults"] => control.clear_faults(),
        ["faults", fault] => {
            return done(fault.parse().is_ok_and(|id| control.shared.faults.remove(id)), "fault", fault);
        }
        ["journal"] => control.clear_journal(),
        _ => return Err(Refusal::NoRoute),
    }
    finished()
}

/// Sends an event by hand.
fn send_webhook(control: &Control, body: &WebhookBody) -> Result<Answer, Refusal> {
    if body.event.trim().is_empty() {
        return wrong_field("type", &body.event, "must not be empty");
    }
    let sent = match (&body.data, &body.payload) {
        (Some(_), Some(_)) => {
            return wrong_field(
                "payload",
                "",
                "is the whole of what is sent, and `data` a part of it: send one of them",
            );
        }
        (data, None) => control.send_webhook(&body.event, data.as_ref().unwrap_or(&Value::Null)),
        (None, Some(payload)) => control.send_webhook_payload(&body.event, payload),
    };
    let id = sent.ok_or_else(|| Refusal::Conflict("webhooks have no address; start with --webhooks URL".into()))?;
    Ok(Answer::json(json!({ "id": id })).with_status(201))
}

/// Gives back what a card paid.
fn refund(control: &Control, body: &RefundBody) -> Result<Answer, Refusal> {
    let sent = body.amount.as_ref().filter(|amount| !amount.is_null());
    let amount = sent.map(|sent| {
        let read = Amount::from_json(sent);
        read.map_or_else(|| wrong_field("amount", sent, "must be a number of euros with two decimals at most"), Ok)
    });
    match control.refund(body.transaction_id, amount.transpose()?) {
        Ok(id) => Ok(Answer::json(json!({ "transactionId": id })).with_status(201)),
        Err(NoRefund::NoClearing) => Err(missing("card clearing", body.transaction_id)),
        Err(NoRefund::AtMost(left)) => wrong_field(
            "amount",
            sent.unwrap_or(&Value::Null),
            &format!("must be positive and at most {left}, which is not refunded yet"),
        ),
        Err(NoRefund::LedgerClosed) => Err(Refusal::Conflict("the ledger that paid is closed".into())),
    }
}

fn finished() -> Result<Answer, Refusal> {
    Ok(Answer::json(json!({ "done": true })))
}

fn done(done: bool, what: &str, id: impl std::fmt::Display) -> Result<Answer, Refusal> {
    if done { finished() } else { Err(missing(what, id)) }
}

fn missing(what: &str, id: impl std::fmt::Display) -> Refusal {
    Refusal::Missing(format!("there is no {what} {id}"))
}

fn id_of(text: &str) -> Result<Uuid, Refusal> {
    text.parse().or_else(|_| wrong_field("id", text, "must be a UUID"))
}

/// The end-user's word on a push, while it is pending.
fn decide(control: &Control, push: &str, decide: fn(&Control, Uuid) -> bool) -> Result<Answer, Refusal> {
    let id = id_of(push)?;
    let now = control.shared.clock.now();
    let state = control.shared.bank().tables.interactions.get(id).map(|push| push.state_at(now));
    match state {
        None => Err(missing("push", push)),
        Some(InteractionState::Pending) => {
            decide(control, id);
            finished()
        }
        Some(state) => {
            let word = crate::json::word(&state);
            Err(Refusal::Conflict(format!(
                "the push {push} is {word}, not pending: send the request again for a new one"
            )))
        }
    }
}

fn set_status(control: &Control, end_user: Uuid, body: &StatusBody) -> Result<Answer, Refusal> {
    if body.linkcy.is_none() && body.banking.is_none() {
        return wrong_field("linkcy", "", "must not be null: send linkcy, banking or both");
    }
    let linkcy = body.linkcy.is_none_or(|linkcy| control.set_linkcy(end_user, linkcy));
    let banking = body.banking.is_none_or(|banking| control.set_banking(end_user, banking));
    done(linkcy && banking, "end-user", end_user)
}

fn state(control: &Control) -> Value {
    let money = control.money();
    json!({
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
    })
}

/// Every operation, and whether it has behaviour of its own.
fn operations(shared: &Shared) -> Value {
    let all = shared.description.operations().iter();
    all.map(|one| {
        json!({
            "method": one.method, "path": one.path, "words": one.words, "fidelity": fidelity(one),
            "sca": one.sca.is_some(),
        })
    })
    .collect()
}

fn faults(control: &Control) -> Value {
    let all = control.shared.faults.list();
    all.into_iter()
        .map(|(fault, injected)| json!({ "id": injected.id(), "struck": injected.struck(), "fault": fault }))
        .collect()
}

/// Signs a request with a device's key, for who has no HMAC at hand.
fn signature(control: &Control, device: Uuid, body: &SignBody) -> Result<Answer, Refusal> {
    let key = control.device_key(device).ok_or_else(|| missing("device", device))?;
    let SignBody { method, path, query, body } = body;
    let request = SignedRequest { method, path, query, body: body.as_bytes() };
    let nonce = control.fresh_nonce();
    Ok(Answer::json(json!({ "signature": sign(&key, request, control.clock().now(), nonce) })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_path_go_before_ids() {
        let listed = |method: &str, path: &[&str]| methods(path).is_some_and(|all| all.contains(&method));
        for (method, path) in [("GET", ""), ("POST", "reset"), ("POST", "sca/7/approve"), ("GET", "kyc/7")] {
            let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            assert!(listed(method, &path), "{method} {path:?}");
        }
        assert_eq!(methods(&["cards", "refund"]), Some(&["POST"][..]));
        assert_eq!(methods(&["sca", "approve"]), Some(&["POST"][..]));
        assert_eq!(methods(&["nowhere"]), None);
    }
}
