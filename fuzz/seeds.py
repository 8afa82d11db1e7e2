#!/usr/bin/env python3
"""Writes the first inputs of every fuzz target into fuzz/corpus, from tests/vectors.

What a target does not need is taken away again by its own program:
    TARGET -merge=1 fuzz/corpus/TARGET FOLDER_OF_SEEDS
"""

import base64
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests/vectors"


def read(path):
    return json.loads((VECTORS / path).read_text())


def texts(value, name):
    """Yields every text under `name`, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name and isinstance(inner, str):
                yield inner
            yield from texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, name)


def tokens():
    for path in sorted(VECTORS.glob("token/*/*.json")):
        yield from texts(json.loads(path.read_text()), "token")


def actions():
    for path in sorted(VECTORS.glob("action/*/*.json")):
        yield from texts(json.loads(path.read_text()), "text")


def signed_notes():
    for path in sorted(VECTORS.glob("checkpoint/*/*.json")):
        yield from texts(json.loads(path.read_text()), "note")


def notes():
    yield from signed_notes()
    # The signed text, for targets that make the signature themselves.
    for note in signed_notes():
        yield note.split("\n\n")[0] + "\n"


def checkpoints():
    for note in signed_notes():
        yield "\n".join(note.split("\n\n")[0].split("\n")[1:])


def keys():
    yield "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    yield "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    yield "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
    yield "a+00000000+AQ=="


def drafts():
    for vectors in ("audit/entries.json", "audit/texts.json"):
        for entry in read(vectors)["entries"]:
            yield json.dumps(entry["draft"])


def redactions():
    # Without the credentials, so that no file looks as if it contained one.
    vectors = read("audit/redaction.json")
    yield from (secret["clean"].replace("[redacted]", "dummy1") for secret in vectors["secrets"])
    yield from vectors["plain"]


def entries():
    yield from texts(read("audit/entries.json"), "body")
    yield from texts(read("audit/texts.json"), "body")
    for body in texts(read("audit/entries.json"), "body"):
        yield body.replace("0011223344556677", "0101010101010101").replace('"seq":1,', '"seq":0,')


def heads():
    for entry in read("audit/entries.json")["entries"]:
        head = entry["head"]
        frontier = base64.urlsafe_b64encode(bytes.fromhex(head["frontier"])).decode().rstrip("=")
        yield f"{head['size']} {head['root']} {frontier}"


def requests():
    for name in ("calls", "eras", "framing", "gate"):
        for case in read(f"mcp/{name}.json"):
            request = case.get("request", {})
            body = request.get("body")
            if body is None and "message" in request:
                body = json.dumps(request["message"])
            if isinstance(body, str):
                yield ("\3" if request.get("modern") else "\2") + body
    for method, params in (
        ("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}),
        ("tools/list", {}),
        ("tools/call", {"name": "echo", "arguments": {"a": 1}}),
        ("prompts/get", {"name": "outline", "arguments": {"topic": "t"}}),
        ("resources/read", {"uri": "site://post/1"}),
        ("completion/complete", {"ref": {"type": "ref/prompt", "name": "outline"}, "argument": {"name": "topic", "value": "a"}}),
    ):
        yield "\2" + json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def redirects():
    for name in ("uri", "redirect", "registered"):
        yield from texts(read("oauth/redirects.json"), name)


def client_ids():
    for path in sorted(VECTORS.glob("oauth/issued_ids/*.json")):
        vector = json.loads(path.read_text())
        yield vector["client_id"]
        if vector["client"]:
            text = vector["client_id"].removeprefix("csc_")
            yield base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[:-16]


def oauth():
    yield (
        "response_type=code&client_id=csc_one&redirect_uri=https%3A%2F%2Fclient.example%2Fback%3Fa%3D1&state=s"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        "&resource=https%3A%2F%2Fexample.org%2Fmcp&scope=mcp%3Aread"
    )
    yield "grant_type=refresh_token&refresh_token=" + next(iter(tokens()))
    yield json.dumps({"client_name": "a", "redirect_uris": ["https://client.example/back"], "token_endpoint_auth_method": "none"})
    yield json.dumps({"client_id": "https://client.example/metadata", "client_name": "a", "redirect_uris": ["http://localhost/b"]})
    yield "Basic " + base64.b64encode(b"csc_one:secret").decode()


def redis():
    yield "*2\r\n:0\r\n:1\r\n"
    yield "*5\r\n:0\r\n:1\r\n:60\r\n:59\r\n:7\r\n"
    yield "*6\r\n:0\r\n:0\r\n:1\r\n:3\r\n:1\r\n:60\r\n"
    yield "*2\r\n:0\r\n$4\r\nfour\r\n"
    yield "*5\r\n:0\r\n:1\r\n:2\r\n:3\r\n:4\r\n"
    yield "-NOSCRIPT No matching script.\r\n"
    yield "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
    yield "*2\r\n$9\r\nmaxmemory\r\n$1\r\n5\r\n"
    info = "run_id:0123abcd\r\nrole:master\r\nmaster_replid:4567cdef\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n"
    yield f"${len(info)}\r\n{info}\r\n"


def key_texts():
    yield "countersign-ed25519-seed:" + "5a" * 32 + "\n"
    yield "countersign-ed25519-public:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n"
    yield "k" * 86 + "\n"
    yield "put your unique phrase here, and some more of it\n"


def envelopes():
    for size in (64, 80, 96):
        yield "cse1.00000000." + base64.urlsafe_b64encode(bytes(range(size))).decode().rstrip("=")
    yield base64.urlsafe_b64encode(bytes(range(64))).decode().rstrip("=")
    yield "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0000"


def vault_texts():
    blob = lambda size: base64.urlsafe_b64encode(bytes(size)).decode().rstrip("=")
    slot = {"kind": "auth_key", "salt": blob(16), "fingerprint": blob(8), "iv": blob(16), "wrapped": blob(112)}
    key = {"id": blob(4), "iv": blob(16), "wrapped": blob(112)}
    yield json.dumps({"site": blob(8), "slots": [slot], "keys": [key]}, separators=(",", ":"))


def exports():
    """Yields a small log as an exported file, complete except for signatures."""
    site = "0011223344556677"
    for vectors in ("audit/entries.json", "audit/texts.json"):
        yield from exports_of(site, read(vectors)["entries"][:3])


def exports_of(site, entries):
    bodies = [entry["body"] for entry in entries]
    leaves = [hashlib.sha256(b"\0" + body.encode()).digest() for body in bodies]
    node = lambda left, right: hashlib.sha256(b"\1" + left + right).digest()
    root = node(node(leaves[0], leaves[1]), leaves[2]).hex()
    compact = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    note = next(signed_notes())
    header = {"countersign_audit": 1, "origin": f"shop.example/{site}/audit", "site": site, "from": 0, "until": 3,
              "filter": None, "size": 3, "root": root}
    hashes = base64.b64encode(b"".join(leaves)).decode()
    tile = {"leaves": 0, "hashes": hashes}
    for extra in (
        [],
        [compact({"checkpoint": 3, "note": note})],
        [compact({"seal": 0, "size": 3, "root": root, "from": 0, "until": 3600000, "previous": "0" * 64, "mac": "0" * 64})],
    ):
        beside = [compact({"texts": entry["seq"], "values": [[text["path"], text["salt"], text["value"]] for text in entry["texts"]]})
                  if entry.get("texts") else None for entry in entries]
        frame = [compact(header), *filter(None, beside), compact(tile), *extra]
        digest = hashlib.sha256("".join(line + "\n" for line in frame).encode()).hexdigest()
        end = compact({"end": 3, "entries": 3, "frame": digest, "note": None})
        told = [line for pair in zip(bodies, beside) for line in pair if line]
        yield "\n".join([frame[0], *told, compact(tile), *extra, end]) + "\n"
    yield compact(header) + "\n" + compact({"outside": [0, 2], "hashes": hashes}) + "\n"
    yield compact(header) + "\n" + compact({"pruned": [0, 2], "hashes": hashes}) + "\n"


def seals():
    zero, at = "0" * 64, 1_800_000_000_000
    yield json.dumps({"seal": 0, "size": 3, "root": zero, "from": at, "until": at + 3_600_000, "previous": zero, "mac": zero},
                     separators=(",", ":"))
    # The target appends the checksum to this text.
    yield f"countersign seal 1\nshop.example/0101010101010101/audit\n1000 3600 0\n{'5a' * 32}\n{zero}\n"
    blob = (1000).to_bytes(8, "big") + (3600).to_bytes(4, "big") + b"\x5a" * 32
    yield "cssk_" + base64.urlsafe_b64encode(blob).decode().rstrip("=")


def records():
    for path in sorted(VECTORS.glob("record/*/*.json")):
        vector = json.loads(path.read_text())
        if "bytes" not in vector:
            yield vector["text"]
            continue
        # A witness, and its entries alone, which a beacon holds.
        whole = bytes.fromhex(vector["bytes"])
        yield from (whole, whole[36:-32])


def store_records():
    now = 1_800_000_000_000
    head = bytes([9, 128, 5, 7]) + (60_000).to_bytes(4, "big") + (500).to_bytes(8, "big") * 8
    number = lambda value, size=8: value.to_bytes(size, "big")
    yield head + number(now + 60_000) + b"\xff" * 8 + number(now) + number(5, 4) * 3
    yield head + number(now) + number(20_833, 4) + number(7) + b"\0"
    yield head + number(now) + number(684, 4) + number(400) + b"\1"


def policies():
    for confidence in ("8200", "invalid"):
        for end in ("allow approved", "deny confidence_invalid"):
            yield (f"policy/1 risk=medium confidence={confidence} threshold=8200 snapshot=verified mode=assisted right=dispatch"
                   f" approval=granted checkpoint=no frozen=no proven=yes {end}")


def periods():
    yield from ("2026-11-24", "2026-11", "1970-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "9999-12", "1970-01")


def schemas():
    for path in sorted(VECTORS.glob("json_schema/suite/*.json")):
        for group in json.loads(path.read_text()):
            schema = {key: value for key, value in group["schema"].items() if key != "$schema"} if isinstance(group["schema"], dict) else group["schema"]
            seed = json.dumps(schema) + "\n" + json.dumps(group["tests"][0]["data"])
            if len(seed) < 100:
                yield seed
    yield from (r"^(?<year>\d{4})-[^\]\u{1f600}-]+?$", r"\ud83d\ude00|\cJ|[\w-.]{2,3}")


SEEDS = {
    "schema": schemas,
    "ndjson": exports,
    "envelope": envelopes,
    "vault_text": vault_texts,
    "token": tokens,
    "action": actions,
    "verifier_key": keys,
    "note": notes,
    "checkpoint": checkpoints,
    "audit_draft": drafts,
    "redaction": redactions,
    "audit_entry": entries,
    "audit_head": heads,
    "jsonrpc": requests,
    "redirect": redirects,
    "client_id": client_ids,
    "oauth_request": oauth,
    "redis_reply": redis,
    "key_text": key_texts,
    "audit_seal": seals,
    "record": records,
    "store_record": store_records,
    "policy_record": policies,
    "period": periods,
}

out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "fuzz/corpus"
for target, seeds in SEEDS.items():
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        data = seed if isinstance(seed, bytes) else seed.encode("utf-8", "surrogatepass")
        if len(data) <= 4096:
            (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)
