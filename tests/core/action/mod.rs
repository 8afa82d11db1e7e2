mod store;
mod vectors;
