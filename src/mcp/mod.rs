//! The MCP server: framing, eras, schemas, errors, tool list.
