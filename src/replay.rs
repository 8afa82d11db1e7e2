//! Seen once: a nonce is accepted by exactly one worker.
