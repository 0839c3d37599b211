//! As much of Node-API as the raw layer calls. It gives and takes pointers as Node does, so that Miri
//! follows them from one side to the other.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::slice;

use napi::sys::*;

/// What JavaScript holds.
pub enum Value {
    Undefined,
    Bool(bool),
    Number(f64),
    Text(String),
    /// A view into memory of the engine.
    View(*mut u8, usize),
    Function(napi_callback),
    External {
        data: *mut c_void,
        finalize: napi_finalize,
        hint: *mut c_void,
        tag: Cell<Option<napi_type_tag>>,
    },
}

/// One environment: it ends with the values that it made.
#[derive(Default)]
pub struct Engine {
    values: RefCell<Vec<*mut Value>>,
    memory: RefCell<Vec<(*mut u64, usize)>>,
    functions: RefCell<HashMap<String, napi_value>>,
    thrown: RefCell<Option<(String, String)>>,
    /// Bytes outside JavaScript that the collector was told of.
    pub told: Cell<i64>,
}

/// An `ArrayBuffer`, of eight-byte words.
#[derive(Clone, Copy)]
pub struct Memory {
    start: *mut u64,
    words: usize,
}

/// The arguments of a call on their way to `napi_get_cb_info`.
struct Arguments<'a>(&'a [napi_value]);

impl Engine {
    pub fn env(&self) -> napi_env {
        ptr::from_ref(self).cast_mut().cast()
    }

    pub fn value(&self, value: Value) -> napi_value {
        let value = Box::into_raw(Box::new(value));
        self.values.borrow_mut().push(value);
        value.cast()
    }

    pub fn number(&self, value: impl Into<f64>) -> napi_value {
        self.value(Value::Number(value.into()))
    }

    pub fn memory(&self, words: usize) -> Memory {
        let start = Box::into_raw(vec![0_u64; words].into_boxed_slice()).cast();
        self.memory.borrow_mut().push((start, words));
        Memory { start, words }
    }

    pub fn view(&self, memory: Memory, from: usize, len: usize) -> napi_value {
        assert!(from + len <= memory.words * 8);
        self.value(Value::View(
            memory.start.cast::<u8>().wrapping_add(from),
            len,
        ))
    }

    /// A view of its own memory with `bytes` in it.
    pub fn bytes(&self, bytes: &[u8]) -> napi_value {
        let memory = self.memory(bytes.len().div_ceil(8));
        memory.write(0, bytes);
        self.view(memory, 0, bytes.len())
    }

    pub fn words(&self, words: &[u32]) -> napi_value {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        self.bytes(&bytes)
    }

    /// Calls a registered function: what it gave back, or the code and message of what it threw.
    pub fn call(
        &self,
        name: &str,
        arguments: &[napi_value],
    ) -> Result<napi_value, (String, String)> {
        let function = self.functions.borrow()[name];
        let Value::Function(Some(callback)) = as_value(&function) else {
            panic!("{name} is no function");
        };
        let arguments = Arguments(arguments);
        // SAFETY: the callback was registered here, and gets what `napi_get_cb_info` below takes.
        let given = unsafe { callback(self.env(), ptr::from_ref(&arguments).cast_mut().cast()) };
        match self.thrown.take() {
            Some(thrown) => Err(thrown),
            None => Ok(given),
        }
    }

    /// The same, where a number is given back.
    pub fn count(&self, name: &str, arguments: &[napi_value]) -> f64 {
        match self.call(name, arguments) {
            Ok(given) => match as_value(&given) {
                Value::Number(number) => *number,
                _ => panic!("{name} gave no number"),
            },
            Err((code, message)) => panic!("{name}: {code} {message}"),
        }
    }

    /// The code of what a call threw.
    pub fn code(&self, name: &str, arguments: &[napi_value]) -> String {
        self.call(name, arguments).expect_err(name).0
    }
}

impl Memory {
    pub fn write(self, from: usize, bytes: &[u8]) {
        assert!(from + bytes.len() <= self.words * 8);
        // SAFETY: the memory is the engine's, the place lies within, and no call is under way.
        unsafe {
            let to = self.start.cast::<u8>().add(from);
            ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
    }

    pub fn read(self) -> Vec<u8> {
        // SAFETY: the memory is the engine's, and no call is under way.
        unsafe { slice::from_raw_parts(self.start.cast::<u8>(), self.words * 8) }.to_vec()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let env = self.env();
        for value in self.values.take() {
            // SAFETY: `value` made it, and it is dropped nowhere else.
            let value = unsafe { Box::from_raw(value) };
            if let Value::External {
                data,
                finalize: Some(finalize),
                hint,
                ..
            } = *value
            {
                // SAFETY: once for each external, with what it was made of.
                unsafe { finalize(env, data, hint) };
            }
        }
        for (start, words) in self.memory.take() {
            // SAFETY: `memory` made it, and it is dropped nowhere else.
            drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(start, words)) });
        }
    }
}

/// What a value is. It lives as long as its engine; no test looks at one later.
pub fn as_value(value: &napi_value) -> &Value {
    // SAFETY: every value that tests and callbacks have came from `Engine::value`.
    unsafe { &*value.cast::<Value>() }
}

fn engine<'a>(env: napi_env) -> &'a Engine {
    // SAFETY: every `env` came from `Engine::env`, and the engine outlives its calls.
    unsafe { &*env.cast::<Engine>() }
}

/// Writes a result where the caller wants it.
fn give<T>(result: *mut T, value: T) -> napi_status {
    // SAFETY: the caller gave the place of a local of its own.
    unsafe { result.write(value) };
    Status::napi_ok
}

fn text(text: *const c_char) -> String {
    // SAFETY: the caller gave a text that ends in NUL.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().expect("UTF-8").to_owned()
}

#[unsafe(no_mangle)]
extern "C" fn napi_create_function(
    env: napi_env,
    _name: *const c_char,
    _length: isize,
    callback: napi_callback,
    _data: *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    give(result, engine(env).value(Value::Function(callback)))
}

#[unsafe(no_mangle)]
extern "C" fn napi_set_named_property(
    env: napi_env,
    _object: napi_value,
    name: *const c_char,
    value: napi_value,
) -> napi_status {
    let mut functions = engine(env).functions.borrow_mut();
    functions.insert(text(name), value);
    Status::napi_ok
}

#[unsafe(no_mangle)]
extern "C" fn napi_get_cb_info(
    env: napi_env,
    info: napi_callback_info,
    count: *mut usize,
    arguments: *mut napi_value,
    _this: *mut napi_value,
    _data: *mut *mut c_void,
) -> napi_status {
    // SAFETY: `Engine::call` made the information; the caller gave room for `count` arguments.
    unsafe {
        let given = (*info.cast::<Arguments<'_>>()).0;
        for at in 0..*count {
            let undefined = || engine(env).value(Value::Undefined);
            arguments
                .add(at)
                .write(given.get(at).copied().unwrap_or_else(undefined));
        }
        give(count, given.len())
    }
}

#[unsafe(no_mangle)]
extern "C" fn napi_get_buffer_info(
    _env: napi_env,
    value: napi_value,
    data: *mut *mut c_void,
    length: *mut usize,
) -> napi_status {
    match as_value(&value) {
        Value::View(start, len) => {
            give(data, start.cast());
            give(length, *len)
        }
        _ => Status::napi_invalid_arg,
    }
}

/// Its views have elements of one byte alone; what it is not asked for is null.
#[unsafe(no_mangle)]
extern "C" fn napi_get_typedarray_info(
    env: napi_env,
    value: napi_value,
    _kind: *mut napi_typedarray_type,
    length: *mut usize,
    data: *mut *mut c_void,
    _buffer: *mut napi_value,
    _offset: *mut usize,
) -> napi_status {
    napi_get_buffer_info(env, value, data, length)
}

#[unsafe(no_mangle)]
extern "C" fn napi_get_value_double(
    _env: napi_env,
    value: napi_value,
    result: *mut f64,
) -> napi_status {
    match as_value(&value) {
        Value::Number(number) => give(result, *number),
        _ => Status::napi_number_expected,
    }
}

#[unsafe(no_mangle)]
extern "C" fn napi_get_value_uint32(
    _env: napi_env,
    value: napi_value,
    result: *mut u32,
) -> napi_status {
    match as_value(&value) {
        Value::Number(number) => give(result, *number as i64 as u32),
        _ => Status::napi_number_expected,
    }
}

#[unsafe(no_mangle)]
extern "C" fn napi_get_value_string_utf8(
    _env: napi_env,
    value: napi_value,
    room: *mut c_char,
    room_len: usize,
    result: *mut usize,
) -> napi_status {
    let Value::Text(text) = as_value(&value) else {
        return Status::napi_string_expected;
    };
    let len = text.floor_char_boundary(room_len - 1);
    // SAFETY: the caller gave `room_len` bytes, of which the last is for NUL.
    unsafe {
        ptr::copy_nonoverlapping(text.as_ptr(), room.cast(), len);
        room.add(len).write(0);
    }
    give(result, len)
}

#[unsafe(no_mangle)]
extern "C" fn napi_get_boolean(env: napi_env, value: bool, result: *mut napi_value) -> napi_status {
    give(result, engine(env).value(Value::Bool(value)))
}

#[unsafe(no_mangle)]
extern "C" fn napi_create_double(
    env: napi_env,
    value: f64,
    result: *mut napi_value,
) -> napi_status {
    give(result, engine(env).number(value))
}

#[unsafe(no_mangle)]
extern "C" fn napi_create_uint32(
    env: napi_env,
    value: u32,
    result: *mut napi_value,
) -> napi_status {
    give(result, engine(env).number(value))
}

#[unsafe(no_mangle)]
extern "C" fn napi_create_external(
    env: napi_env,
    data: *mut c_void,
    finalize: napi_finalize,
    hint: *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    let tag = Cell::new(None);
    let external = Value::External {
        data,
        finalize,
        hint,
        tag,
    };
    give(result, engine(env).value(external))
}

#[unsafe(no_mangle)]
extern "C" fn napi_adjust_external_memory(
    env: napi_env,
    change: i64,
    result: *mut i64,
) -> napi_status {
    let told = &engine(env).told;
    told.set(told.get() + change);
    give(result, told.get())
}

#[unsafe(no_mangle)]
extern "C" fn napi_type_tag_object(
    _env: napi_env,
    value: napi_value,
    wanted: *const napi_type_tag,
) -> napi_status {
    let Value::External { tag, .. } = as_value(&value) else {
        return Status::napi_object_expected;
    };
    // SAFETY: the caller gave a tag.
    tag.set(Some(unsafe { *wanted }));
    Status::napi_ok
}

#[unsafe(no_mangle)]
extern "C" fn napi_get_value_external(
    _env: napi_env,
    value: napi_value,
    result: *mut *mut c_void,
) -> napi_status {
    match as_value(&value) {
        Value::External { data, .. } => give(result, *data),
        _ => Status::napi_invalid_arg,
    }
}

#[unsafe(no_mangle)]
extern "C" fn napi_check_object_type_tag(
    _env: napi_env,
    value: napi_value,
    wanted: *const napi_type_tag,
    result: *mut bool,
) -> napi_status {
    let Value::External { tag, .. } = as_value(&value) else {
        return Status::napi_object_expected;
    };
    // SAFETY: the caller gave a tag.
    give(result, tag.get() == Some(unsafe { *wanted }))
}

#[unsafe(no_mangle)]
extern "C" fn napi_throw_error(
    env: napi_env,
    code: *const c_char,
    message: *const c_char,
) -> napi_status {
    engine(env)
        .thrown
        .replace(Some((text(code), text(message))));
    Status::napi_ok
}

// What the napi crate links to beside; no test gets there.

#[unsafe(no_mangle)]
extern "C" fn napi_reference_unref(_: napi_env, _: napi_ref, _: *mut u32) -> napi_status {
    Status::napi_generic_failure
}

#[unsafe(no_mangle)]
extern "C" fn napi_delete_reference(_: napi_env, _: napi_ref) -> napi_status {
    Status::napi_generic_failure
}

#[unsafe(no_mangle)]
extern "C" fn napi_call_threadsafe_function(
    _: napi_threadsafe_function,
    _: *mut c_void,
    _: napi_threadsafe_function_call_mode,
) -> napi_status {
    Status::napi_generic_failure
}
