//! The sandbox as a program: one JSON line on stdout says where it listens and what to log in with.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::SignedDuration;
use linkcy_sandbox::{Builder, Description, Sandbox};
use serde_json::json;

const USAGE: &str = "\
linkcy-sandbox: a LinkCy on your laptop

  --port PORT          listen on 127.0.0.1:PORT; any free port unless given
  --state FILE         keep the state in FILE, across restarts
  --description FILE   obey this OpenAPI description instead of the bundled one
  --seed N             where ids and keys come from; the same seed gives the same ones
  --token-life LIFE    how long an access token lives, as in 5m or PT5M
  --settlement LIFE    how long a SEPA transfer is pending; it leaves at once unless given
  --webhooks URL       deliver webhooks to this http:// address

Control: see http://127.0.0.1:PORT/_sandbox/ and the README.
";

/// What can be wrong with the command line or the start.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}; --help lists the options")]
    Usage(#[from] lexopt::Error),
    #[error("{option}: {value:?} is no duration; write 5m or PT5M")]
    Duration { option: &'static str, value: String },
    #[error(transparent)]
    Description(#[from] linkcy_sandbox::description::DescriptionError),
    #[error(transparent)]
    Start(#[from] linkcy_sandbox::StartError),
}

fn main() -> ExitCode {
    match start() {
        Ok(Some(sandbox)) => {
            let (url, credentials) = (sandbox.url(), sandbox.credentials());
            println!(
                "{}",
                json!({ "url": url, "credentials": credentials, "webhookSecret": sandbox.control().webhook_secret() })
            );
            eprintln!("listening on {url}; control under {url}/_sandbox/; stop with Ctrl-C");
            sandbox.run()
        }
        Ok(None) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("linkcy-sandbox: {failure}");
            let mut cause = std::error::Error::source(&failure);
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Starts by the command line; none when it only asked for help.
fn start() -> Result<Option<Sandbox>, Failure> {
    use lexopt::prelude::*;
    let mut builder: Builder = Sandbox::builder();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        builder = match argument {
            Long("port") => builder.port(arguments.value()?.parse()?),
            Long("state") => builder.state(PathBuf::from(arguments.value()?)),
            Long("description") => {
                let description = Description::read(&PathBuf::from(arguments.value()?))?;
                builder.description(Arc::new(description))
            }
            Long("seed") => builder.seed(arguments.value()?.parse()?),
            Long("token-life") => builder.token_life(duration("--token-life", &arguments.value()?.string()?)?),
            Long("settlement") => builder.settlement(duration("--settlement", &arguments.value()?.string()?)?),
            Long("webhooks") => builder.webhooks(&arguments.value()?.string()?),
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        };
    }
    Ok(Some(builder.start_now()?))
}

fn duration(option: &'static str, value: &str) -> Result<SignedDuration, Failure> {
    value.parse().map_err(|_| Failure::Duration { option, value: value.to_owned() })
}
