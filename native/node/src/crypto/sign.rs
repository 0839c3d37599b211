//! Private keys that stay here, and public keys that are parsed once.

use std::cell::RefCell;

use napi::bindgen_prelude::Result;
use wolfsec_core::sign::{Algorithm, Private, Public, SIGNATURE_LEN};

use super::aead::wrong_length;
use super::hash::packed;
use super::slots::Slots;
use crate::raw::{Call, Function, Module, Outcome, Thrown};

thread_local! {
    static PRIVATE: RefCell<Slots<Private>> = const { RefCell::new(Slots::new()) };
    static PUBLIC: RefCell<Slots<Public>> = const { RefCell::new(Slots::new()) };
}

pub fn register(module: &Module) -> Result<()> {
    module.function::<ImportPrivate>("signImportPrivate")?;
    module.function::<ExportPrivate>("signExportPrivate")?;
    module.function::<PublicOf>("signPublicOf")?;
    module.function::<Sign>("signSign")?;
    module.function::<Agree>("signAgree")?;
    module.function::<ReleasePrivate>("signReleasePrivate")?;
    module.function::<ImportPublic>("signImportPublic")?;
    module.function::<Verify>("signVerify")?;
    module.function::<VerifyMany>("signVerifyMany")?;
    module.function::<ReleasePublic>("signReleasePublic")
}

fn algorithm(id: u32) -> Algorithm {
    match id {
        0 => Algorithm::Ed25519,
        1 => Algorithm::EcdsaP256,
        _ => Algorithm::X25519,
    }
}

fn with_private<T>(
    handle: u32,
    work: impl FnOnce(&Private) -> std::result::Result<T, Thrown>,
) -> std::result::Result<T, Thrown> {
    PRIVATE.with_borrow_mut(|keys| work(keys.get(handle)?))
}

/// A handle, or -1 where the bytes are no key.
fn imported<T>(
    call: &Call,
    slots: &'static std::thread::LocalKey<RefCell<Slots<T>>>,
    key: Option<T>,
) -> Outcome {
    let Some(key) = key else {
        return call.give_number(-1.0);
    };
    let handle = slots.with_borrow_mut(|keys| keys.insert(key))?;
    call.give_number(f64::from(handle))
}

/// `(algorithm, key)`
struct ImportPrivate;

impl Function for ImportPrivate {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let bytes = call.bytes(1)?.try_into().map_err(|_| wrong_length())?;
        let key = Private::new(algorithm(call.u32(0)?), bytes);
        imported(call, &PRIVATE, key)
    }
}

/// `(key, output)`
struct ExportPrivate;

impl Function for ExportPrivate {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let output: &mut [u8; 32] = call.bytes_mut(1)?.try_into().map_err(|_| wrong_length())?;
        with_private(call.u32(0)?, |key| {
            *output = *key.bytes();
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(key, output)`
struct PublicOf;

impl Function for PublicOf {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let output = call.bytes_mut(1)?;
        with_private(call.u32(0)?, |key| {
            key.public(output).ok_or_else(wrong_length)
        })?;
        call.undefined()
    }
}

/// `(key, message, output)`
struct Sign;

impl Function for Sign {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let (message, output) = (call.bytes(1)?, call.bytes_mut(2)?);
        with_private(call.u32(0)?, |key| {
            key.sign(message, output).ok_or_else(wrong_length)
        })?;
        call.undefined()
    }
}

/// `(key, peer's public key, output)`: whether there is a shared secret.
struct Agree;

impl Function for Agree {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let (peer, output) = (call.bytes(1)?, call.bytes_mut(2)?);
        let agreed = with_private(call.u32(0)?, |key| Ok(key.agree(peer, output).is_some()))?;
        call.boolean(agreed)
    }
}

/// `(key)`
struct ReleasePrivate;

impl Function for ReleasePrivate {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let handle = call.u32(0)?;
        PRIVATE.with_borrow_mut(|keys| keys.remove(handle));
        call.undefined()
    }
}

/// `(algorithm, key)`
struct ImportPublic;

impl Function for ImportPublic {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let key = Public::new(algorithm(call.u32(0)?), call.bytes(1)?);
        imported(call, &PUBLIC, key)
    }
}

/// `(key, message, signature)`
struct Verify;

impl Function for Verify {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let (handle, message, signature) = (call.u32(0)?, call.bytes(1)?, call.bytes(2)?);
        let valid =
            PUBLIC.with_borrow_mut(|keys| Ok(keys.get(handle)?.verify(message, signature)))?;
        call.boolean(valid)
    }
}

/// `(keys, messages, offsets, signatures, output)`: 1 for each that is valid, 0 for others.
struct VerifyMany;

impl Function for VerifyMany {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let (handles, data) = (call.elements::<u32>(0)?, call.bytes(1)?);
        let (offsets, signatures) = (call.elements::<u32>(2)?, call.bytes(3)?);
        let output = call.bytes_mut(4)?;
        if handles.len() != output.len() || signatures.len() != output.len() * SIGNATURE_LEN {
            return Err(wrong_length());
        }
        let messages = packed(data, offsets, output.len(), 1)?;
        PUBLIC.with_borrow_mut(|keys| {
            let inputs = handles
                .iter()
                .zip(messages)
                .zip(signatures.chunks_exact(SIGNATURE_LEN));
            for (((handle, message), signature), valid) in inputs.zip(output) {
                *valid = u8::from(keys.get(*handle)?.verify(message, signature));
            }
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(key)`
struct ReleasePublic;

impl Function for ReleasePublic {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let handle = call.u32(0)?;
        PUBLIC.with_borrow_mut(|keys| keys.remove(handle));
        call.undefined()
    }
}
