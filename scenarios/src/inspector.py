"""Writes down every exchange, and alters answers of the kind that the file `mode` names.

Kinds: receipt, manifest, command, keys, time (alter what is signed), websocket (no WebSocket gets through), nothing.
"""

import base64
import json
import os
import pathlib

from mitmproxy import http

signatures = []
FOLDER = pathlib.Path(os.environ["YAGURA_INSPECTOR"])


def mode():
    try:
        return (FOLDER / "mode").read_text()
    except FileNotFoundError:
        return "nothing"


def altered(sealed, change):
    """The signed document with its payload changed and its signature as it was."""
    payload = json.loads(base64.b64decode(sealed["payload"]))
    change(payload)
    return {**sealed, "payload": base64.b64encode(json.dumps(payload).encode()).decode()}


def forget_more(payload):
    payload["mark"]["last"] += 1000


def newer(payload):
    payload["counter"] += 1
    payload["documents"] = {feature: "00" * 32 for feature in payload["documents"]}


def other_name(payload):
    payload["name"] = "power.restart"


def other_keys(payload):
    payload["version"] += 1


def request(flow: http.HTTPFlow) -> None:
    if mode() == "websocket" and "upgrade" in flow.request.headers:
        flow.response = http.Response.make(400, b"no")


def response(flow: http.HTTPFlow) -> None:
    path, wanted, body = flow.request.path, mode(), flow.response.get_content() or b""
    did = False

    def answer(value):
        nonlocal did
        did = True
        flow.response.text = json.dumps(value)

    if flow.response.status_code == 200:
        if path == "/agent/v1/hello":
            signatures[:] = json.loads(body)["signatures"]
        if wanted == "receipt" and path == "/agent/v1/events":
            answer(altered(json.loads(body), forget_more))
        elif wanted == "manifest" and path == "/agent/v1/manifest":
            answer(altered(json.loads(body), newer))
        elif wanted == "command" and path == "/agent/v1/commands":
            waiting = json.loads(body)
            answer({"commands": [altered(sealed, other_name) for sealed in waiting["commands"]]})
        elif wanted == "keys" and path == "/agent/v1/commands":
            # Signed by a key that the agent does not know: it will ask for the server's keys.
            waiting = json.loads(body)
            for sealed in waiting["commands"]:
                sealed["signatures"][0]["keyid"] = "00" * 8
            answer(waiting)
        elif wanted == "keys" and path == "/agent/v1/keys":
            keys = json.loads(body)
            answer({**keys, "set": altered(keys["set"], other_keys)})
        elif wanted == "time" and path == "/agent/v1/state":
            # An answer that would set the clock, under a signature that was made for something else.
            flow.response.status_code = 401
            flow.response.headers["yagura-time"] = "skew"
            told = base64.b64encode(json.dumps({"now": "2036-01-01T00:00:00.000000Z"}).encode()).decode()
            kind = "application/vnd.yagura.server-time.v1+json"
            answer({"payloadType": kind, "payload": told, "signatures": signatures})
    exchange = {
        "method": flow.request.method,
        "path": path,
        "request": base64.b64encode(flow.request.get_content() or b"").decode(),
        "headers": "\n".join(f"{name}: {value}" for name, value in flow.request.headers.items()),
        "status": flow.response.status_code,
        "altered": did,
    }
    with open(FOLDER / "seen", "a", encoding="utf-8") as seen:
        seen.write(json.dumps(exchange) + "\n")
