//! Message authentication with a key that stays here.

use napi::bindgen_prelude::Result;
use wolfsec_core::hash::mac::{Algorithm, Mac};

use super::aead::wrong_length;
use super::hash::packed;
use super::slots::{self, Release, slotted, with};
use crate::raw::{Call, Function, Module, Outcome};

slotted!(Mac);

pub fn register(module: &Module) -> Result<()> {
    module.function::<Import>("macImport")?;
    module.function::<Sign>("macSign")?;
    module.function::<SignMany>("macSignMany")?;
    module.function::<Verify>("macVerify")?;
    module.function::<Start>("macStart")?;
    module.function::<Update>("macUpdate")?;
    module.function::<Finish>("macFinish")?;
    module.function::<Release<Mac>>("macRelease")
}

/// `(algorithm, key)`
struct Import;

impl Function for Import {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let algorithm = match call.u32(0)? {
            0 => Algorithm::HmacSha256,
            1 => Algorithm::HmacSha384,
            2 => Algorithm::HmacSha512,
            _ => Algorithm::Blake3,
        };
        let key = call.bytes(1)?;
        if algorithm == Algorithm::Blake3 && key.len() != 32 {
            return Err(wrong_length());
        }
        let mac = Mac::new(algorithm, key);
        slots::give(call, mac)
    }
}

/// `(key, data, output)`
struct Sign;

impl Function for Sign {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let (data, output) = (call.bytes(1)?, call.bytes_mut(2)?);
        with(call.u32(0)?, |mac: &mut Mac| {
            if output.len() != mac.tag_len() {
                return Err(wrong_length());
            }
            mac.sign(data, output);
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(key, data, offsets, output)`: one tag behind the other.
struct SignMany;

impl Function for SignMany {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let (data, offsets) = (call.bytes(1)?, call.elements::<u32>(2)?);
        let output = call.bytes_mut(3)?;
        with(call.u32(0)?, |mac: &mut Mac| {
            let spans = packed(data, offsets, output.len(), mac.tag_len())?;
            for (span, room) in spans.zip(output.chunks_exact_mut(mac.tag_len())) {
                mac.sign(span, room);
            }
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(key, data, tag)`
struct Verify;

impl Function for Verify {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let (data, tag) = (call.bytes(1)?, call.bytes(2)?);
        let same = with(call.u32(0)?, |mac: &mut Mac| Ok(mac.verify(data, tag)))?;
        call.boolean(same)
    }
}

/// `(key)`: a message in pieces under that key, which has a number of its own.
struct Start;

impl Function for Start {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let started = with(call.u32(0)?, |mac: &mut Mac| Ok(mac.clone()))?;
        slots::give(call, started)
    }
}

/// `(message, data)`
struct Update;

impl Function for Update {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let data = call.bytes(1)?;
        with(call.u32(0)?, |mac: &mut Mac| {
            mac.update(data);
            Ok(())
        })?;
        call.undefined()
    }
}

/// `(message, output)`
struct Finish;

impl Function for Finish {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let output = call.bytes_mut(1)?;
        with(call.u32(0)?, |mac: &mut Mac| {
            mac.tag(output);
            Ok(())
        })?;
        call.undefined()
    }
}
