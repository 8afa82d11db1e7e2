"""The official Python client (mcp): discovery, registration, consent, tools, refresh. It negotiates the revision itself.

Run by tests/run/clients.sh with SITE set. Consent is given with ../lib/consent.mjs.
"""

import asyncio
import json
import os
import re
import subprocess
import time
import unittest
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

E2E = Path(__file__).resolve().parent.parent
ROOT = E2E.parent.parent
NODE = os.environ.get("NODE", str(ROOT / ".cache/node22"))
SITE = os.environ["SITE"]


def site_env() -> dict[str, str]:
    lines = (ROOT / f".cache/run/{SITE}/env").read_text().splitlines()
    return {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines if "=" in line)}


URL = site_env()["SITE_URL"]
ENDPOINT = f"{URL}/wp-json/countersign/v1/mcp"
CALLBACK = "http://127.0.0.1:7799/callback"


def site_php(code: str) -> str:
    """Runs PHP in the site, as an administrator."""
    before = "global $wpdb; wp_set_current_user( 1 ); $plugin = Countersign\\Plugin\\Plugin::composition(); "
    command = [str(ROOT / "tests/site/site"), "php", SITE, "-r", before + code]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def sentence(reason: str) -> str:
    """The sentence of a reason in docs/reasons.md."""
    return re.search(rf"^\| `{reason}` \| (.+?) \|$", (ROOT / "docs/reasons.md").read_text(), re.MULTILINE).group(1)


def remember(*secrets: str | None) -> None:
    """Collects secrets for the search of the logs at the end of the run."""
    if os.environ.get("SECRETS"):
        with open(os.environ["SECRETS"], "a") as file:
            file.writelines(f"{secret}\n" for secret in secrets if secret)


class Storage:
    """Keeps tokens in memory across providers, as an application keeps them across restarts."""

    def __init__(self) -> None:
        self.tokens = None
        self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        remember(tokens.access_token, tokens.refresh_token)
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Person:
    """Takes the place of the browser: goes to the consent page and is redirected back."""

    def __init__(self) -> None:
        self.asked = 0
        self.back = ""

    async def redirect(self, url: str) -> None:
        self.asked += 1
        self.back = subprocess.run(
            [NODE, str(E2E / "lib/consent.mjs"), url, "standard", "editor"],
            check=True, capture_output=True, text=True, timeout=60,
        ).stdout.strip()

    async def callback(self) -> AuthorizationCodeResult:
        answer = {name: values[0] for name, values in parse_qs(urlsplit(self.back).query).items()}
        remember(answer["code"])
        return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer.get("iss"))


class PythonClient(unittest.IsolatedAsyncioTestCase):
    storage = Storage()
    person = Person()

    # One provider for all tests: the client keeps the discovered metadata in memory only. Without the metadata,
    # it would refresh at a guessed address.
    provider = OAuthClientProvider(
        ENDPOINT,
        OAuthClientMetadata(
            client_name="Python client",
            redirect_uris=[CALLBACK],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            token_endpoint_auth_method="none",
        ),
        storage,
        redirect_handler=person.redirect,
        callback_handler=person.callback,
    )

    async def use(self, work):
        """Connects and passes the client to `work`."""
        async with httpx2.AsyncClient(auth=self.provider, timeout=60) as http:
            async with Client(streamable_http_client(ENDPOINT, http_client=http), mode="auto") as client:
                return await work(client)

    async def asyncSetUp(self):
        # unittest turns on debug mode, which reports every step that takes more than a tenth of a second.
        asyncio.get_running_loop().set_debug(False)

    async def test_1_connects_with_the_newest_revision(self):
        async def work(client):
            self.assertEqual(client.protocol_version, "2026-07-28")
            return (await client.list_tools()).tools

        names = [tool.name for tool in await self.use(work)]
        self.assertEqual(self.person.asked, 1)
        self.assertLessEqual(
            {"get_site_info", "list_posts", "create_draft", "request_review", "publish_post"}, set(names)
        )
        self.assertNotIn("trash_post", names)

    async def test_2_reads_the_site_information(self):
        async def work(client):
            return await client.call_tool("get_site_info", {})

        result = await self.use(work)
        self.assertFalse(result.is_error, result.content)
        self.assertIn(urlsplit(URL).netloc, json.dumps(result.structured_content))

    async def test_3_creates_a_draft(self):
        title = f"Draft by the Python client {time.time_ns()}"

        async def work(client):
            made = await client.call_tool("create_draft", {"title": title})
            self.assertFalse(made.is_error, made.content)
            return await client.call_tool("get_post", {"id": made.structured_content["id"]})

        result = await self.use(work)
        self.assertFalse(result.is_error, result.content)
        self.assertEqual(result.structured_content["title"], title)
        self.assertEqual(result.structured_content["status"], "draft")

    async def test_4_reads_why_it_is_refused(self):
        connection = site_php(
            'echo substr( (string) $wpdb->get_var( "SELECT target FROM {$wpdb->prefix}countersign_audit_entry'
            " WHERE action IN ( 'connection.created', 'connection.renewed' ) ORDER BY seq DESC LIMIT 1\" ), 11 );"
        )
        change = f"$manager = $plugin->manager(); $connection = $plugin->connections()->find( {connection} ); "
        states = [
            ("connection_paused", change + "$manager->pause( $connection );", change + "$manager->resume( $connection );"),
            ("kill_switch", "countersign_kill_switch( true );", "countersign_kill_switch( false );"),
        ]

        async def work(client):
            for reason, begin, end in states:
                site_php(begin)
                try:
                    result = await client.call_tool("whoami", {})
                finally:
                    site_php(end)
                self.assertTrue(result.is_error)
                self.assertIn(sentence(reason), result.content[0].text)
                self.assertFalse((await client.call_tool("whoami", {})).is_error, "the same session goes on")

        await self.use(work)

    async def test_5_refreshes_without_asking_for_consent(self):
        before = self.storage.tokens.refresh_token
        # An expired token looks like this to the client.
        self.provider.context.token_expiry_time = time.time() - 1

        async def work(client):
            return await client.call_tool("get_site_info", {})

        self.assertFalse((await self.use(work)).is_error)
        self.assertNotEqual(self.storage.tokens.refresh_token, before)
        self.assertEqual(self.person.asked, 1, "consent was not requested again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
