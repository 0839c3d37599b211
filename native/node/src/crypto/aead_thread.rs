//! Large messages on another thread, in memory that JavaScript has shown to nobody: a caller's buffer could be
//! detached or shrunk meanwhile, and its memory would be gone.

use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Buffer, Result};
use napi_derive::napi;
use wolfsec_core::aead::{Key, NonceSource};

use super::aead::{DONE, Slot, give_status, next_nonce, wrong_length};
use super::entropy;
use super::slots::{self, with};
use super::task::{BooleanTask, BytesTask, thrown};
use crate::raw::{Call, Function, Module, Outcome};

pub fn register(module: &Module) -> Result<()> {
    module.function::<Share>("aeadShare")?;
    module.function::<Overhead>("aeadOverhead")?;
    module.function::<Nonce>("aeadNonce")
}

/// `(key)`: another number for the same key, which outlives the first and gives no nonces.
struct Share;

impl Function for Share {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let key = with(call.u32(0)?, |slot: &mut Slot| Ok(slot.key.clone()))?;
        let nonces = NonceSource::Random { left: 0 };
        slots::give(call, Slot { key, nonces })
    }
}

/// `(key)`: bytes that a sealed message is longer by.
struct Overhead;

impl Function for Overhead {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let overhead = with(call.u32(0)?, |slot: &mut Slot| {
            Ok(slot.key.algorithm().overhead())
        })?;
        call.give_number(overhead as f64)
    }
}

/// `(key, output)`: a nonce out of the key's budget, for a message that is sealed later.
struct Nonce;

impl Function for Nonce {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let output = call.bytes_mut(1)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            if output.len() != slot.key.algorithm().nonce_len() {
                return Err(wrong_length());
            }
            entropy::with(|pool| next_nonce(&mut slot.nonces, pool, output))
        })?;
        give_status(call, status.unwrap_or(DONE))
    }
}

/// Memory whose pages are there already: to fill fresh ones takes four times as long.
#[napi(ts_return_type = "Promise<Buffer>")]
pub fn aead_room(length: u32) -> AsyncTask<BytesTask> {
    BytesTask::run(move || {
        let mut room = Vec::with_capacity(length as usize);
        // Any value but zero: zeroes are promised by the system and made when they are read.
        room.resize(length as usize, 1);
        Ok(room)
    })
}

/// Seals in place on another thread: `own` holds a nonce, the plaintext, and room for the tag.
#[napi(ts_return_type = "Promise<boolean>")]
pub fn aead_seal_off_thread(
    handle: u32,
    mut own: Buffer,
    aad: Buffer,
) -> Result<AsyncTask<BooleanTask>> {
    let key = key_for(handle, &own)?;
    Ok(BooleanTask::run(move || {
        let (nonce, text) = own.split_at_mut(key.algorithm().nonce_len());
        key.seal_in_place(nonce, &aad, text);
        Ok(true)
    }))
}

/// Opens in place on another thread, and tells whether it did: the plaintext is left behind the nonce.
#[napi(ts_return_type = "Promise<boolean>")]
pub fn aead_open_off_thread(
    handle: u32,
    mut own: Buffer,
    aad: Buffer,
) -> Result<AsyncTask<BooleanTask>> {
    let key = key_for(handle, &own)?;
    Ok(BooleanTask::run(move || {
        let (nonce, sealed) = own.split_at_mut(key.algorithm().nonce_len());
        Ok(key.open_in_place(nonce, &aad, sealed).is_ok())
    }))
}

/// The key, to be kept past the call; `own` has room for what a sealed message is longer by.
fn key_for(handle: u32, own: &[u8]) -> Result<Arc<Key>> {
    let key = with(handle, |slot: &mut Slot| Ok(slot.key.clone())).map_err(thrown)?;
    if own.len() < key.algorithm().overhead() {
        return Err(thrown(wrong_length()));
    }
    Ok(key)
}
