//! What stands in sixty-four bytes, as bit masks: once for any processor, once for each set of vector
//! instructions that is worth it.

/// A bit for each byte of a block, the first byte's the lowest.
pub struct Classes {
    pub quote: u64,
    pub backslash: u64,
    pub control: u64,
    /// Not ASCII.
    pub high: u64,
}

impl Classes {
    /// Forgets all from this byte on.
    pub fn cut(&mut self, at: usize) {
        let kept = (1 << at) - 1;
        self.quote &= kept;
        self.backslash &= kept;
        self.control &= kept;
        self.high &= kept;
    }
}

/// Room for the places of all bits of a block, and for what is written behind the last one.
pub type Places = [u32; 80];

/// In vectors of sixteen bytes, which every processor that Node runs on has.
pub mod portable {
    use wide::u8x16;

    use super::{Classes, Places};

    #[inline]
    pub fn classes(block: &[u8; 64]) -> Classes {
        let quote = u8x16::splat(b'"');
        let backslash = u8x16::splat(b'\\');
        let limit = u8x16::splat(0x1f);
        let mut classes = Classes {
            quote: 0,
            backslash: 0,
            control: 0,
            high: 0,
        };
        for (index, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*part);
            let shift = index * 16;
            classes.quote |= mask(bytes.simd_eq(quote)) << shift;
            classes.backslash |= mask(bytes.simd_eq(backslash)) << shift;
            classes.control |= mask(bytes.min(limit).simd_eq(bytes)) << shift;
            classes.high |= mask(bytes) << shift;
        }
        classes
    }

    /// Of the bytes in `asked` those that may follow a backslash, but for quotes, backslashes and `u`.
    #[inline]
    pub fn escape_letters(block: &[u8; 64], asked: u64) -> u64 {
        if asked == 0 {
            return 0;
        }
        block.iter().rev().fold(0, |mask, byte| {
            mask << 1 | u64::from(matches!(byte, b'/' | b'b' | b'f' | b'n' | b'r' | b't'))
        })
    }

    /// Bit `i` of the result is the parity of bits `0..=i`.
    #[inline]
    pub fn parity(mut bits: u64) -> u64 {
        for shift in [1, 2, 4, 8, 16, 32] {
            bits ^= bits << shift;
        }
        bits
    }

    /// Writes where the bits stand, four at a time: what stands behind the last place is noise.
    #[inline]
    pub fn places(mut bits: u64, base: u32, places: &mut Places) {
        for four in places.as_chunks_mut::<4>().0 {
            if bits == 0 {
                return;
            }
            for place in four {
                *place = base + bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
            }
        }
    }

    #[inline]
    fn mask(lanes: u8x16) -> u64 {
        u64::from(lanes.to_bitmask() & 0xffff)
    }
}

#[cfg(target_arch = "x86_64")]
pub mod avx2 {
    use std::arch::x86_64::*;

    use super::Classes;

    #[target_feature(enable = "avx2")]
    #[inline]
    fn halves(block: &[u8; 64]) -> [__m256i; 2] {
        bytemuck::cast(*block)
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn mask([low, high]: [__m256i; 2]) -> u64 {
        u64::from(_mm256_movemask_epi8(low) as u32)
            | u64::from(_mm256_movemask_epi8(high) as u32) << 32
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn equal([low, high]: [__m256i; 2], byte: u8) -> u64 {
        let wanted = _mm256_set1_epi8(byte as i8);
        mask([
            _mm256_cmpeq_epi8(low, wanted),
            _mm256_cmpeq_epi8(high, wanted),
        ])
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn classes(block: &[u8; 64]) -> Classes {
        let halves = halves(block);
        let limit = _mm256_set1_epi8(0x1f);
        let control = halves.map(|half| _mm256_cmpeq_epi8(_mm256_min_epu8(half, limit), half));
        Classes {
            quote: equal(halves, b'"'),
            backslash: equal(halves, b'\\'),
            control: mask(control),
            high: mask(halves),
        }
    }

    /// Looked up by both halves of the byte: a bit for each upper half, 2, 6 and 7. Asking first whether
    /// there is anything to ask would cost more: nobody foresees it.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn escape_letters(block: &[u8; 64]) -> u64 {
        let (slash, low_row, high_row) = (1, 2, 4);
        let by_low = table(|low| match low {
            0xf => slash,
            0x2 => low_row | high_row,
            0x6 | 0xe => low_row,
            0x4 => high_row,
            _ => 0,
        });
        let by_high = table(|high| match high {
            0x2 => slash,
            0x6 => low_row,
            0x7 => high_row,
            _ => 0,
        });
        let nibble = _mm256_set1_epi8(0xf);
        let others = halves(block).map(|half| {
            let low = _mm256_shuffle_epi8(by_low, _mm256_and_si256(half, nibble));
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(half), nibble);
            let both = _mm256_and_si256(low, _mm256_shuffle_epi8(by_high, high));
            _mm256_cmpeq_epi8(both, _mm256_setzero_si256())
        });
        !mask(others)
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn table(row: impl Fn(u8) -> u8) -> __m256i {
        bytemuck::cast::<[u8; 32], _>(std::array::from_fn(|index| row(index as u8 % 16)))
    }

    /// Multiplication without carry by all ones.
    #[target_feature(enable = "sse2,pclmulqdq")]
    #[inline]
    pub fn parity(bits: u64) -> u64 {
        let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits as i64), _mm_set1_epi8(-1));
        _mm_cvtsi128_si64(product) as u64
    }
}

#[cfg(target_arch = "x86_64")]
pub mod avx512 {
    use std::arch::x86_64::*;

    use super::{Classes, Places};

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn whole(block: &[u8; 64]) -> __m512i {
        bytemuck::cast(*block)
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn equal(block: __m512i, byte: u8) -> u64 {
        _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte as i8))
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub fn classes(block: &[u8; 64]) -> Classes {
        let block = whole(block);
        Classes {
            quote: equal(block, b'"'),
            backslash: equal(block, b'\\'),
            control: _mm512_cmple_epu8_mask(block, _mm512_set1_epi8(0x1f)),
            high: _mm512_movepi8_mask(block),
        }
    }

    const LETTERS: [u8; 128] = {
        let mut letters = [0; 128];
        let mut at = 0;
        while at < 6 {
            letters[b"/bfnrt"[at] as usize] = 1;
            at += 1;
        }
        letters
    };

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    #[inline]
    pub fn escape_letters(block: &[u8; 64]) -> u64 {
        let [low, high]: [__m512i; 2] = bytemuck::cast(LETTERS);
        let block = whole(block);
        let found = _mm512_permutex2var_epi8(low, block, high);
        _mm512_test_epi8_mask(found, found) & !_mm512_movepi8_mask(block)
    }

    const COUNTED: [u8; 64] = {
        let mut counted = [0; 64];
        let mut at = 0;
        while at < 64 {
            counted[at] = at as u8;
            at += 1;
        }
        counted
    };

    /// Writes where the bits stand, sixteen at a time: what stands behind the last place is noise.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
    #[inline]
    pub fn places(bits: u64, base: u32, places: &mut Places) {
        let packed = _mm512_maskz_compress_epi8(bits, whole(&COUNTED));
        let base = _mm512_set1_epi32(base as i32);
        let parts: [__m128i; 4] = bytemuck::cast(packed);
        let count = bits.count_ones() as usize;
        for (index, (part, sixteen)) in parts
            .into_iter()
            .zip(places.as_chunks_mut::<16>().0)
            .enumerate()
        {
            if index * 16 >= count {
                return;
            }
            *sixteen = bytemuck::cast(_mm512_add_epi32(_mm512_cvtepu8_epi32(part), base));
        }
    }
}
