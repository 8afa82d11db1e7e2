//! JSON Schema: another validator gives the same verdict on random schemas and values, and no schema text, value or
//! pattern makes this one fail.
#![no_main]

use countersign::json::schema::Schema;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

#[path = "../../tests/core/support/schemas.rs"]
mod schemas;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let (schema, value) = text.split_once('\n').unwrap_or((text, "null"));
        let value: Value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        let parsed = serde_json::from_str(schema).unwrap_or_else(|_| json!({"pattern": schema}));
        if let Ok(schema) = Schema::compile(&parsed) {
            assert_eq!(
                schema.is_valid(&value),
                schema.violations(&value).is_empty()
            );
        }
    }
    let (for_schema, for_value) = bytes.split_at(bytes.len() * 3 / 4);
    let schema = schemas::schema(&mut schemas::Choices(for_schema));
    let value = schemas::value(&mut schemas::Choices(for_value), 3);
    if let Some((ours, theirs)) = schemas::verdicts(&schema, &value) {
        assert_eq!(ours, theirs, "{schema} {value}");
    }
});
