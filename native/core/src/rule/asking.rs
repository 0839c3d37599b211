//! Predicates that are asked when a rule is looked at, over the values of the event at hand.
//!
//! What is found out about a value that the cache holds is remembered there: the same values bring the same
//! rules, which ask the same again.

use super::cache::{Found, Key, MAX_VALUE_BYTES, ValueCache};
use super::class::FieldTest;
use super::slot::{Scratch, SlotMatcher};
use super::text::Texts;
use crate::json::{Kind, Value};

/// Where the predicates of a value are listed: in the cache, in `fresh`, or with the slot.
#[derive(Clone, Copy)]
pub enum Listed {
    Cache(Found),
    Fresh { start: u32, end: u32 },
    Present,
}

/// A value that the class asks about.
pub struct Looked {
    pub listed: Listed,
    pub slot: u16,
    /// Its place among the event's values.
    pub value: u32,
    /// The next one of its slot, or [`NONE`].
    next: u32,
}

const NONE: u32 = u32::MAX;

impl Looked {
    pub fn new(listed: Listed, slot: u16, value: usize) -> Self {
        Self {
            listed,
            slot,
            value: value as u32,
            next: NONE,
        }
    }
}

/// The values of an event by slot. Those of earlier events are told by their generation.
#[derive(Default)]
pub struct BySlot {
    firsts: Vec<(u32, u32)>,
    generation: u32,
}

impl BySlot {
    pub fn link(&mut self, looked: &mut [Looked], slots: usize) {
        if self.firsts.len() < slots {
            self.firsts.resize(slots, (0, NONE));
        }
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.firsts.fill((0, NONE));
            self.generation = 1;
        }
        for (one, index) in looked.iter_mut().zip(0..) {
            let first = &mut self.firsts[usize::from(one.slot)];
            one.next = if first.0 == self.generation {
                first.1
            } else {
                NONE
            };
            *first = (self.generation, index);
        }
    }

    #[inline]
    fn of<'l>(&self, slot: u16, looked: &'l [Looked]) -> impl Iterator<Item = &'l Looked> {
        let first = match self.firsts.get(usize::from(slot)) {
            Some(&(generation, first)) if generation == self.generation => first,
            _ => NONE,
        };
        let at = |index: u32| looked.get(index as usize);
        std::iter::successors(at(first), move |one| at(one.next))
    }
}

/// One event, and what is needed to ask about it.
pub struct Asking<'w> {
    pub number: u32,
    pub values: &'w [Value],
    pub line: &'w [u8],
    pub looked: &'w [Looked],
    pub by_slot: &'w BySlot,
    pub cache: &'w mut ValueCache,
    pub texts: &'w mut Texts,
    pub scratch: &'w mut Scratch,
}

impl<'w> Asking<'w> {
    /// Whether a predicate holds for a value of the slot; `matcher` gives what answers it alone.
    pub fn holds(
        &mut self,
        slot: u16,
        predicate: u32,
        matcher: impl Fn() -> Option<&'w SlotMatcher>,
    ) -> bool {
        self.by_slot.of(slot, self.looked).any(|one| {
            let id = self.id(one);
            if id != 0
                && let Some(known) = self.cache.answer([id, 0], predicate)
            {
                return known;
            }
            let index = one.value as usize;
            let text = self.texts.get(index, &self.values[index], self.line);
            let holds = matcher().is_some_and(|matcher| matcher.holds(text, self.scratch));
            if id != 0 {
                self.cache.keep_answer([id, 0], predicate, holds);
            }
            holds
        })
    }

    /// Whether any value of the one field stands in the relation to any value of the other.
    pub fn fields_relate(&mut self, test: &FieldTest, predicate: u32) -> bool {
        let (by_slot, looked, values) = (self.by_slot, self.looked, self.values);
        let texts = |slot: u16| {
            by_slot.of(slot, looked).filter(|one| {
                let kind = values[one.value as usize].kind;
                !matches!(kind, Kind::Null | Kind::Composite)
            })
        };
        texts(test.slot)
            .any(|left| texts(test.other).any(|right| self.relates(test, predicate, left, right)))
    }

    fn relates(&mut self, test: &FieldTest, predicate: u32, left: &Looked, right: &Looked) -> bool {
        let ids = [self.id(left), self.id(right)];
        let cached = !ids.contains(&0);
        if cached && let Some(known) = self.cache.answer(ids, predicate) {
            return known;
        }
        let places = (left.value as usize, right.value as usize);
        let (left, right) = self.texts.pair(places, self.values, self.line);
        let holds = if test.cased {
            test.position.holds(&left.text, &right.text)
        } else {
            test.position.holds(&left.folded, &right.folded)
        };
        if cached {
            self.cache.keep_answer(ids, predicate, holds);
        }
        holds
    }

    /// The number under which answers about the value are remembered; 0 where they are not.
    #[inline]
    fn id(&mut self, one: &Looked) -> u32 {
        match one.listed {
            Listed::Cache(found) => found.id,
            Listed::Fresh { .. } => 0,
            Listed::Present => self.present_id(one),
        }
    }

    /// The same of a value that nothing was looked up for, because no predicate is scanned for in its field.
    fn present_id(&mut self, one: &Looked) -> u32 {
        let value = &self.values[one.value as usize];
        let raw = value.raw(self.line);
        if raw.len() > MAX_VALUE_BYTES {
            return 0;
        }
        let key = Key {
            class: self.number,
            slot: one.slot,
            kind: value.kind,
            raw,
        };
        let hash = self.cache.hash(&key);
        match self.cache.get(hash, &key) {
            Some(found) => found.id,
            None => {
                self.cache.offer(hash, &key, &[], false);
                0
            }
        }
    }
}
