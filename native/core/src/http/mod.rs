//! Inspection of HTTP requests: values decoded the way attackers encode them, read as SQL, markup
//! and command lines by tokenisers, and held against signatures.
//!
//! Bytes in, hits out. The portable twin in `src/backend/portable/http` reads alike, function by
//! function: what is changed here is changed there.

mod base64;
mod bytes;
mod decode;
mod fields;
mod form;
mod hits;
mod inspect;
mod json;
mod markup;
mod multipart;
mod program;
mod request;
mod shell;
mod sql;
mod xml;

pub use inspect::Inspector;
pub use program::{Limits, Program};

/// Entry points for fuzzing: every decoder over one input.
pub mod fuzz {
    pub use super::base64::hidden_text;
    pub use super::decode::{canonical, json_unescape, percent_decode, squeeze};
}
