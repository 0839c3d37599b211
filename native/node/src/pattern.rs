use std::cell::RefCell;

use napi::bindgen_prelude::Result;
use wolfsec_core::pattern::{Anchor, Literal, PatternSet, Scratch};

use crate::raw::{Call, Function, Handle, Module, Outcome, Thrown};

pub fn register(module: &Module) -> Result<()> {
    module.function::<Compile>("patternsCompile")?;
    module.function::<IsMatch>("patternsIsMatch")?;
    module.function::<Which>("patternsWhich")?;
    module.function::<Find>("patternsFind")?;
    module.function::<FindBatch>("patternsFindBatch")
}

struct Patterns(PatternSet);

impl Handle for Patterns {
    const NAME: &'static str = "a compiled pattern set";
    const TAG: u64 = 0x51c2_a8e7_3390_bd14;
}

thread_local! {
    /// Kept between calls, so that a call allocates nothing.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// `(literal bytes, [start, end, flags, pattern]…, regex text, [start, end, pattern]…)`.
struct Compile;

impl Function for Compile {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let (bytes, table) = (call.bytes(0)?, call.elements::<u32>(1)?);
        let (text, regexes) = (call.bytes(2)?, call.elements::<u32>(3)?);
        let literals = table
            .chunks_exact(4)
            .map(|row| {
                Ok(Literal {
                    bytes: slice(bytes, row[0], row[1])?,
                    ignore_case: row[2] & 4 != 0,
                    anchor: anchor(row[2] & 3),
                    pattern: row[3],
                })
            })
            .collect::<std::result::Result<Vec<_>, Thrown>>()?;
        let regexes = regexes
            .chunks_exact(3)
            .map(|row| {
                let source = std::str::from_utf8(slice(text, row[0], row[1])?)
                    .map_err(|_| internal("a regular expression is not UTF-8"))?;
                Ok((row[2], source))
            })
            .collect::<std::result::Result<Vec<_>, Thrown>>()?;
        let set = PatternSet::new(&literals, &regexes)
            .map_err(|error| Thrown::new("WOLFSEC_PATTERN_INVALID", error.to_string()))?;
        let size_bytes = set.memory_usage();
        call.external(Patterns(set), size_bytes)
    }
}

fn slice(bytes: &[u8], start: u32, end: u32) -> std::result::Result<&[u8], Thrown> {
    bytes
        .get(start as usize..end as usize)
        .ok_or_else(|| internal("a pattern lies outside its buffer"))
}

fn internal(message: &str) -> Thrown {
    Thrown::new("WOLFSEC_INTERNAL", message)
}

fn anchor(bits: u32) -> Anchor {
    match bits {
        0 => Anchor::Anywhere,
        1 => Anchor::Start,
        2 => Anchor::End,
        _ => Anchor::Whole,
    }
}

/// The first `length` bytes (argument 2) of argument 1.
fn haystack(call: &Call) -> std::result::Result<&[u8], Thrown> {
    slice(call.bytes(1)?, 0, call.u32(2)?)
}

struct IsMatch;

impl Function for IsMatch {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let set = call.handle::<Patterns>(0)?;
        call.boolean(set.0.is_match(haystack(call)?))
    }
}

/// Writes what fits; gives the number of all.
struct Which;

impl Function for Which {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let set = call.handle::<Patterns>(0)?;
        let (haystack, out) = (haystack(call)?, call.elements_mut::<u32>(3)?);
        SCRATCH.with_borrow_mut(|scratch| {
            set.0.which(haystack, scratch);
            for (cell, pattern) in out.iter_mut().zip(&scratch.which) {
                *cell = *pattern;
            }
            call.give_u32(scratch.which.len() as u32)
        })
    }
}

/// Writes `(pattern, start, end)` rows that fit; gives the number of all.
struct Find;

impl Function for Find {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let set = call.handle::<Patterns>(0)?;
        let (haystack, ends) = (haystack(call)?, call.elements::<u32>(4)?);
        let out = call.elements_mut::<u32>(3)?;
        SCRATCH.with_borrow_mut(|scratch| {
            set.0.find(haystack, ends, scratch);
            for (row, hit) in out.chunks_exact_mut(3).zip(&scratch.matches) {
                row.copy_from_slice(&[hit.pattern, hit.start, hit.end]);
            }
            let found = scratch.matches.len();
            scratch.trim();
            call.give_number(found as f64)
        })
    }
}

/// Writes `(input, pattern, start, end)` rows that fit; gives the number of all. Input `i` is
/// `packed[offsets[i]..offsets[i + 1]]`.
struct FindBatch;

impl Function for FindBatch {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let set = call.handle::<Patterns>(0)?;
        let (packed, offsets) = (call.bytes(1)?, call.elements::<u32>(2)?);
        let mut rows = call.elements_mut::<u32>(3)?.chunks_exact_mut(4);
        SCRATCH.with_borrow_mut(|scratch| {
            let mut total = 0usize;
            for (input, bounds) in offsets.windows(2).enumerate() {
                set.0
                    .find(slice(packed, bounds[0], bounds[1])?, &[], scratch);
                total += scratch.matches.len();
                for (hit, row) in scratch.matches.iter().zip(&mut rows) {
                    row.copy_from_slice(&[input as u32, hit.pattern, hit.start, hit.end]);
                }
            }
            scratch.trim();
            call.give_number(total as f64)
        })
    }
}
