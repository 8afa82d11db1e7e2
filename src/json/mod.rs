//! JSON that is kept as it was written.
//!
//! Signatures, digests and tool schemas depend on the exact text of a value, so the types here keep the
//! order of members, the spelling of numbers and the difference between `{}` and `[]`. Text is
//! [checked](check()) once when it arrives; everything read from it later is then unambiguous.

mod canonical;
mod check;
mod lenient;
mod object;
pub mod schema;
mod value;

pub use canonical::canonical;
pub use check::{JsonFlaw, MAX_DEPTH, check};
pub use lenient::{integer, replace_lone_surrogates, whole_numbers};
pub use object::Object;
pub use value::{RawJson, compact, is_empty_list, is_integer, kind, raw};
