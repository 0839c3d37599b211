//! Evaluates events one after another. Each thread has an evaluator of its own.

use std::sync::Arc;

use hashbrown::HashMap;

use super::asking::{Asking, BySlot, Listed, Looked};
use super::cache::{Key, MAX_VALUE_BYTES, ValueCache};
use super::class::{Asked, Class};
use super::compiled::{ClassHandle, Compiled};
use super::needles::NeedleSearch;
use super::slot::{Scratch, SlotMatcher};
use super::text::Texts;
use crate::json::{Event, Fault, Kind, Marker, Marks, Reader, Value};

/// Words of one hit or fault: line, start, end, and the rule or [`Fault`].
pub const HIT_WORDS: usize = 4;

/// What a batch of lines gave.
#[derive(Default)]
pub struct Batch {
    /// Lines that are events.
    pub events: u32,
    /// Lines in all, blank ones included.
    pub lines: u32,
    pub hits: Vec<u32>,
    pub faults: Vec<u32>,
    /// Values whose predicates were known from before, and those that had to be looked at.
    pub cache_hits: u32,
    pub cache_misses: u32,
}

/// The forms for the processor at hand of what is done in its vector instructions.
#[derive(Clone, Copy)]
pub struct Vectors {
    pub mark: Marker,
    /// Where there is none, keywords are searched for in a folded copy of the line.
    pub search: Option<NeedleSearch>,
}

impl Default for Vectors {
    /// What any processor can do.
    fn default() -> Self {
        Self {
            mark: Marks::mark,
            search: None,
        }
    }
}

pub struct Evaluator {
    compiled: Arc<Compiled>,
    reader: Reader,
    search: Option<NeedleSearch>,
    /// Classes by the router's predicates that hold.
    routes: HashMap<Box<[u32]>, ClassHandle>,
    work: Work,
}

/// Recognised combinations that are remembered.
const MAX_ROUTES: usize = 4096;
/// Number under which the router's answers stand in the cache.
const ROUTER: u32 = 0;

impl Evaluator {
    pub fn new(compiled: Arc<Compiled>, vectors: Vectors) -> Self {
        Self {
            compiled,
            reader: Reader::new(vectors.mark),
            search: vectors.search,
            routes: HashMap::new(),
            work: Work::default(),
        }
    }

    /// Evaluates NDJSON. `logsources` says which logs the events come from; `None` recognises each event.
    pub fn evaluate(&mut self, ndjson: &[u8], logsources: Option<&[u32]>, batch: &mut Batch) {
        let fixed = logsources.map(|ids| self.compiled.class_from(ids));
        let mut start = 0;
        while start < ndjson.len() {
            let line = self.reader.line(&ndjson[start..]);
            let end = start + line.len();
            if !line.trim_ascii().is_empty() {
                let place = [batch.lines, start as u32, end as u32];
                match self.event(line, fixed.as_ref()) {
                    Ok(()) => {
                        batch.events += 1;
                        self.work.matched.sort_unstable();
                        for &rule in &self.work.matched {
                            batch.hits.extend_from_slice(&place);
                            batch.hits.push(rule);
                        }
                    }
                    Err(fault) => {
                        batch.faults.extend_from_slice(&place);
                        batch.faults.push(fault as u32);
                    }
                }
            }
            batch.lines += 1;
            start = end + 1;
        }
        batch.cache_hits += std::mem::take(&mut self.work.cache_hits);
        batch.cache_misses += std::mem::take(&mut self.work.cache_misses);
    }

    /// Only decodes: what reading the events costs, for comparison.
    pub fn decode(&mut self, ndjson: &[u8]) -> u32 {
        let mut events = 0;
        let mut start = 0;
        while start < ndjson.len() {
            let line = self.reader.line(&ndjson[start..]);
            events += u32::from(
                self.reader
                    .read(line, self.compiled.fields(), false)
                    .is_ok(),
            );
            start += line.len() + 1;
        }
        events
    }

    /// Evaluates one event; the rules that hold are left in `work.matched`.
    fn event(&mut self, line: &[u8], fixed: Option<&ClassHandle>) -> Result<(), Fault> {
        let Self {
            compiled,
            reader,
            search,
            routes,
            work,
        } = self;
        work.matched.clear();
        work.cache.settle();
        work.fresh.clear();
        let Event {
            mut values,
            ascii,
            unicode_escapes,
        } = reader.read(line, compiled.fields(), false)?;
        let handle = match fixed {
            Some(handle) => handle,
            None => {
                let recognised = work.recognise(compiled, values, line);
                if !routes.contains_key(recognised) {
                    if routes.len() >= MAX_ROUTES {
                        routes.clear();
                    }
                    let handle = route(compiled, recognised);
                    routes.insert(recognised.into(), handle);
                }
                &routes[recognised]
            }
        };
        if handle.class.searches_every_value() {
            let spared = handle.class.gate().is_some_and(|gate| {
                !gate.opens(line, ascii, unicode_escapes, *search, &mut work.folded)
            });
            if !spared {
                values = reader.add_every_value(line);
            }
        }
        work.evaluate(compiled, handle, values, line);
        if let Some(only) = &handle.only {
            work.matched
                .retain(|&rule| only.contains(compiled.logsource_of(rule)));
        }
        Ok(())
    }
}

/// The class of events for which exactly these predicates of the router hold.
fn route(compiled: &Compiled, predicates: &[u32]) -> ClassHandle {
    let router = compiled.router();
    let recognised: Vec<u32> = (0..router.rule_count() as u32)
        .filter(|&rule| router.holds(rule, &mut |predicate| predicates.contains(&predicate)))
        .collect();
    compiled.class_of(&recognised)
}

/// The tables and buffers that evaluation needs besides the event's values.
#[derive(Default)]
struct Work {
    cache: ValueCache,
    cache_hits: u32,
    cache_misses: u32,
    scratch: Scratch,
    folded: Vec<u8>,
    /// Predicates of values that are not in the cache.
    fresh: Vec<u32>,
    looked: Vec<Looked>,
    by_slot: BySlot,
    recognised: Vec<u32>,
    candidates: Vec<u32>,
    matched: Vec<u32>,
    stamps: Stamps,
    texts: Texts,
}

impl Work {
    /// The predicates of the router that hold, sorted.
    fn recognise(&mut self, compiled: &Compiled, values: &[Value], line: &[u8]) -> &[u32] {
        let router = compiled.router();
        self.look_up_all(router, ROUTER, values, line);
        self.recognised.clear();
        for looked in &self.looked {
            let predicates = predicates(looked, router, &self.cache, &self.fresh);
            self.recognised.extend_from_slice(predicates);
        }
        self.recognised.sort_unstable();
        self.recognised.dedup();
        &self.recognised
    }

    /// Lists what holds for each value the class asks about; tells whether a rule has to be looked at.
    fn look_up_all(&mut self, class: &Class, number: u32, values: &[Value], line: &[u8]) -> bool {
        self.looked.clear();
        let mut wakes = false;
        for (index, value) in values.iter().enumerate() {
            let Some(matcher) = class.slot(value.slot) else {
                continue;
            };
            let looked = |listed| Looked::new(listed, value.slot, index);
            if !matcher.looks_at_values() {
                wakes |= matcher.present_wakes();
                self.looked.push(looked(Listed::Present));
                continue;
            }
            let raw = value.raw(line);
            if raw.len() > MAX_VALUE_BYTES {
                let (listed, woken) = self.scan(class, matcher, raw, value.kind);
                wakes |= woken;
                self.looked.push(looked(listed));
                continue;
            }
            let key = Key {
                class: number,
                slot: value.slot,
                kind: value.kind,
                raw,
            };
            let hash = self.cache.hash(&key);
            if let Some(found) = self.cache.get(hash, &key) {
                self.cache_hits += 1;
                wakes |= found.wakes;
                self.looked.push(looked(Listed::Cache(found)));
                continue;
            }
            let (listed, woken) = self.scan(class, matcher, raw, value.kind);
            wakes |= woken;
            self.looked.push(looked(listed));
            if let Listed::Fresh { start, end } = listed {
                let predicates = &self.fresh[start as usize..end as usize];
                self.cache.offer(hash, &key, predicates, woken);
            }
        }
        wakes
    }

    fn scan(
        &mut self,
        class: &Class,
        matcher: &SlotMatcher,
        raw: &[u8],
        kind: Kind,
    ) -> (Listed, bool) {
        self.cache_misses += 1;
        let start = self.fresh.len();
        matcher.scan(raw, kind, &mut self.scratch, &mut self.fresh);
        let wakes = self.fresh[start..]
            .iter()
            .any(|&predicate| !class.woken_by(predicate).is_empty());
        let listed = Listed::Fresh {
            start: start as u32,
            end: self.fresh.len() as u32,
        };
        (listed, wakes)
    }

    fn evaluate(
        &mut self,
        compiled: &Compiled,
        handle: &ClassHandle,
        values: &[Value],
        line: &[u8],
    ) {
        let class = &*handle.class;
        let wakes = self.look_up_all(class, handle.number, values, line);
        if !wakes && class.always().is_empty() {
            return;
        }
        self.stamps
            .next_event(class.predicate_count(), class.rule_count());
        self.candidates.clear();
        for looked in &self.looked {
            for &predicate in predicates(looked, class, &self.cache, &self.fresh) {
                self.stamps.learn(predicate, true);
                for &rule in class.woken_by(predicate) {
                    if self.stamps.set_rule(rule) {
                        self.candidates.push(rule);
                    }
                }
            }
        }
        if self.candidates.is_empty() && class.always().is_empty() {
            return;
        }
        let Self {
            cache,
            looked,
            by_slot,
            candidates,
            matched,
            stamps,
            texts,
            scratch,
            ..
        } = self;
        texts.next_event(values.len());
        by_slot.link(looked, class.slot_count());
        let mut asking = Asking {
            number: handle.number,
            values,
            line,
            looked,
            by_slot,
            cache,
            texts,
            scratch,
        };
        for &rule in class.always().iter().chain(candidates.iter()) {
            let holds = class.holds(rule, &mut |predicate| {
                if let Some(known) = stamps.known(predicate) {
                    return known;
                }
                let answer = match class.asked(predicate) {
                    Asked::Scanned => false,
                    Asked::Fields(test) => asking.fields_relate(test, predicate),
                    Asked::OnDemand {
                        slot,
                        predicate: global,
                    } => asking.holds(*slot, predicate, || compiled.on_demand(*global)),
                };
                stamps.learn(predicate, answer);
                answer
            });
            if holds {
                matched.push(class.rule(rule).id);
            }
        }
    }
}

#[inline]
fn predicates<'w>(
    looked: &Looked,
    class: &'w Class,
    cache: &'w ValueCache,
    fresh: &'w [u32],
) -> &'w [u32] {
    match looked.listed {
        Listed::Cache(found) => cache.predicates(found),
        Listed::Fresh { start, end } => &fresh[start as usize..end as usize],
        Listed::Present => class.slot(looked.slot).map_or(&[], SlotMatcher::present),
    }
}

/// What is known of predicates for the event at hand, and rules that are to be looked at. Entries of
/// earlier events are told by their generation, so that nothing is cleared.
#[derive(Default)]
struct Stamps {
    predicates: Vec<u32>,
    rules: Vec<u32>,
    generation: u32,
}

impl Stamps {
    fn next_event(&mut self, predicates: usize, rules: usize) {
        if self.predicates.len() < predicates {
            self.predicates.resize(predicates, 0);
        }
        if self.rules.len() < rules {
            self.rules.resize(rules, 0);
        }
        self.generation += 1;
        if self.generation > u32::MAX >> 1 {
            self.predicates.fill(0);
            self.rules.fill(0);
            self.generation = 1;
        }
    }

    #[inline]
    fn learn(&mut self, predicate: u32, holds: bool) {
        self.predicates[predicate as usize] = self.generation << 1 | u32::from(holds);
    }

    /// What is known of a predicate for the event at hand.
    #[inline]
    fn known(&self, predicate: u32) -> Option<bool> {
        let stamp = self.predicates[predicate as usize];
        (stamp >> 1 == self.generation).then_some(stamp & 1 == 1)
    }

    /// Gives `false` where the rule was set before.
    #[inline]
    fn set_rule(&mut self, rule: u32) -> bool {
        std::mem::replace(&mut self.rules[rule as usize], self.generation) != self.generation
    }
}
