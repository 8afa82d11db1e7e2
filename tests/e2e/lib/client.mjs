// The official MCP client, for scripts outside this folder, whose imports would not find node_modules.
export { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
