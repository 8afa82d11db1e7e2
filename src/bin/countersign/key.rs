//! `countersign key`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use countersign::bytes::hex;
use countersign::entropy::{EntropyError, SystemEntropy};
use countersign::key_text::KeyText;
use countersign::keyring::{Keyring, SiteId};
use countersign::secret::SecretBytes;

use super::output::{CommandError, CommandOutput, note, read_small, shown};

#[derive(clap::Subcommand)]
pub(crate) enum KeyCommand {
    /// Generate random key material for a key file or for AUTH_KEY
    ///
    /// Writes 64 random bytes, as one line of 86 characters, into a new file that
    /// only its owner can read. Use it for countersign.key_file and keep it outside
    /// the web root. An existing file is never overwritten.
    #[command(verbatim_doc_comment)]
    Generate {
        /// The file to create
        #[arg(required_unless_present = "print", conflicts_with = "print")]
        file: Option<PathBuf>,
        /// Print the key instead; anybody who sees the screen can copy it
        #[arg(long)]
        print: bool,
    },
    /// Generate an Ed25519 key pair for signed actions
    ///
    /// FILE receives the signing key, which only its owner can read and which stays
    /// with the operator. FILE.pub receives the verification key for the sites, which
    /// is not a secret. Existing files are never overwritten.
    #[command(verbatim_doc_comment)]
    Pair {
        /// The file to create, together with FILE.pub
        file: PathBuf,
    },
    /// Identify the key in a file without showing it
    ///
    /// The fingerprint identifies a key and reveals nothing about it. Two files with
    /// the same fingerprint contain the same key, or the two keys of one pair. For a
    /// pair, the fingerprint is the key id in signed actions. For key material, --site
    /// shows the key id in the tokens of that site:
    ///
    ///     wp eval 'echo AUTH_KEY . AUTH_SALT;' |
    ///         countersign key show --site 0123456789abcdef -
    #[command(verbatim_doc_comment)]
    Show {
        /// The file, or - for standard input
        file: PathBuf,
        /// The id of a site (16 hex digits), to show the key id of its tokens
        #[arg(long, value_name = "SITE_ID", value_parser = site)]
        site: Option<SiteId>,
    },
}

/// The length of the longest key file in bytes.
const MOST: u64 = 4096;

impl KeyCommand {
    pub(crate) fn run(&self) -> Result<CommandOutput, CommandError> {
        match self {
            Self::Generate { file, .. } => generate(file.as_deref()),
            Self::Pair { file } => pair(file),
            Self::Show { file, site } => show(file, *site),
        }
    }
}

fn site(text: &str) -> Result<SiteId, &'static str> {
    SiteId::parse(text).ok_or("a site id has 16 lower-case hexadecimal digits")
}

impl From<EntropyError> for CommandError {
    fn from(error: EntropyError) -> Self {
        Self(error.to_string())
    }
}

fn generate(file: Option<&Path>) -> Result<CommandOutput, CommandError> {
    let key = KeyText::new_material(&SystemEntropy)?;
    let Some(file) = file else {
        note("warning: the following line is a secret; anybody who sees this screen can copy it");
        return printed(&key.to_bytes());
    };
    write_new(file, &key.to_bytes(), 0o600)?;
    Ok(CommandOutput::of(
        true,
        format!(
            "Wrote 64 random bytes to {} (only its owner can read it).\n\
             fingerprint  {}\n",
            shown(file),
            key.fingerprint()
        ),
    ))
}

/// Writes a secret directly to standard output, so that it is not copied into another string.
fn printed(line: &SecretBytes) -> Result<CommandOutput, CommandError> {
    std::io::stdout()
        .lock()
        .write_all(line.expose())
        .map_err(|error| CommandError(format!("cannot write to standard output: {error}")))?;
    Ok(CommandOutput::of(true, String::new()))
}

fn pair(file: &Path) -> Result<CommandOutput, CommandError> {
    let key = KeyText::new_seed(&SystemEntropy)?;
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    let public_file = PathBuf::from(name);
    let public = key.public().map(|public| public.to_bytes());
    write_new(file, &key.to_bytes(), 0o600)?;
    if let Some(line) = public
        && let Err(failure) = write_new(&public_file, &line, 0o644)
    {
        // One key of a pair is of no use and would prevent the next attempt.
        let _ = std::fs::remove_file(file);
        return Err(failure);
    }
    Ok(CommandOutput::of(
        true,
        format!(
            "Wrote the signing key to {} (only its owner can read it)\n\
             and the verification key to {}.\n\
             fingerprint  {}\n",
            shown(file),
            shown(&public_file),
            key.fingerprint()
        ),
    ))
}

/// Creates a file, which must not exist, and removes it again if it cannot be written completely.
fn write_new(path: &Path, line: &SecretBytes, mode: u32) -> Result<(), CommandError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let failure = |error| CommandError::file("write", path, &error);
    let mut file = options.open(path).map_err(failure)?;
    file.write_all(line.expose())
        .and_then(|()| file.sync_all())
        .map_err(|error| {
            let _ = std::fs::remove_file(path);
            failure(error)
        })
}

fn show(path: &Path, site: Option<SiteId>) -> Result<CommandOutput, CommandError> {
    let bytes = read_small(path, "Paste the key material, then press Enter.", MOST)?;
    let key = KeyText::parse(bytes.expose()).map_err(|_| {
        CommandError(
            "this is not a usable key: it is too short, damaged, or the placeholder of WordPress"
                .to_owned(),
        )
    })?;
    if !matches!(key, KeyText::Public(_)) && is_open_to_others(path) {
        note(&format!(
            "warning: other users can read {}; run chmod 600 on it",
            shown(path)
        ));
    }
    let kind = match key {
        KeyText::Material(_) => "key material",
        KeyText::Seed(_) => "Ed25519 signing key (secret)",
        KeyText::Public(_) => "Ed25519 verification key (public)",
    };
    let mut text = format!("kind         {kind}\nfingerprint  {}\n", key.fingerprint());
    if let Some(KeyText::Public(public)) = key.public() {
        text.push_str(&format!("public       {}\n", hex(public.as_bytes())));
    }
    if let Some(site) = site {
        let KeyText::Material(material) = &key else {
            return Err(CommandError(
                "--site can only be used with key material, because a key pair belongs to no site"
                    .to_owned(),
            ));
        };
        let keyring = Keyring::open(site, material.expose(), &[])
            .map_err(|reason| CommandError(reason.message().to_owned()))?;
        text.push_str(&format!("key id       {}\n", hex(&keyring.key_id().0)));
    }
    Ok(CommandOutput::of(true, text))
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
