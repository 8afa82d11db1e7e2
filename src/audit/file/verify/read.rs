//! Reading a whole file, on several threads where the platform has them.

use std::io::{self, BufRead};

use super::examined::Examined;
use super::lines::split_line;
use super::verifier::FileVerifier;
use crate::audit::file::line::ENTRY;
use crate::audit::file::report::{Expectations, FileReport};

/// The number of bytes that are examined at once.
#[cfg(has_processes)]
const CHUNK: usize = 1 << 18;
/// The number of threads that hash. Together with the reading thread, these are more threads than a small machine has
/// cores, so that no core is idle.
#[cfg(has_processes)]
const WORKERS: usize = 2;
/// The number of chunks that are queued for each thread, in each direction.
#[cfg(has_processes)]
const AHEAD: usize = 2;

/// Examines the lines that lie completely in `chunk`.
fn examine(chunk: &[u8]) -> Vec<Option<Examined>> {
    let mut found = Vec::new();
    let Some((_, mut rest)) = split_line(chunk) else {
        return found;
    };
    while let Some((line, behind)) = split_line(rest) {
        rest = behind;
        found.push(line.starts_with(ENTRY).then(|| Examined::of(line)));
    }
    found
}

/// Fills `chunk` from `reader` with at most `most` bytes. At the end of the input it is empty.
fn fill(reader: &mut impl BufRead, chunk: &mut Vec<u8>, most: usize) -> io::Result<()> {
    chunk.clear();
    while chunk.len() < most {
        let ready = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if ready.is_empty() {
            break;
        }
        let part = ready.get(..most - chunk.len()).unwrap_or(ready);
        chunk.extend_from_slice(part);
        let length = part.len();
        reader.consume(length);
    }
    Ok(())
}

/// Verifies a file. `progress` is called from time to time with the number of bytes that were verified.
///
/// Other threads hash and read the entries. This thread puts the results together in the order of the file. Memory is
/// constant.
///
/// # Errors
/// Only when reading fails. What the bytes are is reported in the [`FileReport`].
#[cfg(has_processes)]
pub fn verify(
    mut reader: impl BufRead,
    expected: &Expectations,
    progress: &mut dyn FnMut(u64),
) -> io::Result<FileReport> {
    use std::sync::mpsc::sync_channel;

    let mut verifier = FileVerifier::new(expected);
    let mut done = 0_u64;
    std::thread::scope(|scope| {
        // The threads take turns, so that results arrive in the order of the file.
        let workers = [(); WORKERS].map(|()| {
            let (to_worker, work) = sync_channel::<Vec<u8>>(AHEAD);
            let (answer, from_worker) = sync_channel::<(Vec<u8>, Vec<Option<Examined>>)>(AHEAD);
            scope.spawn(move || {
                for chunk in work {
                    let found = examine(&chunk);
                    if answer.send((chunk, found)).is_err() {
                        return;
                    }
                }
            });
            (to_worker, from_worker)
        });
        let mut asked = workers.iter().map(|(to_worker, _)| to_worker).cycle();
        let mut awaited = workers.iter().map(|(_, from_worker)| from_worker).cycle();
        let gone = || io::Error::other("a hashing thread ended");
        let mut spare: Vec<Vec<u8>> = Vec::new();
        let (mut under_way, mut ended) = (0, false);
        loop {
            while !ended && under_way < WORKERS * AHEAD {
                let mut chunk = spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
                fill(&mut reader, &mut chunk, CHUNK)?;
                ended = chunk.is_empty();
                if !ended {
                    let worker = asked.next().ok_or_else(gone)?;
                    worker.send(chunk).map_err(|_| gone())?;
                    under_way += 1;
                }
            }
            if under_way == 0 {
                break;
            }
            let worker = awaited.next().ok_or_else(gone)?;
            let (chunk, found) = worker.recv().map_err(|_| gone())?;
            under_way -= 1;
            verifier.push_examined(&chunk, &mut found.into_iter());
            done = done.saturating_add(chunk.len() as u64);
            progress(done);
            spare.push(chunk);
        }
        Ok(())
    })
    .map(|()| verifier.finish())
}

/// Verifies a file. `progress` is called from time to time with the number of bytes that were verified.
///
/// # Errors
/// Only when reading fails. What the bytes are is reported in the [`FileReport`].
#[cfg(not(has_processes))]
pub fn verify(
    mut reader: impl BufRead,
    expected: &Expectations,
    progress: &mut dyn FnMut(u64),
) -> io::Result<FileReport> {
    let mut verifier = FileVerifier::new(expected);
    let (mut chunk, mut done) = (Vec::new(), 0_u64);
    loop {
        fill(&mut reader, &mut chunk, 1 << 16)?;
        if chunk.is_empty() {
            return Ok(verifier.finish());
        }
        verifier.push_examined(&chunk, &mut examine(&chunk).into_iter());
        done = done.saturating_add(chunk.len() as u64);
        progress(done);
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn chunk_is_filled_to_the_given_length() {
        let (mut reader, mut chunk) = (&b"0123456789"[..], Vec::new());
        for expected in [&b"0123"[..], b"4567", b"89", b""] {
            fill(&mut reader, &mut chunk, 4).unwrap();
            assert_eq!(chunk, expected);
        }
        // A reader that returns smaller pieces.
        let mut reader = std::io::BufReader::with_capacity(3, &b"0123456789"[..]);
        for expected in [&b"0123"[..], b"4567", b"89", b""] {
            fill(&mut reader, &mut chunk, 4).unwrap();
            assert_eq!(chunk, expected);
        }
    }
}
