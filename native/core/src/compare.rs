//! Constant-time comparison: the time depends on the lengths, never on the contents.

use core::hint::black_box;

/// Tells whether `a` and `b` hold the same bytes.
///
/// Reads all of the shorter input whatever it finds; unequal lengths give `false` after the same
/// work. The accumulator passes an optimisation barrier, so that no early exit can be put back.
#[must_use]
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    let len = a.len().min(b.len());
    let mut wide = [0u64; 8];
    let (left, right) = (&a[..len], &b[..len]);
    let mut left_blocks = left.chunks_exact(64);
    let mut right_blocks = right.chunks_exact(64);
    for (x, y) in left_blocks.by_ref().zip(right_blocks.by_ref()) {
        for (lane, (p, q)) in wide
            .iter_mut()
            .zip(x.chunks_exact(8).zip(y.chunks_exact(8)))
        {
            *lane |= word(p) ^ word(q);
        }
    }
    let mut difference = wide.iter().fold(0, |acc, lane| acc | lane);
    for (x, y) in left_blocks.remainder().iter().zip(right_blocks.remainder()) {
        difference |= u64::from(x ^ y);
    }
    difference |= (a.len() ^ b.len()) as u64;
    black_box(difference) == 0
}

fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    u64::from_ne_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::constant_time_eq;

    #[test]
    fn agrees_with_plain_equality_at_every_position() {
        for len in [0, 1, 7, 8, 63, 64, 65, 127, 128, 200] {
            let a: Vec<u8> = (0..len).map(|i| i as u8).collect();
            assert!(constant_time_eq(&a, &a.clone()));
            for at in 0..len {
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
