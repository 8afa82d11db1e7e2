mod any_input;
mod confirmation;
mod flows;
mod http;
mod limits;
pub mod support;
mod vectors;
