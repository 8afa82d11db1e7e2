//! Clients that run in a browser: preflight requests, origins and the headers of CORS.

use countersign::mcp::{Authorized, Incoming, McpReply, Received};
use countersign::record::FoundRecord;
use serde_json::{Value, json};

use super::support::steps::{body, reply_of};
use super::support::{Site, headers, record, registry};

const CLIENT: &str = "https://app.example";
const OTHER: &str = "https://other.example";

/// Sends a request of a page of `origin`, for a connection whose client has the origin [`CLIENT`]. The site knows those of
/// another connection too.
fn send(method: &str, origin: &str, token: Option<&str>, more: &[(&str, &str)]) -> McpReply {
    let site = Site::default();
    let server =
        site.server(&json!({"consented_origins": [CLIENT, OTHER, "http://127.0.0.1:6274"]}));
    let token = token.map_or_else(|| site.token(), str::to_owned);
    let mut sent = headers(&token);
    sent.retain(|(name, _)| !(name == "Authorization" && token.is_empty()));
    let own = [("Origin", origin)];
    sent.extend(
        own.iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let incoming = Incoming {
        method,
        headers: &sent,
        query: "",
        body: br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        ip: "192.0.2.7",
    };
    match server.receive(site.world(), incoming) {
        Received::Reply(reply) => reply,
        Received::Request(request) => {
            let connection = record(&json!({"origins": [CLIENT, "null", "http://127.0.0.1:6274"]}));
            let registry = registry().to_string();
            reply_of(
                request
                    .authorize(
                        site.world(),
                        FoundRecord::Genuine(&connection),
                        Some(&registry),
                    )
                    .unwrap_or_else(|_| panic!("{origin}")),
            )
        }
    }
}

fn header<'a>(reply: &'a McpReply, name: &str) -> Option<&'a str> {
    let found = reply.headers().iter().find(|(other, _)| *other == name);
    found.map(|(_, value)| value.as_str())
}

const ASKS: &[(&str, &str)] = &[
    ("Access-Control-Request-Method", "POST"),
    (
        "Access-Control-Request-Headers",
        "authorization, content-type,mcp-protocol-version,Mcp-Param-Region, x-evil, mcp-a b, cookie",
    ),
];

#[test]
fn a_preflight_is_allowed_for_origins_that_a_person_consented_to() {
    for origin in [
        CLIENT,
        OTHER,
        "https://example.org",
        "http://127.0.0.1:6274",
    ] {
        let reply = send("OPTIONS", origin, Some(""), ASKS);
        assert_eq!((reply.status(), reply.body()), (204, ""));
        assert_eq!(header(&reply, "Access-Control-Allow-Origin"), Some(origin));
        assert_eq!(
            header(&reply, "Access-Control-Allow-Headers"),
            Some("authorization, content-type, mcp-protocol-version, mcp-param-region")
        );
        assert_eq!(header(&reply, "Vary"), Some("Origin"));
        assert_eq!(header(&reply, "Access-Control-Allow-Credentials"), None);
        assert!(reply.entry().is_none());
    }
}

#[test]
fn a_hostile_page_gains_nothing() {
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.evil.example",
        "http://app.example",
        "https://app.example:8443",
        "http://127.0.0.1:6275",
        "https://app.example/",
        "",
    ] {
        for (method, token) in [
            ("OPTIONS", Some("")),
            ("POST", Some("")),
            ("POST", None),
            ("GET", None),
        ] {
            let reply = send(method, origin, token, ASKS);
            assert_eq!(reply.status(), 403, "{method} {origin}");
            assert_eq!(body(&reply)["error"]["data"]["reason"], "origin_refused");
            let cors = reply
                .headers()
                .iter()
                .any(|(name, _)| name.starts_with("Access-Control-"));
            assert!(!cors, "{method} {origin}");
        }
    }
    // A page of the client of another connection has got hold of the token of this one.
    let reply = send("POST", OTHER, None, &[]);
    assert_eq!(reply.status(), 403);
    assert_eq!(header(&reply, "Access-Control-Allow-Origin"), None);
    assert!(reply.entry().unwrap().contains("origin_refused"));
}

#[test]
fn a_page_of_the_client_reads_answers_and_refusals() {
    let reply = send("POST", CLIENT, None, &[]);
    assert_eq!(body(&reply)["result"], json!({}));
    assert_eq!(header(&reply, "Access-Control-Allow-Origin"), Some(CLIENT));
    let exposed = header(&reply, "Access-Control-Expose-Headers").unwrap();
    for name in ["WWW-Authenticate", "RateLimit-Remaining", "Retry-After"] {
        assert!(exposed.contains(name));
    }
    for (token, method, status) in [
        (Some(""), "POST", 401),
        (Some("csat_x"), "POST", 401),
        (None, "GET", 405),
    ] {
        let reply = send(method, CLIENT, token, &[]);
        assert_eq!(reply.status(), status);
        assert_eq!(header(&reply, "Access-Control-Allow-Origin"), Some(CLIENT));
    }
    // Not a preflight request.
    assert_eq!(send("OPTIONS", CLIENT, Some(""), &[]).status(), 401);
}

#[test]
fn a_request_without_an_origin_has_no_headers_of_cors() {
    let site = Site::default();
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    let step: Authorized =
        super::support::steps::send(&site, message.as_bytes(), &[], &Value::Null);
    let reply = reply_of(step);
    assert_eq!(header(&reply, "Access-Control-Allow-Origin"), None);
    assert_eq!(header(&reply, "Vary"), None);
}
