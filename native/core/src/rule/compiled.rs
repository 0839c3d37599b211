//! A program ready for evaluation, shared by threads. Classes of events are compiled when the first
//! event of theirs comes.

use std::sync::{Arc, OnceLock, RwLock};

use hashbrown::HashMap;

use super::class::{Class, Scan};
use super::code;
use super::program::{FORMAT, Position, Program, Rule, Test};
use super::slot::{Size, SlotMatcher};
use super::slot_builder::SlotBuilder;
use crate::json::FieldTrie;

/// Why a program cannot be compiled.
#[derive(Debug)]
pub struct ProgramError(pub String);

/// Past this many classes events are evaluated against all rules, and hits outside their logs dropped.
const MAX_CLASSES: usize = 256;

/// Which rules an event is asked: those whose logsource is in the set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Logs(Box<[u64]>);

impl Logs {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)].into())
    }

    fn insert(&mut self, id: u32) {
        self.0[id as usize / 64] |= 1 << (id % 64);
    }

    pub fn contains(&self, id: u32) -> bool {
        self.0
            .get(id as usize / 64)
            .is_some_and(|word| word >> (id % 64) & 1 == 1)
    }
}

pub struct ClassHandle {
    pub number: u32,
    pub class: Arc<Class>,
    /// Where the class holds more rules than the event is asked: the ones it is asked.
    pub only: Option<Logs>,
}

pub struct Compiled {
    program: Program,
    fields: FieldTrie,
    router: Class,
    everything: OnceLock<Arc<Class>>,
    classes: RwLock<HashMap<Logs, (u32, Arc<Class>)>>,
    /// Matchers of single predicates, made when a rule that is looked at asks.
    on_demand: Vec<OnceLock<Option<SlotMatcher>>>,
}

/// The class that holds every rule, for events that no recogniser knows.
const EVERYTHING: u32 = 1;
const FIRST_CLASS: u32 = 2;

impl Compiled {
    /// Reads a program from its JSON.
    ///
    /// # Errors
    /// Where it is not a program, refers to what it does not have, or holds a pattern that does not compile.
    pub fn new(json: &[u8]) -> Result<Self, ProgramError> {
        let compiled = Self::known(json)?;
        for predicate in &compiled.program.predicates {
            predicate.test.check().map_err(ProgramError)?;
        }
        Ok(compiled)
    }

    /// Reads a program that [`Self::new`] took before: its patterns, of which most are never needed, are compiled
    /// when they are. One that does not compile after all holds for nothing.
    ///
    /// # Errors
    /// Where it is not a program or refers to what it does not have.
    pub fn known(json: &[u8]) -> Result<Self, ProgramError> {
        let program: Program =
            serde_json::from_slice(json).map_err(|error| ProgramError(error.to_string()))?;
        check(&program).map_err(ProgramError)?;
        let paths = program.slots.iter().zip(0..).flat_map(|(slot, number)| {
            let keys = |path| <[String]>::iter(path).map(String::as_str);
            slot.paths.iter().map(move |path| (keys(path), number))
        });
        let fields = FieldTrie::new(paths);
        let recognisers: Vec<Rule> = program
            .recognisers
            .iter()
            .map(|recogniser| Rule {
                code: recogniser.code.clone(),
                witnesses: Some(Vec::new()),
                logsource: 0,
            })
            .collect();
        let predicates = program.predicates.len();
        let router = Class::new(numbered(&recognisers), &program.predicates, Scan::Every)
            .map_err(ProgramError)?;
        Ok(Self {
            program,
            fields,
            router,
            everything: OnceLock::new(),
            classes: RwLock::default(),
            on_demand: (0..predicates).map(|_| OnceLock::new()).collect(),
        })
    }

    pub fn fields(&self) -> &FieldTrie {
        &self.fields
    }

    pub fn router(&self) -> &Class {
        &self.router
    }

    /// The matcher of one predicate.
    pub fn on_demand(&self, predicate: u32) -> Option<&SlotMatcher> {
        let made = self.on_demand[predicate as usize].get_or_init(|| {
            let mut builder = SlotBuilder::default();
            let test = &self.program.predicates[predicate as usize].test;
            // Checked when the program was read, so that this cannot fail.
            let _ = builder.add(0, test);
            builder.build(|_| false, Size::Small).ok()
        });
        made.as_ref()
    }

    pub fn logsource_of(&self, rule: u32) -> u32 {
        self.program.rules[rule as usize].logsource
    }

    pub fn everything(&self) -> ClassHandle {
        ClassHandle {
            number: EVERYTHING,
            class: self
                .everything
                .get_or_init(|| self.compile(|_| true))
                .clone(),
            only: None,
        }
    }

    /// The class of events that fulfil these recognisers; every rule where there are none.
    pub fn class_of(&self, recognised: &[u32]) -> ClassHandle {
        if recognised.is_empty() {
            return self.everything();
        }
        let mut logs = Logs::none(self.program.logsources.len());
        for &recogniser in recognised {
            for &logsource in &self.program.recognisers[recogniser as usize].gives {
                logs.insert(logsource);
            }
        }
        self.class_for(logs)
    }

    /// The class of events that come from the logs of these rule logsources.
    pub fn class_from(&self, logsources: &[u32]) -> ClassHandle {
        let mut logs = Logs::none(self.program.logsources.len());
        for &logsource in logsources {
            if (logsource as usize) < self.program.logsources.len() {
                logs.insert(logsource);
            }
        }
        self.class_for(logs)
    }

    fn compile(&self, chosen: impl Fn(&Rule) -> bool) -> Arc<Class> {
        let rules = numbered(&self.program.rules).filter(|(_, rule)| chosen(rule));
        // Every predicate was checked when the program was read, so that this cannot fail.
        Arc::new(Class::new(rules, &self.program.predicates, Scan::Witnesses).unwrap_or_default())
    }

    fn class_for(&self, logs: Logs) -> ClassHandle {
        let known = self
            .classes
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get(&logs)
            .cloned();
        if let Some((number, class)) = known {
            return ClassHandle {
                number,
                class,
                only: None,
            };
        }
        let mut classes = self
            .classes
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if classes.len() >= MAX_CLASSES {
            return ClassHandle {
                only: Some(logs),
                ..self.everything()
            };
        }
        let number = FIRST_CLASS + classes.len() as u32;
        let (number, class) = classes
            .entry(logs.clone())
            .or_insert_with(|| (number, self.compile(|rule| logs.contains(rule.logsource))))
            .clone();
        ClassHandle {
            number,
            class,
            only: None,
        }
    }
}

fn numbered(rules: &[Rule]) -> impl Iterator<Item = (u32, &Rule)> {
    rules.iter().enumerate().map(|(id, rule)| (id as u32, rule))
}

fn check(program: &Program) -> Result<(), String> {
    if program.format != FORMAT {
        return Err(format!("format {} is not {FORMAT}", program.format));
    }
    let slots = program.slots.len();
    if slots == 0 || slots > usize::from(u16::MAX) {
        return Err(format!("{slots} slots are not between 1 and {}", u16::MAX));
    }
    for predicate in &program.predicates {
        let other = match predicate.test {
            Test::Field {
                other, relation, ..
            } if Position::of(relation).is_some() => other,
            Test::Field { .. } => return Err("a field test has no such relation".into()),
            _ => 0,
        };
        if usize::from(predicate.slot) >= slots || usize::from(other) >= slots {
            return Err("a predicate is over a slot that is not there".into());
        }
    }
    let predicates = program.predicates.len();
    let logsources = program.logsources.len();
    for rule in &program.rules {
        let witnesses = rule.witnesses.as_deref().unwrap_or_default();
        if !code::check(&rule.code, predicates)
            || witnesses.iter().any(|&one| one as usize >= predicates)
            || rule.logsource as usize >= logsources
        {
            return Err("a rule refers to what is not there".into());
        }
    }
    for recogniser in &program.recognisers {
        if !code::check(&recogniser.code, predicates)
            || recogniser
                .gives
                .iter()
                .any(|&one| one as usize >= logsources)
        {
            return Err("a recogniser refers to what is not there".into());
        }
    }
    Ok(())
}
