//! The one place where errors of the core become exceptions of PHP.

use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::error::Error;
use ext_php_rs::exception::PhpException;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, Zval};
use ext_php_rs::zend::ce;

use crate::reason::Reason;

macro_rules! exceptions {
    ($($(#[$attribute:meta])* $name:ident;)*) => {$(
        #[php_class]
        $(#[$attribute])*
        pub struct $name {
            reason: &'static str,
        }

        #[php_impl]
        impl $name {
            /// The stable reason code. Each class has its own: PHP inherits methods, Rust's fields are apart.
            pub fn reason(&self) -> &'static str {
                self.reason
            }

            /// Sets the message, which only a method of the class may: it is protected in PHP's `Exception`.
            #[php(vis = "private")]
            pub fn describe(self_: &mut ZendClassObject<Self>, message: &str) -> PhpResult<()> {
                Ok(self_.std.set_property("message", message)?)
            }
        }

        impl $name {
            fn object(reason: &'static str, message: String) -> Result<Zval, Error> {
                let object = ZendClassObject::new(Self { reason });
                object.std.try_call_method("describe", vec![&message])?;
                object.into_zval(false)
            }
        }
    )*};
}

exceptions! {
    #[php(name = "Countersign\\Exception")]
    #[php(extends(ce = ce::exception, stub = "\\Exception"))]
    CountersignException;

    #[php(name = "Countersign\\KeyException", flags = ClassFlags::Final)]
    #[php(extends(CountersignException))]
    KeyException;

    #[php(name = "Countersign\\StoreException", flags = ClassFlags::Final)]
    #[php(extends(CountersignException))]
    StoreException;
}

/// What a method of the binding fails with.
pub enum Fault {
    /// The caller used the API wrongly: a sentence without input.
    Misuse(String),
    /// Something that no caller can go on from.
    Broken {
        /// Why.
        reason: Reason,
        /// What to mend, without input.
        detail: String,
    },
    /// PHP itself.
    Php(ext_php_rs::error::Error),
}

/// The fault of wrong use.
pub(super) fn misuse(message: &'static str) -> Fault {
    Fault::Misuse(message.to_owned())
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self::Broken {
            reason,
            detail: reason.message().to_owned(),
        }
    }
}

impl From<ext_php_rs::error::Error> for Fault {
    fn from(error: ext_php_rs::error::Error) -> Self {
        Self::Php(error)
    }
}

impl From<crate::entropy::EntropyError> for Fault {
    fn from(_: crate::entropy::EntropyError) -> Self {
        Self::from(Reason::EntropyUnavailable)
    }
}

impl From<Fault> for PhpException {
    fn from(fault: Fault) -> Self {
        let (reason, message) = match fault {
            Fault::Php(error) => return error.into(),
            Fault::Misuse(message) => ("misuse", message),
            Fault::Broken { reason, detail } => (reason.code(), detail.replace('\0', "")),
        };
        let object = match reason {
            "key_unusable"
            | "action_key_unusable"
            | "key_file_unusable"
            | "recovery_code_invalid"
            | "vault_key_changed"
            | "vault_damaged"
            | "vault_wrong_site"
            | "vault_slot_missing" => KeyException::object(reason, message.clone()),
            "store_unavailable" | "store_full" | "store_restarted" => {
                StoreException::object(reason, message.clone())
            }
            _ => CountersignException::object(reason, message.clone()),
        };
        match object {
            Ok(object) => Self::from_message(message).with_object(object),
            Err(_) => Self::from_message(message),
        }
    }
}

/// What the methods of the binding return.
pub(super) type Answer<T> = std::result::Result<T, Fault>;
