"""The official Python SDK (mcp), first and second generation."""

from importlib.metadata import version

from base import ENDPOINT, drive, provider, seen

auth = provider("Python client")


async def enter_first(stack):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    read, write, _ = await stack.enter_async_context(streamablehttp_client(ENDPOINT, auth=auth))
    session = await stack.enter_async_context(ClientSession(read, write))
    await session.initialize()
    return Client(session)


async def enter_second(stack):
    import httpx2
    from mcp.client.client import Client as Second
    from mcp.client.streamable_http import streamable_http_client

    http = await stack.enter_async_context(httpx2.AsyncClient(auth=auth, timeout=60))
    return Client(await stack.enter_async_context(Second(streamable_http_client(ENDPOINT, http_client=http), mode="auto")))


class Client:
    def __init__(self, session) -> None:
        self.session = session

    async def list(self):
        return [tool.name for tool in (await self.session.list_tools()).tools]

    async def call(self, tool, args):
        return seen(await self.session.call_tool(tool, args))


drive(enter_first if version("mcp").startswith("1.") else enter_second)
