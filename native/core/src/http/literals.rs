//! All literals of the text signatures in one automaton, walked byte by byte.

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

/// Texts are walked in as many lanes.
const LANES: usize = 4;
/// Shorter ones in one.
const MIN_LANES_TEXT: usize = 32;

/// What a walk comes upon: room that is used again.
#[derive(Default)]
pub struct Ended {
    /// States in which literals end, in the order of where they first end; one may stand more than once.
    pub states: Vec<u32>,
    /// The same of lanes whose turn is yet to come.
    lanes: [Vec<u32>; LANES - 1],
}

impl Ended {
    #[cold]
    #[inline(never)]
    fn push(&mut self, state: usize) {
        self.states.push(state as u32);
    }

    /// Of the states that the lanes are in, those from the first in which literals end.
    #[cold]
    #[inline(never)]
    fn push_lanes(&mut self, first_end: usize, [first, later @ ..]: [usize; LANES]) {
        if first >= first_end {
            self.states.push(first as u32);
        }
        for (ended, state) in self.lanes.iter_mut().zip(later) {
            if state >= first_end {
                ended.push(state as u32);
            }
        }
    }
}

/// A dense table over byte classes. Aho, Corasick, "Efficient string matching" (1975), with the goto
/// and failure functions folded into one.
pub struct Literals {
    classes: [u8; 256],
    /// The rows of the states; a state is the place of its row. Those in which literals end come last, from a power
    /// of two on: whether any of several states is one of them, all their bits together tell.
    next: Box<[u32]>,
    first_end: usize,
    /// For each state in which literals end, in the order of rows: which.
    ends: Box<[Box<[u32]>]>,
    /// Rows are as wide as two to the power of this.
    shift: u32,
}

impl Literals {
    /// # Errors
    /// Where the literals make an automaton larger than its numbers reach.
    pub fn new(literals: &[Vec<u8>]) -> Result<Self, String> {
        let automaton = NFA::builder()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(literals)
            .map_err(|error| error.to_string())?;
        let start = automaton
            .start_state(Anchored::No)
            .map_err(|error| error.to_string())?;
        let mut classes = [0u8; 256];
        let mut representatives = vec![absent(literals)];
        for &byte in literals.iter().flatten() {
            if classes[byte as usize] == 0 {
                classes[byte as usize] = u8::try_from(representatives.len())
                    .map_err(|_| "literals of all 256 bytes".to_owned())?;
                representatives.push(Some(byte));
            }
        }
        // Rows are as wide as a power of two, so that a state is told by its place.
        let width = representatives.len().next_power_of_two();
        let mut states = vec![start];
        let mut numbers = std::collections::HashMap::from([(start, 0)]);
        let mut rows: Vec<Vec<usize>> = Vec::new();
        while let Some(&state) = states.get(rows.len()) {
            let row = representatives.iter().map(|byte| {
                // A byte of no literal leads back to the start from everywhere.
                let to = byte.map_or(start, |byte| {
                    automaton.next_state(Anchored::No, state, byte)
                });
                *numbers.entry(to).or_insert_with(|| {
                    states.push(to);
                    states.len() - 1
                })
            });
            let row = row.collect();
            rows.push(row);
        }
        let mut order: Vec<usize> = (0..states.len()).collect();
        order.sort_by_key(|&at| automaton.is_match(states[at]));
        let quiet = order.partition_point(|&at| !automaton.is_match(states[at]));
        let first_end = (quiet * width).next_power_of_two();
        let mut place = vec![0; states.len()];
        for (at, &number) in order.iter().enumerate() {
            place[number] = if at < quiet {
                at * width
            } else {
                first_end + (at - quiet) * width
            };
        }
        let mut next = vec![0u32; first_end + (states.len() - quiet) * width];
        for (from, row) in rows.iter().enumerate() {
            for (class, &to) in row.iter().enumerate() {
                next[place[from] + class] =
                    u32::try_from(place[to]).map_err(|error| error.to_string())?;
            }
        }
        let ends = order[quiet..].iter().map(|&at| {
            let ends = 0..automaton.match_len(states[at]);
            ends.map(|index| automaton.match_pattern(states[at], index).as_u32())
                .collect()
        });
        Ok(Self {
            classes,
            ends: ends.collect(),
            first_end,
            next: next.into(),
            shift: width.trailing_zeros(),
        })
    }

    /// Writes down the states in which literals end.
    #[inline]
    pub fn scan(&self, text: &[u8], ended: &mut Ended) {
        ended.states.clear();
        if text.len() < MIN_LANES_TEXT {
            self.walk(0, text, ended);
        } else {
            self.walk_lanes(text, ended);
        }
    }

    /// The numbers of the literals that end in such a state.
    pub fn ending(&self, state: u32) -> &[u32] {
        &self.ends[(state as usize - self.first_end) >> self.shift]
    }

    #[inline]
    fn step(&self, state: usize, byte: u8) -> usize {
        self.next[state + self.classes[byte as usize] as usize] as usize
    }

    #[inline]
    fn walk(&self, mut state: usize, text: &[u8], ended: &mut Ended) {
        for &byte in text {
            state = self.step(state, byte);
            if state >= self.first_end {
                ended.push(state);
            }
        }
    }

    /// Each step waits for the one before to come out of the table. So the text is walked in lanes at once, as if
    /// each began a text; then the state that a lane ends in is walked on into the next, until both agree. From there
    /// on that lane was right, and before, what it found is a part of what was found now.
    fn walk_lanes(&self, text: &[u8], ended: &mut Ended) {
        let length = text.len() / LANES;
        let lanes: [&[u8]; LANES] = std::array::from_fn(|lane| &text[lane * length..][..length]);
        let states = self.walk_apart(lanes, ended);
        let mut state = states[0];
        for lane in 1..LANES {
            let mut alone = 0;
            for &byte in lanes[lane] {
                if state == alone {
                    break;
                }
                state = self.step(state, byte);
                alone = self.step(alone, byte);
                if state >= self.first_end {
                    ended.push(state);
                }
            }
            let Ended { states: all, lanes } = &mut *ended;
            if !lanes[lane - 1].is_empty() {
                all.append(&mut lanes[lane - 1]);
            }
            if state == alone {
                state = states[lane];
            }
        }
        self.walk(state, &text[LANES * length..], ended);
    }

    /// The states that the lanes end in. A function of its own, so that those on the way stay in registers.
    #[inline(never)]
    fn walk_apart(&self, [a, b, c, d]: [&[u8]; LANES], ended: &mut Ended) -> [usize; LANES] {
        let [mut in_a, mut in_b, mut in_c, mut in_d] = [0; LANES];
        for (((&a, &b), &c), &d) in a.iter().zip(b).zip(c).zip(d) {
            in_a = self.step(in_a, a);
            in_b = self.step(in_b, b);
            in_c = self.step(in_c, c);
            in_d = self.step(in_d, d);
            if in_a | in_b | in_c | in_d >= self.first_end {
                ended.push_lanes(self.first_end, [in_a, in_b, in_c, in_d]);
            }
        }
        [in_a, in_b, in_c, in_d]
    }
}

/// A byte that no literal has.
fn absent(literals: &[Vec<u8>]) -> Option<u8> {
    (0..=255).find(|byte| !literals.iter().flatten().any(|have| have == byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_occurrence() {
        let literals: Vec<Vec<u8>> = ["he", "she", "hers", "his", "\u{ff}", "e"]
            .iter()
            .map(|literal| super::super::program::latin1(literal))
            .collect();
        let automaton = Literals::new(&literals).expect("small literals");
        let text = b"ushers \xff his hehershe\0e";
        let mut ended = Ended::default();
        automaton.scan(text, &mut ended);
        let mut found = all(&automaton, &ended);
        found.sort_unstable();
        let mut wanted: Vec<usize> = Vec::new();
        for (at, literal) in literals.iter().enumerate() {
            let times = text.windows(literal.len()).filter(|w| w == literal);
            wanted.extend(times.map(|_| at));
        }
        assert_eq!(found, wanted);
    }

    /// Every literal of every state, in order.
    fn all(automaton: &Literals, ended: &Ended) -> Vec<usize> {
        let literals = ended.states.iter().flat_map(|&at| automaton.ending(at));
        literals.map(|&literal| literal as usize).collect()
    }

    /// First occurrences, in the order told.
    fn firsts(automaton: &Literals, ended: &Ended) -> Vec<usize> {
        let mut firsts = Vec::new();
        for literal in all(automaton, ended) {
            if !firsts.contains(&literal) {
                firsts.push(literal);
            }
        }
        firsts
    }

    #[test]
    fn lanes_tell_what_one_walk_tells_in_its_order() {
        let literals: Vec<Vec<u8>> = [
            "a",
            "ab",
            "aba",
            "bab",
            "abababababababab",
            "caab",
            "bc",
            "cc",
        ]
        .iter()
        .map(|literal| literal.as_bytes().to_vec())
        .collect();
        let automaton = Literals::new(&literals).expect("small literals");
        let mut ended = Ended::default();
        let mut random = 7u64;
        for round in 0..crate::rounds(20_000) as usize {
            let text: Vec<u8> = (0..MIN_LANES_TEXT + round % 60)
                .map(|_| {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    // Long runs of `ab` now and then, so that literals lie across several lanes.
                    b"ababcabx"[(random >> 61) as usize & if round % 3 == 0 { 1 } else { 7 }]
                })
                .collect();
            automaton.scan(&text, &mut ended);
            let lanes = firsts(&automaton, &ended);
            ended.states.clear();
            automaton.walk(0, &text, &mut ended);
            let walk = firsts(&automaton, &ended);
            assert_eq!(lanes, walk, "{}", String::from_utf8_lossy(&text));
        }
    }
}
