mod table;
mod vectors;
