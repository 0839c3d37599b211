//! Which of many literals stand anywhere in a text.
//!
//! Few are searched for one by one. Up to some hundreds are found by vectorised searches, which are hundreds
//! of times faster than an automaton where nothing is found and still faster where little is; a text in
//! which much is found, and larger sets, go through the automaton.

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind, Span};
use memchr::memmem::Finder;

use super::slot::Size;

/// So few are searched for one by one.
const FEW: usize = 4;
/// What the vectorised search takes before it loses to the automaton.
const MAX_SCREENED: usize = 320;
/// What one such search takes.
const MAX_SEARCHER: usize = 64;
const MIN_SCREENED_BYTES: usize = 3;
/// Automata over no more text than this are determinised: faster, at some 250 bytes a byte.
const DFA_BYTES: usize = 16 << 10;
/// A vectorised search is given up for the automaton after this many finds, and one more for each so many
/// bytes of the text.
const MAX_FINDS: usize = 8;
const BYTES_PER_FIND: usize = 64;

/// Literals numbered from 0, in the order that they were given.
#[derive(Default)]
pub struct LiteralSet {
    few: Vec<Finder<'static>>,
    screens: Vec<Screen>,
    automaton: Option<AhoCorasick>,
    len: usize,
}

/// A vectorised search for some of the literals.
struct Screen {
    searcher: Searcher,
    first: usize,
    /// For each literal, those of the same search that it begins with: where it stands they do, too.
    beginnings: Vec<Vec<usize>>,
}

/// Literals found in the text at hand.
#[derive(Default)]
pub struct Seen {
    stamps: Vec<u32>,
    search: u32,
}

impl LiteralSet {
    pub fn new(literals: &[Vec<u8>], size: Size) -> Result<Self, String> {
        let mut set = Self {
            len: literals.len(),
            ..Self::default()
        };
        if literals.len() <= FEW {
            set.few = literals
                .iter()
                .map(|literal| Finder::new(literal).into_owned())
                .collect();
            return Ok(set);
        }
        let bytes: usize = literals.iter().map(Vec::len).sum();
        let kind = match size {
            Size::Fast if bytes <= DFA_BYTES => Some(AhoCorasickKind::DFA),
            Size::Fast => None,
            Size::Small => Some(AhoCorasickKind::ContiguousNFA),
        };
        set.screens = screens(literals);
        set.automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(kind)
            .build(literals)
            .map(Some)
            .map_err(|error| error.to_string())?;
        Ok(set)
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Calls `visit` with the number of each literal that stands in `text`, once.
    #[inline]
    pub fn search(&self, text: &[u8], seen: &mut Seen, mut visit: impl FnMut(usize)) {
        for (number, finder) in self.few.iter().enumerate() {
            if finder.find(text).is_some() {
                visit(number);
            }
        }
        let Some(automaton) = &self.automaton else {
            return;
        };
        seen.next_search(self.len);
        let mut visit = |number| {
            if seen.is_new(number) {
                visit(number);
            }
        };
        let screened =
            !self.screens.is_empty() && self.screens.iter().all(|it| it.search(text, &mut visit));
        if !screened {
            for hit in automaton.find_overlapping_iter(text) {
                visit(hit.pattern().as_usize());
            }
        }
    }
}

/// Searches for not too many and not too short literals; none where they would not pay.
fn screens(literals: &[Vec<u8>]) -> Vec<Screen> {
    let fits =
        literals.len() <= MAX_SCREENED && literals.iter().all(|it| it.len() >= MIN_SCREENED_BYTES);
    let parts = if fits { literals } else { &[] };
    let built: Option<Vec<Screen>> = parts
        .chunks(MAX_SEARCHER)
        .enumerate()
        .map(|(index, part)| Screen::new(part, index * MAX_SEARCHER))
        .collect();
    built.unwrap_or_default()
}

impl Screen {
    fn new(literals: &[Vec<u8>], first: usize) -> Option<Self> {
        let searcher = packed::Config::new()
            .match_kind(packed::MatchKind::LeftmostLongest)
            .builder()
            .extend(literals)
            .build()?;
        let beginnings = literals
            .iter()
            .map(|literal| {
                let shorter = |&other: &usize| {
                    literals[other].len() < literal.len() && literal.starts_with(&literals[other])
                };
                (0..literals.len())
                    .filter(shorter)
                    .map(|it| first + it)
                    .collect()
            })
            .collect();
        Some(Self {
            searcher,
            first,
            beginnings,
        })
    }

    /// Gives `false` where it found so much that the automaton is to look.
    #[inline]
    fn search(&self, text: &[u8], visit: &mut impl FnMut(usize)) -> bool {
        let mut span = Span::from(0..text.len());
        let mut finds = MAX_FINDS + text.len() / BYTES_PER_FIND;
        while let Some(hit) = self.searcher.find_in(text, span) {
            let number = hit.pattern().as_usize();
            visit(self.first + number);
            for &beginning in &self.beginnings[number] {
                visit(beginning);
            }
            finds -= 1;
            if finds == 0 {
                return false;
            }
            span.start = hit.start() + 1;
        }
        true
    }
}

impl Seen {
    fn next_search(&mut self, literals: usize) {
        if self.stamps.len() < literals {
            self.stamps.resize(literals, 0);
        }
        self.search = self.search.wrapping_add(1);
        if self.search == 0 {
            self.stamps.fill(0);
            self.search = 1;
        }
    }

    /// A literal may be met many times in a text; what it leads to is looked at once.
    #[inline]
    fn is_new(&mut self, literal: usize) -> bool {
        std::mem::replace(&mut self.stamps[literal], self.search) != self.search
    }
}

#[cfg(test)]
mod tests {
    use super::{LiteralSet, Seen};
    use crate::rule::slot::Size;

    /// Random literals over three letters overlap, repeat and begin with each other.
    #[test]
    #[cfg_attr(miri, ignore = "the automata take it minutes")]
    fn every_way_of_searching_finds_what_stands_there() {
        let mut state = 7_u64;
        let mut below = |limit: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % limit
        };
        let mut seen = Seen::default();
        for round in 0..600 {
            let count = [2, 5, 30, 64, 65, 200, 330][round % 7];
            let shortest = if round % 5 == 0 { 1 } else { 3 };
            let mut word = |longest: u64, least: u64| -> Vec<u8> {
                let len = least + below(longest);
                (0..len).map(|_| b'a' + below(3) as u8).collect()
            };
            let mut literals: Vec<Vec<u8>> = (0..count).map(|_| word(6, shortest)).collect();
            literals.sort_unstable();
            literals.dedup();
            let set = LiteralSet::new(&literals, Size::Fast).unwrap();
            for _ in 0..10 {
                let text = word(if round % 2 == 0 { 20 } else { 400 }, 0);
                let mut found = Vec::new();
                set.search(&text, &mut seen, |number| found.push(number));
                found.sort_unstable();
                let expected: Vec<usize> = (0..literals.len())
                    .filter(|&it| memchr::memmem::find(&text, &literals[it]).is_some())
                    .collect();
                assert_eq!(found, expected);
            }
        }
    }
}
