//! Many messages, packed one behind the other, in one call.

use napi::bindgen_prelude::Result;

use super::aead::{DONE, Slot, give_status, next_nonce, refused, wrong_length};
use super::entropy;
use super::slots::with;
use crate::raw::{Call, Function, Module, Outcome, Thrown};

pub fn register(module: &Module) -> Result<()> {
    module.function::<SealBatch>("aeadSealBatch")?;
    module.function::<OpenBatch>("aeadOpenBatch")
}

/// The spans of packed messages: `offsets` begins with 0, never falls and ends with the length.
fn spans(
    offsets: &[u32],
    len: usize,
) -> std::result::Result<impl Iterator<Item = (usize, usize)>, Thrown> {
    let fits = offsets.first() == Some(&0)
        && offsets.last().is_some_and(|&last| last as usize == len)
        && offsets.is_sorted();
    if !fits {
        return Err(wrong_length());
    }
    Ok(offsets
        .windows(2)
        .map(|pair| (pair[0] as usize, pair[1] as usize)))
}

/// `(key, plaintexts, offsets, output, aad?)`: each sealed message follows the one before.
struct SealBatch;

impl Function for SealBatch {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let (data, offsets) = (call.bytes(1)?, call.elements::<u32>(2)?);
        let mut output = call.bytes_mut(3)?;
        let aad = call.last_bytes(4)?;
        let status = with(call.u32(0)?, |slot: &mut Slot| {
            let algorithm = slot.key.algorithm();
            let spans = spans(offsets, data.len())?;
            let count = offsets.len() - 1;
            if output.len() != data.len() + count * algorithm.overhead() {
                return Err(wrong_length());
            }
            if slot.nonces.left() < count as u64 {
                return Ok(refused(wolfsec_core::aead::NonceRefused::Exhausted));
            }
            let Slot { key, nonces } = slot;
            entropy::with(|pool| {
                for (from, to) in spans {
                    let (sealed, rest) = output.split_at_mut(to - from + algorithm.overhead());
                    output = rest;
                    let (nonce, sealed) = sealed.split_at_mut(algorithm.nonce_len());
                    if let Some(status) = next_nonce(nonces, pool, nonce)? {
                        return Ok(status);
                    }
                    key.seal(nonce, aad, &data[from..to], sealed);
                }
                Ok(DONE)
            })
        })?;
        give_status(call, status)
    }
}

/// `(key, sealed, offsets, output, aad?)`: the number of messages opened before one did not.
struct OpenBatch;

impl Function for OpenBatch {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let (data, offsets) = (call.bytes(1)?, call.elements::<u32>(2)?);
        let output = call.bytes_mut(3)?;
        let aad = call.last_bytes(4)?;
        let opened = with(call.u32(0)?, |slot: &mut Slot| {
            let algorithm = slot.key.algorithm();
            let mut at = 0;
            for (index, (from, to)) in spans(offsets, data.len())?.enumerate() {
                let end = at + (to - from).saturating_sub(algorithm.overhead());
                let (Some((nonce, sealed)), Some(room)) = (
                    data[from..to].split_at_checked(algorithm.nonce_len()),
                    output.get_mut(at..end),
                ) else {
                    output.fill(0);
                    return Ok(index);
                };
                if slot.key.open(nonce, aad, sealed, room).is_err() {
                    output.fill(0);
                    return Ok(index);
                }
                at = end;
            }
            Ok(offsets.len() - 1)
        })?;
        call.give_number(opened as f64)
    }
}
