//! The page that a KYC link leads to: it ends the KYC with one click, where LinkCy's asks for documents and a face.

use crate::http::answer::{Answer, Content};
use crate::json::word;
use crate::state::kyc::Kyc;

/// The page of an application.
pub(super) fn answer(kyc: &Kyc) -> Answer {
    let page = PAGE.replace("{id}", &kyc.id.to_string()).replace("{status}", &word(&kyc.status));
    Answer { content: Content::Bytes("text/html; charset=utf-8".to_owned(), page.into_bytes()), ..Answer::empty() }
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>KYC in the sandbox</title>
<body style="font: 1rem/1.5 system-ui; max-width: 36rem; margin: 2rem auto; padding: 0 1rem">
<h1>KYC in the sandbox</h1>
<p>Application <code>{id}</code> is <strong id="status">{status}</strong>. It becomes:</p>
<p>
<button value="VALIDATED">Validated</button> <button value="DECLINED">Declined</button>
<button value="PENDING_REVIEW">Pending review</button> <button value="ABORTED">Aborted</button>
</p>
<p role="status" id="said"></p>
<script>
for (const button of document.querySelectorAll("button")) {
  button.onclick = async () => {
    const body = JSON.stringify({ status: button.value });
    const answer = await fetch(location.href, { method: "POST", body }).catch((error) => ({ ok: false, statusText: error }));
    document.getElementById("said").textContent = answer.ok ? "Done. You can close this page." : "Refused: " + answer.statusText;
    if (answer.ok) document.getElementById("status").textContent = button.value;
  };
}
</script>
"#;
