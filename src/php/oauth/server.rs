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
use crate::entropy::SystemEntropy;
use crate::php::convert::{Either, string_list};
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingError, BindingResult};
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
    fn hold(&self, request: oauth::AuthorizationRequest) -> PhpOAuthRequest {
        PhpOAuthRequest {
            request,
            keyring: Arc::clone(&self.keyring),
        }
    }

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
        oauth::AuthorizationServer::registered_client(&self.keyring, client_id)
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

    pub fn clean_name(name: BinarySlice<u8>) -> String {
        oauth::name::clean(&String::from_utf8_lossy(&name))
    }

    pub fn client_from_document(
        &self,
        client_id: &str,
        document: BinarySlice<u8>,
    ) -> Either<String, PhpDecision> {
        match self.server.client_from_document(client_id, &document) {
            Ok(client) => Either::One(client.to_json()),
            Err(reason) => Either::Other(reason.into()),
        }
    }

    #[php(optional = client)]
    pub fn authorize(
        &self,
        query: BinarySlice<u8>,
        client: Option<&str>,
        approved: Option<&ZendHashTable>,
    ) -> BindingResult<Either<PhpOAuthRequest, PhpOAuthReply>> {
        let approved = approved.map(string_list).transpose()?.unwrap_or_default();
        Ok(match self.server.authorize(&query, client, &approved) {
            Ok(request) => Either::One(self.hold(request)),
            Err(reply) => Either::Other(PhpOAuthReply(*reply)),
        })
    }

    pub fn request(&self, json: &str) -> BindingResult<PhpOAuthRequest> {
        Ok(self.hold(self.server.request(json)?))
    }

    pub fn token(
        &self,
        body: BinarySlice<u8>,
        authorization: BinarySlice<u8>,
        client: Option<&str>,
        store: &PhpStore,
        ip: &str,
    ) -> Either<PhpOAuthTokenRequest, PhpOAuthReply> {
        let sender = self.sender(store, ip);
        match self
            .server
            .token(&self.keyring, sender.now(), &body, &authorization, client)
        {
            Ok(request) => Either::One(PhpOAuthTokenRequest {
                request,
                keyring: Arc::clone(&self.keyring),
                sender,
            }),
            Err(reply) => Either::Other(PhpOAuthReply(*reply)),
        }
    }

    pub fn revoke(
        &self,
        body: BinarySlice<u8>,
        authorization: BinarySlice<u8>,
        client: Option<&str>,
        store: &PhpStore,
        ip: &str,
    ) -> Either<PhpOAuthRevocation, PhpOAuthReply> {
        let sender = self.sender(store, ip);
        match self
            .server
            .revoke(&self.keyring, sender.now(), &body, &authorization, client)
        {
            Ok(request) => Either::One(PhpOAuthRevocation { request, sender }),
            Err(reply) => Either::Other(PhpOAuthReply(*reply)),
        }
    }
}
