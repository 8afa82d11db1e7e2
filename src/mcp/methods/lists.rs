//! The methods `tools/list`, `prompts/list`, `resources/list` and `resources/templates/list`.
//!
//! A list contains the items that the connection may use, in a fixed order and in pages
//! ([specification](https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/pagination)).

use serde_json::value::RawValue;

use super::outcome::{Handled, RefusedRequest};
use crate::access::{Confirm, Tool};
use crate::bytes;
use crate::call::registry::RegisteredItem;
use crate::call::served::{Served, ToolAccess};
use crate::call::{World, listed};
use crate::json::{self, Object, RawJson};
use crate::keyring::Purpose;
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::error::RpcError;
use crate::mcp::wire::revision::Revision;
use crate::reason::Reason;
use crate::secret::{mac, same};

/// The size of a page, in bytes of JSON. Many clients read only the first page, so it is as large as an answer may well be.
const PAGE: usize = 1 << 20;

/// How long a client may cache a list, in milliseconds.
const TTL_MS: u32 = 300_000;

/// Handles `tools/list`.
pub(super) fn tools(
    exchange: &mut Exchange,
    _: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let access = exchange.tools();
    let revision = exchange.response.revision;
    let items = access
        .all()
        .filter(|tool| access.lists(*tool))
        .map(|tool| (tool.name(), listed_tool(access, tool, revision)))
        .collect();
    page(exchange, ListKind::Tools, items, params)
}

/// Handles `prompts/list`.
pub(super) fn prompts(
    exchange: &mut Exchange,
    _: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let items = open_items(exchange, &exchange.registry.prompts);
    page(exchange, ListKind::Prompts, items, params)
}

/// Handles `resources/list`.
pub(super) fn resources(
    exchange: &mut Exchange,
    _: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let items = open_items(exchange, &exchange.registry.resources);
    page(exchange, ListKind::Resources, items, params)
}

/// Handles `resources/templates/list`.
pub(super) fn templates(
    exchange: &mut Exchange,
    _: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let items = open_items(exchange, &exchange.registry.templates);
    page(exchange, ListKind::Templates, items, params)
}

/// Names and entries of a whole list, in its order.
type ListItems<'a> = Vec<(&'a str, Object)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListKind {
    Tools,
    Prompts,
    Resources,
    Templates,
}

impl ListKind {
    /// Returns the name of the member of the result that contains the items.
    const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
            Self::Templates => "resourceTemplates",
        }
    }
}

fn listed_tool(access: ToolAccess<'_>, tool: Served<'_>, revision: Revision) -> Object {
    let stateless = revision.is_stateless();
    let mut out = match tool {
        Served::Builtin(tool) => listed_builtin(tool, revision),
        Served::Plugin(tool) => tool.listed.clone(),
    };
    match tool {
        Served::Builtin(builtin) if access.depends(tool) => {
            out.set("inputSchema", listed::input(&access.input_schema(tool)));
            if let Some(sentence) = access.sentence(tool) {
                let description = format!("{} {sentence}", builtin.description);
                out.set("description", json::raw(&description));
            }
        }
        Served::Builtin(_) => {}
        Served::Plugin(_) => out.set("inputSchema", access.input_schema(tool)),
    }
    if tool.confirm() != Confirm::Never {
        let meta = out.object("_meta").unwrap_or_default();
        let meta = meta.with("countersign/confirm", tool.confirm().to_json());
        let meta = meta.with(
            "countersign/visibleGroups",
            &access.visible_groups(tool).words(),
        );
        out.set("_meta", json::raw(&meta));
    }
    if let Served::Plugin(tool) = tool
        && let Some(schema) = tool.output.as_deref()
        && (stateless || is_object_schema(schema))
    {
        out.set("outputSchema", schema.to_owned());
    }
    out
}

/// Returns the entry of a tool of the catalogue, without what depends on the connection.
///
/// The title is repeated in the annotations only for clients that may be of revision 2025-03-26, which has no other.
fn listed_builtin(tool: &'static Tool, revision: Revision) -> Object {
    let has_title = revision != Revision::Jun2025;
    let [newer, older] = &tool.listed;
    let cached = if has_title { newer } else { older };
    let make = || {
        let mut annotations = Object::parse(tool.annotations.get()).unwrap_or_default();
        if has_title {
            annotations.remove("title");
        }
        let reads = annotations.get("readOnlyHint").map(RawValue::get) == Some("true");
        if reads {
            // It means nothing for a tool that changes nothing.
            annotations.remove("idempotentHint");
        }
        let mut out = Object::default()
            .with("name", &tool.name)
            .with("title", &tool.title)
            .with("description", &tool.description)
            .with("annotations", &annotations);
        out.set("inputSchema", listed::input(tool.input_schema));
        out.set("outputSchema", listed::output(tool.output_schema, !reads));
        out
    };
    cached.get_or_init(make).clone()
}

/// Returns whether a schema is for objects. Older revisions have no other output schemas.
fn is_object_schema(schema: &RawValue) -> bool {
    Object::parse(schema.get())
        .and_then(|schema| schema.text("type"))
        .is_some_and(|kind| kind == "object")
}

/// Returns the items that the connection may use.
fn open_items<'a>(exchange: &Exchange, items: &'a [RegisteredItem]) -> ListItems<'a> {
    items
        .iter()
        .filter(|item| exchange.connection.groups.contains(item.group))
        .map(|item| (item.key.as_str(), item.listed.clone()))
        .collect()
}

/// Returns the page of a list that `params.cursor` asks for: at least one item, and as many as [`PAGE`] holds.
///
/// # Errors
/// [`Reason::CursorInvalid`] or [`Reason::CursorUnknown`].
fn page(
    exchange: &Exchange,
    kind: ListKind,
    all: ListItems<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let skip = match params.present("cursor").filter(|text| text.get() != "\"\"") {
        None => 0,
        Some(cursor) => {
            let after = open_cursor(exchange, kind, cursor)?;
            let at = all.iter().position(|(name, _)| *name == after);
            at.map(|at| at + 1).ok_or(Reason::CursorUnknown)?
        }
    };
    let mut items: Vec<RawJson> = Vec::new();
    let mut room = PAGE;
    let mut last = None;
    for (name, item) in all.iter().skip(skip) {
        let item = json::raw(item);
        match room.checked_sub(item.get().len() + 1) {
            Some(left) => room = left,
            None if items.is_empty() => room = 0,
            None => break,
        }
        items.push(item);
        last = Some(name);
    }
    let mut out = Object::default().with(kind.member(), &items);
    if skip + items.len() < all.len()
        && let Some(name) = last
    {
        out.set("nextCursor", json::raw(&seal_cursor(exchange, kind, name)));
    }
    Ok(Handled::Result(exchange.response.cacheable(out, TTL_MS)))
}

fn cursor_tag(exchange: &Exchange, kind: ListKind, name: &str) -> [u8; 32] {
    let message = bytes::pae(&[
        b"countersign/cursor/v1",
        kind.member().as_bytes(),
        &exchange.connection.id.to_be_bytes(),
        name.as_bytes(),
    ]);
    let keyring = &exchange.response.endpoint.keyring;
    mac(&keyring.purpose_key(Purpose::Cursor), &message)
}

/// Returns the cursor of the page after the item `name`: base64url(tag, 32 bytes ‖ name). Because it names
/// an item and not a position, it stays valid when other items are added or removed.
fn seal_cursor(exchange: &Exchange, kind: ListKind, name: &str) -> String {
    let tag = cursor_tag(exchange, kind, name);
    bytes::base64url(&[tag.as_slice(), name.as_bytes()].concat())
}

fn open_cursor(exchange: &Exchange, kind: ListKind, cursor: &RawValue) -> Result<String, RpcError> {
    let open = || {
        let text: String = serde_json::from_str(cursor.get()).ok()?;
        let bytes = bytes::from_base64url(text.as_bytes())?;
        let (tag, name) = bytes.split_first_chunk::<32>()?;
        let name = std::str::from_utf8(name).ok()?;
        same(tag, &cursor_tag(exchange, kind, name)).then(|| name.to_owned())
    };
    open().ok_or_else(|| RpcError::new(Reason::CursorInvalid))
}
