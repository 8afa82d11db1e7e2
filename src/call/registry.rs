//! The tools, prompts and resources that the plugin and other WordPress plugins registered.
//!
//! An entry that is not well formed is left out, so that one faulty plugin does not disable the others.

use std::collections::HashSet;

use super::misuse::Misuse;
use super::schema::MAX_SCHEMA;
use super::uri_template;
use crate::access::{self, Confirm, Group, Groups, Tool};
use crate::json::{self, Object, RawJson};

/// Pairs of an argument's name and the lower-case name of the header that repeats its value, from the
/// `x-mcp-header` keyword of an input schema.
pub(crate) type MirroredArguments = Vec<(String, String)>;

/// A tool that a plugin registered.
pub(crate) struct PluginTool {
    pub(crate) name: String,
    pub(crate) group: Group,
    /// When a call needs a confirmation token.
    pub(crate) confirm: Confirm,
    /// The members of its entry in `tools/list`, without the schemas.
    pub(crate) listed: Object,
    /// The input schema as registered.
    pub(crate) input: RawJson,
    /// The output schema as registered.
    pub(crate) output: Option<RawJson>,
    /// The arguments that headers must repeat.
    pub(crate) mirrored: MirroredArguments,
}

/// A prompt, a resource or a resource template that a plugin registered.
pub(crate) struct RegisteredItem {
    /// The prompt's name, the resource's URI or the URI template.
    pub(crate) key: String,
    pub(crate) group: Group,
    /// The members of its entry in the list.
    pub(crate) listed: Object,
}

/// Everything that the site serves, whether or not a connection may use it.
#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) builtin: Vec<&'static Tool>,
    pub(crate) tools: Vec<PluginTool>,
    pub(crate) prompts: Vec<RegisteredItem>,
    pub(crate) resources: Vec<RegisteredItem>,
    pub(crate) templates: Vec<RegisteredItem>,
}

impl Registry {
    /// Reads a registry from JSON: `{"builtin": [names], "tools": [..], "prompts": [..], "resources": [..],
    /// "resourceTemplates": [..]}`. Tools of the catalogue are in its order, everything else is sorted by
    /// name. Of several entries with the same name, the first is kept.
    ///
    /// # Errors
    /// [`Misuse::Registry`] if `json` is not an object of lists.
    pub(crate) fn parse(json: &str) -> Result<Self, Misuse> {
        let all = Object::parse(json).ok_or(Misuse::Registry)?;
        let list = |name: &str| -> Result<Vec<RawJson>, Misuse> {
            all.get(name).map_or(Ok(Vec::new()), |list| {
                serde_json::from_str(list.get()).map_err(|_| Misuse::Registry)
            })
        };
        let served: HashSet<String> = list("builtin")?
            .iter()
            .filter_map(|name| serde_json::from_str(name.get()).ok())
            .collect();
        let items = |name: &str, key: &str, keep: &[&str]| -> Result<Vec<RegisteredItem>, Misuse> {
            let found = list(name)?;
            let read = found.iter().filter_map(|raw| item(raw, key, keep));
            Ok(sorted(read.collect(), |item| &item.key))
        };
        Ok(Self {
            builtin: access::catalogue()
                .iter()
                .filter(|tool| served.contains(tool.name))
                .collect(),
            tools: sorted(list("tools")?.iter().filter_map(tool).collect(), |tool| {
                &tool.name
            }),
            prompts: items(
                "prompts",
                "name",
                &[
                    "name",
                    "title",
                    "description",
                    "arguments",
                    "icons",
                    "_meta",
                ],
            )?,
            resources: items("resources", "uri", RESOURCE)?,
            templates: items("resourceTemplates", "uriTemplate", RESOURCE)?
                .into_iter()
                .filter(|item| uri_template::is_valid(&item.key))
                .collect(),
        })
    }

    /// Returns the item with this key if `groups` include the group that it needs.
    pub(crate) fn find<'a>(
        items: &'a [RegisteredItem],
        key: &str,
        groups: Groups,
    ) -> Option<&'a RegisteredItem> {
        items
            .iter()
            .find(|item| item.key == key && groups.contains(item.group))
    }
}

/// The members of a resource or a template that its entry in the list keeps.
const RESOURCE: &[&str] = &[
    "uri",
    "uriTemplate",
    "name",
    "title",
    "description",
    "mimeType",
    "annotations",
    "size",
    "icons",
    "_meta",
];

/// Sorts by name and keeps the first of several items with the same name.
fn sorted<T>(mut items: Vec<T>, key: impl Fn(&T) -> &String) -> Vec<T> {
    items.sort_by(|a, b| key(a).cmp(key(b)));
    items.dedup_by(|later, first| key(later) == key(first));
    items
}

/// Returns the members of `from` that are named in `keep` and are not null.
fn pick(from: &Object, keep: &[&str]) -> Object {
    let mut out = Object::default();
    for name in keep {
        if let Some(value) = from.get(name)
            && json::kind(value) != "null"
        {
            out.set(name, value.to_owned());
        }
    }
    out
}

/// Reads a plugin's tool. Returns `None` if it is not well formed or has the name of a tool of the
/// catalogue.
fn tool(raw: &RawJson) -> Option<PluginTool> {
    let object = Object::parse(raw.get())?;
    let name = object.text("name").filter(|name| is_tool_name(name))?;
    if access::tool(&name).is_some() {
        return None;
    }
    object.text("description")?;
    let group = Group::from_word(&object.text("group")?)?;
    let input = object.get("inputSchema")?.to_owned();
    let schema = Object::parse(input.get())?;
    if schema.text("type").as_deref() != Some("object") || !fits(&input) {
        return None;
    }
    let output = match object.get("outputSchema") {
        None => None,
        Some(schema) if json::kind(schema) == "null" => None,
        Some(schema) if matches!(json::kind(schema), "object" | "boolean") && fits(schema) => {
            Some(schema.to_owned())
        }
        Some(_) => return None,
    };
    let confirm = match object.get("confirm").map(serde_json::value::RawValue::get) {
        None | Some("null") => Confirm::Never,
        Some(text) => Confirm::from_json(text)?,
    };
    // A tool that changes something asks at least when visitors see what it changes. A tool that reads changes nothing.
    let confirm = match (group, confirm) {
        (Group::Read, confirm) | (_, confirm @ Confirm::Always) => confirm,
        (_, Confirm::Never | Confirm::Visible) => Confirm::Visible,
    };
    let keep = &[
        "name",
        "title",
        "description",
        "icons",
        "annotations",
        "_meta",
    ];
    Some(PluginTool {
        mirrored: mirrored(&schema)?,
        listed: pick(&object, keep),
        name,
        group,
        confirm,
        input,
        output,
    })
}

/// Returns whether a schema is small enough and valid JSON.
fn fits(schema: &serde_json::value::RawValue) -> bool {
    schema.get().len() <= MAX_SCHEMA && json::check(schema.get()).is_ok()
}

/// Reads a prompt, a resource or a template, whose identifier is the member `key`. `keep` names the members that its
/// entry in the list keeps. Returns `None` if it is not well formed.
fn item(raw: &RawJson, key: &str, keep: &[&str]) -> Option<RegisteredItem> {
    let object = Object::parse(raw.get())?;
    object.text("name").filter(|name| !name.is_empty())?;
    let arguments = object
        .get("arguments")
        .filter(|list| json::kind(list) != "null");
    if let Some(list) = arguments {
        let list: Vec<Object> = serde_json::from_str(list.get()).ok()?;
        if list.iter().any(|argument| argument.text("name").is_none()) {
            return None;
        }
    }
    Some(RegisteredItem {
        key: object
            .text(key)
            .filter(|key| (1..=2048).contains(&key.len()))?,
        group: Group::from_word(&object.text("group")?)?,
        listed: pick(&object, keep),
    })
}

/// Reads the `x-mcp-header` keywords of an input schema. Returns `None` if one is not usable: the
/// header's name is not a token ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)),
/// is used twice, or the property is not of a simple type.
pub(crate) fn mirrored(schema: &Object) -> Option<MirroredArguments> {
    let mut found: MirroredArguments = Vec::new();
    let properties = schema.object("properties").unwrap_or_default();
    for (name, property) in properties.iter() {
        let Some(property) = Object::parse(property.get()) else {
            continue;
        };
        if property.get("x-mcp-header").is_none() {
            continue;
        }
        let header = property.text("x-mcp-header")?.to_ascii_lowercase();
        let token = !header.is_empty()
            && header.len() <= 128
            && header
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        let simple = matches!(
            property.text("type").as_deref(),
            Some("string" | "integer" | "boolean")
        );
        if !token || !simple || found.iter().any(|(_, other)| *other == header) {
            return None;
        }
        found.push((name.to_owned(), header));
    }
    Some(found)
}

/// Returns whether `name` is a tool name that every client accepts: 1 to 128 ASCII letters, digits and
/// `_`, `.`, `-`.
pub(crate) fn is_tool_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        r#"{"name":"x","description":"d","group":"read","inputSchema":{"type":"object"}}"#;

    #[test]
    fn malformed_tools_are_left_out_and_the_others_are_kept() {
        let bad = [
            r#"{"name":"","description":"d","group":"read","inputSchema":{"type":"object"}}"#,
            r#"{"name":"a b","description":"d","group":"read","inputSchema":{"type":"object"}}"#,
            r#"{"name":"y","group":"read","inputSchema":{"type":"object"}}"#,
            r#"{"name":"y","description":"d","inputSchema":{"type":"object"}}"#,
            r#"{"name":"y","description":"d","group":"admin","inputSchema":{"type":"object"}}"#,
            r#"{"name":"y","description":"d","group":"read"}"#,
            r#"{"name":"y","description":"d","group":"read","inputSchema":[]}"#,
            r#"{"name":"y","description":"d","group":"read","inputSchema":{"type":"string"}}"#,
            r#"{"name":"y","description":"d","group":"read","inputSchema":{"type":"object"},"outputSchema":7}"#,
            r#"{"name":"y","description":"d","group":"read","inputSchema":{"type":"object"},"confirm":"no"}"#,
            r#"{"name":"publish_post","description":"d","group":"read","inputSchema":{"type":"object"}}"#,
            r#"{"name":"y","name":"z","description":"d","group":"read","inputSchema":{"type":"object"}}"#,
            "7",
            "null",
        ];
        for bad in bad {
            let registry = Registry::parse(&format!(r#"{{"tools":[{bad},{GOOD}]}}"#)).unwrap();
            let names: Vec<_> = registry.tools.iter().map(|tool| &tool.name).collect();
            assert_eq!(names, ["x"], "{bad}");
        }
    }

    #[test]
    fn schemas_are_kept_as_written_and_lists_are_sorted() {
        let registry = Registry::parse(
            r#"{"tools":[{"name":"b","description":"d","group":"read","inputSchema":{"type":"object" ,"z":1.0,"a":{}}},
                {"name":"a","description":"d","group":"seo","inputSchema":{"type":"object"}}],
                "builtin":["whoami","get_post","nonsense"],
                "prompts":[{"name":"p","group":"read","arguments":[{"name":"x","required":true}]},{"name":"q","group":"read","arguments":{}}],
                "resources":[{"uri":"test://a","name":"a","group":"read"},{"uri":"test://b","group":"read"}],
                "resourceTemplates":[{"uriTemplate":"test://t/{id}","name":"t","group":"read"},{"uriTemplate":"test://t/{id","name":"t","group":"read"}]}"#,
        )
        .unwrap();
        let names: Vec<_> = registry
            .tools
            .iter()
            .map(|tool| tool.name.as_str())
            .collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(
            registry.tools[1].input.get(),
            r#"{"type":"object" ,"z":1.0,"a":{}}"#
        );
        let builtin: Vec<_> = registry.builtin.iter().map(|tool| tool.name).collect();
        assert_eq!(builtin, ["whoami", "get_post"]);
        assert_eq!(registry.prompts.len(), 1);
        assert_eq!(registry.resources.len(), 1);
        assert_eq!(registry.templates.len(), 1);
        assert!(Registry::parse("[]").is_err());
        assert!(Registry::parse(r#"{"tools":{}}"#).is_err());
    }
}
