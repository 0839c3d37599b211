//! Password hashing: argon2id (RFC 9106), and bcrypt for what other programs stored.

mod memory;

use argon2::{Algorithm, Argon2, Params, Version};

/// The parameters are out of bounds, or the stored hash cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused;

/// The cost of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Cost {
    pub memory_kib: u32,
    pub iterations: u32,
    pub lanes: u32,
}

/// Writes the argon2id hash, version 0x13. `pepper` is Argon2's secret value K and may be empty.
pub fn argon2id(
    password: &[u8],
    salt: &[u8],
    pepper: &[u8],
    cost: Argon2Cost,
    output: &mut [u8],
) -> Result<(), Refused> {
    let params = Params::new(
        cost.memory_kib,
        cost.iterations,
        cost.lanes,
        Some(output.len()),
    )
    .map_err(|_| Refused)?;
    let blocks = params.block_count();
    let hasher = if pepper.is_empty() {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    } else {
        Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)
            .map_err(|_| Refused)?
    };
    memory::with(blocks, |memory| {
        hasher.hash_password_into_with_memory(password, salt, output, memory)
    })
    .map_err(|_| Refused)
}

/// Whether a bcrypt hash (`$2a$`, `$2b$`, `$2y$`) was made from `password`, of which bcrypt sees 72 bytes.
pub fn bcrypt_verify(password: &[u8], hash: &str) -> Result<bool, Refused> {
    bcrypt::verify(password, hash).map_err(|_| Refused)
}
