//! Signatures, Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256 (FIPS 186-5), and key agreement by
//! X25519 (RFC 7748).
//!
//! Each operation by the faster library: AWS-LC signs Ed25519 in half of dalek's time, dalek verifies
//! it in half of AWS-LC's.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, ParsedPublicKey,
};
use ed25519_dalek::{Signature, VerifyingKey};
use zeroize::Zeroizing;

/// Bytes of every private key here.
pub const PRIVATE_LEN: usize = 32;
/// Bytes of every signature here: R ‖ S, or r ‖ s.
pub const SIGNATURE_LEN: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Ed25519,
    EcdsaP256,
    X25519,
}

impl Algorithm {
    /// Bytes of a public key; P-256 has its point uncompressed.
    #[must_use]
    pub const fn public_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::X25519 => 32,
            Self::EcdsaP256 => 65,
        }
    }
}

/// A private key. Dropping it zeroises it.
pub struct Private {
    bytes: Zeroizing<[u8; PRIVATE_LEN]>,
    kind: Kind,
}

enum Kind {
    Ed25519(Box<Ed25519KeyPair>),
    EcdsaP256(Box<EcdsaKeyPair>),
    X25519(Box<PrivateKey>),
}

impl Private {
    /// `None` where the bytes are no private key of the algorithm.
    #[must_use]
    pub fn new(algorithm: Algorithm, bytes: &[u8; PRIVATE_LEN]) -> Option<Self> {
        let kind = match algorithm {
            Algorithm::Ed25519 => {
                Kind::Ed25519(Box::new(Ed25519KeyPair::from_seed_unchecked(bytes).ok()?))
            }
            Algorithm::EcdsaP256 => {
                let public = PrivateKey::from_private_key(&ECDH_P256, bytes)
                    .and_then(|key| key.compute_public_key().map_err(Into::into))
                    .ok()?;
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    &ECDSA_P256_SHA256_FIXED_SIGNING,
                    bytes,
                    public.as_ref(),
                );
                Kind::EcdsaP256(Box::new(pair.ok()?))
            }
            Algorithm::X25519 => {
                Kind::X25519(Box::new(PrivateKey::from_private_key(&X25519, bytes).ok()?))
            }
        };
        Some(Self {
            bytes: Zeroizing::new(*bytes),
            kind,
        })
    }

    /// The key itself, for export.
    #[must_use]
    pub fn bytes(&self) -> &[u8; PRIVATE_LEN] {
        &self.bytes
    }

    /// Writes the public key; `None` where `output` has another length.
    #[must_use]
    pub fn public(&self, output: &mut [u8]) -> Option<()> {
        match &self.kind {
            Kind::Ed25519(pair) => put(output, pair.public_key().as_ref()),
            Kind::EcdsaP256(pair) => put(output, pair.public_key().as_ref()),
            Kind::X25519(key) => put(output, key.compute_public_key().ok()?.as_ref()),
        }
    }

    /// Writes the signature of `message`; `None` for a key that agrees and does not sign.
    #[must_use]
    pub fn sign(&self, message: &[u8], output: &mut [u8]) -> Option<()> {
        match &self.kind {
            Kind::Ed25519(pair) => put(output, pair.sign(message).as_ref()),
            Kind::EcdsaP256(pair) => put(
                output,
                pair.sign(&SystemRandom::new(), message).ok()?.as_ref(),
            ),
            Kind::X25519(_) => None,
        }
    }

    /// Writes the secret shared with `peer`; `None` where the peer's key leads to no secret.
    #[must_use]
    pub fn agree(&self, peer: &[u8], output: &mut [u8]) -> Option<()> {
        let Kind::X25519(key) = &self.kind else {
            return None;
        };
        let peer = UnparsedPublicKey::new(&X25519, peer);
        agree(key, peer, (), |secret| put(output, secret).ok_or(())).ok()
    }
}

fn put(output: &mut [u8], bytes: &[u8]) -> Option<()> {
    (output.len() == bytes.len()).then(|| output.copy_from_slice(bytes))
}

/// A public key that verifies.
pub enum Public {
    /// Strict: neither the key nor R may have small order, S is canonical.
    Ed25519(Box<VerifyingKey>),
    EcdsaP256(Box<ParsedPublicKey>),
}

impl Public {
    /// `None` where the bytes are no public key of the algorithm, or one of small order.
    #[must_use]
    pub fn new(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::Ed25519 => Some(Self::Ed25519(Box::new(ed25519_public(bytes)?))),
            // AWS-LC reads the hybrid form, 6 or 7 in front, as well: another spelling of the same key.
            Algorithm::EcdsaP256 if bytes.len() == algorithm.public_len() && bytes[0] == 4 => {
                let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes).ok()?;
                Some(Self::EcdsaP256(Box::new(key)))
            }
            _ => None,
        }
    }

    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::EcdsaP256(key) => {
                signature.len() == SIGNATURE_LEN && key.verify_sig(message, signature).is_ok()
            }
        }
    }
}

/// `None` where the bytes are no point of the curve, one of small order, or no canonical spelling.
pub(crate) fn ed25519_public(bytes: &[u8]) -> Option<VerifyingKey> {
    let bytes: &[u8; 32] = bytes.try_into().ok()?;
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    (is_canonical(bytes) && !key.is_weak()).then_some(key)
}

/// Whether a key's y lies below 2²⁵⁵ − 19 (RFC 8032 section 5.1.3): one above is another spelling of a smaller one.
fn is_canonical(key: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = key;
    last & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff) || *first < 0xed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_what_it_verifies() {
        for algorithm in [Algorithm::Ed25519, Algorithm::EcdsaP256] {
            let key = Private::new(algorithm, &[7; 32]).unwrap();
            let mut public = vec![0; algorithm.public_len()];
            key.public(&mut public).unwrap();
            let mut signature = [0; SIGNATURE_LEN];
            key.sign(b"message", &mut signature).unwrap();
            let public = Public::new(algorithm, &public).unwrap();
            assert!(public.verify(b"message", &signature));
            assert!(!public.verify(b"massage", &signature));
            signature[40] ^= 1;
            assert!(!public.verify(b"message", &signature));
        }
    }

    #[test]
    fn refuses_what_is_no_key() {
        assert!(Private::new(Algorithm::EcdsaP256, &[0; 32]).is_none());
        assert!(Private::new(Algorithm::EcdsaP256, &[0xff; 32]).is_none());
        assert!(Public::new(Algorithm::Ed25519, &[0; 32]).is_none());
        assert!(Public::new(Algorithm::EcdsaP256, &[4; 65]).is_none());
        let key = Private::new(Algorithm::EcdsaP256, &[9; 32]).unwrap();
        let mut hybrid = [0; 65];
        key.public(&mut hybrid).unwrap();
        assert!(Public::new(Algorithm::EcdsaP256, &hybrid).is_some());
        hybrid[0] = 6 | hybrid[64] & 1;
        assert!(Public::new(Algorithm::EcdsaP256, &hybrid).is_none());
        let key = Private::new(Algorithm::X25519, &[9; 32]).unwrap();
        assert!(key.agree(&[0; 32], &mut [0; 32]).is_none());
    }
}
