//! Raw Node-API callbacks for the hot functions.
//!
//! A `#[napi]` function costs about 115 ns with a byte argument; a raw callback about 43 ns.
//! Everything else uses the macros. This is the only module that calls Node-API by hand.
//!
//! [`call`] reads arguments and makes results, [`borrows`] keeps their memory apart, [`handle`] holds
//! values of this side in externals.
#![allow(
    dead_code,
    reason = "one boundary for all areas, whichever are built in"
)]

mod borrows;
mod call;
mod handle;

use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi::bindgen_prelude::Result;
use napi::{Error, Status, sys};

pub use call::Call;
pub use handle::{Handle, shared};

/// The most arguments a raw function takes.
const MAX_ARGUMENTS: usize = 10;

/// What a raw function gives back: a JavaScript value, or an error to throw.
pub type Outcome = std::result::Result<sys::napi_value, Thrown>;

/// An error that becomes a JavaScript `Error` with a stable `code`. One pointer, so that a result of
/// which it is one half goes through registers: through memory, each costs a call a nanosecond or two.
pub struct Thrown(Box<Told>);

struct Told {
    code: &'static str,
    message: String,
}

impl Thrown {
    #[cold]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Told {
            code,
            message: message.into(),
        }))
    }

    #[cold]
    fn argument(index: usize, expected: &str) -> Self {
        Self::new(
            "WOLFSEC_INVALID_ARGUMENT",
            format!("argument {index} must be {expected}"),
        )
    }

    pub fn code(&self) -> &'static str {
        self.0.code
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }
}

/// A function that JavaScript may call through the thin path.
pub trait Function {
    const ARITY: usize;
    fn call(call: &Call) -> Outcome;
}

/// The module object that raw functions are put on.
pub struct Module {
    env: sys::napi_env,
    exports: sys::napi_value,
}

impl Module {
    pub fn new(env: sys::napi_env, exports: sys::napi_value) -> Self {
        Self { env, exports }
    }

    /// Puts `F` on the module under `name`.
    pub fn function<F: Function>(&self, name: &str) -> Result<()> {
        assert!(F::ARITY <= MAX_ARGUMENTS);
        let name = CString::new(name)
            .map_err(|_| Error::new(Status::InvalidArg, "a name cannot hold NUL"))?;
        let mut function = ptr::null_mut();
        // SAFETY: `env` and `exports` are alive: Node-API hands them to the module's own
        // initialisation, which is where this runs; `name` outlives both calls.
        let status = unsafe {
            let made = sys::napi_create_function(
                self.env,
                name.as_ptr(),
                name.as_bytes().len() as isize,
                Some(trampoline::<F>),
                ptr::null_mut(),
                &mut function,
            );
            if made == sys::Status::napi_ok {
                sys::napi_set_named_property(self.env, self.exports, name.as_ptr(), function)
            } else {
                made
            }
        };
        if status == sys::Status::napi_ok {
            Ok(())
        } else {
            Err(Error::new(
                Status::from(status),
                "a native function could not be registered",
            ))
        }
    }
}

unsafe extern "C" fn trampoline<F: Function>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut call = Call::new(env);
        // SAFETY: Node-API calls this with a live `env` and `info`.
        unsafe { call.read(info, F::ARITY) };
        F::call(&call)
    }));
    let thrown = match outcome {
        Ok(Ok(value)) => return value,
        Ok(Err(thrown)) => thrown,
        Err(_) => Thrown::new("WOLFSEC_INTERNAL", "a native function panicked"),
    };
    throw(env, &thrown);
    ptr::null_mut()
}

fn throw(env: sys::napi_env, thrown: &Thrown) {
    let code = CString::new(thrown.code()).unwrap_or_default();
    let message = CString::new(thrown.message().replace('\0', " ")).unwrap_or_default();
    // SAFETY: both strings end in NUL and outlive the call.
    unsafe {
        sys::napi_throw_error(env, code.as_ptr(), message.as_ptr());
    }
}
