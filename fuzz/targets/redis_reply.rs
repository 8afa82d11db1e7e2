//! Replies of a broken or hostile Redis: read as every answer that is ever waited for.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| countersign::store::read_any_redis_reply(data));
