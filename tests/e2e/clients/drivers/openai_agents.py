"""openai-agents: the function tools that an agent of the framework gets for an MCP server. Its runner lists the tools
before every turn. The text is what the model reads."""

import json

from agents import Agent
from agents.mcp import MCPServerStreamableHttp, MCPUtil
from agents.run_context import RunContextWrapper
from agents.tool_context import ToolContext
from base import ENDPOINT, drive, provider

auth = provider("OpenAI agent")


async def enter(stack):
    server = MCPServerStreamableHttp({"url": ENDPOINT, "auth": auth, "timeout": 60}, client_session_timeout_seconds=60)
    return Client(await stack.enter_async_context(server))


class Client:
    def __init__(self, server) -> None:
        self.server = server
        self.agent = Agent("agent", mcp_servers=[server])

    async def tools(self):
        return await MCPUtil.get_all_function_tools([self.server], False, RunContextWrapper(None), self.agent)

    async def list(self):
        return [tool.name for tool in await self.tools()]

    async def call(self, tool, args):
        found = next(each for each in await self.tools() if each.name == tool)
        text = json.dumps(args)
        context = ToolContext(None, tool_name=tool, tool_call_id="1", tool_arguments=text)
        output = await found.on_invoke_tool(context, text)
        output = output["text"] if isinstance(output, dict) and "text" in output else output
        shown = output if isinstance(output, str) else json.dumps(output, default=str)
        # The framework does not tell a refusal from an answer: the model reads both as text.
        return {"failed": not shown.startswith("{"), "text": shown}


drive(enter)
