//! Hash functions: SHA-2 (FIPS 180-4), SHA3-256 (FIPS 202) and BLAKE3.

pub mod kdf;
pub mod mac;

use aws_lc_rs::digest::{SHA3_256, SHA256, SHA384, SHA512};
use sha2::{Digest, Sha256, Sha384, Sha512};
use sha3::Sha3_256;
use zeroize::Zeroize;

/// From here on BLAKE3 hashes one input on several cores. Below, waking them costs more than they save: on two cores
/// 256 KiB took 65 µs instead of 40, 2 MiB about as long either way, 4 MiB 390 µs instead of 660.
pub const BLAKE3_PARALLEL_MIN_LEN: usize = 2 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
    Sha3_256,
    Blake3,
}

impl Algorithm {
    /// Bytes of a digest.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha256 | Self::Sha3_256 | Self::Blake3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// Writes the digest of `data` to `output`.
///
/// # Panics
/// Where `output` is not as long as the digest.
pub fn digest(algorithm: Algorithm, data: &[u8], output: &mut [u8]) {
    // AWS-LC's need no state of their own to be wiped: 74 ns a message of 64 B, where `sha2` takes 98.
    let one_shot = |algorithm| aws_lc_rs::digest::digest(algorithm, data);
    match algorithm {
        Algorithm::Sha256 => output.copy_from_slice(one_shot(&SHA256).as_ref()),
        Algorithm::Sha384 => output.copy_from_slice(one_shot(&SHA384).as_ref()),
        Algorithm::Sha512 => output.copy_from_slice(one_shot(&SHA512).as_ref()),
        Algorithm::Sha3_256 => output.copy_from_slice(one_shot(&SHA3_256).as_ref()),
        Algorithm::Blake3 if data.len() >= BLAKE3_PARALLEL_MIN_LEN => {
            let mut hasher = blake3::Hasher::new();
            hasher.update_rayon(data);
            output.copy_from_slice(hasher.finalize().as_bytes());
        }
        Algorithm::Blake3 => output.copy_from_slice(blake3::hash(data).as_bytes()),
    }
}

/// A hash in progress. Dropping it zeroises its state, and with it what it holds of the message.
///
/// Each state in a box of its own size: moving one that lies within a table or an enum would leave a
/// copy behind that nobody wipes.
#[derive(Clone)]
pub enum Hasher {
    Sha256(Box<Sha256>),
    Sha384(Box<Sha384>),
    Sha512(Box<Sha512>),
    Sha3_256(Box<Sha3_256>),
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Box::default()),
            Algorithm::Sha384 => Self::Sha384(Box::default()),
            Algorithm::Sha512 => Self::Sha512(Box::default()),
            Algorithm::Sha3_256 => Self::Sha3_256(Box::default()),
            Algorithm::Blake3 => Self::Blake3(Box::default()),
        }
    }

    pub fn update(&mut self, data: &[u8]) {
        match self {
            Self::Sha256(state) => state.update(data),
            Self::Sha384(state) => state.update(data),
            Self::Sha512(state) => state.update(data),
            Self::Sha3_256(state) => state.update(data),
            Self::Blake3(state) if data.len() >= BLAKE3_PARALLEL_MIN_LEN => {
                state.update_rayon(data);
            }
            Self::Blake3(state) => {
                state.update(data);
            }
        }
    }

    /// Writes the digest of all that was added. The hash may go on afterwards.
    ///
    /// # Panics
    /// Where `output` is not as long as the digest.
    pub fn digest(&self, output: &mut [u8]) {
        match self {
            Self::Sha256(state) => output.copy_from_slice(&state.as_ref().clone().finalize()),
            Self::Sha384(state) => output.copy_from_slice(&state.as_ref().clone().finalize()),
            Self::Sha512(state) => output.copy_from_slice(&state.as_ref().clone().finalize()),
            Self::Sha3_256(state) => output.copy_from_slice(&state.as_ref().clone().finalize()),
            Self::Blake3(state) => output.copy_from_slice(state.finalize().as_bytes()),
        }
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        // SHA-2 and SHA-3 states zeroise themselves.
        if let Self::Blake3(state) = self {
            state.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Algorithm; 5] = [
        Algorithm::Sha256,
        Algorithm::Sha384,
        Algorithm::Sha512,
        Algorithm::Sha3_256,
        Algorithm::Blake3,
    ];

    #[test]
    fn pieces_make_the_same_digest_as_the_whole() {
        // The whole and its first piece are hashed on several cores where the algorithm has that, the rest on one.
        let len = 2 * BLAKE3_PARALLEL_MIN_LEN as u32 - 3;
        let data: Vec<u8> = (0..len).map(|i| (i * 31) as u8).collect();
        for algorithm in ALL {
            let mut whole = vec![0; algorithm.digest_len()];
            digest(algorithm, &data, &mut whole);
            let mut hasher = Hasher::new(algorithm);
            for piece in data.chunks(BLAKE3_PARALLEL_MIN_LEN + 1) {
                hasher.update(piece);
            }
            let mut pieces = vec![0; algorithm.digest_len()];
            hasher.digest(&mut pieces);
            assert_eq!(whole, pieces, "{algorithm:?}");
            assert!(whole.iter().any(|byte| *byte != 0));
        }
    }
}
