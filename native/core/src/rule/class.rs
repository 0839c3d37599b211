//! A class of events: those that come from the same logs, and so are asked the same rules.

use hashbrown::HashMap;

use super::code;
use super::gate::Gate;
use super::program::{Position, Predicate, Rule, Test};
use super::slot::{Size, SlotMatcher};
use super::slot_builder::SlotBuilder;

/// The slot that holds each value of the event.
const EVERY_VALUE: u16 = 0;

/// A comparison of two fields, worked out only for rules that are looked at.
pub struct FieldTest {
    pub slot: u16,
    pub other: u16,
    pub position: Position,
    pub cased: bool,
}

/// How a predicate of a class is answered.
pub enum Asked {
    /// With all others of its field, when the value is looked up.
    Scanned,
    /// For rules that are looked at only.
    OnDemand { slot: u16, predicate: u32 },
    /// The same, from two fields.
    Fields(FieldTest),
}

/// Which predicates of a class are scanned for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    Every,
    /// Those a rule cannot do without; the others are asked when a rule is looked at.
    Witnesses,
}

/// The rules of a class over predicates numbered from 0.
#[derive(Default)]
pub struct Class {
    /// By slot, as far as rules of the class ask.
    slots: Vec<Option<Box<SlotMatcher>>>,
    gate: Option<Gate>,
    asked: Vec<Asked>,
    rules: Vec<ClassRule>,
    codes: Vec<u32>,
    /// For each predicate, the rules that are looked at when it holds.
    wakes: Vec<Vec<u32>>,
    /// Rules without a witness: looked at for every event.
    always: Vec<u32>,
}

pub struct ClassRule {
    /// Index in the program.
    pub id: u32,
    start: u32,
    end: u32,
}

impl Class {
    /// Compiles the chosen rules of a checked program.
    pub fn new<'p>(
        rules: impl Iterator<Item = (u32, &'p Rule)>,
        predicates: &[Predicate],
        scan: Scan,
    ) -> Result<Self, String> {
        let mut local: HashMap<u32, u32> = HashMap::new();
        let mut used: Vec<u32> = Vec::new();
        let mut number = |global: u32| {
            *local.entry(global).or_insert_with(|| {
                used.push(global);
                used.len() as u32 - 1
            })
        };
        let mut class = Self::default();
        let mut witnesses: Vec<(u32, u32)> = Vec::new();
        for (id, rule) in rules {
            let index = class.rules.len() as u32;
            let start = class.codes.len();
            class.codes.extend_from_slice(&rule.code);
            code::predicates(&mut class.codes[start..], |predicate| {
                *predicate = number(*predicate)
            });
            class.rules.push(ClassRule {
                id,
                start: start as u32,
                end: class.codes.len() as u32,
            });
            match &rule.witnesses {
                None => class.always.push(index),
                Some(listed) => witnesses.extend(listed.iter().map(|&one| (number(one), index))),
            }
        }
        class.wakes = vec![Vec::new(); used.len()];
        for (predicate, rule) in witnesses {
            class.wakes[predicate as usize].push(rule);
        }
        class.build_slots(&used, predicates, scan)?;
        Ok(class)
    }

    fn build_slots(
        &mut self,
        used: &[u32],
        predicates: &[Predicate],
        scan: Scan,
    ) -> Result<(), String> {
        let mut builders: HashMap<u16, SlotBuilder> = HashMap::new();
        for (local, &global) in used.iter().enumerate() {
            let predicate = &predicates[global as usize];
            // The slot counts as asked about even when all its predicates wait.
            builders.entry(predicate.slot).or_default();
            let witness = !self.wakes[local].is_empty();
            self.asked.push(match predicate.test {
                Test::Field {
                    other,
                    relation,
                    cased,
                } => {
                    if other != EVERY_VALUE {
                        builders.entry(other).or_default();
                    }
                    Asked::Fields(FieldTest {
                        slot: predicate.slot,
                        other,
                        position: Position::of(relation).unwrap_or(Position::Equals),
                        cased: cased == 1,
                    })
                }
                _ if witness || scan == Scan::Every || predicate.slot == EVERY_VALUE => {
                    let builder = builders.entry(predicate.slot).or_default();
                    let added = builder.add(local as u32, &predicate.test);
                    // Patterns of a known program were checked long ago; one that fails now holds for nothing.
                    if scan == Scan::Every {
                        added?;
                    }
                    Asked::Scanned
                }
                _ => Asked::OnDemand {
                    slot: predicate.slot,
                    predicate: global,
                },
            });
        }
        self.gate = builders
            .get(&EVERY_VALUE)
            .and_then(SlotBuilder::literals)
            .and_then(|literals| Gate::new(&literals));
        for (slot, builder) in builders {
            let wakes = |predicate: u32| !self.wakes[predicate as usize].is_empty();
            let matcher = builder.build(wakes, Size::Fast)?;
            let slot = usize::from(slot);
            if self.slots.len() <= slot {
                self.slots.resize_with(slot + 1, || None);
            }
            self.slots[slot] = Some(Box::new(matcher));
        }
        Ok(())
    }

    #[inline]
    pub fn slot(&self, slot: u16) -> Option<&SlotMatcher> {
        self.slots.get(usize::from(slot))?.as_deref()
    }

    /// Whether its rules search the whole event.
    pub fn searches_every_value(&self) -> bool {
        self.slot(EVERY_VALUE).is_some()
    }

    /// Spares the search of events in which no keyword can stand.
    pub fn gate(&self) -> Option<&Gate> {
        self.gate.as_ref()
    }

    /// One more than the last slot that is asked about.
    pub fn slot_count(&self) -> usize {
        self.slots.len()
    }

    pub fn predicate_count(&self) -> usize {
        self.asked.len()
    }

    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }

    pub fn rule(&self, index: u32) -> &ClassRule {
        &self.rules[index as usize]
    }

    #[inline]
    pub fn woken_by(&self, predicate: u32) -> &[u32] {
        &self.wakes[predicate as usize]
    }

    pub fn always(&self) -> &[u32] {
        &self.always
    }

    pub fn asked(&self, predicate: u32) -> &Asked {
        &self.asked[predicate as usize]
    }

    #[inline]
    pub fn holds(&self, rule: u32, holds: &mut impl FnMut(u32) -> bool) -> bool {
        let rule = &self.rules[rule as usize];
        let code = &self.codes[rule.start as usize..rule.end as usize];
        code::evaluate(code, 0, holds).0
    }
}
