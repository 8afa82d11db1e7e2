//! The OAuth vectors in `tests/vectors/oauth/`, which are also run in other languages.

use countersign::clock::Timestamp;
use countersign::oauth::pkce::{CodeChallenge, is_verifier};
use countersign::oauth::redirect::RedirectUri;
use countersign::oauth::refresh::{FamilyState, Position, PresentedToken, Rotation, decide};
use countersign::oauth::{AppSchemes, is_metadata_document};
use serde_json::Value;
use url::Url;

fn vectors(name: &str) -> Value {
    let path = format!("{}/tests/vectors/oauth/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn cases<'a>(vectors: &'a Value, name: &str) -> &'a [Value] {
    vectors[name].as_array().unwrap()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

#[test]
fn pkce_vectors_have_their_results() {
    let all = vectors("pkce.json");
    for case in cases(&all, "verifiers") {
        assert_eq!(is_verifier(text(case, "text")), case["valid"], "{case}");
    }
    for case in cases(&all, "challenges") {
        let parsed = CodeChallenge::parse(text(case, "text"));
        assert_eq!(parsed.is_some(), case["valid"], "{case}");
    }
    for case in cases(&all, "pairs") {
        let met = CodeChallenge::parse(text(case, "challenge"))
            .is_some_and(|challenge| challenge.is_met_by(text(case, "verifier")));
        assert_eq!(met, case["met"], "{case}");
    }
}

#[test]
fn redirect_uri_vectors_have_their_results() {
    let all = vectors("redirects.json");
    for case in cases(&all, "addresses") {
        match RedirectUri::parse(text(case, "uri")) {
            Ok(address) => {
                assert_eq!(true, case["accepted"], "{case}");
                assert_eq!(address.host_and_port(), case["host"], "{case}");
                assert_eq!(address.is_loopback(), case["loopback"], "{case}");
                assert_eq!(address.app_scheme(), case["app"].as_str(), "{case}");
                assert_eq!(address.as_str(), text(case, "uri"));
            }
            Err(_) => assert_eq!(false, case["accepted"], "{case}"),
        }
    }
}

#[test]
fn redirect_pair_vectors_have_their_results() {
    let all = vectors("redirects.json");
    for case in cases(&all, "pairs") {
        let registered = RedirectUri::parse(text(case, "registered")).unwrap();
        let admitted = RedirectUri::parse(text(case, "presented"))
            .is_ok_and(|presented| registered.admits(&presented));
        assert_eq!(admitted, case["admitted"], "{case}");
    }
    for case in cases(&all, "answers") {
        let parameters: Vec<(&str, &str)> = cases(case, "parameters")
            .iter()
            .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
            .collect();
        let redirect = RedirectUri::parse(text(case, "redirect")).unwrap();
        assert_eq!(redirect.with(&parameters), text(case, "location"));
    }
}

/// Compares all URIs of the corpus with each other: a URI that is admitted leads a browser to the
/// registered destination.
#[test]
fn no_uri_of_the_corpus_is_an_open_redirect() {
    let all = vectors("redirects.json");
    let mut corpus: Vec<&str> = Vec::new();
    for (list, member) in [
        ("addresses", "uri"),
        ("pairs", "registered"),
        ("pairs", "presented"),
    ] {
        corpus.extend(cases(&all, list).iter().map(|case| text(case, member)));
    }
    corpus.sort_unstable();
    corpus.dedup();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    let addresses: Vec<RedirectUri> = corpus
        .iter()
        .filter_map(|text| RedirectUri::parse(text).ok())
        .collect();
    let mut admitted = 0;
    for registered in &addresses {
        for presented in &addresses {
            if !registered.admits(presented) {
                assert_ne!(registered, presented);
                continue;
            }
            admitted += 1;
            let (one, other) = (
                Url::parse(registered.as_str()).unwrap(),
                Url::parse(&presented.with(&[("code", "c"), ("state", "https://evil.example/")]))
                    .unwrap(),
            );
            assert_eq!(one.scheme(), other.scheme());
            assert_eq!(registered.app_scheme(), presented.app_scheme());
            assert_eq!(one.host(), other.host());
            assert_eq!(one.path(), other.path());
            assert!(
                other
                    .query()
                    .unwrap()
                    .starts_with(one.query().unwrap_or_default())
            );
            assert!(other.username().is_empty() && other.password().is_none());
            let free = one.scheme() == "http" && registered.is_loopback();
            assert!(free || one.port_or_known_default() == other.port_or_known_default());
        }
    }
    assert!(admitted > addresses.len());
}

/// A scheme that an administrator added is accepted on that site only, and reserved ones never.
#[test]
fn added_schemes_are_accepted_and_reserved_ones_never() {
    let schemes = AppSchemes::adding(vec!["notlisted".to_owned()]).unwrap();
    let uri = "notlisted://localhost/cb";
    assert!(RedirectUri::parse(uri).is_err());
    let added = RedirectUri::parse_with(uri, &schemes).unwrap();
    assert_eq!(added.app_scheme(), Some("notlisted"));
    assert!(!added.is_loopback());
    let all = vectors("redirects.json");
    for case in cases(&all, "addresses") {
        let known = text(case, "uri");
        let accepted = RedirectUri::parse_with(known, &schemes).is_ok();
        assert_eq!(accepted, case["accepted"] == true, "{case}");
    }
}

#[test]
fn client_id_vectors_have_their_results() {
    let all = vectors("client_ids.json");
    for case in cases(&all, "ids") {
        assert_eq!(
            is_metadata_document(text(case, "id")),
            case["document"],
            "{case}"
        );
    }
}

fn position(case: &Value) -> Position {
    let number = |name: &str| u32::try_from(case[name].as_u64().unwrap()).unwrap();
    Position {
        generation: number("generation"),
        branch: number("branch"),
    }
}

fn state(case: &Value) -> FamilyState {
    FamilyState {
        latest: position(case),
        rotated_at: Timestamp::from_seconds(case["rotated_at"].as_u64().unwrap()),
    }
}

#[test]
fn refresh_rule_vectors_have_their_results() {
    let all = vectors("refresh.json");
    for case in cases(&all, "cases") {
        let now = Timestamp::from_seconds(case["now"].as_u64().unwrap());
        let expected = match text(case, "answer") {
            "advance" => Rotation::Advance(state(&case["to"])),
            "repeat" => Rotation::Repeat(state(&case["to"])),
            "catch_up" => Rotation::CatchUp(state(&case["to"])),
            "revoke" => Rotation::Revoke,
            other => panic!("{other}"),
        };
        let presented = &case["presented"];
        let presented = PresentedToken {
            position: position(presented),
            issued: Timestamp::from_seconds(presented["issued"].as_u64().unwrap_or(0)),
        };
        let found = decide(state(&case["state"]), presented, now);
        assert_eq!(found, expected, "{case}");
    }
}

proptest::proptest! {
    /// An accepted URI is safe in a `Location` header, and a browser reads it as written.
    #[test]
    fn accepted_uris_are_safe_in_a_location_header(uri in "(https?|javascript|HTTP|data|cursor|com.example|CURSOR)?:?[/\\\\]{0,3}[a-zA-Z0-9@:.\\[\\]%_-]{0,24}[/?#\\\\]?[ -~\t\r\n]{0,24}") {
        if let Ok(address) = RedirectUri::parse(&uri) {
            let url = Url::parse(&uri).unwrap();
            assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()));
            match address.app_scheme() {
                Some(scheme) => {
                    assert!(url.scheme() == scheme && (scheme == "cursor" || scheme == "com.example"));
                    assert!(!address.is_loopback() && url.port().is_none());
                }
                None => {
                    assert!(url.scheme() == "https" || (url.scheme() == "http" && address.is_loopback()));
                    assert!(address.host_and_port().starts_with(url.host_str().unwrap()));
                }
            }
            assert!(url.fragment().is_none() && url.username().is_empty());
        }
    }

    /// A binding is read as it was written, and other bytes are refused.
    #[test]
    fn bindings_are_read_as_the_position_they_were_made_from(generation: u32, branch: u32, place in 8..32_usize, bit in 1..=255_u8) {
        let position = Position { generation, branch };
        let mut binding = position.to_binding();
        assert_eq!(Position::from_binding(&binding), Some(position));
        binding[place] ^= bit;
        assert_eq!(Position::from_binding(&binding), None);
    }
}
