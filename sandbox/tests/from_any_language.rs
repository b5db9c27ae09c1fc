//! The programs of docs/FROM_ANY_LANGUAGE.md do what they say. Those whose language is not installed are left out.

use std::io::Write as _;
use std::process::{Command, Stdio};

use linkcy_sandbox::Sandbox;

const PAGE: &str = include_str!("../docs/FROM_ANY_LANGUAGE.md");

/// The fence of each program, what runs it from stdin, and what it needs beside.
const LANGUAGES: [(&str, &[&str], &[&str]); 4] = [
    ("bash", &["bash", "-euo", "pipefail"], &["curl", "jq"]),
    ("python", &["python3", "-"], &[]),
    ("js", &["node", "--input-type=module", "-"], &[]),
    ("php", &["php"], &[]),
];

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn program(fence: &str) -> &'static str {
    let (_, after) = PAGE.split_once(&format!("\n```{fence}\n")).unwrap();
    after.split_once("\n```").unwrap().0
}

#[tokio::test]
async fn each_program_prints_the_balance() {
    let sandbox = Sandbox::start().await.unwrap();
    let credentials = sandbox.credentials().clone();
    for (fence, command, beside) in LANGUAGES {
        let text = program(fence);
        let (name, arguments) = command.split_first().unwrap();
        if let Some(missing) = [*name].iter().chain(beside).find(|program| !is_installed(program)) {
            eprintln!("{fence}: left out, {missing} is not installed");
            continue;
        }
        let mut running = Command::new(name)
            .args(arguments)
            .env("LINKCY_BASE_URL", sandbox.url())
            .env("LINKCY_PARTNER_NAME", &credentials.partner_name)
            .env("LINKCY_USERNAME", &credentials.username)
            .env("LINKCY_PASSWORD", &credentials.password)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = running.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said.trim(), "100", "{fence}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
