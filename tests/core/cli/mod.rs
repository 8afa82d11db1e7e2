//! Tests of the built command line program: its output and its exit codes.

mod audit;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use countersign::clock::{Clock as _, SystemClock, Timestamp};
use countersign::keyring::{Keyring, SiteId};
use countersign::token::{Kind, NewToken, issue};

const SITE: SiteId = SiteId::new([1; 8]);

fn run_in(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that ends without reading its input closes the pipe. That is not an error.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
    run_in(Path::new("."), arguments, input)
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn keys() -> Keyring {
    Keyring::open(SITE, &[b'k'; 64], &[]).unwrap()
}

fn token(kind: Kind, issued: Timestamp) -> String {
    issue(
        &keys(),
        &NewToken {
            kind,
            subject: 42,
            epoch: 3,
            binding: [0xab; 32],
            lifetime: 3600,
            id: [5; 12],
            issued,
        },
    )
}

/// Returns whether `text` contains any 12 consecutive characters of `secret`.
fn shows(text: &str, secret: &str) -> bool {
    secret
        .as_bytes()
        .windows(12)
        .any(|part| text.as_bytes().windows(12).any(|other| other == part))
}

fn fits_a_terminal(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn help_texts_fit_80_columns_and_exit_with_0() {
    for command in [
        &[][..],
        &["audit"],
        &["audit", "verify"],
        &["key"],
        &["key", "generate"],
        &["key", "pair"],
        &["key", "show"],
        &["token"],
        &["token", "inspect"],
        &["self-test"],
    ] {
        let output = run(&[command, &["--help"]].concat(), b"");
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        assert!(out(&output).contains("Usage: countersign"), "{command:?}");
        assert!(err(&output).is_empty());
        fits_a_terminal(&out(&output));
    }
    let version = out(&run(&["--version"], b""));
    assert_eq!(
        version,
        concat!(
            "countersign ",
            env!("CARGO_PKG_VERSION"),
            " (commit ",
            env!("COUNTERSIGN_COMMIT"),
            ", ",
            env!("COUNTERSIGN_TARGET"),
            ")\n"
        )
    );
}

#[test]
fn error_message_is_one_line_without_values() {
    let secret = token(Kind::Access, SystemClock.now());
    for arguments in [
        &[][..],
        &["nonsense"],
        &[&secret],
        &["token"],
        &["token", "inspect", &secret],
        &["token", "inspect", "--token", &secret],
        &["token", "inspect", &format!("--token={secret}")],
        &["token", &secret],
        &["key", "generate"],
        &["key", "generate", "--print", "file"],
        &["key", "generate", "one", &secret],
        &["key", "show"],
        &["key", "show", "--site", &secret, "-"],
        &["self-test", &secret],
        &["audit", "verify"],
        &["audit", "verify", "-", "--key", &secret],
        &["audit", "verify", "-", "--checkpoint", "file"],
        &["audit", "verify", "-", "--taken", "1", &secret],
    ] {
        let output = run(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(out(&output), "", "{arguments:?}");
        let error = err(&output);
        assert!(error.starts_with("error: "), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(!shows(&error, &secret), "{error}");
    }
}

#[test]
fn self_test_lists_its_checks() {
    let output = run(&["self-test"], b"");
    assert_eq!(output.status.code(), Some(0));
    for (name, _) in countersign::selftest::run() {
        assert!(out(&output).contains(name), "{name}");
    }
    assert!(!out(&output).contains("FAILED"));
}

#[test]
fn token_is_described_and_not_printed() {
    for kind in Kind::ALL.iter().copied() {
        let secret = token(kind, SystemClock.now());
        for input in [
            secret.clone(),
            format!("{secret}\n"),
            format!(" \t{secret}\r\n\n"),
        ] {
            let output = run(&["token", "inspect"], input.as_bytes());
            let text = out(&output);
            assert_eq!(output.status.code(), Some(0), "{text}");
            for part in [
                kind.prefix(),
                "checksum  correct",
                &SITE.to_string(),
                "050505050505050505050505",
                "subject   42",
                "minutes left",
                "This token was not verified",
            ] {
                assert!(text.contains(part), "{part} in {text}");
            }
            fits_a_terminal(&text);
            assert!(!shows(&text, &secret));
            assert!(
                !text.contains(&"ab".repeat(5)),
                "the binding is printed in full"
            );
        }
        let json = run(&["token", "inspect", "--json"], secret.as_bytes());
        let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(value["verified"], false);
        assert_eq!(value["checksum"], true);
        assert_eq!(value["subject"], 42);
        assert!(!shows(&out(&json), &secret));
    }
}

#[test]
fn expired_token_is_reported_as_expired() {
    let old = token(Kind::Refresh, Timestamp::from_seconds(1_600_000_000));
    let output = run(&["token", "inspect"], old.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains("2020-09-13T13:26:40Z (expired "));
}

#[test]
fn text_that_is_not_a_token_is_reported() {
    let good = token(Kind::Access, SystemClock.now());
    let mut mistyped = good.clone().into_bytes();
    *mistyped.last_mut().unwrap() ^= 1;
    let output = run(&["token", "inspect"], &mistyped);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("checksum  WRONG"));
    for wrong in [
        &b""[..],
        b"\n",
        b"\xff\xfe\0",
        b"csat_",
        &good.as_bytes()[1..],
        &good.as_bytes()[..good.len() - 1],
        &[b'a'; 60_000],
    ] {
        let output = run(&["token", "inspect"], wrong);
        assert_eq!(output.status.code(), Some(1));
        assert!(out(&output).starts_with("This is not a token"));
        assert!(!shows(&out(&output), &good));
        let json = run(&["token", "inspect", "--json"], wrong);
        assert_eq!(json.status.code(), Some(1));
        assert!(serde_json::from_slice::<serde_json::Value>(&json.stdout).is_ok());
    }
    let output = run(&["token", "inspect"], &vec![b'a'; 1 << 20]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn new_keys_are_private_random_and_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let output = run_in(here, &["key", "generate", "site.key"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let secret = std::fs::read_to_string(here.join("site.key")).unwrap();
    assert_eq!(secret.trim_end().len(), 86);
    assert!(!shows(&(out(&output) + &err(&output)), &secret));

    let output = run_in(here, &["key", "pair", "operator"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let seed = std::fs::read_to_string(here.join("operator")).unwrap();
    assert!(!shows(
        &(out(&output) + &err(&output)),
        seed.split_once(':').unwrap().1
    ));

    #[cfg(unix)]
    for (name, mode) in [("site.key", 0o600), ("operator", 0o600)] {
        use std::os::unix::fs::PermissionsExt as _;
        let found = std::fs::metadata(here.join(name)).unwrap().permissions();
        assert_eq!(found.mode() & 0o777, mode, "{name}");
    }

    // Existing files are never changed, and one file of a key pair is never left without the other.
    for arguments in [
        &["key", "generate", "site.key"][..],
        &["key", "pair", "operator"],
        &["key", "pair", "site.key"],
    ] {
        let output = run_in(here, arguments, b"");
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains("never overwritten"));
    }
    std::fs::write(here.join("half.pub"), "mine").unwrap();
    assert_eq!(
        run_in(here, &["key", "pair", "half"], b"").status.code(),
        Some(2)
    );
    assert!(!here.join("half").exists());
    let read = |name: &str| std::fs::read_to_string(here.join(name)).unwrap();
    assert_eq!(read("half.pub"), "mine");
    assert_eq!((read("site.key"), read("operator")), (secret, seed));

    // Two runs create different keys.
    assert_ne!(
        run(&["key", "generate", "--print"], b"").stdout,
        run(&["key", "generate", "--print"], b"").stdout
    );
    let printed = run(&["key", "generate", "--print"], b"");
    assert_eq!(out(&printed).trim_end().len(), 86);
    assert!(err(&printed).starts_with("warning: "));
}

#[test]
fn key_is_described_and_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run_in(here, &["key", "generate", "site.key"], b"");
    run_in(here, &["key", "pair", "pair"], b"");
    let fingerprint = |name: &str| {
        let output = run_in(here, &["key", "show", name], b"");
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert_eq!(err(&output), "");
        fits_a_terminal(&out(&output));
        let secret = std::fs::read_to_string(here.join(name)).unwrap();
        if !name.ends_with(".pub") {
            let secret = secret.rsplit(':').next().unwrap();
            assert!(!shows(&out(&output), secret.trim_end()));
        }
        let line = out(&output);
        let line = line.lines().find(|line| line.starts_with("fingerprint"));
        line.unwrap().to_owned()
    };
    assert_eq!(fingerprint("pair"), fingerprint("pair.pub"));
    assert_ne!(fingerprint("pair"), fingerprint("site.key"));

    let output = run(
        &["key", "show", "--site", &SITE.to_string(), "-"],
        &[b'k'; 64],
    );
    let expected = countersign::bytes::hex(&keys().key_id().0);
    assert!(out(&output).contains(&format!("key id       {expected}\n")));

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(here.join("site.key"), open).unwrap();
        let output = run_in(here, &["key", "show", "site.key"], b"");
        assert!(err(&output).starts_with("warning: other users can read"));
    }
    for wrong in [
        &b""[..],
        b"short",
        b"put your unique phrase here put your unique phrase here",
        b"countersign-ed25519-seed:00",
        b"countersign-ed25519-public:zz",
    ] {
        let output = run(&["key", "show", "-"], wrong);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(err(&output).lines().count(), 1);
    }
    for path in ["nowhere", ".", "nowhere/at/all"] {
        assert_eq!(
            run_in(here, &["key", "show", path], b"").status.code(),
            Some(2)
        );
    }
}

/// A closed pipe, as in `countersign self-test | true`, is not reported as an error. A full disk is.
#[cfg(unix)]
#[test]
fn output_that_cannot_be_written_is_an_error_and_not_a_panic() {
    let start = |stdout: Stdio| {
        Command::new(env!("CARGO_BIN_EXE_countersign"))
            .arg("self-test")
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = start(writer.into()).wait_with_output().unwrap();
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""));

    if let Ok(full) = std::fs::File::options().write(true).open("/dev/full") {
        let output = start(full.into()).wait_with_output().unwrap();
        assert!(err(&output).starts_with("error: cannot write to standard output"));
        assert_eq!(output.status.code(), Some(2));
    }
}
