//! The built-in tools. Each tool has a JSON file in `catalogue/`; the build script validates and joins these files.

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::groups::Groups;
use crate::json::Object;
use crate::json::schema::Schema;

/// The catalogue as one JSON array, without white space between its tokens.
static JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));

static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    // This cannot fail: the build script has checked the same text, and a unit test parses it. If it did
    // fail, no tool would be served.
    serde_json::from_str::<Vec<CatalogueEntry>>(JSON)
        .unwrap_or_default()
        .into_iter()
        .filter_map(Tool::new)
        .collect()
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static Tool>> =
    LazyLock::new(|| TOOLS.iter().map(|tool| (tool.name, tool)).collect());

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CatalogueEntry {
    name: &'static str,
    title: String,
    description: String,
    groups: Vec<String>,
    confirm: ConfirmEntry,
    visible_groups: Option<Vec<String>>,
    target: Option<ToolTarget>,
    #[serde(default)]
    fields: BTreeMap<String, FieldsEntry>,
    #[serde(borrow)]
    annotations: &'static RawValue,
    #[serde(borrow)]
    input_schema: &'static RawValue,
    #[serde(borrow)]
    output_schema: &'static RawValue,
    /// Only for `docs/tools.md`, as is `example`.
    #[serde(rename = "capability")]
    _capability: IgnoredAny,
    #[serde(rename = "example")]
    _example: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ConfirmEntry {
    Flag(bool),
    Word(String),
}

#[derive(Deserialize)]
struct Hints {
    #[serde(rename = "readOnlyHint")]
    read_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolTarget {
    argument: String,
    r#type: String,
    /// If the argument is a list: the member of its objects with the id, or null if it is a list of ids.
    #[serde(default, deserialize_with = "present")]
    each: Option<Option<String>>,
}

/// Distinguishes null from a member that is not there.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FieldsEntry {
    One(String),
    Many(Vec<String>),
}

/// The argument that lists the items which a tool changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolItems<'a> {
    /// The name of the argument: a list.
    pub argument: &'a str,
    /// The kind of the items, such as `post`.
    pub kind: &'a str,
    /// The member of each object of the list that has the id. `None` if the list has the ids themselves.
    pub each: Option<&'a str>,
}

/// When a call of a tool needs a confirmation token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// Never: the tool changes nothing that visitors could see.
    Never,
    /// Always.
    Always,
    /// If visitors see the item that the call changes. The catalogue and `tools/list` call this `"visible"`.
    Visible,
}

impl Confirm {
    /// Returns the member `confirm` of a definition: true, false or `"visible"`.
    pub(crate) fn to_json(self) -> &'static RawValue {
        let text = match self {
            Self::Never => "false",
            Self::Always => "true",
            Self::Visible => "\"visible\"",
        };
        serde_json::from_str(text).unwrap_or(RawValue::NULL)
    }

    /// Returns the rule for a member `confirm` of a definition: true, false or `"visible"`.
    #[must_use]
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        match text {
            "true" => Some(Self::Always),
            "false" => Some(Self::Never),
            "\"visible\"" => Some(Self::Visible),
            _ => None,
        }
    }
}

/// A tool of the catalogue.
///
/// ```
/// use countersign::access::Confirm;
///
/// let tool = countersign::access::tool("publish_post").unwrap();
/// assert_eq!(tool.confirm, Confirm::Always);
/// assert_eq!(tool.target(), Some(("id", "post")));
/// ```
pub struct Tool {
    /// The name in `tools/list` and `tools/call`.
    pub name: &'static str,
    /// The name that people see.
    pub title: String,
    /// The description for the model that calls the tool.
    pub description: String,
    /// The groups of which a connection needs at least one.
    pub groups: Groups,
    /// When a call needs a confirmation token.
    pub confirm: Confirm,
    /// The groups of which a connection needs at least one for an item that visitors see. Those of `groups` if the
    /// tool needs no further group.
    pub visible_groups: Groups,
    /// The MCP tool annotations, as JSON.
    pub annotations: &'static RawValue,
    /// The JSON Schema (2020-12) of the arguments.
    pub input_schema: &'static RawValue,
    /// The JSON Schema (2020-12) of the structured content of the result.
    pub output_schema: &'static RawValue,
    /// Whether the tool changes nothing, as its annotation `readOnlyHint` says.
    pub(crate) reads_only: bool,
    target: Option<ToolTarget>,
    fields: BTreeMap<String, FieldsEntry>,
    /// The compiled input schema; `None` if it does not compile.
    pub(crate) input: OnceLock<Option<Schema>>,
    /// The compiled output schema; `None` if it does not compile.
    pub(crate) output: OnceLock<Option<Schema>>,
    /// Its entry in lists, for clients of the newer revisions and of the older ones.
    pub(crate) listed: [OnceLock<Object>; 2],
}

impl Tool {
    fn new(entry: CatalogueEntry) -> Option<Self> {
        let groups = Groups::parse(&entry.groups)?;
        Some(Self {
            name: entry.name,
            title: entry.title,
            description: entry.description,
            groups,
            confirm: match entry.confirm {
                ConfirmEntry::Flag(true) => Confirm::Always,
                ConfirmEntry::Flag(false) => Confirm::Never,
                ConfirmEntry::Word(word) if word == "visible" => Confirm::Visible,
                ConfirmEntry::Word(_) => return None,
            },
            visible_groups: match entry.visible_groups {
                Some(words) => Groups::parse(&words)?,
                None => groups,
            },
            reads_only: serde_json::from_str::<Hints>(entry.annotations.get())
                .is_ok_and(|hints| hints.read_only),
            annotations: entry.annotations,
            input_schema: entry.input_schema,
            output_schema: entry.output_schema,
            target: entry.target,
            fields: entry.fields,
            input: OnceLock::new(),
            output: OnceLock::new(),
            listed: [OnceLock::new(), OnceLock::new()],
        })
    }

    /// Returns the name of the argument that identifies the object the tool acts on, and the kind of that
    /// object, for instance `("id", "post")`. Returns `None` if the tool does not act on one object.
    #[must_use]
    pub fn target(&self) -> Option<(&str, &str)> {
        self.target
            .as_ref()
            .filter(|target| target.each.is_none())
            .map(|target| (target.argument.as_str(), target.r#type.as_str()))
    }

    /// Returns the argument that lists the objects which the tool changes. Returns `None` if it does not change many.
    #[must_use]
    pub fn items(&self) -> Option<ToolItems<'_>> {
        let target = self.target.as_ref()?;
        Some(ToolItems {
            argument: &target.argument,
            kind: &target.r#type,
            each: target.each.as_ref()?.as_deref(),
        })
    }

    /// Returns by argument which fields of an item it writes, as the build script describes them. `*` stands for what every
    /// call writes.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.fields.iter().map(|(argument, fields)| {
            let fields = match fields {
                FieldsEntry::One(field) => std::slice::from_ref(field),
                FieldsEntry::Many(fields) => fields,
            };
            (argument.as_str(), fields)
        })
    }
}

/// Returns all tools of the catalogue, in the order of `tools/list`.
#[must_use]
pub fn catalogue() -> &'static [Tool] {
    &TOOLS
}

/// Returns the catalogue as JSON: a list of `{name, title, description, groups, confirm, visibleGroups, target, fields?,
/// annotations, inputSchema, outputSchema, capability, example}`. The last two are for `docs/tools.md`.
#[must_use]
pub fn catalogue_json() -> &'static str {
    JSON
}

/// Returns the tool with this name.
#[must_use]
pub fn tool(name: &str) -> Option<&'static Tool> {
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Group, Preset};
    use serde_json::Value;

    /// Tools that fetch something from other servers, or let other people add something.
    const REACHING_OUT: &[&str] = &[
        "generate_image",
        "search_stock_photos",
        "import_stock_photo",
        "upload_media",
        "create_upload_session",
    ];

    /// Tools of other groups than `read` that change nothing.
    const READING: &[&str] = &[
        "request_review",
        "list_authors",
        "get_seo",
        "search_stock_photos",
        "get_upload_session",
    ];

    /// Tools that change something, but nothing that visitors see.
    const UNSEEN: &[&str] = &[
        "create_draft",
        "clone_post",
        "create_term",
        "generate_image",
        "import_stock_photo",
        "upload_media",
        "create_upload_session",
        "close_upload_session",
    ];

    #[test]
    fn the_catalogue_is_complete() {
        let all: Vec<Value> = serde_json::from_str(catalogue_json()).unwrap();
        assert_eq!(all.len(), catalogue().len());
        let names: Vec<_> = catalogue().iter().map(|tool| tool.name).collect();
        let order: Vec<_> = include_str!("catalogue/order.txt").lines().collect();
        assert_eq!(names, order);
        for (tool, json) in catalogue().iter().zip(&all) {
            assert_eq!(json["name"], tool.name);
            assert!(std::ptr::eq(super::tool(tool.name).unwrap(), tool));
            assert!(!tool.groups.eq(&Groups::NONE), "{}", tool.name);
            assert!(tool.description.len() > 60, "{}", tool.name);
            for hint in [
                "readOnlyHint",
                "destructiveHint",
                "idempotentHint",
                "openWorldHint",
            ] {
                assert!(
                    json["annotations"][hint].is_boolean(),
                    "{} {hint}",
                    tool.name
                );
            }
            assert_eq!(json["annotations"]["title"], tool.title.as_str());
            assert_eq!(
                json["annotations"]["openWorldHint"],
                REACHING_OUT.contains(&tool.name),
                "{}",
                tool.name
            );
            let reads = tool.groups == Groups::of(&[Group::Read]) || READING.contains(&tool.name);
            assert_eq!(
                json["annotations"]["readOnlyHint"].as_bool().unwrap(),
                reads,
                "{}",
                tool.name
            );
        }
    }

    #[test]
    fn tools_that_act_on_one_object_name_its_argument() {
        for tool in catalogue() {
            let schema: Value = serde_json::from_str(tool.input_schema.get()).unwrap();
            // The id of an upload session is a text.
            if schema["required"][0] == "id" && schema["properties"]["id"]["type"] == "integer" {
                assert_eq!(
                    tool.target().map(|(argument, _)| argument),
                    Some("id"),
                    "{}",
                    tool.name
                );
            }
        }
        assert!(tool("delete_site").is_none());
    }

    /// A tool that changes something needs a confirmation if visitors see what it changes. These change nothing that
    /// visitors see.
    #[test]
    fn tools_with_an_effect_on_visitors_need_a_confirmation() {
        for tool in catalogue() {
            let reads = tool.groups.contains(Group::Read) || READING.contains(&tool.name);
            assert_eq!(
                tool.confirm == Confirm::Never,
                reads || UNSEEN.contains(&tool.name),
                "{}",
                tool.name
            );
            let schema: Value = serde_json::from_str(tool.input_schema.get()).unwrap();
            let properties = schema["properties"].as_object();
            assert_eq!(
                properties.is_some_and(|all| all.contains_key("confirmation_token")),
                tool.confirm != Confirm::Never,
                "{}",
                tool.name
            );
            let of_text =
                tool.confirm == Confirm::Visible && tool.groups == Groups::of(&[Group::CreateEdit]);
            let needed = if of_text {
                Groups::of(&[Group::Publish])
            } else {
                tool.groups
            };
            assert_eq!(tool.visible_groups, needed, "{}", tool.name);
        }
    }

    /// Every property must have a description, and every string, list and number must have bounds.
    #[test]
    fn input_schemas_are_closed_described_and_bounded() {
        fn look(at: &str, schema: &Value) {
            let kind = schema["type"]
                .as_str()
                .unwrap_or_else(|| panic!("{at}: type"));
            let described = schema["description"]
                .as_str()
                .is_some_and(|text| text.len() > 10);
            assert!(described || !at.contains('.'), "{at}: description");
            match kind {
                "object" if at.ends_with("request_review.arguments") => {}
                // Its members are named by what the site has, such as metadata.
                "object" if schema["properties"].is_null() && at.contains('.') => {
                    assert!(schema["maxProperties"].is_u64(), "{at}: bound");
                }
                "object" => {
                    assert_eq!(schema["additionalProperties"], false, "{at}");
                    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                        look(&format!("{at}.{name}"), inner);
                    }
                }
                "string" => assert!(
                    schema["maxLength"].is_u64() || schema["enum"].is_array(),
                    "{at}: bound"
                ),
                "integer" => assert!(
                    schema["minimum"].is_i64() && schema["maximum"].is_i64(),
                    "{at}: bounds"
                ),
                "array" => {
                    assert!(schema["maxItems"].is_u64(), "{at}: bound");
                    assert!(schema["items"]["type"].is_string());
                }
                "boolean" => {}
                other => panic!("{at}: {other}"),
            }
        }
        for tool in catalogue() {
            let schema: Value = serde_json::from_str(tool.input_schema.get()).unwrap();
            assert_eq!(schema["type"], "object");
            look(tool.name, &schema);
            for schema in [tool.input_schema, tool.output_schema] {
                let schema: Value = serde_json::from_str(schema.get()).unwrap();
                assert!(
                    jsonschema::draft202012::meta::is_valid(&schema),
                    "{}",
                    tool.name
                );
                jsonschema::draft202012::new(&schema).unwrap();
                Schema::compile(&schema).unwrap();
            }
            let output: Value = serde_json::from_str(tool.output_schema.get()).unwrap();
            assert_eq!(output["type"], "object", "{}", tool.name);
        }
    }

    #[test]
    fn every_tool_has_an_example_that_its_schema_accepts() {
        let all: Vec<Value> = serde_json::from_str(catalogue_json()).unwrap();
        for tool in &all {
            let name = tool["name"].as_str().unwrap();
            let schema = jsonschema::draft202012::new(&tool["inputSchema"]).unwrap();
            let faults: Vec<String> = schema
                .iter_errors(&tool["example"])
                .map(|fault| fault.to_string())
                .collect();
            assert!(faults.is_empty(), "{name}: {faults:?}");
        }
    }

    #[test]
    fn no_preset_includes_more_than_forty_tools() {
        for preset in Preset::ALL {
            let shown = catalogue()
                .iter()
                .filter(|tool| crate::access::admits(preset.groups(), tool.groups))
                .count();
            assert!(shown <= 40, "{preset:?}: {shown}");
        }
    }
}
