//! The one place where errors of the core become exceptions of PHP.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::error::Error;
use ext_php_rs::exception::PhpException;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, ZendObject, Zval};
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals, ce};

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

            /// Sets what only a method of the class may: message and place are protected in PHP's `Exception`.
            #[php(vis = "private")]
            pub fn describe(
                self_: &mut ZendClassObject<Self>,
                message: &str,
                file: &Zval,
                line: &Zval,
            ) -> PhpResult<()> {
                self_.std.set_property("message", message)?;
                self_.std.set_property("file", file.shallow_clone())?;
                Ok(self_.std.set_property("line", line.shallow_clone())?)
            }
        }

        impl $name {
            fn object(reason: &'static str, message: String) -> Result<Zval, Error> {
                let place = place()?;
                let file = place.try_call_method("getFile", vec![])?;
                let line = place.try_call_method("getLine", vec![])?;
                let trace = place.try_call_method("getTrace", vec![])?;
                let object = ZendClassObject::new(Self { reason });
                object.std.try_call_method("describe", vec![&message, &file, &line])?;
                let object = object.into_zval(false)?;
                set_trace(&object, &trace)?;
                Ok(object)
            }
        }
    )*};
}

/// A plain exception, which knows where PHP is; an object of a class of Rust does not find out by itself.
///
/// No frame of its trace has arguments, whatever `zend.exception_ignore_args` says: key material is among them.
/// libsodium's extension does so too.
fn place() -> Result<ZBox<ZendObject>, Error> {
    let _without = WithoutArguments::begin();
    Ok(ZendObject::new(ce::exception()))
}

/// The trace is private to PHP's `Exception`: reflection alone can set it.
fn set_trace(exception: &Zval, trace: &Zval) -> Result<(), Error> {
    let Some(class) = ClassEntry::try_find("ReflectionProperty") else {
        return Ok(());
    };
    let property = class.new();
    property.try_call_method("__construct", vec![&"Exception", &"trace"])?;
    property.try_call_method("setValue", vec![exception, trace])?;
    Ok(())
}

/// While it lives, traces are taken without arguments.
struct WithoutArguments {
    before: bool,
}

impl WithoutArguments {
    fn begin() -> Self {
        let ignored = &mut ExecutorGlobals::get_mut().exception_ignore_args;
        Self {
            before: std::mem::replace(ignored, true),
        }
    }
}

impl Drop for WithoutArguments {
    fn drop(&mut self) {
        ExecutorGlobals::get_mut().exception_ignore_args = self.before;
    }
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
