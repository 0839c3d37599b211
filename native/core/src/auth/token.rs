//! Opaque tokens, known to the server by their SHA-256 alone.

use crate::compare::constant_time_eq;
use crate::hash::{self, Algorithm};

/// Bytes of a digest.
pub const DIGEST_BYTES: usize = 32;

/// The digest that is kept in place of a token.
#[must_use]
pub fn digest(token: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut made = [0; DIGEST_BYTES];
    hash::digest(Algorithm::Sha256, token, &mut made);
    made
}

/// Whether `token` is the one that `expected` was made of.
#[must_use]
pub fn matches(token: &[u8], expected: &[u8]) -> bool {
    constant_time_eq(&digest(token), expected)
}

#[cfg(test)]
mod tests {
    use super::{digest, matches};

    #[test]
    fn gives_the_digest_of_fips_180() {
        // FIPS 180-4 example "abc".
        let abc = digest(b"abc");
        assert_eq!(abc[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert!(matches(b"abc", &abc));
        assert!(!matches(b"abd", &abc));
        assert!(!matches(b"abc", &abc[..31]));
    }
}
