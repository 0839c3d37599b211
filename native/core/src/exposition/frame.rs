//! The arrays of a frame, and checked reads of them.

/// Words that describe one family.
pub const FAMILY_WORDS: usize = 20;
/// No such part.
pub const NONE: u32 = u32::MAX;

/// A frame whose parts point outside its arrays.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

/// All that a scrape shows.
pub struct Frame<'a> {
    pub family_count: usize,
    pub words: &'a [u32],
    pub numbers: &'a [f64],
    pub meta: &'a [u8],
    pub segments: &'a [&'a [u8]],
    /// Whether `# EOF` ends the text.
    pub end_mark: bool,
}

impl<'a> Frame<'a> {
    pub fn word(&self, at: usize) -> Result<u32, Malformed> {
        self.words.get(at).copied().ok_or(Malformed)
    }

    pub fn words_at(&self, at: usize, len: usize) -> Result<&'a [u32], Malformed> {
        part(self.words, at, len)
    }

    pub fn numbers_at(&self, at: usize, len: usize) -> Result<&'a [f64], Malformed> {
        part(self.numbers, at, len)
    }

    pub fn text(&self, at: u32, len: u32) -> Result<&'a [u8], Malformed> {
        part(self.meta, at as usize, len as usize)
    }

    /// A label text: 12 bits of segment, 20 bits of offset.
    pub fn label_text(&self, place: u32, len: u32) -> Result<&'a [u8], Malformed> {
        let segment = self.segments.get((place >> 20) as usize).ok_or(Malformed)?;
        part(segment, (place & 0xf_ffff) as usize, len as usize)
    }
}

fn part<T>(of: &[T], at: usize, len: usize) -> Result<&[T], Malformed> {
    let end = at.checked_add(len).ok_or(Malformed)?;
    of.get(at..end).ok_or(Malformed)
}

/// How the samples of a family are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Single,
    Buckets,
    LogLinearBuckets,
    LogLinearQuantiles,
}

/// One family's record.
pub struct Family<'a> {
    pub layout: Layout,
    pub header: &'a [u8],
    pub name: &'a [u8],
    pub sample: &'a [u8],
    pub series_count: usize,
    /// Place and length of each series' label text.
    pub refs: &'a [u32],
    pub values: &'a [f64],
    pub stride: usize,
    /// Texts of `le` or `quantile`, as (at, length) pairs.
    pub bounds: &'a [u32],
    pub bound_count: usize,
    pub created: Option<&'a [f64]>,
    /// (key, at, length) triples by rising key.
    pub exemplars: &'a [u32],
    pub directory_at: usize,
    pub pages_at: usize,
    pub ways: usize,
    pub limits: &'a [f64],
}

impl<'a> Family<'a> {
    pub fn read(frame: &Frame<'a>, index: usize) -> Result<Self, Malformed> {
        let record = frame.words_at(index * FAMILY_WORDS, FAMILY_WORDS)?;
        let layout = match record[0] {
            0 => Layout::Single,
            1 => Layout::Buckets,
            2 => Layout::LogLinearBuckets,
            3 => Layout::LogLinearQuantiles,
            _ => return Err(Malformed),
        };
        let at = |word: usize| record[word] as usize;
        let (series_count, stride, bound_count) = (at(7), at(10), at(12));
        let paged = matches!(
            layout,
            Layout::LogLinearBuckets | Layout::LogLinearQuantiles
        );
        let least = match layout {
            Layout::Single | Layout::LogLinearBuckets => 1,
            Layout::Buckets => bound_count + 2,
            Layout::LogLinearQuantiles => 2,
        };
        if stride < least {
            return Err(Malformed);
        }
        let product = |a: usize, b: usize| a.checked_mul(b).ok_or(Malformed);
        Ok(Self {
            layout,
            header: frame.text(record[1], record[2])?,
            name: frame.text(record[3], record[4])?,
            sample: frame.text(record[5], record[6])?,
            series_count,
            refs: frame.words_at(at(8), product(series_count, 2)?)?,
            values: frame.numbers_at(at(9), product(series_count, stride)?)?,
            stride,
            bounds: frame.words_at(at(11), product(bound_count, 2)?)?,
            bound_count,
            created: match record[13] {
                NONE => None,
                _ => Some(frame.numbers_at(at(13), series_count)?),
            },
            exemplars: frame.words_at(at(14), product(at(15), 3)?)?,
            directory_at: at(16),
            pages_at: at(17),
            ways: at(18),
            limits: if paged {
                frame.numbers_at(at(19), bound_count)?
            } else {
                &[]
            },
        })
    }
}
