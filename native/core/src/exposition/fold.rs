//! Log-linear pages, folded into bounds or read for quantiles.

use super::frame::{Family, Frame, Malformed};

const SUB_BITS: usize = 6;
const SUB_BUCKETS: usize = 1 << SUB_BITS;
const OCTAVES: usize = 80;
const MIN_EXPONENT: i32 = -32;
const BUCKETS: usize = OCTAVES * SUB_BUCKETS;

fn page<'a>(frame: &Frame<'a>, family: &Family, page: u32) -> Result<&'a [f64], Malformed> {
    let at = (page as usize)
        .checked_mul(SUB_BUCKETS)
        .and_then(|offset| offset.checked_add(family.pages_at))
        .ok_or(Malformed)?;
    frame.numbers_at(at, SUB_BUCKETS)
}

/// Folds a series' buckets into `counts`: one for each bound, the last for all above.
pub fn buckets(
    frame: &Frame,
    family: &Family,
    series: usize,
    counts: &mut [f64],
) -> Result<(), Malformed> {
    let directory = frame.words_at(family.directory_at + series * OCTAVES, OCTAVES)?;
    counts.fill(0.0);
    let mut bound = 0;
    for (octave, &number) in directory.iter().enumerate() {
        if number == 0 {
            continue;
        }
        for (step, &count) in page(frame, family, number)?.iter().enumerate() {
            if count == 0.0 {
                continue;
            }
            let bucket = (octave * SUB_BUCKETS + step) as f64;
            while bound < family.limits.len() && bucket > family.limits[bound] {
                bound += 1;
            }
            counts[bound] += count;
        }
    }
    Ok(())
}

/// Reads the quantiles of a series off its window into `values`; NaN where the window is empty.
pub fn quantiles(
    frame: &Frame,
    family: &Family,
    series: usize,
    merged: &mut Vec<f64>,
    values: &mut [f64],
) -> Result<(), Malformed> {
    let rows = family.ways.checked_mul(OCTAVES).ok_or(Malformed)?;
    let at = series.checked_mul(rows).ok_or(Malformed)?;
    let directory = frame.words_at(family.directory_at + at, rows)?;
    merged.clear();
    merged.resize(BUCKETS, 0.0);
    let mut total = 0.0;
    for (index, &number) in directory.iter().enumerate() {
        if number == 0 {
            continue;
        }
        let into = (index % OCTAVES) * SUB_BUCKETS;
        for (step, &count) in page(frame, family, number)?.iter().enumerate() {
            merged[into + step] += count;
            total += count;
        }
    }
    let mut bucket = 0;
    let mut seen = merged[0];
    for (value, quantile) in values.iter_mut().zip(family.limits) {
        if total == 0.0 {
            *value = f64::NAN;
            continue;
        }
        let rank = (quantile * total).ceil().max(1.0);
        while seen < rank && bucket + 1 < BUCKETS {
            bucket += 1;
            seen += merged[bucket];
        }
        *value = middle(bucket);
    }
    Ok(())
}

/// The middle of a bucket. The first reads as 0.
fn middle(bucket: usize) -> f64 {
    if bucket == 0 {
        return 0.0;
    }
    let octave = (bucket >> SUB_BITS) as i32 + MIN_EXPONENT;
    let step = (bucket & (SUB_BUCKETS - 1)) as f64;
    f64::from(octave).exp2() * (1.0 + (step + 0.5) / SUB_BUCKETS as f64)
}
