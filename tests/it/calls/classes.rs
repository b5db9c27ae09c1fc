//! The classes of operations, each with a call of it, and the ways a call ends.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use linkcy::sca::Signature;
use linkcy::types::*;
use linkcy::{Access, Client, Error, OPERATIONS, OperationInfo, Repeat, ScaPolicy, Upload};

use crate::support::amount;
use crate::support::phone::Held;
use crate::support::world::World;

pub type Made<'w> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'w>>;

/// A class of operations, and a call of it.
pub struct Class {
    pub operation: &'static str,
    /// Whether its answer has a body that a fault can spoil.
    pub answers: bool,
    /// Whether it is sent once whatever comes.
    pub once: bool,
    pub call: for<'w> fn(&'w Client, &'w World) -> Made<'w>,
}

impl Class {
    pub fn info(&self) -> &'static OperationInfo {
        OPERATIONS.iter().find(|info| info.name == self.operation).unwrap()
    }

    pub fn creates(&self) -> bool {
        self.info().repeat == Repeat::Never
    }

    pub fn pays(&self) -> bool {
        self.operation.starts_with("transactions.")
    }

    pub fn bears_a_token(&self) -> bool {
        self.info().access != Access::Anonymous
    }
}

pub const READ: Class = Class {
    operation: "ledgers.list",
    answers: true,
    once: false,
    call: |client, _| Box::pin(async { client.ledgers().list().await.map(drop) }),
};

pub const READ_ONCE: Class = Class {
    operation: "ledgers.list",
    answers: true,
    once: true,
    call: |client, _| Box::pin(async { client.ledgers().list().once().await.map(drop) }),
};

pub const DELETION: Class = Class {
    operation: "sandbox.delete_consumer",
    answers: false,
    once: false,
    call: |client, world| Box::pin(delete(client, world)),
};

pub const CREATION: Class = Class {
    operation: "consumers.create",
    answers: true,
    once: false,
    call: |client, _| Box::pin(async { create(client).await.map(drop) }),
};

pub const TRANSFER: Class = Class {
    operation: "transactions.create_inter_ledger",
    answers: true,
    once: false,
    call: |client, world| Box::pin(transfer(client, world)),
};

pub const PAYMENT: Class = Class {
    operation: "transactions.create_to_beneficiary",
    answers: true,
    once: false,
    call: |client, world| Box::pin(pay(client, world)),
};

pub const SIGNED_PAYMENT: Class = Class {
    operation: "transactions.create_to_beneficiary",
    answers: true,
    once: true,
    call: |client, world| Box::pin(pay_signed(client, world)),
};

pub const PREPARED_PAYMENT: Class = Class {
    operation: "transactions.create_to_beneficiary",
    answers: true,
    once: true,
    call: |client, world| Box::pin(pay_prepared(client, world)),
};

pub const LOGIN: Class = Class {
    operation: "auth.login",
    answers: true,
    once: false,
    call: |client, world| Box::pin(async { client.auth().login(login_request(world)).await.map(drop) }),
};

pub const REFRESH: Class = Class {
    operation: "auth.refresh",
    answers: true,
    once: false,
    call: |client, world| Box::pin(refresh(client, world)),
};

pub const UPLOAD: Class = Class {
    operation: "documents.upload",
    answers: true,
    once: false,
    call: |client, world| Box::pin(upload(client, world, Upload::bytes("a.pdf", PDF))),
};

pub const STREAMED_UPLOAD: Class = Class {
    operation: "documents.upload",
    answers: true,
    once: true,
    call: |client, world| Box::pin(upload(client, world, Upload::stream("a.pdf", Once(Some(PDF)), Some(8)))),
};

pub const ALL: [&Class; 12] = [
    &READ,
    &READ_ONCE,
    &DELETION,
    &CREATION,
    &TRANSFER,
    &PAYMENT,
    &SIGNED_PAYMENT,
    &PREPARED_PAYMENT,
    &LOGIN,
    &REFRESH,
    &UPLOAD,
    &STREAMED_UPLOAD,
];

const PDF: &[u8] = b"%PDF-1.4";

async fn create(client: &Client) -> Result<ConsumerId, Error> {
    static PHONES: AtomicU32 = AtomicU32::new(20_000_000);
    let phone = PhoneRequest::new(PhoneRequestRequired {
        country_code: "33".into(),
        number: format!("6{:08}", PHONES.fetch_add(1, Ordering::Relaxed)),
    });
    Ok(client.consumers().create(ConsumerCreateRequest::new(phone).first_name("Carl")).await?.id)
}

async fn delete(client: &Client, world: &World) -> Result<(), Error> {
    let victim = create(&world.client).await?;
    client.sandbox().delete_consumer(victim).await.map(drop)
}

async fn transfer(client: &Client, world: &World) -> Result<(), Error> {
    let transfer = InterLedgerTransactionCreateRequest::new(InterLedgerTransactionCreateRequestRequired {
        amount: amount("1.10"),
        ledger_from_id: world.from,
        ledger_to_id: world.to,
    });
    client.transactions().create_inter_ledger(&transfer).await.map(drop)
}

fn payment(world: &World) -> BeneficiaryTransactionCreateRequest {
    BeneficiaryTransactionCreateRequest::new(amount("1.10"), world.beneficiary, world.from)
}

async fn pay(client: &Client, world: &World) -> Result<(), Error> {
    client.transactions().create_to_beneficiary(payment(world)).await.map(drop)
}

async fn pay_signed(client: &Client, world: &World) -> Result<(), Error> {
    let signed = ScaPolicy::data_signing(Held(Arc::new(world.phone())));
    client.transactions().create_to_beneficiary(payment(world)).sca(signed).await.map(drop)
}

async fn pay_prepared(client: &Client, world: &World) -> Result<(), Error> {
    let prepared = client.transactions().create_to_beneficiary(payment(world)).prepare().await?;
    let signature = Signature::new(world.phone().signature(&prepared.signing_input())).unwrap();
    client.send_prepared::<serde_json::Value>(prepared, signature).await.map(drop)
}

fn login_request(world: &World) -> LoginRequest {
    let known = world.sandbox.credentials();
    let (name, password, user) = (&*known.partner_name, &*known.password, &*known.username);
    LoginRequest::Partner(PartnerLoginRequest::new(PartnerLoginRequestRequired {
        partner_name: name.into(),
        password: password.into(),
        username: user.into(),
    }))
}

async fn refresh(client: &Client, world: &World) -> Result<(), Error> {
    let LoginResponse::Tokens(tokens) = world.client.auth().login(login_request(world)).await? else {
        panic!("the partner's login gives tokens");
    };
    client.auth().refresh(TokenRefreshRequest::new(tokens.refresh_token)).await.map(drop)
}

async fn upload(client: &Client, world: &World, file: Upload) -> Result<(), Error> {
    // One may have ten documents.
    let owner = create(&world.client).await?;
    client.documents().upload(file).end_user_id(owner.into()).await.map(drop)
}

/// A file that can be read once.
struct Once(Option<&'static [u8]>);

impl futures_core::Stream for Once {
    type Item = Result<bytes::Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(bytes.into())))
    }
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    Refused,
    Lost,
    Unknown,
    Unreadable,
}

impl End {
    pub fn of<T>(made: &Result<T, Error>) -> Self {
        match made {
            Ok(_) => Self::Done,
            Err(Error::Api(_)) => Self::Refused,
            Err(Error::Transport(_)) => Self::Lost,
            Err(Error::OutcomeUnknown(_)) => Self::Unknown,
            Err(Error::Decode(_)) => Self::Unreadable,
            Err(other) => panic!("no end of a call here: {other}"),
        }
    }
}
