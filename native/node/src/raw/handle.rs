//! Values of this side that JavaScript holds by an external.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use napi::sys;

use super::call::checked;
use super::{Call, Outcome, Thrown};

impl Call {
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
