"""pydantic-ai: an agent with a model that calls the tool it is told to. What it reads of the answer is recorded."""

import json

from base import drive
from fastmcp_client import client
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, RetryPromptPart, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel


async def enter(stack):
    toolset = MCPToolset(client())
    await stack.enter_async_context(toolset)
    return Client(toolset)


class Client:
    def __init__(self, toolset) -> None:
        self.toolset = toolset

    async def list(self):
        return [tool.name for tool in await self.toolset.list_tools()]

    async def call(self, tool, args):
        read = {}

        def model(messages, info):
            for part in messages[-1].parts:
                if isinstance(part, RetryPromptPart):
                    read.update(failed=True, text=part.model_response())
                elif isinstance(part, ToolReturnPart):
                    failed = getattr(part, "outcome", "success") != "success"
                    read.update(failed=failed, text=part.model_response_str(), data=part.content)
            return ModelResponse(parts=[TextPart("done") if read else ToolCallPart(tool, args)])

        await Agent(FunctionModel(model), toolsets=[self.toolset]).run("Call the tool.")
        return json.loads(json.dumps(read, default=str))


drive(enter)
