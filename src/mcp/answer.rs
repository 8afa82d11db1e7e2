//! The answer to a call: exactly one of a result, a denial, or a question back.

use super::call::{Call, CallKind};
use super::calls::resource_unknown;
use super::draft;
use super::error::Error;
use super::failure::Failure;
use super::guard::World;
use super::json::{self, Object, Raw};
use super::lists::cacheable;
use super::normal::{Normal, normal};
use super::reply::Reply;
use super::request_state::Round;
use super::session::denied_result;
use super::stream;
use crate::reason::Reason;

/// The longest text of a plugin that goes with a denial, in characters.
const MAX_DETAIL: usize = 2000;

/// How long a client may keep a resource, in milliseconds: it may change at any moment.
const RESOURCE_TTL_MS: u32 = 0;

impl Call {
    /// The answer; `result` is JSON as documented at the PHP class `McpCall`. What does not conform to
    /// that, or to the tool's output schema, is never sent: the client then gets `tool_failed`.
    ///
    /// # Errors
    /// [`Error::Answered`].
    pub fn result(&mut self, result: &str, target: Option<&str>) -> Result<Reply, Error> {
        self.answer(target)?;
        let modern = self.frame.era.is_modern();
        let Some(Normal { result, failed }) = normal(self.kind, result, &self.output, modern)
        else {
            return Ok(self.denied(Failure::new(Reason::ToolFailed)));
        };
        let result = if self.kind == CallKind::Resource {
            cacheable(self.frame.era, result, RESOURCE_TTL_MS)
        } else {
            result
        };
        let reply = self.frame.success(&self.frame.complete(result, "complete"));
        Ok(self.close(reply, failed.then_some(Reason::ToolFailed)))
    }

    /// The call is refused or failed for `reason`, a code of [`Reason`]; an unknown code counts as
    /// `tool_failed`. `detail` is shown to the client and the model.
    ///
    /// # Errors
    /// [`Error::Answered`].
    pub fn deny(
        &mut self,
        reason: &str,
        detail: Option<&str>,
        target: Option<&str>,
    ) -> Result<Reply, Error> {
        self.answer(target)?;
        let reason = Reason::from_word(reason).unwrap_or(Reason::ToolFailed);
        let mut failure = match (self.kind, reason) {
            (CallKind::Resource, Reason::ResourceUnknown) => resource_unknown(&self.name),
            (CallKind::Resource, Reason::TargetNotFound) => {
                let code = if self.frame.era.is_modern() {
                    -32602
                } else {
                    -32002
                };
                Failure::new(reason)
                    .with_code(code)
                    .data("uri", json::raw(&self.name))
            }
            _ => Failure::new(reason),
        };
        failure.detail = detail.map(|text| text.chars().take(MAX_DETAIL).collect());
        Ok(self.denied(failure))
    }

    /// Asks the client for input; the same call comes again with the answers. Only what the client
    /// declared is asked for; when nothing is left of `requests`, the client is told what it lacks.
    ///
    /// A confirmed act cannot ask: its token is burned, and the same call cannot come again.
    ///
    /// # Errors
    /// [`Error::Answered`].
    pub fn input_required(
        &mut self,
        world: World<'_>,
        requests: &str,
        state: Option<&str>,
    ) -> Result<Reply, Error> {
        self.answer(None)?;
        Ok(match self.question(world, requests, state) {
            Ok(result) => {
                let mut change = self
                    .attempt
                    .change
                    .as_ref()
                    .and_then(|change| Object::parse(change.get()))
                    .unwrap_or_default();
                change.set("input_required", json::raw(&true));
                self.attempt.change = Some(json::raw(&change));
                let complete = self.frame.complete(result, "input_required");
                self.close(self.frame.success(&complete), None)
            }
            Err(failure) => self.denied(failure),
        })
    }

    fn question(
        &self,
        world: World<'_>,
        requests: &str,
        state: Option<&str>,
    ) -> Result<Object, Failure> {
        let failed = || Failure::new(Reason::ToolFailed);
        if self.kind == CallKind::Completion || self.attempt.approval.is_some() {
            return Err(failed());
        }
        if !self.frame.era.is_modern() {
            return Err(Failure::new(Reason::ClientCapabilityMissing)
                .detail("It asks back, which needs protocol revision 2026-07-28."));
        }
        // PHP writes an empty array for an empty object.
        let asked = match requests.trim() {
            "[]" => Object::default(),
            requests => Object::parse(requests).ok_or_else(failed)?,
        };
        let mut requests = Object::default();
        let mut lacking = Object::default();
        for (key, request) in asked.iter() {
            let mut request = Object::parse(request.get()).ok_or_else(failed)?;
            if request
                .get("params")
                .is_some_and(|params| params.get() == "[]")
            {
                request.set("params", json::raw(&Object::default()));
            }
            let capability = capability(&request).ok_or_else(failed)?;
            if self.declares(capability) {
                requests.set(key, json::raw(&request));
            } else {
                capability.add_to(&mut lacking);
            }
        }
        if requests.is_empty() && !lacking.is_empty() {
            return Err(Failure::new(Reason::ClientCapabilityMissing)
                .data("requiredCapabilities", json::raw(&lacking)));
        }
        let sealed = match state {
            None => None,
            Some(state) => {
                let round = Round {
                    connection: self.connection,
                    epoch: self.epoch,
                    method: self.kind.method(),
                    name: &self.name,
                    params: &self.params,
                };
                let sealed = round.seal(&self.frame.server.keyring, state, world.now);
                Some(sealed.ok_or_else(failed)?)
            }
        };
        if requests.is_empty() && sealed.is_none() {
            return Err(failed());
        }
        let mut out = Object::default();
        if !requests.is_empty() {
            out.set("inputRequests", json::raw(&requests));
        }
        if let Some(sealed) = sealed {
            out.set("requestState", json::raw(&sealed));
        }
        Ok(out)
    }

    fn declares(&self, capability: Capability) -> bool {
        let declared = self.capabilities.object(capability.name);
        match capability.part {
            None => declared.is_some(),
            Some(part) => declared.is_some_and(|declared| declared.object(part).is_some()),
        }
    }

    /// Marks the call as answered.
    fn answer(&mut self, target: Option<&str>) -> Result<(), Error> {
        if std::mem::replace(&mut self.answered, true) {
            return Err(Error::Answered);
        }
        // What was not asked for before the answer can be asked for no more.
        self.review = None;
        if let Some(target) = target {
            self.attempt.target = Some(target.to_owned());
        }
        Ok(())
    }

    fn denied(&self, failure: Failure) -> Reply {
        let protocol = failure.reason == Reason::ClientCapabilityMissing
            && self.frame.era.is_modern()
            && !failure.data.is_empty();
        let reply = if self.kind == CallKind::Tool && !protocol {
            denied_result(&self.frame, &failure)
        } else {
            self.frame.failure(&failure)
        };
        self.close(reply, Some(failure.reason))
    }

    /// Adds the entry, and makes the reply the last event when there were others before.
    fn close(&self, mut reply: Reply, reason: Option<Reason>) -> Reply {
        if self.kind != CallKind::Completion {
            reply = reply.with_entry(Some(draft::outcome(&self.actor, &self.attempt, reason)));
        }
        if self.stream.begun() {
            reply.status = 200;
            reply.headers = self.frame.stream_headers();
            reply.body = stream::event(&reply.body);
        }
        reply
    }
}

/// What a client must have declared to be asked something.
#[derive(Clone, Copy)]
struct Capability {
    name: &'static str,
    part: Option<&'static str>,
}

impl Capability {
    fn add_to(self, lacking: &mut Object) {
        let empty: Raw = json::raw(&Object::default());
        let value = match self.part {
            None => empty,
            Some(part) => {
                let mut inner = lacking.object(self.name).unwrap_or_default();
                inner.set(part, empty);
                json::raw(&inner)
            }
        };
        lacking.set(self.name, value);
    }
}

/// The capability that `request` needs; `None` when it is no request that may be made.
fn capability(request: &Object) -> Option<Capability> {
    let params = match request.get("params") {
        None => Object::default(),
        Some(params) => Object::parse(params.get())?,
    };
    let of = |name, part| Some(Capability { name, part });
    match request.text("method").as_deref()? {
        "elicitation/create" if params.text("mode").as_deref() == Some("url") => {
            of("elicitation", Some("url"))
        }
        "elicitation/create" => of("elicitation", None),
        "sampling/createMessage" if params.get("tools").is_some() => of("sampling", Some("tools")),
        "sampling/createMessage" => of("sampling", None),
        "roots/list" => of("roots", None),
        _ => None,
    }
}
