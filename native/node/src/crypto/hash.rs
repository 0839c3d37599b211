//! Digests, at once and in pieces.

use napi::bindgen_prelude::Result;
use wolfsec_core::hash::{Algorithm, Hasher, digest};

use super::aead::wrong_length;
use super::slots::{self, Release, slotted, with};
use crate::raw::{Call, Function, Module, Outcome, Thrown};

slotted!(Hasher);

pub fn register(module: &Module) -> Result<()> {
    module.function::<Digest>("hashDigest")?;
    module.function::<DigestMany>("hashDigestMany")?;
    module.function::<Start>("hashStart")?;
    module.function::<Update>("hashUpdate")?;
    module.function::<Finish>("hashFinish")?;
    module.function::<Release<Hasher>>("hashRelease")
}

fn algorithm(id: u32) -> Algorithm {
    match id {
        0 => Algorithm::Sha256,
        1 => Algorithm::Sha384,
        2 => Algorithm::Sha512,
        3 => Algorithm::Sha3_256,
        _ => Algorithm::Blake3,
    }
}

/// `(algorithm, data, output)`
struct Digest;

impl Function for Digest {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let (algorithm, data) = (algorithm(call.u32(0)?), call.bytes(1)?);
        let output = call.bytes_mut(2)?;
        if output.len() != algorithm.digest_len() {
            return Err(wrong_length());
        }
        digest(algorithm, data, output);
        call.undefined()
    }
}

/// `(algorithm, data, offsets, output)`: one digest behind the other.
struct DigestMany;

impl Function for DigestMany {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let (algorithm, data) = (algorithm(call.u32(0)?), call.bytes(1)?);
        let offsets = call.elements::<u32>(2)?;
        let output = call.bytes_mut(3)?;
        let spans = packed(data, offsets, output.len(), algorithm.digest_len())?;
        for (span, room) in spans.zip(output.chunks_exact_mut(algorithm.digest_len())) {
            digest(algorithm, span, room);
        }
        call.undefined()
    }
}

/// The packed messages, once it is sure that they are well formed and their results fit.
pub fn packed<'a>(
    data: &'a [u8],
    offsets: &'a [u32],
    room: usize,
    result_len: usize,
) -> std::result::Result<impl Iterator<Item = &'a [u8]>, Thrown> {
    let fits = offsets.is_sorted()
        && offsets
            .last()
            .is_some_and(|&last| last as usize <= data.len())
        && room == (offsets.len() - 1) * result_len;
    if !fits {
        return Err(wrong_length());
    }
    Ok(offsets
        .windows(2)
        .map(move |pair| &data[pair[0] as usize..pair[1] as usize]))
}

/// `(algorithm)`
struct Start;

impl Function for Start {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        slots::give(call, Hasher::new(algorithm(call.u32(0)?)))
    }
}

/// `(hash, data)`
struct Update;

impl Function for Update {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let (handle, data) = (call.u32(0)?, call.bytes(1)?);
        with(handle, |hasher: &mut Hasher| {
            hasher.update(data);
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(hash, output)`
struct Finish;

impl Function for Finish {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let (handle, output) = (call.u32(0)?, call.bytes_mut(1)?);
        with(handle, |hasher: &mut Hasher| {
            hasher.digest(output);
            Ok(())
        })?;
        call.undefined()
    }
}
