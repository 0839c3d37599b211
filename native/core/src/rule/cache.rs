//! Which predicates hold for values seen before.
//!
//! Values of a field repeat, so most are answered from here and the automata run on misses alone. The
//! cache holds the values themselves: a collision of hashes cannot pass one value off as another. It is
//! bounded by two generations, and a value is admitted when it comes a second time, so that a stream of
//! ever-new values costs neither memory nor copies.
//!
//! Predicates that are only asked when a rule is looked at are answered for such values once: by the value's
//! number and the predicate, in a table of fixed size in which the newest answer wins.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use crate::json::Kind;

/// Longer raw values are looked at afresh each time.
pub const MAX_VALUE_BYTES: usize = 1024;
/// Bytes of one generation's values, and the number of predicates they may list.
const GENERATION_BYTES: usize = 6 << 20;
const GENERATION_PREDICATES: usize = 1 << 20;
/// Doorkeeper: hashes of values met once.
const DOOR_SLOTS: usize = 1 << 15;

/// Answers that are remembered: the newest at each place.
const ANSWERS: usize = 1 << 14;
/// Numbers past this one are for the event at hand: before the next one they begin anew.
const MAX_ID: u32 = u32::MAX - (1 << 25);

/// What is known of a predicate of the class over one value, or over two.
#[derive(Clone, Copy, Default)]
struct Answer {
    ids: [u32; 2],
    /// The predicate above one bit that tells whether it holds.
    answer: u32,
}

#[inline]
fn answer_place([id, other]: [u32; 2], predicate: u32) -> usize {
    let mixed = (u64::from(id) << 32 | u64::from(predicate))
        .wrapping_add(u64::from(other) << 16)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 50) as usize % ANSWERS
}

/// What a value is looked up by: the class of the event, the field, and the raw text.
#[derive(Clone, Copy)]
pub struct Key<'v> {
    pub class: u32,
    pub slot: u16,
    pub kind: Kind,
    pub raw: &'v [u8],
}

impl Key<'_> {
    #[inline]
    fn tag(&self) -> u64 {
        u64::from(self.class) << 32 | u64::from(self.slot) << 8 | self.kind as u64
    }
}

/// Where the predicates of a value are listed.
#[derive(Clone, Copy)]
pub struct Found {
    pub old: bool,
    pub start: u32,
    pub len: u32,
    /// Whether one of them is a witness.
    pub wakes: bool,
    /// The value's number, by which answers about it are remembered.
    pub id: u32,
}

struct Entry {
    hash: u64,
    tag: u64,
    key_start: u32,
    key_len: u32,
    predicates: u32,
    count: u32,
    id: u32,
    wakes: bool,
}

#[derive(Default)]
struct Generation {
    table: HashTable<Entry>,
    keys: Vec<u8>,
    predicates: Vec<u32>,
}

impl Generation {
    #[inline]
    fn get(&self, hash: u64, tag: u64, raw: &[u8]) -> Option<&Entry> {
        self.table.find(hash, |entry| {
            entry.tag == tag
                && entry.key_len as usize == raw.len()
                && self.keys[entry.key_start as usize..][..raw.len()] == *raw
        })
    }

    fn insert(
        &mut self,
        id: u32,
        hash: u64,
        tag: u64,
        raw: &[u8],
        predicates: &[u32],
        wakes: bool,
    ) {
        let entry = Entry {
            id,
            hash,
            tag,
            key_start: self.keys.len() as u32,
            key_len: raw.len() as u32,
            predicates: self.predicates.len() as u32,
            count: predicates.len() as u32,
            wakes,
        };
        self.keys.extend_from_slice(raw);
        self.predicates.extend_from_slice(predicates);
        self.table.insert_unique(hash, entry, |entry| entry.hash);
    }

    fn is_full(&self) -> bool {
        self.keys.len() + self.table.len() * size_of::<Entry>() >= GENERATION_BYTES
            || self.predicates.len() >= GENERATION_PREDICATES
    }

    fn clear(&mut self) {
        self.table.clear();
        self.keys.clear();
        self.predicates.clear();
    }
}

pub struct ValueCache {
    hasher: RandomState,
    young: Generation,
    old: Generation,
    door: Vec<u32>,
    /// The number that was given last; 0 is no value's.
    last_id: u32,
    answers: Vec<Answer>,
}

impl Default for ValueCache {
    fn default() -> Self {
        Self {
            hasher: RandomState::default(),
            young: Generation::default(),
            old: Generation::default(),
            door: vec![0; DOOR_SLOTS],
            last_id: 0,
            answers: vec![Answer::default(); ANSWERS],
        }
    }
}

impl ValueCache {
    #[inline]
    pub fn hash(&self, key: &Key) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u64(key.tag());
        hasher.write(key.raw);
        hasher.finish()
    }

    #[inline]
    pub fn get(&self, hash: u64, key: &Key) -> Option<Found> {
        let tag = key.tag();
        let (old, entry) = match self.young.get(hash, tag, key.raw) {
            Some(entry) => (false, entry),
            None => (true, self.old.get(hash, tag, key.raw)?),
        };
        Some(Found {
            old,
            start: entry.predicates,
            len: entry.count,
            wakes: entry.wakes,
            id: entry.id,
        })
    }

    /// Offers what was found for a value; kept from the second time on.
    pub fn offer(&mut self, hash: u64, key: &Key, predicates: &[u32], wakes: bool) {
        let door = &mut self.door[hash as usize % DOOR_SLOTS];
        let mark = (hash >> 32) as u32 | 1;
        if *door == mark {
            self.last_id += 1;
            let (id, tag) = (self.last_id, key.tag());
            self.young.insert(id, hash, tag, key.raw, predicates, wakes);
        } else {
            *door = mark;
        }
    }

    /// Makes room between events: what was found before is not to be used afterwards.
    #[inline]
    pub fn settle(&mut self) {
        if self.young.is_full() {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        if self.last_id > MAX_ID {
            self.young.clear();
            self.old.clear();
            self.answers.fill(Answer::default());
            self.last_id = 0;
        }
    }

    /// What was found out about values by their numbers; with one alone, the other is 0.
    #[inline]
    pub fn answer(&self, ids: [u32; 2], predicate: u32) -> Option<bool> {
        let known = &self.answers[answer_place(ids, predicate)];
        (known.ids == ids && known.answer >> 1 == predicate).then_some(known.answer & 1 == 1)
    }

    #[inline]
    pub fn keep_answer(&mut self, ids: [u32; 2], predicate: u32, holds: bool) {
        self.answers[answer_place(ids, predicate)] = Answer {
            ids,
            answer: predicate << 1 | u32::from(holds),
        };
    }

    #[inline]
    pub fn predicates(&self, found: Found) -> &[u32] {
        let generation = if found.old { &self.old } else { &self.young };
        &generation.predicates[found.start as usize..][..found.len as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_for_what_was_asked_alone() {
        let asked = ([5, 9], 70);
        let place = answer_place(asked.0, asked.1);
        let mut cache = ValueCache::default();
        cache.keep_answer(asked.0, asked.1, true);
        assert_eq!(cache.answer(asked.0, asked.1), Some(true));
        // Others that are kept at the same place: another first value, another second one, another predicate.
        let beside = |other: fn(u32) -> ([u32; 2], u32)| {
            (10..u32::MAX)
                .map(other)
                .find(|&(ids, predicate)| answer_place(ids, predicate) == place)
                .expect("some number shares the place")
        };
        for (ids, predicate) in [
            beside(|n| ([n, 9], 70)),
            beside(|n| ([5, n], 70)),
            beside(|n| ([5, 9], 70 + n)),
        ] {
            assert_eq!(cache.answer(ids, predicate), None, "{ids:?} {predicate}");
        }
    }

    #[test]
    fn the_newest_answer_is_kept() {
        let mut cache = ValueCache::default();
        cache.keep_answer([3, 0], 1, true);
        cache.keep_answer([3, 0], 1, false);
        assert_eq!(cache.answer([3, 0], 1), Some(false));
    }
}
