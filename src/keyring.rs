//! Keys, one for each purpose, derived from what the site keeps secret.
