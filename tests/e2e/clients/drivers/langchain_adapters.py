"""langchain-mcp-adapters: the tools that an agent of LangChain gets. Each call opens a session of its own."""

from base import ENDPOINT, drive, provider
from langchain_mcp_adapters.client import MultiServerMCPClient

auth = provider("LangChain agent")


async def enter(_stack):
    client = Client()
    client.tools = {tool.name: tool for tool in await client.client.get_tools()}
    return client


class Client:
    tools = None

    def __init__(self) -> None:
        self.client = MultiServerMCPClient({"site": {"transport": "streamable_http", "url": ENDPOINT, "auth": auth}})

    async def list(self):
        # It has listed the tools when it connected.
        return list(self.tools)

    async def call(self, tool, args):
        message = await self.tools[tool].ainvoke({"type": "tool_call", "id": "1", "name": tool, "args": args})
        content = message.content
        text = content if isinstance(content, str) else "\n".join(block.get("text", "") for block in content)
        return {"failed": message.status == "error", "text": text}


drive(enter)
