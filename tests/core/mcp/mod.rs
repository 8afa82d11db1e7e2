mod any_input;
mod confirmation;
mod flows;
mod http;
mod support;
mod vectors;
