//! Scrapes written on the thread pool: the host hands over arrays that it never touches again.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use wolfsec_core::exposition::{Frame, serialise};

pub struct Scrape {
    family_count: usize,
    words: Uint32Array,
    numbers: Float64Array,
    meta: Uint8Array,
    segments: Vec<Uint8Array>,
    end_mark: bool,
}

impl Task for Scrape {
    type Output = Vec<u8>;
    type JsValue = Buffer;

    fn compute(&mut self) -> Result<Self::Output> {
        let segments: Vec<&[u8]> = self.segments.iter().map(AsRef::as_ref).collect();
        let frame = Frame {
            family_count: self.family_count,
            words: self.words.as_ref(),
            numbers: self.numbers.as_ref(),
            meta: self.meta.as_ref(),
            segments: &segments,
            end_mark: self.end_mark,
        };
        serialise(&frame).map_err(|_| Error::from_reason("the scrape frame is malformed"))
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output.into())
    }
}

/// Writes a scrape as text, on another thread.
#[napi]
pub fn serialise_scrape(
    family_count: u32,
    words: Uint32Array,
    numbers: Float64Array,
    meta: Uint8Array,
    segments: Vec<Uint8Array>,
    end_mark: bool,
) -> AsyncTask<Scrape> {
    AsyncTask::new(Scrape {
        family_count: family_count as usize,
        words,
        numbers,
        meta,
        segments,
        end_mark,
    })
}
