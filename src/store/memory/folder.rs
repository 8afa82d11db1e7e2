//! A store in memory that all instances of PHP share that serve one site.
//!
//! PHP.wasm runs a site in several instances: WordPress Playground starts a worker for each processor, an instance for each
//! program that PHP starts, and a new instance in place of one that has served 400 requests or crashed. Each has a memory of its
//! own, in which an item that another one has seen was never used. They share files only: in Node a temporary folder of the
//! server, in a browser the file system in the memory of the first instance. Both end with the site.
//!
//! The state therefore lies in such a folder, as an [image](super::image). PHP.wasm has no lock that works everywhere, and
//! an instance can end at any moment, so an operation takes the image away from all others: it renames the folder `image`
//! into its own `instance-N/taken`, changes the file in it, and renames it back. Exactly one instance succeeds in taking it.
//!
//! * The others wait. If the image stays away, its holder has ended, and an empty store takes its place, with a watermark
//!   that refuses all items from before.
//! * A folder cannot be renamed to one that has files in it. A holder that was only slow therefore cannot put the old image
//!   in the place of the new one: its operation fails, and nothing of it remains.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::state::MemoryState;
use crate::clock::Timestamp;
use crate::store::error::StoreError;

/// How long the image may be away. An operation takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The greatest number of instances of a site, one after another: it starts a new one for each 400 requests.
const MAX_INSTANCES: u32 = 1 << 20;

/// The most bytes of an image that are read: more than any that is written, since a store has at most 64 MiB.
const MAX_IMAGE: u64 = 1 << 28;

/// The folder that the instances share.
#[derive(Debug)]
pub(super) struct ImageFolder {
    image: PathBuf,
    /// Where this instance keeps the image while it changes it. The threads of an instance take turns.
    taken: Mutex<PathBuf>,
    patience: Duration,
}

/// What was taken.
enum Taken {
    Image(Vec<u8>),
    /// There was no image, and this instance may put one there.
    Nothing,
}

impl ImageFolder {
    /// Uses `folder`, which is made if it does not exist, and starts an empty store at `now` unless there is one.
    /// The folder above it must exist.
    pub(super) fn open(folder: &Path, now: Timestamp) -> Result<Self, StoreError> {
        Self::open_with(folder, now, PATIENCE)
    }

    fn open_with(folder: &Path, now: Timestamp, patience: Duration) -> Result<Self, StoreError> {
        let is_first = make(folder)?;
        let opened = Self {
            image: folder.join("image"),
            taken: Mutex::new(own_folder(folder)?.join("taken")),
            patience,
        };
        if is_first {
            let taken = opened.taken.lock().map_err(|_| StoreError::Corrupt)?;
            opened.start(&taken, &MemoryState::new(now))?;
        } else {
            opened.change(Some(now), |_| Ok(()))?;
        }
        Ok(opened)
    }

    /// Reads the state.
    pub(super) fn read<T>(
        &self,
        operation: impl FnOnce(&MemoryState) -> T,
    ) -> Result<T, StoreError> {
        let path = self.image.join("state");
        let read = self.wait(|| match read_file(&path) {
            // A state that is just being replaced is not whole either.
            Ok(bytes) => MemoryState::of_image(&bytes).ok_or(StoreError::Corrupt),
            Err(error) => Err(failed(&error)),
        })?;
        Ok(operation(&read))
    }

    /// Changes the state by `operation`. If there is no usable state, an empty one is started at `now`.
    ///
    /// # Errors
    /// Those of `operation`, which must then not be told as done. [`StoreError::Corrupt`] without `now`;
    /// [`StoreError::Replaced`] if another instance has started an empty store meanwhile.
    pub(super) fn change<T>(
        &self,
        now: Option<Timestamp>,
        operation: impl FnOnce(&mut MemoryState) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let own = self.taken.lock().map_err(|_| StoreError::Corrupt)?;
        let before = match self.take(&own)? {
            Taken::Image(bytes) => bytes,
            Taken::Nothing => {
                let mut state = MemoryState::new(now.ok_or(StoreError::Corrupt)?);
                let result = operation(&mut state);
                self.start(&own, &state)?;
                return result;
            }
        };
        let state = MemoryState::of_image(&before);
        let mut state = match (state, now) {
            (Some(state), _) => state,
            (None, Some(now)) => MemoryState::new(now),
            (None, None) => {
                self.put_back(&own)?;
                return Err(StoreError::Corrupt);
            }
        };
        let result = operation(&mut state);
        let written = match &result {
            Ok(_) => {
                let after = state.to_image();
                if after == before {
                    Ok(())
                } else {
                    write_file(&own.join("state"), &after)
                }
            }
            Err(_) => Ok(()),
        };
        // A file that was written in part is put back too: it is no image, so the next operation starts an empty store.
        self.put_back(&own)?;
        written.map_err(|error| failed(&error))?;
        result
    }

    /// Takes the image. Returns [`Taken::Nothing`] if it stays away.
    fn take(&self, own: &Path) -> Result<Taken, StoreError> {
        let taken = self.wait(|| fs::rename(&self.image, own).map_err(|error| failed(&error)));
        match taken {
            Ok(()) => match read_file(&own.join("state")) {
                Ok(bytes) => Ok(Taken::Image(bytes)),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(Taken::Image(Vec::new())),
                Err(error) => {
                    self.put_back(own)?;
                    Err(failed(&error))
                }
            },
            Err(StoreError::Unavailable(ErrorKind::NotFound)) => Ok(Taken::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Puts an image of `state` where there is none.
    fn start(&self, own: &Path, state: &MemoryState) -> Result<(), StoreError> {
        make(own)?;
        write_file(&own.join("state"), &state.to_image()).map_err(|error| failed(&error))?;
        self.put_back(own)
    }

    fn put_back(&self, own: &Path) -> Result<(), StoreError> {
        fs::rename(own, &self.image).map_err(|error| {
            let failed = match error.kind() {
                ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => StoreError::Replaced,
                _ => failed(&error),
            };
            // Else the next image could not be taken.
            let _ = fs::remove_file(own.join("state"));
            let _ = fs::remove_dir(own);
            failed
        })
    }

    /// Tries `once` until it succeeds or fails otherwise than because the image is away or just being written.
    fn wait<T>(&self, once: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let start = Instant::now();
        loop {
            match once() {
                Err(StoreError::Unavailable(ErrorKind::NotFound) | StoreError::Corrupt)
                    if start.elapsed() < self.patience =>
                {
                    // The other instance runs in another thread, if at all. PHP.wasm cannot sleep here.
                    std::thread::yield_now();
                }
                other => return other,
            }
        }
    }
}

/// Makes a folder and returns whether it did not exist.
fn make(folder: &Path) -> Result<bool, StoreError> {
    match fs::create_dir(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(&error)),
    }
}

/// Makes the folder of this instance. No other instance has its name.
fn own_folder(folder: &Path) -> Result<PathBuf, StoreError> {
    for number in 0..MAX_INSTANCES {
        let own = folder.join(format!("instance-{number}"));
        if make(&own)? {
            return Ok(own);
        }
    }
    Err(StoreError::Busy)
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_IMAGE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options.open(path)?.write_all(bytes)
}

fn failed(error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full,
        kind => StoreError::Unavailable(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn instance(dir: &tempfile::TempDir) -> ImageFolder {
        let folder = dir.path().join("site");
        ImageFolder::open_with(&folder, START, Duration::from_millis(20)).unwrap()
    }

    fn put(folder: &ImageFolder, name: &[u8]) -> Result<(), StoreError> {
        folder.change(Some(START.plus_seconds(5)), |state| {
            state.values.insert(name.to_vec(), Vec::new());
            Ok(())
        })
    }

    fn names(folder: &ImageFolder) -> Vec<Vec<u8>> {
        let read = folder.read(|state| state.values.keys().cloned().collect());
        read.unwrap()
    }

    fn opened_at(folder: &ImageFolder) -> Timestamp {
        folder.read(|state| state.opened_at).unwrap()
    }

    #[test]
    fn instances_share_one_state() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (instance(&dir), instance(&dir));
        put(&one, b"a").unwrap();
        put(&two, b"b").unwrap();
        assert_eq!(names(&one), [b"a", b"b"]);
        drop((one, two));
        let three = instance(&dir);
        assert_eq!(names(&three), [b"a", b"b"]);
        assert_eq!(opened_at(&three), START);
    }

    #[test]
    fn no_change_of_concurrent_instances_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("site");
        let made = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    // The patience of production: a thread may not run for a while.
                    let one = ImageFolder::open(&folder, START).unwrap();
                    for _ in 0..50 {
                        let number = made.fetch_add(1, Ordering::Relaxed);
                        put(&one, &number.to_be_bytes()).unwrap();
                    }
                });
            }
        });
        assert_eq!(names(&instance(&dir)).len(), 200);
        assert_eq!(opened_at(&instance(&dir)), START);
    }

    #[test]
    fn an_instance_that_ends_with_the_image_leaves_an_empty_store_with_a_new_watermark() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (instance(&dir), instance(&dir));
        put(&one, b"a").unwrap();
        fs::rename(&one.image, dir.path().join("gone")).unwrap();
        let failed = two.change(None, |_| Ok(())).err();
        assert_eq!(failed, Some(StoreError::Corrupt));
        put(&two, b"b").unwrap();
        assert_eq!(names(&one), [b"b"]);
        assert_eq!(opened_at(&one), START.plus_seconds(5));
    }

    #[test]
    fn a_slow_instance_does_not_bring_the_old_image_back() {
        let dir = tempfile::tempdir().unwrap();
        let (slow, fast) = (instance(&dir), instance(&dir));
        put(&slow, b"a").unwrap();
        let done = slow.change(Some(START), |state| {
            put(&fast, b"b").unwrap();
            state.values.insert(b"c".to_vec(), Vec::new());
            Ok(())
        });
        assert_eq!(done, Err(StoreError::Replaced));
        assert_eq!(names(&slow), [b"b"]);
        put(&slow, b"d").unwrap();
        assert_eq!(names(&fast), [b"b", b"d"]);
        assert_eq!(opened_at(&slow), START.plus_seconds(5));
    }

    #[test]
    fn a_damaged_image_is_replaced_by_an_empty_store_with_a_new_watermark() {
        for damage in [&b""[..], b"CSMEMRY1", b"other"] {
            let dir = tempfile::tempdir().unwrap();
            let one = instance(&dir);
            put(&one, b"a").unwrap();
            fs::write(one.image.join("state"), damage).unwrap();
            assert_eq!(one.read(|_| ()).err(), Some(StoreError::Corrupt));
            let refused = one.change(None, |_| Ok(())).err();
            assert_eq!(refused, Some(StoreError::Corrupt));
            put(&one, b"b").unwrap();
            assert_eq!(names(&one), [b"b"]);
            assert_eq!(opened_at(&one), START.plus_seconds(5));
        }
    }

    #[test]
    fn a_failed_operation_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let one = instance(&dir);
        let failed: Result<(), _> = one.change(Some(START), |state| {
            state.values.insert(b"a".to_vec(), Vec::new());
            Err(StoreError::Full)
        });
        assert_eq!(failed, Err(StoreError::Full));
        assert!(names(&one).is_empty());
    }

    #[test]
    fn a_missing_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("missing/site");
        let refused = ImageFolder::open(&folder, START).err();
        let missing = StoreError::Unavailable(ErrorKind::NotFound);
        assert_eq!(refused, Some(missing));
    }
}
