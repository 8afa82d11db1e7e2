//! `Countersign\OAuth`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::reply::PhpOAuthReply;
use super::request::PhpOAuthRequest;
use super::revocation::PhpOAuthRevocation;
use super::sender::KeptSender;
use super::token_request::PhpOAuthTokenRequest;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::oauth::RequestedClient;
use crate::php::convert::Either;
use crate::php::error::{BindingError, BindingResult};
use crate::php::found::{self, FoundArgument};
use crate::php::keyring::PhpKeyring;
use crate::php::ratchet;
use crate::php::store::PhpStore;
use crate::{keyring, oauth};

impl From<oauth::OAuthError> for BindingError {
    fn from(error: oauth::OAuthError) -> Self {
        match error {
            oauth::OAuthError::Entropy(error) => error.into(),
            other => Self::Misuse(other.to_string()),
        }
    }
}

/// The OAuth authorization server.
#[php_class]
#[php(name = "Countersign\\OAuth")]
pub struct PhpOAuth {
    server: oauth::AuthorizationServer,
    keyring: Arc<keyring::Keyring>,
}

impl PhpOAuth {
    fn sender(&self, store: &PhpStore, ip: &str) -> KeptSender {
        KeptSender {
            site: self.keyring.site(),
            store: Arc::clone(&store.0),
            ip: ip.to_owned(),
        }
    }
}

#[php_impl]
impl PhpOAuth {
    pub fn __construct(keyring: &PhpKeyring, settings: &str) -> BindingResult<Self> {
        Ok(Self {
            server: oauth::AuthorizationServer::new(settings)?,
            keyring: Arc::clone(&keyring.0),
        })
    }

    pub fn check_transport(&self) -> Option<PhpOAuthReply> {
        let refused = self.server.check_transport().err();
        refused.map(|reply| PhpOAuthReply(*reply))
    }

    pub fn resource_metadata(&self) -> String {
        self.server.resource_metadata()
    }

    pub fn server_metadata(&self) -> String {
        self.server.server_metadata()
    }

    pub fn register(
        &self,
        body: BinarySlice<u8>,
        store: &PhpStore,
        ip: &str,
    ) -> BindingResult<PhpOAuthReply> {
        ratchet::give()?;
        let reply = self.server.register(
            &self.keyring,
            &SystemEntropy,
            self.sender(store, ip).now(),
            &body,
        )?;
        Ok(PhpOAuthReply(reply))
    }

    pub fn registered_client(&self, client_id: BinarySlice<u8>) -> Option<String> {
        let client_id = std::str::from_utf8(&client_id).ok()?;
        self.server
            .registered_client(&self.keyring, client_id)
            .map(|client| client.to_json())
    }

    #[php(optional = authorization)]
    pub fn client_id(
        parameters: BinarySlice<u8>,
        authorization: Option<BinarySlice<u8>>,
    ) -> Option<String> {
        oauth::client_id(
            &parameters,
            authorization.as_ref().map_or(&[], |header| header),
        )
    }

    pub fn is_metadata_document(client_id: BinarySlice<u8>) -> bool {
        std::str::from_utf8(&client_id).is_ok_and(oauth::is_metadata_document)
    }

    pub fn is_app_scheme(scheme: &str) -> bool {
        oauth::AppSchemes::can_add(scheme)
    }

    pub fn clean_name(name: BinarySlice<u8>) -> String {
        oauth::name::clean(&String::from_utf8_lossy(&name))
    }

    #[php(optional = client)]
    pub fn authorize(
        &self,
        query: BinarySlice<u8>,
        client: Option<FoundArgument<'_>>,
        approved: Option<&ZendHashTable>,
        document: Option<BinarySlice<u8>>,
    ) -> BindingResult<Either<PhpOAuthRequest, PhpOAuthReply>> {
        let approved = approved
            .map(found::approved)
            .transpose()?
            .unwrap_or_default();
        let client = match &document {
            Some(document) => RequestedClient::Document(document),
            None => RequestedClient::Stored(found::found(client)),
        };
        let requested = self
            .server
            .authorize(&self.keyring, &query, client, &approved);
        Ok(match requested {
            Ok(request) => Either::One(PhpOAuthRequest {
                request,
                keyring: Arc::clone(&self.keyring),
            }),
            Err(reply) => Either::Other(PhpOAuthReply(*reply)),
        })
    }

    #[php(optional = client)]
    pub fn precheck(
        &self,
        query: BinarySlice<u8>,
        client: Option<FoundArgument<'_>>,
    ) -> Option<PhpOAuthReply> {
        let client = found::found(client);
        let refused = self.server.precheck(&self.keyring, &query, client).err();
        refused.map(|reply| PhpOAuthReply(*reply))
    }

    pub fn keys_address(&self, body: BinarySlice<u8>, client: FoundArgument<'_>) -> Option<String> {
        self.server
            .keys_address(&self.keyring, SystemClock.now(), &body, client.0)
    }

    #[php(optional = keys)]
    pub fn token(
        &self,
        body: BinarySlice<u8>,
        authorization: BinarySlice<u8>,
        client: FoundArgument<'_>,
        store: &PhpStore,
        ip: &str,
        keys: Option<BinarySlice<u8>>,
    ) -> Either<PhpOAuthTokenRequest, PhpOAuthReply> {
        let sender = self.sender(store, ip);
        match self.server.token(
            &self.keyring,
            sender.now(),
            &body,
            &authorization,
            client.0,
            keys.as_deref().copied(),
        ) {
            Ok(request) => Either::One(PhpOAuthTokenRequest {
                request,
                keyring: Arc::clone(&self.keyring),
                sender,
            }),
            Err(reply) => Either::Other(PhpOAuthReply(*reply)),
        }
    }

    #[php(optional = keys)]
    pub fn revoke(
        &self,
        body: BinarySlice<u8>,
        authorization: BinarySlice<u8>,
        client: FoundArgument<'_>,
        store: &PhpStore,
        ip: &str,
        keys: Option<BinarySlice<u8>>,
    ) -> Either<PhpOAuthRevocation, PhpOAuthReply> {
        let sender = self.sender(store, ip);
        match self.server.revoke(
            &self.keyring,
            sender.now(),
            &body,
            &authorization,
            client.0,
            keys.as_deref().copied(),
        ) {
            Ok(request) => Either::One(PhpOAuthRevocation { request, sender }),
            Err(reply) => Either::Other(PhpOAuthReply(*reply)),
        }
    }
}
