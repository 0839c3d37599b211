//! Message authentication: HMAC (RFC 2104) and keyed BLAKE3.

use hmac::digest::{FixedOutput, Output};
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroize;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    HmacSha256,
    HmacSha384,
    HmacSha512,
    /// Its key has 32 bytes.
    Blake3,
}

impl Algorithm {
    /// Bytes of a tag.
    #[must_use]
    pub const fn tag_len(self) -> usize {
        match self {
            Self::HmacSha256 | Self::Blake3 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
        }
    }
}

/// Each state in a box of its own size: an enum as large as the largest would have room for copies of
/// what lay on the stack.
///
/// A key with its first blocks hashed, and whatever message was added since. Dropping it zeroises it.
#[derive(Clone)]
pub enum Mac {
    HmacSha256(Box<Hmac<Sha256>>),
    HmacSha384(Box<Hmac<Sha384>>),
    HmacSha512(Box<Hmac<Sha512>>),
    Blake3(Box<blake3::Hasher>),
}

impl Mac {
    /// # Panics
    /// Where a BLAKE3 key does not have 32 bytes: the caller checks.
    #[must_use]
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        const ANY: &str = "HMAC takes a key of any length";
        match algorithm {
            Algorithm::HmacSha256 => {
                Self::HmacSha256(Box::new(Hmac::new_from_slice(key).expect(ANY)))
            }
            Algorithm::HmacSha384 => {
                Self::HmacSha384(Box::new(Hmac::new_from_slice(key).expect(ANY)))
            }
            Algorithm::HmacSha512 => {
                Self::HmacSha512(Box::new(Hmac::new_from_slice(key).expect(ANY)))
            }
            Algorithm::Blake3 => {
                let key = key.try_into().expect("a BLAKE3 key has 32 bytes");
                Self::Blake3(Box::new(blake3::Hasher::new_keyed(key)))
            }
        }
    }

    #[must_use]
    pub fn tag_len(&self) -> usize {
        match self {
            Self::HmacSha256(_) | Self::Blake3(_) => 32,
            Self::HmacSha384(_) => 48,
            Self::HmacSha512(_) => 64,
        }
    }

    pub fn update(&mut self, data: &[u8]) {
        match self {
            Self::HmacSha256(state) => state.update(data),
            Self::HmacSha384(state) => state.update(data),
            Self::HmacSha512(state) => state.update(data),
            Self::Blake3(state) if data.len() >= super::BLAKE3_PARALLEL_MIN_LEN => {
                state.update_rayon(data);
            }
            Self::Blake3(state) => {
                state.update(data);
            }
        }
    }

    /// Writes the tag of all that was added; the message may go on afterwards.
    ///
    /// # Panics
    /// Where `output` is not as long as the tag.
    pub fn tag(&self, output: &mut [u8]) {
        match self {
            Self::HmacSha256(state) => {
                output.copy_from_slice(&state.as_ref().clone().finalize().into_bytes());
            }
            Self::HmacSha384(state) => {
                output.copy_from_slice(&state.as_ref().clone().finalize().into_bytes());
            }
            Self::HmacSha512(state) => {
                output.copy_from_slice(&state.as_ref().clone().finalize().into_bytes());
            }
            Self::Blake3(state) => output.copy_from_slice(state.finalize().as_bytes()),
        }
    }

    /// Writes the tag of one message, leaving the key as it is.
    ///
    /// # Panics
    /// Where `output` is not as long as the tag.
    pub fn sign(&self, data: &[u8], output: &mut [u8]) {
        match self {
            Self::HmacSha256(key) => {
                let mut state = key.as_ref().clone();
                state.update(data);
                let output = <&mut Output<Sha256>>::try_from(output).expect("a tag's length");
                state.finalize_into(output);
            }
            _ => {
                let mut state = self.clone();
                state.update(data);
                state.tag(output);
            }
        }
    }

    /// Whether `tag` is that of `data`; the time does not depend on where they differ.
    #[must_use]
    pub fn verify(&self, data: &[u8], tag: &[u8]) -> bool {
        let mut made = [0; 64];
        let made = &mut made[..self.tag_len()];
        self.sign(data, made);
        let same = crate::compare::constant_time_eq(made, tag);
        made.zeroize();
        same
    }
}

impl Drop for Mac {
    fn drop(&mut self) {
        // HMAC states zeroise themselves.
        if let Self::Blake3(state) = self {
            state.zeroize();
        }
    }
}
