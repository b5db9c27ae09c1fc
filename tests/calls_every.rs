//! Every operation of the API, called once over TCP with everything logged: nothing secret or personal is seen in the log
//! or in an error.

include!(concat!(env!("OUT_DIR"), "/every.rs"));

use std::error::Error as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use linkcy::call::Recorder;
use linkcy::{Client, Credentials, Environment, RetryPolicy, ScaPolicy};
use linkcy_sandbox::Sandbox;

/// What was written so far.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

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
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let sandbox = Sandbox::start().await.unwrap();
    let known = sandbox.credentials();
    let recorder = Recorder::default();
    let client = Client::builder(Environment::at(sandbox.url()).unwrap())
        .credentials(Credentials::partner(
            known.partner_name.as_str(),
            known.username.as_str(),
            known.password.as_str(),
        ))
        .sca(ScaPolicy::ByPass)
        .retry(RetryPolicy::never())
        .layer(recorder.clone())
        .build()
        .unwrap();
    let mut calling = Calling { log: log.clone(), made: 0 };
    every(&client, &mut calling).await;
    assert_eq!(calling.made, linkcy::OPERATIONS.len());
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    let sent: std::collections::BTreeSet<&str> =
        recorder.attempts().iter().map(|attempt| attempt.operation.id).collect();
    let unsent: Vec<&str> =
        linkcy::OPERATIONS.iter().map(|operation| operation.id).filter(|id| !sent.contains(id)).collect();
    assert!(unsent.is_empty(), "never left: {unsent:?}");
    for operation in &linkcy::OPERATIONS {
        assert!(log.contains(&format!("linkcy.operation=\"{}\"", operation.name)), "{operation} has no span");
    }
    // The header of a JWT in base64 begins so.
    for word in SENSITIVE.iter().copied().chain([known.password.as_str(), "eyJ"]) {
        let seen: Vec<&str> = log.lines().filter(|line| line.contains(word)).take(3).collect();
        assert!(seen.is_empty(), "{word} is seen in {seen:#?}");
    }
}
