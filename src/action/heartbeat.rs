//! Heartbeats: the messages in which a site reports its state to its operator.

use super::key::Channel;
use super::layout::ActionType;
use super::receipts::ReceivedAction;
use super::sign::{SignError, UnsignedAction};
use super::verify::VerifiedAction;
use crate::clock::Timestamp;
use crate::decision::Denial;
use crate::reason::Reason;
use crate::store::Store;

impl Channel {
    /// Signs a heartbeat with `payload`. `id` and `nonce` must be random; `lifetime_ms` is 1 to 300,000.
    ///
    /// # Errors
    /// Those of [`Channel::sign`].
    pub fn sign_heartbeat(
        &self,
        payload: &[u8],
        issued: Timestamp,
        lifetime_ms: u64,
        id: [u8; 16],
        nonce: [u8; 16],
    ) -> Result<String, SignError> {
        self.sign(&UnsignedAction {
            id,
            action_type: ActionType::heartbeat(),
            payload,
            snapshot: None,
            issued,
            lifetime_ms,
            nonce,
        })
    }

    /// Verifies a heartbeat as [`Channel::receive`] does. A heartbeat has no receipt, so it is refused if it is
    /// received a second time.
    ///
    /// # Errors
    /// The denial of [`Channel::receive`]; [`Reason::ActionReplayed`] if the heartbeat was received before.
    pub fn receive_heartbeat(
        &self,
        store: &dyn Store,
        text: &[u8],
        payload: &[u8],
        now: Timestamp,
    ) -> Result<VerifiedAction, Denial> {
        match self.receive(store, text, payload, now) {
            ReceivedAction::Accepted(message) => Ok(message),
            ReceivedAction::Receipt(..) => Err(Reason::ActionReplayed.into()),
            ReceivedAction::Denied(denial) => Err(denial),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{ActionKey, Domain};
    use crate::keyring::SiteId;
    use crate::store::MemoryStore;

    const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_060);

    fn channel(domain: Domain) -> Channel {
        let key = ActionKey::hmac(&[7; 32]).unwrap();
        Channel::new(domain, SiteId::new([1; 8]), &[&key]).unwrap()
    }

    #[test]
    fn heartbeat_is_accepted_once() {
        let (channel, store) = (channel(Domain::Heartbeat), MemoryStore::new(START));
        let text = channel
            .sign_heartbeat(b"sound", NOW, 60_000, [1; 16], [2; 16])
            .unwrap();
        let receive = || channel.receive_heartbeat(&store, text.as_bytes(), b"sound", NOW);
        let message = receive().unwrap();
        assert_eq!(message.action_type().as_str(), "heartbeat");
        assert_eq!(receive(), Err(Reason::ActionReplayed.into()));
    }

    #[test]
    fn heartbeat_on_the_channel_of_actions_is_refused() {
        let store = MemoryStore::new(START);
        let text = channel(Domain::Heartbeat)
            .sign_heartbeat(b"", NOW, 60_000, [1; 16], [2; 16])
            .unwrap();
        let refused = channel(Domain::Action).receive_heartbeat(&store, text.as_bytes(), b"", NOW);
        assert_eq!(refused, Err(Reason::ActionWrongDomain.into()));
    }

    #[test]
    fn lifetime_out_of_range_is_not_signed() {
        for lifetime in [0, 300_001] {
            let refused =
                channel(Domain::Heartbeat).sign_heartbeat(b"", NOW, lifetime, [1; 16], [2; 16]);
            assert_eq!(refused, Err(SignError::Lifetime), "{lifetime}");
        }
    }
}
