//! Derivation of keys, and password hashing: what takes long runs on another thread.

use napi::bindgen_prelude::{AsyncTask, Buffer, Error, Result};
use napi_derive::napi;
use wolfsec_core::hash::kdf::{self, Prf};
use wolfsec_core::password::{Argon2Cost, argon2id, bcrypt_verify};
use zeroize::Zeroizing;

use super::background::behind;
use super::task::{BooleanTask, BytesTask};

/// The parameters are refused; agreed with `src/backend/native/kdf.ts`.
const REFUSED: u32 = 5;

fn prf(id: u32) -> Prf {
    match id {
        0 => Prf::Sha256,
        1 => Prf::Sha384,
        _ => Prf::Sha512,
    }
}

#[napi]
pub fn kdf_hkdf(
    id: u32,
    secret: &[u8],
    salt: &[u8],
    info: &[u8],
    mut output: Buffer,
) -> Result<()> {
    kdf::hkdf(prf(id), secret, salt, info, &mut output)
        .map_err(|_| Error::from_reason(format!("status {REFUSED}")))
}

#[napi]
pub fn kdf_blake3(context: String, secret: &[u8], mut output: Buffer) {
    kdf::blake3(&context, secret, &mut output);
}

#[napi(ts_return_type = "Promise<Buffer>")]
pub fn kdf_pbkdf2(
    id: u32,
    secret: &[u8],
    salt: &[u8],
    iterations: u32,
    length: u32,
) -> AsyncTask<BytesTask> {
    let (secret, salt) = (Zeroizing::new(secret.to_vec()), salt.to_vec());
    BytesTask::run(move || {
        let mut output = vec![0; length as usize];
        behind(|| kdf::pbkdf2(prf(id), &secret, &salt, iterations, &mut output));
        Ok(output)
    })
}

#[napi(ts_return_type = "Promise<Buffer>")]
pub fn kdf_scrypt(
    secret: &[u8],
    salt: &[u8],
    log_n: u32,
    r: u32,
    p: u32,
    length: u32,
) -> AsyncTask<BytesTask> {
    let (secret, salt) = (Zeroizing::new(secret.to_vec()), salt.to_vec());
    BytesTask::run(move || {
        let mut output = vec![0; length as usize];
        let log_n = u8::try_from(log_n).map_err(|_| REFUSED)?;
        behind(|| kdf::scrypt(&secret, &salt, log_n, r, p, &mut output)).map_err(|_| REFUSED)?;
        Ok(output)
    })
}

#[napi(js_name = "passwordArgon2id", ts_return_type = "Promise<Buffer>")]
#[allow(clippy::too_many_arguments, reason = "Argon2 has that many parameters")]
pub fn password_argon2id(
    password: &[u8],
    salt: &[u8],
    pepper: &[u8],
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
    length: u32,
) -> AsyncTask<BytesTask> {
    let password = Zeroizing::new(password.to_vec());
    let pepper = Zeroizing::new(pepper.to_vec());
    let salt = salt.to_vec();
    let cost = Argon2Cost {
        memory_kib,
        iterations,
        lanes,
    };
    BytesTask::run(move || {
        let mut output = vec![0; length as usize];
        behind(|| argon2id(&password, &salt, &pepper, cost, &mut output)).map_err(|_| REFUSED)?;
        Ok(output)
    })
}

#[napi(ts_return_type = "Promise<boolean>")]
pub fn password_bcrypt_verify(password: &[u8], hash: String) -> AsyncTask<BooleanTask> {
    let password = Zeroizing::new(password.to_vec());
    BooleanTask::run(move || behind(|| bcrypt_verify(&password, &hash)).map_err(|_| REFUSED))
}
