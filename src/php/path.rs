//! Paths that a script passes. PHP's `open_basedir` applies to them, as to paths that it passes to PHP's own functions.
//! It does not apply to the paths of INI entries, which the administrator chose.

use std::ffi::{CStr, CString, c_char, c_int};
use std::path::Path;

use super::ini;
use crate::path::{AbsolutePath, PathError};

/// The size of PHP's buffers for a path in bytes, with the NUL byte: `MAXPATHLEN`.
const MAXPATHLEN: usize = 4096;

#[expect(
    unsafe_code,
    reason = "only PHP knows the rules of open_basedir, and ext-php-rs has no binding for this function"
)]
unsafe extern "C" {
    /// `PHPAPI int php_check_open_basedir_ex(const char *path, int warn)` of `main/fopen_wrappers.h`. Returns 0 if the path
    /// is permitted.
    fn php_check_open_basedir_ex(path: *const c_char, warn: c_int) -> c_int;
}

/// Reads the path that a script passed as the argument `name`.
///
/// If `open_basedir` is set, the result is the resolved path, which is the one that PHP has checked. Whoever can replace a
/// folder on it by a symbolic link between the check and the use can still lead elsewhere. PHP's own functions have the
/// same limit.
///
/// # Errors
/// Those of [`AbsolutePath::parse`]; [`PathError::OutsideBasedir`].
pub(super) fn of_script<'a>(
    path: &'a str,
    name: &'static str,
) -> Result<AbsolutePath<'a>, PathError> {
    let path = AbsolutePath::parse(Path::new(path), name)?;
    // Almost all installations leave it empty, and need not resolve anything then.
    if ini::value("open_basedir").is_empty() {
        return Ok(path);
    }
    path.resolved()
        .filter(is_permitted)
        .ok_or(PathError::OutsideBasedir(name))
}

/// Asks PHP whether `open_basedir` contains a path.
fn is_permitted(path: &AbsolutePath<'_>) -> bool {
    let bytes = path.as_path().as_os_str().as_encoded_bytes();
    CString::new(bytes).is_ok_and(|path| bytes.len() < MAXPATHLEN && check(&path) == 0)
}

fn check(path: &CStr) -> c_int {
    #[expect(unsafe_code, reason = "calls the function that is declared above")]
    // SAFETY: PHP exports the function with this signature in 8.2 to 8.5. It reads the string up to its NUL byte and does not
    // keep it. Without `warn` and with a path shorter than `MAXPATHLEN` it calls no code of the script.
    unsafe {
        php_check_open_basedir_ex(path.as_ptr(), 0)
    }
}
