//! A signature as the inspection looks at it: where it counts, and what it must see.

use regex::bytes::{Regex, RegexBuilder};

use super::path::Path;
use super::program::{Signature, latin1};

/// A value's place in the request and how it is read.
pub struct Place<'v> {
    pub level: u8,
    pub location: u16,
    pub name: &'v [u8],
    /// Where in JSON the value stands, which hits are named by.
    pub path: Option<&'v Path<'v>>,
    /// Lines of prose, where code is quoted and not run.
    pub document: bool,
}

pub struct Shape {
    pub index: u16,
    pub level: u8,
    pub locations: u16,
    pub contexts: u8,
    names: Vec<Vec<u8>>,
    documents: bool,
    pattern: Option<Regex>,
}

impl Shape {
    pub fn new(index: usize, signature: &Signature, pattern: Option<Regex>) -> Self {
        Self {
            index: index as u16,
            level: signature.level,
            locations: signature.locations,
            contexts: signature.contexts,
            names: signature.names.iter().map(|name| latin1(name)).collect(),
            documents: signature.documents,
            pattern,
        }
    }

    #[inline]
    pub fn applies(&self, place: &Place) -> bool {
        self.level <= place.level
            && self.locations & place.location != 0
            && (self.documents || !place.document)
            && (self.names.is_empty() || self.names.iter().any(|name| name == place.name))
    }

    /// Whether it counts at a place and its pattern, where it has one, holds for the text.
    #[inline]
    pub fn holds(&self, place: &Place, text: &[u8]) -> bool {
        self.applies(place)
            && self
                .pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(text))
    }
}

/// # Errors
/// Says what is wrong with the pattern.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(64 << 20)
        .dfa_size_limit(4 << 20)
        .build()
        .map_err(|error| error.to_string())
}
