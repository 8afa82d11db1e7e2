//! Replies of a broken or hostile Redis server, read as every kind of answer that the store expects.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| countersign::store::read_any_redis_reply(data));
