//! Every class of operation against every fault: how the call ends, how often it was sent, and that no payment is ever
//! booked twice. Over TCP, against the sandbox.

#[path = "calls/world.rs"]
mod world;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use linkcy::types::*;
use linkcy::{Client, Environment, Error, OPERATIONS, Repeat, Upload};
use linkcy_sandbox::faults::{Effect, Fault, RetryAfter};
use serde_json::json;
use world::{World, amount, credentials, hasty, world};

type Made<'w> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'w>>;

/// A class of operations, and a call of it.
struct Class {
    operation: &'static str,
    /// Whether its answer has a body that a fault can spoil.
    answers: bool,
    /// Whether the request can be sent a second time at all.
    resendable: bool,
    call: for<'w> fn(&'w Client, &'w World) -> Made<'w>,
}

const CLASSES: &[Class] = &[
    Class {
        operation: "ledgers.list",
        answers: true,
        resendable: true,
        call: |client, _| Box::pin(async { client.ledgers().list().await.map(drop) }),
    },
    Class {
        operation: "sandbox.delete_consumer",
        answers: false,
        resendable: true,
        call: |client, world| Box::pin(delete(client, world)),
    },
    Class {
        operation: "consumers.create",
        answers: true,
        resendable: true,
        call: |client, _| Box::pin(create(client)),
    },
    Class {
        operation: "transactions.create_inter_ledger",
        answers: true,
        resendable: true,
        call: |client, world| Box::pin(pay_inside(client, world)),
    },
    Class {
        operation: "transactions.create_to_beneficiary",
        answers: true,
        resendable: true,
        call: |client, world| Box::pin(pay_outside(client, world)),
    },
    Class {
        operation: "auth.login",
        answers: true,
        resendable: true,
        call: |client, world| Box::pin(login(client, world)),
    },
    Class {
        operation: "auth.refresh",
        answers: true,
        resendable: true,
        call: |client, world| Box::pin(refresh(client, world)),
    },
    Class {
        operation: "documents.upload",
        answers: true,
        resendable: true,
        call: |client, world| Box::pin(upload(client, world, Upload::bytes("a.pdf", &b"%PDF-1.4"[..]))),
    },
    Class {
        operation: "documents.upload",
        answers: true,
        resendable: false,
        call: |client, world| Box::pin(upload_stream(client, world)),
    },
];

/// A phone nobody has yet.
fn phone() -> PhoneRequest {
    static NEXT: AtomicU32 = AtomicU32::new(20_000_000);
    PhoneRequest::new("33", format!("6{:08}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

async fn create(client: &Client) -> Result<(), Error> {
    client.consumers().create(&ConsumerCreateRequest::new(phone()).first_name("Carl")).await.map(drop)
}

async fn delete(client: &Client, world: &World) -> Result<(), Error> {
    let victim = world.client.consumers().create(&ConsumerCreateRequest::new(phone()).first_name("Dan")).await?.id;
    world.sandbox.control().clear_journal();
    client.sandbox().delete_consumer(victim).await.map(drop)
}

async fn pay_inside(client: &Client, world: &World) -> Result<(), Error> {
    let payment = InterLedgerTransactionCreateRequest::new(amount("1.10"), world.from, world.to);
    client.transactions().create_inter_ledger(&payment).await.map(drop)
}

async fn pay_outside(client: &Client, world: &World) -> Result<(), Error> {
    let payment = BeneficiaryTransactionCreateRequest::new(amount("1.10"), world.beneficiary, world.from);
    client.transactions().create_to_beneficiary(&payment).await.map(drop)
}

fn login_request(world: &World) -> LoginRequest {
    let known = world.sandbox.credentials();
    LoginRequest::Partner(PartnerLoginRequest::new(
        known.partner_name.as_str(),
        known.password.as_str(),
        known.username.as_str(),
    ))
}

async fn login(client: &Client, world: &World) -> Result<(), Error> {
    client.auth().login(&login_request(world)).await.map(drop)
}

async fn refresh(client: &Client, world: &World) -> Result<(), Error> {
    let LoginResponse::Tokens(tokens) = world.client.auth().login(&login_request(world)).await? else {
        panic!("the partner's login gives tokens");
    };
    world.sandbox.control().clear_journal();
    client.auth().refresh(&TokenRefreshRequest::new(tokens.refresh_token)).await.map(drop)
}

async fn upload(client: &Client, world: &World, file: Upload) -> Result<(), Error> {
    client.documents().upload(file).end_user_id(world.alice.into()).await.map(drop)
}

async fn upload_stream(client: &Client, world: &World) -> Result<(), Error> {
    struct Once(Option<bytes::Bytes>);
    impl futures_core::Stream for Once {
        type Item = Result<bytes::Bytes, std::io::Error>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.take().map(Ok))
        }
    }
    let file = Upload::stream("a.pdf", Once(Some(bytes::Bytes::from_static(b"%PDF-1.4"))), Some(8));
    upload(client, world, file).await
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    Refused,
    Lost,
    Unknown,
    Unreadable,
}
use End::{Done, Lost, Refused, Unknown, Unreadable};

fn end(made: &Result<(), Error>) -> End {
    match made {
        Ok(()) => Done,
        Err(Error::Api(_)) => Refused,
        Err(Error::Transport(_)) => Lost,
        Err(Error::OutcomeUnknown(_)) => Unknown,
        Err(Error::Decode(_)) => Unreadable,
        Err(other) => panic!("no end of a call here: {other}"),
    }
}

/// A fault, and what is expected of calls that may be repeated and of those that may not: the end, and how many requests
/// arrive.
struct Row {
    name: &'static str,
    fault: fn() -> Fault,
    spoils_a_body: bool,
    repeatable: (End, usize),
    never: (End, usize),
}

const TIMEOUT: Duration = Duration::from_millis(400);

fn in_linkcys_words() -> Fault {
    let body = json!({ "status": 503, "error": "linkcy.unavailable", "errorCode": "TRY_LATER", "message": "not now" });
    Fault::new(Effect::Status { status: 503, body: Some(body) })
}

const ROWS: &[Row] = &[
    Row {
        name: "503 of a gateway",
        fault: || Fault::new(Effect::Status { status: 503, body: None }),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Unknown, 1),
    },
    Row {
        name: "503 in LinkCy's words",
        fault: in_linkcys_words,
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Refused, 1),
    },
    Row {
        name: "408",
        fault: || Fault::new(Effect::Status { status: 408, body: None }),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Unknown, 1),
    },
    Row {
        name: "500",
        fault: || Fault::new(Effect::Status { status: 500, body: None }),
        spoils_a_body: false,
        repeatable: (Refused, 1),
        never: (Unknown, 1),
    },
    Row {
        name: "no answer",
        fault: || Fault::new(Effect::Hang),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Unknown, 1),
    },
    Row {
        name: "dropped before",
        fault: || Fault::new(Effect::Drop),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Unknown, 1),
    },
    Row {
        name: "dropped after",
        fault: || Fault::new(Effect::Drop).after_processing(),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Unknown, 1),
    },
    Row {
        name: "body cut off",
        fault: || Fault::new(Effect::CutBody { after: 3 }),
        spoils_a_body: true,
        repeatable: (Done, 2),
        never: (Unknown, 1),
    },
    Row {
        name: "no JSON",
        fault: || Fault::new(Effect::NotJson),
        spoils_a_body: true,
        repeatable: (Unreadable, 1),
        never: (Unreadable, 1),
    },
    Row {
        name: "slow bytes",
        fault: || Fault::new(Effect::SlowBytes { pause_millis: 60_000 }),
        spoils_a_body: true,
        repeatable: (Done, 2),
        never: (Unknown, 1),
    },
    Row {
        name: "429, seconds",
        fault: || Fault::new(Effect::TooManyRequests { retry_after: RetryAfter::Seconds(0) }),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Done, 2),
    },
    Row {
        name: "429, date",
        fault: || Fault::new(Effect::TooManyRequests { retry_after: RetryAfter::DateIn(0) }),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Done, 2),
    },
    Row {
        name: "429, too long",
        fault: || Fault::new(Effect::TooManyRequests { retry_after: RetryAfter::Seconds(3600) }),
        spoils_a_body: false,
        repeatable: (Refused, 1),
        never: (Refused, 1),
    },
    Row {
        name: "401",
        fault: || Fault::new(Effect::Status { status: 401, body: None }),
        spoils_a_body: false,
        repeatable: (Done, 2),
        never: (Done, 2),
    },
];

#[tokio::test]
async fn every_class_of_operation_meets_every_fault() {
    let world = world().await;
    let control = world.sandbox.control();
    let mut checked = 0;
    for class in CLASSES {
        let info = OPERATIONS.iter().find(|info| info.name == class.operation).unwrap();
        for row in ROWS {
            if row.spoils_a_body && !class.answers {
                continue;
            }
            let (mut ending, mut arrivals) = if info.repeat == Repeat::Never { row.never } else { row.repeatable };
            if !class.resendable && arrivals == 2 || row.name == "401" && class.operation.starts_with("auth.") {
                (ending, arrivals) = (Refused, 1);
            }
            // What the first attempt did is not there for the second.
            if row.name == "dropped after" && class.operation == "sandbox.delete_consumer" {
                ending = Refused;
            }
            let case = format!("{} x {}", class.operation, row.name);
            let client = Client::builder(world.client.environment().clone())
                .credentials(credentials(&world.sandbox))
                .sca(linkcy::ScaPolicy::ByPass)
                .retry(hasty())
                .timeout(if row.spoils_a_body || row.name == "no answer" { TIMEOUT } else { Duration::from_secs(30) })
                .build()
                .unwrap();
            // So that its session's own login is not what the fault strikes.
            client.ledgers().list().await.unwrap();
            control.clear_journal();
            let booked = control.payments();
            control.inject((row.fault)().on(info.method, info.path).once());
            let made = (class.call)(&client, &world).await;
            let arrived = control
                .journal()
                .iter()
                .filter(|entry| entry.method == info.method && entry.template.as_deref() == Some(info.path))
                .count();
            control.clear_faults();
            assert_eq!((end(&made), arrived), (ending, arrivals), "{case}: {made:?}");
            let paid = control.payments() - booked;
            assert!(paid <= 1, "{case}: paid twice");
            if class.operation.starts_with("transactions.") && matches!(ending, Done | Refused | Unreadable) {
                assert_eq!(paid, usize::from(ending != Refused), "{case}");
            }
            if let (Err(error), "sandbox.delete_consumer", "dropped after") = (&made, class.operation, row.name) {
                assert!(error.to_string().contains("may have done it already"), "{error}");
            }
            if let Err(error) = &made {
                assert_eq!(error.may_have_happened(), matches!(ending, Unknown | Unreadable), "{case}");
            }
            checked += 1;
        }
    }
    println!("{checked} cases");
}

#[tokio::test]
async fn a_dead_port_and_a_refused_handshake_send_nothing() {
    let world = world().await;
    let dead = {
        let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        format!("http://127.0.0.1:{port}")
    };
    let plain = world.sandbox.url().to_string().replace("http://", "https://");
    for address in [dead, plain] {
        let client = Client::builder(Environment::at(&address).unwrap())
            .credentials(linkcy::Credentials::tokens("opaque", None))
            .retry(hasty())
            .build()
            .unwrap();
        for class in
            CLASSES.iter().filter(|class| !["auth.refresh", "sandbox.delete_consumer"].contains(&class.operation))
        {
            let booked = world.sandbox.control().payments();
            let made = (class.call)(&client, &world).await;
            assert_eq!(end(&made), Lost, "{} at {address}: {made:?}", class.operation);
            let error = made.unwrap_err();
            assert!(error.is_retryable() && !error.may_have_happened(), "{error}");
            assert_eq!(world.sandbox.control().payments(), booked);
        }
    }
}

#[tokio::test]
async fn random_faults_under_concurrency_never_pay_twice_and_the_finder_agrees_with_the_ledger() {
    const ROUNDS: u64 = 20;
    const PAYMENTS: usize = 50;
    let world = world().await;
    let control = world.sandbox.control();
    let client = Client::builder(world.client.environment().clone())
        .credentials(credentials(&world.sandbox))
        .sca(linkcy::ScaPolicy::ByPass)
        .retry(hasty())
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let (mut unknown, mut found_there, mut done) = (0, 0, 0);
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let from = world::ledger(&world.client, world.alice).await.unwrap();
        let effects = [
            Fault::new(Effect::Drop),
            Fault::new(Effect::Drop).after_processing(),
            Fault::new(Effect::Status { status: 502, body: None }).after_processing(),
            Fault::new(Effect::Status { status: 503, body: None }),
            Fault::new(Effect::Status { status: 500, body: None }),
            Fault::new(Effect::Status { status: 401, body: None }).times(2),
            Fault::new(Effect::CutBody { after: 5 }),
            Fault::new(Effect::NotJson),
            Fault::new(Effect::TooManyRequests { retry_after: RetryAfter::Seconds(0) }),
        ];
        for fault in effects {
            control.inject(fault.on("POST", "/api/partner/transactions/inter-ledger").probability(random.f64() * 0.12));
        }
        let before = control.payments();
        let payments: Vec<_> = (0..PAYMENTS)
            .map(|number| {
                let (client, to) = (client.clone(), world.to);
                tokio::spawn(async move {
                    let payment = InterLedgerTransactionCreateRequest::new(amount("0.10"), from, to)
                        .reference(format!("R{seed} N{number}"));
                    let made = client.transactions().create_inter_ledger(&payment).await;
                    (payment, made)
                })
            })
            .collect();
        let mut made = Vec::new();
        for payment in payments {
            made.push(payment.await.unwrap());
        }
        control.clear_faults();
        let mut booked: Vec<String> = Vec::new();
        let mut rows = client.transactions().list().ledger_id(from).page_size(20).stream();
        while let Some(row) = rows.next().await {
            let row = serde_json::to_value(row.unwrap()).unwrap();
            booked.extend(
                row["information"]["reference"]
                    .as_str()
                    .filter(|reference| reference.starts_with('R'))
                    .map(str::to_owned),
            );
        }
        assert_eq!(booked.len(), control.payments() - before, "seed {seed}: the list shows what was booked");
        for (payment, made) in made {
            let reference = payment.reference.clone().unwrap();
            let times = booked.iter().filter(|booked| **booked == reference).count();
            assert!(times <= 1, "seed {seed}: {reference} was paid {times} times");
            match made {
                Ok(_) => {
                    done += 1;
                    assert_eq!(times, 1, "seed {seed}: {reference} is said to be paid");
                }
                Err(Error::OutcomeUnknown(lost)) => {
                    unknown += 1;
                    let found = client.find_transfer(&payment, lost.sent_at, &[]).await.unwrap();
                    found_there += times;
                    match found {
                        linkcy::call::FoundTransfer::Found(_) => assert_eq!(times, 1, "seed {seed}: {reference}"),
                        linkcy::call::FoundTransfer::NotFound => assert_eq!(times, 0, "seed {seed}: {reference}"),
                        other => panic!("seed {seed}: {reference} is {other:?}"),
                    }
                }
                Err(Error::Decode(_)) => assert_eq!(times, 1, "seed {seed}: {reference} is said to have happened"),
                Err(error) => assert_eq!(times, 0, "seed {seed}: {reference} is said not to be paid: {error}"),
            }
        }
    }
    println!("{done} done, {unknown} unknown of which {found_there} had been booked");
    assert!(unknown > 50 && found_there > 10, "the faults struck");
}
