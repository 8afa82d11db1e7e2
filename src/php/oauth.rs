//! `Countersign\OAuth`, `OAuthRequest`, `OAuthTokenRequest`, `OAuthReply`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::{Either, headers, int, number};
use super::decision::Decision;
use super::error::{Answer, Fault};
use super::keyring::Keyring;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::{keyring, oauth};

impl From<oauth::Error> for Fault {
    fn from(error: oauth::Error) -> Self {
        match error {
            oauth::Error::Entropy(error) => error.into(),
            other => Self::Misuse(other.to_string()),
        }
    }
}

/// The authorization server.
#[php_class]
#[php(name = "Countersign\\OAuth", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct OAuth {
    server: oauth::Server,
    keyring: Arc<keyring::Keyring>,
}

impl OAuth {
    fn hold(&self, request: oauth::AuthorizationRequest) -> OAuthRequest {
        OAuthRequest {
            request,
            keyring: Arc::clone(&self.keyring),
        }
    }
}

#[php_impl]
impl OAuth {
    pub fn __construct(keyring: &Keyring, settings: &str) -> Answer<Self> {
        Ok(Self {
            server: oauth::Server::new(settings)?,
            keyring: Arc::clone(&keyring.0),
        })
    }

    pub fn check_transport(&self) -> Option<OAuthReply> {
        let refused = self.server.check_transport().err();
        refused.map(|reply| OAuthReply(*reply))
    }

    pub fn resource_metadata(&self) -> String {
        self.server.resource_metadata()
    }

    pub fn server_metadata(&self) -> String {
        self.server.server_metadata()
    }

    pub fn register(&self, body: BinarySlice<u8>) -> Answer<OAuthReply> {
        let reply = self
            .server
            .register(&SystemEntropy, SystemClock.now(), &body)?;
        Ok(OAuthReply(reply))
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

    pub fn client_from_document(
        &self,
        client_id: &str,
        document: BinarySlice<u8>,
    ) -> Either<String, Decision> {
        match self.server.client_from_document(client_id, &document) {
            Ok(client) => Either::One(client.to_json()),
            Err(reason) => Either::Other(reason.into()),
        }
    }

    pub fn authorize(
        &self,
        query: BinarySlice<u8>,
        client: Option<&str>,
    ) -> Either<OAuthRequest, OAuthReply> {
        match self.server.authorize(&query, client) {
            Ok(request) => Either::One(self.hold(request)),
            Err(reply) => Either::Other(OAuthReply(*reply)),
        }
    }

    pub fn request(&self, json: &str) -> Answer<OAuthRequest> {
        Ok(self.hold(self.server.request(json)?))
    }

    pub fn token(
        &self,
        body: BinarySlice<u8>,
        authorization: BinarySlice<u8>,
        client: Option<&str>,
    ) -> Either<OAuthTokenRequest, OAuthReply> {
        let now = SystemClock.now();
        match self
            .server
            .token(&self.keyring, now, &body, &authorization, client)
        {
            Ok(request) => Either::One(OAuthTokenRequest {
                request,
                keyring: Arc::clone(&self.keyring),
            }),
            Err(reply) => Either::Other(OAuthReply(*reply)),
        }
    }

    pub fn revoke(
        &self,
        body: BinarySlice<u8>,
        authorization: BinarySlice<u8>,
        client: Option<&str>,
    ) -> OAuthReply {
        let now = SystemClock.now();
        OAuthReply(
            self.server
                .revoke(&self.keyring, now, &body, &authorization, client),
        )
    }
}

/// A valid authorization request.
#[php_class]
#[php(name = "Countersign\\OAuthRequest", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct OAuthRequest {
    request: oauth::AuthorizationRequest,
    keyring: Arc<keyring::Keyring>,
}

#[php_impl]
impl OAuthRequest {
    /// Only the server makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use OAuth::authorize()".into())
    }

    pub fn client_id(&self) -> &str {
        self.request.client_id()
    }

    pub fn client_name(&self) -> &str {
        self.request.client_name()
    }

    pub fn redirect_host(&self) -> String {
        self.request.redirect_host()
    }

    pub fn is_loopback(&self) -> bool {
        self.request.is_loopback()
    }

    pub fn to_json(&self) -> String {
        self.request.to_json()
    }

    pub fn approve(&self, grant_id: i64) -> Answer<String> {
        let grant = number(grant_id, "the grant id must be 0 or more")?;
        Ok(self
            .request
            .approve(&self.keyring, &SystemEntropy, SystemClock.now(), grant)?)
    }

    pub fn refuse(&self) -> String {
        self.request.refuse()
    }

    pub fn facts(&self) -> String {
        self.request.facts()
    }
}

/// A well-formed token request.
#[php_class]
#[php(name = "Countersign\\OAuthTokenRequest", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct OAuthTokenRequest {
    request: oauth::TokenRequest,
    keyring: Arc<keyring::Keyring>,
}

#[php_impl]
impl OAuthTokenRequest {
    /// Only the server makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use OAuth::token()".into())
    }

    pub fn grant_type(&self) -> &'static str {
        self.request.grant_type().as_str()
    }

    pub fn grant_id(&self) -> i64 {
        int(self.request.grant_id())
    }

    pub fn redeem(&self, grant: Option<&str>) -> Answer<OAuthReply> {
        let now = SystemClock.now();
        let reply = self
            .request
            .redeem(&self.keyring, &SystemEntropy, now, grant)?;
        Ok(OAuthReply(reply))
    }
}

/// An answer of the authorization server.
#[php_class]
#[php(name = "Countersign\\OAuthReply", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct OAuthReply(oauth::Reply);

#[php_impl]
impl OAuthReply {
    /// Only the server makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use OAuth".into())
    }

    pub fn status(&self) -> i64 {
        self.0.status().into()
    }

    pub fn headers(&self) -> Answer<ZBox<ZendHashTable>> {
        Ok(headers(self.0.headers())?)
    }

    pub fn body(&self) -> &str {
        self.0.body()
    }

    pub fn decision(&self) -> Decision {
        self.0.decision().into()
    }

    pub fn redirect(&self) -> Option<&str> {
        self.0.redirect()
    }

    pub fn client(&self) -> Option<&str> {
        self.0.client()
    }

    pub fn change(&self) -> Option<&str> {
        self.0.change()
    }
}
