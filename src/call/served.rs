//! The tools that a connection can see and call.

use serde_json::value::RawValue;

use super::confirmation::{ARGUMENT, REVIEW_TOOL};
use super::fields::NarrowedTool;
use super::registry::{PluginTool, Registry};
use crate::access::{Confirm, FieldRules, Group, Groups, Tool, ToolItems, admits};
use crate::json::{self, Object, RawJson};

/// A tool that the site serves.
#[derive(Clone, Copy)]
pub(crate) enum Served<'a> {
    /// A tool of the catalogue.
    Builtin(&'static Tool),
    /// A tool that a plugin registered.
    Plugin(&'a PluginTool),
}

impl<'a> Served<'a> {
    pub(crate) fn name(self) -> &'a str {
        match self {
            Self::Builtin(tool) => tool.name,
            Self::Plugin(tool) => &tool.name,
        }
    }

    /// The permission groups that open the tool. A connection needs at least one of them.
    pub(crate) fn groups(self) -> Groups {
        match self {
            Self::Builtin(tool) => tool.groups,
            Self::Plugin(tool) => Groups::of(&[tool.group]),
        }
    }

    /// The groups of which a connection that holds `held` needs one for an item that visitors see. A connection that may
    /// write and not publish is one for drafts, so it needs the group that publishes also for media, terms and others.
    pub(crate) fn visible_groups(self, held: Groups) -> Groups {
        let writes_drafts = held.contains(Group::CreateEdit);
        let decides_on_status = Groups::of(&[Group::Publish, Group::TrashRestore]);
        match self {
            _ if writes_drafts && !self.groups().intersects(decides_on_status) => {
                Groups::of(&[Group::Publish])
            }
            Self::Builtin(tool) => tool.visible_groups,
            Self::Plugin(tool) => Groups::of(&[tool.group.for_visible()]),
        }
    }

    /// Whether a call may change something. A tool of the catalogue says so itself; a review only describes what another
    /// call would do. A plugin's tool may not if it is in the group that only reads.
    pub(crate) fn may_write(self) -> bool {
        match self {
            Self::Builtin(tool) => !tool.reads_only,
            Self::Plugin(tool) => tool.group != Group::Read,
        }
    }

    /// When a call needs a confirmation token.
    pub(crate) const fn confirm(self) -> Confirm {
        match self {
            Self::Builtin(tool) => tool.confirm,
            Self::Plugin(tool) => tool.confirm,
        }
    }

    /// The argument that lists the items, of a tool that changes many.
    pub(crate) fn items(self) -> Option<ToolItems<'static>> {
        match self {
            Self::Builtin(tool) => tool.items(),
            Self::Plugin(_) => None,
        }
    }

    /// The input schema as the catalogue or the plugin wrote it. See [`ToolAccess::input_schema`] for the
    /// one that clients get.
    pub(crate) fn input(self) -> &'a RawValue {
        match self {
            Self::Builtin(tool) => tool.input_schema,
            Self::Plugin(tool) => &tool.input,
        }
    }
}

/// The tools of a registry as a connection with certain groups may use them.
#[derive(Clone, Copy)]
pub(crate) struct ToolAccess<'a> {
    registry: &'a Registry,
    groups: Groups,
    fields: &'a FieldRules,
}

impl<'a> ToolAccess<'a> {
    /// Returns the groups of which the connection needs one for an item that visitors see.
    pub(crate) fn visible_groups(self, tool: Served<'_>) -> Groups {
        tool.visible_groups(self.groups)
    }

    /// The tools of a connection with these groups and these rules for fields.
    pub(crate) const fn new(
        registry: &'a Registry,
        groups: Groups,
        fields: &'a FieldRules,
    ) -> Self {
        Self {
            registry,
            groups,
            fields,
        }
    }

    /// Iterates over every tool that the site serves, in the order of `tools/list`.
    pub(crate) fn all(self) -> impl Iterator<Item = Served<'a>> {
        let builtin = self
            .registry
            .builtin
            .iter()
            .map(|tool| Served::Builtin(tool));
        builtin.chain(self.registry.tools.iter().map(Served::Plugin))
    }

    /// Returns the served tool with this name, whether or not the connection may use it.
    pub(crate) fn find(self, name: &str) -> Option<Served<'a>> {
        self.all().find(|tool| tool.name() == name)
    }

    /// Returns the names of the tools that need a confirmation and that the connection may call.
    pub(crate) fn reviewable(self) -> Vec<&'a str> {
        self.all()
            .filter(|tool| self.is_reviewable(*tool) && self.is_possible(*tool))
            .map(Served::name)
            .collect()
    }

    /// Whether a call of `tool` can need a confirmation that the connection can get.
    pub(crate) fn is_reviewable(self, tool: Served<'_>) -> bool {
        let may = |groups| admits(self.groups, groups);
        match tool.confirm() {
            Confirm::Never => false,
            Confirm::Always => may(tool.groups()),
            Confirm::Visible => may(tool.groups()) && may(tool.visible_groups(self.groups)),
        }
    }

    /// Returns whether the connection may see and call `tool`. `request_review` is hidden from a
    /// connection that may call no tool that needs a confirmation.
    pub(crate) fn shows(self, tool: Served<'_>) -> bool {
        if tool.name() == REVIEW_TOOL {
            return !self.reviewable().is_empty();
        }
        admits(self.groups, tool.groups())
    }

    /// Returns the tool as the rules for fields narrow it. `None` if there are no rules, or it is a plugin's.
    fn narrowed(self, tool: Served<'_>) -> Option<NarrowedTool<'a>> {
        match tool {
            Served::Builtin(tool) => NarrowedTool::new(tool, self.fields),
            Served::Plugin(_) => None,
        }
    }

    /// Returns whether the rules for fields leave a call of the tool that is possible.
    fn is_possible(self, tool: Served<'_>) -> bool {
        self.narrowed(tool)
            .is_none_or(|tool| tool.input().is_some())
    }

    /// Returns whether lists show the tool: the connection may use it, and a call is possible.
    pub(crate) fn lists(self, tool: Served<'_>) -> bool {
        self.shows(tool) && self.is_possible(tool)
    }

    /// Returns the sentence for the description of the tool about the fields that the connection may not write.
    pub(crate) fn sentence(self, tool: Served<'_>) -> Option<String> {
        self.narrowed(tool)?.sentence()
    }

    /// Returns whether the entry of the tool in lists depends on the connection.
    pub(crate) fn depends(self, tool: Served<'_>) -> bool {
        tool.name() == REVIEW_TOOL || self.narrowed(tool).is_some()
    }

    /// Returns the input schema of `tool` for this connection. It is the schema as written, without arguments that the
    /// connection may not write, and with two changes: `request_review` lists the names of the tools that it accepts, and a plugin's tool that
    /// needs a confirmation gets a property for the token.
    pub(crate) fn input_schema(self, tool: Served<'_>) -> RawJson {
        let input = tool.input();
        let edit = |at: &str, change: &dyn Fn(Object) -> Object| -> Option<RawJson> {
            let mut schema = Object::parse(input.get())?;
            let mut properties = schema.object("properties").unwrap_or_default();
            let property = change(properties.object(at).unwrap_or_default());
            properties.set(at, json::raw(&property));
            schema.set("properties", json::raw(&properties));
            Some(json::raw(&schema))
        };
        let edited = match tool {
            Served::Builtin(tool) if tool.name == REVIEW_TOOL => edit("tool", &|property| {
                property.with("enum", &self.reviewable())
            }),
            Served::Plugin(tool) if tool.confirm != Confirm::Never => edit(ARGUMENT, &|_| {
                Object::default()
                    .with("type", &"string")
                    .with("maxLength", &512)
                    .with(
                        "description",
                        &"The confirmation_token that request_review returned for exactly this tool and these arguments.",
                    )
            }),
            _ => self.narrowed(tool).and_then(|tool| tool.input()),
        };
        edited.unwrap_or_else(|| input.to_owned())
    }
}
