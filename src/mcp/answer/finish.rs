//! The answer to a call: a result, a refusal, or a request for input.

use super::request_state::CallRound;
use super::result::{CheckedResult, check};
use super::{CallKind, CallStage, McpCall};
use crate::call::{Misuse, World};
use crate::json::{self, Object, RawJson};
use crate::mcp::reply::McpReply;
use crate::mcp::wire::error::{RpcError, resource_unknown};
use crate::reason::Reason;

/// The longest detail of a refusal that WordPress or a plugin supplies, in characters.
const MAX_DETAIL: usize = 2000;

/// How long a client may cache a resource, in milliseconds. Zero, because it may change at any time.
const RESOURCE_TTL_MS: u32 = 0;

impl McpCall {
    /// Returns the answer with a result. `result` is JSON as documented in the PHP class `McpCall`, and
    /// `target` names what was acted on, for the audit log. A result that does not have this form, or does
    /// not conform to the tool's output schema, is not sent: the client gets `tool_failed` instead.
    ///
    /// # Errors
    /// [`Misuse::NotBegun`] or [`Misuse::Answered`].
    pub fn result(&mut self, result: &str, target: Option<&str>) -> Result<McpReply, Misuse> {
        self.answer(target)?;
        let stateless = self.response.revision.is_stateless();
        let Some(CheckedResult { result, failed }) =
            check(self.kind, result, &self.output, stateless)
        else {
            return Ok(self.denied(RpcError::new(Reason::ToolFailed)));
        };
        let result = if self.kind == CallKind::Resource {
            self.response.cacheable(result, RESOURCE_TTL_MS)
        } else {
            result
        };
        let reply = self
            .response
            .success(&self.response.complete(result, "complete"));
        Ok(self.close(reply, failed.then_some(Reason::ToolFailed)))
    }

    /// Returns the answer to a call that WordPress refused or that failed. `reason` is a code of
    /// [`Reason`]; an unknown code counts as `tool_failed`. `detail` is shown to the client and the model;
    /// at most 2000 characters of it are sent.
    ///
    /// # Errors
    /// [`Misuse::NotBegun`] or [`Misuse::Answered`].
    pub fn deny(
        &mut self,
        reason: &str,
        detail: Option<&str>,
        target: Option<&str>,
    ) -> Result<McpReply, Misuse> {
        self.answer(target)?;
        let reason = Reason::from_word(reason).unwrap_or(Reason::ToolFailed);
        let mut failure = match (self.kind, reason) {
            (CallKind::Resource, Reason::ResourceUnknown) => resource_unknown(&self.name),
            (CallKind::Resource, Reason::TargetNotFound) => {
                let code = if self.response.revision.is_stateless() {
                    -32602
                } else {
                    -32002
                };
                RpcError::new(reason)
                    .with_code(code)
                    .data("uri", json::raw(&self.name))
            }
            _ => RpcError::new(reason),
        };
        failure.detail = self.detail(reason, detail);
        Ok(self.denied(failure))
    }

    /// Returns the detail of a refusal: what WordPress or a plugin says, or else which fields of the item changed.
    pub(super) fn detail(&mut self, reason: Reason, given: Option<&str>) -> Option<String> {
        let drift = self
            .drift
            .take()
            .filter(|_| reason == Reason::TargetChanged);
        let detail = given.or(drift.as_deref());
        detail.map(|text| text.chars().take(MAX_DETAIL).collect())
    }

    /// Returns an answer that asks the client for input. The client then repeats the call with its
    /// responses. `requests` is a JSON object of requests by key, and `state` is returned by
    /// [`state`](Self::state) in the next round.
    ///
    /// Requests that need a capability the client did not declare are left out. If none is left, the
    /// client is told which capabilities it lacks. A confirmed call cannot ask for input, because its
    /// confirmation token is used up and the call cannot be repeated.
    ///
    /// # Errors
    /// [`Misuse::NotBegun`] or [`Misuse::Answered`].
    pub fn input_required(
        &mut self,
        world: World<'_>,
        requests: &str,
        state: Option<&str>,
    ) -> Result<McpReply, Misuse> {
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
                let complete = self.response.complete(result, "input_required");
                self.close(self.response.success(&complete), None)
            }
            Err(failure) => self.denied(failure),
        })
    }

    fn question(
        &self,
        world: World<'_>,
        requests: &str,
        state: Option<&str>,
    ) -> Result<Object, RpcError> {
        let failed = || RpcError::new(Reason::ToolFailed);
        if self.kind == CallKind::Completion || self.confirmed.is_some() {
            return Err(failed());
        }
        if !self.response.revision.is_stateless() {
            return Err(RpcError::new(Reason::ClientCapabilityMissing)
                .detail("The call asks for input, which requires protocol revision 2026-07-28."));
        }
        // PHP encodes an empty array as `[]`, where an object is meant.
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
            return Err(RpcError::new(Reason::ClientCapabilityMissing)
                .data("requiredCapabilities", json::raw(&lacking)));
        }
        let sealed = match state {
            None => None,
            Some(state) => {
                let round = CallRound {
                    connection: self.connection,
                    epoch: self.epoch,
                    method: self.kind.method(),
                    name: &self.name,
                    params: &self.params,
                };
                let sealed = round.seal(&self.response.endpoint.keyring, state, world.now);
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

    fn declares(&self, capability: ClientCapability) -> bool {
        let declared = self.capabilities.object(capability.name);
        match capability.part {
            None => declared.is_some(),
            Some(part) => declared.is_some_and(|declared| declared.object(part).is_some()),
        }
    }

    /// Marks the call as answered.
    ///
    /// # Errors
    /// [`Misuse::NotBegun`] or [`Misuse::Answered`].
    fn answer(&mut self, target: Option<&str>) -> Result<(), Misuse> {
        match self.stage {
            CallStage::Decided => return Err(Misuse::NotBegun),
            CallStage::Answered => return Err(Misuse::Answered),
            CallStage::Begun => self.stage = CallStage::Answered,
        }
        // No confirmation token may be issued after the answer.
        self.review = None;
        if let Some(target) = target {
            self.attempt.target = Some(target.to_owned());
        }
        Ok(())
    }
}

/// A client capability that an input request needs.
#[derive(Clone, Copy)]
struct ClientCapability {
    name: &'static str,
    part: Option<&'static str>,
}

impl ClientCapability {
    fn add_to(self, lacking: &mut Object) {
        let empty: RawJson = json::raw(&Object::default());
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

/// Returns the capability that `request` needs, or `None` if a server may not make this request.
fn capability(request: &Object) -> Option<ClientCapability> {
    let params = match request.get("params") {
        None => Object::default(),
        Some(params) => Object::parse(params.get())?,
    };
    let of = |name, part| Some(ClientCapability { name, part });
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
