//! Ten capability groups, seven presets, the catalogue of tools, and what a connection may call.
//!
//! Nothing here knows of WordPress roles: that the connected user may also do what a connection may
//! is for WordPress to check, and both must allow.

mod catalogue;
mod change;
mod groups;
mod presets;

pub use catalogue::{Tool, catalogue, catalogue_json, tool};
pub use change::{ConnectionState, admits, change, may_act};
pub use groups::{Group, Groups};
pub use presets::{Preset, Unknown, resolve};
