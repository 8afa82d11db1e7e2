//! What the extension remembers between requests.
