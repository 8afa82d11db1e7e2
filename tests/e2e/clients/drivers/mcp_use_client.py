"""mcp-use, with its own OAuth: the tools that an agent of LangChain gets from it."""

import json
import os

from base import ENDPOINT, STORE, drive, open_browser

os.environ["HOME"] = str(STORE)
os.environ["MCP_USE_ANONYMIZED_TELEMETRY"] = "false"
open_browser()

from mcp_use import MCPClient  # noqa: E402
from mcp_use.agents.adapters.langchain_adapter import LangChainAdapter  # noqa: E402


async def enter(stack):
    client = MCPClient.from_dict({"mcpServers": {"site": {"url": ENDPOINT, "auth": {"callback_port": 7799}}}})
    stack.push_async_callback(client.close_all_sessions)
    await client.create_all_sessions()
    # As its agent does when it begins.
    return Client(client, await LangChainAdapter().create_tools(client))


class Client:
    def __init__(self, client, tools) -> None:
        self.client = client
        self.tools = {tool.name: tool for tool in tools}

    async def list(self):
        return [tool.name for tool in await self.client.get_session("site").list_tools()]

    async def call(self, tool, args):
        output = await self.tools[tool]._arun(**args)
        if isinstance(output, dict):
            return {"failed": True, "text": json.dumps(output, default=str)}
        return {"failed": False, "text": output}


drive(enter)
