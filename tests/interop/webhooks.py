"""Webhooks both ways with Svix's own package: the example server takes what it signs, and it takes what the sandbox signs.

    python3 -m venv target/svix && target/svix/bin/pip install svix
    cargo build --workspace --all-features --examples --bins
    target/svix/bin/python tests/interop/webhooks.py
"""

import http.server
import json
import os
import queue
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

from svix.webhooks import Webhook, WebhookVerificationError

BUILT = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "debug"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODIES = ['{"type":"CARD_CLOSED","data":{"cardId":"x"}}', "", "no JSON", '{"name":"Zoë 🏦"}', " \n{}\n", "x" * 100_000]


def post(url, body, headers):
    """The status of the answer."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def signed(secret, message, sent, body, prefix="svix"):
    return {
        f"{prefix}-id": message,
        f"{prefix}-timestamp": str(int(sent.timestamp())),
        f"{prefix}-signature": Webhook(secret).sign(message, sent, body),
        "content-type": "application/json",
    }


def ours_takes_what_svix_signs():
    environment = {**os.environ, "LINKCY_WEBHOOK_SECRET": f"{SECRET} {OTHER}", "LINKCY_WEBHOOK_ADDRESS": "127.0.0.1:0"}
    command = [BUILT / "examples" / "webhooks"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = re.search(r"http://\S+/webhooks", server.stdout.readline()).group()
            threading.Thread(target=server.stdout.read, daemon=True).start()
            return check_server(url)
        finally:
            server.terminate()


def check_server(url):
    now, tried = datetime.now(timezone.utc), 0
    for place, body in enumerate(BODIES):
        for prefix in ("svix", "webhook"):
            for secret in (SECRET, OTHER):
                message = f"msg_{prefix}_{secret[6:9]}_{place}"
                headers = signed(secret, message, now, body, prefix)
                # What is no JSON is verified too, and then cannot be handled.
                wanted = 204 if body.strip().startswith("{") else 503
                status = post(url, body.encode(), headers)
                assert status == wanted, (status, wanted, prefix, secret, body[:60])
                assert post(url, body.encode() + b" ", headers) == 401, body[:60]
                tried += 2
    stranger = "whsec_" + "A" * 32
    for headers in (
        signed(stranger, "msg_stranger", now, BODIES[0]),
        signed(SECRET, "msg_old", now - timedelta(minutes=6), BODIES[0]),
        signed(SECRET, "msg_ahead", now + timedelta(minutes=6), BODIES[0]),
    ):
        assert post(url, BODIES[0].encode(), headers) == 401, headers
        tried += 1
    both = signed(SECRET, "msg_both", now, BODIES[0])
    both["svix-signature"] = "v1a,AAAA " + Webhook(stranger).sign("msg_both", now, BODIES[0]) + " " + both["svix-signature"]
    assert post(url, BODIES[0].encode(), both) == 204
    return tried + 1


def svix_takes_what_the_sandbox_signs():
    arrived = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            arrived.put((dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{receiver.server_port}/hooks"
    with subprocess.Popen(
        [BUILT / "linkcy-sandbox", "--webhooks", address], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as sandbox:
        try:
            hello = json.loads(sandbox.stdout.readline())
            return check_sandbox(hello, arrived)
        finally:
            sandbox.terminate()
            receiver.shutdown()


def check_sandbox(hello, arrived):
    verifier = Webhook(hello["webhooks"][0]["secret"])
    payloads = [{"type": "CARD_CLOSED", "data": {"cardId": "x"}}, {"name": "Zoë 🏦"}, [], "text", "x" * 100_000]
    for payload in payloads:
        event = json.dumps({"type": "CARD_CLOSED", "payload": payload}).encode()
        send = hello["url"] + "/_sandbox/webhooks/send"
        assert post(send, event, {"content-type": "application/json"}) == 201
        headers, body = arrived.get(timeout=30)
        assert json.loads(body) == payload, body[:60]
        verifier.verify(body, headers)
        try:
            verifier.verify(body + b" ", headers)
        except WebhookVerificationError:
            continue
        raise AssertionError("a changed body was taken")
    return len(payloads)


if __name__ == "__main__":
    print(f"the example server judged {ours_takes_what_svix_signs()} requests signed by svix as it should")
    print(f"svix took {svix_takes_what_the_sandbox_signs()} webhooks signed by the sandbox")
    sys.exit(0)
