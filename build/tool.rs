//! Checks one tool of the catalogue.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::groups::Group;
use crate::json::Strict;
use crate::schema;

/// The members of a tool. All are required. `capability` (what WordPress must allow, in Markdown) and `example` (the
/// arguments of a call) are for `docs/tools.md`.
const MEMBERS: [&str; 12] = [
    "name",
    "title",
    "description",
    "groups",
    "confirm",
    "visibleGroups",
    "target",
    "annotations",
    "inputSchema",
    "outputSchema",
    "capability",
    "example",
];

/// The member that a tool can have in addition: which argument writes which field of an item. See [`Faults::fields`].
const FIELDS: &str = "fields";

/// The fields of an item that an argument can write, besides `terms:TAXONOMY` and `meta:KEY`.
const FIELD_NAMES: [&str; 11] = [
    "title",
    "content",
    "excerpt",
    "slug",
    "date",
    "author",
    "status",
    "parent",
    "template",
    "terms",
    "featured_media",
];

/// The most items that one call can change.
const MAX_ITEMS: u64 = 50;

/// The annotations of a tool. All are required and no other is allowed.
const HINTS: [&str; 4] = [
    "readOnlyHint",
    "destructiveHint",
    "idempotentHint",
    "openWorldHint",
];

/// Checks the text of the file `NAME.json`.
///
/// # Errors
/// Every fault found. Each begins with `:LINE:COLUMN: ` or, where the text is JSON, `: PATH: `.
pub(crate) fn check(name: &str, text: &str) -> Result<(), Vec<String>> {
    let tool = match serde_json::from_str::<Strict>(text) {
        Ok(Strict(Value::Object(tool))) => tool,
        Ok(_) => return Err(vec![":1:1: must be a JSON object".to_owned()]),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let place = format!(" at line {line} column {column}");
            let message = message.strip_suffix(&place).unwrap_or(&message);
            return Err(vec![format!(":{line}:{column}: {message}")]);
        }
    };
    let mut faults = Faults(Vec::new());
    faults.members("", &tool, &MEMBERS, &[FIELDS]);
    for (member, value) in &tool {
        match (member.as_str(), value) {
            ("name", Value::String(found)) if found == name => {}
            ("name", Value::String(found)) => {
                faults.add(member, format!("is `{found}`, but the file is {name}.json"));
            }
            ("title" | "description", Value::String(text)) if !text.trim().is_empty() => {}
            ("name" | "title" | "description", _) => faults.add(member, "must be a string"),
            ("groups", value) => faults.groups("groups", value),
            ("visibleGroups", Value::Null) => {}
            ("visibleGroups", value) => faults.groups("visibleGroups", value),
            ("confirm", Value::Bool(_)) => {}
            ("confirm", Value::String(word)) if word == "visible" => {}
            ("confirm", _) => faults.add(member, "must be true, false or \"visible\""),
            ("target", value) => faults.target(value, tool.get("inputSchema")),
            ("capability", Value::String(text)) if !text.trim().is_empty() => {}
            ("capability", _) => faults.add(member, "must be a string"),
            ("example", Value::Object(_)) => {}
            ("example", _) => faults.add(member, "must be an object"),
            (FIELDS, value) => faults.fields(value, tool.get("inputSchema")),
            ("annotations", value) => faults.annotations(value, tool.get("title")),
            ("inputSchema" | "outputSchema", value) => {
                if value.get("type") != Some(&Value::from("object")) {
                    faults.add(&format!("{member}.type"), "must be \"object\"");
                }
                faults.0.extend(
                    schema::check(value, member)
                        .into_iter()
                        .map(|fault| format!(": {fault}")),
                );
            }
            _ => {}
        }
    }
    if faults.0.is_empty() {
        Ok(())
    } else {
        Err(faults.0)
    }
}

struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, path: &str, what: impl Display) {
        self.0.push(format!(": {path}: {what}"));
    }

    /// Adds a fault for every member of `known` that is missing, and for every member that is neither there nor in `more`.
    fn members(&mut self, path: &str, object: &Map<String, Value>, known: &[&str], more: &[&str]) {
        let at = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        for name in known.iter().filter(|name| !object.contains_key(**name)) {
            self.add(&at(name), "is missing");
        }
        let is_known = |name: &str| known.contains(&name) || more.contains(&name);
        for name in object.keys().filter(|name| !is_known(name)) {
            self.add(&at(name), "is not a member of a tool");
        }
    }

    fn groups(&mut self, member: &str, value: &Value) {
        let Some(groups) = value.as_array().filter(|groups| !groups.is_empty()) else {
            return self.add(member, "must be a list of at least one group");
        };
        for (index, group) in groups.iter().enumerate() {
            let path = format!("{member}[{index}]");
            match group.as_str() {
                Some(word) if Group::from_word(word).is_none() => {
                    let known: Vec<_> = Group::ALL.iter().map(|group| group.word()).collect();
                    let known = known.join(", ");
                    self.add(
                        &path,
                        format!("there is no group `{word}` (known: {known})"),
                    );
                }
                Some(_) if groups.iter().take(index).any(|other| other == group) => {
                    self.add(&path, "is listed twice");
                }
                Some(_) => {}
                None => self.add(&path, "must be the name of a group"),
            }
        }
    }

    fn target(&mut self, value: &Value, input: Option<&Value>) {
        let Value::Object(target) = value else {
            if !value.is_null() {
                self.add("target", "must be null or an object");
            }
            return;
        };
        self.members("target", target, &["argument", "type"], &["each"]);
        if target.get("type").is_some_and(|kind| !kind.is_string()) {
            self.add("target.type", "must be a string");
        }
        let Some(argument) = target.get("argument") else {
            return;
        };
        let property = argument
            .as_str()
            .and_then(|name| input?.get("properties")?.get(name));
        let Some(each) = target.get("each") else {
            if kind(property) != Some("integer") {
                self.add(
                    "target.argument",
                    "must name a property of inputSchema whose type is integer",
                );
            }
            return;
        };
        let bound = property.and_then(|list| list.get("maxItems")?.as_u64());
        if kind(property) != Some("array") || bound.is_none_or(|bound| bound > MAX_ITEMS) {
            let what = format!(
                "must name a property of inputSchema whose type is array, with maxItems of at most {MAX_ITEMS}"
            );
            self.add("target.argument", what);
        }
        let items = property.and_then(|list| list.get("items"));
        let id = match each {
            Value::String(name) => items.and_then(|item| item.get("properties")?.get(name)),
            Value::Null => items,
            _ => None,
        };
        if kind(id) != Some("integer") {
            self.add(
                "target.each",
                "must be null, if the items are integers, or name a property of the items whose type is integer",
            );
        }
    }

    /// Checks which argument writes which field: `{"title": "title", "meta": "meta:*", "items.alt": "meta:_wp_attachment_image_alt"}`.
    /// `ARGUMENT.PROPERTY` is a property of the objects in a list. `"*"` names what every call writes. A value is a field or
    /// a list of fields. `meta:*` and `terms:*` mean that the names in the object are the keys; `terms:{ARGUMENT}` that another
    /// argument names the taxonomy.
    fn fields(&mut self, value: &Value, input: Option<&Value>) {
        let Value::Object(fields) = value else {
            return self.add(FIELDS, "must be an object");
        };
        for (argument, value) in fields {
            let path = format!("{FIELDS}.{argument}");
            let property = match argument.split_once('.') {
                Some((list, name)) => input.and_then(|input| {
                    let items = input.get("properties")?.get(list)?.get("items")?;
                    items.get("properties")?.get(name)
                }),
                None => input.and_then(|input| input.get("properties")?.get(argument)),
            };
            if argument != "*" && property.is_none() {
                self.add(&path, "is not a property of inputSchema");
            }
            let names = match value {
                Value::Array(names) if !names.is_empty() => names.iter().collect(),
                name => vec![name],
            };
            let is_field = |name: &&Value| name.as_str().is_some_and(is_field);
            if !names.iter().all(is_field) {
                let known = FIELD_NAMES.join(", ");
                self.add(
                    &path,
                    format!(
                        "must be a field or a list of fields: {known}, terms:TAXONOMY, meta:KEY"
                    ),
                );
            }
        }
    }

    fn annotations(&mut self, value: &Value, title: Option<&Value>) {
        let Value::Object(annotations) = value else {
            return self.add("annotations", "must be an object");
        };
        let [read, destroy, repeat, open] = HINTS;
        self.members(
            "annotations",
            annotations,
            &["title", read, destroy, repeat, open],
            &[],
        );
        if annotations.contains_key("title") && annotations.get("title") != title {
            self.add("annotations.title", "must be the title of the tool");
        }
        for hint in HINTS {
            if annotations.get(hint).is_some_and(|hint| !hint.is_boolean()) {
                self.add(&format!("annotations.{hint}"), "must be true or false");
            }
        }
    }
}

/// Returns the type that a schema demands.
fn kind(schema: Option<&Value>) -> Option<&str> {
    schema?.get("type")?.as_str()
}

fn is_field(name: &str) -> bool {
    let key = name
        .strip_prefix("meta:")
        .or_else(|| name.strip_prefix("terms:"));
    FIELD_NAMES.contains(&name) || key.is_some_and(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: &str = r#"{
  "name": "get_post",
  "title": "Get a post",
  "description": "Reads one \"post\".",
  "groups": ["read"],
  "confirm": false,
  "visibleGroups": null,
  "target": {"argument": "id", "type": "post"},
  "annotations": {
    "title": "Get a post",
    "readOnlyHint": true,
    "destructiveHint": false,
    "idempotentHint": true,
    "openWorldHint": false
  },
  "inputSchema": {
    "type": "object",
    "properties": {"id": {"type": "integer"}}
  },
  "outputSchema": {"type": "object"},
  "capability": "`read_post` of the item.",
  "example": {"id": 12}
}
"#;

    #[test]
    fn a_correct_tool_is_accepted() {
        assert_eq!(check("get_post", TOOL), Ok(()));
    }

    /// A tool that changes many items, whose schema is the only thing that is looked at here.
    fn of_many(target: &str, fields: &str, list: &str) -> Result<(), Vec<String>> {
        let target = format!(r#""target": {target}, "fields": {fields}"#);
        let list = format!(r#""properties": {{"items": {list}, "meta": {{"type": "object"}}}}"#);
        let text = TOOL
            .replace(r#""target": {"argument": "id", "type": "post"}"#, &target)
            .replace(r#""properties": {"id": {"type": "integer"}}"#, &list);
        check("get_post", &text)
    }

    #[test]
    fn a_tool_can_change_many_items_and_say_which_fields() {
        let ids = r#"{"type": "array", "maxItems": 50, "items": {"type": "integer"}}"#;
        let objects = r#"{"type": "array", "maxItems": 50, "items": {"type": "object", "properties":
            {"id": {"type": "integer"}, "alt": {"type": "string"}}}}"#;
        let null = r#"{"argument": "items", "type": "post", "each": null}"#;
        let id = r#"{"argument": "items", "type": "post", "each": "id"}"#;
        assert_eq!(of_many(null, r#"{"*": "status"}"#, ids), Ok(()));
        let fields = r#"{"items.alt": "meta:_alt", "meta": ["meta:*", "terms:{meta}", "title"]}"#;
        assert_eq!(of_many(id, fields, objects), Ok(()));
        let each = ": target.each: must be null, if the items are integers, or name a property of the items whose type is integer";
        let list = ": target.argument: must name a property of inputSchema whose type is array, with maxItems of at most 50";
        let field = ": fields.meta: must be a field or a list of fields: title, content, excerpt, slug, date, author, status, parent, template, terms, featured_media, terms:TAXONOMY, meta:KEY";
        let more = ids.replace("50", "51");
        for (target, fields, schema, fault) in [
            (id, "{}", ids, each),
            (null, "{}", objects, each),
            (null, "{}", &more, list),
            (null, r#"{"meta": "price"}"#, ids, field),
            (null, r#"{"meta": "meta:"}"#, ids, field),
            (null, r#"{"meta": []}"#, ids, field),
            (null, r#"{"meta": 7}"#, ids, field),
            (null, "[]", ids, ": fields: must be an object"),
            (
                null,
                r#"{"items.alt": "title"}"#,
                ids,
                ": fields.items.alt: is not a property of inputSchema",
            ),
        ] {
            let found = of_many(target, fields, schema);
            assert_eq!(found, Err(vec![fault.to_owned()]), "{target} {fields}");
        }
    }

    /// Every entry changes one thing in a correct tool and names the only fault that is reported.
    #[test]
    fn a_faulty_tool_is_refused_with_its_place_and_its_fault() {
        for (from, to, fault) in [
            (
                "\"confirm\": false,",
                "\"confirm\": false",
                ":7:3: expected `,` or `}`",
            ),
            (
                "\"confirm\": false,",
                "\"confirm\": no,",
                ":6:15: expected ident",
            ),
            (
                "  \"title\": \"Get a post\",\n  \"desc",
                "  \"title\": \"A\",\n  \"title\": \"B\",\n  \"desc",
                ":4:9: the member `title` occurs twice",
            ),
            (
                "{\"id\": {\"type\": \"integer\"}}",
                "{\"id\": {\"type\": \"integer\", \"type\": \"integer\"}}",
                ":18:51: the member `type` occurs twice",
            ),
            (
                "\"name\": \"get_post\"",
                "\"name\": \"get_page\"",
                ": name: is `get_page`, but the file is get_post.json",
            ),
            (
                "\"name\": \"get_post\"",
                "\"name\": 7",
                ": name: must be a string",
            ),
            ("  \"name\": \"get_post\",\n", "", ": name: is missing"),
            ("  \"confirm\": false,\n", "", ": confirm: is missing"),
            (
                "  \"visibleGroups\": null,\n",
                "",
                ": visibleGroups: is missing",
            ),
            (
                "\"visibleGroups\": null",
                "\"visibleGroups\": [\"public\"]",
                ": visibleGroups[0]: there is no group `public` (known: read, create_edit, publish, trash_restore, media_manage, taxonomy, authors, seo, image, upload_portal)",
            ),
            (
                "  \"target\": {\"argument\": \"id\", \"type\": \"post\"},\n",
                "",
                ": target: is missing",
            ),
            (
                ",\n  \"outputSchema\": {\"type\": \"object\"}",
                "",
                ": outputSchema: is missing",
            ),
            (
                "\"confirm\": false",
                "\"confirm\": false, \"hidden\": true",
                ": hidden: is not a member of a tool",
            ),
            (
                "\"confirm\": false",
                "\"confirm\": \"no\"",
                ": confirm: must be true, false or \"visible\"",
            ),
            (
                "Reads one \\\"post\\\".",
                " ",
                ": description: must be a string",
            ),
            (
                "[\"read\"]",
                "[\"reed\"]",
                ": groups[0]: there is no group `reed` (known: read, create_edit, publish, trash_restore, media_manage, taxonomy, authors, seo, image, upload_portal)",
            ),
            (
                "[\"read\"]",
                "[\"read\", \"seo\", \"read\"]",
                ": groups[2]: is listed twice",
            ),
            (
                "[\"read\"]",
                "[true]",
                ": groups[0]: must be the name of a group",
            ),
            (
                "[\"read\"]",
                "[]",
                ": groups: must be a list of at least one group",
            ),
            (
                "[\"read\"]",
                "\"read\"",
                ": groups: must be a list of at least one group",
            ),
            (
                "\"argument\": \"id\"",
                "\"argument\": \"post\"",
                ": target.argument: must name a property of inputSchema whose type is integer",
            ),
            (
                "\"argument\": \"id\", ",
                "",
                ": target.argument: is missing",
            ),
            (
                "\"type\": \"post\"}",
                "\"type\": 1}",
                ": target.type: must be a string",
            ),
            (
                "{\"argument\": \"id\", \"type\": \"post\"}",
                "\"id\"",
                ": target: must be null or an object",
            ),
            (
                "    \"title\": \"Get a post\"",
                "    \"title\": \"Other\"",
                ": annotations.title: must be the title of the tool",
            ),
            (
                "    \"readOnlyHint\": true,\n",
                "",
                ": annotations.readOnlyHint: is missing",
            ),
            (
                "\"readOnlyHint\": true",
                "\"readOnlyHint\": 1",
                ": annotations.readOnlyHint: must be true or false",
            ),
            (
                "\"readOnlyHint\": true",
                "\"readOnlyHint\": true, \"quick\": true",
                ": annotations.quick: is not a member of a tool",
            ),
            (
                "\"outputSchema\": {\"type\": \"object\"}",
                "\"outputSchema\": {\"type\": \"array\"}",
                ": outputSchema.type: must be \"object\"",
            ),
            (
                "\"type\": \"integer\"",
                "\"type\": \"integer\", \"minimum\": \"1\"",
                ": inputSchema.properties.id.minimum: must be a number",
            ),
        ] {
            let broken = TOOL.replacen(from, to, 1);
            assert_ne!(broken, TOOL, "{from}");
            assert_eq!(
                check("get_post", &broken),
                Err(vec![fault.to_owned()]),
                "{from} -> {to}"
            );
        }
        for (text, fault) in [
            ("", ":1:0: EOF while parsing a value"),
            ("[]", ":1:1: must be a JSON object"),
            ("{} {}", ":1:4: trailing characters"),
        ] {
            assert_eq!(check("x", text), Err(vec![fault.to_owned()]));
        }
    }
}
