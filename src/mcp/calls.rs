//! What is checked before a prompt, a resource or a completion may be called; and what all calls have in
//! common.

use serde_json::value::RawValue;

use super::call::{Call, CallKind, Output};
use super::confirm;
use super::draft::{self, Attempt};
use super::era;
use super::failure::Failure;
use super::guard::World;
use super::json::{self, Object};
use super::registry::{Item, Registry};
use super::request::Handled;
use super::request_state::Round;
use super::session::{Refused, Session};
use super::stream::{LEVELS, Stream};
use super::template;
use crate::reason::Reason;

/// Legacy clients set a level once, which a server without sessions cannot remember: `info` and up.
const LEGACY_LEVEL: usize = 1;

/// A refusal of this attempt, told as a protocol error or to the model.
pub(super) fn refused(failure: impl Into<Failure>, attempt: &Attempt, as_result: bool) -> Refused {
    Refused {
        failure: failure.into(),
        attempt: Box::new(attempt.clone()),
        as_result,
    }
}

pub(super) fn invalid(text: impl Into<String>) -> Failure {
    Failure::new(Reason::ParamsInvalid).detail(text)
}

pub(super) fn attempt(action: &str, correlation: String) -> Attempt {
    Attempt {
        action: action.to_owned(),
        correlation: Some(correlation),
        ..Attempt::default()
    }
}

pub(super) fn fresh(world: World<'_>) -> Result<[u8; 12], Refused> {
    let mut id = [0; 12];
    world
        .entropy
        .fill(&mut id)
        .map_err(|_| Failure::new(Reason::EntropyUnavailable))?;
    Ok(id)
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
pub(super) fn call(
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
