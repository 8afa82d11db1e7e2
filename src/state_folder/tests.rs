use super::*;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

/// An id that no user of the machine needs to have.
const OTHER: u32 = 12_345;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn make(path: &Path, bits: u32) {
    fs::create_dir(path).unwrap();
    mode(path, bits);
}

fn opened(path: &Path) -> Result<PathBuf, StateFolderError> {
    let found = StateFolder::find(path)?.map(|folder| folder.path().to_owned());
    let opened = StateFolder::open(path)?.path().to_owned();
    assert!(found.is_none_or(|found| found == opened));
    Ok(opened)
}

#[test]
fn a_folder_of_this_user_alone_is_used_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("own");
    make(&own, 0o700);
    let canonical = fs::canonicalize(&own).unwrap();
    for accepted in [0o700, 0o750, 0o755, 0o2755, 0o1700] {
        mode(&own, accepted);
        assert_eq!(opened(&own), Ok(canonical.clone()), "{accepted:o}");
    }
    for refused in [0o720, 0o702, 0o770, 0o777] {
        mode(&own, refused);
        let answer = opened(&own);
        assert_eq!(answer, Err(StateFolderError::Writable), "{refused:o}");
    }
    mode(&own, 0o700);
    // Whatever the spelling, a symbolic link is not followed.
    let link = dir.path().join("link");
    symlink(&own, &link).unwrap();
    for spelling in ["link", "link/", "link/.", "link//./"] {
        let answer = opened(&dir.path().join(spelling));
        assert_eq!(answer, Err(StateFolderError::Link), "{spelling}");
    }
    let spelled = format!("{}/./own//", dir.path().display());
    assert_eq!(opened(Path::new(&spelled)), Ok(canonical));
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    assert_eq!(opened(&file), Err(StateFolderError::NotFolder));
    assert_eq!(opened(&file.join("x")), Err(StateFolderError::NotFolder));
    for relative in ["", "own", "./own"] {
        let answer = opened(Path::new(relative));
        assert_eq!(answer, Err(StateFolderError::Relative), "{relative}");
    }
}

#[test]
fn a_missing_folder_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    for missing in ["new", "a/b"] {
        let path = dir.path().join(missing);
        assert_eq!(opened(&path), Err(StateFolderError::Missing));
        assert!(describe(&path).starts_with("the state folder does not exist: "));
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn owner_and_mode_decide_how_a_folder_is_used() {
    use FolderKind::{Own, Prepared, Shared};
    use StateFolderError::{Owner, Writable};
    for (owner, mode, user, expected) in [
        (33, 0o700, 33, Ok(Own)),
        (33, 0o755, 33, Ok(Own)),
        (33, 0o770, 33, Err(Writable)),
        // Whoever owns the shared folder can exchange the folders in it, so it must be root.
        (33, 0o1733, 33, Err(Writable)),
        (34, 0o1733, 33, Err(Owner)),
        (65_534, 0o1733, 33, Err(Owner)),
        (34, 0o700, 33, Err(Owner)),
        (0, 0o1733, 33, Ok(Shared)),
        (0, 0o1777, 33, Ok(Shared)),
        (0, 0o3733, 33, Ok(Shared)),
        (0, 0o1730, 33, Ok(Shared)),
        (0, 0o1770, 33, Ok(Shared)),
        (0, 0o733, 33, Err(Writable)),
        (0, 0o777, 33, Err(Writable)),
        (0, 0o2770, 33, Err(Writable)),
        (0, 0o711, 33, Ok(Prepared)),
        (0, 0o700, 33, Ok(Prepared)),
        (0, 0o1755, 33, Ok(Prepared)),
        (0, 0o1733, 0, Ok(Shared)),
        (0, 0o777, 0, Err(Writable)),
        (0, 0o700, 0, Ok(Own)),
        (0, 0o755, 0, Ok(Own)),
    ] {
        assert_eq!(
            kind_of(owner, mode, user),
            expected,
            "{owner} {mode:o} {user}"
        );
    }
}

/// Returns a folder of root for many users; `None` if this test does not run as root.
fn shared() -> Option<tempfile::TempDir> {
    let dir = tempfile::tempdir().unwrap();
    mode(dir.path(), 0o1733);
    (effective_uid() == 0).then_some(dir)
}

#[test]
fn a_user_gets_a_folder_of_its_own_in_a_shared_one_when_it_is_needed() {
    let Some(dir) = shared() else { return };
    let path = fs::canonicalize(dir.path()).unwrap().join("user-0");
    assert_eq!(StateFolder::find(dir.path()), Ok(None));
    let described = format!("{} (made at the first use)", path.display());
    assert_eq!(describe(dir.path()), described);
    assert!(!path.exists());
    let made = StateFolder::open(dir.path()).unwrap();
    assert_eq!(made.path(), path);
    assert_eq!(StateFolder::find(dir.path()), Ok(Some(made.clone())));
    assert_eq!(StateFolder::open(dir.path()), Ok(made.clone()));
    assert_eq!(describe(dir.path()), path.display().to_string());
    let about = fs::metadata(&path).unwrap();
    assert_eq!(about.mode() & 0o7777, 0o700);
    assert_eq!(made.identity(), (about.dev(), about.ino()));
    for wide in [0o710, 0o701, 0o750, 0o777, 0o1777] {
        mode(&path, wide);
        let refused = Err(StateFolderError::UserMode { user: 0 });
        assert_eq!(opened(dir.path()), refused, "{wide:o}");
    }
    fs::remove_dir(&path).unwrap();
    // A folder that hands its group on to new entries.
    mode(dir.path(), 0o3733);
    assert!(opened(dir.path()).is_ok());
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn whatever_else_has_the_name_of_the_users_folder_is_refused() {
    let Some(dir) = shared() else { return };
    let path = dir.path().join("user-0");
    let elsewhere = tempfile::tempdir().unwrap();
    let refused = Err(StateFolderError::Squatted { user: 0 });
    symlink(elsewhere.path(), &path).unwrap();
    assert_eq!(opened(dir.path()), refused);
    fs::remove_file(&path).unwrap();
    symlink("/nonexistent", &path).unwrap();
    assert_eq!(opened(dir.path()), refused);
    fs::remove_file(&path).unwrap();
    fs::write(&path, b"").unwrap();
    assert_eq!(opened(dir.path()), refused);
    fs::remove_file(&path).unwrap();
    make(&path, 0o700);
    chown(&path, Some(OTHER), None).unwrap();
    assert_eq!(opened(dir.path()), refused);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    assert_eq!(
        StateFolderError::Squatted { user: 33 }.to_string(),
        "user-33 in the state folder is not a folder of user 33: as root, remove it, then run `mkdir -m 0700 user-33` and `chown 33 user-33` there"
    );
}

#[test]
fn only_root_can_own_a_shared_folder() {
    let Some(dir) = shared() else { return };
    chown(dir.path(), Some(OTHER), None).unwrap();
    assert_eq!(opened(dir.path()), Err(StateFolderError::Owner));
    chown(dir.path(), Some(0), None).unwrap();
    mode(dir.path(), 0o733);
    assert_eq!(opened(dir.path()), Err(StateFolderError::Writable));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn only_a_regular_file_is_opened_and_a_new_one_is_private() {
    use std::fs::OpenOptions;
    use std::io::ErrorKind;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let file = open_file(&at("file"), OpenOptions::new().write(true).create_new(true)).unwrap();
    assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
    fs::create_dir(at("folder")).unwrap();
    symlink(at("file"), at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    rustix::fs::mkfifoat(CWD, at("pipe"), Mode::RWXU).unwrap();
    for name in ["link", "dangling", "pipe"] {
        for options in [
            OpenOptions::new().read(true),
            OpenOptions::new().write(true),
            OpenOptions::new().read(true).write(true).create(true),
        ] {
            let refused = open_file(&at(name), options).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::PermissionDenied, "{name}");
        }
    }
    let folder = open_file(&at("folder"), OpenOptions::new().read(true)).unwrap_err();
    assert_eq!(folder.kind(), ErrorKind::PermissionDenied);
    assert!(!at("nowhere").exists());
    assert!(open_file(&at("file"), OpenOptions::new().read(true)).is_ok());
}

#[test]
fn a_limit_of_the_process_or_machine_is_told() {
    for error in [Errno::MFILE, Errno::NFILE] {
        assert_eq!(StateFolderError::from(error), StateFolderError::OpenFiles);
    }
    let long = "a".repeat(300);
    let refused = StateFolder::open(&Path::new("/").join(long)).err();
    assert_eq!(refused, Some(StateFolderError::TooLong));
}
