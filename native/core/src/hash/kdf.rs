//! Keys from keys and from passphrases: HKDF (RFC 5869), PBKDF2 (RFC 8018), scrypt (RFC 7914) and
//! BLAKE3's key derivation.

use hkdf::Hkdf;
use sha2::{Sha256, Sha384, Sha512};

/// What a derivation was asked for cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused;

/// The hash under HKDF and PBKDF2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prf {
    Sha256,
    Sha384,
    Sha512,
}

/// Extract, then expand. Refuses more than 255 digests.
pub fn hkdf(
    prf: Prf,
    secret: &[u8],
    salt: &[u8],
    info: &[u8],
    output: &mut [u8],
) -> Result<(), Refused> {
    match prf {
        Prf::Sha256 => Hkdf::<Sha256>::new(Some(salt), secret).expand(info, output),
        Prf::Sha384 => Hkdf::<Sha384>::new(Some(salt), secret).expand(info, output),
        Prf::Sha512 => Hkdf::<Sha512>::new(Some(salt), secret).expand(info, output),
    }
    .map_err(|_| Refused)
}

pub fn pbkdf2(prf: Prf, secret: &[u8], salt: &[u8], iterations: u32, output: &mut [u8]) {
    match prf {
        Prf::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(secret, salt, iterations, output),
        Prf::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>(secret, salt, iterations, output),
        Prf::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(secret, salt, iterations, output),
    }
}

/// scrypt with the cost 2^`log_n`.
pub fn scrypt(
    secret: &[u8],
    salt: &[u8],
    log_n: u8,
    r: u32,
    p: u32,
    output: &mut [u8],
) -> Result<(), Refused> {
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| Refused)?;
    scrypt::scrypt(secret, salt, &params, output).map_err(|_| Refused)
}

/// BLAKE3 in its derivation mode; `context` is a fixed string of the program.
pub fn blake3(context: &str, secret: &[u8], output: &mut [u8]) {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(secret);
    hasher.finalize_xof().fill(output);
}
