//! Rate limits: an exact rolling window.
