"""Makes tests/powerauth_vectors.json: PowerAuth 3.1 signatures by an implementation that shares nothing with the sandbox's.

Run it as `python3 powerauth_vectors.py > powerauth_vectors.json`; the same seed gives the same vectors.
"""

import base64
import hashlib
import hmac
import json
import random

FACTORS = {
    "possession": ["possession"],
    "possession_knowledge": ["possession", "knowledge"],
    "possession_biometry": ["possession", "biometry"],
    "possession_knowledge_biometry": ["possession", "knowledge", "biometry"],
}


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def signature(keys, counter, data):
    parts = []
    for last in range(len(keys)):
        derived = mac(keys[last], counter)
        for key in keys[1 : last + 1]:
            derived = mac(mac(key, counter), derived)
        parts.append(mac(derived, data)[16:])
    return base64.b64encode(b"".join(parts)).decode()


def following(counter):
    digest = hashlib.sha256(counter).digest()
    return bytes(a ^ b for a, b in zip(digest[:16], digest[16:]))


def text(data):
    return base64.b64encode(data).decode()


def main():
    source = random.Random(20260301)
    requests = [
        ("POST", "/api/partner/transactions", "", b'{"amount":1}'),
        ("GET", "/api/partner/cards/x/pin", "b=2&a=2&a=1&empty=", b""),
        ("DELETE", "/api/partner/cards/x/rules/DAILY_MAX_SPEND", "", b""),
        ("PATCH", "/api/partner/consumers/{consumerId}", "page=1", '{"occupation":"Bäcker"}'.encode()),
    ]
    vectors = []
    for kind, factors in FACTORS.items():
        for method, identifier, query, body in requests:
            keys = {name: source.randbytes(16) for name in ("possession", "knowledge", "biometry")}
            counter, nonce, secret = (source.randbytes(16) for _ in range(3))
            pairs = sorted(tuple(pair.split("=")) for pair in query.split("&") if pair)
            signed = body or "&".join("=".join(pair) for pair in pairs).encode()
            data = "&".join([method, text(identifier.encode()), text(nonce), text(signed), text(secret)]).encode()
            vectors.append({
                "type": kind,
                "keys": {name: text(key) for name, key in keys.items()},
                "counter": text(counter),
                "nextCounter": text(following(counter)),
                "nonce": text(nonce),
                "applicationSecret": text(secret),
                "method": method,
                "uriIdentifier": identifier,
                "query": query,
                "body": text(body),
                "signature": signature([keys[name] for name in factors], counter, data),
            })
    print(json.dumps(vectors, indent=1))


if __name__ == "__main__":
    main()
