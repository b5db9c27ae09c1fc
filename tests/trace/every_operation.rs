//! Every operation of the API, called once over TCP with everything logged: nothing secret or personal is seen in the log
//! or in an error.

include!(concat!(env!("OUT_DIR"), "/every.rs"));

use std::collections::BTreeSet;
use std::error::Error as _;
use std::io::Write;

use linkcy::{RetryPolicy, ScaPolicy};
use linkcy_sandbox::Sandbox;

use crate::support::{self, log::Log};

/// Makes each call, and writes its error in every form there is.
struct Calling {
    log: Log,
    made: usize,
}

impl Caller for Calling {
    async fn call<O: linkcy::call::Operation>(&mut self, call: linkcy::Call<'_, O>) {
        self.made += 1;
        write!(self.log, "{call:?}").unwrap();
        if let Err(error) = call.send().await {
            write!(self.log, "{error}\n{error:?}\n{error:#?}\n").unwrap();
            let mut cause = error.source();
            while let Some(error) = cause {
                write!(self.log, "{error}\n{error:?}\n").unwrap();
                cause = error.source();
            }
        }
    }
}

#[tokio::test]
async fn no_operation_logs_a_secret_a_phone_an_iban_or_a_pan() {
    let log = Log::default();
    log.take_everything();
    let sandbox = Sandbox::start().await.unwrap();
    let recorder = support::recorder::Recorder::default();
    let client = support::client(&sandbox, support::partner(&sandbox))
        // It would write every byte to the log.
        .http(|| support::http().connection_verbose(true))
        .sca(ScaPolicy::ByPass)
        .retry(RetryPolicy::never())
        .layer(recorder.clone())
        .build()
        .unwrap();
    let mut calling = Calling { log: log.clone(), made: 0 };
    every(&client, &mut calling).await;
    assert_eq!(calling.made, linkcy::OPERATIONS.len());
    let log = log.text();
    let sent: BTreeSet<&str> = recorder.attempts().iter().map(|attempt| attempt.operation.id).collect();
    let unsent: Vec<&str> =
        linkcy::OPERATIONS.iter().map(|operation| operation.id).filter(|id| !sent.contains(id)).collect();
    assert!(unsent.is_empty(), "never left: {unsent:?}");
    for operation in &linkcy::OPERATIONS {
        assert!(log.contains(&format!("linkcy.operation=\"{}\"", operation.name)), "{operation} has no span");
    }
    assert!(log.contains("log TRACE "), "what the dependencies log is seen too");
    // The header of a JWT in base64 begins so.
    for word in SENSITIVE.iter().copied().chain([sandbox.credentials().password.as_str(), "eyJ"]) {
        let seen: Vec<&str> = log.lines().filter(|line| line.contains(word)).take(3).collect();
        assert!(seen.is_empty(), "{word} is seen in {seen:#?}");
    }
}
