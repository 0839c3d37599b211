//! Constant-time comparison: the time depends on the lengths, never on the contents.

use core::hint::black_box;

/// Tells whether `a` and `b` hold the same bytes.
///
/// Reads all of the shorter input whatever it finds; unequal lengths give `false` after the same
/// work. The accumulator passes an optimisation barrier, so that no early exit can be put back.
#[must_use]
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    differences(a, b) == 0
}

/// The same in 32-byte vectors.
///
/// # Safety
///
/// The caller has found out that this processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[must_use]
pub fn constant_time_eq_avx2(a: &[u8], b: &[u8]) -> bool {
    differences(a, b) == 0
}

/// Inlined into each caller, so that it is compiled with that one's instructions.
#[inline(always)]
fn differences(a: &[u8], b: &[u8]) -> u64 {
    let len = a.len().min(b.len());
    let (left_blocks, left_rest) = a[..len].as_chunks::<BLOCK>();
    let (right_blocks, right_rest) = b[..len].as_chunks::<BLOCK>();
    let mut lanes = [0u64; BLOCK / 8];
    for (x, y) in left_blocks.iter().zip(right_blocks) {
        let (x, _) = x.as_chunks::<8>();
        let (y, _) = y.as_chunks::<8>();
        for (lane, (p, q)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane |= u64::from_ne_bytes(*p) ^ u64::from_ne_bytes(*q);
        }
    }
    let mut difference = lanes.iter().fold(0, |acc, lane| acc | lane);
    let (left_words, left_bytes) = left_rest.as_chunks::<8>();
    let (right_words, right_bytes) = right_rest.as_chunks::<8>();
    for (p, q) in left_words.iter().zip(right_words) {
        difference |= u64::from_ne_bytes(*p) ^ u64::from_ne_bytes(*q);
    }
    for (x, y) in left_bytes.iter().zip(right_bytes) {
        difference |= u64::from(x ^ y);
    }
    difference |= (a.len() ^ b.len()) as u64;
    black_box(difference)
}

/// Bytes in a turn: four vectors of AVX2.
const BLOCK: usize = 128;

#[cfg(test)]
mod tests {
    use super::{BLOCK, constant_time_eq};

    #[test]
    fn agrees_with_plain_equality_at_every_position() {
        for len in [
            0,
            1,
            7,
            8,
            9,
            64,
            BLOCK - 1,
            BLOCK,
            BLOCK + 1,
            3 * BLOCK + 13,
        ] {
            let a: Vec<u8> = (0..len).map(|i| i as u8).collect();
            assert!(constant_time_eq(&a, &a.clone()));
            for at in (0..len).step_by(if cfg!(miri) { 37 } else { 1 }) {
                let mut b = a.clone();
                b[at] ^= 0x80;
                assert!(!constant_time_eq(&a, &b), "length {len}, byte {at}");
            }
        }
    }

    #[test]
    fn unequal_lengths_differ_even_when_one_is_a_prefix() {
        assert!(!constant_time_eq(b"token", b"token\0"));
        assert!(!constant_time_eq(b"", b"x"));
    }
}
