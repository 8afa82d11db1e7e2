//! Records that a restored database shows: what a person can take back, and what has ended.

use countersign::decision::Decision;
use countersign::reason::Reason;
use countersign::record::ratchet::Ratchet;
use countersign::record::{FINAL_VERSION, FoundRecord, Record, RecordError, RecordKind};

use super::support::{CONNECTION, EARLY, Site, memory, name, switch};

const ACTIVE: &str = r#"{"epoch":0,"groups":["read","publish"],"state":"active"}"#;
const NARROWED: &str = r#"{"epoch":0,"groups":["read"],"state":"active"}"#;
const REVOKED: &str = r#"{"epoch":1,"groups":["read"],"state":"revoked"}"#;

fn behind(site: &Site, text: &str) -> Result<Record, RecordError> {
    site.records().open_behind(name(CONNECTION, 7), text, None)
}

fn refused(opened: Result<Record, RecordError>) -> Option<Reason> {
    opened.unwrap_err().reason()
}

#[test]
fn restored_record_can_be_seen_and_sealed_again_but_grants_nothing() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let old = site.commit(connection, 1, ACTIVE);
    site.commit(connection, 2, NARROWED);
    let record = behind(&site, &old).unwrap();
    assert_eq!((record.data(), record.version()), (ACTIVE, 1));
    assert!(
        matches!(record.site_state(), Decision::Deny(denial) if denial.reason == Reason::RecordRolledBack)
    );
    let refusal = FoundRecord::Genuine(&record).usable().unwrap_err();
    assert_eq!(refusal.denial.reason, Reason::RecordRolledBack);

    assert_eq!(
        site.records()
            .next_version(connection, Some(&old), Some(record.data()), EARLY),
        3
    );
    let resumed = site.commit(connection, 3, record.data());
    assert!(site.records().open(connection, Some(&resumed)).is_ok());
    assert!(matches!(
        behind(&site, &resumed),
        Err(RecordError::Misuse(_))
    ));
}

#[test]
fn revoked_connection_is_never_revived() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let old = site.commit(connection, 1, ACTIVE);
    let version = site
        .records()
        .next_version(connection, Some(&old), Some(REVOKED), EARLY);
    assert_eq!(version, FINAL_VERSION);
    let revoked = site.commit(connection, version, REVOKED);
    assert!(site.records().open(connection, Some(&revoked)).is_ok());

    let again = site.records().open(connection, Some(&old)).err();
    assert_eq!(again, Some(Reason::RecordRolledBack));
    assert_eq!(
        refused(behind(&site, &old)),
        Some(Reason::ConnectionRevoked)
    );
    // No version is left for it.
    assert_eq!(
        site.records()
            .next_version(connection, Some(&old), Some(ACTIVE), EARLY),
        FINAL_VERSION
    );
    for version in [2, FINAL_VERSION - 1] {
        let sealed = site.seal(connection, version, ACTIVE);
        assert_eq!(sealed, Err(RecordError::Refused(Reason::RecordRolledBack)));
    }
    // The restored row can be marked as revoked again.
    assert!(site.seal(connection, FINAL_VERSION, REVOKED).is_ok());
}

#[test]
#[should_panic(expected = "final version")]
fn revoked_connection_has_no_other_version() {
    let (mut site, _) = Site::new(memory());
    let _ = site.seal(name(CONNECTION, 7), 2, REVOKED);
}

#[test]
#[should_panic(expected = "final version")]
fn active_connection_never_has_the_final_version() {
    let (mut site, _) = Site::new(memory());
    let _ = site.seal(name(CONNECTION, 7), FINAL_VERSION, ACTIVE);
}

#[test]
#[should_panic(expected = "final version")]
fn other_record_never_has_the_final_version() {
    let (mut site, _) = Site::new(memory());
    let _ = site.seal(switch(), FINAL_VERSION, r#"{"on":false,"state":"revoked"}"#);
}

#[test]
fn only_genuine_records_of_a_site_in_order_are_opened_and_never_during_a_call() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let old = site.commit(connection, 1, ACTIVE);
    let other = site.commit(name(CONNECTION, 8), 1, ACTIVE);
    site.commit(connection, 2, NARROWED);

    let ratchet = Ratchet::new(7, Vec::new());
    let during = site.records().open_behind(connection, &old, Some(&ratchet));
    assert_eq!(refused(during), Some(Reason::AgentAtWork));
    assert_eq!(refused(behind(&site, &other)), Some(Reason::RecordForged));
    assert_eq!(refused(behind(&site, "")), Some(Reason::RecordForged));
    let as_grant = site
        .records()
        .open_behind(name(RecordKind::Grant, 7), &old, None);
    assert_eq!(refused(as_grant), Some(Reason::RecordForged));
    site.address = "other.example/";
    assert_eq!(refused(behind(&site, &old)), Some(Reason::SiteMoved));
}
