//! Texts of an event's values, each taken out of the line when it is first asked for.

use super::fold::fold_into;
use crate::json::{Kind, Value, canonical_text};

/// A value taken out of the line: its text, and its text folded.
pub struct Text {
    pub kind: Kind,
    pub text: Vec<u8>,
    pub folded: Vec<u8>,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            kind: Kind::Null,
            text: Vec::new(),
            folded: Vec::new(),
        }
    }
}

impl Text {
    fn fill(&mut self, raw: &[u8], kind: Kind) {
        self.kind = kind;
        self.text.clear();
        // Made in `folded`, which is not in use yet.
        let text = canonical_text(raw, kind, &mut self.folded);
        self.text.extend_from_slice(text);
        fold_into(&self.text, &mut self.folded);
    }
}

/// By the value's place in the event.
#[derive(Default)]
pub struct Texts {
    texts: Vec<Text>,
    filled: Vec<bool>,
}

impl Texts {
    pub fn next_event(&mut self, values: usize) {
        self.filled.clear();
        self.filled.resize(values, false);
        if self.texts.len() < values {
            self.texts.resize_with(values, Text::default);
        }
    }

    pub fn get(&mut self, index: usize, value: &Value, line: &[u8]) -> &Text {
        self.fill(index, value, line);
        &self.texts[index]
    }

    /// Takes two out at once.
    pub fn pair(
        &mut self,
        (left, right): (usize, usize),
        values: &[Value],
        line: &[u8],
    ) -> (&Text, &Text) {
        self.fill(left, &values[left], line);
        self.fill(right, &values[right], line);
        (&self.texts[left], &self.texts[right])
    }

    fn fill(&mut self, index: usize, value: &Value, line: &[u8]) {
        if !self.filled[index] {
            self.filled[index] = true;
            self.texts[index].fill(value.raw(line), value.kind);
        }
    }
}
