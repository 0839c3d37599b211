//! Finds a line's end and marks where its strings begin and end, in one pass.

use memchr::memchr;

use super::MAX_EVENT_BYTES;
use super::blocks::{Classes, Places, portable};
#[cfg(target_arch = "x86_64")]
use super::blocks::{avx2, avx512};

/// Positions of the quotes that open and close strings, and which bytes are backslashes.
#[derive(Default)]
pub struct Marks {
    /// The first `count` count; behind them is noise.
    quotes: Vec<u32>,
    count: usize,
    backslashes: Vec<u64>,
    sound: bool,
    ascii: bool,
    unicode_escapes: bool,
}

const BLOCK: usize = 64;
const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
/// Longer lines are faults: no more than this is marked of them.
const MARKED_BYTES: usize = MAX_EVENT_BYTES + BLOCK;

/// The operations on a block, in the instructions of some processor.
struct Instructions<C, L, P, W> {
    classes: C,
    escape_letters: L,
    parity: P,
    places: W,
}

impl Marks {
    /// Marks the line that `bytes` begin with and gives its length, its newline not counted.
    pub fn mark(&mut self, bytes: &[u8]) -> usize {
        self.mark_with(
            bytes,
            &Instructions {
                classes: portable::classes,
                escape_letters: portable::escape_letters,
                parity: portable::parity,
                places: portable::places,
            },
        )
    }

    /// The same in 32-byte vectors.
    ///
    /// # Safety
    ///
    /// The caller has found out that this processor has AVX2, BMI1, BMI2 and PCLMULQDQ.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,pclmulqdq")]
    pub fn mark_avx2(&mut self, bytes: &[u8]) -> usize {
        self.mark_with(
            bytes,
            &Instructions {
                classes: |block: &[u8; BLOCK]| avx2::classes(block),
                escape_letters: |block: &[u8; BLOCK], _| avx2::escape_letters(block),
                parity: |bits| avx2::parity(bits),
                places: portable::places,
            },
        )
    }

    /// The same in 64-byte vectors.
    ///
    /// # Safety
    ///
    /// The caller has found out that this processor has AVX-512 F, BW, VBMI and VBMI2, POPCNT, BMI1, BMI2 and
    /// PCLMULQDQ.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,popcnt,bmi1,bmi2,pclmulqdq")]
    pub fn mark_avx512(&mut self, bytes: &[u8]) -> usize {
        self.mark_with(
            bytes,
            &Instructions {
                classes: |block: &[u8; BLOCK]| avx512::classes(block),
                escape_letters: |block: &[u8; BLOCK], _| avx512::escape_letters(block),
                parity: |bits| avx2::parity(bits),
                places: |bits, base, places: &mut Places| avx512::places(bits, base, places),
            },
        )
    }

    /// Inlined into each caller, so that it is compiled with that one's instructions.
    #[inline(always)]
    fn mark_with<C, L, P, W>(
        &mut self,
        bytes: &[u8],
        instructions: &Instructions<C, L, P, W>,
    ) -> usize
    where
        C: Fn(&[u8; BLOCK]) -> Classes,
        L: Fn(&[u8; BLOCK], u64) -> u64,
        P: Fn(u64) -> u64,
        W: Fn(u64, u32, &mut Places),
    {
        self.count = 0;
        self.backslashes.clear();
        self.sound = true;
        self.ascii = true;
        self.unicode_escapes = false;
        let mut carry = Carry::default();
        let marked = &bytes[..bytes.len().min(MARKED_BYTES)];
        let (blocks, rest) = marked.as_chunks::<BLOCK>();
        for (index, block) in blocks.iter().enumerate() {
            let end = self.block(block, index * BLOCK, marked, &mut carry, instructions);
            if let Some(end) = end {
                return self.close(end, &carry);
            }
        }
        if !rest.is_empty() {
            let mut padded = [b' '; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            let base = blocks.len() * BLOCK;
            if let Some(end) = self.block(&padded, base, marked, &mut carry, instructions) {
                return self.close(end, &carry);
            }
        }
        let beyond = &bytes[marked.len()..];
        let end = marked.len() + memchr(b'\n', beyond).unwrap_or(beyond.len());
        self.close(end, &carry)
    }

    fn close(&mut self, end: usize, carry: &Carry) -> usize {
        self.sound &= carry.in_string == 0 && self.count.is_multiple_of(2);
        end
    }

    /// Gives where the line ends if it ends here.
    #[inline(always)]
    fn block<C, L, P, W>(
        &mut self,
        block: &[u8; BLOCK],
        base: usize,
        line: &[u8],
        carry: &mut Carry,
        instructions: &Instructions<C, L, P, W>,
    ) -> Option<usize>
    where
        C: Fn(&[u8; BLOCK]) -> Classes,
        L: Fn(&[u8; BLOCK], u64) -> u64,
        P: Fn(u64) -> u64,
        W: Fn(u64, u32, &mut Places),
    {
        let mut classes = (instructions.classes)(block);
        let mut end = None;
        if classes.control != 0
            && let Some(at) = memchr(b'\n', block)
        {
            classes.cut(at);
            end = Some(base + at);
        }
        let escaped = carry.escaped(classes.backslash);
        let quotes = classes.quote & !escaped;
        let inside = (instructions.parity)(quotes) ^ carry.in_string;
        carry.in_string = ((inside as i64) >> 63) as u64;
        self.backslashes.push(classes.backslash);
        if quotes != 0 {
            (instructions.places)(quotes, base as u32, self.room());
            self.count += quotes.count_ones() as usize;
        }
        self.ascii &= classes.high == 0;
        self.sound &= classes.control & inside == 0;
        // Escaped quotes and backslashes, the most of them, are known by their marks.
        let others = escaped & inside & !(classes.quote | classes.backslash);
        let rare = others & !(instructions.escape_letters)(block, others);
        if rare != 0 {
            self.sound &= self.unicode_escapes_are_sound(rare, line, base);
        }
        end
    }

    /// Room for the places of one block.
    #[inline(always)]
    fn room(&mut self) -> &mut Places {
        let needed = self.count + size_of::<Places>() / size_of::<u32>();
        if self.quotes.len() < needed {
            self.quotes.resize(2 * needed, 0);
        }
        self.quotes[self.count..]
            .first_chunk_mut()
            .expect("room was made")
    }

    #[inline]
    fn unicode_escapes_are_sound(&mut self, mut escaped: u64, line: &[u8], base: usize) -> bool {
        while escaped != 0 {
            let at = base + escaped.trailing_zeros() as usize;
            escaped &= escaped - 1;
            self.unicode_escapes = true;
            let digits = line.get(at + 1..at + 5);
            if line.get(at) != Some(&b'u')
                || !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            {
                return false;
            }
        }
        true
    }

    /// Whether strings are closed, escapes known and strings free of control characters.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    pub fn has_unicode_escapes(&self) -> bool {
        self.unicode_escapes
    }

    /// The places of the quotes, opening and closing in turn.
    #[inline]
    pub fn quotes(&self) -> &[u32] {
        &self.quotes[..self.count]
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
