use napi::bindgen_prelude::Result;
use wolfsec_core::auth::jws::{MAX_SIGNATURE_BYTES, Refusal, SigningKey, VerifyKey};
use wolfsec_core::auth::token::{self, DIGEST_BYTES};

use crate::raw::{Call, Function, Handle, Module, Outcome, Thrown};

pub fn register(module: &Module) -> Result<()> {
    module.function::<TokenDigest>("tokenDigest")?;
    module.function::<TokenMatches>("tokenMatches")?;
    module.function::<OpenVerifyKey>("jwsOpenVerifyKey")?;
    module.function::<OpenSigningKey>("jwsOpenSigningKey")?;
    module.function::<Verify>("jwsVerify")?;
    module.function::<Sign>("jwsSign")
}

/// Room for an opaque token; the host refuses longer ones.
const TOKEN_BYTES: usize = 256;
/// Room for a JSON Web Signature on the stack; longer ones come as bytes.
const JWS_BYTES: usize = 8 * 1024;

impl Handle for VerifyKey {
    const NAME: &'static str = "a key that verifies";
    const TAG: u64 = 0x93a8_07dd_41fe_6b25;
}

impl Handle for SigningKey {
    const NAME: &'static str = "a key that signs";
    const TAG: u64 = 0xe02b_5c98_d613_77af;
}

fn too_long() -> Thrown {
    Thrown::new("WOLFSEC_INTERNAL", "a token is longer than its room")
}

/// `(token, out)`.
struct TokenDigest;

impl Function for TokenDigest {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let mut scratch = [0; TOKEN_BYTES];
        let token = call.string(0, &mut scratch)?.ok_or_else(too_long)?;
        let out = call.bytes_mut(1)?;
        if out.len() != DIGEST_BYTES {
            return Err(Thrown::new("WOLFSEC_INTERNAL", "no room for a digest"));
        }
        out.copy_from_slice(&token::digest(token));
        call.undefined()
    }
}

/// `(token, digest)`.
struct TokenMatches;

impl Function for TokenMatches {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let mut scratch = [0; TOKEN_BYTES];
        let token = call.string(0, &mut scratch)?.ok_or_else(too_long)?;
        call.boolean(token::matches(token, call.bytes(1)?))
    }
}

fn refused() -> Thrown {
    Thrown::new(
        "WOLFSEC_INVALID_ARGUMENT",
        "key must be a valid key of its algorithm",
    )
}

/// `(algorithm, key)`; algorithms are numbered as in the host.
struct OpenVerifyKey;

impl Function for OpenVerifyKey {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let bytes = call.bytes(1)?;
        let key = match call.u32(0)? {
            0 => Some(VerifyKey::hs256(bytes)),
            1 => VerifyKey::es256(bytes),
            _ => VerifyKey::eddsa(bytes),
        };
        call.external(key.ok_or_else(refused)?, size_of::<VerifyKey>())
    }
}

/// `(algorithm, secret, public)`.
struct OpenSigningKey;

impl Function for OpenSigningKey {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let secret = call.bytes(1)?;
        let key = match call.u32(0)? {
            0 => Some(SigningKey::hs256(secret)),
            1 => SigningKey::es256(secret, call.bytes(2)?),
            _ => SigningKey::eddsa(secret),
        };
        call.external(key.ok_or_else(refused)?, size_of::<SigningKey>())
    }
}

/// `(key, token as text or bytes, payload out)`; gives the payload's length, -1 for a token that is
/// malformed, -2 for a signature that does not hold.
struct Verify;

impl Function for Verify {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let key = call.handle::<VerifyKey>(0)?;
        let payload = call.bytes_mut(2)?;
        let mut scratch = [0; JWS_BYTES];
        let verdict = match call.string(1, &mut scratch) {
            Ok(Some(token)) => key.verify(token, payload),
            Ok(None) => return Err(too_long()),
            Err(_) => key.verify(call.bytes(1)?, payload),
        };
        call.give_number(match verdict {
            Ok(len) => len as f64,
            Err(Refusal::Malformed) => -1.0,
            Err(Refusal::Signature) => -2.0,
        })
    }
}

/// `(key, message, out)`; gives the signature's length.
struct Sign;

impl Function for Sign {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let key = call.handle::<SigningKey>(0)?;
        let message = call.bytes(1)?;
        let out: &mut [u8; MAX_SIGNATURE_BYTES] = call
            .bytes_mut(2)?
            .try_into()
            .map_err(|_| Thrown::new("WOLFSEC_INTERNAL", "no room for a signature"))?;
        match key.sign(message, out) {
            Some(len) => call.give_u32(len as u32),
            None => Err(Thrown::new("WOLFSEC_INTERNAL", "no randomness to be had")),
        }
    }
}
