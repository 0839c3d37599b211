//! JSON Web Signature, compact serialisation (RFC 7515 section 3.1): the part below the header's
//! meaning, which the caller has checked by then. The algorithm is the key's, never the token's.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey as Ed25519SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The longest of the signatures: Ed25519 and P-256.
pub const MAX_SIGNATURE_BYTES: usize = 64;

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not three parts of canonical base64url, or a payload that is not UTF-8.
    Malformed,
    /// Its signature is not this key's.
    Signature,
}

/// A key that checks signatures.
pub enum VerifyKey {
    /// HMAC with SHA-256, its pads absorbed.
    Hs256(Box<Hmac<Sha256>>),
    /// Ed25519 (RFC 8037), strict: no key or nonce of small order.
    EdDsa(Box<VerifyingKey>),
    /// ECDSA on P-256 with SHA-256, signature as `r ‖ s`.
    Es256(ParsedPublicKey),
}

/// A key that makes signatures.
pub enum SigningKey {
    Hs256(Box<Hmac<Sha256>>),
    EdDsa(Box<Ed25519SigningKey>),
    Es256(EcdsaKeyPair),
}

fn hmac(secret: &[u8]) -> Box<Hmac<Sha256>> {
    // Every length is a key: longer ones are hashed first.
    Box::new(Hmac::new_from_slice(secret).expect("HMAC takes any length"))
}

impl VerifyKey {
    #[must_use]
    pub fn hs256(secret: &[u8]) -> Self {
        Self::Hs256(hmac(secret))
    }

    /// `None` where the bytes are no point of the curve, one of small order, or no canonical spelling.
    #[must_use]
    pub fn eddsa(public: &[u8]) -> Option<Self> {
        Some(Self::EdDsa(Box::new(crate::sign::ed25519_public(public)?)))
    }

    /// From an uncompressed point; `None` where it does not lie on the curve.
    #[must_use]
    pub fn es256(public: &[u8]) -> Option<Self> {
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
            .ok()
            .map(Self::Es256)
    }

    /// Checks `token` and decodes its payload into `payload`; gives the payload's length.
    ///
    /// # Errors
    /// [`Refusal`]; nothing is left in `payload` unless the signature held.
    pub fn verify(&self, token: &[u8], payload: &mut [u8]) -> Result<usize, Refusal> {
        let (first, second) = dots(token).ok_or(Refusal::Malformed)?;
        let mut bytes = [0; MAX_SIGNATURE_BYTES];
        let signature = Base64UrlUnpadded::decode(&token[second + 1..], &mut bytes)
            .map_err(|_| Refusal::Malformed)?;
        if !self.holds(&token[..second], signature) {
            return Err(Refusal::Signature);
        }
        let decoded = Base64UrlUnpadded::decode(&token[first + 1..second], payload)
            .map_err(|_| Refusal::Malformed)?;
        if core::str::from_utf8(decoded).is_err() {
            return Err(Refusal::Malformed);
        }
        Ok(decoded.len())
    }

    fn holds(&self, signed: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hs256(keyed) => {
                let mut mac = (**keyed).clone();
                mac.update(signed);
                mac.verify_slice(signature).is_ok()
            }
            Self::EdDsa(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(signed, &signature).is_ok()),
            Self::Es256(key) => {
                signature.len() == MAX_SIGNATURE_BYTES && key.verify_sig(signed, signature).is_ok()
            }
        }
    }
}

impl SigningKey {
    #[must_use]
    pub fn hs256(secret: &[u8]) -> Self {
        Self::Hs256(hmac(secret))
    }

    /// From the 32-byte seed of RFC 8032.
    #[must_use]
    pub fn eddsa(seed: &[u8]) -> Option<Self> {
        let key = Ed25519SigningKey::from_bytes(seed.try_into().ok()?);
        Some(Self::EdDsa(Box::new(key)))
    }

    /// From the scalar and the uncompressed public point that belongs to it.
    #[must_use]
    pub fn es256(private: &[u8], public: &[u8]) -> Option<Self> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, public)
            .ok()
            .map(Self::Es256)
    }

    /// Writes the signature of `message` and gives its length; `None` where randomness fails.
    #[must_use]
    pub fn sign(&self, message: &[u8], out: &mut [u8; MAX_SIGNATURE_BYTES]) -> Option<usize> {
        match self {
            Self::Hs256(keyed) => {
                let mut mac = (**keyed).clone();
                mac.update(message);
                let code = mac.finalize().into_bytes();
                out[..code.len()].copy_from_slice(&code);
                Some(code.len())
            }
            Self::EdDsa(key) => {
                out.copy_from_slice(&key.sign(message).to_bytes());
                Some(out.len())
            }
            Self::Es256(key) => {
                let signature = key.sign(&SystemRandom::new(), message).ok()?;
                out.copy_from_slice(signature.as_ref());
                Some(out.len())
            }
        }
    }
}

/// Where the two dots of a compact serialisation lie; `None` for fewer or more.
fn dots(token: &[u8]) -> Option<(usize, usize)> {
    let mut at = token
        .iter()
        .enumerate()
        .filter_map(|(i, &byte)| (byte == b'.').then_some(i));
    let found = (at.next()?, at.next()?);
    at.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, SigningKey, VerifyKey};
    use base64ct::{Base64UrlUnpadded, Encoding};

    fn encoded(bytes: &[u8]) -> String {
        let mut out = [0; 128];
        Base64UrlUnpadded::encode(bytes, &mut out)
            .unwrap()
            .to_owned()
    }

    fn signed(key: &SigningKey, payload: &[u8]) -> String {
        let body = format!("{}.{}", encoded(b"{}"), encoded(payload));
        let mut signature = [0; 64];
        let len = key.sign(body.as_bytes(), &mut signature).unwrap();
        format!("{body}.{}", encoded(&signature[..len]))
    }

    #[test]
    fn verifies_what_it_signed_and_nothing_else() {
        let (signing, verifying) = (SigningKey::hs256(b"k"), VerifyKey::hs256(b"k"));
        let token = signed(&signing, b"{\"a\":1}");
        let mut payload = [0; 64];
        assert_eq!(verifying.verify(token.as_bytes(), &mut payload), Ok(7));
        assert_eq!(&payload[..7], b"{\"a\":1}");
        let other = VerifyKey::hs256(b"l");
        assert_eq!(
            other.verify(token.as_bytes(), &mut payload),
            Err(Refusal::Signature)
        );
        for cut in 0..token.len() {
            assert!(
                verifying
                    .verify(&token.as_bytes()[..cut], &mut payload)
                    .is_err()
            );
        }
    }

    #[test]
    fn refuses_payloads_that_are_no_text() {
        let (signing, verifying) = (SigningKey::hs256(b"k"), VerifyKey::hs256(b"k"));
        let token = signed(&signing, &[0xff, 0xfe]);
        assert_eq!(
            verifying.verify(token.as_bytes(), &mut [0; 64]),
            Err(Refusal::Malformed)
        );
    }

    #[test]
    fn refuses_weak_keys() {
        assert!(VerifyKey::eddsa(&[0; 32]).is_none());
        assert!(VerifyKey::es256(&[4; 65]).is_none());
    }
}
