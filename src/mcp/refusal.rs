//! Refusals before a connection is admitted: how they are limited, and which of them are recorded.

use super::reply::McpReply;
use super::wire::error::RpcError;
use super::wire::response::ResponseBuilder;
use crate::audit::attempt::Attempt;
use crate::audit::draft::Actor;
use crate::call::World;
use crate::decision::Denial;
use crate::limit::{Admission, CallLimit, address_key};
use crate::metering::{PAUSE, SiteMeter};
use crate::reason::Reason;

/// A refusal, and whether it is recorded.
pub(super) struct Refusal {
    error: RpcError,
    is_recorded: bool,
}

impl From<Denial> for RpcError {
    fn from(denial: Denial) -> Self {
        let error = Self::new(denial.reason);
        match denial.retry_after {
            Some(seconds) => error.retry_after(seconds),
            None => error,
        }
    }
}

impl Refusal {
    /// Refuses a request without a genuine token. It counts as a failure of its address, except under the kill switch,
    /// which is not the client's fault.
    ///
    /// A client whose token has expired is told so even when its address has no room left: it refreshes its token only
    /// after this answer, and others behind the address could otherwise lock it out.
    pub(super) fn of_address(
        reason: Reason,
        ip: &str,
        world: World<'_>,
        response: &mut ResponseBuilder,
    ) -> Self {
        let meter = meter(world, response);
        if reason == Reason::KillSwitch {
            return Self {
                error: RpcError::new(reason).retry_after(PAUSE),
                is_recorded: meter.is_first_refusal(reason, &address_key(ip)),
            };
        }
        let limit = response.endpoint.settings.ip_limit;
        let failure = meter.count_failure(ip, limit, reason);
        if let Some(admission) = failure.admission {
            response.set_rate_limit(limit, admission);
        }
        if reason == Reason::TokenExpired && failure.admission.is_some() {
            return Self {
                error: RpcError::new(reason),
                is_recorded: failure.is_recorded && failure.denial.reason == reason,
            };
        }
        Self {
            error: failure.denial.into(),
            is_recorded: failure.is_recorded,
        }
    }

    /// Refuses a request that was counted under the limit of its connection. It is recorded each time.
    pub(super) const fn recorded(reason: Reason) -> Self {
        Self {
            error: RpcError::new(reason),
            is_recorded: true,
        }
    }

    /// Refuses a genuine token that will never work again, because its connection ended or its epoch is over. The
    /// request counts as a failure of its address and not under the limit of the connection, so that an old token
    /// cannot use up what a new one needs.
    pub(super) fn of_token(
        reason: Reason,
        connection: u64,
        ip: &str,
        world: World<'_>,
        response: &mut ResponseBuilder,
    ) -> Self {
        let mut refusal = Self::of_address(reason, ip, world, response);
        if refusal.error.reason == reason {
            let subject = connection_key(connection);
            refusal.is_recorded = meter(world, response).is_first_refusal(reason, &subject);
        }
        refusal
    }

    /// Counts a request under the limit of its connection. Returns the refusal if there is no room. A connection without
    /// a limit of its own has the limit that each address has for failures.
    pub(super) fn unless_admitted(
        connection: u64,
        limit: Option<CallLimit>,
        world: World<'_>,
        response: &mut ResponseBuilder,
    ) -> Result<(), Self> {
        let limit = limit.unwrap_or(response.endpoint.settings.ip_limit);
        let key = connection_key(connection);
        let meter = meter(world, response);
        let admission = meter.count_request(&key, limit).map_err(|reason| Self {
            error: RpcError::new(reason).retry_after(PAUSE),
            is_recorded: true,
        })?;
        response.set_rate_limit(limit, admission);
        let Admission::Refused {
            retry_after,
            first_of_burst,
            ..
        } = admission
        else {
            return Ok(());
        };
        let reason = Reason::RateLimitedConnection;
        Err(Self {
            error: RpcError::new(reason).retry_after(retry_after),
            is_recorded: first_of_burst && meter.is_first_refusal(reason, &key),
        })
    }

    /// Returns the answer, with its audit entry if the refusal is recorded.
    pub(super) fn reply(self, actor: &Actor, response: &ResponseBuilder) -> McpReply {
        let entry = || Attempt::default().refusal(actor, self.error.reason);
        response
            .error(&self.error)
            .with_entry(self.is_recorded.then(entry))
    }
}

fn meter<'a>(world: World<'a>, response: &ResponseBuilder) -> SiteMeter<'a> {
    SiteMeter {
        site: response.endpoint.keyring.site(),
        now: world.now,
        store: world.store,
    }
}

fn connection_key(connection: u64) -> String {
    format!("connection:{connection}")
}
