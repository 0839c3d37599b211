//! All predicates that one class of events asks of one field, answered together for a value.

use super::anchored::{Anchored, Table};
use super::check::Check;
use super::fold::fold_into;
use super::literals::{LiteralSet, Seen};
use super::text::Text;
use crate::json::{Kind, canonical_text};

/// A predicate to report, after its check where it has one.
#[derive(Clone, Copy)]
pub(super) struct Action {
    pub predicate: u32,
    pub check: Option<u32>,
}

pub(super) type Actions = Vec<Action>;

/// Made by a [`super::slot_builder::SlotBuilder`].
pub struct SlotMatcher {
    /// Predicates that hold for whatever is there.
    pub(super) present: Vec<u32>,
    pub(super) present_wakes: bool,
    pub(super) null: Vec<u32>,
    pub(super) equals: Table<Actions>,
    pub(super) starts: Anchored<Actions>,
    pub(super) ends: Anchored<Actions>,
    pub(super) anywhere: LiteralSet,
    /// By the number of the literal.
    pub(super) anywhere_actions: Vec<Actions>,
    /// Checks that no literal leads to.
    pub(super) always: Actions,
    pub(super) checks: Vec<Check>,
}

/// Whether a matcher is scanned for most values, or asked now and then.
#[derive(Clone, Copy)]
pub enum Size {
    Fast,
    Small,
}

/// Buffers of one evaluator.
#[derive(Default)]
pub struct Scratch {
    found: Vec<u32>,
    text: Vec<u8>,
    folded: Vec<u8>,
    tried: Tried,
    seen: Seen,
}

impl SlotMatcher {
    /// Whether the answer depends on more than that there is a value.
    pub fn looks_at_values(&self) -> bool {
        !(self.null.is_empty()
            && self.equals.is_empty()
            && self.starts.is_empty()
            && self.ends.is_empty()
            && self.anywhere.is_empty()
            && self.always.is_empty())
    }

    pub fn present(&self) -> &[u32] {
        &self.present
    }

    /// Whether a rule is looked at because a value is there.
    pub fn present_wakes(&self) -> bool {
        self.present_wakes
    }

    /// Adds the predicates that hold for a value to `found`, each once.
    pub fn scan(&self, raw: &[u8], kind: Kind, scratch: &mut Scratch, found: &mut Vec<u32>) {
        let from = found.len();
        found.extend_from_slice(&self.present);
        match kind {
            Kind::Null => found.extend_from_slice(&self.null),
            Kind::Composite => {}
            Kind::String | Kind::Number | Kind::Bool => {
                let Scratch {
                    text,
                    folded,
                    tried,
                    seen,
                    ..
                } = scratch;
                let text = canonical_text(raw, kind, text);
                fold_into(text, folded);
                self.search(text, folded, tried, seen, found);
            }
        }
        found[from..].sort_unstable();
        dedup_from(found, from);
    }

    /// Whether a predicate holds for a value; for matchers of a single one.
    pub fn holds(&self, value: &Text, scratch: &mut Scratch) -> bool {
        if !self.present.is_empty() {
            return true;
        }
        match value.kind {
            Kind::Null => !self.null.is_empty(),
            Kind::Composite => false,
            Kind::String | Kind::Number | Kind::Bool => {
                let Scratch {
                    found, tried, seen, ..
                } = scratch;
                found.clear();
                self.search(&value.text, &value.folded, tried, seen, found);
                !found.is_empty()
            }
        }
    }

    fn search(
        &self,
        text: &[u8],
        folded: &[u8],
        tried: &mut Tried,
        seen: &mut Seen,
        found: &mut Vec<u32>,
    ) {
        tried.next_value(self.checks.len());
        let mut visit = |actions: &Actions| {
            for action in actions {
                let passes = action.check.is_none_or(|check| {
                    tried.is_new(check) && self.checks[check as usize].passes(text, folded)
                });
                if passes {
                    found.push(action.predicate);
                }
            }
        };
        if !self.equals.is_empty()
            && let Some(actions) = self.equals.get(folded)
        {
            visit(actions);
        }
        self.starts.search(folded, &mut visit);
        self.ends.search(folded, &mut visit);
        self.anywhere.search(folded, seen, |literal| {
            visit(&self.anywhere_actions[literal]);
        });
        visit(&self.always);
    }
}

/// Checks that were run for the value at hand: many literals may lead to one.
#[derive(Default)]
struct Tried {
    stamps: Vec<u32>,
    generation: u32,
}

impl Tried {
    fn next_value(&mut self, checks: usize) {
        if self.stamps.len() < checks {
            self.stamps.resize(checks, 0);
        }
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.stamps.fill(0);
            self.generation = 1;
        }
    }

    #[inline]
    fn is_new(&mut self, check: u32) -> bool {
        let stamp = &mut self.stamps[check as usize];
        std::mem::replace(stamp, self.generation) != self.generation
    }
}

fn dedup_from(found: &mut Vec<u32>, from: usize) {
    let mut kept = from;
    for at in from..found.len() {
        if at == from || found[at] != found[kept - 1] {
            found[kept] = found[at];
            kept += 1;
        }
    }
    found.truncate(kept);
}
