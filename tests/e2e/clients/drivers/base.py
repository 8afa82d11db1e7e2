"""What all drivers in Python share. A driver is a process that holds one client. It reads a command per line, has the
client do it, and answers with a line that says what the client's user sees."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ENDPOINT = os.environ["ENDPOINT"]
STORE = Path(os.environ["CLIENT_STORE"])
STORE.mkdir(parents=True, exist_ok=True)
CONSENT = Path(__file__).resolve().parents[2] / "lib/consent.mjs"
CALLBACK = "http://127.0.0.1:7799/callback"
# Longer than any answer of the site; a client that has nothing after that hangs.
PATIENCE = 25
NOBODY = "the consent page opens"

opened = 0


def visits() -> int:
    file = STORE / "visits"
    return len(file.read_text().splitlines()) if file.exists() else 0


visits_before = visits()


def nobody() -> Path:
    return STORE / "nobody"


def open_browser() -> None:
    """Has clients that start a browser start browser.mjs."""
    script = STORE / "browser"
    browser = Path(__file__).with_name("browser.mjs")
    script.write_text(f"#!/bin/sh\nexec '{os.environ['NODE']}' '{browser}' \"$1\" >>'{STORE}/browser.log' 2>&1\n")
    script.chmod(0o700)
    os.environ["BROWSER"] = f"{script} %s &"


def visit(url: str) -> str:
    """Goes to the consent page as the client's user. Returns where the browser is sent back to."""
    global opened
    opened += 1
    if nobody().exists():
        raise RuntimeError(NOBODY)
    return subprocess.run(
        [os.environ["NODE"], str(CONSENT), url, "standard", "editor"], check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


class Storage:
    """Keeps tokens and registration of the official client in a file."""

    file = STORE / "tokens.json"

    def __init__(self, token, client) -> None:
        self.types = {"token": token, "client": client}

    def _read(self) -> dict:
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def _get(self, name):
        data = self._read().get(name)
        return data and self.types[name].model_validate(data)

    def _set(self, name, value) -> None:
        self.file.write_text(json.dumps({**self._read(), name: json.loads(value.model_dump_json(exclude_none=True))}))

    async def get_tokens(self):
        return self._get("token")

    async def set_tokens(self, tokens):
        self._set("token", tokens)

    async def get_client_info(self):
        return self._get("client")

    async def set_client_info(self, client):
        self._set("client", client)


def provider(name: str):
    """The OAuth of the official client, which frameworks take as an authentication of httpx."""
    from mcp.client.auth import OAuthClientProvider
    from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

    back = ""

    async def redirect(url: str) -> None:
        nonlocal back
        back = await asyncio.to_thread(visit, url)

    async def callback():
        answer = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
        if version("mcp").startswith("1."):
            return answer["code"], answer.get("state")
        from mcp.shared.auth import AuthorizationCodeResult

        return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer.get("iss"))

    metadata = OAuthClientMetadata(
        client_name=name,
        redirect_uris=[CALLBACK],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
    )
    storage = Storage(OAuthToken, OAuthClientInformationFull)
    return OAuthClientProvider(ENDPOINT, metadata, storage, redirect_handler=redirect, callback_handler=callback)


def messages(error: BaseException) -> str:
    """The texts of an error, of those in its group, and of what caused it."""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else [error.__cause__] if error.__cause__ else []
    texts = [] if isinstance(error, BaseExceptionGroup) else [str(error) or type(error).__name__]
    for each in inner:
        texts += [text for text in messages(each).split("\n") if text not in texts]
    return "\n".join(texts)


def seen(result) -> dict:
    """What a program reads of a tool result of the official client."""
    data = result.model_dump(by_alias=True, mode="json")
    text = "\n".join(block.get("text") or json.dumps(block) for block in data["content"])
    return {"failed": bool(data.get("isError")), "text": text, "data": data.get("structuredContent")}


class Session:
    """One connection of a client. It has a task of its own, because a client may cancel the task that holds it."""

    def __init__(self, enter) -> None:
        self.enter = enter
        self.inbox: asyncio.Queue = asyncio.Queue()

    async def start(self) -> dict:
        ready = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(self._hold(ready))
        return await self._wait(ready)

    async def ask(self, command: dict) -> dict:
        done = asyncio.get_running_loop().create_future()
        self.inbox.put_nowait((command, done))
        return await self._wait(done)

    async def _wait(self, future) -> dict:
        await asyncio.wait([future, self.task], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if future.done():
            return future.result()
        if not self.task.done():
            return {"failed": True, "threw": True, "text": f"nothing in {PATIENCE} seconds"}
        if self.task.cancelled():
            return {"failed": True, "threw": True, "text": "the session has ended"}
        error = self.task.exception()
        return {"failed": True, "threw": True, "text": messages(error) if error else "the session has ended"}

    async def _hold(self, ready) -> None:
        async with AsyncExitStack() as stack:
            client = await self.enter(stack)
            ready.set_result({"text": ""})
            while True:
                command, done = await self.inbox.get()
                try:
                    if command["command"] == "list":
                        answer = {"text": "", "names": await client.list()}
                    else:
                        answer = await client.call(command["tool"], command["args"])
                except Exception as error:
                    if os.environ.get("DEBUG_DRIVER"):
                        import traceback

                        traceback.print_exception(error)
                    answer = {"failed": True, "threw": True, "text": messages(error)}
                if not done.done():
                    done.set_result(answer)


async def serve(enter) -> None:
    lines: asyncio.Queue = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    session = None
    while line := await lines.get():
        command = json.loads(line)
        nobody().unlink(missing_ok=True) if command.get("person", True) else nobody().touch()
        if command["command"] == "connect":
            session = Session(enter)
            answer = await session.start()
        else:
            answer = await session.ask(command)
        print(f"driver:{json.dumps({**answer, 'opened': opened + visits() - visits_before})}", flush=True)


def drive(enter) -> None:
    """Serves the commands of the matrix until standard input ends. `enter` opens a connection on an exit stack and
    returns an object with the coroutines `list()`, which returns names, and `call(tool, args)`."""
    asyncio.run(serve(enter))
    # A client that hangs must not keep the process alive.
    os._exit(0)
