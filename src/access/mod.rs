//! Ten capability groups, seven presets, the catalogue of tools, and what a connection may call.
