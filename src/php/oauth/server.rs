//! `Countersign\OAuth`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::reply::PhpOAuthReply;
use super::request::PhpOAuthRequest;
use super::token_request::PhpOAuthTokenRequest;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::php::convert::{Either, string_list};
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingError, BindingResult};
use crate::php::keyring::PhpKeyring;
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

    pub fn register(&self, body: BinarySlice<u8>) -> BindingResult<PhpOAuthReply> {
        let reply = self
            .server
            .register(&SystemEntropy, SystemClock.now(), &body)?;
        Ok(PhpOAuthReply(reply))
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
    ) -> Either<PhpOAuthTokenRequest, PhpOAuthReply> {
        let now = SystemClock.now();
        match self
            .server
            .token(&self.keyring, now, &body, &authorization, client)
        {
            Ok(request) => Either::One(PhpOAuthTokenRequest {
                request,
                keyring: Arc::clone(&self.keyring),
            }),
            Err(reply) => Either::Other(PhpOAuthReply(*reply)),
        }
    }

    pub fn revoke(
        &self,
        body: BinarySlice<u8>,
        authorization: BinarySlice<u8>,
        client: Option<&str>,
    ) -> PhpOAuthReply {
        let now = SystemClock.now();
        PhpOAuthReply(
            self.server
                .revoke(&self.keyring, now, &body, &authorization, client),
        )
    }
}
