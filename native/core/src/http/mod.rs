//! Inspection of HTTP requests: values decoded the way attackers encode them, read as SQL, markup
//! and command lines by tokenisers, and held against signatures.
//!
//! Bytes in, hits out. The portable twin in `src/backend/portable/http` reads alike, function by
//! function: what is changed here is changed there.

mod base64;
mod bytes;
mod decode;
mod document;
mod eight;
mod fields;
mod form;
mod grammar;
mod hits;
mod inspect;
mod json;
mod literals;
mod markup;
mod multipart;
mod path;
mod program;
mod request;
mod shape;
mod shell;
mod sql;
mod traits;
mod words;
mod xml;

pub use inspect::Inspector;
pub use program::{Limits, Program};

/// Entry points for fuzzing: every decoder over one input.
pub mod fuzz {
    use super::base64;
    use super::decode::{self, Decoder};
    use super::fields::{Check, Visitor};
    use super::path::{MAX_PATH, Path};
    use super::program::Limits;
    use super::request::walk_request;
    use super::traits::traits_of;

    pub fn canonical(text: &[u8]) -> Vec<u8> {
        Decoder::default()
            .canonical(text, traits_of(text))
            .0
            .to_vec()
    }

    pub fn squeeze(text: &[u8]) -> Vec<u8> {
        decode::squeeze(text, traits_of(text), &mut Vec::new()).to_vec()
    }

    pub fn percent_decode(text: &[u8], plus: bool) -> Vec<u8> {
        decode::percent_decode(text, plus, &mut Vec::new()).to_vec()
    }

    pub fn json_unescape(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        decode::json_unescape(text, &mut out);
        out
    }

    /// Walks a packed request: every format of body, by what its head says; gives the fields handed on.
    ///
    /// # Panics
    /// Where a path is longer than it may be.
    pub fn walk(request: &[u8], limits: &Limits) -> usize {
        let mut fields = Fields::default();
        walk_request(request, limits, &mut fields);
        fields.count
    }

    #[derive(Default)]
    struct Fields {
        count: usize,
        path: Vec<u8>,
    }

    impl Visitor for Fields {
        fn field(&mut self, _: u16, _: &[u8], _: &[u8]) -> bool {
            self.count += 1;
            true
        }

        fn nested(&mut self, location: u16, path: &Path, value: &[u8]) -> bool {
            path.write(&mut self.path);
            assert!(self.path.len() <= MAX_PATH);
            self.field(location, path.key(), value)
        }

        fn check(&mut self, _: Check, _: &[u8], _: &[u8]) {}
    }

    pub fn hidden_text(text: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        base64::hidden_text(text, &mut out).then_some(out)
    }
}
