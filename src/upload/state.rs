//! What a session is now, for those who list it.

use crate::words::words;

words! {
    /// What a session is now. Whether its connection may act is decided apart from this.
    pub enum SessionState {
        /// Files can be uploaded.
        Open = "open",
        /// Every place is taken.
        Full = "full",
        /// It was closed, or its state was lost with the store.
        Closed = "closed",
        /// Its time is over.
        Expired = "expired",
    }
}
