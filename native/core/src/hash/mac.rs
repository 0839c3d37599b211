//! Message authentication: HMAC (RFC 2104) and keyed BLAKE3.

use hmac::HmacReset;
use hmac::digest::{FixedOutputReset, KeyInit, Output, Update};
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

/// A key with its first blocks hashed, and whatever message was added since. Dropping it zeroises it.
///
/// Each state is in a box of its own size: an enum as large as the largest would have room for copies of
/// what lay on the stack.
#[derive(Clone)]
pub enum Mac {
    HmacSha256(Box<HmacReset<Sha256>>),
    HmacSha384(Box<HmacReset<Sha384>>),
    HmacSha512(Box<HmacReset<Sha512>>),
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
                Self::HmacSha256(Box::new(HmacReset::new_from_slice(key).expect(ANY)))
            }
            Algorithm::HmacSha384 => {
                Self::HmacSha384(Box::new(HmacReset::new_from_slice(key).expect(ANY)))
            }
            Algorithm::HmacSha512 => {
                Self::HmacSha512(Box::new(HmacReset::new_from_slice(key).expect(ANY)))
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
            Self::HmacSha256(state) => finish(&mut state.as_ref().clone(), output),
            Self::HmacSha384(state) => finish(&mut state.as_ref().clone(), output),
            Self::HmacSha512(state) => finish(&mut state.as_ref().clone(), output),
            Self::Blake3(state) => output.copy_from_slice(state.finalize().as_bytes()),
        }
    }

    /// Writes the tag of one message, leaving the key as it was; of the message nothing stays behind. HMAC works
    /// in the key's own state: a copy of it, wiped afterwards, would take a tenth of the time of a short message.
    ///
    /// # Panics
    /// Where `output` is not as long as the tag.
    pub fn sign(&mut self, data: &[u8], output: &mut [u8]) {
        match self {
            Self::HmacSha256(state) => sign(state.as_mut(), data, output),
            Self::HmacSha384(state) => sign(state.as_mut(), data, output),
            Self::HmacSha512(state) => sign(state.as_mut(), data, output),
            Self::Blake3(_) => {
                let mut state = self.clone();
                state.update(data);
                state.tag(output);
            }
        }
    }

    /// Whether `tag` is that of `data`; the time does not depend on where they differ.
    #[must_use]
    pub fn verify(&mut self, data: &[u8], tag: &[u8]) -> bool {
        let mut made = [0; 64];
        let made = &mut made[..self.tag_len()];
        self.sign(data, made);
        let same = crate::compare::constant_time_eq(made, tag);
        made.zeroize();
        same
    }
}

fn sign<T: Update + FixedOutputReset>(state: &mut T, data: &[u8], output: &mut [u8]) {
    state.update(data);
    finish(state, output);
}

/// Writes the tag, and leaves the key alone in `state`.
fn finish<T: FixedOutputReset>(state: &mut T, output: &mut [u8]) {
    let output = <&mut Output<T>>::try_from(output).expect("as long as the tag");
    state.finalize_into_reset(output);
}

impl Drop for Mac {
    fn drop(&mut self) {
        // HMAC states zeroise themselves.
        if let Self::Blake3(state) = self {
            state.zeroize();
        }
    }
}
