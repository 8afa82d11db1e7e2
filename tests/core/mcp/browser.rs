//! Clients that run in a browser: preflight requests, origins and the headers of CORS.

use countersign::mcp::{Authorized, Incoming, McpReply, Received};
use countersign::record::FoundRecord;
use serde_json::{Value, json};

use super::support::steps::{body, reply_of};
use super::support::{Site, headers, record, registry};

const CLIENT: &str = "https://app.example";
const OTHER: &str = "https://other.example";

/// Sends a request of a page of `origin`, for a connection whose client has the origin [`CLIENT`].
fn send(method: &str, origin: &str, token: Option<&str>, more: &[(&str, &str)]) -> McpReply {
    let site = Site::default();
    let server = site.server(&json!({}));
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
fn a_preflight_is_answered_for_every_page() {
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
fn a_hostile_page_gains_nothing_from_a_token() {
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.evil.example",
        "http://app.example",
        "https://app.example:8443",
        "http://127.0.0.1:6275",
        "https://app.example/",
        "",
        // A page of the client of another connection.
        OTHER,
    ] {
        for method in ["POST", "GET"] {
            let reply = send(method, origin, None, &[]);
            assert_eq!(reply.status(), 403, "{method} {origin}");
            assert_eq!(body(&reply)["error"]["data"]["reason"], "origin_refused");
            let cors = reply
                .headers()
                .iter()
                .any(|(name, _)| name.starts_with("Access-Control-"));
            assert!(!cors, "{method} {origin}");
            assert!(reply.entry().unwrap().contains("origin_refused"));
        }
    }
}

#[test]
fn what_is_not_an_origin_is_refused_without_a_token_too() {
    for origin in ["null", "https://app.example/", ""] {
        for method in ["OPTIONS", "POST"] {
            let reply = send(method, origin, Some(""), ASKS);
            assert_eq!(reply.status(), 403, "{method} {origin}");
            assert_eq!(header(&reply, "Access-Control-Allow-Origin"), None);
        }
    }
}

#[test]
fn a_page_that_no_person_knows_yet_reads_where_to_ask_for_a_token() {
    let origin = "https://new.example";
    // Without a token, and with one that has ended.
    for token in ["", "csat_x"] {
        let reply = send("POST", origin, Some(token), &[]);
        assert_eq!(reply.status(), 401);
        assert_eq!(header(&reply, "Access-Control-Allow-Origin"), Some(origin));
        let challenge = header(&reply, "WWW-Authenticate").unwrap();
        assert!(challenge.contains("resource_metadata="), "{challenge}");
        let exposed = header(&reply, "Access-Control-Expose-Headers").unwrap();
        assert!(exposed.contains("WWW-Authenticate"));
    }
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
