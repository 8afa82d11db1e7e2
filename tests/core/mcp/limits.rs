//! The limit of an address counts failed requests only; the limit of a connection counts everything that its tokens do.

use countersign::mcp::{Authorized, Incoming, McpReply, Received};
use countersign::reason::Reason;
use countersign::token::{self, NewToken};
use serde_json::{Value, json};

use super::support::steps::reason;
use super::support::{Site, access_grant, headers, keyring, merged, record, registry};
use crate::support::record::found;

const PING: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
const LIST: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
const CALL: &[u8] =
    br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"plugin.echo"}}"#;

/// A request that differs from a ping with a genuine token in some part.
#[derive(Clone, Copy)]
struct Sent<'a> {
    method: &'a str,
    /// The token, or none.
    token: Option<&'a str>,
    host: &'a str,
    query: &'a str,
    body: &'a [u8],
    ip: &'a str,
}

impl<'a> Sent<'a> {
    const fn ping(token: Option<&'a str>) -> Self {
        Self {
            method: "POST",
            token,
            host: "example.org",
            query: "",
            body: PING,
            ip: "192.0.2.7",
        }
    }

    /// A call of a tool.
    const fn call(token: &'a str) -> Self {
        Self {
            body: CALL,
            ..Self::ping(Some(token))
        }
    }

    /// Sends the request to a site whose settings and stored connection have `changes`.
    fn to(self, site: &Site, settings: &Value, stored: Option<&Value>) -> McpReply {
        let mut headers = headers(self.token.unwrap_or_default());
        headers.retain(|(name, _)| {
            name != "Host" && (name != "Authorization" || self.token.is_some())
        });
        headers.push(("Host".to_owned(), self.host.to_owned()));
        let incoming = Incoming {
            method: self.method,
            headers: &headers,
            query: self.query,
            body: self.body,
            ip: self.ip,
        };
        match site.server(settings).receive(site.world(), incoming) {
            Received::Reply(reply) => reply,
            Received::Request(request) => {
                let stored = stored.map(record);
                let registry = registry().to_string();
                match request
                    .authorize(site.world(), found(stored.as_ref()), Some(&registry))
                    .unwrap()
                {
                    Authorized::Reply(reply) => reply,
                    Authorized::Call(mut call) => {
                        assert!(call.begin(site.world()).unwrap().is_none());
                        let result = json!({"content": []}).to_string();
                        let reply = call.result(&result, None).unwrap();
                        assert_eq!(reason(&reply), None);
                        reply
                    }
                }
            }
        }
    }
}

fn header<'a>(reply: &'a McpReply, name: &str) -> Option<&'a str> {
    let found = reply.headers().iter().find(|(other, _)| *other == name);
    found.map(|(_, value)| value.as_str())
}

fn statuses(replies: &[McpReply]) -> Vec<u16> {
    replies.iter().map(McpReply::status).collect()
}

/// Counts the replies with each reason, and the entries among them.
fn tally(replies: &[McpReply]) -> Vec<(Option<Reason>, usize, usize)> {
    let mut counts: Vec<(Option<Reason>, usize, usize)> = Vec::new();
    for reply in replies {
        let recorded = usize::from(reply.entry().is_some());
        match counts
            .iter_mut()
            .find(|(other, ..)| *other == reason(reply))
        {
            Some(count) => *count = (count.0, count.1 + 1, count.2 + recorded),
            None => counts.push((reason(reply), 1, recorded)),
        }
    }
    counts
}

#[test]
fn requests_without_a_token_do_not_lock_out_the_agent_behind_their_address() {
    let site = Site::default();
    let (settings, stored) = (json!({}), json!({}));
    let flood: Vec<McpReply> = (0..200)
        .map(|_| Sent::ping(None).to(&site, &settings, None))
        .collect();
    assert_eq!(
        tally(&flood),
        [
            (Some(Reason::TokenMissing), 60, 1),
            (Some(Reason::RateLimitedIp), 140, 1)
        ]
    );
    let over = &flood[199];
    assert_eq!(over.status(), 429);
    assert_eq!(header(over, "Retry-After"), Some("60"));
    assert_eq!(header(over, "RateLimit-Policy"), Some("60;w=60"));
    let token = site.token();
    let agent = Sent::call(&token).to(&site, &settings, Some(&stored));
    assert_eq!((agent.status(), reason(&agent)), (200, None));
    assert_eq!(header(&agent, "RateLimit-Limit"), Some("100"));
    assert_eq!(header(&agent, "RateLimit-Remaining"), Some("99"));
}

/// Sites of one system user, or on one Redis server, share a store, and their connections have the same ids.
#[test]
fn a_site_does_not_use_up_the_limits_of_another_site_in_the_same_store() {
    let mut site = Site::default();
    let (settings, stored) = (
        json!({"ip_limit": {"max": 2}}),
        json!({"limit": {"max": 2}}),
    );
    let ask = |site: &Site| {
        let token = site.token();
        let failed = Sent::ping(None).to(site, &settings, None);
        let called = Sent::call(&token).to(site, &settings, Some(&stored));
        [failed, called].map(|reply| (reason(&reply), reply.entry().is_some()))
    };
    let fresh = [(Some(Reason::TokenMissing), true), (None, true)];
    assert_eq!(ask(&site), fresh);
    ask(&site);
    let used_up = [Reason::RateLimitedIp, Reason::RateLimitedConnection];
    assert_eq!(ask(&site), used_up.map(|reason| (Some(reason), true)));
    site.keyring = keyring(2);
    assert_eq!(ask(&site), fresh);
}

#[test]
fn requests_with_a_genuine_token_do_not_count_as_failures_of_their_address() {
    let site = Site::default();
    let (settings, stored) = (json!({"ip_limit": {"max": 2}}), json!({}));
    let token = site.token();
    for _ in 0..50 {
        let reply = Sent::ping(Some(&token)).to(&site, &settings, Some(&stored));
        assert_eq!(reply.status(), 200);
    }
    for left in ["1", "0"] {
        let failed = Sent::ping(None).to(&site, &settings, None);
        assert_eq!(reason(&failed), Some(Reason::TokenMissing));
        assert_eq!(header(&failed, "RateLimit-Remaining"), Some(left));
    }
}

#[test]
fn every_failure_before_a_genuine_token_counts() {
    let site = Site::default();
    let token = site.token();
    let issue = |grant: NewToken| token::issue(&site.keyring, &grant);
    let expired = issue(NewToken {
        lifetime: 1,
        issued: countersign::clock::Timestamp::from_seconds(site.now.seconds() - 3600),
        ..access_grant()
    });
    let elsewhere = issue(NewToken {
        binding: token::audience("https://example.org/other"),
        ..access_grant()
    });
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    let ping = Sent::ping(Some(&token));
    let cases = [
        (
            json!({}),
            Sent {
                token: None,
                ..ping
            },
            Reason::TokenMissing,
        ),
        (
            json!({}),
            Sent {
                token: Some("csat_x"),
                ..ping
            },
            Reason::TokenMalformed,
        ),
        (
            json!({}),
            Sent {
                token: Some(&forged),
                ..ping
            },
            Reason::TokenMalformed,
        ),
        (
            json!({}),
            Sent {
                token: Some(&expired),
                ..ping
            },
            Reason::TokenExpired,
        ),
        (
            json!({}),
            Sent {
                token: Some(&elsewhere),
                ..ping
            },
            Reason::TokenWrongAudience,
        ),
        (
            json!({}),
            Sent {
                query: "access_token=x",
                ..ping
            },
            Reason::TokenInQuery,
        ),
        (
            json!({}),
            Sent {
                host: "evil.example",
                ..ping
            },
            Reason::HostRefused,
        ),
        (json!({"secure": false}), ping, Reason::HttpsRequired),
        (
            json!({"origins": []}),
            Sent {
                token: None,
                method: "GET",
                ..ping
            },
            Reason::TokenMissing,
        ),
    ];
    for (number, (settings, sent, expected)) in cases.iter().enumerate() {
        let ip = format!("198.51.100.{number}");
        let sent = Sent { ip: &ip, ..*sent };
        let settings = merged(json!({"ip_limit": {"max": 2}}), settings);
        let replies: Vec<McpReply> = (0..5).map(|_| sent.to(&site, &settings, None)).collect();
        let over = (Some(Reason::RateLimitedIp), 3, 1);
        // The agent behind the address refreshes its token only if it learns that it has expired.
        let told = match expected {
            Reason::TokenExpired => vec![(Some(*expected), 5, 1)],
            _ => vec![(Some(*expected), 2, 1), over],
        };
        assert_eq!(tally(&replies), told, "{expected}");
        let counted = Sent {
            ip: &ip,
            ..Sent::ping(None)
        }
        .to(&site, &settings, None);
        assert_ne!(counted.status(), 401, "{expected} counts as a failure");
    }
}

#[test]
fn the_kill_switch_is_told_to_genuine_tokens_only() {
    let site = Site::default();
    let stopped = json!({"kill_switch": true, "ip_limit": {"max": 2}});
    let strangers: Vec<McpReply> = (0..3)
        .map(|_| Sent::ping(None).to(&site, &stopped, None))
        .collect();
    let over = (Some(Reason::RateLimitedIp), 1, 1);
    assert_eq!(
        tally(&strangers),
        [(Some(Reason::TokenMissing), 2, 1), over]
    );
    let token = site.token();
    let stored = json!({"limit": {"max": 3, "window": 60}});
    let agent: Vec<McpReply> = (0..8)
        .map(|_| Sent::call(&token).to(&site, &stopped, Some(&stored)))
        .collect();
    let over = (Some(Reason::RateLimitedConnection), 5, 1);
    assert_eq!(tally(&agent), [(Some(Reason::KillSwitch), 3, 1), over]);
    assert_eq!(statuses(&agent), [200, 200, 200, 200, 200, 200, 429, 429]);
}

/// Its client would refresh the token, or ask a person to connect again, although no agent may act.
#[test]
fn an_expired_token_under_the_kill_switch_is_no_failure() {
    let site = Site::default();
    let expired = token::issue(
        &site.keyring,
        &NewToken {
            lifetime: 1,
            issued: countersign::clock::Timestamp::from_seconds(site.now.seconds() - 3600),
            ..access_grant()
        },
    );
    let stopped = json!({"kill_switch": true, "ip_limit": {"max": 2}});
    let replies: Vec<McpReply> = (0..9)
        .map(|_| Sent::ping(Some(&expired)).to(&site, &stopped, None))
        .collect();
    assert_eq!(tally(&replies), [(Some(Reason::KillSwitch), 9, 1)]);
    assert_eq!(statuses(&replies), [503; 9]);
    let running = json!({"ip_limit": {"max": 2}});
    let failed = Sent::ping(None).to(&site, &running, None);
    assert_eq!(header(&failed, "RateLimit-Remaining"), Some("1"));
}

/// A LangChain agent lists the tools before each call.
#[test]
fn an_agent_that_lists_before_each_call_makes_as_many_calls_as_it_may() {
    let site = Site::default();
    let token = site.token();
    let stored = json!({"limit": {"max": 60, "window": 60}});
    let list = Sent {
        body: LIST,
        ..Sent::ping(Some(&token))
    };
    for call in 0..60 {
        for sent in [Sent::ping(Some(&token)), list] {
            let reply = sent.to(&site, &json!({}), Some(&stored));
            assert_eq!((reply.status(), reason(&reply)), (200, None), "{call}");
            assert_eq!(header(&reply, "RateLimit-Policy"), Some("200;w=20"));
        }
        let reply = Sent::call(&token).to(&site, &json!({}), Some(&stored));
        assert_eq!((reply.status(), reason(&reply)), (200, None), "{call}");
        assert_eq!(header(&reply, "RateLimit-Policy"), Some("60;w=60"));
        let left = header(&reply, "RateLimit-Remaining").unwrap();
        assert_eq!(left, (59 - call).to_string());
    }
    let over = Sent::call(&token).to(&site, &json!({}), Some(&stored));
    assert_eq!(reason(&over), Some(Reason::RateLimitedConnection));
    let still = list.to(&site, &json!({}), Some(&stored));
    assert_eq!(reason(&still), None, "the lists have a limit of their own");
}

/// Half of a flood is answered, so that a model that listens learns why; the rest is refused by the transport.
#[test]
fn past_twice_a_limit_the_answer_is_a_failure_of_the_transport() {
    let mut site = Site::default();
    let token = site.token();
    for (sent, stored, admitted) in [
        (Sent::call(&token), json!({"limit": {"max": 5}}), 5),
        (Sent::ping(Some(&token)), json!({"limit": {"max": 3}}), 30),
        (
            Sent::call(&token),
            json!({"state": "paused", "limit": {"max": 5}}),
            5,
        ),
    ] {
        let replies: Vec<McpReply> = (0..3 * admitted)
            .map(|_| sent.to(&site, &json!({}), Some(&stored)))
            .collect();
        let expected: Vec<u16> = (0..3 * admitted)
            .map(|number| if number < 2 * admitted { 200 } else { 429 })
            .collect();
        assert_eq!(statuses(&replies), expected);
        let over: Vec<_> = replies.iter().skip(admitted).collect();
        for reply in &over {
            assert_eq!(reason(reply), Some(Reason::RateLimitedConnection));
            assert_eq!(header(reply, "Retry-After"), Some("60"));
        }
        let recorded = over.iter().filter(|reply| reply.entry().is_some());
        assert_eq!(recorded.count(), 1);
        site.now = site.now.plus_seconds(60);
        let later = sent.to(&site, &json!({}), Some(&stored));
        assert_ne!(reason(&later), Some(Reason::RateLimitedConnection));
        site.now = site.now.plus_seconds(60);
    }
}

#[test]
fn requests_that_are_no_message_count_under_the_wider_limit_of_the_connection() {
    let site = Site::default();
    let token = site.token();
    let ping = Sent::ping(Some(&token));
    let stored = json!({"limit": {"max": 1, "window": 60}});
    let large = vec![b' '; 1_048_577];
    let wrong = [
        (
            Sent {
                method: "GET",
                ..ping
            },
            Reason::HttpMethodRefused,
        ),
        (Sent { body: b"x", ..ping }, Reason::BodyNotJson),
        (
            Sent {
                body: b"[]",
                ..ping
            },
            Reason::BatchRefused,
        ),
        (
            Sent {
                body: b"{}",
                ..ping
            },
            Reason::RequestMalformed,
        ),
        (
            Sent {
                body: &large,
                ..ping
            },
            Reason::BodyTooLarge,
        ),
    ];
    for (left, (sent, expected)) in (5..10).rev().zip(wrong) {
        let reply = sent.to(&site, &json!({}), Some(&stored));
        assert_eq!(reason(&reply), Some(expected));
        assert!(reply.entry().is_some(), "{expected} is recorded");
        let remaining = header(&reply, "RateLimit-Remaining").unwrap();
        assert_eq!(remaining, left.to_string(), "{expected}");
    }
    let replies: Vec<McpReply> = (0..50)
        .map(|number| wrong[number % wrong.len()].0)
        .map(|sent| sent.to(&site, &json!({}), Some(&stored)))
        .collect();
    // Five more are admitted, ten are over the limit and get the same answers, and the rest is refused. Each reason is
    // recorded once a minute, and the burst once.
    let over: Vec<_> = replies.iter().skip(15).map(reason).collect();
    assert_eq!(over, [Some(Reason::RateLimitedConnection); 35]);
    assert!(replies[..15].iter().all(|reply| reply.status() != 429));
    let recorded = replies.iter().filter(|reply| reply.entry().is_some());
    assert_eq!(recorded.count(), 1);
}

#[test]
fn an_unreadable_message_keeps_its_id() {
    let site = Site::default();
    let token = site.token();
    let sent = Sent {
        body: br#"{"jsonrpc":"2.0","id":"q","method":1}"#,
        ..Sent::ping(Some(&token))
    };
    let reply = sent.to(&site, &json!({}), Some(&json!({})));
    let body: Value = serde_json::from_str(reply.body()).unwrap();
    assert_eq!((reply.status(), &body["id"]), (400, &json!("q")));
}

#[test]
fn a_dead_token_is_limited_by_its_address_and_recorded_once_a_minute() {
    let token_of = |site: &Site| site.token();
    for (stored, expected) in [
        (None, Reason::ConnectionUnknown),
        (Some(json!({"state": "revoked"})), Reason::ConnectionRevoked),
        (Some(json!({"epoch": 1})), Reason::TokenRevoked),
    ] {
        let mut site = Site::default();
        let token = token_of(&site);
        let settings = json!({"ip_limit": {"max": 20}});
        let sent = Sent::ping(Some(&token));
        let replies: Vec<McpReply> = (0..30)
            .map(|_| sent.to(&site, &settings, stored.as_ref()))
            .collect();
        assert_eq!(
            tally(&replies),
            [
                (Some(expected), 20, 1),
                (Some(Reason::RateLimitedIp), 10, 1)
            ]
        );
        site.now = site.now.plus_seconds(60);
        let later = sent.to(&site, &settings, stored.as_ref());
        assert_eq!(reason(&later), Some(expected));
        assert!(later.entry().is_some(), "{expected} after a minute");
    }
}

#[test]
fn a_paused_connection_keeps_its_limit_and_its_refusals_are_recorded() {
    let site = Site::default();
    let token = site.token();
    let stored = json!({"state": "paused", "limit": {"max": 3, "window": 60}});
    let settings = json!({"ip_limit": {"max": 1}});
    let replies: Vec<McpReply> = (0..9)
        .map(|_| Sent::call(&token).to(&site, &settings, Some(&stored)))
        .collect();
    let paused = (Some(Reason::ConnectionPaused), 3, 3);
    let over = (Some(Reason::RateLimitedConnection), 6, 1);
    assert_eq!(tally(&replies), [paused, over]);
}

#[test]
fn an_old_token_does_not_use_up_the_limit_of_its_connection() {
    let site = Site::default();
    let old = site.token();
    let new = token::issue(
        &site.keyring,
        &NewToken {
            epoch: 1,
            ..access_grant()
        },
    );
    let stored = json!({"epoch": 1, "limit": {"max": 3, "window": 60}});
    for _ in 0..100 {
        let refused = Sent::ping(Some(&old)).to(&site, &json!({}), Some(&stored));
        assert_ne!(refused.status(), 200);
    }
    let reply = Sent::call(&new).to(&site, &json!({}), Some(&stored));
    assert_eq!(header(&reply, "RateLimit-Remaining"), Some("2"));
}

#[test]
fn a_connection_without_a_limit_of_its_own_is_limited_too() {
    let site = Site::default();
    let token = site.token();
    let (settings, stored) = (json!({"ip_limit": {"max": 2}}), json!({"limit": null}));
    let replies: Vec<McpReply> = (0..5)
        .map(|_| Sent::call(&token).to(&site, &settings, Some(&stored)))
        .collect();
    let over = (Some(Reason::RateLimitedConnection), 3, 1);
    assert_eq!(tally(&replies), [(None, 2, 2), over]);
}
