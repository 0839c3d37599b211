//! Raw Node-API callbacks for the hot functions.
//!
//! A `#[napi]` function costs about 115 ns with a byte argument; a raw callback about 43 ns.
//! Everything else uses the macros. This is the only module that calls Node-API by hand.
#![allow(
    dead_code,
    reason = "one boundary for all areas, whichever are built in"
)]

use std::cell::Cell;
use std::ffi::{CString, c_void};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use napi::bindgen_prelude::Result;
use napi::{Error, Status, sys};

/// The most arguments a raw function takes.
const MAX_ARGUMENTS: usize = 10;

/// What a raw function gives back: a JavaScript value, or an error to throw.
pub type Outcome = std::result::Result<sys::napi_value, Thrown>;

/// An error that becomes a JavaScript `Error` with a stable `code`.
pub struct Thrown {
    pub code: &'static str,
    pub message: String,
}

impl Thrown {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    fn argument(index: usize, expected: &str) -> Self {
        Self::new(
            "WOLFSEC_INVALID_ARGUMENT",
            format!("argument {index} must be {expected}"),
        )
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

/// One call from JavaScript: its arguments, read on demand.
///
/// Slices borrow JavaScript memory for the length of the call. That is sound because the call is
/// synchronous: the same thread would have to run JavaScript to resize or detach a buffer. Every
/// borrow is recorded, so that no mutable slice overlaps another one: two views of one ArrayBuffer
/// are refused, not aliased. Callers do not hand over SharedArrayBuffers that another thread writes.
pub struct Call {
    env: sys::napi_env,
    arguments: [sys::napi_value; MAX_ARGUMENTS],
    borrows: Borrows,
}

impl Call {
    /// The bytes of a Buffer, Uint8Array or other view.
    pub fn bytes(&self, index: usize) -> std::result::Result<&[u8], Thrown> {
        self.elements(index)
    }

    /// The bytes of a view, or none where the argument is `undefined`.
    pub fn optional_bytes(&self, index: usize) -> std::result::Result<&[u8], Thrown> {
        let mut kind = 0;
        // SAFETY: `env` is this call's own, the argument came from it, the output is a local.
        let status = unsafe { sys::napi_typeof(self.env, self.arguments[index], &mut kind) };
        if status == sys::Status::napi_ok && kind == sys::ValueType::napi_undefined {
            return Ok(&[]);
        }
        self.bytes(index)
    }

    /// The bytes of a view that the function writes to. Refused where the view overlaps another
    /// argument that was borrowed before; each argument can be borrowed mutably once.
    #[allow(clippy::mut_from_ref, reason = "the borrow is checked at run time")]
    pub fn bytes_mut(&self, index: usize) -> std::result::Result<&mut [u8], Thrown> {
        self.elements_mut(index)
    }

    /// The elements of a typed array, e.g. `call.elements::<u32>(0)` for a Uint32Array.
    pub fn elements<T: Element>(&self, index: usize) -> std::result::Result<&[T], Thrown> {
        let (data, len) = self.view::<T>(index, false)?;
        if len == 0 {
            return Ok(&[]);
        }
        // SAFETY: Node-API said that `data` holds that many bytes, `view` checked alignment and
        // that no mutable slice overlaps; every bit pattern is a `T`; no JavaScript runs meanwhile.
        Ok(unsafe { std::slice::from_raw_parts(data, len) })
    }

    /// The elements of a typed array that the function writes to; see [`Call::bytes_mut`].
    #[allow(clippy::mut_from_ref, reason = "the borrow is checked at run time")]
    pub fn elements_mut<T: Element>(&self, index: usize) -> std::result::Result<&mut [T], Thrown> {
        let (data, len) = self.view::<T>(index, true)?;
        if len == 0 {
            return Ok(&mut []);
        }
        // SAFETY: as in `elements`; `view` checked that no other slice of this call overlaps, and
        // recorded this one, so that none will.
        Ok(unsafe { std::slice::from_raw_parts_mut(data, len) })
    }

    fn view<T: Element>(
        &self,
        index: usize,
        exclusive: bool,
    ) -> std::result::Result<(*mut T, usize), Thrown> {
        let mut data: *mut c_void = ptr::null_mut();
        let mut len = 0;
        // SAFETY: `env` is this call's own, the argument came from it, both outputs are locals.
        let status = unsafe {
            sys::napi_get_buffer_info(self.env, self.arguments[index], &mut data, &mut len)
        };
        if status != sys::Status::napi_ok {
            return Err(Thrown::argument(index, "a Buffer or typed array"));
        }
        let size = size_of::<T>();
        if len % size != 0 || !data.cast::<T>().is_aligned() {
            return Err(Thrown::argument(index, "a typed array of the right width"));
        }
        self.borrows.add(index, data.addr(), len, exclusive)?;
        Ok((data.cast(), len / size))
    }

    /// A number, as JavaScript holds it.
    pub fn number(&self, index: usize) -> std::result::Result<f64, Thrown> {
        let mut value = 0.0;
        // SAFETY: `env` is this call's own, the argument came from it, the output is a local.
        let status =
            unsafe { sys::napi_get_value_double(self.env, self.arguments[index], &mut value) };
        if status == sys::Status::napi_ok {
            Ok(value)
        } else {
            Err(Thrown::argument(index, "a number"))
        }
    }

    /// A number as 32 unsigned bits; others wrap, as `>>> 0` does.
    pub fn u32(&self, index: usize) -> std::result::Result<u32, Thrown> {
        let mut value = 0;
        // SAFETY: as in `number`.
        let status =
            unsafe { sys::napi_get_value_uint32(self.env, self.arguments[index], &mut value) };
        if status == sys::Status::napi_ok {
            Ok(value)
        } else {
            Err(Thrown::argument(index, "a number"))
        }
    }

    /// A string as UTF-8 in `scratch`, or `None` where it does not fit in `scratch.len() - 4` bytes.
    pub fn string<'a>(
        &self,
        index: usize,
        scratch: &'a mut [u8],
    ) -> std::result::Result<Option<&'a [u8]>, Thrown> {
        let mut written = 0;
        // SAFETY: as in `number`; at most `scratch.len()` bytes are written, NUL included.
        let status = unsafe {
            sys::napi_get_value_string_utf8(
                self.env,
                self.arguments[index],
                scratch.as_mut_ptr().cast(),
                scratch.len(),
                &mut written,
            )
        };
        if status != sys::Status::napi_ok {
            return Err(Thrown::argument(index, "a string"));
        }
        // A cut string ends at a whole character, up to three bytes before the NUL.
        if written + 4 > scratch.len() {
            return Ok(None);
        }
        Ok(Some(&scratch[..written]))
    }

    /// What an external made by [`Call::external`] holds.
    pub fn handle<T: Handle>(&self, index: usize) -> std::result::Result<&T, Thrown> {
        let held = held::<T>(self.env, self.arguments[index])
            .ok_or_else(|| Thrown::argument(index, T::NAME))?;
        // SAFETY: `held` checked the type by its tag. The argument keeps the external alive for
        // this call, and with it the value.
        Ok(unsafe { &*held })
    }

    /// The same, to be kept past this call, e.g. by a task on another thread.
    pub fn shared<T: Handle>(&self, index: usize) -> std::result::Result<Arc<T>, Thrown> {
        shared(self.env, self.arguments[index]).ok_or_else(|| Thrown::argument(index, T::NAME))
    }

    /// A JavaScript external that holds `value` and drops it when it is collected. `size_bytes` is
    /// what the value owns outside JavaScript, told to the collector.
    pub fn external<T: Handle>(&self, value: T, size_bytes: usize) -> Outcome {
        let size = i64::try_from(size_bytes).unwrap_or(i64::MAX);
        let data = Arc::into_raw(Arc::new(value)).cast_mut();
        let mut result = ptr::null_mut();
        // SAFETY: `data` is a leaked `Arc<T>` that `finalize::<T>` alone takes back; the hint is a
        // number in a pointer's place, never followed.
        let status = unsafe {
            sys::napi_create_external(
                self.env,
                data.cast(),
                Some(finalize::<T>),
                ptr::without_provenance_mut(size as usize),
                &mut result,
            )
        };
        if status != sys::Status::napi_ok {
            // SAFETY: no external took the `Arc`, so this is its only owner.
            drop(unsafe { Arc::from_raw(data) });
            return checked(status, result);
        }
        let mut adjusted = 0;
        // SAFETY: `result` was made just now, in this `env`; the tag is plain data.
        let status = unsafe {
            sys::napi_adjust_external_memory(self.env, size, &mut adjusted);
            sys::napi_type_tag_object(self.env, result, &tag::<T>())
        };
        checked(status, result)
    }

    pub fn boolean(&self, value: bool) -> Outcome {
        let mut result = ptr::null_mut();
        // SAFETY: `env` is this call's own and `result` is a local.
        let status = unsafe { sys::napi_get_boolean(self.env, value, &mut result) };
        checked(status, result)
    }

    /// Gives a number back; counts and offsets are exact up to 2⁵³.
    pub fn give_number(&self, value: f64) -> Outcome {
        let mut result = ptr::null_mut();
        // SAFETY: `env` is this call's own and `result` is a local.
        let status = unsafe { sys::napi_create_double(self.env, value, &mut result) };
        checked(status, result)
    }

    /// Gives a small number back: cheaper for JavaScript than a double.
    pub fn give_u32(&self, value: u32) -> Outcome {
        let mut result = ptr::null_mut();
        // SAFETY: `env` is this call's own and `result` is a local.
        let status = unsafe { sys::napi_create_uint32(self.env, value, &mut result) };
        checked(status, result)
    }

    pub fn undefined(&self) -> Outcome {
        let mut result = ptr::null_mut();
        // SAFETY: `env` is this call's own and `result` is a local.
        let status = unsafe { sys::napi_get_undefined(self.env, &mut result) };
        checked(status, result)
    }
}

/// What a typed array may hold: plain numbers, of which every bit pattern is one.
pub trait Element: sealed::Plain {}
impl<T: sealed::Plain> Element for T {}

mod sealed {
    pub trait Plain: Copy {}
    impl Plain for u8 {}
    impl Plain for u16 {}
    impl Plain for u32 {}
    impl Plain for i32 {}
    impl Plain for u64 {}
    impl Plain for f64 {}
}

/// The memory that a call has borrowed so far: a slot and a bit in `taken` for each argument.
/// Slots start out uninitialised, since filling them would cost every call some nanoseconds.
struct Borrows {
    spans: [Cell<MaybeUninit<Span>>; MAX_ARGUMENTS],
    taken: Cell<u16>,
    exclusive: Cell<u16>,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl Borrows {
    #[inline]
    fn new() -> Self {
        Self {
            spans: [const { Cell::new(MaybeUninit::uninit()) }; MAX_ARGUMENTS],
            taken: Cell::new(0),
            exclusive: Cell::new(0),
        }
    }

    #[inline]
    fn add(
        &self,
        index: usize,
        start: usize,
        len: usize,
        exclusive: bool,
    ) -> std::result::Result<(), Thrown> {
        if len == 0 {
            return Ok(());
        }
        let span = Span {
            start,
            end: start + len,
        };
        // A mutable slice overlaps nothing; a shared one overlaps no mutable one.
        let rivals = if exclusive {
            &self.taken
        } else {
            &self.exclusive
        };
        if self.overlaps(rivals.get(), span) {
            return Err(Thrown::argument(
                index,
                "memory that no other argument uses",
            ));
        }
        let bit = 1 << index;
        self.spans[index].set(MaybeUninit::new(span));
        self.taken.set(self.taken.get() | bit);
        if exclusive {
            self.exclusive.set(self.exclusive.get() | bit);
        }
        Ok(())
    }

    #[inline]
    fn overlaps(&self, mut rivals: u16, span: Span) -> bool {
        while rivals != 0 {
            let index = rivals.trailing_zeros() as usize;
            // SAFETY: a slot's bit is set only after the slot was written, in `add`.
            let rival = unsafe { self.spans[index].get().assume_init() };
            if rival.start < span.end && span.start < rival.end {
                return true;
            }
            rivals &= rivals - 1;
        }
        false
    }
}

/// A value that JavaScript holds by an external. The tag keeps externals of other types, and of
/// other addons, from being taken for it.
///
/// The collector drops it on the thread of its environment, and `shared` clones may be dropped on
/// another one, hence `Send + Sync`; a value that changes keeps a `Mutex` or atomics inside.
pub trait Handle: Send + Sync + 'static {
    /// As in "argument 0 must be {NAME}".
    const NAME: &'static str;
    /// Unlike that of every other handle: a random 64-bit number.
    const TAG: u64;
}

/// The half of every tag that says: an external of this addon (a random number).
const ADDON_TAG: u64 = 0x8f3a_61d2_0b7c_94e5;

fn tag<T: Handle>() -> sys::napi_type_tag {
    sys::napi_type_tag {
        lower: T::TAG,
        upper: ADDON_TAG,
    }
}

/// The handle in `value`, to be kept past the call; for `#[napi]` functions that take an external
/// as an unknown value. `None` for anything else.
pub fn shared<T: Handle>(env: sys::napi_env, value: sys::napi_value) -> Option<Arc<T>> {
    let held = held::<T>(env, value)?;
    // SAFETY: the pointer came from `Arc::into_raw`, and the external still owns its count.
    unsafe {
        Arc::increment_strong_count(held);
        Some(Arc::from_raw(held))
    }
}

fn held<T: Handle>(env: sys::napi_env, value: sys::napi_value) -> Option<*const T> {
    let mut data = ptr::null_mut();
    let mut same = false;
    // SAFETY: `env` and `value` belong to the running call; both outputs are locals. Both calls
    // answer with a status where the value is not an external.
    let status = unsafe {
        let status = sys::napi_get_value_external(env, value, &mut data);
        if status == sys::Status::napi_ok {
            sys::napi_check_object_type_tag(env, value, &tag::<T>(), &mut same)
        } else {
            status
        }
    };
    (status == sys::Status::napi_ok && same).then_some(data.cast_const().cast())
}

unsafe extern "C" fn finalize<T: Handle>(env: sys::napi_env, data: *mut c_void, hint: *mut c_void) {
    let mut adjusted = 0;
    // SAFETY: Node-API calls this once per external made by `Call::external::<T>`, with the
    // pointer and the hint given there.
    let value = unsafe {
        sys::napi_adjust_external_memory(env, -(hint.addr() as i64), &mut adjusted);
        Arc::from_raw(data.cast_const().cast::<T>())
    };
    // A drop that panics must not unwind into C.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
}

fn checked(status: sys::napi_status, result: sys::napi_value) -> Outcome {
    if status == sys::Status::napi_ok {
        Ok(result)
    } else {
        Err(Thrown::new(
            "WOLFSEC_INTERNAL",
            "the JavaScript engine refused to make a value",
        ))
    }
}

unsafe extern "C" fn trampoline<F: Function>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut arguments = [ptr::null_mut(); MAX_ARGUMENTS];
        let mut count = F::ARITY;
        // SAFETY: Node-API calls this with a live `env` and `info`; missing arguments are filled
        // with `undefined`, up to `count`, which is at most the array's length.
        unsafe {
            sys::napi_get_cb_info(
                env,
                info,
                &mut count,
                arguments.as_mut_ptr(),
                ptr::null_mut(),
                ptr::null_mut(),
            );
        }
        F::call(&Call {
            env,
            arguments,
            borrows: Borrows::new(),
        })
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
    let code = CString::new(thrown.code).unwrap_or_default();
    let message = CString::new(thrown.message.replace('\0', " ")).unwrap_or_default();
    // SAFETY: both strings end in NUL and outlive the call.
    unsafe {
        sys::napi_throw_error(env, code.as_ptr(), message.as_ptr());
    }
}
