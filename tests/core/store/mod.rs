pub mod child_process;
mod conformance;
mod folder;
mod forks;
mod places;
mod processes;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
pub mod redis_server;
mod site_memory;
