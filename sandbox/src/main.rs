//! The sandbox as a program: one JSON line on stdout says where it listens and what to log in with.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::SignedDuration;
use linkcy_sandbox::sca::{ScaDemand, UriIdentifier};
use linkcy_sandbox::{Builder, Credentials, Description, Sandbox, SeedData};
use serde_json::json;

const USAGE: &str = "\
linkcy-sandbox: a LinkCy on your laptop

  --host ADDRESS       listen on this address; 127.0.0.1 unless given
  --port PORT          listen on this port; any free one unless given
  --allow-host NAME    answer the control interface under this host name too; may be given several times
  --cors               let web pages of any origin call the API
  --state FILE         keep the state in FILE, across restarts
  --description FILE   obey this OpenAPI description instead of the bundled one
  --seed N             where ids and keys come from; the same seed gives the same ones
  --seed-data FILE     start with the consumers, ledgers and balances of FILE, as GET /_sandbox/export writes them
  --sca MODE           when to ask for SCA: when-asked (default: only with a Linkcy-SCA-Strategy header),
                       always (without header by push, LinkCy's default; BY_PASS passes), strict (no BY_PASS either)
  --uri-id NAME        by which name a data signature covers what is called: path (default), template, or a fixed word
  --token-life LIFE    how long an access token lives, as in 5m or PT5M (default)
  --settlement LIFE    how long a SEPA transfer is pending; it leaves at once unless given
  --webhooks URL       deliver webhooks to this address; once for each where there are several
  --webhooks-ca FILE   the certificate authorities of https:// addresses, in PEM
  --journal N          keep the last N requests in the journal; 200000 unless given
  --credentials PARTNER:USERNAME:PASSWORD
                       what the partner logs in with; drawn from the seed unless given here or in the environment
                       as LINKCY_SANDBOX_CREDENTIALS
  --no-bodies          keep no bodies in the journal; those of the latest 1000 requests are kept otherwise, secrets redacted
  --log                write a line about each request to stderr
  --print-env          write shell lines for the environment to stdout instead of JSON
  --open               open the console in the browser
  --version, --help

Control: see http://127.0.0.1:PORT/_sandbox/ and the README.
";

/// What can be wrong with the command line or the start.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}; --help lists the options")]
    Usage(#[from] lexopt::Error),
    #[error("{option}: {value:?} is {wrong}; --help lists the options")]
    Value { option: &'static str, value: String, wrong: &'static str },
    #[error("{option}: the value is not of the form PARTNER:USERNAME:PASSWORD; --help lists the options")]
    Credentials { option: &'static str },
    #[error("--seed-data: {}: can't be read; check the path", path.display())]
    SeedDataFile { path: PathBuf, source: std::io::Error },
    #[error("--seed-data: {}: is not seed data: {source}", path.display())]
    SeedDataJson { path: PathBuf, source: serde_json::Error },
    #[error(transparent)]
    Description(#[from] linkcy_sandbox::description::DescriptionError),
    #[error(transparent)]
    Start(#[from] linkcy_sandbox::StartError),
}

/// What the command line asks for.
enum Asked {
    Text(String),
    Run(Box<Run>),
}

/// A sandbox to run, and what to do once it runs.
struct Run {
    builder: Builder,
    print_env: bool,
    open: bool,
}

/// The credentials, in the form of --credentials.
const CREDENTIALS: &str = "LINKCY_SANDBOX_CREDENTIALS";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
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

fn run() -> Result<ExitCode, Failure> {
    let Run { builder, print_env, open } = match command_line()? {
        Asked::Text(text) => {
            print!("{text}");
            return Ok(ExitCode::SUCCESS);
        }
        Asked::Run(run) => *run,
    };
    let sandbox = builder.start_now()?;
    let (url, credentials) = (sandbox.url().to_owned(), sandbox.credentials().clone());
    let told = if print_env {
        format!(
            "export LINKCY_BASE_URL='{url}'\nexport LINKCY_PARTNER_NAME='{}'\nexport LINKCY_USERNAME='{}'\n\
             export LINKCY_PASSWORD='{}'",
            credentials.partner_name, credentials.username, credentials.password
        )
    } else {
        let webhooks = sandbox.control().webhook_endpoints();
        json!({ "url": url, "credentials": credentials, "webhooks": webhooks }).to_string()
    };
    if !sandbox.address().ip().is_loopback() {
        eprintln!("warning: {} is reached from other machines; this is a toy bank without secrets", sandbox.address());
    }
    Ok(sandbox.run_with(|| {
        println!("{told}");
        eprintln!("listening on {url}; control under {url}/_sandbox/; stop with Ctrl-C");
        if open && let Err(error) = open::that_detached(&url) {
            eprintln!("warning: --open: no browser can be started ({error}); open {url}/ by hand");
        }
    }))
}

/// Reads the command line.
fn command_line() -> Result<Asked, Failure> {
    use lexopt::prelude::*;
    let mut builder: Builder = Sandbox::builder().bodies(true);
    let (mut print_env, mut open) = (false, false);
    if let Some(given) = std::env::var_os(CREDENTIALS) {
        builder = builder.credentials(credentials(CREDENTIALS, given.to_string_lossy().into_owned())?);
    }
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        let name = match argument {
            Long(name) => name.to_owned(),
            Short('h') => "help".to_owned(),
            Short('V') => "version".to_owned(),
            other => return Err(other.unexpected().into()),
        };
        let mut value = || arguments.value()?.string();
        builder = match name.as_str() {
            "host" => builder.host(parsed("--host", value()?, "no IP address")?),
            "port" => builder.port(parsed("--port", value()?, "no port from 0 to 65535")?),
            "allow-host" => builder.allow_host(&value()?),
            "cors" => builder.cors(true),
            "state" => builder.state(PathBuf::from(arguments.value()?)),
            "description" => {
                let description = Description::read(&PathBuf::from(arguments.value()?))?;
                builder.description(Arc::new(description))
            }
            "seed" => builder.seed(parsed("--seed", value()?, "no whole number from 0")?),
            "sca" => builder.sca(demand(value()?)?),
            "uri-id" => builder.uri_identifier(match value()?.as_str() {
                "path" => UriIdentifier::Path,
                "template" => UriIdentifier::Template,
                word => UriIdentifier::Word(word.to_owned()),
            }),
            "token-life" => builder.token_life(duration("--token-life", value()?, 1)?),
            "settlement" => builder.settlement(duration("--settlement", value()?, 0)?),
            "webhooks" => builder.webhooks(&value()?),
            "webhooks-ca" => builder.webhooks_ca(PathBuf::from(arguments.value()?)),
            "journal" => builder.journal(parsed("--journal", value()?, "no whole number from 0")?),
            "seed-data" => builder.seed_data(seed_data(PathBuf::from(arguments.value()?))?),
            "credentials" => builder.credentials(credentials("--credentials", value()?)?),
            "open" => {
                open = true;
                builder
            }
            "no-bodies" => builder.bodies(false),
            "log" => builder.log(true),
            "print-env" => {
                print_env = true;
                builder
            }
            "version" => return Ok(Asked::Text(format!("linkcy-sandbox {}\n", env!("CARGO_PKG_VERSION")))),
            "help" => return Ok(Asked::Text(USAGE.to_owned())),
            _ => return Err(lexopt::Error::UnexpectedOption(format!("--{name}")).into()),
        };
    }
    Ok(Asked::Run(Box::new(Run { builder, print_env, open })))
}

/// The password may have colons in it. It is not repeated in the error.
fn credentials(option: &'static str, value: String) -> Result<Credentials, Failure> {
    let mut parts = value.splitn(3, ':').filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next()) {
        (Some(partner_name), Some(username), Some(password)) => Ok(Credentials {
            partner_name: partner_name.to_owned(),
            username: username.to_owned(),
            password: password.to_owned(),
        }),
        _ => Err(Failure::Credentials { option }),
    }
}

fn parsed<T: std::str::FromStr>(option: &'static str, value: String, wrong: &'static str) -> Result<T, Failure> {
    value.parse().map_err(|_| Failure::Value { option, value, wrong })
}

fn seed_data(path: PathBuf) -> Result<SeedData, Failure> {
    match std::fs::read(&path) {
        Err(source) => Err(Failure::SeedDataFile { path, source }),
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| Failure::SeedDataJson { path, source }),
    }
}

fn demand(value: String) -> Result<ScaDemand, Failure> {
    match value.as_str() {
        "when-asked" => Ok(ScaDemand::WhenAsked),
        "always" => Ok(ScaDemand::Always),
        "strict" => Ok(ScaDemand::Strict),
        _ => Err(Failure::Value { option: "--sca", value, wrong: "none of when-asked, always, strict" }),
    }
}

/// A duration of at least that many seconds.
fn duration(option: &'static str, value: String, least: i64) -> Result<SignedDuration, Failure> {
    match value.parse::<SignedDuration>() {
        Err(_) => Err(Failure::Value { option, value, wrong: "no duration; write 5m or PT5M" }),
        Ok(life) if life < SignedDuration::from_secs(least) => {
            let wrong = if least > 0 { "too short: at least a second" } else { "negative" };
            Err(Failure::Value { option, value, wrong })
        }
        Ok(life) => Ok(life),
    }
}
