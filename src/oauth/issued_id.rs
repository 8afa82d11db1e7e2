//! Client identifiers that contain the registration
//! ([RFC 7591 appendix A.5.2](https://www.rfc-editor.org/rfc/rfc7591#appendix-A.5.2),
//! [draft-bradley-oauth-stateless-client-id](https://datatracker.ietf.org/doc/html/draft-bradley-oauth-stateless-client-id)).
//!
//! Anybody can register, so a registration is not stored. Its identifier is `csc_` and the base64url of
//!
//! | bytes | |
//! | --- | --- |
//! | 1 | the version, 2 |
//! | 1 | bits 0 and 1: how the client authenticates (0 not at all, 1 `client_secret_post`, 2 `client_secret_basic`); bit 2: whether it may refresh; the other bits are 0 |
//! | 4 | the time of the registration in Unix seconds |
//! | 8 | random, so that two registrations with the same metadata have different identifiers and secrets |
//! | 2 | the length of the name in bytes |
//! | | the name, UTF-8 |
//! | 1 | the number of redirect URIs, 1 to 10 |
//! | 2, for each URI | bits 13 to 15: its beginning, an index into [`BEGINNINGS`]; the other bits: the length of the rest |
//! | | the rest of the URI, ASCII |
//! | 16 | the first 16 bytes of the HMAC-SHA256 of everything before, with the key of [`Purpose::ClientId`] |
//!
//! Identifiers of version 1 stay valid. They have the beginning in bits 14 and 15, and not the last of the beginnings.
//!
//! Numbers are big-endian. The key belongs to one site and its current key material, so an identifier of another
//! site, or from before the keys were replaced, is not genuine. `tests/vectors/oauth/issued_ids/` has examples.

use super::app_scheme::AppSchemes;
use super::client::{AuthMethod, Client, ClientSource, GRANT_TYPES, secret_hash, usable_redirects};
use crate::bytes::{self, ByteReader};
use crate::clock::Timestamp;
use crate::entropy::{Entropy, EntropyError};
use crate::keyring::{Keyring, Purpose};
use crate::secret::{mac, same};

/// The longest identifier that is issued, in characters. With it, an authorization request still fits into the
/// 8 KiB that web servers accept, also when it is part of the address of the login page.
pub(super) const MAX_LENGTH: usize = 1024;

const PREFIX: &str = "csc_";
const VERSION: u8 = 2;
/// The length of the MAC in bytes.
const MAC: usize = 16;
/// The flag of a client that may refresh.
const REFRESHES: u8 = 0b100;
/// Every text begins with one of these: the last is for the private-use schemes, and for capital letters in scheme and
/// loopback host.
const BEGINNINGS: [&str; 5] = [
    "https://",
    "http://localhost",
    "http://127.0.0.1",
    "http://[::1]",
    "",
];
/// The number of the bits of a word that are the length of the rest of a redirect URI.
const LENGTH_BITS: u32 = 13;
/// The same in version 1.
const LENGTH_BITS_1: u32 = 14;

/// Gives `client` its identifier and, if it is confidential, its secret. Returns the secret too. Returns `None` if
/// the identifier would be longer than [`MAX_LENGTH`].
///
/// # Errors
/// [`EntropyError`] if the operating system provides no random bytes.
pub(super) fn issue(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    now: Timestamp,
    client: Client,
) -> Result<Option<(Client, Option<String>)>, EntropyError> {
    let mut random = [0_u8; 8];
    entropy.fill(&mut random)?;
    let id = encode(&client, now, random).map(|payload| sign(keyring, payload));
    Ok(id
        .filter(|id| id.len() <= MAX_LENGTH)
        .map(|id| complete(keyring, client, id)))
}

/// Returns the client that registered as `id`, with the hash of its secret. Returns `None` unless this site issued
/// `id` with its current keys, and if none of its redirect URIs can be used any more.
pub(super) fn registered(keyring: &Keyring, schemes: &AppSchemes, id: &str) -> Option<Client> {
    if id.len() > MAX_LENGTH {
        return None;
    }
    let bytes = bytes::from_base64url(id.strip_prefix(PREFIX)?.as_bytes())?;
    let (payload, tag) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
    if !same(&tag_of(keyring, payload), tag) {
        return None;
    }
    let mut client = read_payload(payload)?;
    // The rules may have become stricter since the registration.
    client.redirect_uris = usable_redirects(
        &client.redirect_uris,
        client.token_endpoint_auth_method,
        schemes,
    );
    (!client.redirect_uris.is_empty()).then(|| complete(keyring, client, id.to_owned()).0)
}

fn complete(keyring: &Keyring, mut client: Client, id: String) -> (Client, Option<String>) {
    let secret =
        (client.token_endpoint_auth_method != AuthMethod::None).then(|| secret(keyring, &id));
    client.secret_hash = secret.as_deref().map(secret_hash);
    client.client_id = id;
    (client, secret)
}

/// Returns the secret of the client `id`: `cscs_` and the base64url of an HMAC-SHA256 of the identifier.
fn secret(keyring: &Keyring, id: &str) -> String {
    let derived = mac(&keyring.purpose_key(Purpose::ClientSecret), id.as_bytes());
    format!("cscs_{}", bytes::base64url(&derived))
}

fn sign(keyring: &Keyring, mut payload: Vec<u8>) -> String {
    let tag = tag_of(keyring, &payload);
    payload.extend(tag);
    format!("{PREFIX}{}", bytes::base64url(&payload))
}

fn tag_of(keyring: &Keyring, payload: &[u8]) -> [u8; MAC] {
    let full = mac(&keyring.purpose_key(Purpose::ClientId), payload);
    let mut tag = [0; MAC];
    for (to, from) in tag.iter_mut().zip(full) {
        *to = from;
    }
    tag
}

/// Returns the payload; `None` for a client that does not fit into the format.
fn encode(client: &Client, now: Timestamp, random: [u8; 8]) -> Option<Vec<u8>> {
    let method = match client.token_endpoint_auth_method {
        AuthMethod::None => 0,
        AuthMethod::ClientSecretPost => 1,
        AuthMethod::ClientSecretBasic => 2,
        AuthMethod::PrivateKeyJwt => return None,
    };
    let refreshes = if client.may_refresh() { REFRESHES } else { 0 };
    let mut out = vec![VERSION, method | refreshes];
    out.extend(u32::try_from(now.seconds()).ok()?.to_be_bytes());
    out.extend(random);
    out.extend(u16::try_from(client.client_name.len()).ok()?.to_be_bytes());
    out.extend(client.client_name.as_bytes());
    out.push(u8::try_from(client.redirect_uris.len()).ok()?);
    for uri in &client.redirect_uris {
        let (beginning, rest) = (0_u16..)
            .zip(BEGINNINGS)
            .find_map(|(index, beginning)| Some((index, uri.strip_prefix(beginning)?)))?;
        let length = u16::try_from(rest.len())
            .ok()
            .filter(|length| length >> LENGTH_BITS == 0)?;
        out.extend((beginning << LENGTH_BITS | length).to_be_bytes());
        out.extend(rest.as_bytes());
    }
    Some(out)
}

/// Reads a payload; `None` unless all of it has the format. The fuzz target calls it directly, because no input that it
/// finds has a genuine MAC.
pub fn read_payload(payload: &[u8]) -> Option<Client> {
    let mut reader = ByteReader(payload);
    let [version, flags] = reader.array()?;
    let (length_bits, beginnings) = match version {
        VERSION => (LENGTH_BITS, BEGINNINGS.as_slice()),
        1 => (LENGTH_BITS_1, BEGINNINGS.get(..4)?),
        _ => return None,
    };
    let token_endpoint_auth_method = match flags & !REFRESHES {
        0 => AuthMethod::None,
        1 => AuthMethod::ClientSecretPost,
        2 => AuthMethod::ClientSecretBasic,
        _ => return None,
    };
    let _time_and_random: [u8; 12] = reader.array()?;
    let name = u16::from_be_bytes(reader.array()?);
    let client_name = text(&mut reader, name)?;
    let [count] = reader.array()?;
    let redirect_uris = (0..count)
        .map(|_| {
            let word = u16::from_be_bytes(reader.array()?);
            let beginning = beginnings.get(usize::from(word >> length_bits))?;
            let length = word & ((1 << length_bits) - 1);
            Some(format!("{beginning}{}", text(&mut reader, length)?))
        })
        .collect::<Option<_>>()?;
    let grant_types = GRANT_TYPES
        .iter()
        .filter(|name| **name != "refresh_token" || flags & REFRESHES != 0)
        .map(|name| (*name).to_owned())
        .collect();
    reader.0.is_empty().then_some(Client {
        client_id: String::new(),
        client_name,
        redirect_uris,
        grant_types,
        token_endpoint_auth_method,
        secret_hash: None,
        keys: None,
        source: ClientSource::Registration,
    })
}

fn text(reader: &mut ByteReader<'_>, length: u16) -> Option<String> {
    String::from_utf8(reader.take(length.into())?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;
    use crate::keyring::SiteId;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn keyring(site: u8, material: u8) -> Keyring {
        Keyring::open(SiteId::new([site; 8]), &[material; 64], &[&[b'o'; 64]]).unwrap()
    }

    fn client(name: &str, uris: &[&str], method: AuthMethod, refreshes: bool) -> Client {
        Client {
            client_id: String::new(),
            client_name: name.to_owned(),
            redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
            grant_types: GRANT_TYPES[..=usize::from(refreshes)]
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            token_endpoint_auth_method: method,
            secret_hash: None,
            keys: None,
            source: ClientSource::Registration,
        }
    }

    fn issued(client: Client) -> (Client, Option<String>) {
        issue(&keyring(1, b'k'), &CountingEntropy::default(), NOW, client)
            .unwrap()
            .unwrap()
    }

    #[test]
    fn identifiers_of_usual_clients_have_100_to_300_characters() {
        for uris in [
            &["https://claude.ai/api/mcp/auth_callback"][..],
            &["http://localhost:3334/oauth/callback"],
            &[
                "http://127.0.0.1:33418/",
                "https://vscode.dev/redirect",
                "https://insiders.vscode.dev/redirect",
            ],
        ] {
            let (client, secret) = issued(client("Claude", uris, AuthMethod::None, true));
            assert!((80..=300).contains(&client.client_id.len()), "{client:?}");
            assert_eq!(secret, None);
        }
    }

    #[test]
    fn every_changed_bit_and_every_shorter_text_is_refused() {
        let uris = ["https://claude.ai/cb?a=1", "http://[::1]:8080/cb"];
        let keys = keyring(1, b'k');
        let id = issued(client(
            "Claude ✔",
            &uris,
            AuthMethod::ClientSecretPost,
            true,
        ))
        .0
        .client_id;
        assert!(registered(&keys, &AppSchemes::default(), &id).is_some());
        let bytes = bytes::from_base64url(&id.as_bytes()[4..]).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let text = format!("csc_{}", bytes::base64url(&changed));
            assert!(
                registered(&keys, &AppSchemes::default(), &text).is_none(),
                "bit {bit}"
            );
        }
        for length in 0..id.len() {
            assert!(
                registered(&keys, &AppSchemes::default(), &id[..length]).is_none(),
                "{length}"
            );
        }
        for wrong in [
            format!("{id}A"),
            format!("{id}="),
            id.replacen("csc_", "CSC_", 1),
            format!(" {id}"),
            "csc_".to_owned(),
            "csc_AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            format!("csc_{}", "A".repeat(2000)),
        ] {
            assert!(
                registered(&keys, &AppSchemes::default(), &wrong).is_none(),
                "{wrong}"
            );
        }
    }

    /// Also with previous keys in the keyring: a client registers again after the keys were replaced.
    #[test]
    fn identifiers_of_other_sites_and_other_keys_are_refused() {
        let issued = issued(client("A", &["https://a.example/"], AuthMethod::None, true));
        assert!(
            registered(
                &keyring(1, b'k'),
                &AppSchemes::default(),
                &issued.0.client_id
            )
            .is_some()
        );
        for other in [keyring(2, b'k'), keyring(1, b'x')] {
            assert!(registered(&other, &AppSchemes::default(), &issued.0.client_id).is_none());
        }
        let old = Keyring::open(SiteId::new([1; 8]), &[b'o'; 64], &[]).unwrap();
        let client = client("A", &["https://a.example/"], AuthMethod::None, true);
        let (client, _) = issue(&old, &CountingEntropy::default(), NOW, client)
            .unwrap()
            .unwrap();
        assert!(registered(&keyring(1, b'k'), &AppSchemes::default(), &client.client_id).is_none());
    }

    /// The site signed these itself, so this tests the parser behind the MAC.
    #[test]
    fn payloads_in_another_format_are_refused() {
        let keys = keyring(1, b'k');
        let good = client("A", &["https://a.example/"], AuthMethod::None, true);
        let payload = encode(&good, NOW, [7; 8]).unwrap();
        let changed = |at: usize, to: u8| {
            let mut payload = payload.clone();
            payload[at] = to;
            payload
        };
        assert!(registered(&keys, &AppSchemes::default(), &sign(&keys, payload.clone())).is_some());
        for (what, payload) in [
            ("version", changed(0, 3)),
            ("version 0", changed(0, 0)),
            ("method", changed(1, 3)),
            ("unknown flag", changed(1, 0b1000)),
            ("length of the name", changed(15, 200)),
            ("name that is not UTF-8", changed(16, 0xff)),
            (
                "no redirect URI",
                payload[..17].iter().copied().chain([0]).collect(),
            ),
            ("more redirect URIs", changed(17, 2)),
            ("another beginning", changed(18, 0x20)),
            ("unknown beginning", changed(18, 0xa0)),
            ("redirect URI that is not acceptable", changed(20, b'@')),
            ("bytes at the end", [&payload[..], &[0]].concat()),
            ("nothing", Vec::new()),
        ] {
            assert!(
                registered(&keys, &AppSchemes::default(), &sign(&keys, payload)).is_none(),
                "{what}"
            );
        }
    }

    #[test]
    fn metadata_that_needs_more_than_1024_characters_is_refused() {
        let of = |length: usize| {
            let uri = format!("https://a.example/{}", "x".repeat(length));
            issue(
                &keyring(1, b'k'),
                &CountingEntropy::default(),
                NOW,
                client("", &[&uri], AuthMethod::None, true),
            )
            .unwrap()
        };
        // 1,020 characters are 765 bytes, of which 35 are not part of the redirect URI and 10 are its host.
        assert_eq!(
            of(720).map(|(client, _)| client.client_id.len()),
            Some(1024)
        );
        assert!(of(721).is_none());
        assert!(of(20_000).is_none());
    }

    proptest! {
        #[test]
        fn a_registered_client_is_read_back_from_its_identifier(
            name in "\\PC{0,80}",
            paths in prop::collection::vec("/[a-z0-9/]{0,20}(\\?[a-z=&]{0,8})?", 1..=10),
            schemes in prop::collection::vec(0_usize..8, 10),
            method in 0_usize..3,
            refreshes: bool,
        ) {
            let starts = ["https://a.example", "http://localhost", "http://127.0.0.1:9", "http://[::1]", "https://b.example:8443",
                "HTTPS://A.example", "cursor://a", "com.example.app:"];
            let uris: Vec<String> = paths.iter().zip(schemes)
                .map(|(path, scheme)| format!("{}{}", starts[scheme], path.replace("//", "/")))
                .collect();
            let methods = [AuthMethod::None, AuthMethod::ClientSecretPost, AuthMethod::ClientSecretBasic];
            let uris = usable_redirects(&uris, methods[method], &AppSchemes::default());
            prop_assume!(!uris.is_empty());
            let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
            let keys = keyring(1, b'k');
            let client = client(&name, &uris, methods[method], refreshes);
            let entropy = CountingEntropy::default();
            if let Some((issued, secret)) = issue(&keys, &entropy, NOW, client).unwrap() {
                let read = registered(&keys, &AppSchemes::default(), &issued.client_id).unwrap();
                prop_assert_eq!(&read, &issued);
                prop_assert_eq!(secret.is_some(), method != 0);
                prop_assert!(read.is_proven_by(secret.as_deref()));
                prop_assert!(!read.is_proven_by(Some("cscs_")));
            }
        }

        #[test]
        fn no_text_is_a_registered_client(text in "csc_[A-Za-z0-9_-]{0,200}") {
            prop_assert!(registered(&keyring(1, b'k'), &AppSchemes::default(), &text).is_none());
        }
    }
}
