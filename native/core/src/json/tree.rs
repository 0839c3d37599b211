//! The careful way: a tree of the event, for lines whose keys repeat or hold escapes, and for keyword
//! searches, which look at every value.

use std::borrow::Cow;

use super::fields::FieldTrie;
use super::marks::Marks;
use super::value::{Kind, Lone, Value, unescape};

pub(super) enum Tree<'l> {
    Scalar(Kind, u32, u32),
    Array(Vec<Tree<'l>>),
    Object(Vec<(Cow<'l, [u8]>, Tree<'l>)>),
}

/// Builds the tree of a line that the walk has found well-formed and not too deep.
pub(super) fn build<'l>(line: &'l [u8], marks: &Marks) -> Tree<'l> {
    Builder {
        line,
        marks,
        at: 0,
        quote: 0,
    }
    .value()
}

struct Builder<'l, 'm> {
    line: &'l [u8],
    marks: &'m Marks,
    at: usize,
    quote: usize,
}

impl<'l> Builder<'l, '_> {
    fn value(&mut self) -> Tree<'l> {
        match self.next() {
            b'"' => {
                let (start, end) = self.string();
                Tree::Scalar(Kind::String, start as u32, end as u32)
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while self.next() != b']' && self.at < self.line.len() {
                    items.push(self.value());
                    if self.next() == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
                Tree::Array(items)
            }
            b'{' => {
                self.at += 1;
                let mut members: Vec<(Cow<'l, [u8]>, Tree<'l>)> = Vec::new();
                while self.next() != b'}' && self.at < self.line.len() {
                    let (start, end) = self.string();
                    let key = unescape(&self.line[start..end], Lone::Kept);
                    // Behind the colon.
                    self.next();
                    self.at += 1;
                    members.push((key, self.value()));
                    if self.next() == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
                Tree::Object(last_of_equals(members))
            }
            first => {
                let start = self.at;
                while let Some(byte) = self.line.get(self.at)
                    && !matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n')
                {
                    self.at += 1;
                }
                let kind = match first {
                    b't' | b'f' => Kind::Bool,
                    b'n' => Kind::Null,
                    _ => Kind::Number,
                };
                Tree::Scalar(kind, start as u32, self.at as u32)
            }
        }
    }

    /// The next byte that is not white space.
    fn next(&mut self) -> u8 {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.line.get(self.at) {
            self.at += 1;
        }
        self.line.get(self.at).copied().unwrap_or(0)
    }

    fn string(&mut self) -> (usize, usize) {
        let quote = |index: usize| self.marks.quotes().get(index).map(|&at| at as usize);
        let open = quote(self.quote).unwrap_or(self.at);
        let close = quote(self.quote + 1).unwrap_or(open + 1);
        self.quote += 2;
        self.at = close + 1;
        (open + 1, close)
    }
}

/// Of members with the same key the last one counts, as in `JSON.parse`.
fn last_of_equals<'l>(members: Vec<(Cow<'l, [u8]>, Tree<'l>)>) -> Vec<(Cow<'l, [u8]>, Tree<'l>)> {
    let mut places: hashbrown::HashMap<Cow<'l, [u8]>, usize> = hashbrown::HashMap::new();
    let mut kept: Vec<(Cow<'l, [u8]>, Tree<'l>)> = Vec::with_capacity(members.len());
    for (key, value) in members {
        match places.get(&key) {
            Some(&place) => kept[place].1 = value,
            None => {
                places.insert(key.clone(), kept.len());
                kept.push((key, value));
            }
        }
    }
    kept
}

impl Tree<'_> {
    /// Collects the values of the wanted fields.
    pub(super) fn collect(&self, fields: &FieldTrie, values: &mut Vec<Value>) {
        self.visit(&[0], fields, values);
    }

    fn visit(&self, ways: &[usize], fields: &FieldTrie, values: &mut Vec<Value>) {
        let (kind, start, end) = match self {
            Self::Scalar(kind, start, end) => (*kind, *start, *end),
            Self::Array(_) | Self::Object(_) => (Kind::Composite, 0, 0),
        };
        for slot in fields.slots_of(ways) {
            values.push(Value {
                slot,
                kind,
                start,
                end,
            });
        }
        match self {
            Self::Scalar(..) => {}
            Self::Array(items) => {
                for item in items {
                    item.visit(ways, fields, values);
                }
            }
            Self::Object(members) => {
                for (key, member) in members {
                    member.visit(&fields.onward(ways, key), fields, values);
                }
            }
        }
    }

    /// Collects every scalar, under slot 0.
    pub(super) fn collect_every(&self, values: &mut Vec<Value>) {
        match self {
            Self::Scalar(kind, start, end) => values.push(Value {
                slot: 0,
                kind: *kind,
                start: *start,
                end: *end,
            }),
            Self::Array(items) => items.iter().for_each(|item| item.collect_every(values)),
            Self::Object(members) => {
                for (_, member) in members {
                    member.collect_every(values);
                }
            }
        }
    }
}
