//! The bytes of a witness, and its file: damage, races of threads and processes, and kills.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::reason::Reason;
use countersign::record::Records;
use countersign::record::witness::{WitnessError, WitnessOf, WitnessTable};
use proptest::prelude::*;

use super::support::{ADDRESS, CONNECTION, EARLY, Site, in_folder, keys, name};
use crate::support::role;

/// The least version of the record `connection:7`, minus 1, as the witness in `folder` has it.
fn least(folder: &Path, site: &Site) -> u64 {
    let (keyring, store) = (Arc::clone(&site.keyring), in_folder(folder));
    let records = Records::new(keyring, store, site.text.as_deref(), ADDRESS).unwrap();
    assert!(records.state().is_allowed());
    records.next_version(name(CONNECTION, 7), None, None, EARLY) - 1
}

fn file(folder: &Path) -> PathBuf {
    let named = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| named(entry.unwrap()));
    folder.join(
        names
            .find(|name| name.starts_with("witness-") && !name.contains('.'))
            .unwrap(),
    )
}

#[test]
fn every_damaged_byte_is_found() {
    let of = WitnessOf::new(keys([1; 8], b'm').site(), ADDRESS);
    let mut table = WitnessTable::default();
    for id in 1..=20 {
        assert!(table.raise(name(CONNECTION, id), id * 1000));
    }
    table.raise_floor(500);
    let bytes = table.encode(&of).unwrap();
    assert_eq!(bytes.len(), 76 + 20 * 24);
    assert_eq!(WitnessTable::decode(&bytes, &of), Ok(table));
    let damaged = Err(WitnessError::Damaged);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert_eq!(WitnessTable::decode(&flipped, &of), damaged, "{at}");
        }
        assert_eq!(WitnessTable::decode(&bytes[..at], &of), damaged, "{at}");
        assert_eq!(WitnessTable::decode(&bytes[at + 1..], &of), damaged, "{at}");
    }
    let longer = [bytes.as_slice(), b"\0"].concat();
    assert_eq!(WitnessTable::decode(&longer, &of), damaged);
    for other in [
        WitnessOf::new(keys([2; 8], b'm').site(), ADDRESS),
        WitnessOf::new(keys([1; 8], b'm').site(), "copy.example/"),
    ] {
        assert_eq!(WitnessTable::decode(&bytes, &other), damaged);
    }
}

proptest! {
    #[test]
    fn versions_only_rise(raises in prop::collection::vec((1_u64..20, 1_u64..9), 0..60)) {
        let mut tables = [WitnessTable::default(), WitnessTable::default()];
        let mut highest = std::collections::HashMap::new();
        for (at, (id, version)) in raises.iter().enumerate() {
            let record = name(CONNECTION, *id);
            let before = tables[at % 2].least(record);
            let rose = tables[at % 2].raise(record, *version);
            prop_assert_eq!(rose, before < Some(*version));
            let high: &mut u64 = highest.entry(*id).or_default();
            *high = (*high).max(*version);
        }
        let [mut merged, other] = tables;
        merged.merge(&other);
        prop_assert_eq!(merged.len(), highest.len());
        for (id, version) in highest {
            prop_assert_eq!(merged.least(name(CONNECTION, id)), Some(version));
        }
        let again = WitnessTable::from_entries(&merged.entries());
        prop_assert_eq!(again, Some(merged));
    }

    #[test]
    fn other_bytes_are_damage(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let of = WitnessOf::new(keys([1; 8], b'm').site(), ADDRESS);
        prop_assert_eq!(WitnessTable::decode(&bytes, &of), Err(WitnessError::Damaged));
        let _ = WitnessTable::from_entries(&bytes);
    }
}

#[test]
fn thousand_records_take_24_kilobytes() {
    let folder = tempfile::tempdir().unwrap();
    let (mut site, _) = Site::new(in_folder(folder.path()));
    let texts: Vec<String> = (1..=998)
        .map(|id| site.seal(name(CONNECTION, id), 1, "{}").unwrap())
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    site.records().committed(&texts, None).unwrap();
    let about = fs::metadata(file(folder.path())).unwrap();
    assert_eq!((about.len(), about.mode() & 0o777), (24_076, 0o600));
}

#[test]
fn change_by_another_thread_is_seen_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut site, _) = Site::new(in_folder(folder.path()));
    let texts: Vec<String> = (1..=60)
        .map(|version| site.seal(name(CONNECTION, 7), version, "{}").unwrap())
        .collect();
    // The file gets the numbers of files that were removed, and often the same size and time.
    for (version, text) in (1..).zip(&texts) {
        assert_eq!(least(folder.path(), &site), version - 1);
        std::thread::scope(|scope| {
            scope.spawn(|| site.records().committed(&[text], None).unwrap());
        });
        assert_eq!(least(folder.path(), &site), version);
    }
}

#[test]
fn threads_lose_no_change() {
    let folder = tempfile::tempdir().unwrap();
    let (mut site, _) = Site::new(in_folder(folder.path()));
    let texts: Vec<String> = (1..=80)
        .map(|id| site.seal(name(CONNECTION, id), 3, "{}").unwrap())
        .collect();
    std::thread::scope(|scope| {
        for part in texts.chunks(20) {
            let mut records = site.records();
            scope.spawn(move || {
                for text in part {
                    records.committed(&[text], None).unwrap();
                }
            });
        }
    });
    assert_eq!(site.records().known(), 82);
}

/// Starts a process that commits versions of the record `connection:ID` and writes each acknowledged one to its output.
fn committer(folder: &Path, site: &Site, id: u64, from: u64, until: u64) -> Child {
    let program = std::env::current_exe().unwrap();
    role::command(&program, module_path!(), "child", "commit")
        .env("RECORDS_FOLDER", folder)
        .env("RECORDS_SITE", site.text.as_deref().unwrap())
        .env("RECORDS_RANGE", format!("{id} {from} {until}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn child() {
    if role::current().as_deref() != Some("commit") {
        return;
    }
    let variable = |name: &str| std::env::var(name).unwrap();
    let folder = variable("RECORDS_FOLDER");
    let mut site = Site::empty(in_folder(Path::new(&folder)));
    site.text = Some(variable("RECORDS_SITE"));
    let range = variable("RECORDS_RANGE");
    let numbers: Vec<u64> = range.split(' ').map(|part| part.parse().unwrap()).collect();
    for version in numbers[1]..numbers[2] {
        let text = site
            .seal(name(CONNECTION, numbers[0]), version, "{}")
            .unwrap();
        site.records().committed(&[&text], None).unwrap();
        let mut out = std::io::stdout();
        writeln!(out, "acknowledged {version}").unwrap();
        out.flush().unwrap();
    }
}

/// Reads acknowledged versions from the output of a [`committer`], at most `most`, and returns the last one.
fn acknowledged(
    lines: &mut impl Iterator<Item = std::io::Result<String>>,
    most: usize,
) -> Option<u64> {
    lines
        .map_while(Result::ok)
        .filter_map(|line| Some(line.split_once("acknowledged ")?.1.parse().unwrap()))
        .take(most)
        .last()
}

#[test]
fn processes_lose_no_change() {
    let folder = tempfile::tempdir().unwrap();
    let (site, _) = Site::new(in_folder(folder.path()));
    let mut children: Vec<Child> = (1..=3)
        .map(|id| committer(folder.path(), &site, id, 1, 41))
        .collect();
    for child in &mut children {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(acknowledged(&mut lines, 100), Some(40));
        assert!(child.wait().unwrap().success());
    }
    let records = site.records();
    for id in 1..=3 {
        assert_eq!(
            records.next_version(name(CONNECTION, id), None, None, EARLY),
            41
        );
    }
}

#[test]
fn kills_while_writing_lose_no_acknowledged_change() {
    let folder = tempfile::tempdir().unwrap();
    let (site, _) = Site::new(in_folder(folder.path()));
    let mut version = 0;
    for kill in 0..300_u64 {
        let mut child = committer(folder.path(), &site, 7, version + 1, version + 1_000_000);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = acknowledged(&mut lines, 1 + kill as usize % 3).unwrap();
        // The moments of the kills are spread over the steps of a change.
        let began = Instant::now();
        while began.elapsed() < Duration::from_micros(kill * 131 % 2_000) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let last = acknowledged(&mut lines, usize::MAX).unwrap_or(first);
        version = least(folder.path(), &site);
        assert!(version >= last, "{version} after {last}, kill {kill}");
        assert!(version <= last + 1, "{version} after {last}, kill {kill}");
    }
}

#[test]
fn torn_temporary_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (mut site, _) = Site::new(in_folder(folder.path()));
    let file = file(folder.path());
    let torn = PathBuf::from(format!("{}.new", file.display()));
    fs::write(&torn, &fs::read(&file).unwrap()[..50]).unwrap();
    assert_eq!(least(folder.path(), &site), 0);
    site.commit(name(CONNECTION, 7), 1, "{}");
    assert_eq!(least(folder.path(), &site), 1);
    assert!(!torn.exists());
}

#[test]
fn change_in_place_is_seen_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut site, _) = Site::new(in_folder(folder.path()));
    let file = file(folder.path());
    for version in 1..=50 {
        site.commit(name(CONNECTION, 7), version, "{}");
        assert!(site.records().state().is_allowed());
        let mut bytes = fs::read(&file).unwrap();
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        let mut write = |change: u8| {
            bytes[50] ^= change;
            fs::write(&file, &bytes).unwrap();
            let file = fs::File::options().write(true).open(&file).unwrap();
            file.set_modified(modified).unwrap();
        };
        write(1);
        assert_eq!(site.records().state(), Reason::WitnessUnusable.into());
        write(1);
        assert!(site.records().state().is_allowed());
    }
}

#[test]
fn damaged_linked_or_shared_file_is_unusable() {
    let folder = tempfile::tempdir().unwrap();
    let (site, off) = Site::new(in_folder(folder.path()));
    let file = file(folder.path());
    let good = fs::read(&file).unwrap();
    let unusable = |what: &str| {
        let records = site.records();
        assert_eq!(records.state(), Reason::WitnessUnusable.into(), "{what}");
        assert!(records.is_stopped(Some(&off)), "{what}");
        assert!(records.failure().is_some(), "{what}");
    };
    let write = |bytes: &[u8]| {
        fs::remove_file(&file).unwrap();
        fs::write(&file, bytes).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    };
    write(&good[..good.len() - 1]);
    unusable("cut");
    write(b"");
    unusable("empty");
    write(&[0; 8]);
    unusable("short");
    write(&good);
    assert!(site.records().state().is_allowed());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    unusable("readable by others");
    let elsewhere = folder.path().join("elsewhere");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(&file, &elsewhere).unwrap();
    assert_eq!(site.records().state(), Reason::WitnessMissing.into());
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    unusable("a link");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    unusable("a folder");
}
