//! A thousand payments, each meeting a random sequence of faults, many at once: every answer is the one foreseen, the ledger
//! agrees with it, and where the answer is that nobody knows, looking tells the truth.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use linkcy::TransferSearch;
use linkcy::call::layer::{AttemptInfo, Layer};
use linkcy::types::{InterLedgerTransactionCreateRequest, InterLedgerTransactionCreateRequestRequired};
use linkcy::{Error, ScaPolicy};
use linkcy_sandbox::faults::{Effect, Fault, RetryAfter};
use serde_json::json;

use super::classes::End::{self, Done, Refused, Unknown};
use crate::support::world::World;
use crate::support::{amount, client, hasty, partner};

const ROUNDS: u64 = 20;
const PAYMENTS: usize = 50;
const LONGEST: usize = 5;
const PATH: &str = "/api/partner/transactions/inter-ledger";

/// What one fault makes of the attempt it strikes.
#[derive(Clone, Copy)]
enum Comes {
    /// Another attempt, three times at most.
    Again,
    /// Another attempt with another token, once.
    AnotherToken,
    /// The end, and whether the payment was booked.
    To(End, bool),
}

fn status(status: u16) -> Fault {
    Fault::new(Effect::Status { status, body: None })
}

fn in_linkcys_words() -> Fault {
    let body = json!({ "status": 409, "error": "linkcy.conflict", "errorCode": "LEDGER_CLOSED", "message": "no" });
    Fault::new(Effect::Status { status: 409, body: Some(body) })
}

fn too_many(retry_after: RetryAfter) -> Fault {
    Fault::new(Effect::TooManyRequests { retry_after })
}

/// What can strike, and what comes of it. What puts an attempt off stands here more than once, so that sequences get long.
const STRIKES: [(fn() -> Fault, Comes); 18] = [
    (|| too_many(RetryAfter::Seconds(0)), Comes::Again),
    (|| too_many(RetryAfter::Seconds(0)), Comes::Again),
    (|| too_many(RetryAfter::Seconds(0)), Comes::Again),
    (|| too_many(RetryAfter::DateIn(0)), Comes::Again),
    (|| too_many(RetryAfter::DateIn(0)), Comes::Again),
    (|| status(401), Comes::AnotherToken),
    (|| status(401), Comes::AnotherToken),
    (|| too_many(RetryAfter::Seconds(3600)), Comes::To(Refused, false)),
    (in_linkcys_words, Comes::To(Refused, false)),
    (|| Fault::new(Effect::Delay { millis: 3 }), Comes::To(Done, true)),
    (|| Fault::new(Effect::Drop), Comes::To(Unknown, false)),
    (|| Fault::new(Effect::Drop).after_processing(), Comes::To(Unknown, true)),
    (|| status(500), Comes::To(Unknown, false)),
    (|| status(500).after_processing(), Comes::To(Unknown, true)),
    (|| status(503), Comes::To(Unknown, false)),
    (|| status(502).after_processing(), Comes::To(Unknown, true)),
    (|| Fault::new(Effect::CutBody { after: 5 }), Comes::To(Unknown, true)),
    (|| Fault::new(Effect::NotJson), Comes::To(Unknown, true)),
];

/// The rules of docs/CALLS.md once more, for payments: how one ends that meets these faults, and whether it is booked.
fn foreseen(sequence: &[Comes]) -> (End, bool) {
    let (mut repeated, mut refreshed) = (0, false);
    for comes in sequence {
        match comes {
            Comes::Again if repeated == 3 => return (Refused, false),
            Comes::Again => repeated += 1,
            Comes::AnotherToken if refreshed => return (Refused, false),
            Comes::AnotherToken => refreshed = true,
            Comes::To(end, booked) => return (*end, *booked),
        }
    }
    (Done, true)
}

tokio::task_local! {
    /// Which sequence the payment of this task meets.
    static SEQUENCE: HeaderValue;
}

/// Tells the sandbox which sequence an attempt is to meet.
struct Naming;

impl Layer for Naming {
    fn attempt_starts(&self, _: &AttemptInfo<'_>, headers: &mut HeaderMap) {
        if let Ok(name) = SEQUENCE.try_with(HeaderValue::clone) {
            headers.insert("x-sequence", name);
        }
    }
}

#[tokio::test]
async fn a_thousand_random_sequences_of_faults_end_as_foreseen_and_as_the_ledger_shows() {
    let world = Arc::new(World::new().await);
    let control = world.control();
    let client = client(&world.sandbox, partner(&world.sandbox)).sca(ScaPolicy::ByPass).retry(hasty()).layer(Naming);
    let client = client.build().unwrap();
    let (mut ends, mut found_there) = ([0; 3], 0);
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let from = world.ledger().await;
        let before = control.payments();
        let payments: Vec<_> = (0..PAYMENTS)
            .map(|number| {
                let reference = format!("R{seed} N{number}");
                let length = random.usize(..=LONGEST);
                let sequence: Vec<_> = (0..length).map(|_| STRIKES[random.usize(..STRIKES.len())]).collect();
                for (fault, _) in &sequence {
                    control.inject(fault().on("POST", PATH).with_header("x-sequence", &reference).once());
                }
                let foreseen = foreseen(&sequence.iter().map(|(_, comes)| *comes).collect::<Vec<_>>());
                // A session of its own, which paces its refreshes by its own demands.
                let client = client.end_user(partner(&world.sandbox));
                let (to, name) = (world.to, HeaderValue::from_str(&reference).unwrap());
                let paying = async move {
                    let payment =
                        InterLedgerTransactionCreateRequest::new(InterLedgerTransactionCreateRequestRequired {
                            amount: amount("0.10"),
                            ledger_from_id: from,
                            ledger_to_id: to,
                        })
                        .reference(reference);
                    let made = client.transactions().create_inter_ledger(&payment).await;
                    // Looked for at once, while others are being paid.
                    let found = match &made {
                        Err(Error::OutcomeUnknown(lost)) => {
                            Some(client.find_transfer(&payment, lost.sent_at, &[]).await.unwrap())
                        }
                        _ => None,
                    };
                    (payment, made, found, foreseen)
                };
                tokio::spawn(SEQUENCE.scope(name, paying))
            })
            .collect();
        let mut booked_in_all = 0;
        for paying in payments {
            let (payment, made, found, (end, booked)) = paying.await.unwrap();
            let reference = payment.reference.as_deref().unwrap();
            assert_eq!(End::of(&made), end, "seed {seed}, {reference}: {made:?}");
            booked_in_all += usize::from(booked);
            ends[match end {
                Done => 0,
                Unknown => 1,
                _ => 2,
            }] += 1;
            if let Some(found) = found {
                let agrees = match &found {
                    TransferSearch::Found(_) => booked,
                    TransferSearch::NotFound => !booked,
                    _ => false,
                };
                assert!(agrees, "seed {seed}, {reference}: booked is {booked}, but {found:?}");
                found_there += usize::from(booked);
            }
        }
        control.clear_faults();
        assert_eq!(control.payments() - before, booked_in_all, "seed {seed}");
        assert_eq!(listed(&client, from).await, booked_in_all, "seed {seed}: each reference once");
    }
    let [done, unknown, refused] = ends;
    println!("{done} done, {refused} refused, {unknown} unknown of which {found_there} had been booked");
    assert!(done > 100 && refused > 50 && unknown > 200 && found_there > 100, "the faults struck");
}

/// How many distinct references the ledger shows; a payment that stands there twice is a panic.
async fn listed(client: &linkcy::Client, ledger: linkcy::types::LedgerId) -> usize {
    let mut rows = client.transactions().list().ledger_id(ledger).stream();
    let mut references = std::collections::BTreeSet::new();
    while let Some(row) = rows.next().await {
        let row = serde_json::to_value(row.unwrap()).unwrap();
        // The credit has none.
        let Some(reference) = row["information"]["reference"].as_str().filter(|text| text.starts_with('R')) else {
            continue;
        };
        assert!(references.insert(reference.to_owned()), "{reference} was paid twice");
    }
    references.len()
}
