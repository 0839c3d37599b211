//! The text itself.

use std::thread;

use super::fold;
use super::frame::{Family, Frame, Layout, Malformed, NONE};

/// Bytes written between two offers of the core. The thread that asked may have none other to run on, and would stand
/// still for a whole slice of the scheduler's, which is as long as the writing of 100,000 series.
const OFFER: usize = 3 << 19;

/// Writes the text of a frame.
pub fn serialise(frame: &Frame) -> Result<Vec<u8>, Malformed> {
    let texts: usize = frame.segments.iter().map(|segment| segment.len()).sum();
    let mut writer = Writer {
        frame,
        out: Vec::with_capacity(texts * 2 + frame.words.len() * 8 + 64),
        counts: Vec::new(),
        merged: Vec::new(),
        exemplar: 0,
        offered: 0,
    };
    thread::yield_now();
    for index in 0..frame.family_count {
        writer.family(&Family::read(frame, index)?)?;
    }
    if frame.end_mark {
        writer.out.extend_from_slice(b"# EOF\n");
    }
    Ok(writer.out)
}

struct Writer<'a> {
    frame: &'a Frame<'a>,
    out: Vec<u8>,
    counts: Vec<f64>,
    merged: Vec<f64>,
    /// The family's next exemplar.
    exemplar: usize,
    /// Bytes written when the core was last offered.
    offered: usize,
}

impl Writer<'_> {
    fn family(&mut self, family: &Family) -> Result<(), Malformed> {
        self.out.extend_from_slice(family.header);
        self.counts.clear();
        self.counts.resize(family.bound_count + 1, 0.0);
        self.exemplar = 0;
        for series in 0..family.series_count {
            let length = family.refs[series * 2 + 1];
            if length == NONE {
                continue;
            }
            let labels = self.frame.label_text(family.refs[series * 2], length)?;
            self.series(family, series, labels)?;
            if self.out.len() - self.offered >= OFFER {
                self.offered = self.out.len();
                thread::yield_now();
            }
        }
        Ok(())
    }

    fn series(&mut self, family: &Family, series: usize, labels: &[u8]) -> Result<(), Malformed> {
        let values = &family.values[series * family.stride..(series + 1) * family.stride];
        match family.layout {
            Layout::Single => {
                self.out.extend_from_slice(family.sample);
                self.labels(labels);
                self.value(family, values[0], Some(series))?;
            }
            Layout::Buckets => {
                self.counts.copy_from_slice(&values[..=family.bound_count]);
                self.buckets(family, series, labels, values[family.bound_count + 1])?;
            }
            Layout::LogLinearBuckets => {
                fold::buckets(self.frame, family, series, &mut self.counts)?;
                self.buckets(family, series, labels, values[0])?;
            }
            Layout::LogLinearQuantiles => {
                let (merged, counts) = (&mut self.merged, &mut self.counts);
                fold::quantiles(self.frame, family, series, merged, counts)?;
                self.quantiles(family, labels, values[0], values[1])?;
            }
        }
        match family.created {
            Some(created) => self.plain(family, b"_created", labels, created[series]),
            None => Ok(()),
        }
    }

    fn buckets(
        &mut self,
        family: &Family,
        series: usize,
        labels: &[u8],
        sum: f64,
    ) -> Result<(), Malformed> {
        let mut total = 0.0;
        for bound in 0..=family.bound_count {
            total += self.counts[bound];
            self.out.extend_from_slice(family.name);
            self.out.extend_from_slice(b"_bucket{");
            self.bound(family, labels, b"le=\"", bound)?;
            self.value(
                family,
                total,
                Some(series * (family.bound_count + 1) + bound),
            )?;
        }
        self.plain(family, b"_sum", labels, sum)?;
        self.plain(family, b"_count", labels, total)
    }

    fn quantiles(
        &mut self,
        family: &Family,
        labels: &[u8],
        sum: f64,
        count: f64,
    ) -> Result<(), Malformed> {
        for bound in 0..family.bound_count {
            self.out.extend_from_slice(family.name);
            self.out.push(b'{');
            self.bound(family, labels, b"quantile=\"", bound)?;
            self.value(family, self.counts[bound], None)?;
        }
        self.plain(family, b"_sum", labels, sum)?;
        self.plain(family, b"_count", labels, count)
    }

    fn bound(
        &mut self,
        family: &Family,
        labels: &[u8],
        name: &[u8],
        bound: usize,
    ) -> Result<(), Malformed> {
        if !labels.is_empty() {
            self.out.extend_from_slice(labels);
            self.out.push(b',');
        }
        self.out.extend_from_slice(name);
        if bound == family.bound_count {
            self.out.extend_from_slice(b"+Inf");
        } else {
            let text = self
                .frame
                .text(family.bounds[bound * 2], family.bounds[bound * 2 + 1])?;
            self.out.extend_from_slice(text);
        }
        self.out.extend_from_slice(b"\"}");
        Ok(())
    }

    fn plain(
        &mut self,
        family: &Family,
        suffix: &[u8],
        labels: &[u8],
        value: f64,
    ) -> Result<(), Malformed> {
        self.out.extend_from_slice(family.name);
        self.out.extend_from_slice(suffix);
        self.labels(labels);
        self.value(family, value, None)
    }

    fn labels(&mut self, labels: &[u8]) {
        if !labels.is_empty() {
            self.out.push(b'{');
            self.out.extend_from_slice(labels);
            self.out.push(b'}');
        }
    }

    /// The rest of a line, with the exemplar of `key` where there is one.
    fn value(&mut self, family: &Family, value: f64, key: Option<usize>) -> Result<(), Malformed> {
        self.out.push(b' ');
        number(&mut self.out, value);
        let next = family.exemplars.get(self.exemplar * 3);
        if let (Some(key), Some(&next)) = (key, next)
            && key == next as usize
        {
            let at = self.exemplar * 3;
            let text = self
                .frame
                .text(family.exemplars[at + 1], family.exemplars[at + 2])?;
            self.out.extend_from_slice(text);
            self.exemplar += 1;
        }
        self.out.push(b'\n');
        Ok(())
    }
}

/// A number as JavaScript writes it, but for the infinities, which Prometheus signs.
fn number(out: &mut Vec<u8>, value: f64) {
    if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    } else if (0.0..9_007_199_254_740_992.0).contains(&value) && value.trunc() == value {
        out.extend_from_slice(itoa::Buffer::new().format(value as u64).as_bytes());
    } else {
        out.extend_from_slice(ryu_js::Buffer::new().format(value).as_bytes());
    }
}
