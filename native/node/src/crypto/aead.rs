//! Keys of authenticated encryption, one message a call.

use std::sync::Arc;

use napi::bindgen_prelude::Result;
use wolfsec_core::aead::{Algorithm, Key, NonceRefused, NonceSource};

use super::entropy::{self, Pool};
use super::slots::{self, Release, slotted, with};
use crate::raw::{Call, Function, Module, Outcome, Thrown};

/// What a call tells: agreed with `src/backend/native/aead.ts`. `DONE` is told by no value at all.
pub const DONE: u32 = 0;
const EXHAUSTED: u32 = 1;
const REUSED: u32 = 2;
pub const FAILED: u32 = 3;

/// A key, and the nonces that it may still use.
pub struct Slot {
    pub key: Arc<Key>,
    pub nonces: NonceSource,
}

slotted!(Slot);

pub fn register(module: &Module) -> Result<()> {
    module.function::<Import>("aeadImport")?;
    module.function::<Export>("aeadExport")?;
    module.function::<Release<Slot>>("aeadRelease")?;
    module.function::<Left>("aeadLeft")?;
    module.function::<Seal>("aeadSeal")?;
    module.function::<SealAt>("aeadSealAt")?;
    module.function::<SealWith>("aeadSealWith")?;
    module.function::<SealInPlace>("aeadSealInPlace")?;
    module.function::<Open>("aeadOpen")?;
    module.function::<OpenWith>("aeadOpenWith")?;
    module.function::<OpenInPlace>("aeadOpenInPlace")
}

pub fn refused(why: NonceRefused) -> u32 {
    match why {
        NonceRefused::Exhausted => EXHAUSTED,
        NonceRefused::Reused => REUSED,
    }
}

/// Gives a status; that all went well is the cheapest to give.
pub fn give_status(call: &Call, status: u32) -> Outcome {
    if status == DONE {
        return call.undefined();
    }
    call.give_u32(status)
}

pub fn wrong_length() -> Thrown {
    Thrown::new("WOLFSEC_INVALID_ARGUMENT", "a buffer has the wrong length")
}

/// `(algorithm, key, fixed field, next, last)`: the fixed field is empty where nonces are random, and
/// `last` is then the number of messages.
struct Import;

impl Function for Import {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let algorithm = match call.u32(0)? {
            0 => Algorithm::Aes256Gcm,
            1 => Algorithm::Aes256GcmSiv,
            2 => Algorithm::ChaCha20Poly1305,
            _ => Algorithm::XChaCha20Poly1305,
        };
        let bytes = call.bytes(1)?.try_into().map_err(|_| wrong_length())?;
        let (fixed, next, last) = (
            call.bytes(2)?,
            call.number(3)? as u64,
            call.number(4)? as u64,
        );
        let nonces = match fixed.try_into() {
            Ok(fixed) => NonceSource::Counter { fixed, next, last },
            Err(_) => NonceSource::Random { left: last },
        };
        let slot = Slot {
            key: Arc::new(Key::new(algorithm, bytes)),
            nonces,
        };
        slots::give(call, slot)
    }
}

/// `(key, output)`
struct Export;

impl Function for Export {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let output: &mut [u8; 32] = call.bytes_mut(1)?.try_into().map_err(|_| wrong_length())?;
        with(call.u32(0)?, |slot: &mut Slot| {
            *output = *slot.key.bytes();
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(key)`: messages, or counters, left.
struct Left;

impl Function for Left {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let left = with(call.u32(0)?, |slot: &mut Slot| Ok(slot.nonces.left()))?;
        call.give_number(left as f64)
    }
}

/// `(key, plaintext, output, aad?)`: nonce, ciphertext, tag.
struct Seal;

impl Function for Seal {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let plaintext = call.bytes(1)?;
        let output = call.bytes_mut(2)?;
        let aad = call.last_bytes(3)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            let nonce_len = slot.key.algorithm().nonce_len();
            if output.len() != plaintext.len() + slot.key.algorithm().overhead() {
                return Err(wrong_length());
            }
            let (nonce, rest) = output.split_at_mut(nonce_len);
            if let Some(status) = entropy::with(|pool| next_nonce(&mut slot.nonces, pool, nonce))? {
                return Ok(status);
            }
            slot.key.seal(nonce, aad, plaintext, rest);
            Ok(DONE)
        })?;
        give_status(call, status)
    }
}

/// Writes a nonce, or tells why there is none.
#[inline]
pub fn next_nonce(
    nonces: &mut NonceSource,
    pool: &mut Pool,
    nonce: &mut [u8],
) -> std::result::Result<Option<u32>, Thrown> {
    let mut filled = Ok(());
    let given = nonces.next(nonce, |bytes| filled = pool.fill(bytes));
    filled?;
    Ok(given.err().map(refused))
}

/// `(key, counter, plaintext, output, aad?)`
struct SealAt;

impl Function for SealAt {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let counter = call.number(1)? as u64;
        let plaintext = call.bytes(2)?;
        let output = call.bytes_mut(3)?;
        let aad = call.last_bytes(4)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            let nonce_len = slot.key.algorithm().nonce_len();
            if nonce_len > 12 || output.len() != plaintext.len() + slot.key.algorithm().overhead() {
                return Err(wrong_length());
            }
            let (nonce, rest) = output.split_at_mut(nonce_len);
            if let Err(why) = slot.nonces.at(counter, nonce) {
                return Ok(refused(why));
            }
            slot.key.seal(nonce, aad, plaintext, rest);
            Ok(DONE)
        })?;
        give_status(call, status)
    }
}

/// `(key, nonce, plaintext, output, aad?)`: ciphertext, tag. The nonce is the caller's affair.
struct SealWith;

impl Function for SealWith {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let (nonce, plaintext) = (call.bytes(1)?, call.bytes(2)?);
        let output = call.bytes_mut(3)?;
        let aad = call.last_bytes(4)?;
        with(call.u32(0)?, |slot: &mut Slot| {
            let algorithm = slot.key.algorithm();
            if nonce.len() != algorithm.nonce_len()
                || output.len() + algorithm.nonce_len() != plaintext.len() + algorithm.overhead()
            {
                return Err(wrong_length());
            }
            slot.key.seal(nonce, aad, plaintext, output);
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(key, buffer, aad?)`: room for the nonce, plaintext, room for the tag.
struct SealInPlace;

impl Function for SealInPlace {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let buffer = call.bytes_mut(1)?;
        let aad = call.last_bytes(2)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            if buffer.len() < slot.key.algorithm().overhead() {
                return Err(wrong_length());
            }
            let (nonce, rest) = buffer.split_at_mut(slot.key.algorithm().nonce_len());
            if let Some(status) = entropy::with(|pool| next_nonce(&mut slot.nonces, pool, nonce))? {
                return Ok(status);
            }
            slot.key.seal_in_place(nonce, aad, rest);
            Ok(DONE)
        })?;
        give_status(call, status)
    }
}

/// `(key, sealed, output, aad?)`
struct Open;

impl Function for Open {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let sealed = call.bytes(1)?;
        let output = call.bytes_mut(2)?;
        let aad = call.last_bytes(3)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            let nonce_len = slot.key.algorithm().nonce_len();
            let Some((nonce, rest)) = sealed.split_at_checked(nonce_len) else {
                return Ok(FAILED);
            };
            let opened = slot.key.open(nonce, aad, rest, output);
            Ok(if opened.is_ok() { DONE } else { FAILED })
        })?;
        give_status(call, status)
    }
}

/// `(key, nonce, sealed, output, aad?)`
struct OpenWith;

impl Function for OpenWith {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let (nonce, sealed) = (call.bytes(1)?, call.bytes(2)?);
        let output = call.bytes_mut(3)?;
        let aad = call.last_bytes(4)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            if nonce.len() != slot.key.algorithm().nonce_len() {
                return Err(wrong_length());
            }
            let opened = slot.key.open(nonce, aad, sealed, output);
            Ok(if opened.is_ok() { DONE } else { FAILED })
        })?;
        give_status(call, status)
    }
}

/// `(key, sealed, aad?)`: the plaintext is left behind the nonce.
struct OpenInPlace;

impl Function for OpenInPlace {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let sealed = call.bytes_mut(1)?;
        let aad = call.last_bytes(2)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            let nonce_len = slot.key.algorithm().nonce_len();
            let Some((nonce, rest)) = sealed.split_at_mut_checked(nonce_len) else {
                return Ok(FAILED);
            };
            let opened = slot.key.open_in_place(nonce, aad, rest);
            Ok(if opened.is_ok() { DONE } else { FAILED })
        })?;
        give_status(call, status)
    }
}
