//! Marks where the strings of a line begin and end, sixty-four bytes at a time.

use wide::u8x16;

use super::Fault;

/// Positions of the quotes that open and close strings, and which bytes are backslashes.
#[derive(Default)]
pub struct Marks {
    quotes: Vec<u32>,
    backslashes: Vec<u64>,
    unicode_escapes: bool,
}

const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;

impl Marks {
    /// Marks `line`, which must be UTF-8.
    ///
    /// # Errors
    /// [`Fault::Syntax`] for an unclosed string, an unknown escape or a control character in a string.
    pub fn mark(&mut self, line: &[u8]) -> Result<(), Fault> {
        self.mark_with(line, Classes::of)
    }

    /// The same in 32-byte vectors.
    ///
    /// # Safety
    ///
    /// The caller has found out that this processor has AVX2, BMI1 and BMI2.
    ///
    /// # Errors
    /// As [`Marks::mark`].
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    pub fn mark_avx2(&mut self, line: &[u8]) -> Result<(), Fault> {
        self.mark_with(line, |block| avx2::classes(block))
    }

    /// Inlined into each caller, so that it is compiled with that one's instructions.
    #[inline(always)]
    fn mark_with(
        &mut self,
        line: &[u8],
        classes: impl Fn(&[u8; 64]) -> Classes,
    ) -> Result<(), Fault> {
        self.quotes.clear();
        self.backslashes.clear();
        self.unicode_escapes = false;
        let mut carry = Carry::default();
        let mut sound = true;
        let (blocks, rest) = line.as_chunks::<64>();
        for (index, block) in blocks.iter().enumerate() {
            sound &= self.block(&classes(block), line, index * 64, &mut carry);
        }
        if !rest.is_empty() {
            let mut padded = [b' '; 64];
            padded[..rest.len()].copy_from_slice(rest);
            sound &= self.block(&classes(&padded), line, blocks.len() * 64, &mut carry);
        }
        if sound && carry.in_string == 0 && self.quotes.len().is_multiple_of(2) {
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }

    #[inline(always)]
    fn block(&mut self, classes: &Classes, line: &[u8], base: usize, carry: &mut Carry) -> bool {
        let escaped = carry.escaped(classes.backslash);
        let quotes = classes.quote & !escaped;
        let inside = prefix_xor(quotes) ^ carry.in_string;
        carry.in_string = ((inside as i64) >> 63) as u64;
        self.backslashes.push(classes.backslash);
        let mut bits = quotes;
        while bits != 0 {
            self.quotes.push(base as u32 + bits.trailing_zeros());
            bits &= bits - 1;
        }
        (classes.control & inside) == 0 && {
            // Escaped quotes and backslashes, the most of them, are known by their marks.
            let others = escaped & inside & !(classes.quote | classes.backslash);
            self.escapes_are_known(others, line, base)
        }
    }

    #[inline]
    fn escapes_are_known(&mut self, mut escaped: u64, line: &[u8], base: usize) -> bool {
        while escaped != 0 {
            let at = base + escaped.trailing_zeros() as usize;
            escaped &= escaped - 1;
            match line.get(at) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                Some(b'u') => {
                    self.unicode_escapes = true;
                    let digits = line.get(at + 1..at + 5);
                    if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        true
    }

    pub fn has_unicode_escapes(&self) -> bool {
        self.unicode_escapes
    }

    /// Where the string that opens with the `index`-th quote closes.
    #[inline]
    pub fn quote(&self, index: usize) -> Option<usize> {
        self.quotes.get(index).map(|&at| at as usize)
    }

    /// Whether a backslash stands between `start` and `end`.
    #[inline]
    pub fn has_escape(&self, start: usize, end: usize) -> bool {
        let (first, last) = (start / 64, end / 64);
        let from = u64::MAX << (start % 64);
        let to = (1u64 << (end % 64)) - 1;
        if first == last {
            return self.word(first) & from & to != 0;
        }
        self.word(first) & from != 0
            || (first + 1..last).any(|word| self.word(word) != 0)
            || self.word(last) & to != 0
    }

    #[inline]
    fn word(&self, index: usize) -> u64 {
        self.backslashes.get(index).copied().unwrap_or(0)
    }
}

/// What one block leaves to the next.
#[derive(Default)]
struct Carry {
    /// All ones inside a string.
    in_string: u64,
    /// One where the next block's first byte is escaped.
    escape: u64,
}

impl Carry {
    /// The bytes that a backslash escapes: those behind an odd run of backslashes.
    #[inline]
    fn escaped(&mut self, backslash: u64) -> u64 {
        if backslash == 0 {
            return std::mem::take(&mut self.escape);
        }
        let potential = backslash & !self.escape;
        let maybe = potential << 1;
        let odd = (maybe | ODD).wrapping_sub(potential);
        let escape_and_code = odd ^ ODD;
        let escaped = escape_and_code ^ (backslash | self.escape);
        self.escape = (escape_and_code & backslash) >> 63;
        escaped
    }
}

struct Classes {
    quote: u64,
    backslash: u64,
    control: u64,
}

impl Classes {
    #[inline]
    fn of(block: &[u8; 64]) -> Self {
        let (mut quote, mut backslash, mut control) = (0, 0, 0);
        for (index, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*part);
            let shift = index * 16;
            let limit = u8x16::splat(0x1f);
            quote |= mask(bytes.simd_eq(u8x16::splat(b'"'))) << shift;
            backslash |= mask(bytes.simd_eq(u8x16::splat(b'\\'))) << shift;
            control |= mask(bytes.min(limit).simd_eq(bytes)) << shift;
        }
        Self {
            quote,
            backslash,
            control,
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::Classes;

    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn classes(block: &[u8; 64]) -> Classes {
        let (low, high) = (half(&block[..32]), half(&block[32..]));
        let mask = |low: __m256i, high: __m256i| {
            u64::from(_mm256_movemask_epi8(low) as u32)
                | u64::from(_mm256_movemask_epi8(high) as u32) << 32
        };
        let equal = |byte: u8| {
            let wanted = _mm256_set1_epi8(byte as i8);
            mask(
                _mm256_cmpeq_epi8(low, wanted),
                _mm256_cmpeq_epi8(high, wanted),
            )
        };
        let limit = _mm256_set1_epi8(0x1f);
        let control = mask(
            _mm256_cmpeq_epi8(_mm256_min_epu8(low, limit), low),
            _mm256_cmpeq_epi8(_mm256_min_epu8(high, limit), high),
        );
        Classes {
            quote: equal(b'"'),
            backslash: equal(b'\\'),
            control,
        }
    }

    /// Four words side by side: the compiler makes one load of it.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn half(bytes: &[u8]) -> __m256i {
        let words = bytes.as_chunks::<8>().0;
        let word = |index: usize| i64::from_le_bytes(words[index]);
        _mm256_set_epi64x(word(3), word(2), word(1), word(0))
    }
}

#[inline]
fn mask(lanes: u8x16) -> u64 {
    u64::from(lanes.to_bitmask() & 0xffff)
}

/// Bit `i` of the result is the parity of bits `0..=i`.
#[inline]
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
