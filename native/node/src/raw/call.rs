//! One call: arguments in, a value out.

use std::ffi::c_void;
use std::ptr;

use napi::sys;

use super::borrows::Borrows;
use super::{MAX_ARGUMENTS, Outcome, Thrown};

/// One call from JavaScript: its arguments, read on demand.
///
/// Slices borrow JavaScript memory for the length of the call. That is sound because the call is
/// synchronous: the same thread would have to run JavaScript to resize or detach a buffer. Every
/// borrow is recorded, so that no mutable slice overlaps another one: two views of one ArrayBuffer
/// are refused, not aliased. Callers do not hand over SharedArrayBuffers that another thread writes.
pub struct Call {
    pub(super) env: sys::napi_env,
    pub(super) arguments: [sys::napi_value; MAX_ARGUMENTS],
    /// How many JavaScript gave; the rest are `undefined`.
    given: usize,
    borrows: Borrows,
}

impl Call {
    #[inline]
    pub(super) fn new(env: sys::napi_env) -> Self {
        Self {
            env,
            arguments: [ptr::null_mut(); MAX_ARGUMENTS],
            given: 0,
            borrows: Borrows::new(),
        }
    }

    /// Reads the arguments to where they stay: a copy of what was written just now costs 5 ns, since
    /// the processor has to wait for the writes.
    ///
    /// # Safety
    /// `info` is that of the running call, and belongs to the `env` given to [`Call::new`].
    #[inline]
    pub(super) unsafe fn read(&mut self, info: sys::napi_callback_info, arity: usize) {
        let mut count = arity.min(MAX_ARGUMENTS);
        let room = count;
        // SAFETY: missing arguments are filled with `undefined`, up to `count`, which is at most the
        // array's length. Afterwards `count` is the number that JavaScript gave.
        unsafe {
            sys::napi_get_cb_info(
                self.env,
                info,
                &mut count,
                self.arguments.as_mut_ptr(),
                ptr::null_mut(),
                ptr::null_mut(),
            );
        }
        self.given = count.min(room);
    }

    /// The bytes of a Buffer or another Uint8Array; of a view with wider elements, as many as it has of
    /// those.
    #[inline(always)]
    pub fn bytes(&self, index: usize) -> std::result::Result<&[u8], Thrown> {
        self.elements(index)
    }

    /// The bytes of a view that stands last and may be left out: none then. Leaving it out is
    /// cheaper than `undefined`, whose type would have to be asked for.
    #[inline(always)]
    pub fn last_bytes(&self, index: usize) -> std::result::Result<&[u8], Thrown> {
        if index >= self.given {
            return Ok(&[]);
        }
        self.bytes(index)
    }

    /// The bytes of a view that the function writes to. Refused where the view overlaps another
    /// argument that was borrowed before; each argument can be borrowed mutably once.
    #[allow(clippy::mut_from_ref, reason = "the borrow is checked at run time")]
    #[inline(always)]
    pub fn bytes_mut(&self, index: usize) -> std::result::Result<&mut [u8], Thrown> {
        self.elements_mut(index)
    }

    /// The elements of a typed array, e.g. `call.elements::<u32>(0)` for a Uint32Array.
    #[inline(always)]
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
    #[inline(always)]
    pub fn elements_mut<T: Element>(&self, index: usize) -> std::result::Result<&mut [T], Thrown> {
        let (data, len) = self.view::<T>(index, true)?;
        if len == 0 {
            return Ok(&mut []);
        }
        // SAFETY: as in `elements`; `view` checked that no other slice of this call overlaps, and
        // recorded this one, so that none will.
        Ok(unsafe { std::slice::from_raw_parts_mut(data, len) })
    }

    #[inline(always)]
    fn view<T: Element>(
        &self,
        index: usize,
        exclusive: bool,
    ) -> std::result::Result<(*mut T, usize), Thrown> {
        let mut data: *mut c_void = ptr::null_mut();
        let mut len = 0;
        // Where an element is a byte, what costs 8 ns serves; what tells the bytes of any view costs 13.
        // SAFETY: `env` is this call's own, the argument came from it, the outputs are locals or null.
        let status = unsafe {
            if size_of::<T>() == 1 {
                sys::napi_get_typedarray_info(
                    self.env,
                    self.arguments[index],
                    ptr::null_mut(),
                    &mut len,
                    &mut data,
                    ptr::null_mut(),
                    ptr::null_mut(),
                )
            } else {
                sys::napi_get_buffer_info(self.env, self.arguments[index], &mut data, &mut len)
            }
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

    /// A string as UTF-8 in `scratch`, or `None` where it takes more than `scratch.len() - 5` bytes.
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
        // A cut string ends at a whole character, up to three bytes before the last place of the NUL.
        if written + 5 > scratch.len() {
            return Ok(None);
        }
        Ok(Some(&scratch[..written]))
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

    /// No value: a callback that gives none returns `undefined`.
    pub fn undefined(&self) -> Outcome {
        Ok(ptr::null_mut())
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

pub(super) fn checked(status: sys::napi_status, result: sys::napi_value) -> Outcome {
    if status == sys::Status::napi_ok {
        Ok(result)
    } else {
        Err(Thrown::new(
            "WOLFSEC_INTERNAL",
            "the JavaScript engine refused to make a value",
        ))
    }
}
