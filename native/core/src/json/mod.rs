//! Reading events out of NDJSON without building a tree: one pass marks the strings of a line, one
//! walk checks the grammar (RFC 8259) and collects the values of the fields that rules name.

mod blocks;
mod fields;
mod keys;
mod marks;
mod tree;
mod value;
mod walk;

pub use fields::{FieldTrie, NodeId};
pub use marks::Marks;
pub use value::{Kind, Value, canonical_text};

use walk::Walk;

/// Why a line is not an event. The numbers cross the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// Not JSON.
    Syntax = 1,
    /// JSON, but not an object.
    NotAnObject = 2,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep = 3,
    /// Longer than [`MAX_EVENT_BYTES`].
    TooLong = 4,
    /// Not UTF-8.
    Encoding = 5,
}

/// How deep an event may nest.
pub const MAX_DEPTH: usize = 128;
/// How long an event may be, in bytes.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// What was read of an event.
#[derive(Clone, Copy)]
pub struct Event<'r> {
    pub values: &'r [Value],
    /// Whether the line is all ASCII.
    pub ascii: bool,
    /// Whether `\\u` escapes stand in its strings.
    pub unicode_escapes: bool,
}

/// How lines are marked: [`Marks::mark`], or a form of it for the processor at hand.
pub type Marker = fn(&mut Marks, &[u8]) -> usize;

/// Reads events one after another, keeping its buffers.
pub struct Reader {
    marker: Marker,
    marks: Marks,
    walk: Walk,
    values: Vec<Value>,
}

impl Reader {
    pub fn new(marker: Marker) -> Self {
        Self {
            marker,
            marks: Marks::default(),
            walk: Walk::default(),
            values: Vec::new(),
        }
    }

    /// The first line of `bytes`, without its newline: the one that [`Reader::read`] is to read next.
    pub fn line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[..(self.marker)(&mut self.marks, bytes)]
    }

    /// Checks the line that [`Reader::line`] gave last and collects the values of the trie's fields; with
    /// `every_value` also each value of the event, under slot 0.
    ///
    /// # Errors
    /// [`Fault`] tells why the line is not an event.
    pub fn read(
        &mut self,
        line: &[u8],
        fields: &FieldTrie,
        every_value: bool,
    ) -> Result<Event<'_>, Fault> {
        self.values.clear();
        if line.len() > MAX_EVENT_BYTES {
            return Err(Fault::TooLong);
        }
        if !self.marks.is_ascii() && simdutf8::basic::from_utf8(line).is_err() {
            return Err(Fault::Encoding);
        }
        if !self.marks.is_sound() {
            return Err(Fault::Syntax);
        }
        let plain = self.walk.run(line, &self.marks, fields, &mut self.values)?;
        if !plain {
            // Keys that repeat or hold escapes need the whole event: the last of its equals counts.
            self.values.clear();
            tree::build(line, &self.marks).collect(fields, &mut self.values);
        }
        if every_value {
            self.add_every_value(line);
        }
        Ok(Event {
            values: &self.values,
            ascii: self.marks.is_ascii(),
            unicode_escapes: self.marks.has_unicode_escapes(),
        })
    }

    /// Adds each value of the event that was read last, under slot 0.
    pub fn add_every_value(&mut self, line: &[u8]) -> &[Value] {
        tree::build(line, &self.marks).collect_every(&mut self.values);
        &self.values
    }
}
