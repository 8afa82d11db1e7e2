//! `Countersign\TrustedProxies`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::string_list;
use super::error::{BindingError, BindingResult, misuse};
use crate::network::{ForwardingHeader, TrustedProxies};

/// The proxies whose word about the address of their peer is believed.
#[php_class]
#[php(name = "Countersign\\TrustedProxies")]
pub struct PhpTrustedProxies(TrustedProxies);

#[php_impl]
impl PhpTrustedProxies {
    pub fn __construct(networks: &ZendHashTable, field: &str) -> BindingResult<Self> {
        let header = ForwardingHeader::from_word(&field.to_ascii_lowercase())
            .ok_or_else(|| misuse("the header must be X-Forwarded-For or Forwarded"))?;
        TrustedProxies::new(&string_list(networks)?, header)
            .map(Self)
            .map_err(|error| BindingError::Misuse(error.to_string()))
    }

    pub fn fault(network: &str) -> Option<&'static str> {
        TrustedProxies::parse_network(network)
            .err()
            .map(|error| error.code())
    }

    pub fn trusts(&self, ip: &str) -> bool {
        ip.parse().is_ok_and(|address| self.0.trusts(address))
    }

    pub fn client_address(&self, peer: &str, headers: &ZendHashTable) -> Option<String> {
        let name = self.0.header().word();
        let values: Vec<&str> = headers
            .iter()
            .filter(|(other, _)| other.to_string().eq_ignore_ascii_case(name))
            // What is not UTF-8 is not an address, and must not be passed over.
            .map(|(_, value)| value.str().unwrap_or("unknown"))
            .collect();
        let peer = peer.parse().ok()?;
        Some(self.0.client_address(peer, &values).to_string())
    }
}
