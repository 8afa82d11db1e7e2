//! Exported logs.

mod cases;
mod damage;
mod export;
mod properties;
mod report;
mod support;
mod vectors;
