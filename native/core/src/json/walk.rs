//! Walks a line once: checks its grammar and collects the wanted values.

use super::fields::{FieldTrie, NOWHERE, NodeId, ROOT};
use super::marks::Marks;
use super::value::{Kind, Value};
use super::{Fault, MAX_DEPTH};

/// A container that is open.
#[derive(Clone, Copy)]
struct Frame {
    /// The byte that closes it; 0 around the whole line.
    close: u8,
    node: NodeId,
    /// Tells objects apart, so that a key that comes twice in one is seen.
    instance: u32,
}

/// The walk's buffers.
#[derive(Default)]
pub struct Walk {
    /// What is open around the container at hand.
    outer: Vec<Frame>,
    /// What closes the containers below [`MAX_DEPTH`]: enough to go on checking the grammar.
    deep: Vec<u8>,
    /// For each node of the trie, the object in which its key was last met.
    seen: Vec<u32>,
    instance: u32,
}

struct Cursor<'l, 'm> {
    line: &'l [u8],
    at: usize,
    /// The quotes from the next one that opens a string on.
    quotes: &'m [u32],
}

const AROUND: Frame = Frame {
    close: 0,
    node: ROOT,
    instance: 0,
};

impl Walk {
    /// Gives `false` where keys repeat or hold escapes, so that the values collected are not to be used.
    pub fn run(
        &mut self,
        line: &[u8],
        marks: &Marks,
        fields: &FieldTrie,
        values: &mut Vec<Value>,
    ) -> Result<bool, Fault> {
        self.outer.clear();
        self.deep.clear();
        self.seen.resize(fields.node_count(), 0);
        if self.instance > u32::MAX / 2 {
            self.seen.fill(0);
            self.instance = 0;
        }
        let mut cursor = Cursor {
            line,
            at: 0,
            quotes: marks.quotes(),
        };
        let mut plain = fields.is_walked();
        let mut too_deep = false;
        let top = cursor.next();
        let mut here = AROUND;
        let mut node = ROOT;
        // Each turn stands before a value that was reached through `node`.
        loop {
            let first = cursor.next();
            let start = cursor.at;
            let (kind, start, end) = match first {
                b'"' => {
                    let (start, end) = cursor.string()?;
                    (Kind::String, start, end)
                }
                b'{' | b'[' => (Kind::Composite, start, start),
                b'-' | b'0'..=b'9' => (Kind::Number, start, cursor.number()?),
                b't' => (Kind::Bool, start, cursor.literal(b"true")?),
                b'f' => (Kind::Bool, start, cursor.literal(b"false")?),
                b'n' => (Kind::Null, start, cursor.literal(b"null")?),
                _ => return Err(Fault::Syntax),
            };
            for &slot in fields.slots(node) {
                values.push(Value {
                    slot,
                    kind,
                    start: start as u32,
                    end: end as u32,
                });
            }
            let mut comes = Comes::After;
            if kind == Kind::Composite {
                cursor.at += 1;
                // Brackets close two behind where they open.
                self.open(&mut here, first + 2, node);
                too_deep |= self.outer.len() + self.deep.len() > MAX_DEPTH;
                comes = Comes::First;
            }
            // Closes what closes here, until a value or key comes.
            loop {
                let next = cursor.next();
                if next == here.close {
                    if here.close == 0 {
                        // A zero byte is not the end of the line.
                        return if cursor.at < line.len() {
                            Err(Fault::Syntax)
                        } else if top != b'{' {
                            Err(Fault::NotAnObject)
                        } else if too_deep {
                            Err(Fault::TooDeep)
                        } else {
                            Ok(plain)
                        };
                    }
                    cursor.at += 1;
                    self.close(&mut here);
                    comes = Comes::After;
                } else if comes == Comes::First {
                    break;
                } else if next == b',' && here.close != 0 {
                    cursor.at += 1;
                    break;
                } else {
                    return Err(Fault::Syntax);
                }
            }
            node = if here.close == b']' {
                here.node
            } else {
                self.key(&mut cursor, &here, marks, fields, &mut plain)?
            };
        }
    }

    /// Reads a key; gives the node of the value to come.
    #[inline]
    fn key(
        &mut self,
        cursor: &mut Cursor,
        here: &Frame,
        marks: &Marks,
        fields: &FieldTrie,
        plain: &mut bool,
    ) -> Result<NodeId, Fault> {
        if cursor.next() != b'"' {
            return Err(Fault::Syntax);
        }
        let (start, end) = cursor.string()?;
        if cursor.next() != b':' {
            return Err(Fault::Syntax);
        }
        cursor.at += 1;
        if here.node == NOWHERE {
            return Ok(NOWHERE);
        }
        if marks.has_escape(start, end) {
            *plain = false;
            return Ok(NOWHERE);
        }
        let child = fields.child(here.node, cursor.line, start, end);
        if let Some(seen) = self.seen.get_mut(child as usize) {
            // Under a wildcard distinct keys meet in one node; only a tree can tell repeats from those.
            *plain &= *seen != here.instance;
            *seen = here.instance;
        }
        Ok(child)
    }

    fn open(&mut self, here: &mut Frame, close: u8, node: NodeId) {
        let deep = self.outer.len() >= MAX_DEPTH;
        if deep {
            self.deep.push(here.close);
        } else {
            self.outer.push(*here);
        }
        self.instance += 1;
        *here = Frame {
            close,
            node: if deep { NOWHERE } else { node },
            instance: self.instance,
        };
    }

    fn close(&mut self, here: &mut Frame) {
        if let Some(close) = self.deep.pop() {
            here.close = close;
        } else if let Some(outer) = self.outer.pop() {
            *here = outer;
        }
    }
}

/// What may come at this place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comes {
    /// The first of a container, or its end.
    First,
    /// A comma, or the end.
    After,
}

impl Cursor<'_, '_> {
    /// The next byte that is not white space; 0 at the end.
    #[inline]
    fn next(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return byte,
            }
        }
    }

    #[inline]
    fn peek(&self) -> u8 {
        self.line.get(self.at).copied().unwrap_or(0)
    }

    /// Steps over a string; gives where its content stands.
    #[inline]
    fn string(&mut self) -> Result<(usize, usize), Fault> {
        let [open, close, rest @ ..] = self.quotes else {
            return Err(Fault::Syntax);
        };
        if *open as usize != self.at {
            return Err(Fault::Syntax);
        }
        self.quotes = rest;
        self.at = *close as usize + 1;
        Ok((*open as usize + 1, *close as usize))
    }

    fn literal(&mut self, word: &[u8]) -> Result<usize, Fault> {
        if self.line[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(self.at)
        } else {
            Err(Fault::Syntax)
        }
    }

    #[inline]
    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at - start
    }

    #[inline]
    fn number(&mut self) -> Result<usize, Fault> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        let leading_zero = self.peek() == b'0';
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(Fault::Syntax);
        }
        if self.peek() == b'.' {
            self.at += 1;
            if self.digits() == 0 {
                return Err(Fault::Syntax);
            }
        }
        if let b'e' | b'E' = self.peek() {
            self.at += 1;
            if let b'+' | b'-' = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Fault::Syntax);
            }
        }
        Ok(self.at)
    }
}
