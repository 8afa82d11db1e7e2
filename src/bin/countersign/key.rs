//! `countersign key`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use countersign::bytes::hex;
use countersign::entropy::{EntropyError, SystemEntropy};
use countersign::key_text::KeyText;
use countersign::keyring::{Keyring, SiteId};
use countersign::secret::SecretBytes;

use super::outcome::{Failure, Outcome, note, read_small, shown};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make random key material: a key file, or a value for AUTH_KEY
    ///
    /// Writes 64 random bytes, as one line of 86 characters, into a new file that
    /// only its owner can read. Fit for countersign.key_file, and to be kept outside
    /// the web root. A file that exists is never overwritten.
    #[command(verbatim_doc_comment)]
    Generate {
        /// The file to make
        #[arg(required_unless_present = "print", conflicts_with = "print")]
        file: Option<PathBuf>,
        /// Print it instead, to paste it: whoever sees the screen has it
        #[arg(long)]
        print: bool,
    },
    /// Make an Ed25519 pair for signed actions
    ///
    /// FILE gets the key that signs, readable by its owner only: it stays with the
    /// operator. FILE.pub gets the key that verifies: it goes to the sites, and may
    /// be seen by anybody. Neither is overwritten where it exists.
    #[command(verbatim_doc_comment)]
    Pair {
        /// The file to make, and beside it FILE.pub
        file: PathBuf,
    },
    /// Say which key is in a file, without showing it
    ///
    /// The fingerprint names a key and tells nothing of it: two files with one
    /// fingerprint hold one key, or the two halves of one pair. Of a pair, it is the
    /// key id that signed actions carry. Of key material, --site tells the key id
    /// that this site's tokens carry:
    ///
    ///     wp eval 'echo AUTH_KEY . AUTH_SALT;' |
    ///         countersign key show --site 0123456789abcdef -
    #[command(verbatim_doc_comment)]
    Show {
        /// The file, or - for standard input
        file: PathBuf,
        /// A site's id, 16 hex digits, to name the key id of its tokens
        #[arg(long, value_name = "SITE_ID", value_parser = site)]
        site: Option<SiteId>,
    },
}

/// Longest key file that is read.
const MOST: u64 = 4096;

impl Command {
    pub(crate) fn run(&self) -> Result<Outcome, Failure> {
        match self {
            Self::Generate { file, .. } => generate(file.as_deref()),
            Self::Pair { file } => pair(file),
            Self::Show { file, site } => show(file, *site),
        }
    }
}

fn site(text: &str) -> Result<SiteId, &'static str> {
    SiteId::parse(text).ok_or("16 lower-case hex digits")
}

impl From<EntropyError> for Failure {
    fn from(error: EntropyError) -> Self {
        Self(error.to_string())
    }
}

fn generate(file: Option<&Path>) -> Result<Outcome, Failure> {
    let key = KeyText::new_material(&SystemEntropy)?;
    let Some(file) = file else {
        note("warning: what follows is a secret; who sees this screen, or its history, has it");
        return printed(&key.to_bytes());
    };
    write_new(file, &key.to_bytes(), 0o600)?;
    Ok(Outcome::of(
        true,
        format!(
            "Wrote 64 random bytes to {} (only its owner can read it).\n\
             fingerprint  {}\n",
            shown(file),
            key.fingerprint()
        ),
    ))
}

/// Writes a secret to standard output by itself, so that no other string ever holds it.
fn printed(line: &SecretBytes) -> Result<Outcome, Failure> {
    std::io::stdout()
        .lock()
        .write_all(line.expose())
        .map_err(|error| Failure(format!("cannot write the answer: {error}")))?;
    Ok(Outcome::of(true, String::new()))
}

fn pair(file: &Path) -> Result<Outcome, Failure> {
    let key = KeyText::new_seed(&SystemEntropy)?;
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    let beside = PathBuf::from(name);
    let public = key.public().map(|public| public.to_bytes());
    write_new(file, &key.to_bytes(), 0o600)?;
    if let Some(line) = public
        && let Err(failure) = write_new(&beside, &line, 0o644)
    {
        // Half a pair is of no use, and would be in the way of the next try.
        let _ = std::fs::remove_file(file);
        return Err(failure);
    }
    Ok(Outcome::of(
        true,
        format!(
            "Wrote the key that signs to {} (only its owner can read it),\n\
             and the key that verifies to {}.\n\
             fingerprint  {}\n",
            shown(file),
            shown(&beside),
            key.fingerprint()
        ),
    ))
}

/// Writes a file that must not exist, and takes it away again if it cannot be written whole.
fn write_new(path: &Path, line: &SecretBytes, mode: u32) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let failure = |error| Failure::file("write", path, &error);
    let mut file = options.open(path).map_err(failure)?;
    file.write_all(line.expose())
        .and_then(|()| file.sync_all())
        .map_err(|error| {
            let _ = std::fs::remove_file(path);
            failure(error)
        })
}

fn show(path: &Path, site: Option<SiteId>) -> Result<Outcome, Failure> {
    let bytes = read_small(path, "Paste the key material, then press Enter.", MOST)?;
    let key = KeyText::parse(bytes.expose()).map_err(|_| {
        Failure(
            "this is no key that can be used: it is too short, WordPress's placeholder, or damaged"
                .to_owned(),
        )
    })?;
    if !matches!(key, KeyText::Public(_)) && is_open_to_others(path) {
        note(&format!(
            "warning: others can read {}: chmod 600",
            shown(path)
        ));
    }
    let kind = match key {
        KeyText::Material(_) => "key material",
        KeyText::Seed(_) => "Ed25519 key that signs (secret)",
        KeyText::Public(_) => "Ed25519 key that verifies (public)",
    };
    let mut text = format!("kind         {kind}\nfingerprint  {}\n", key.fingerprint());
    if let Some(KeyText::Public(public)) = key.public() {
        text.push_str(&format!("public       {}\n", hex(public.as_bytes())));
    }
    if let Some(site) = site {
        let KeyText::Material(material) = &key else {
            return Err(Failure(
                "--site goes with key material; a pair has no key id of a site".to_owned(),
            ));
        };
        let keyring = Keyring::open(site, material.expose(), &[])
            .map_err(|reason| Failure(reason.message().to_owned()))?;
        text.push_str(&format!("key id       {}\n", hex(&keyring.key_id().0)));
    }
    Ok(Outcome::of(true, text))
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
