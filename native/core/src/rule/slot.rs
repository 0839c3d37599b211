//! All predicates that one class of events asks of one field, answered together for a value.

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use memchr::memmem::Finder;
use regex::Regex;

use super::fold::{fold, fold_into};
use super::glob::Glob;
use super::program::{Comparison, Part, Position, Test};
use super::scalar::{Network, address, number, time_part};
use crate::json::{Kind, canonical_text};

/// What has to be looked at besides once a pattern's folded text was found in place.
enum Check {
    Cased {
        position: Position,
        text: Vec<u8>,
    },
    Glob(Glob),
    Regex(Regex),
    Number {
        comparison: Comparison,
        value: f64,
    },
    Time {
        part: Part,
        comparison: Comparison,
        value: f64,
    },
    Cidr(Vec<Network>),
}

/// A predicate to report, after its check where it has one.
#[derive(Clone, Copy)]
struct Action {
    predicate: u32,
    check: Option<u32>,
}

type Table = HashMap<Box<[u8]>, Vec<Action>, FixedState>;

#[derive(Default)]
pub struct SlotMatcher {
    /// Predicates that hold for whatever is there.
    present: Vec<u32>,
    present_wakes: bool,
    null: Vec<u32>,
    equals: Table,
    /// Tables of beginnings and of ends by their length, shortest first.
    starts: Vec<(usize, Table)>,
    ends: Vec<(usize, Table)>,
    anywhere: Option<AhoCorasick>,
    /// In place of the automaton where there are few texts.
    few: Vec<(Finder<'static>, Vec<Action>)>,
    /// Tells quickly that none of the texts of `anywhere` is there.
    screen: Vec<Searcher>,
    anywhere_actions: Vec<Vec<Action>>,
    /// Checks that no literal leads to.
    always: Vec<Action>,
    checks: Vec<Check>,
}

/// A value taken out of the line: its text, and its text folded.
pub struct Text {
    kind: Kind,
    text: Vec<u8>,
    folded: Vec<u8>,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            kind: Kind::Null,
            text: Vec::new(),
            folded: Vec::new(),
        }
    }
}

impl Text {
    pub fn fill(&mut self, raw: &[u8], kind: Kind) {
        self.kind = kind;
        self.text.clear();
        self.text.extend_from_slice(&canonical_text(raw, kind));
        fold_into(&self.text, &mut self.folded);
    }
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
    folded: Vec<u8>,
    tried: Vec<u32>,
    generation: u32,
    seen: Vec<u32>,
    search: u32,
}

/// Patterns on their way into a [`SlotMatcher`].
#[derive(Default)]
pub struct SlotBuilder {
    matcher: SlotMatcher,
    starts: HashMap<usize, Table>,
    ends: HashMap<usize, Table>,
    anywhere: HashMap<Vec<u8>, Vec<Action>>,
}

/// Automata over no more text than this are determinised: faster, at some 250 bytes a byte.
const DFA_BYTES: usize = 16 << 10;
/// What the vectorised search takes before it loses to the automaton.
const SCREEN_TEXTS: usize = 320;
/// What one such search takes.
const SEARCHER_TEXTS: usize = 64;
const SCREEN_MIN_BYTES: usize = 3;

/// So few texts are searched for one by one.
const FEW_TEXTS: usize = 4;

const REGEX_BYTES: usize = 64 << 20;

impl SlotBuilder {
    /// Adds a predicate; gives the reason where it cannot be compiled.
    pub fn add(&mut self, predicate: u32, test: &Test) -> Result<(), String> {
        match test {
            Test::Present => self.matcher.present.push(predicate),
            Test::Null => self.matcher.null.push(predicate),
            Test::Text { patterns } => {
                for (kind, cased, text) in patterns {
                    self.add_pattern(predicate, *kind, *cased == 1, text.as_bytes());
                }
            }
            Test::Regex {
                source,
                flags,
                literals,
            } => {
                let check = self.check(Check::Regex(regex(source, flags)?));
                let action = Action { predicate, check };
                match literals {
                    Some(literals) => {
                        for literal in literals {
                            self.add_anywhere(fold(literal.as_bytes()), action);
                        }
                    }
                    None => self.matcher.always.push(action),
                }
            }
            Test::Cidr { networks } => {
                let networks = networks
                    .iter()
                    .map(|text| {
                        Network::parse(text).ok_or_else(|| format!("{text} is not a network"))
                    })
                    .collect::<Result<_, _>>()?;
                self.add_always(predicate, Check::Cidr(networks));
            }
            Test::Number { comparison, value } => self.add_always(
                predicate,
                Check::Number {
                    comparison: *comparison,
                    value: *value,
                },
            ),
            Test::Time {
                part,
                comparison,
                value,
            } => self.add_always(
                predicate,
                Check::Time {
                    part: *part,
                    comparison: *comparison,
                    value: *value,
                },
            ),
            Test::Field { .. } => {}
        }
        Ok(())
    }

    fn add_pattern(&mut self, predicate: u32, kind: u8, cased: bool, text: &[u8]) {
        let folded = fold(text);
        let Some(position) = Position::of(kind) else {
            let glob = Glob::new(if cased { text } else { &folded }, cased);
            let literal = glob.literal();
            let check = self.check(Check::Glob(glob));
            let action = Action { predicate, check };
            if literal.is_empty() {
                self.matcher.always.push(action);
            } else {
                self.add_anywhere(literal, action);
            }
            return;
        };
        let check = if cased {
            self.check(Check::Cased {
                position,
                text: text.to_vec(),
            })
        } else {
            None
        };
        let action = Action { predicate, check };
        let len = folded.len();
        let table = match position {
            Position::Equals => &mut self.matcher.equals,
            Position::Starts => self.starts.entry(len).or_default(),
            Position::Ends => self.ends.entry(len).or_default(),
            Position::Contains => return self.add_anywhere(folded, action),
        };
        table.entry(folded.into()).or_default().push(action);
    }

    fn add_anywhere(&mut self, folded: Vec<u8>, action: Action) {
        self.anywhere.entry(folded).or_default().push(action);
    }

    fn add_always(&mut self, predicate: u32, check: Check) {
        let check = self.check(check);
        self.matcher.always.push(Action { predicate, check });
    }

    fn check(&mut self, check: Check) -> Option<u32> {
        self.matcher.checks.push(check);
        Some(self.matcher.checks.len() as u32 - 1)
    }

    /// The literals of which one stands in every value that a predicate holds for; `None` where a
    /// predicate may hold without.
    pub fn literals(&self) -> Option<Vec<Vec<u8>>> {
        let only_anywhere = self.matcher.always.is_empty()
            && self.matcher.present.is_empty()
            && self.matcher.null.is_empty();
        let anchored = [&self.matcher.equals]
            .into_iter()
            .chain(self.starts.values())
            .chain(self.ends.values())
            .flat_map(|table| table.keys().map(|key| key.to_vec()));
        only_anywhere.then(|| self.anywhere.keys().cloned().chain(anchored).collect())
    }

    /// `wakes` tells whether a predicate is a witness.
    pub fn build(self, wakes: impl Fn(u32) -> bool, size: Size) -> Result<SlotMatcher, String> {
        let mut matcher = self.matcher;
        matcher.present_wakes = matcher.present.iter().any(|&predicate| wakes(predicate));
        matcher.starts = by_length(self.starts);
        matcher.ends = by_length(self.ends);
        if self.anywhere.len() <= FEW_TEXTS {
            matcher.few = self
                .anywhere
                .into_iter()
                .map(|(text, actions)| (Finder::new(&text).into_owned(), actions))
                .collect();
        } else {
            let (texts, actions): (Vec<_>, Vec<_>) = self.anywhere.into_iter().unzip();
            let bytes: usize = texts.iter().map(Vec::len).sum();
            let kind = match size {
                Size::Fast if bytes <= DFA_BYTES => Some(AhoCorasickKind::DFA),
                Size::Fast => None,
                Size::Small => Some(AhoCorasickKind::ContiguousNFA),
            };
            matcher.screen = screen(&texts);
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .kind(kind)
                .build(&texts)
                .map_err(|error| error.to_string())?;
            matcher.anywhere = Some(automaton);
            matcher.anywhere_actions = actions;
        }
        Ok(matcher)
    }
}

/// Vectorised searches for not too many and not too short texts; none where they would not pay.
fn screen(texts: &[Vec<u8>]) -> Vec<Searcher> {
    let fits =
        texts.len() <= SCREEN_TEXTS && texts.iter().all(|text| text.len() >= SCREEN_MIN_BYTES);
    let parts = if fits { texts } else { &[] };
    let built: Option<Vec<Searcher>> = parts
        .chunks(SEARCHER_TEXTS)
        .map(|part| packed::Config::new().builder().extend(part).build())
        .collect();
    built.unwrap_or_default()
}

fn by_length(tables: HashMap<usize, Table>) -> Vec<(usize, Table)> {
    let mut sorted: Vec<_> = tables.into_iter().collect();
    sorted.sort_by_key(|(len, _)| *len);
    sorted
}

impl Test {
    /// Gives the reason where a class that asks this could not be built.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Regex { .. } | Self::Cidr { .. } => SlotBuilder::default().add(0, self),
            _ => Ok(()),
        }
    }
}

fn regex(source: &str, flags: &str) -> Result<Regex, String> {
    // The canonical spelling has `\b` for the ASCII word boundary and nowhere else.
    let source = source
        .replace("\\b", "(?-u:\\b)")
        .replace("\\B", "(?-u:\\B)");
    regex::RegexBuilder::new(&source)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(REGEX_BYTES)
        .build()
        .map_err(|error| error.to_string())
}

impl SlotMatcher {
    /// Whether the answer depends on more than that there is a value.
    pub fn looks_at_values(&self) -> bool {
        !(self.null.is_empty()
            && self.equals.is_empty()
            && self.starts.is_empty()
            && self.ends.is_empty()
            && self.anywhere.is_none()
            && self.few.is_empty()
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
                let text = canonical_text(raw, kind);
                self.scan_text(&text, scratch, found);
            }
        }
        found[from..].sort_unstable();
        dedup_from(found, from);
    }

    fn scan_text(&self, text: &[u8], scratch: &mut Scratch, found: &mut Vec<u32>) {
        let mut folded = std::mem::take(&mut scratch.folded);
        fold_into(text, &mut folded);
        self.scan_folded(text, &folded, scratch, found);
        scratch.folded = folded;
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
                let mut found = std::mem::take(&mut scratch.found);
                found.clear();
                self.scan_folded(&value.text, &value.folded, scratch, &mut found);
                let holds = !found.is_empty();
                scratch.found = found;
                holds
            }
        }
    }

    fn scan_folded(&self, text: &[u8], folded: &[u8], scratch: &mut Scratch, found: &mut Vec<u32>) {
        scratch.next_value(self.checks.len());
        let mut visit = |actions: &[Action], scratch: &mut Scratch| {
            for action in actions {
                if self.passes(action, text, folded, scratch) {
                    found.push(action.predicate);
                }
            }
        };
        if !self.equals.is_empty()
            && let Some(actions) = self.equals.get(folded)
        {
            visit(actions, scratch);
        }
        for (len, table) in &self.starts {
            let Some(start) = folded.get(..*len) else {
                break;
            };
            if let Some(actions) = table.get(start) {
                visit(actions, scratch);
            }
        }
        for (len, table) in &self.ends {
            let Some(from) = folded.len().checked_sub(*len) else {
                break;
            };
            if let Some(actions) = table.get(&folded[from..]) {
                visit(actions, scratch);
            }
        }
        if let Some(automaton) = &self.anywhere
            && (self.screen.is_empty()
                || self
                    .screen
                    .iter()
                    .any(|screen| screen.find(folded).is_some()))
        {
            scratch.next_search(self.anywhere_actions.len());
            for hit in automaton.find_overlapping_iter(folded) {
                let pattern = hit.pattern().as_usize();
                if scratch.is_new(pattern) {
                    visit(&self.anywhere_actions[pattern], scratch);
                }
            }
        }
        for (finder, actions) in &self.few {
            if finder.find(folded).is_some() {
                visit(actions, scratch);
            }
        }
        visit(&self.always, scratch);
    }

    fn passes(&self, action: &Action, text: &[u8], folded: &[u8], scratch: &mut Scratch) -> bool {
        let Some(check) = action.check else {
            return true;
        };
        // A literal may be met many times; its check is run once for a value.
        let tried = &mut scratch.tried[check as usize];
        if *tried == scratch.generation {
            return false;
        }
        *tried = scratch.generation;
        match &self.checks[check as usize] {
            Check::Cased {
                position,
                text: pattern,
            } => position.holds(text, pattern),
            Check::Glob(glob) => glob.holds(text, folded),
            Check::Regex(regex) => std::str::from_utf8(text).is_ok_and(|text| regex.is_match(text)),
            Check::Number { comparison, value } => {
                number(text).is_some_and(|number| comparison.holds(number, *value))
            }
            Check::Time {
                part,
                comparison,
                value,
            } => time_part(text, *part).is_some_and(|number| comparison.holds(number, *value)),
            Check::Cidr(networks) => address(text)
                .is_some_and(|address| networks.iter().any(|network| network.contains(address))),
        }
    }
}

impl Scratch {
    fn next_search(&mut self, patterns: usize) {
        if self.seen.len() < patterns {
            self.seen.resize(patterns, 0);
        }
        self.search = self.search.wrapping_add(1);
        if self.search == 0 {
            self.seen.fill(0);
            self.search = 1;
        }
    }

    /// A pattern may be met many times in a value; what it leads to is looked at once.
    #[inline]
    fn is_new(&mut self, pattern: usize) -> bool {
        std::mem::replace(&mut self.seen[pattern], self.search) != self.search
    }

    fn next_value(&mut self, checks: usize) {
        if self.tried.len() < checks {
            self.tried.resize(checks, 0);
        }
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.tried.fill(0);
            self.generation = 1;
        }
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
