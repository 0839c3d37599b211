//! Which of many texts a value begins or ends with: a hash table for each length of text, and a quick look
//! that tells which lengths are worth asking.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

pub type Table<T> = HashMap<Box<[u8]>, T, FixedState>;

/// Which end of a value the texts stand at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Start,
    End,
}

pub struct Anchored<T> {
    side: Side,
    /// By length, shortest first.
    tables: Vec<(usize, Table<T>)>,
    /// By the two outermost bytes, mixed: a bit for each table that may hold a text which ends in them. The
    /// last bit stands for all tables from there on.
    worth: Box<[u64]>,
}

const MIXED: usize = 256;
const LAST_BIT: usize = 63;

impl<T> Anchored<T> {
    pub fn new(side: Side, texts: impl IntoIterator<Item = (Box<[u8]>, T)>) -> Self {
        let mut by_length: std::collections::BTreeMap<usize, Table<T>> = Default::default();
        for (text, value) in texts {
            by_length.entry(text.len()).or_default().insert(text, value);
        }
        let tables: Vec<_> = by_length.into_iter().collect();
        let mut worth = vec![0; if tables.is_empty() { 0 } else { MIXED }];
        for (index, (_, table)) in tables.iter().enumerate() {
            let bit = 1 << index.min(LAST_BIT);
            for text in table.keys() {
                match outermost(side, text) {
                    Some(mixed) => worth[mixed] |= bit,
                    None => worth.iter_mut().for_each(|mask| *mask |= bit),
                }
            }
        }
        Self {
            side,
            tables,
            worth: worth.into(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Calls `visit` for each text that the value begins or ends with.
    #[inline]
    pub fn search(&self, value: &[u8], mut visit: impl FnMut(&T)) {
        if self.tables.is_empty() {
            return;
        }
        let mut mask = outermost(self.side, value).map_or(u64::MAX, |mixed| self.worth[mixed]);
        while mask != 0 {
            let index = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let until = if index == LAST_BIT {
                self.tables.len()
            } else {
                index + 1
            };
            for (len, table) in self.tables.get(index..until).unwrap_or_default() {
                let part = match self.side {
                    Side::Start => value.get(..*len),
                    Side::End => value.len().checked_sub(*len).and_then(|at| value.get(at..)),
                };
                // Tables stand by length: the value is shorter than all that follow.
                let Some(part) = part else { return };
                if let Some(found) = table.get(part) {
                    visit(found);
                }
            }
        }
    }
}

/// The two bytes at the side, mixed; `None` for shorter texts.
#[inline]
fn outermost(side: Side, text: &[u8]) -> Option<usize> {
    let (first, second) = match (side, text) {
        (Side::Start, [first, second, ..]) | (Side::End, [.., second, first]) => (first, second),
        _ => return None,
    };
    Some((usize::from(*first) + 37 * usize::from(*second)) % MIXED)
}

#[cfg(test)]
mod tests {
    use super::{Anchored, Side};

    #[test]
    fn texts_of_every_length_are_found_at_their_side() {
        // More lengths than there are bits, and texts of no and of one byte.
        let long = "abcdefghij".repeat(12);
        let texts: Vec<&str> = (0..100).map(|len| &long[..len]).collect();
        for side in [Side::Start, Side::End] {
            let boxed = |text: &&str| (text.as_bytes().into(), text.len());
            let anchored = Anchored::new(side, texts.iter().map(boxed));
            for value in [
                &long[..],
                "",
                "a",
                "ab",
                "xab",
                "abx",
                &long[3..77],
                &long[..80],
            ] {
                let mut found = Vec::new();
                anchored.search(value.as_bytes(), |&len| found.push(len));
                found.sort_unstable();
                let expected: Vec<usize> = texts
                    .iter()
                    .filter(|text| match side {
                        Side::Start => value.starts_with(**text),
                        Side::End => value.ends_with(**text),
                    })
                    .map(|text| text.len())
                    .collect();
                assert_eq!(found, expected, "{value}");
            }
        }
    }
}
