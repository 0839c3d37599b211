//! Sigma rules over events: a [`Program`] is compiled once and evaluated by many [`Evaluator`]s.
//!
//! An event costs one pass over its JSON, a table look-up for each value that rules ask about, and a
//! look at the rules whose witness holds; the number of rules does not enter.

mod anchored;
mod asking;
mod cache;
mod check;
mod class;
mod code;
mod compiled;
mod evaluator;
mod fold;
mod gate;
mod glob;
mod literals;
mod needles;
mod program;
mod scalar;
mod slot;
mod slot_builder;
mod text;

pub use compiled::{Compiled, ProgramError};
pub use evaluator::{Batch, Evaluator, HIT_WORDS, Vectors};
pub use fold::fold_text;
pub use needles::{NeedleSearch, Needles};
