//! The sandbox as a program: its options, its first line, its end.

use std::io::BufRead as _;
use std::process::Command;

use serde_json::{Value, json};

#[test]
fn the_program_explains_itself_and_what_is_wrong() {
    let run = |arguments: &[&str]| {
        let output = program().args(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    for (option, says) in [("--help", "--state FILE"), ("--version", env!("CARGO_PKG_VERSION"))] {
        let (good, said) = run(&[option]);
        assert!(good && said.contains(says), "{said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _holder = std::net::TcpListener::bind(taken).unwrap();
    let choose = format!("the sandbox can't listen on {taken}; choose another port");
    for (arguments, says) in [
        (vec!["--token-life", "long"], "--token-life: \"long\" is no duration; write 5m or PT5M"),
        (vec!["--token-life", "0s"], "--token-life: \"0s\" is too short: at least a second"),
        (vec!["--token-life", "-5m"], "--token-life: \"-5m\" is too short: at least a second"),
        (vec!["--settlement", "-5m"], "--settlement: \"-5m\" is negative"),
        (vec!["--port", "99999"], "--port: \"99999\" is no port from 0 to 65535"),
        (vec!["--host", "here"], "--host: \"here\" is no IP address"),
        (vec!["--seed", "x"], "--seed: \"x\" is no whole number"),
        (vec!["--journal", "-1"], "--journal: \"-1\" is no whole number"),
        (vec!["--sca", "never"], "--sca: \"never\" is none of when-asked, always, strict"),
        (
            vec!["--webhooks", "http://"],
            "\"http://\": webhooks go to addresses of the form http://host:port/path or https://host:port/path",
        ),
        (vec!["--description", "/nowhere.json"], "/nowhere.json: the description can't be read"),
        (vec!["--port", &taken.port().to_string()], choose.as_str()),
        (vec!["--credentials", "acme:bob"], "--credentials: the value is not of the form PARTNER:USERNAME:PASSWORD"),
        (vec!["--credentials", "acme::secret"], "--credentials: the value is not of the form"),
        (vec!["--frobnicate"], "--frobnicate"),
    ] {
        let (good, said) = run(&arguments);
        assert!(!good && said.contains(says), "{arguments:?}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn the_program_ends_well_when_it_is_told_to_stop() {
    for signal in ["TERM", "INT"] {
        let mut program = program()
            .arg("--print-env")
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(program.stdout.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("export LINKCY_BASE_URL='http://127.0.0.1:"));
        assert!((&mut lines).take(3).all(|line| line.unwrap().starts_with("export LINKCY_")));
        Command::new("kill").args(["-s", signal, &program.id().to_string()]).status().unwrap();
        assert!(program.wait().unwrap().success(), "{signal}");
    }
}

/// A program that runs until it is dropped, and what it said first.
struct Running(std::process::Child, Value);

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut program =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(program.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self(program, serde_json::from_str(&line).unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_linkcy-sandbox"))
}

#[tokio::test]
async fn credentials_are_fixed_by_option_or_environment_in_a_state_that_exists_too() {
    let folder = std::env::temp_dir().join(format!("credentials-{}", uuid::Uuid::from_u128(fastrand::u128(..))));
    std::fs::create_dir_all(&folder).unwrap();
    let state = folder.join("bank.redb");
    let fixed = json!({ "partnerName": "acme", "username": "bob", "password": "a:b" });
    let drawn = Running::start(program().arg("--state").arg(&state)).1["credentials"].clone();
    assert_eq!(drawn["partnerName"], "sandbox");
    for command in [
        program().arg("--state").arg(&state).args(["--credentials", "acme:bob:a:b"]),
        program().arg("--state").arg(&state).env("LINKCY_SANDBOX_CREDENTIALS", "acme:bob:a:b"),
        // Kept from then on.
        program().arg("--state").arg(&state),
    ] {
        let running = Running::start(command);
        assert_eq!(running.1["credentials"], fixed);
        let login = format!("{}/api/partner/login", running.1["url"].as_str().unwrap());
        for (credentials, status) in [(&fixed, 200), (&drawn, 401)] {
            let answer = reqwest::Client::new().post(&login).json(credentials).send().await.unwrap();
            assert_eq!(answer.status(), status, "{credentials}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn the_browser_is_opened_at_the_console_when_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("open-{}", uuid::Uuid::from_u128(fastrand::u128(..))));
    std::fs::create_dir_all(&folder).unwrap();
    let (browser, pipe) = (folder.join("xdg-open"), folder.join("opened"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::write(&browser, format!("#!/bin/sh\necho \"$1\" > {}\n", pipe.display())).unwrap();
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
    let running = Running::start(program().arg("--open").env("PATH", &folder));
    // Reading waits for the writer.
    let opened = std::fs::read_to_string(&pipe).unwrap();
    assert_eq!(opened.trim(), running.1["url"].as_str().unwrap());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_lack_of_file_descriptors_passes() {
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 40; exec \"$0\"", env!("CARGO_BIN_EXE_linkcy-sandbox")]);
    let running = Running::start(&mut limited);
    let url = running.1["url"].as_str().unwrap().to_owned();
    // The system accepts them for the program, which can't take them all.
    let address = url.trim_start_matches("http://");
    let held: Vec<_> = (0..60).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    let open = || std::fs::read_dir(format!("/proc/{}/fd", running.0.id())).unwrap().count();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while open() < 40 {
        assert!(std::time::Instant::now() < until, "only {} are open", open());
        std::thread::yield_now();
    }
    drop(held);
    let answer = reqwest::get(format!("{url}/_sandbox/state")).await.unwrap();
    assert_eq!(answer.status(), 200);
}
