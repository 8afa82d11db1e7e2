//! A witness that cannot be written: a full disk, a folder that is read-only, and the folders of several users.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use countersign::reason::Reason;
use countersign::record::RecordError;
use countersign::state_folder::effective_uid;

use super::support::{CONNECTION, NOW, Site, in_folder, name};
use crate::support::role;

/// A user that the machine does not need to have.
const OTHER: u32 = 12_345;

/// Runs the [`child`] for `folder` with the texts of a site.
fn prepared(program: &Path, what: &str, folder: &Path, texts: &[&str]) -> Command {
    let mut command = role::command(program, module_path!(), "child", what);
    command
        .env("RECORDS_FOLDER", folder)
        .env("RECORDS_TEXTS", texts.join(" "));
    command
}

fn succeed(mut command: Command) {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn child() {
    let Some(role) = role::current() else { return };
    let folder = env::var("RECORDS_FOLDER").unwrap();
    let texts = env::var("RECORDS_TEXTS").unwrap();
    let texts: Vec<&str> = texts.split(' ').collect();
    let mut site = Site::empty(in_folder(Path::new(&folder)));
    site.text = Some(texts[0].to_owned());
    let mut records = site.records();
    match role.as_str() {
        // The newer record is read, but the witness cannot be raised to it.
        "unwritable" => {
            assert!(records.state().is_allowed());
            assert_eq!(records.failure(), None);
            let open = |text| records.open(name(CONNECTION, 7), Some(text));
            assert!(open(texts[2]).is_ok());
            assert!(open(texts[1]).is_ok());
            assert!(records.failure().is_some());
            let refused = records.committed(&[texts[2]], None).unwrap_err();
            assert!(matches!(refused, RecordError::Witness(_)), "{refused}");
            assert_eq!(refused.reason(), Some(Reason::WitnessUnusable));
        }
        "another user" => {
            assert_eq!(records.state(), Reason::WitnessMissing.into());
            let refused = records.committed(&[texts[2]], None);
            assert_eq!(refused, Err(Reason::WitnessMissing.into()));
            let adopted = records.adopt(Some(texts[3]), &texts[..3], false, NOW, None);
            assert_eq!(adopted, Ok(()));
            assert!(records.state().is_allowed());
            let restored = records.open(name(CONNECTION, 7), Some(texts[1]));
            assert_eq!(restored.err(), Some(Reason::RecordRolledBack));
        }
        _ => {}
    }
}

fn site_with_two_versions(folder: &Path) -> (Site, [String; 3]) {
    let (mut site, _) = Site::new(in_folder(folder));
    let old = site.commit(name(CONNECTION, 7), 1, "{}");
    let new = site.seal(name(CONNECTION, 7), 2, "{}").unwrap();
    let text = site.text.clone().unwrap();
    (site, [text, old, new])
}

#[test]
fn full_disk_stops_no_reading_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (site, [text, old, new]) = site_with_two_versions(folder.path());
    let program = env::current_exe().unwrap();
    // A process that may write no byte to a file gets the same kind of error as on a full disk.
    let plain = prepared(&program, "unwritable", folder.path(), &[&text, &old, &new]);
    let mut limited = Command::new("sh");
    limited
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 0; exec \"$@\"");
    limited
        .arg("sh")
        .arg(plain.get_program())
        .args(plain.get_args());
    for (name, value) in plain.get_envs() {
        limited.env(name, value.unwrap());
    }
    succeed(limited);
    // Nothing was changed, and nothing is in the way of the next change.
    let records = site.records();
    assert!(records.open(name(CONNECTION, 7), Some(&old)).is_ok());
    site.records().committed(&[&new], None).unwrap();
    assert!(records.open(name(CONNECTION, 7), Some(&old)).is_err());
}

#[test]
fn read_only_folder_stops_no_reading_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (site, [text, old, new]) = site_with_two_versions(folder.path());
    let program = accessible_program(folder.path());
    let state = folder.path().join("state");
    fs::create_dir(&state).unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("witness-")
        {
            fs::rename(&path, state.join(path.file_name().unwrap())).unwrap();
        }
    }
    let mode = |mode| fs::set_permissions(&state, fs::Permissions::from_mode(mode)).unwrap();
    let mut command = prepared(&program, "unwritable", &state, &[&text, &old, &new]);
    if effective_uid() == 0 {
        give(&state);
        command.uid(OTHER).gid(OTHER);
    }
    mode(0o500);
    succeed(command);
    mode(0o700);
    drop(site);
}

#[test]
fn each_user_adopts_a_witness_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1733)).unwrap();
    if effective_uid() != 0 {
        return;
    }
    let (mut site, _) = Site::new(in_folder(folder.path()));
    let old = site.commit(name(CONNECTION, 7), 1, "{}");
    let new = site.commit(name(CONNECTION, 7), 2, "{}");
    let beacon = site.records().beacon(NOW).unwrap();
    let text = site.text.clone().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let program = accessible_program(elsewhere.path());
    let texts = [text.as_str(), &old, &new, &beacon];
    let mut command = prepared(&program, "another user", folder.path(), &texts);
    command.uid(OTHER).gid(OTHER);
    succeed(command);
    // A change of one user reaches the other by reading.
    let newest = site.commit(name(CONNECTION, 7), 3, "{}");
    let open = |text| site.records().open(name(CONNECTION, 7), Some(text));
    assert!(open(&newest).is_ok());
    assert!(folder.path().join("user-0").is_dir());
    assert!(folder.path().join(format!("user-{OTHER}")).is_dir());
}

/// Copies the test program to `folder`, where other users can run it.
fn accessible_program(folder: &Path) -> std::path::PathBuf {
    let program = role::program_in(folder);
    let open = fs::metadata(folder).unwrap().permissions().mode() & 0o7777 | 0o011;
    fs::set_permissions(folder, fs::Permissions::from_mode(open)).unwrap();
    program
}

/// Gives a folder and its files to [`OTHER`].
fn give(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        chown(entry.unwrap().path(), Some(OTHER), Some(OTHER)).unwrap();
    }
    chown(folder, Some(OTHER), Some(OTHER)).unwrap();
}
