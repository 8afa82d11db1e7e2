//! The four lists: what this connection may see, in a fixed order, paged.

use serde_json::value::RawValue;

use super::era::Era;
use super::failure::Failure;
use super::json::{self, Object, Raw};
use super::registry::{Item, PluginTool, REVIEW, TOKEN};
use super::session::Session;
use crate::access::{Groups, Tool};
use crate::bytes;
use crate::keyring::Purpose;
use crate::reason::Reason;
use crate::secret::{mac, same};

/// The most items of a page.
const PAGE: usize = 100;

/// How long a client may keep a list, in milliseconds.
const TTL_MS: u32 = 60_000;

/// A tool that is served.
#[derive(Clone, Copy)]
pub(super) enum Served<'a> {
    /// One of the catalogue.
    Builtin(&'static Tool),
    /// One of a plugin.
    Plugin(&'a PluginTool),
}

impl<'a> Served<'a> {
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Builtin(tool) => tool.name,
            Self::Plugin(tool) => &tool.name,
        }
    }

    pub(super) fn groups(self) -> Groups {
        match self {
            Self::Builtin(tool) => tool.groups,
            Self::Plugin(tool) => Groups::of(&[tool.group]),
        }
    }

    pub(super) const fn confirm(self) -> bool {
        match self {
            Self::Builtin(tool) => tool.confirm,
            Self::Plugin(tool) => tool.confirm,
        }
    }

    pub(super) fn input(self) -> &'a RawValue {
        match self {
            Self::Builtin(tool) => tool.input_schema,
            Self::Plugin(tool) => &tool.input,
        }
    }

    fn output(self) -> Option<&'a RawValue> {
        match self {
            Self::Builtin(tool) => Some(tool.output_schema),
            Self::Plugin(tool) => tool.output.as_deref(),
        }
    }
}

impl Session {
    /// Every tool that is served here, whoever may see it.
    pub(super) fn served(&self) -> impl Iterator<Item = Served<'_>> {
        let builtin = self
            .registry
            .builtin
            .iter()
            .map(|tool| Served::Builtin(tool));
        builtin.chain(self.registry.tools.iter().map(Served::Plugin))
    }

    /// The tools that need a confirmation and that this connection may call.
    pub(super) fn reviewable(&self) -> Vec<&str> {
        self.served()
            .filter(|tool| tool.confirm() && self.admits(tool.groups()))
            .map(Served::name)
            .collect()
    }

    /// Whether this connection may see and call `tool`. A review of nothing is no tool.
    pub(super) fn shows(&self, tool: Served<'_>) -> bool {
        if tool.name() == REVIEW {
            return !self.reviewable().is_empty();
        }
        self.admits(tool.groups())
    }

    /// The input schema of `tool` as this connection sees it: kept as written, but that
    /// `request_review` names the tools it is for, and a plugin's tool that needs a confirmation has an
    /// argument for the token.
    pub(super) fn input_schema(&self, tool: Served<'_>) -> Raw {
        let input = tool.input();
        let edit = |at: &str, change: &dyn Fn(Object) -> Object| -> Option<Raw> {
            let mut schema = Object::parse(input.get())?;
            let mut properties = schema.object("properties").unwrap_or_default();
            let property = change(properties.object(at).unwrap_or_default());
            properties.set(at, json::raw(&property));
            schema.set("properties", json::raw(&properties));
            Some(json::raw(&schema))
        };
        let edited = match tool {
            Served::Builtin(tool) if tool.name == REVIEW => edit("tool", &|property| {
                property.with("enum", &self.reviewable())
            }),
            Served::Plugin(tool) if tool.confirm => edit(TOKEN, &|_| {
                Object::default()
                    .with("type", &"string")
                    .with("maxLength", &512)
                    .with(
                        "description",
                        &"The confirmation_token that request_review returned for exactly this tool and these arguments.",
                    )
            }),
            _ => None,
        };
        edited.unwrap_or_else(|| input.to_owned())
    }

    fn listed_tool(&self, tool: Served<'_>) -> Object {
        let mut out = match tool {
            Served::Builtin(tool) => Object::default()
                .with("name", &tool.name)
                .with("title", &tool.title)
                .with("description", &tool.description)
                .with("annotations", tool.annotations),
            Served::Plugin(tool) => tool.listed.clone(),
        };
        out.set("inputSchema", self.input_schema(tool));
        if let Some(schema) = tool.output()
            && (self.frame.era.is_modern() || is_object_schema(schema))
        {
            out.set("outputSchema", schema.to_owned());
        }
        out
    }

    /// The answer to a list request.
    ///
    /// # Errors
    /// [`Reason::CursorInvalid`].
    pub(super) fn list(&self, list: List, params: &Object) -> Result<Object, Failure> {
        let all: Vec<(&str, Object)> = match list {
            List::Tools => self
                .served()
                .filter(|tool| self.shows(*tool))
                .map(|tool| (tool.name(), self.listed_tool(tool)))
                .collect(),
            List::Prompts => self.items(&self.registry.prompts),
            List::Resources => self.items(&self.registry.resources),
            List::Templates => self.items(&self.registry.templates),
        };
        let skip = match params.get("cursor") {
            None => 0,
            Some(cursor) => {
                let after = self.open_cursor(list, cursor)?;
                let at = all.iter().position(|(name, _)| *name == after);
                at.map(|at| at + 1)
                    .ok_or_else(|| Failure::new(Reason::CursorInvalid))?
            }
        };
        let page: Vec<&(&str, Object)> = all.iter().skip(skip).take(PAGE).collect();
        let items: Vec<&Object> = page.iter().map(|(_, item)| item).collect();
        let mut out = Object::default().with(list.member(), &items);
        if skip + page.len() < all.len()
            && let Some((name, _)) = page.last()
        {
            out.set("nextCursor", json::raw(&self.seal_cursor(list, name)));
        }
        Ok(cacheable(self.frame.era, out, TTL_MS))
    }

    fn items<'a>(&self, items: &'a [Item]) -> Vec<(&'a str, Object)> {
        items
            .iter()
            .filter(|item| self.connection.groups.contains(item.group))
            .map(|item| (item.key.as_str(), item.listed.clone()))
            .collect()
    }

    fn cursor_tag(&self, list: List, name: &str) -> [u8; 32] {
        let message = bytes::pae(&[
            b"countersign/cursor/v1",
            list.member().as_bytes(),
            &self.connection.id.to_be_bytes(),
            name.as_bytes(),
        ]);
        mac(
            &self.frame.server.keyring.purpose_key(Purpose::Cursor),
            &message,
        )
    }

    /// A cursor names the last item of the page before it: it stays good when others come and go.
    fn seal_cursor(&self, list: List, name: &str) -> String {
        let tag = self.cursor_tag(list, name);
        bytes::base64url(&[tag.as_slice(), name.as_bytes()].concat())
    }

    fn open_cursor(&self, list: List, cursor: &RawValue) -> Result<String, Failure> {
        let open = || {
            let text: String = serde_json::from_str(cursor.get()).ok()?;
            let bytes = bytes::from_base64url(text.as_bytes())?;
            let (tag, name) = bytes.split_first_chunk::<32>()?;
            let name = std::str::from_utf8(name).ok()?;
            same(tag, &self.cursor_tag(list, name)).then(|| name.to_owned())
        };
        open().ok_or_else(|| Failure::new(Reason::CursorInvalid))
    }
}

/// A list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// `tools/list`
    Tools,
    /// `prompts/list`
    Prompts,
    /// `resources/list`
    Resources,
    /// `resources/templates/list`
    Templates,
}

impl List {
    const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
            Self::Templates => "resourceTemplates",
        }
    }
}

/// `result` with what a modern client may do to keep it. Everything depends on the connection, so
/// nothing is for shared caches.
pub(super) fn cacheable(era: Era, result: Object, ttl_ms: u32) -> Object {
    if !era.is_modern() {
        return result;
    }
    result.with("ttlMs", &ttl_ms).with("cacheScope", &"private")
}

/// Legacy clients take only output schemas of objects.
pub(super) fn is_object_schema(schema: &RawValue) -> bool {
    Object::parse(schema.get())
        .and_then(|schema| schema.text("type"))
        .is_some_and(|kind| kind == "object")
}
