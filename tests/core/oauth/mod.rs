mod authorize;
mod family;
mod refresh;
mod registration;
mod support;
mod token;
mod vectors;
