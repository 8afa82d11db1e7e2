//! The test program `build`: the unit tests of the build script's modules, which are at the end of each file.

#![allow(dead_code, reason = "the build script uses what the tests do not")]

mod catalogue;
mod commit;
mod formats;
#[allow(unreachable_pub, reason = "the file belongs to the crate")]
#[path = "../src/access/groups.rs"]
mod groups;
mod json;
mod php;
mod schema;
mod tool;
#[path = "../src/words.rs"]
mod words;
