//! Schemas of the catalogue as lists show them: without what only the check of a call or of a result needs.
//!
//! Many clients put the list into every request to their model, and some fetch it before every call. A listed schema
//! accepts everything that the schema of the catalogue accepts; the extension checks calls and results against the latter.

use serde_json::value::RawValue;

use crate::json::{self, Object, RawJson};

/// A longest length that no text of a model is likely to reach, in characters. Longer ones are not listed.
const LONG: u64 = 200;

/// The greatest integer that every client can represent. It is the upper bound of ids, and not listed.
const GREATEST: &str = "9007199254740991";

/// Returns an input schema without the bounds that a model does not need to know.
pub(crate) fn input(schema: &RawValue) -> RawJson {
    let drops = |name: &str, value: &RawValue| match name {
        "maximum" => value.get() == GREATEST,
        "maxLength" => value
            .get()
            .parse::<u64>()
            .is_ok_and(|length| length >= LONG),
        "minLength" => value.get() == "1",
        _ => false,
    };
    rewritten(schema, &drops)
}

/// Returns an output schema without descriptions and formats, and without what is required inside of its members.
///
/// That of a tool that `changes` something has no objects inside: it returns the same item as `get_post`, whose schema has
/// them, and accepts them as further members.
pub(crate) fn output(schema: &RawValue, changes: bool) -> RawJson {
    let drops = |name: &str, _: &RawValue| matches!(name, "description" | "format" | "required");
    let listed = rewritten(schema, &drops);
    let (Some(full), Some(mut out)) = (Object::parse(schema.get()), Object::parse(listed.get()))
    else {
        return listed;
    };
    if let Some(required) = full.get("required") {
        out.set("required", required.to_owned());
    }
    if changes && let Some(properties) = out.object("properties") {
        let flat = properties.iter().filter(|(_, property)| {
            Object::parse(property.get()).is_some_and(|property| {
                property.get("properties").is_none() && property.get("items").is_none()
            })
        });
        let flat = flat.fold(Object::default(), |mut flat, (name, property)| {
            flat.set(name, property.to_owned());
            flat
        });
        out.set("properties", json::raw(&flat));
    }
    json::raw(&out)
}

/// Returns a schema without the keywords that `drops` names, at any depth. The names of properties are no keywords.
fn rewritten(schema: &RawValue, drops: &dyn Fn(&str, &RawValue) -> bool) -> RawJson {
    let Some(node) = Object::parse(schema.get()) else {
        return schema.to_owned();
    };
    let mut out = Object::default();
    for (name, value) in node.iter().filter(|(name, value)| !drops(name, value)) {
        let value = match name {
            "properties" => {
                let properties = Object::parse(value.get()).unwrap_or_default();
                let each = properties
                    .iter()
                    .fold(Object::default(), |mut each, (name, one)| {
                        each.set(name, rewritten(one, drops));
                        each
                    });
                json::raw(&each)
            }
            "items" => rewritten(value, drops),
            _ => value.to_owned(),
        };
        out.set(name, value);
    }
    json::raw(&out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::catalogue;

    fn raw(text: &str) -> RawJson {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn properties_keep_their_names_and_schemas_lose_what_only_checks_need() {
        let schema = raw(
            r#"{"type":"object","properties":{"description":{"type":"string","description":"d","maxLength":500000,"minLength":1},
            "format":{"type":"integer","maximum":9007199254740991},"list":{"type":"array","items":{"type":"object","properties":{"required":{"type":"string","format":"uri"}},"required":["required"]}},
            "required":{"type":["string","null"],"format":"date-time","maxLength":20}},"required":["required"],"additionalProperties":false}"#,
        );
        assert_eq!(
            input(&schema).get(),
            r#"{"type":"object","properties":{"description":{"type":"string","description":"d"},"format":{"type":"integer"},"list":{"type":"array","items":{"type":"object","properties":{"required":{"type":"string","format":"uri"}},"required":["required"]}},"required":{"type":["string","null"],"format":"date-time","maxLength":20}},"required":["required"],"additionalProperties":false}"#
        );
        assert_eq!(
            output(&schema, false).get(),
            r#"{"type":"object","properties":{"description":{"type":"string","maxLength":500000,"minLength":1},"format":{"type":"integer","maximum":9007199254740991},"list":{"type":"array","items":{"type":"object","properties":{"required":{"type":"string"}}}},"required":{"type":["string","null"],"maxLength":20}},"additionalProperties":false,"required":["required"]}"#
        );
        let flat = Object::parse(output(&schema, true).get()).unwrap();
        let names: Vec<String> = flat
            .object("properties")
            .unwrap()
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(names, ["description", "format", "required"]);
    }

    /// Objects of results are open, so a listed schema that leaves members out still accepts them.
    #[test]
    fn listed_schemas_of_the_catalogue_compile_and_are_open() {
        for tool in catalogue() {
            for schema in [input(tool.input_schema), output(tool.output_schema, true)] {
                assert!(
                    super::super::schema::compile(&schema).is_ok(),
                    "{}",
                    tool.name
                );
            }
            assert!(
                !json::compact(tool.output_schema.get())
                    .contains(r#""additionalProperties":false"#),
                "{}",
                tool.name
            );
        }
    }
}
