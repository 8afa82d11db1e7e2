//! What a connection may call: the ten capability groups, the seven presets, and the catalogue of tools.
//!
//! WordPress checks separately whether the connection's user has the capability for an action. Both checks
//! must allow it. This module does not depend on WordPress roles.

mod app_password;
mod catalogue;
mod change;
mod field_rules;
mod groups;
mod presets;
mod site_settings;
mod standing;

pub use app_password::{CredentialKind, PasswordCredential, SentPassword};
pub use catalogue::{Confirm, Tool, ToolItems, catalogue, catalogue_json, tool};
pub use change::{ConnectionState, admits, change, change_fields};
pub use field_rules::{FieldRules, RuleFault};
pub use groups::{Group, Groups};
pub use presets::{Preset, UnknownName, resolve};
pub use site_settings::{SiteSettings, change_settings};
pub use standing::{ConnectionStanding, may_act};
