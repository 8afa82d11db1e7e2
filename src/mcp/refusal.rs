//! Refusals before a connection is admitted: how they are limited, and which of them are recorded.

use super::reply::McpReply;
use super::wire::error::RpcError;
use super::wire::response::ResponseBuilder;
use crate::audit::attempt::Attempt;
use crate::audit::draft::Actor;
use crate::call::World;
use crate::decision::Denial;
use crate::json::Object;
use crate::limit::{Admission, CallLimit, address_key};
use crate::metering::{PAUSE, SiteMeter};
use crate::reason::Reason;
use crate::record::{RecordRefusal, TokenOutlook};

/// A refusal, and whether it is recorded.
pub(super) struct Refusal {
    error: RpcError,
    is_recorded: bool,
    /// The change that belongs to the refusal, as JSON.
    change: Option<String>,
}

/// What the requests of a connection are counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Traffic {
    /// A call, under the limit of the connection.
    Call,
    /// A handshake, a list, a ping, a notification or what is no message, under a limit that is ten times as wide: a
    /// client that lists the tools before each call can still make as many calls as the administrator has allowed.
    Other,
}

/// Whose request is counted.
#[derive(Clone, Copy)]
pub(super) struct Counted<'a> {
    /// The connection that the token was issued for.
    pub(super) connection: u64,
    /// The limit of the connection. Without one, the limit that each address has for failures applies.
    pub(super) limit: Option<CallLimit>,
    pub(super) traffic: Traffic,
    pub(super) ip: &'a str,
}

impl Counted<'_> {
    /// Returns whether a refusal of an admitted request is recorded: of a call each time, of anything else once a minute for
    /// each reason. So much else is admitted that it could fill the audit log.
    pub(super) fn is_recorded(
        &self,
        reason: Reason,
        world: World<'_>,
        response: &ResponseBuilder,
    ) -> bool {
        self.traffic == Traffic::Call
            || meter(world, response).is_first_refusal(reason, &connection_key(self.connection))
    }
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
    const fn new(error: RpcError, is_recorded: bool) -> Self {
        Self {
            error,
            is_recorded,
            change: None,
        }
    }

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
            let is_recorded = meter.is_first_refusal(reason, &address_key(ip));
            return Self::new(RpcError::new(reason).retry_after(PAUSE), is_recorded);
        }
        let limit = response.endpoint.settings.ip_limit;
        let failure = meter.count_failure(ip, limit, reason);
        if let Some(admission) = failure.admission {
            response.set_rate_limit(limit, admission);
        }
        if reason == Reason::TokenExpired && failure.admission.is_some() {
            let is_recorded = failure.is_recorded && failure.denial.reason == reason;
            return Self::new(RpcError::new(reason), is_recorded);
        }
        let mut error = RpcError::from(failure.denial);
        if error.reason == Reason::HostRefused {
            error = error.detail(format!(
                "The address is {}.",
                response.endpoint.settings.endpoint
            ));
        }
        Self::new(error, failure.is_recorded)
    }

    /// Refuses a genuine token because of its connection, or because the site serves no agent.
    ///
    /// A connection that can be resumed keeps its limit, because its tokens work again then. A request with a token that
    /// will never work again counts as a failure of its address instead, so that it cannot use up what a new token needs.
    pub(super) fn of_connection(
        RecordRefusal { denial, outlook }: RecordRefusal,
        counted: Counted<'_>,
        world: World<'_>,
        response: &mut ResponseBuilder,
    ) -> Self {
        let reason = denial.reason;
        let subject = connection_key(counted.connection);
        match outlook {
            TokenOutlook::Paused => match Self::unless_admitted(counted, world, response) {
                Ok(()) => {
                    let is_recorded = counted.is_recorded(reason, world, response);
                    Self::new(denial.into(), is_recorded)
                }
                Err(limited) => limited,
            },
            TokenOutlook::Ended => {
                let mut refusal = Self::of_address(reason, counted.ip, world, response);
                if refusal.error.reason == reason {
                    refusal.is_recorded = meter(world, response).is_first_refusal(reason, &subject);
                }
                refusal
            }
            TokenOutlook::SiteClosed => {
                if let Err(limited) = Self::unless_admitted(counted, world, response)
                    && limited.error.reason == Reason::RateLimitedConnection
                {
                    return limited;
                }
                let pause = denial.retry_after.unwrap_or(PAUSE);
                let is_recorded = meter(world, response).is_first_refusal(reason, &subject);
                Self::new(
                    RpcError::unavailable(reason).retry_after(pause),
                    is_recorded,
                )
            }
        }
    }

    /// Adds the change that lets the record of the connection catch up with a token, if its epoch has to be raised to
    /// `behind`. A request over a limit changes nothing.
    pub(super) fn catching_up(mut self, connection: u64, behind: Option<u32>) -> Self {
        if let (Reason::RecordRolledBack, Some(epoch)) = (self.error.reason, behind) {
            self.change = Some(
                Object::default()
                    .with("connection", &connection)
                    .with("pause", &Reason::RecordRolledBack.code())
                    .with("raise_epoch", &epoch)
                    .to_json(),
            );
        }
        self
    }

    /// Counts a request under the limit of its connection. Returns the refusal if there is no room.
    ///
    /// The refusal is an answer, which a model reads, up to as many refusals in a window as the limit admits requests. A
    /// client that is past twice its limit does not listen, and gets status 429.
    pub(super) fn unless_admitted(
        counted: Counted<'_>,
        world: World<'_>,
        response: &mut ResponseBuilder,
    ) -> Result<(), Self> {
        let limit = counted.limit.unwrap_or(response.endpoint.settings.ip_limit);
        let subject = connection_key(counted.connection);
        let meter = meter(world, response);
        let count = |key: &str| match counted.traffic {
            Traffic::Call => Ok((meter.count_request(key, limit)?, limit)),
            Traffic::Other => meter.count_tenfold(&format!("{key}:other"), limit),
        };
        let (admission, applied) =
            count(&subject).map_err(|reason| Self::new(RpcError::unavailable(reason), true))?;
        response.set_rate_limit(applied, admission);
        let Admission::Refused {
            retry_after,
            first_of_burst,
            ..
        } = admission
        else {
            return Ok(());
        };
        let reason = Reason::RateLimitedConnection;
        let is_recorded = first_of_burst && meter.is_first_refusal(reason, &subject);
        let mut error = RpcError::new(reason).retry_after(retry_after);
        let is_answered =
            count(&format!("refused:{subject}")).is_ok_and(|(refusals, _)| refusals.is_admitted());
        if !is_answered {
            error = error.with_status(429);
        }
        Err(Self::new(error, is_recorded))
    }

    /// Returns the answer, with its audit entry if the refusal is recorded, and its change.
    ///
    /// A request that is no message cannot be told about the state of its connection: the client gets `unreadable`, and
    /// the entry has the reason. If its token does not work, or it does not heed its limit, it is told that.
    pub(super) fn reply(
        self,
        actor: &Actor,
        response: &ResponseBuilder,
        unreadable: Option<&RpcError>,
    ) -> McpReply {
        let attempt = Attempt {
            // The entry explains the change.
            target: self
                .change
                .as_ref()
                .and(actor.connection)
                .map(connection_key),
            door: response.door,
            ..Attempt::default()
        };
        let entry = || attempt.refusal(actor, self.error.reason);
        let mut reply = match unreadable {
            Some(error) if self.error.is_of_state() => response.error(error),
            _ => response.refusal(&self.error),
        };
        reply.decision = self.error.decision();
        reply
            .with_entry(self.is_recorded.then(entry))
            .with_change(self.change)
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
