//! What is checked before anything may be called.

use serde_json::value::RawValue;

use super::call::{Call, CallKind, Output, Review};
use super::confirm::{self, Subject};
use super::draft::{self, Attempt};
use super::era;
use super::failure::Failure;
use super::guard::World;
use super::headers;
use super::json::{self, Object};
use super::lists::Served;
use super::registry::{Item, REVIEW, Registry, is_tool_name};
use super::request::Handled;
use super::request_state::Round;
use super::schema;
use super::session::{Refused, Session};
use super::stream::{LEVELS, Stream};
use super::template;
use crate::reason::Reason;

/// Legacy clients set a level once, which a server without sessions cannot remember: `info` and up.
const LEGACY_LEVEL: usize = 1;

/// A refusal of this attempt, told as a protocol error or to the model.
fn refused(failure: impl Into<Failure>, attempt: &Attempt, as_result: bool) -> Refused {
    Refused {
        failure: failure.into(),
        attempt: attempt.clone(),
        as_result,
    }
}

fn invalid(text: impl Into<String>) -> Failure {
    Failure::new(Reason::ParamsInvalid).detail(text)
}

fn attempt(action: &str, correlation: String) -> Attempt {
    Attempt {
        action: action.to_owned(),
        correlation: Some(correlation),
        ..Attempt::default()
    }
}

fn fresh(world: World<'_>) -> Result<[u8; 12], Refused> {
    let mut id = [0; 12];
    world
        .entropy
        .fill(&mut id)
        .map_err(|_| Failure::new(Reason::EntropyUnavailable))?;
    Ok(id)
}

/// `tools/call`: the tool is shown to this connection, headers agree, arguments fit, and what needs a
/// confirmation has one.
pub(super) fn tool(
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
        confirm::spend(claims, world).map_err(|reason| refused(reason, &call.attempt, true))?;
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

/// `prompts/get`
pub(super) fn prompt(
    session: &Session,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, Refused> {
    let id = fresh(world)?;
    let mut attempt = attempt("prompts/get", confirm::correlation(&id));
    let name = params
        .text("name")
        .ok_or_else(|| invalid("params.name is required, a string."))?;
    let prompt = Registry::find(&session.registry.prompts, &name, session.connection.groups)
        .ok_or_else(|| refused(Reason::PromptUnknown, &attempt, false))?;
    attempt.target = Some(format!("prompt:{name}"));
    let given = match params.get("arguments") {
        None => Some(Object::default()),
        Some(given) => Object::parse(given.get()),
    };
    let texts = |given: &Object| given.iter().all(|(_, value)| json::kind(value) == "string");
    let arguments = given.filter(texts).ok_or_else(|| {
        refused(
            invalid("params.arguments must be an object of strings."),
            &attempt,
            false,
        )
    })?;
    attempt.change = Some(draft::change(&arguments));
    if let Some(missing) = missing_arguments(prompt, &arguments) {
        let text = format!("The prompt needs the arguments: {missing}.");
        return Err(refused(invalid(text), &attempt, false));
    }
    let mut call = call(session, world, CallKind::Prompt, &name, params, attempt)?;
    call.arguments = arguments.to_json();
    Ok(Handled::Call(Box::new(call)))
}

fn missing_arguments(prompt: &Item, given: &Object) -> Option<String> {
    let declared: Vec<Object> = prompt
        .listed
        .get("arguments")
        .and_then(|list| serde_json::from_str(list.get()).ok())
        .unwrap_or_default();
    let missing: Vec<String> = declared
        .iter()
        .filter(|argument| argument.get("required").map(RawValue::get) == Some("true"))
        .filter_map(|argument| argument.text("name"))
        .filter(|name| given.get(name).is_none())
        .collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// `resources/read`
pub(super) fn resource(
    session: &Session,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, Refused> {
    let id = fresh(world)?;
    let mut attempt = attempt("resources/read", confirm::correlation(&id));
    let uri = params
        .text("uri")
        .ok_or_else(|| invalid("params.uri is required, a string."))?;
    let groups = session.connection.groups;
    let exact = Registry::find(&session.registry.resources, &uri, groups);
    let by_template = || {
        session
            .registry
            .templates
            .iter()
            .filter(|item| groups.contains(item.group))
            .find_map(|item| Some((item.key.clone(), template::matches(&item.key, &uri)?)))
    };
    let (template, variables) = match exact {
        Some(_) => (None, Object::default()),
        None => match by_template() {
            Some((template, variables)) => (Some(template), variables),
            None => return Err(refused(resource_unknown(&uri), &attempt, false)),
        },
    };
    attempt.target = Some(template.clone().unwrap_or_else(|| uri.clone()));
    attempt.change = Some(draft::change(&variables));
    let mut call = call(session, world, CallKind::Resource, &uri, params, attempt)?;
    call.template = template;
    call.arguments = variables.to_json();
    Ok(Handled::Call(Box::new(call)))
}

/// The specification has the URI repeated.
pub(super) fn resource_unknown(uri: &str) -> Failure {
    let uri: String = uri.chars().take(2048).collect();
    Failure::new(Reason::ResourceUnknown).data("uri", json::raw(&uri))
}

/// `completion/complete`: not recorded, as it changes and tells nothing that the lists do not.
pub(super) fn completion(
    session: &Session,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, Refused> {
    let id = fresh(world)?;
    let reference = params
        .object("ref")
        .ok_or_else(|| invalid("params.ref is required, an object."))?;
    let argument = params
        .object("argument")
        .filter(|argument| argument.text("name").is_some() && argument.text("value").is_some())
        .ok_or_else(|| invalid("params.argument needs name and value, both strings."))?;
    let groups = session.connection.groups;
    let name = match reference.text("type").as_deref() {
        Some("ref/prompt") => {
            let name = reference.text("name").unwrap_or_default();
            Registry::find(&session.registry.prompts, &name, groups)
                .ok_or(Reason::PromptUnknown)?;
            name
        }
        Some("ref/resource") => {
            let uri = reference.text("uri").unwrap_or_default();
            Registry::find(&session.registry.templates, &uri, groups)
                .or_else(|| Registry::find(&session.registry.resources, &uri, groups))
                .ok_or_else(|| resource_unknown(&uri))?;
            uri
        }
        _ => return Err(invalid("params.ref.type must be ref/prompt or ref/resource.").into()),
    };
    let mut arguments = Object::default().with("argument", &argument);
    if let Some(context) = params.object("context") {
        arguments.set("context", json::raw(&context));
    }
    let attempt = attempt("completion/complete", confirm::correlation(&id));
    let mut call = call(session, world, CallKind::Completion, &name, params, attempt)?;
    call.intent = None;
    call.arguments = arguments.to_json();
    Ok(Handled::Call(Box::new(call)))
}

/// What all calls have in common: the rounds of a modern call, the stream, the intent.
fn call(
    session: &Session,
    world: World<'_>,
    kind: CallKind,
    name: &str,
    params: &Object,
    attempt: Attempt,
) -> Result<Call, Refused> {
    let modern = session.frame.era.is_modern();
    let mut input_responses = Object::default();
    let mut state = None;
    if modern && kind != CallKind::Completion {
        if let Some(given) = params.get("inputResponses") {
            let objects =
                |given: &Object| given.iter().all(|(_, value)| json::kind(value) == "object");
            input_responses = Object::parse(given.get()).filter(objects).ok_or_else(|| {
                let failure = invalid("params.inputResponses must be an object of objects.");
                refused(failure, &attempt, false)
            })?;
        }
        if params.get("requestState").is_some() {
            let round = Round {
                connection: session.connection.id,
                epoch: session.connection.epoch,
                method: kind.method(),
                name,
                params,
            };
            let text = params.text("requestState").unwrap_or_default();
            let opened = round
                .open(&session.frame.server.keyring, &text, world.now)
                .map_err(|reason| refused(reason, &attempt, false))?;
            state = Some(opened);
        }
    }
    let level = if modern {
        let asked = session.meta.log_level.as_deref();
        asked.and_then(|asked| LEVELS.iter().position(|level| *level == asked))
    } else {
        Some(LEGACY_LEVEL)
    };
    Ok(Call {
        kind,
        name: name.to_owned(),
        template: None,
        arguments: String::new(),
        intent: Some(draft::intent(&session.actor, &attempt)),
        frame: session.frame.clone(),
        actor: session.actor.clone(),
        attempt,
        connection: session.connection.id,
        epoch: session.connection.epoch,
        output: Output::Free,
        review: None,
        stream: Stream::new(
            session.headers.accepts_stream(),
            era::progress_token(params),
            level,
        ),
        params: params.clone(),
        capabilities: session.meta.capabilities.clone(),
        input_responses,
        state,
        answered: false,
    })
}
