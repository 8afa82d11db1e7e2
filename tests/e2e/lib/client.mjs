// Re-exports the official MCP client for scripts outside this folder, which cannot import from its node_modules.
export { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
