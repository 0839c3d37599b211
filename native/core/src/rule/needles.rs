//! A search for some dozens of texts in a long one, whatever their case, in 64-byte vectors.
//!
//! Of each text three bytes in a row stand for it, the rarest ones. A table for each of the three tells for a
//! byte, in either case, which of eight groups of texts have it there; where a group has all three, its texts
//! are compared. Three table look-ups serve 64 places, and nothing is folded or copied beforehand.
#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "the search is there for x86-64 alone")
)]

/// A text and which three of its bytes stand for it.
struct Needle {
    text: Box<[u8]>,
    offset: usize,
}

const WINDOW: usize = 3;
const GROUPS: usize = 8;
/// By the low seven bits of a byte: whatever is not ASCII is taken for something that is.
type Table = [u8; 128];

pub struct Needles {
    tables: [Table; WINDOW],
    groups: [Vec<Needle>; GROUPS],
}

/// How a search is done: some form of [`Needles::stand_in_avx512`] for the processor at hand.
pub type NeedleSearch = fn(&Needles, &[u8]) -> bool;

impl Needles {
    /// `texts` are in lower case and at least three bytes long; `None` where there are too many for the groups.
    pub fn new(texts: &[&[u8]]) -> Option<Self> {
        if texts.len() > 6 * GROUPS || texts.iter().any(|text| text.len() < WINDOW) {
            return None;
        }
        let mut needles: Vec<Needle> = texts
            .iter()
            .map(|text| Needle {
                text: (*text).into(),
                offset: rarest(text),
            })
            .collect();
        // Alike ones share a group, so that the groups let few other bytes pass.
        needles.sort_by(|left, right| left.window().cmp(right.window()));
        let mut tables = [[0; 128]; WINDOW];
        let mut groups: [Vec<Needle>; GROUPS] = Default::default();
        let in_each = needles.len().div_ceil(GROUPS).max(1);
        for (index, needle) in needles.into_iter().enumerate() {
            let group = index / in_each;
            for (table, byte) in tables.iter_mut().zip(needle.window()) {
                for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                    table[usize::from(byte & 0x7f)] |= 1 << group;
                }
            }
            groups[group].push(needle);
        }
        Some(Self { tables, groups })
    }

    /// Whether one of the texts stands in `line`, ASCII letters in either case.
    ///
    /// # Safety
    ///
    /// The caller has found out that this processor has AVX-512 F, BW and VBMI.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    pub fn stand_in_avx512(&self, line: &[u8]) -> bool {
        use std::arch::x86_64::*;

        let tables: [[__m512i; 2]; WINDOW] = self.tables.map(bytemuck::cast);
        let mut base = 0;
        while base < line.len() {
            let rest = &line[base..];
            let mut padded = [0; 64 + WINDOW - 1];
            let bytes = match rest.first_chunk() {
                Some(bytes) => bytes,
                None => {
                    let len = rest.len().min(padded.len());
                    padded[..len].copy_from_slice(&rest[..len]);
                    &padded
                }
            };
            let mut groups = _mm512_set1_epi8(-1);
            for (index, [low, high]) in tables.iter().enumerate() {
                let part: &[u8; 64] = bytes[index..].first_chunk().unwrap_or(&[0; 64]);
                let found = _mm512_permutex2var_epi8(*low, bytemuck::cast(*part), *high);
                groups = _mm512_and_si512(groups, found);
            }
            let places = _mm512_test_epi8_mask(groups, groups);
            if places != 0 && self.stand_at(line, base, places, &bytemuck::cast(groups)) {
                return true;
            }
            base += 64;
        }
        false
    }

    /// Looks closer at the places whose bits are set.
    fn stand_at(&self, line: &[u8], base: usize, mut places: u64, groups: &[u8; 64]) -> bool {
        while places != 0 {
            let place = places.trailing_zeros() as usize;
            places &= places - 1;
            let mut bits = groups[place];
            while bits != 0 {
                let group = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if self.groups[group]
                    .iter()
                    .any(|needle| needle.stands_at(line, base + place))
                {
                    return true;
                }
            }
        }
        false
    }
}

impl Needle {
    fn window(&self) -> &[u8] {
        &self.text[self.offset..self.offset + WINDOW]
    }

    fn stands_at(&self, line: &[u8], window: usize) -> bool {
        window.checked_sub(self.offset).is_some_and(|start| {
            line.get(start..start + self.text.len())
                .is_some_and(|part| part.eq_ignore_ascii_case(&self.text))
        })
    }
}

/// Where the three rarest bytes in a row begin.
fn rarest(text: &[u8]) -> usize {
    (0..=text.len() - WINDOW)
        .min_by_key(|&at| text[at..at + WINDOW].iter().map(frequency).sum::<u32>())
        .unwrap_or(0)
}

/// How common a byte is in log lines, roughly.
fn frequency(byte: &u8) -> u32 {
    match byte {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'0' => 8,
        b'l' | b'c' | b'd' | b'm' | b'u' | b'p' | b'1'..=b'9' | b'.' | b' ' | b'-' => 5,
        b'h' | b'f' | b'g' | b'b' | b'w' | b'v' | b'y' | b'_' | b':' => 3,
        _ => 1,
    }
}
