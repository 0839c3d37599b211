//! Authenticated encryption with associated data.
//!
//! AES-256-GCM (NIST SP 800-38D), AES-256-GCM-SIV (RFC 8452) and ChaCha20-Poly1305 (RFC 8439) come
//! from AWS-LC, which picks its code by the processor at run time. XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03) is HChaCha20 in front of the latter.

mod nonce;

pub use nonce::{NonceRefused, NonceSource};

use aws_lc_rs::aead::{
    AES_256_GCM, AES_256_GCM_SIV, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey,
};
use chacha20::{R20, hchacha};
use zeroize::Zeroizing;

/// Bytes of every key here.
pub const KEY_LEN: usize = 32;
/// Bytes of every authentication tag here.
pub const TAG_LEN: usize = 16;
/// Bytes of the longest nonce here.
pub const MAX_NONCE_LEN: usize = 24;

/// The tag does not fit: another key, nonce or associated data, or changed bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct OpenFailed;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Aes256Gcm,
    Aes256GcmSiv,
    ChaCha20Poly1305,
    XChaCha20Poly1305,
}

impl Algorithm {
    /// Bytes of a nonce.
    #[must_use]
    pub const fn nonce_len(self) -> usize {
        match self {
            Self::XChaCha20Poly1305 => 24,
            _ => 12,
        }
    }

    /// What a sealed message is longer by: nonce and tag.
    #[must_use]
    pub const fn overhead(self) -> usize {
        self.nonce_len() + TAG_LEN
    }
}

/// A key, expanded once. Dropping it zeroises the key and what was derived from it.
pub struct Key {
    algorithm: Algorithm,
    bytes: Zeroizing<[u8; KEY_LEN]>,
    /// Absent where every message has a key of its own (XChaCha20).
    expanded: Option<LessSafeKey>,
}

impl Key {
    #[must_use]
    pub fn new(algorithm: Algorithm, bytes: &[u8; KEY_LEN]) -> Self {
        let expanded = match algorithm {
            Algorithm::Aes256Gcm => Some(&AES_256_GCM),
            Algorithm::Aes256GcmSiv => Some(&AES_256_GCM_SIV),
            Algorithm::ChaCha20Poly1305 => Some(&CHACHA20_POLY1305),
            Algorithm::XChaCha20Poly1305 => None,
        }
        .map(|cipher| expand(cipher, bytes));
        Self {
            algorithm,
            bytes: Zeroizing::new(*bytes),
            expanded,
        }
    }

    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key itself, for export.
    #[must_use]
    pub fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.bytes
    }

    /// Encrypts `plaintext` into `output`, which takes the ciphertext and then the tag.
    ///
    /// # Panics
    /// Where the nonce or the output has the wrong length: the caller checks both.
    pub fn seal(&self, nonce: &[u8], aad: &[u8], plaintext: &[u8], output: &mut [u8]) {
        assert_eq!(output.len(), plaintext.len() + TAG_LEN);
        let (ciphertext, tag) = output.split_at_mut(plaintext.len());
        self.with(nonce, |key, nonce| {
            key.seal_out_of_place_scatter(nonce, Aad::from(aad), plaintext, ciphertext, &[], tag)
        })
        .expect("lengths are checked, and within the cipher's limit");
    }

    /// Encrypts in place: `text` holds the plaintext and room for the tag behind it.
    ///
    /// # Panics
    /// Where the nonce has the wrong length or `text` has no room for the tag.
    pub fn seal_in_place(&self, nonce: &[u8], aad: &[u8], text: &mut [u8]) {
        let (text, tag) = text.split_at_mut(text.len() - TAG_LEN);
        let made = self
            .with(nonce, |key, nonce| {
                key.seal_in_place_separate_tag(nonce, Aad::from(aad), text)
            })
            .expect("lengths are checked, and within the cipher's limit");
        tag.copy_from_slice(made.as_ref());
    }

    /// Decrypts `sealed`, ciphertext and then tag, into `output`. On failure `output` holds zeroes.
    pub fn open(
        &self,
        nonce: &[u8],
        aad: &[u8],
        sealed: &[u8],
        output: &mut [u8],
    ) -> Result<(), OpenFailed> {
        if sealed.len() < TAG_LEN || output.len() != sealed.len() - TAG_LEN {
            return Err(OpenFailed);
        }
        let (ciphertext, tag) = sealed.split_at(output.len());
        let opened = self.with(nonce, |key, nonce| {
            key.open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, output)
        });
        opened.map_err(|_| {
            output.fill(0);
            OpenFailed
        })
    }

    /// Decrypts in place: `sealed` holds ciphertext and tag, then the plaintext in front. On failure
    /// `sealed` holds zeroes.
    pub fn open_in_place(
        &self,
        nonce: &[u8],
        aad: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), OpenFailed> {
        if sealed.len() < TAG_LEN {
            return Err(OpenFailed);
        }
        let opened = self
            .with(nonce, |key, nonce| {
                key.open_in_place(nonce, Aad::from(aad), sealed).map(|_| ())
            })
            .is_ok();
        if opened {
            return Ok(());
        }
        sealed.fill(0);
        Err(OpenFailed)
    }

    fn with<T>(&self, nonce: &[u8], run: impl FnOnce(&LessSafeKey, Nonce) -> T) -> T {
        assert_eq!(nonce.len(), self.algorithm.nonce_len());
        if let Some(key) = &self.expanded {
            let nonce = nonce.try_into().expect("12 bytes");
            return run(key, Nonce::assume_unique_for_key(nonce));
        }
        let prefix: [u8; 16] = nonce[..16].try_into().expect("24 bytes");
        let mut rest = [0; 12];
        rest[4..].copy_from_slice(&nonce[16..]);
        let subkey = Zeroizing::new(<[u8; KEY_LEN]>::from(hchacha::<R20>(
            &(*self.bytes).into(),
            &prefix.into(),
        )));
        let key = expand(&CHACHA20_POLY1305, &subkey);
        run(&key, Nonce::assume_unique_for_key(rest))
    }
}

fn expand(cipher: &'static aws_lc_rs::aead::Algorithm, bytes: &[u8; KEY_LEN]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(cipher, bytes).expect("every cipher here has a 32-byte key"))
}
