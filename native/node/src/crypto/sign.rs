//! Private keys that stay here, and public keys that are parsed once.

use napi::bindgen_prelude::Result;
use wolfsec_core::sign::{Algorithm, Private, Public, SIGNATURE_LEN};

use super::aead::wrong_length;
use super::hash::packed;
use super::slots::{Release, Slotted, slotted, with};
use crate::raw::{Call, Function, Module, Outcome};

slotted!(Private, Public);

pub fn register(module: &Module) -> Result<()> {
    module.function::<ImportPrivate>("signImportPrivate")?;
    module.function::<ExportPrivate>("signExportPrivate")?;
    module.function::<PublicOf>("signPublicOf")?;
    module.function::<Sign>("signSign")?;
    module.function::<Agree>("signAgree")?;
    module.function::<Release<Private>>("signReleasePrivate")?;
    module.function::<ImportPublic>("signImportPublic")?;
    module.function::<Verify>("signVerify")?;
    module.function::<VerifyMany>("signVerifyMany")?;
    module.function::<Release<Public>>("signReleasePublic")
}

fn algorithm(id: u32) -> Algorithm {
    match id {
        0 => Algorithm::Ed25519,
        1 => Algorithm::EcdsaP256,
        _ => Algorithm::X25519,
    }
}

/// A handle, or -1 where the bytes are no key.
fn imported<T: Slotted>(call: &Call, key: Option<T>) -> Outcome {
    let Some(key) = key else {
        return call.give_number(-1.0);
    };
    let handle = T::table().with_borrow_mut(|slots| slots.insert(key))?;
    call.give_number(f64::from(handle))
}

/// `(algorithm, key)`
struct ImportPrivate;

impl Function for ImportPrivate {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let bytes = call.bytes(1)?.try_into().map_err(|_| wrong_length())?;
        let key = Private::new(algorithm(call.u32(0)?), bytes);
        imported(call, key)
    }
}

/// `(key, output)`
struct ExportPrivate;

impl Function for ExportPrivate {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let output: &mut [u8; 32] = call.bytes_mut(1)?.try_into().map_err(|_| wrong_length())?;
        with(call.u32(0)?, |key: &mut Private| {
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
        with(call.u32(0)?, |key: &mut Private| {
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
        with(call.u32(0)?, |key: &mut Private| {
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
        let agreed = with(call.u32(0)?, |key: &mut Private| {
            Ok(key.agree(peer, output).is_some())
        })?;
        call.boolean(agreed)
    }
}

/// `(algorithm, key)`
struct ImportPublic;

impl Function for ImportPublic {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let key = Public::new(algorithm(call.u32(0)?), call.bytes(1)?);
        imported(call, key)
    }
}

/// `(key, message, signature)`
struct Verify;

impl Function for Verify {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let (handle, message, signature) = (call.u32(0)?, call.bytes(1)?, call.bytes(2)?);
        let valid = with(
            handle,
            |key: &mut Public| Ok(key.verify(message, signature)),
        )?;
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
        Public::table().with_borrow_mut(|keys| {
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
