mod any_input;
mod confirmation;
mod flows;
mod http;
mod limits;
mod support;
mod target;
mod vectors;
