//! Every class of operation against every fault: how the call ends, how often it was sent, and that no payment is ever
//! booked twice.

use std::time::Duration;

use linkcy::{Error, ScaPolicy};
use linkcy_sandbox::faults::{Effect, Fault, RetryAfter};
use serde_json::json;

use super::classes::End::{self, Done, Lost, Refused, Unknown, Unreadable};
use super::classes::{self, Class};
use crate::support::world::World;
use crate::support::{client, hasty, partner};

/// What a fault strikes.
#[derive(Clone, Copy, PartialEq)]
enum Strikes {
    Request,
    /// The body of the answer; an operation without one is not struck.
    Body,
}

/// A fault, and what comes of it by class: the end, and how many requests arrive.
struct Row {
    name: &'static str,
    fault: fn() -> Fault,
    strikes: Strikes,
    /// Whether the request took effect although its answer did not come, or not whole.
    took_effect: bool,
    /// Of calls that may be repeated.
    repeatable: (End, usize),
    /// Of the same, sent once whatever comes.
    repeatable_once: (End, usize),
    /// Of calls that create or move something.
    creating: (End, usize),
    /// Of the same, sent once whatever comes.
    creating_once: (End, usize),
}

/// Longer than any answer here takes, shorter than every fault that makes one wait.
const TIMEOUT: Duration = Duration::from_millis(500);
const BEYOND: u64 = 60_000;

fn status(status: u16) -> Fault {
    Fault::new(Effect::Status { status, body: None })
}

fn in_linkcys_words() -> Fault {
    let body = json!({ "status": 503, "error": "linkcy.unavailable", "errorCode": "TRY_LATER", "message": "not now" });
    Fault::new(Effect::Status { status: 503, body: Some(body) })
}

fn too_many(retry_after: RetryAfter) -> Fault {
    Fault::new(Effect::TooManyRequests { retry_after })
}

impl Row {
    /// The answer is lost, or says nothing about what happened.
    const fn doubt(name: &'static str, fault: fn() -> Fault, unrepeated: End) -> Self {
        Self {
            name,
            fault,
            strikes: Strikes::Request,
            took_effect: false,
            repeatable: (Done, 2),
            repeatable_once: (unrepeated, 1),
            creating: (Unknown, 1),
            creating_once: (Unknown, 1),
        }
    }

    /// The answer proves that nothing was done, and that another attempt may do it.
    const fn put_off(name: &'static str, fault: fn() -> Fault) -> Self {
        Self { creating: (Done, 2), creating_once: (Refused, 1), ..Self::doubt(name, fault, Refused) }
    }

    /// Whatever the class, this comes of the one attempt there is.
    const fn always(name: &'static str, fault: fn() -> Fault, end: End) -> Self {
        Self {
            repeatable: (end, 1),
            repeatable_once: (end, 1),
            creating: (end, 1),
            creating_once: (end, 1),
            ..Self::doubt(name, fault, end)
        }
    }

    const fn took_effect(self) -> Self {
        Self { took_effect: true, ..self }
    }

    const fn in_its_body(self) -> Self {
        Self { strikes: Strikes::Body, took_effect: true, ..self }
    }

    fn expected(&self, class: &Class) -> (End, usize) {
        let expected = match (class.creates(), class.once) {
            (false, false) => self.repeatable,
            (false, true) => self.repeatable_once,
            (true, false) => self.creating,
            (true, true) => self.creating_once,
        };
        match (class.operation, self.name) {
            // There is no token to be replaced by another.
            (_, "401") if !class.bears_a_token() => (Refused, 1),
            // What the first attempt did is not there for the second.
            ("sandbox.delete_consumer", _) if self.took_effect => (Refused, expected.1),
            _ => expected,
        }
    }
}

const ROWS: &[Row] = &[
    Row::doubt("503 of a gateway", || status(503), Refused),
    Row::doubt("502 after it was done", || status(502).after_processing(), Refused).took_effect(),
    Row {
        creating: (Refused, 1),
        creating_once: (Refused, 1),
        ..Row::doubt("503, LinkCy's", in_linkcys_words, Refused)
    },
    Row::doubt("408", || status(408), Refused),
    Row { repeatable: (Refused, 1), ..Row::doubt("500", || status(500), Refused) },
    Row::doubt("no answer", || Fault::new(Effect::Hang), Lost),
    Row::doubt("too slow, before it is done", || Fault::new(Effect::Delay { millis: BEYOND }), Lost),
    Row::doubt("too slow, after it was done", || Fault::new(Effect::Delay { millis: BEYOND }).after_processing(), Lost)
        .took_effect(),
    Row::always("slow, but in time", || Fault::new(Effect::Delay { millis: 20 }), Done),
    Row::always("held and let go", || Fault::new(Effect::Hold), Done),
    Row::doubt("dropped before", || Fault::new(Effect::Drop), Lost),
    Row::doubt("dropped after", || Fault::new(Effect::Drop).after_processing(), Lost).took_effect(),
    Row::doubt("body cut off", || Fault::new(Effect::CutBody { after: 3 }), Lost).in_its_body(),
    Row::doubt("slow bytes", || Fault::new(Effect::SlowBytes { pause_millis: BEYOND }), Lost).in_its_body(),
    Row { repeatable: (Unreadable, 1), ..Row::doubt("no JSON", || Fault::new(Effect::NotJson), Unreadable) }
        .in_its_body(),
    Row::put_off("429, seconds", || too_many(RetryAfter::Seconds(0))),
    Row::put_off("429, date", || too_many(RetryAfter::DateIn(0))),
    Row::always("429, too many seconds", || too_many(RetryAfter::Seconds(3600)), Refused),
    Row::always("429, too late a date", || too_many(RetryAfter::DateIn(3600)), Refused),
    Row::put_off("401", || status(401)),
];

async fn meets_every_fault(class: &Class) {
    let world = World::new().await;
    for row in ROWS {
        if row.strikes == Strikes::Request || class.answers {
            meets(class, row, &world).await;
        }
    }
}

async fn meets(class: &Class, row: &Row, world: &World) {
    let case = format!("{} x {}", class.operation, row.name);
    let (control, info) = (world.control(), class.info());
    let client = client(&world.sandbox, partner(&world.sandbox)).sca(ScaPolicy::ByPass).retry(hasty());
    let client = client.timeout(TIMEOUT).build().unwrap();
    // So that its session's own login is not what the fault strikes.
    client.partner().get().await.unwrap();
    let booked = control.payments();
    let fault = control.inject((row.fault)().on(info.method, info.path).once());
    let letting_go = async {
        fault.wait_until_struck(1).await;
        fault.release();
    };
    control.clear_journal();
    let mut call = (class.call)(&client, world);
    let made = tokio::select! {
        made = &mut call => made,
        () = letting_go => call.await,
    };
    let journal = control.journal();
    let arrived = journal
        .iter()
        .filter(|entry| entry.method == info.method && entry.template.as_deref() == Some(info.path))
        .count();
    control.clear_faults();

    let (end, arrivals) = row.expected(class);
    assert_eq!((End::of(&made), arrived), (end, arrivals), "{case}: {made:?}");
    if class.pays() {
        let happened = match end {
            Done => true,
            Unknown => row.took_effect,
            _ => false,
        };
        assert_eq!(control.payments() - booked, usize::from(happened), "{case}");
    }
    let Err(error) = made else { return };
    assert_eq!(error.may_have_happened(), matches!(end, Unknown | Unreadable), "{case}: {error}");
    assert!(error.to_string().contains(error.request_id().unwrap()), "{case}: {error}");
    if row.name.starts_with("429, too") {
        assert!((3500..=3600).contains(&error.retry_after().unwrap().as_secs()), "{case}: {error}");
        assert!(error.to_string().contains("try again in 3"), "{case}: {error}");
    }
    if class.operation == "sandbox.delete_consumer" && row.took_effect {
        assert!(error.to_string().contains("may have taken effect"), "{case}: {error}");
    }
    if let Error::OutcomeUnknown(unknown) = error {
        assert_eq!(unknown.sent.is_some(), class.operation != "documents.upload", "{case}");
    }
}

macro_rules! each_class {
    ($($test:ident = $class:ident,)*) => {$(
        #[tokio::test]
        async fn $test() {
            meets_every_fault(&classes::$class).await;
        }
    )*};
}

each_class! {
    a_read_meets_every_fault = READ,
    a_read_that_is_to_be_sent_once_meets_every_fault = READ_ONCE,
    a_deletion_meets_every_fault = DELETION,
    a_creation_meets_every_fault = CREATION,
    a_transfer_between_ledgers_meets_every_fault = TRANSFER,
    a_payment_meets_every_fault = PAYMENT,
    a_signed_payment_meets_every_fault = SIGNED_PAYMENT,
    a_payment_signed_later_meets_every_fault = PREPARED_PAYMENT,
    a_login_meets_every_fault = LOGIN,
    a_refresh_meets_every_fault = REFRESH,
    an_upload_meets_every_fault = UPLOAD,
    an_upload_of_a_stream_meets_every_fault = STREAMED_UPLOAD,
}
