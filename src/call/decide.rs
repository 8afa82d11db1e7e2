//! The decision on one tool call.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::authors;
use super::confirmation::{self, ConfirmationSubject, Confirmed, REVIEW_TOOL};
use super::connection::Connection;
use super::consider::TargetRule;
use super::denied::DeniedCall;
use super::fields;
use super::schema;
use super::served::{Served, ToolAccess};
use super::target::TargetDigests;
use super::world::World;
use crate::access::{Confirm, Tool, ToolItems};
use crate::audit::attempt::Attempt;
use crate::json::schema::Schema;
use crate::json::{self, Object, RawJson};
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::Claims;

/// The schema that the structured content of a tool's result must conform to.
pub(crate) enum OutputSchema {
    /// The tool has no output schema.
    None,
    /// The schema of a tool of the catalogue.
    Builtin(&'static Tool),
    /// The schema that a plugin registered.
    Plugin(RawJson),
}

/// A review that may happen: the call that its confirmation token will be bound to.
pub(crate) struct Review {
    pub(crate) id: [u8; 12],
    pub(crate) subject: ConfirmationSubject,
}

/// A tool call that may happen.
pub(crate) struct AllowedCall {
    /// The arguments without the confirmation token.
    pub(crate) arguments: Object,
    pub(crate) output: OutputSchema,
    /// The review. `None` unless the tool is `request_review`.
    pub(crate) review: Option<Review>,
    /// The confirmation token that must be used up before the call is made.
    pub(crate) confirmed: Option<Claims>,
    /// What the call needs because of the item that it acts on. `None` for a tool that changes nothing.
    pub(crate) rule: Option<TargetRule>,
    /// The arguments of each item of a call on many, by its id.
    pub(crate) changes: BTreeMap<u64, Object>,
}

/// The argument with the fingerprint of the item that the agent read.
const FINGERPRINT: &str = "fingerprint";

/// Finds the tool `name` for a connection.
///
/// # Errors
/// [`Reason::ToolUnknown`] if the site does not serve such a tool, [`Reason::ToolOutsideGroups`] if the
/// connection may not use it.
pub(crate) fn find<'a>(tools: ToolAccess<'a>, name: &str) -> Result<Served<'a>, Reason> {
    let tool = tools.find(name).ok_or(Reason::ToolUnknown)?;
    if tools.shows(tool) {
        Ok(tool)
    } else {
        Err(Reason::ToolOutsideGroups)
    }
}

/// The caller of a tool, and the settings and the [`World`] that the decision depends on.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) keyring: &'a Keyring,
    pub(crate) connection: &'a Connection,
    pub(crate) tools: ToolAccess<'a>,
    pub(crate) world: World<'a>,
}

impl Caller<'_> {
    /// Decides whether `tool`, which [`find`] found, may be called with `arguments`: they conform to the
    /// schema, and a tool that needs a confirmation has one for exactly this call.
    ///
    /// `id` is a fresh random number, from which a review makes its token. `attempt` is completed with
    /// what the audit log records, also if the call is denied.
    ///
    /// # Errors
    /// [`Reason::ArgumentsInvalid`] with what to correct, one of the `Confirmation…` reasons,
    /// [`Reason::ToolUnknown`] for a review of a tool that cannot be reviewed, or [`Reason::ToolFailed`]
    /// if the tool's schema is unusable.
    pub(crate) fn decide(
        self,
        tool: Served<'_>,
        mut arguments: Object,
        id: [u8; 12],
        attempt: &mut Attempt,
    ) -> Result<AllowedCall, DeniedCall> {
        let token = if tool.confirm() == Confirm::Never {
            None
        } else {
            confirmation::take(&mut arguments)
        };
        attempt.tell(&arguments);
        attempt.target = target(tool, &arguments);
        arguments = self.check_arguments(tool, &arguments)?;
        attempt.tell(&arguments);
        self.check_fields(tool, &arguments)?;
        let mut review = None;
        let mut rule = None;
        if tool.name() == REVIEW_TOOL {
            let (reviewed, of_target) = self.review(id, &mut arguments, attempt)?;
            review = Some(reviewed);
            rule = Some(of_target);
        } else if tool.may_write() {
            rule = Some(self.rule(tool, &arguments, true)?);
        }
        let mut confirmed = None;
        if token.is_none() && tool.confirm() == Confirm::Always {
            return Err(Reason::ConfirmationMissing.into());
        }
        if let Some(token) = token {
            let token = token.ok_or(Reason::ConfirmationMalformed)?;
            let subject = self.subject(tool.name(), &arguments);
            let Confirmed { claims, target } =
                confirmation::check(self.keyring, &subject, &token, self.world)?;
            attempt.correlation = Some(confirmation::correlation(&claims.id));
            confirmed = Some(claims);
            if let Some(rule) = &mut rule {
                rule.confirm(target);
            }
        }
        let changes = tool
            .items()
            .map_or_else(Vec::new, |items| many(items, &arguments));
        Ok(AllowedCall {
            changes: changes.into_iter().collect(),
            arguments,
            output: match tool {
                Served::Builtin(tool) => OutputSchema::Builtin(tool),
                Served::Plugin(tool) => tool
                    .output
                    .clone()
                    .map_or(OutputSchema::None, OutputSchema::Plugin),
            },
            review,
            confirmed,
            rule,
        })
    }

    /// Returns what a call needs because of its target.
    ///
    /// # Errors
    /// [`Reason::ArgumentsInvalid`] for a fingerprint that is none, [`Reason::AuthorNotAllowed`] for an author whom the
    /// connection may not choose.
    fn rule(
        self,
        tool: Served<'_>,
        arguments: &Object,
        acts: bool,
    ) -> Result<TargetRule, DeniedCall> {
        let Connection {
            user, ref authors, ..
        } = *self.connection;
        authors::check(tool, user, authors, arguments)?;
        let mut rule = TargetRule::new(tool, self.connection.groups, acts);
        if let Some(items) = tool.items() {
            let ids = many(items, arguments);
            let distinct: BTreeSet<&u64> = ids.iter().map(|(id, _)| id).collect();
            if distinct.len() < ids.len() {
                return Err(correct(format!("- `{}` has an item twice", items.argument)));
            }
            for (id, item) in &ids {
                if let Some(text) = item.text(FINGERPRINT) {
                    rule.expect_item(*id, fingerprint(&text)?);
                }
            }
        } else if let Served::Builtin(_) = tool
            && let Some(text) = arguments.text(FINGERPRINT)
        {
            rule.expect(fingerprint(&text)?);
        }
        Ok(rule)
    }

    fn subject(self, tool: &str, arguments: &Object) -> ConfirmationSubject {
        let Connection { id, epoch, .. } = *self.connection;
        ConfirmationSubject::new(id, epoch, tool, arguments)
    }

    /// Returns the arguments that the tool gets: without those that mean nothing.
    ///
    /// # Errors
    /// [`Reason::ArgumentsInvalid`] with what to correct, or [`Reason::ToolFailed`] if the tool's schema is unusable.
    fn check_arguments(self, tool: Served<'_>, given: &Object) -> Result<Object, DeniedCall> {
        let accept = |schema: &Schema| {
            let unknown = self.connection.unknown_arguments;
            schema::accept(schema, given, unknown).map_err(|text| DeniedCall {
                reason: Reason::ArgumentsInvalid,
                detail: Some(text),
            })
        };
        let compiled = |text| schema::compile(text).map_err(|_| Reason::ToolFailed);
        match tool {
            Served::Builtin(builtin) if builtin.name != REVIEW_TOOL => {
                let compile = || schema::compile(builtin.input_schema).ok();
                let schema = builtin.input.get_or_init(compile);
                accept(schema.as_ref().ok_or(Reason::ToolFailed)?)
            }
            Served::Plugin(plugin) => accept(&compiled(&plugin.input)?),
            // The schema of `request_review` depends on the connection.
            Served::Builtin(_) => accept(&compiled(&self.tools.input_schema(tool))?),
        }
    }

    /// # Errors
    /// [`Reason::FieldDenied`] if the call would write a field that the connection may not write.
    fn check_fields(self, tool: Served<'_>, arguments: &Object) -> Result<(), DeniedCall> {
        match tool {
            Served::Builtin(tool) => fields::check(tool, arguments, &self.connection.fields),
            // What it writes is checked at the database.
            Served::Plugin(_) => Ok(()),
        }
    }

    /// Checks the call under review as strictly as the call itself will be checked, so that no token is
    /// issued for a call that cannot happen.
    fn review(
        self,
        id: [u8; 12],
        arguments: &mut Object,
        attempt: &mut Attempt,
    ) -> Result<(Review, TargetRule), DeniedCall> {
        let name = arguments.text("tool").unwrap_or_default();
        let mut inner = arguments.object("arguments").unwrap_or_default();
        let tool = self
            .tools
            .find(&name)
            .filter(|tool| self.tools.is_reviewable(*tool))
            .ok_or(Reason::ToolUnknown)?;
        // A review needs no token; one that was given is ignored.
        let _ = confirmation::take(&mut inner);
        attempt.target = target(tool, &inner);
        attempt.tell_review(&name, &inner);
        inner = self
            .check_arguments(tool, &inner)
            .map_err(|denied| DeniedCall {
                detail: denied.detail.map(|text| format!("In arguments:\n{text}")),
                ..denied
            })?;
        attempt.tell_review(&name, &inner);
        self.check_fields(tool, &inner)?;
        arguments.set("arguments", json::raw(&inner));
        let rule = self.rule(tool, &inner, false)?;
        let subject = self.subject(&name, &inner);
        Ok((Review { id, subject }, rule))
    }
}

/// Returns the refusal of arguments, with what to correct.
fn correct(detail: String) -> DeniedCall {
    DeniedCall {
        reason: Reason::ArgumentsInvalid,
        detail: Some(detail),
    }
}

/// # Errors
/// [`Reason::ArgumentsInvalid`] for a fingerprint that is none.
fn fingerprint(text: &str) -> Result<TargetDigests, DeniedCall> {
    TargetDigests::from_text(text).ok_or_else(|| {
        correct(format!(
            "- `{FINGERPRINT}` is not one: send the fingerprint that get_post returned"
        ))
    })
}

/// Returns the items that the arguments of a call on many name: each id, with the object that has it. An object is empty if
/// the list has the ids themselves.
fn many(items: ToolItems<'_>, arguments: &Object) -> Vec<(u64, Object)> {
    let list = arguments.get(items.argument).map(RawValue::get);
    let list: Vec<RawJson> = list
        .and_then(|list| serde_json::from_str(list).ok())
        .unwrap_or_default();
    let one = |item: &RawJson| match items.each {
        None => Some((item.get().parse().ok()?, Object::default())),
        Some(name) => {
            let item = Object::parse(item.get())?;
            Some((item.get(name)?.get().parse().ok()?, item))
        }
    };
    list.iter().filter_map(one).collect()
}

/// Returns the object that the call acts on, such as `post:12`, if the catalogue defines which argument of the tool names
/// it. A call on many acts on as many as the list has: `posts:10`. Each of them has an entry of its own.
fn target(tool: Served<'_>, arguments: &Object) -> Option<String> {
    let Served::Builtin(tool) = tool else {
        return None;
    };
    if let Some(items) = tool.items() {
        return Some(format!("{}s:{}", items.kind, many(items, arguments).len()));
    }
    let (argument, kind) = tool.target()?;
    let id: u64 = arguments.get(argument)?.get().parse().ok()?;
    Some(format!("{kind}:{id}"))
}
