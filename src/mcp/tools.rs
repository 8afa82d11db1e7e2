//! What is checked before a tool may be called.

use super::call::{CallKind, Output, Review};
use super::calls::{attempt, call, fresh, invalid, refused};
use super::confirm::{self, Subject};
use super::draft::{self, Attempt};
use super::failure::Failure;
use super::guard::World;
use super::headers;
use super::json::{self, Object};
use super::lists::Served;
use super::registry::{REVIEW, is_tool_name};
use super::request::Handled;
use super::schema;
use super::session::{Refused, Session};
use crate::reason::Reason;

/// `tools/call`: the tool is shown to this connection, headers agree, arguments fit, and what needs a
/// confirmation has one.
pub(super) fn call_tool(
    session: &Session,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, Refused> {
    let id = fresh(world)?;
    let name = params
        .text("name")
        .ok_or_else(|| invalid("params.name is required, a string."))?;
    let action = if is_tool_name(&name) {
        &name
    } else {
        "tools/call"
    };
    let mut attempt = attempt(action, confirm::correlation(&id));
    let tool = session
        .served()
        .find(|tool| tool.name() == name)
        .ok_or_else(|| refused(Reason::ToolUnknown, &attempt, false))?;
    if !session.shows(tool) {
        return Err(refused(Reason::ToolOutsideGroups, &attempt, false));
    }
    let mut arguments = match params.get("arguments") {
        None => Object::default(),
        Some(given) => Object::parse(given.get()).ok_or_else(|| {
            refused(
                invalid("params.arguments must be an object."),
                &attempt,
                false,
            )
        })?,
    };
    if let Served::Plugin(plugin) = tool
        && session.frame.era.is_modern()
    {
        headers::check_mirrored(&session.headers, &plugin.mirrored, &arguments)
            .map_err(|failure| refused(failure, &attempt, false))?;
    }
    let token = if tool.confirm() {
        confirm::take(&mut arguments)
    } else {
        None
    };
    attempt.change = Some(draft::change(&arguments));
    attempt.target = target(tool, &arguments);
    check_arguments(session, tool, &arguments)
        .map_err(|failure| refused(failure, &attempt, true))?;

    let mut review = None;
    if name == REVIEW {
        review = Some(review_of(session, id, &mut arguments, &mut attempt)?);
    }
    let mut confirmed = None;
    if tool.confirm() {
        let refuse = |reason: Reason| refused(reason, &attempt, true);
        let token = token
            .ok_or_else(|| refuse(Reason::ConfirmationMissing))?
            .ok_or_else(|| refuse(Reason::ConfirmationMalformed))?;
        let subject = subject(session, &name, &arguments);
        let keyring = &session.frame.server.keyring;
        let claims = confirm::check(keyring, &subject, &token, world).map_err(refuse)?;
        confirmed = Some(claims);
    }
    if let Some(claims) = &confirmed {
        attempt.correlation = Some(confirm::correlation(&claims.id));
    }
    let mut call = call(session, world, CallKind::Tool, &name, params, attempt)?;
    if let Some(claims) = &confirmed {
        // Last of all: nothing that could still refuse may come after a token is burned.
        world
            .spend(claims)
            .map_err(|reason| refused(reason, &call.attempt, true))?;
        call.attempt.approval = Some("confirmed");
        call.intent = Some(draft::intent(&call.actor, &call.attempt));
    }
    call.arguments = arguments.to_json();
    call.review = review;
    call.output = match tool {
        Served::Builtin(tool) => Output::Builtin(tool),
        Served::Plugin(tool) => tool.output.clone().map_or(Output::Free, Output::Plugin),
    };
    Ok(Handled::Call(Box::new(call)))
}

fn subject(session: &Session, tool: &str, arguments: &Object) -> Subject {
    Subject::new(
        session.connection.id,
        session.connection.epoch,
        tool,
        arguments,
    )
}

/// `post:12`, for a tool of the catalogue that says which argument names its target.
fn target(tool: Served<'_>, arguments: &Object) -> Option<String> {
    let Served::Builtin(tool) = tool else {
        return None;
    };
    let (argument, kind) = tool.target()?;
    let id: u64 = arguments.get(argument)?.get().parse().ok()?;
    Some(format!("{kind}:{id}"))
}

fn check_arguments(session: &Session, tool: Served<'_>, arguments: &Object) -> Result<(), Failure> {
    let told = |text: String| Failure::new(Reason::ArgumentsInvalid).detail(text);
    let json = arguments.to_json();
    match tool {
        Served::Builtin(builtin) if builtin.name != REVIEW => {
            let validator = builtin
                .input
                .get_or_init(|| schema::compile(builtin.input_schema))
                .as_ref()
                .ok_or(Reason::ToolFailed)?;
            schema::check(validator, builtin.input_schema, &json).map_err(told)
        }
        Served::Plugin(plugin) => {
            let validator = schema::compile(&plugin.input).ok_or(Reason::ToolFailed)?;
            schema::check(&validator, &plugin.input, &json).map_err(told)
        }
        // Which tools can be reviewed depends on the connection.
        Served::Builtin(_) => {
            let schema = session.input_schema(tool);
            let validator = schema::compile(&schema).ok_or(Reason::ToolFailed)?;
            schema::check(&validator, &schema, &json).map_err(told)
        }
    }
}

/// Checks what a review is about as strictly as the act itself will be, so that a token is never for
/// an act that cannot happen.
fn review_of(
    session: &Session,
    id: [u8; 12],
    arguments: &mut Object,
    attempt: &mut Attempt,
) -> Result<Review, Refused> {
    let name = arguments.text("tool").unwrap_or_default();
    let mut inner = arguments.object("arguments").unwrap_or_default();
    let tool = session
        .served()
        .find(|tool| tool.name() == name && tool.confirm() && session.shows(*tool))
        .ok_or_else(|| refused(Reason::ToolUnknown, attempt, true))?;
    let _ = confirm::take(&mut inner);
    attempt.target = target(tool, &inner);
    attempt.change = Some(json::raw(
        &Object::default()
            .with("tool", &name)
            .with("arguments", &draft::summary(&inner)),
    ));
    check_arguments(session, tool, &inner).map_err(|mut failure| {
        failure.detail = failure.detail.map(|text| format!("In arguments:\n{text}"));
        refused(failure, attempt, true)
    })?;
    arguments.set("arguments", json::raw(&inner));
    Ok(Review {
        id,
        subject: subject(session, &name, &inner),
    })
}
