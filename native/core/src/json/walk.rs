//! Walks a line once: checks its grammar and collects the wanted values.

use super::fields::{FieldTrie, NOWHERE, NodeId, ROOT};
use super::marks::Marks;
use super::value::{Kind, Value};
use super::{Fault, MAX_DEPTH};

#[derive(Clone, Copy)]
struct Frame {
    object: bool,
    node: NodeId,
    /// Tells objects apart, so that a key that comes twice in one is seen.
    instance: u32,
}

/// The walk's buffers.
#[derive(Default)]
pub struct Walk {
    frames: Vec<Frame>,
    /// Kinds of the containers below [`MAX_DEPTH`]: enough to go on checking the grammar.
    deep: Vec<bool>,
    /// For each node of the trie, the object in which its key was last met.
    seen: Vec<u32>,
    instance: u32,
}

struct Cursor<'l> {
    line: &'l [u8],
    at: usize,
    /// Index of the next quote that opens a string.
    quote: usize,
}

impl Walk {
    /// Gives `false` where keys repeat or hold escapes, so that the values collected are not to be used.
    pub fn run(
        &mut self,
        line: &[u8],
        marks: &Marks,
        fields: &FieldTrie,
        values: &mut Vec<Value>,
    ) -> Result<bool, Fault> {
        self.frames.clear();
        self.deep.clear();
        self.seen.resize(fields.len(), 0);
        if self.instance > u32::MAX / 2 {
            self.seen.fill(0);
            self.instance = 0;
        }
        let mut cursor = Cursor {
            line,
            at: 0,
            quote: 0,
        };
        let mut plain = true;
        let mut too_deep = false;
        cursor.skip_space();
        let top_is_object = cursor.peek() == Some(b'{');
        let mut node = ROOT;
        loop {
            // A value stands here, reached through `node`.
            let opened = self.value(&mut cursor, marks, fields, node, values)?;
            if opened && self.deep_len() > MAX_DEPTH {
                too_deep = true;
            }
            let mut fresh = opened;
            // Close what closes here, then find the next value.
            loop {
                cursor.skip_space();
                let Some(object) = self.innermost() else {
                    return if cursor.at < line.len() {
                        Err(Fault::Syntax)
                    } else if !top_is_object {
                        Err(Fault::NotAnObject)
                    } else if too_deep {
                        Err(Fault::TooDeep)
                    } else {
                        Ok(plain)
                    };
                };
                let close = if object { b'}' } else { b']' };
                match cursor.peek() {
                    Some(byte) if byte == close => {
                        cursor.at += 1;
                        self.pop();
                        fresh = false;
                    }
                    Some(b',') if !fresh => {
                        cursor.at += 1;
                        cursor.skip_space();
                        break;
                    }
                    Some(_) if fresh => break,
                    _ => return Err(Fault::Syntax),
                }
            }
            node = self.next_node(&mut cursor, marks, fields, &mut plain)?;
        }
    }

    fn deep_len(&self) -> usize {
        self.frames.len() + self.deep.len()
    }

    fn innermost(&self) -> Option<bool> {
        self.deep
            .last()
            .copied()
            .or_else(|| self.frames.last().map(|frame| frame.object))
    }

    fn pop(&mut self) {
        if self.deep.pop().is_none() {
            self.frames.pop();
        }
    }

    fn push(&mut self, object: bool, node: NodeId) {
        if self.frames.len() < MAX_DEPTH {
            self.instance += 1;
            self.frames.push(Frame {
                object,
                node,
                instance: self.instance,
            });
        } else {
            self.deep.push(object);
        }
    }

    /// Reads the key of the next member, or nothing in an array; gives the node of the value to come.
    #[inline]
    fn next_node(
        &mut self,
        cursor: &mut Cursor,
        marks: &Marks,
        fields: &FieldTrie,
        plain: &mut bool,
    ) -> Result<NodeId, Fault> {
        if self.innermost() == Some(false) {
            let inherits = self.deep.is_empty();
            return Ok(self
                .frames
                .last()
                .filter(|_| inherits)
                .map_or(NOWHERE, |frame| frame.node));
        }
        let (start, end) = cursor.string(marks)?;
        cursor.skip_space();
        if cursor.peek() != Some(b':') {
            return Err(Fault::Syntax);
        }
        cursor.at += 1;
        cursor.skip_space();
        let Some(frame) = self.frames.last().filter(|_| self.deep.is_empty()) else {
            return Ok(NOWHERE);
        };
        if frame.node == NOWHERE {
            return Ok(NOWHERE);
        }
        if marks.has_escape(start, end) {
            *plain = false;
            return Ok(NOWHERE);
        }
        let child = fields.child_in(frame.node, cursor.line, start, end);
        if let Some(seen) = self.seen.get_mut(child as usize) {
            // Under a wildcard distinct keys meet in one node; only a tree can tell repeats from those.
            if *seen == frame.instance {
                *plain = false;
            }
            *seen = frame.instance;
        }
        Ok(child)
    }

    /// Reads a scalar whole or opens a container; tells whether it opened one.
    #[inline]
    fn value(
        &mut self,
        cursor: &mut Cursor,
        marks: &Marks,
        fields: &FieldTrie,
        node: NodeId,
        values: &mut Vec<Value>,
    ) -> Result<bool, Fault> {
        let start = cursor.at;
        let (kind, start, end) = match cursor.peek() {
            Some(b'"') => {
                let (start, end) = cursor.string(marks)?;
                (Kind::String, start, end)
            }
            Some(b'{' | b'[') => {
                let object = cursor.peek() == Some(b'{');
                cursor.at += 1;
                self.push(object, node);
                (Kind::Composite, start, start)
            }
            Some(b't') => (Kind::Bool, start, cursor.literal(b"true")?),
            Some(b'f') => (Kind::Bool, start, cursor.literal(b"false")?),
            Some(b'n') => (Kind::Null, start, cursor.literal(b"null")?),
            Some(b'-' | b'0'..=b'9') => (Kind::Number, start, cursor.number()?),
            _ => return Err(Fault::Syntax),
        };
        if node != NOWHERE {
            for &slot in fields.slots(node) {
                values.push(Value {
                    slot,
                    kind,
                    start: start as u32,
                    end: end as u32,
                });
            }
        }
        Ok(kind == Kind::Composite)
    }
}

impl Cursor<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    /// Steps over a string; gives where its content stands.
    #[inline]
    fn string(&mut self, marks: &Marks) -> Result<(usize, usize), Fault> {
        let open = marks.quote(self.quote);
        let close = marks.quote(self.quote + 1);
        let (Some(open), Some(close)) = (open, close) else {
            return Err(Fault::Syntax);
        };
        if open != self.at {
            return Err(Fault::Syntax);
        }
        self.quote += 2;
        self.at = close + 1;
        Ok((open + 1, close))
    }

    fn literal(&mut self, word: &[u8]) -> Result<usize, Fault> {
        if self.line[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(self.at)
        } else {
            Err(Fault::Syntax)
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<usize, Fault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(Fault::Syntax);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(Fault::Syntax);
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Fault::Syntax);
            }
        }
        Ok(self.at)
    }
}
