//! Measures opening a sealed connection with its witness against the HMAC that it contains: `cargo bench --bench record`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod compare;

use std::hint::black_box;
use std::sync::Arc;

use countersign::audit::append::Head;
use countersign::audit::log::Log;
use countersign::clock::Timestamp;
use countersign::entropy::SystemEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::record::{RecordChange, RecordKind, RecordName, Records, SiteEvent};
use countersign::store::{DEFAULT_MAP_BYTES, Store, open_shared};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const RUNS: u32 = 200;
const CONNECTION: &str = r#"{"client":"A client of some vendor","created_at":1800000000,"created_by":1,"epoch":3,"groups":["read","create_edit","media"],"limit":{"max":60,"window":60},"name":"Editing assistant of the shop","preset":"standard","state":"active","state_at":1800000000,"state_reason":"","user":7}"#;

fn main() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let folder = tempfile::tempdir().unwrap();
    let keys = Arc::new(Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[]).unwrap());
    let store: Arc<dyn Store> = open_shared(folder.path(), DEFAULT_MAP_BYTES, now).unwrap();
    let log = Log::new(Arc::clone(&keys), Arc::clone(&store), "shop.example").unwrap();
    let site = RecordName::new(RecordKind::Site, 0).unwrap();
    let mut head = Head::default();
    let mut seal = |records: &Records, name, data: &str| {
        let change = RecordChange {
            name,
            version: 1,
            data,
        };
        let draft = r#"{"kind":"connection","actor":{"kind":"admin"},"action":"bench"}"#;
        let draft = Records::explain(draft, &[change]).unwrap();
        let append = log.append(&head, &[&draft], now, &SystemEntropy).unwrap();
        head = append.head.clone();
        records.seal(&append, &change, None, None).unwrap()
    };
    let open = |text: Option<&str>| {
        Records::new(Arc::clone(&keys), Arc::clone(&store), text, "shop.example/").unwrap()
    };
    let mut first = open(None);
    let created = first.site_data(SiteEvent::Created, &SystemEntropy).unwrap();
    let text = seal(&first, site, &created);
    first.committed(&[&text], None).unwrap();
    let names: Vec<RecordName> = (1..=999)
        .map(|id| RecordName::new(RecordKind::Connection, id).unwrap())
        .collect();
    let texts: Vec<String> = names
        .iter()
        .map(|name| seal(&first, *name, CONNECTION))
        .collect();
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    first.committed(&all, None).unwrap();
    let records = open(Some(&text));
    assert_eq!(records.known(), 1000);
    let (name, sealed) = (names[500], &texts[500]);
    assert!(records.open(name, Some(sealed)).is_ok());
    let bare = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    let signed = vec![7_u8; (sealed.len() - 5) * 3 / 4 - 36 + 45];

    let medians = compare::compare(
        RUNS,
        &mut [
            ("bare HMAC-SHA256 of the record's bytes", &mut || {
                let mut hmac = bare.clone();
                hmac.update(black_box(&signed));
                black_box(hmac.finalize().into_bytes());
            }),
            ("stat", &mut || {
                black_box(std::fs::symlink_metadata(black_box(folder.path())).unwrap());
            }),
            (
                "open a connection, 1,000 records in the witness",
                &mut || {
                    black_box(records.open(name, Some(black_box(sealed))).unwrap());
                },
            ),
            ("open the site", &mut || {
                black_box(open(Some(&text)).state().is_allowed());
            }),
        ],
    );
    println!("open / bare HMAC: {:.2}", medians[2] / medians[0]);
}
