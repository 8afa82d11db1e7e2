//! The Lua scripts: one per operation. The server runs a script atomically.

use std::sync::LazyLock;

/// A script with the prelude before it, and its SHA-1 digest. A server that has the script runs it by its digest alone.
pub(super) struct Script {
    pub(super) code: String,
    pub(super) digest: String,
}

macro_rules! scripts {
    ($($name:ident = $file:literal;)*) => {$(
        pub(super) static $name: LazyLock<Script> = LazyLock::new(|| {
            Script::new(concat!(include_str!("prelude.lua"), include_str!($file)))
        });
    )*};
}

scripts! {
    OPEN = "open.lua";
    INSERT_TOGETHER = "insert_together.lua";
    SETTLE = "settle.lua";
    ADMIT = "admit.lua";
    SPEND = "spend.lua";
    GET = "get.lua";
    LASTING_GET = "lasting_get.lua";
    LASTING_REPLACE = "lasting_replace.lua";
    PUT = "put.lua";
    REMOVE = "remove.lua";
    STATUS = "status.lua";
}

impl Script {
    fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            digest: redis::Script::new(code).get_hash().to_owned(),
        }
    }
}
