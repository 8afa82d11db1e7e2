//! What plugins registered. What is not well registered is left out; the rest works.

use std::collections::HashSet;

use super::error::Error;
use super::headers::{Mirrored, mirrored};
use super::json::{self, Object, Raw};
use super::schema::MAX_SCHEMA;
use super::template;
use crate::access::{self, Group, Groups, Tool};

/// The argument that carries a confirmation token.
pub(super) const TOKEN: &str = "confirmation_token";

/// The tool that gives one.
pub(super) const REVIEW: &str = "request_review";

/// A tool of a plugin.
pub(super) struct PluginTool {
    pub(super) name: String,
    pub(super) group: Group,
    pub(super) confirm: bool,
    pub(super) listed: Object,
    pub(super) input: Raw,
    pub(super) output: Option<Raw>,
    pub(super) mirrored: Mirrored,
}

/// A prompt, resource or template of a plugin.
pub(super) struct Item {
    /// The prompt's name, the resource's URI, the template.
    pub(super) key: String,
    pub(super) group: Group,
    pub(super) listed: Object,
}

/// Everything that is served here, whoever may see it.
pub(super) struct Registry {
    pub(super) builtin: Vec<&'static Tool>,
    pub(super) tools: Vec<PluginTool>,
    pub(super) prompts: Vec<Item>,
    pub(super) resources: Vec<Item>,
    pub(super) templates: Vec<Item>,
}

impl Registry {
    /// Reads the registry. Tools come in the catalogue's order, everything else by name.
    pub(super) fn parse(json: &str) -> Result<Self, Error> {
        let all = Object::parse(json).ok_or(Error::Registry)?;
        let list = |name: &str| -> Result<Vec<Raw>, Error> {
            all.get(name).map_or(Ok(Vec::new()), |list| {
                serde_json::from_str(list.get()).map_err(|_| Error::Registry)
            })
        };
        let served: HashSet<String> = list("builtin")?
            .iter()
            .filter_map(|name| serde_json::from_str(name.get()).ok())
            .collect();
        let items = |name: &str, key: &str, keep: &[&str]| -> Result<Vec<Item>, Error> {
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
                .filter(|item| template::is_valid(&item.key))
                .collect(),
        })
    }

    /// The prompt, resource or template with this key, when `groups` open it.
    pub(super) fn find<'a>(items: &'a [Item], key: &str, groups: Groups) -> Option<&'a Item> {
        items
            .iter()
            .find(|item| item.key == key && groups.contains(item.group))
    }
}

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

/// By name, and of several with one name the first.
fn sorted<T>(mut items: Vec<T>, key: impl Fn(&T) -> &String) -> Vec<T> {
    items.sort_by(|a, b| key(a).cmp(key(b)));
    items.dedup_by(|later, first| key(later) == key(first));
    items
}

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

fn tool(raw: &Raw) -> Option<PluginTool> {
    let object = Object::parse(raw.get())?;
    let name = object.text("name").filter(|name| is_tool_name(name))?;
    if access::tool(&name).is_some() {
        return None;
    }
    object.text("description")?;
    let group = Group::parse(&object.text("group")?)?;
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
        None | Some("false" | "null") => false,
        Some("true") => true,
        Some(_) => return None,
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

fn fits(schema: &serde_json::value::RawValue) -> bool {
    schema.get().len() <= MAX_SCHEMA && json::check(schema.get()).is_ok()
}

fn item(raw: &Raw, key: &str, keep: &[&str]) -> Option<Item> {
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
    Some(Item {
        key: object
            .text(key)
            .filter(|key| (1..=2048).contains(&key.len()))?,
        group: Group::parse(&object.text("group")?)?,
        listed: pick(&object, keep),
    })
}

/// The names that every client takes.
pub(super) fn is_tool_name(name: &str) -> bool {
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
    fn bad_registrations_are_left_out_and_the_rest_works() {
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
    fn schemas_are_kept_as_written_and_order_is_fixed() {
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
