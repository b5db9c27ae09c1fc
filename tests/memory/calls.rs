//! What calls and clients cost in memory, counted by the allocator: a large body is written once and never copied, and an
//! end-user's client stays small however many there are.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use linkcy::types::{
    BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, LedgerId, PartyType, SepaBankingDetails,
};
use linkcy::{Client, Credentials, Environment, Login, RetryPolicy};
use tokio::runtime::{Builder, Runtime};

use crate::{ALLOCATOR, ALONE, answers, in_use};

const LARGE: usize = 10 << 20;
const CLIENTS: usize = 10_000;
/// How many of them log in: each login is a call.
const LOGGED_IN: usize = 1_000;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Bytes asked for since the beginning.
fn asked_for() -> usize {
    ALLOCATOR.stats().bytes_allocated
}

fn allocations() -> usize {
    let stats = ALLOCATOR.stats();
    stats.allocations + stats.reallocations
}

/// A server of few allocations: each connection has a thread, a buffer, and answers that were written before. The first
/// `busy` requests are refused for now.
fn bank(busy: usize) -> Result<SocketAddr, std::io::Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let mut busy = busy;
        for stream in listener.incoming() {
            let refused = std::mem::take(&mut busy);
            thread::spawn(move || serve(stream?, refused));
        }
    });
    Ok(address)
}

fn serve(mut stream: TcpStream, mut busy: usize) -> std::io::Result<()> {
    let written = |status: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let too_many = written("429 Too Many Requests", "{}");
    let created = written("201 Created", &answers::paid());
    let ledger = written("200 OK", &answers::ledger());
    let login = written("200 OK", &answers::login());
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let (mut held, mut head) = (0, None);
        while head.is_none() {
            match stream.read(buffer.get_mut(held..).unwrap_or_default())? {
                0 => return Ok(()),
                more => held += more,
            }
            head = buffer[..held].windows(4).position(|end| end == b"\r\n\r\n").map(|end| end + 4);
        }
        let head = head.unwrap_or_default();
        let text = std::str::from_utf8(&buffer[..head]).unwrap_or_default();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let answer = match text.split(' ').nth(1) {
            _ if busy > 0 => &too_many,
            Some("/api/partner/login") => &login,
            Some("/api/partner/beneficiaries") => &created,
            _ => &ledger,
        };
        let mut left = length.unwrap_or_default().saturating_sub(held - head);
        while left > 0 {
            let most = left.min(buffer.len());
            match stream.read(&mut buffer[..most])? {
                0 => return Ok(()),
                read => left -= read,
            }
        }
        busy = busy.saturating_sub(1);
        stream.write_all(answer.as_bytes())?;
    }
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn partner(address: SocketAddr) -> Result<Client, Box<dyn std::error::Error>> {
    let hasty = RetryPolicy::default().base_pause(Duration::from_millis(1));
    let credentials = Credentials::tokens(answers::token(), None);
    Ok(Client::builder(Environment::at(&format!("http://{address}"))?).credentials(credentials).retry(hasty).build()?)
}

/// Sends a body of ten megabytes, which the bank takes after so many refusals; the bytes asked for meanwhile must be those
/// of writing it once.
fn a_large_body_is_written_once(refusals: usize) -> Outcome {
    let _alone = ALONE.blocking_lock();
    let account = SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?);
    let request = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: account.into(),
        name: "Bob Durand".into(),
        type_: PartyType::Person,
    })
    .friendly_name("x".repeat(LARGE));
    let before = asked_for();
    let body = serde_json::to_vec(&request)?;
    let once = asked_for() - before;
    assert!(body.len() > LARGE);
    drop(body);

    let client = partner(bank(refusals)?)?;
    let runtime = runtime()?;
    let before = asked_for();
    let reply = runtime.block_on(client.beneficiaries().create(&request).send())?;
    let spent = asked_for() - before;
    assert_eq!(reply.status, 201);
    println!("{refusals} refusals: {spent} bytes asked for; writing the body asks for {once}");
    assert!(spent < once + LARGE / 20, "{spent} bytes were asked for, and writing the body once asks for {once}");
    Ok(())
}

#[test]
fn a_large_body_is_neither_copied_nor_written_twice() -> Outcome {
    a_large_body_is_written_once(0)
}

#[test]
fn a_large_body_that_is_sent_again_is_not_written_again() -> Outcome {
    a_large_body_is_written_once(2)
}

#[test]
fn ten_thousand_end_users_cost_kilobytes_each_and_slow_nobody_down() -> Outcome {
    let _alone = ALONE.blocking_lock();
    let partner = partner(bank(0)?)?;
    let runtime = runtime()?;
    let ledger: LedgerId = uuid::Uuid::from_u128(7).into();
    runtime.block_on(async {
        partner.ledgers().get(ledger).await?;
        let calls = 200;
        let before = allocations();
        for _ in 0..calls {
            partner.ledgers().get(ledger).await?;
        }
        let with_one = allocations() - before;

        let mut clients = Vec::with_capacity(CLIENTS);
        let start = in_use();
        clients.extend((0..CLIENTS).map(|number| {
            let phone = format!("336{number:08}").parse().expect("a phone number");
            partner.end_user(Login::Consumer { phone, partner_name: "acme".into(), password: "a password".into() })
        }));
        let idle = (in_use() - start) / CLIENTS;
        let before = in_use();
        let logged_in = clients.get(..LOGGED_IN).unwrap_or_default();
        for client in logged_in {
            client.session().authorization().await?;
        }
        let tokens = (in_use() - before) / LOGGED_IN;

        let before = allocations();
        for client in logged_in.iter().step_by(LOGGED_IN / calls) {
            client.ledgers().get(ledger).await?;
        }
        let with_all = allocations() - before;
        println!("a client: {idle} bytes before its login, {tokens} more after it");
        println!("{calls} calls: {with_one} allocations with one client, {with_all} with {CLIENTS}");
        assert!(idle < 2048, "{idle} bytes before the login");
        assert!(idle + tokens < 4096, "{idle} bytes before the login and {tokens} more after it");
        assert!(with_all <= with_one + calls / 10, "{with_all} allocations instead of {with_one}");
        Ok(())
    })
}
