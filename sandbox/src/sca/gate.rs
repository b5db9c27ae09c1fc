//! The gate before an operation that can ask for SCA: it lets a call through, answers 202, or refuses.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::api::context::Context;
use crate::description::ScaHeaders;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::http::refusal::{Refusal, refuse};
use crate::json::compact;
use crate::sca::powerauth::{
    APPLICATION_KEY, APPLICATION_SECRET, Header, SignatureType, SignedRequest, next, signature,
};
use crate::settings::{ScaDemand, UriIdentifier};
use crate::state::device::{Device, Factor, FactorStatus};
use crate::state::index::Key;
use crate::state::interaction::{Interaction, InteractionState};
use crate::state::nonce::UsedNonce;
use crate::state::tables::Tables;
use sha2::Digest as _;

const STRATEGY: &str = "Linkcy-SCA-Strategy";

const FACTOR: &str = "Linkcy-SCA-Factor";

const ID: &str = "Linkcy-SCA-Id";

const SIGNATURE: &str = "Linkcy-SCA-Signature";

/// What an answer says in its sandbox-sca header when no SCA was asked for and LinkCy would have.
const NOT_ASKED: &str =
    "not asked for without Linkcy-SCA-Strategy; LinkCy takes PUSH_NOTIFICATION then, and so does --sca always";

/// Whether the call may go on (none), or the answer that asks the end-user first.
pub(crate) fn pass(context: &mut Context<'_>) -> Result<Option<Answer>, Refusal> {
    let Some(headers) = context.call.operation.sca else {
        return Ok(None);
    };
    let demand = context.settings.sca;
    let strategy = match (context.call.text(STRATEGY), demand) {
        (Some(strategy), _) => strategy,
        (None, ScaDemand::WhenAsked) if context.call.id(ID).is_none() => {
            context.notes.push(("sandbox-sca", NOT_ASKED));
            return Ok(None);
        }
        (None, _) => "PUSH_NOTIFICATION",
    };
    if strategy == "BY_PASS" && demand != ScaDemand::Strict {
        return Ok(None);
    }
    let Some(end_user) = subject(context) else {
        return Ok(None);
    };
    match strategy {
        "BY_PASS" | "FAIL" => required(strategy),
        "DATA_SIGNING" => verify_signature(context, end_user).map(|()| None),
        _ => match headers {
            ScaHeaders::StrategyFactorId => push_with_id(context, end_user, strategy == "JOIN_CODE"),
            ScaHeaders::StrategySignature => push_by_repetition(context, end_user),
        },
    }
}

fn required<T>(strategy: &str) -> Result<T, Refusal> {
    Err(Refusal::Code {
        code: "SCA_REQUIRED",
        message: format!("this operation needs SCA; the strategy sent was {strategy}"),
    })
}

/// A way from an id in a call to the end-user it is about.
type Owner = fn(&Tables, Uuid) -> Option<Uuid>;

/// The ids in a path or body that say whose confirmation a partner's call needs, the more telling first.
const ABOUT: &[(&str, Owner)] = &[
    ("cardId", |tables, id| Some(tables.cards.get(id)?.end_user)),
    ("ledgerFromId", |tables, id| Some(tables.ledgers.get(id)?.end_user)),
    ("ledgerId", |tables, id| Some(tables.ledgers.get(id)?.end_user)),
    ("consumerId", |tables, id| Some(tables.end_user(id)?.id)),
    ("endUserId", |tables, id| Some(tables.end_user(id)?.id)),
    ("beneficiaryId", |tables, id| Some(tables.beneficiaries.get(id)?.end_user)),
];

/// The end-user whose confirmation a call needs.
fn subject(context: &Context<'_>) -> Option<Uuid> {
    let by_id =
        |(name, owner): &(&str, Owner)| owner(context.tables, context.call.id(name).or_else(|| context.id(name))?);
    context
        .end_user_logging_in()
        .or_else(|| context.end_user_refreshing())
        .or_else(|| context.caller.end_user())
        .or_else(|| ABOUT.iter().find_map(by_id))
}

fn device(context: &Context<'_>, end_user: Uuid) -> Option<Device> {
    // Of several devices, one that can confirm; else the newest.
    let mut own = context.tables.devices.with(Key::EndUser(end_user)).rev();
    let newest = own.next()?;
    if newest.is_active() { Some(newest) } else { own.find(|device| device.is_active()).or(Some(newest)) }.cloned()
}

/// 1.78.0: a push is completed by the same request with Linkcy-SCA-Id.
fn push_with_id(context: &mut Context<'_>, end_user: Uuid, join: bool) -> Result<Option<Answer>, Refusal> {
    if let Some(id) = context.call.id(ID) {
        return complete(context, id, end_user).map(|()| None);
    }
    let Some(device) = device(context, end_user) else {
        return refuse("SCA_DEVICE_NOT_SET");
    };
    let factor = if context.call.text(FACTOR) == Some("PIN") { Factor::Pin } else { Factor::Biometry };
    if device.factor(factor) != FactorStatus::Set {
        return refuse("SCA_FACTOR_NOT_SET");
    }
    Ok(Some(ask(context, end_user, &device, join)))
}

fn complete(context: &mut Context<'_>, id: Uuid, end_user: Uuid) -> Result<(), Refusal> {
    let found = context.tables.interactions.get(id).filter(|interaction| interaction.end_user == end_user);
    let Some(interaction) = found else {
        return refuse("SCA_INTERACTION_NOT_FOUND");
    };
    if interaction.fingerprint != fingerprint(context.call) {
        return refuse("SCA_INTERACTION_DOES_NOT_MATCH");
    }
    match interaction.state {
        InteractionState::Consumed => refuse("SCA_INTERACTION_ALREADY_CONSUMED"),
        InteractionState::Declined | InteractionState::Expired => refuse("SCA_INTERACTION_DECLINED"),
        _ if context.now >= interaction.expires => refuse("SCA_INTERACTION_DECLINED"),
        InteractionState::Pending => refuse("SCA_INTERACTION_NOT_COMPLETED"),
        InteractionState::Approved => {
            consume(context, id);
            Ok(())
        }
    }
}

/// 1.114.5 has no header for it: a push is completed by the identical request.
fn push_by_repetition(context: &mut Context<'_>, end_user: Uuid) -> Result<Option<Answer>, Refusal> {
    let wanted = fingerprint(context.call);
    let asked = context
        .tables
        .interactions
        .with(Key::EndUser(end_user))
        .rev()
        .find(|interaction| interaction.fingerprint == wanted && context.now < interaction.expires);
    match asked.map(|interaction| (interaction.id, interaction.state, waiting(interaction, context.now))) {
        Some((_, InteractionState::Pending, waiting)) => Ok(Some(waiting)),
        Some((id, InteractionState::Approved, _)) => {
            consume(context, id);
            Ok(None)
        }
        Some((id, InteractionState::Declined, _)) => {
            // Said once; asked again it is a new question.
            consume(context, id);
            context.keep_despite_refusal = true;
            Err(Refusal::Code { code: "SCA_REQUIRED", message: "the end-user declined the push notification".into() })
        }
        Some((_, InteractionState::Consumed | InteractionState::Expired, _)) | None => {
            let Some(device) = device(context, end_user) else {
                return Err(Refusal::Code {
                    code: "NO_ACTIVE_SCA_DEVICE_FOUND",
                    message:
                        "the end-user has no device to confirm with: register one (POST /_sandbox/devices), leave the \
                              Linkcy-SCA-Strategy header out or send BY_PASS, as far as --sca allows"
                            .into(),
                });
            };
            if !device.is_active() {
                return refuse("SCA_DEVICE_NOT_VALID");
            }
            Ok(Some(ask(context, end_user, &device, false)))
        }
    }
}

fn consume(context: &mut Context<'_>, id: Uuid) {
    context.tables.interactions.change(id, |interaction| interaction.state = InteractionState::Consumed);
}

/// Starts a push.
fn ask(context: &mut Context<'_>, end_user: Uuid, device: &Device, join: bool) -> Answer {
    let interaction = Interaction {
        id: context.seed.uuid(),
        end_user,
        device: device.id,
        join_code: join.then(|| context.seed.uuid()),
        method: context.call.operation.method.clone(),
        path: context.call.path.clone(),
        fingerprint: fingerprint(context.call),
        about: about(context),
        created: context.now,
        state: InteractionState::Pending,
        expires: context.now.saturating_add(PUSH_LIFE).unwrap_or(Timestamp::MAX),
    };
    let answer = waiting(&interaction, context.now);
    context.tables.interactions.put(interaction);
    answer
}

/// What a push approves, as a phone shows it. A login's body is left out: it has a password.
fn about(context: &Context<'_>) -> Value {
    let beneficiary = context.id("beneficiaryId").and_then(|id| context.tables.beneficiaries.get(id));
    let to = context.id("ledgerToId").and_then(|id| context.tables.ledgers.get(id));
    let payee = beneficiary
        .map(|one| one.name.clone())
        .or_else(|| to.and_then(|ledger| Some(context.tables.end_user(ledger.end_user)?.name)))
        .or_else(|| context.text("name").map(str::to_owned));
    compact(json!({
        "operation": format!("{} {}", context.call.operation.method, context.call.operation.path),
        "amount": context.call.body.get("amount"),
        "currency": context.call.body.get("amount").map(|_| "EUR"),
        "payee": payee,
        "reference": context.text("reference"),
        "ledgerId": context.text("ledgerFromId").or(context.text("ledgerId")),
        "cardId": context.call.text("cardId"),
    }))
}

/// 202 "Waiting SCA".
fn waiting(interaction: &Interaction, now: Timestamp) -> Answer {
    let left = interaction.expires.duration_since(now);
    let mut body = json!({
        "scaId": interaction.id,
        "scaDeviceId": interaction.device,
        "ttl": {
            "seconds": left.as_secs(),
            "nano": left.subsec_nanos(),
            "negative": false,
            "zero": left.is_zero(),
            "units": [],
        },
    });
    if let Some(join_code) = interaction.join_code {
        body["joinCode"] = json!(join_code);
    }
    Answer::json(body).with_status(202)
}

/// How long a signature is good, by the reference page of the card operations.
const SIGNATURE_LIFE: SignedDuration = SignedDuration::from_secs(30);
/// How many counters ahead of the server's a device may be, by PowerAuth.
const LOOK_AHEAD: usize = 20;

fn verify_signature(context: &mut Context<'_>, end_user: Uuid) -> Result<(), Refusal> {
    let Some(sent) = context.call.text(SIGNATURE).filter(|header| !header.is_empty()) else {
        return refuse("SCA_SIGNATURE_MISSING");
    };
    let Some(header) = Header::parse(sent) else {
        return refuse("SCA_SIGNATURE_FORMAT_INVALID");
    };
    let registered = context.tables.devices.get(header.device).filter(|device| device.end_user == end_user);
    let Some(device) = registered.cloned() else {
        return refuse("NO_ACTIVE_SCA_DEVICE_FOUND");
    };
    if !device.is_active() {
        return refuse("SCA_DEVICE_NOT_VALID");
    }
    // Good or bad, a signature moves something: the counter, or the count of failed tries.
    context.keep_despite_refusal = true;
    let Some(counter) = counter_after(context, &device, &header) else {
        let most = context.settings.failed_signatures;
        context.tables.devices.change(device.id, |device| {
            device.failed += 1;
            device.blocked |= device.failed >= most;
        });
        return refuse("SCA_SIGNATURE_DOES_NOT_MATCH");
    };
    context.tables.devices.change(device.id, |device| {
        device.keys.counter = counter;
        // Possession alone proves too little to forgive failed tries.
        if header.kind != SignatureType::Possession {
            device.failed = 0;
        }
    });
    let now = context.now;
    let kept = SIGNATURE_LIFE + SIGNATURE_LIFE;
    let stale = context.tables.nonces.iter().take_while(|used| now.duration_since(used.at) > kept);
    let stale: Vec<Uuid> = stale.map(|used| used.id).collect();
    stale.into_iter().for_each(|id| context.tables.nonces.remove(id));
    context.tables.nonces.put(UsedNonce { id: header.nonce_id(), at: now });
    Ok(())
}

/// The counter after the one by which the device signed this very request; none when the signature does not fit.
fn counter_after(context: &Context<'_>, device: &Device, header: &Header) -> Option<[u8; 16]> {
    let made =
        header.timestamp.map(|made| SignedDuration::from_millis(context.now.as_millisecond().saturating_sub(made)));
    let has_factors = match header.kind {
        SignatureType::Possession => true,
        SignatureType::PossessionKnowledge => device.pin == FactorStatus::Set,
        SignatureType::PossessionBiometry => device.biometry == FactorStatus::Set,
        SignatureType::PossessionKnowledgeBiometry => {
            device.pin == FactorStatus::Set && device.biometry == FactorStatus::Set
        }
    };
    if !has_factors
        || header.application_key != APPLICATION_KEY
        || made.is_some_and(|age| age.abs() > SIGNATURE_LIFE)
        || context.tables.nonces.get(header.nonce_id()).is_some()
    {
        return None;
    }
    let path = match &context.settings.uri_identifier {
        UriIdentifier::Path => &context.call.path,
        UriIdentifier::Template => &context.call.operation.path,
        UriIdentifier::Word(word) => word,
    };
    let (method, query, body) = (&context.call.operation.method, &context.call.query, &context.call.bytes);
    let request = SignedRequest { method, path, query, body };
    let mut counter = device.keys.counter;
    for _ in 0..LOOK_AHEAD {
        let expected = signature(&device.keys, header.kind, &counter, request, &header.nonce, APPLICATION_SECRET);
        counter = next(&counter);
        if expected == header.signature {
            return Some(counter);
        }
    }
    None
}

/// How long an end-user has to confirm. The sandbox's own choice.
const PUSH_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// What makes two requests the same: method, path, query and the body's exact bytes.
fn fingerprint(call: &Call<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [call.operation.method.as_bytes(), call.path.as_bytes(), call.query.as_bytes(), &call.bytes] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
