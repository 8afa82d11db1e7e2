//! The one place where errors of the core become exceptions of PHP.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::error::Error;
use ext_php_rs::exception::PhpException;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, ZendObject, Zval};
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals, ce};

use crate::entropy::EntropyError;
use crate::reason::{FailingPart, Reason};

/// The code of an exception that is thrown for incorrect use of the API. It is not a [`Reason`], because no client sees
/// it.
const MISUSE: &str = "misuse";

macro_rules! exceptions {
    ($($(#[$attribute:meta])* $name:ident;)*) => {$(
        #[php_class]
        $(#[$attribute])*
        pub struct $name {
            reason: &'static str,
        }

        #[php_impl]
        impl $name {
            /// Returns the stable reason code. Each class has its own method: PHP inherits methods, but not the fields
            /// of the Rust type.
            pub fn reason(&self) -> &'static str {
                self.reason
            }

            /// Sets the message and the place, which are protected in PHP's `Exception`.
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

/// Creates a plain exception. PHP sets its file, line and trace, which it does not do for an object of a Rust class.
///
/// No frame of the trace has arguments, whatever `zend.exception_ignore_args` says, because key material may be among
/// them. PHP's sodium extension does the same.
fn place() -> Result<ZBox<ZendObject>, Error> {
    let _without = WithoutArguments::begin();
    Ok(ZendObject::new(ce::exception()))
}

/// Sets the trace, which is private to PHP's `Exception`, by reflection.
fn set_trace(exception: &Zval, trace: &Zval) -> Result<(), Error> {
    let Some(class) = ClassEntry::try_find("ReflectionProperty") else {
        return Ok(());
    };
    let property = class.new();
    property.try_call_method("__construct", vec![&"Exception", &"trace"])?;
    property.try_call_method("setValue", vec![exception, trace])?;
    Ok(())
}

/// While a value of this type exists, PHP records traces without arguments.
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

/// Why a method of the binding throws.
pub enum BindingError {
    /// The caller used the API incorrectly. The sentence contains no input.
    Misuse(String),
    /// The caller cannot continue.
    Failed {
        /// The stable code.
        reason: Reason,
        /// A sentence that says what to repair, without input.
        detail: String,
    },
    /// An error of PHP itself.
    Php(Error),
}

impl BindingError {
    /// An error with this reason, or misuse if there is none.
    pub(super) fn of(reason: Option<Reason>, detail: String) -> Self {
        match reason {
            Some(reason) => Self::Failed { reason, detail },
            None => Self::Misuse(detail),
        }
    }
}

/// Returns the error for incorrect use of the API.
pub(super) fn misuse(message: &'static str) -> BindingError {
    BindingError::Misuse(message.to_owned())
}

impl From<Reason> for BindingError {
    fn from(reason: Reason) -> Self {
        Self::Failed {
            reason,
            detail: reason.message().to_owned(),
        }
    }
}

impl From<Error> for BindingError {
    fn from(error: Error) -> Self {
        Self::Php(error)
    }
}

impl From<EntropyError> for BindingError {
    fn from(_: EntropyError) -> Self {
        Self::from(Reason::EntropyUnavailable)
    }
}

impl From<BindingError> for PhpException {
    fn from(error: BindingError) -> Self {
        let (object, message) = match error {
            BindingError::Php(error) => return error.into(),
            BindingError::Misuse(message) => {
                let object = CountersignException::object(MISUSE, message.clone());
                (object, message)
            }
            BindingError::Failed { reason, detail } => {
                // PHP would throw its own `Error` instead for a message with a NUL byte.
                let message = detail.replace('\0', "");
                let object = match reason.failing_part() {
                    FailingPart::Keys => KeyException::object(reason.code(), message.clone()),
                    FailingPart::Store => StoreException::object(reason.code(), message.clone()),
                    FailingPart::Other => {
                        CountersignException::object(reason.code(), message.clone())
                    }
                };
                (object, message)
            }
        };
        match object {
            Ok(object) => Self::from_message(message).with_object(object),
            Err(_) => Self::from_message(message),
        }
    }
}

/// The result of a method of the binding.
pub(super) type BindingResult<T> = std::result::Result<T, BindingError>;
