//! The OAuth 2.1 authorization server: PKCE, redirects, metadata, registration, refresh rule.
