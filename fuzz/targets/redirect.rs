//! Redirect URIs: an accepted URI has the same single destination for this crate and for a browser.
#![no_main]

use countersign::oauth::redirect::RedirectUri;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let Ok(address) = RedirectUri::parse(text) else {
        return;
    };
    assert_eq!(address.as_str(), text);
    assert!(address.admits(&address));
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    let url = Url::parse(text).expect("browsers can parse it");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    match address.app_scheme() {
        Some(scheme) => {
            assert!(url.scheme() == scheme && url.port().is_none() && !address.is_loopback());
            assert!(
                !scheme.starts_with("http")
                    && scheme != "javascript"
                    && scheme != "data"
                    && scheme != "file"
            );
        }
        None => {
            assert!(url.scheme() == "https" || (url.scheme() == "http" && address.is_loopback()))
        }
    }

    // Parameters that are added do not change the destination and arrive unchanged.
    let full = address.with(&[("code", "a&b=c#d\u{e9}\r\n"), ("state", text)]);
    let target = Url::parse(&full).expect("browsers can parse it with a code");
    assert_eq!(
        (target.scheme(), target.host(), target.port(), target.path()),
        (url.scheme(), url.host(), url.port(), url.path())
    );
    let sent: Vec<(String, String)> = target.query_pairs().into_owned().collect();
    let tail = &sent[sent.len() - 2..];
    assert_eq!(tail[0], ("code".to_owned(), "a&b=c#d\u{e9}\r\n".to_owned()));
    assert_eq!(tail[1], ("state".to_owned(), text.to_owned()));

    for known in [
        "https://client.example/back",
        "http://127.0.0.1/back",
        "http://localhost:1/back",
        "cursor://client.example/back",
    ] {
        let registered = RedirectUri::parse(known).expect("valid");
        if registered.admits(&address) && known != text {
            let known = Url::parse(known).expect("valid");
            assert_eq!(
                (known.scheme(), known.host(), known.path(), known.query()),
                (url.scheme(), url.host(), url.path(), url.query())
            );
            assert!(address.is_loopback() || known.port() == url.port());
        }
    }
});
