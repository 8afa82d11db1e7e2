mod record_vectors;
mod support;
mod vectors;
