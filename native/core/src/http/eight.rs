//! Eight bytes looked at as one number: most words and most strings of JSON are no longer.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// The eight bytes at a place, the first lowest; zeros where the text ends before. None of a text shorter than
/// eight.
#[inline]
pub fn eight(text: &[u8], at: usize) -> Option<u64> {
    if let Some(bytes) = text.get(at..).and_then(<[u8]>::first_chunk) {
        return Some(u64::from_le_bytes(*bytes));
    }
    let left = text.len().checked_sub(at)?;
    let last = u64::from_le_bytes(*text.last_chunk()?);
    Some(last.checked_shr(64 - 8 * left as u32).unwrap_or(0))
}

/// How many letters a to z come first, and these alone.
#[inline]
pub fn letters(bytes: u64) -> (usize, u64) {
    let low = bytes & !HIGH;
    let from_a = low + ONES * (0x80 - b'a' as u64);
    let past_z = low + ONES * (0x7f - b'z' as u64);
    let others = (!(from_a & !past_z & !bytes) & HIGH) >> 7;
    // The bits below the lowest that is set: all of them where none is.
    let before = others.wrapping_sub(1) & !others;
    (others.trailing_zeros() as usize / 8, bytes & before)
}

/// Where the first of two bytes stands.
#[inline]
pub fn first_of(bytes: u64, one: u8, other: u8) -> Option<usize> {
    let found = zeros(bytes ^ (ONES * u64::from(one))) | zeros(bytes ^ (ONES * u64::from(other)));
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// The high bit of every byte that is zero; above one that is, also of others.
fn zeros(bytes: u64) -> u64 {
    bytes.wrapping_sub(ONES) & !bytes & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_single_bytes_say() {
        let mut random = 1u64;
        let mut bytes = || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let picks: [u8; 8] = (random >> 3).to_be_bytes();
            picks.map(|pick| b"abcyz`{A\"\\\0\x01\x80\xe1\xfa\xff~ .!#"[pick as usize % 21])
        };
        for _ in 0..crate::rounds(200_000) {
            let text = bytes();
            let read = u64::from_le_bytes(text);
            let count = text.iter().take_while(|b| b.is_ascii_lowercase()).count();
            let mut alone = [0; 8];
            alone[..count].copy_from_slice(&text[..count]);
            assert_eq!(
                letters(read),
                (count, u64::from_le_bytes(alone)),
                "{text:?}"
            );
            let quote = text.iter().position(|b| b"\"\\".contains(b));
            assert_eq!(first_of(read, b'"', b'\\'), quote, "{text:?}");
        }
    }

    #[test]
    fn ends_in_zeros() {
        let text = b"0123456789";
        for at in 0..=text.len() {
            let mut wanted = [0; 8];
            let left = &text[at..text.len().min(at + 8)];
            wanted[..left.len()].copy_from_slice(left);
            assert_eq!(eight(text, at), Some(u64::from_le_bytes(wanted)), "{at}");
        }
        assert_eq!(eight(text, 11), None);
        assert_eq!(eight(b"1234567", 0), None);
    }
}
