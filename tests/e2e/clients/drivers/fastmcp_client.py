"""fastmcp, with its own OAuth, which opens a browser and listens for the redirect."""

from base import ENDPOINT, STORE, drive, open_browser
from fastmcp import Client as FastClient
from fastmcp.client.auth import OAuth
from key_value.aio.stores.filetree import FileTreeStore, FileTreeV1CollectionSanitizationStrategy, FileTreeV1KeySanitizationStrategy

open_browser()


def client() -> FastClient:
    folder = STORE / "tokens"
    folder.mkdir(exist_ok=True)
    tokens = FileTreeStore(
        data_directory=folder,
        key_sanitization_strategy=FileTreeV1KeySanitizationStrategy(folder),
        collection_sanitization_strategy=FileTreeV1CollectionSanitizationStrategy(folder),
    )
    auth = OAuth(token_storage=tokens, callback_timeout=20)
    return FastClient(ENDPOINT, auth=auth)


async def enter(stack):
    return Client(await stack.enter_async_context(client()))


class Client:
    def __init__(self, fast) -> None:
        self.fast = fast

    async def list(self):
        return [tool.name for tool in await self.fast.list_tools()]

    async def call(self, tool, args):
        result = await self.fast.call_tool(tool, args)
        return {"failed": result.is_error, "text": "\n".join(block.text for block in result.content), "data": result.structured_content}


if __name__ == "__main__":
    drive(enter)
