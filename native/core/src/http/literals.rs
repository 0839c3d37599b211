//! All literals of the text signatures in one automaton, walked byte by byte.

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

/// Texts are walked in as many lanes.
const LANES: usize = 4;
/// Shorter ones in one.
const MIN_LANES_TEXT: usize = 32;

/// States in which literals end, of the lanes whose turn to tell is yet to come.
#[derive(Default)]
pub struct Late([Vec<u32>; LANES - 1]);

impl Late {
    #[cold]
    #[inline(never)]
    fn push(&mut self, lane: usize, state: u32) {
        self.0[lane].push(state);
    }
}

/// A dense table over byte classes. Aho, Corasick, "Efficient string matching" (1975), with the goto
/// and failure functions folded into one.
pub struct Literals {
    classes: Box<[u8; 256]>,
    /// The rows of the states; a state is the place of its row. Those in which literals end come last.
    next: Box<[u32]>,
    first_end: u32,
    /// For each state in which literals end, in the order of rows: which.
    ends: Box<[Box<[u32]>]>,
    width: u32,
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
        let mut classes = Box::new([0u8; 256]);
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
        let mut place = vec![0; states.len()];
        for (at, &number) in order.iter().enumerate() {
            place[number] = at * width;
        }
        let mut next = vec![0u32; states.len() * width];
        for (from, row) in rows.iter().enumerate() {
            for (class, &to) in row.iter().enumerate() {
                next[place[from] + class] =
                    u32::try_from(place[to]).map_err(|error| error.to_string())?;
            }
        }
        let quiet = order.partition_point(|&at| !automaton.is_match(states[at]));
        let ends = order[quiet..].iter().map(|&at| {
            let ends = 0..automaton.match_len(states[at]);
            ends.map(|index| automaton.match_pattern(states[at], index).as_u32())
                .collect()
        });
        Ok(Self {
            classes,
            ends: ends.collect(),
            first_end: (quiet * width) as u32,
            next: next.into(),
            width: width as u32,
        })
    }

    /// Calls `found` with the number of every literal that occurs, in the order of where they first end; of one that
    /// occurs again it may tell more than once.
    #[inline]
    pub fn scan(&self, text: &[u8], late: &mut Late, mut found: impl FnMut(usize)) {
        if text.len() < MIN_LANES_TEXT {
            self.walk(0, text, &mut found);
        } else {
            self.walk_lanes(text, late, &mut found);
        }
    }

    #[inline]
    fn step(&self, state: u32, byte: u8) -> u32 {
        self.next[state as usize + self.classes[byte as usize] as usize]
    }

    #[inline]
    fn walk(&self, mut state: u32, text: &[u8], found: &mut impl FnMut(usize)) {
        // One loop, with what is found told elsewhere: unrolled by hand, the step became a call a byte.
        for &byte in text {
            state = self.step(state, byte);
            if state >= self.first_end {
                self.tell(state, found);
            }
        }
    }

    /// Each step waits for the one before to come out of the table. So the text is walked in lanes at once, as if
    /// each began a text; then the state that a lane ends in is walked on into the next, until both agree. From there
    /// on that lane was right, and before, what it found is a part of what was found now.
    fn walk_lanes(&self, text: &[u8], late: &mut Late, found: &mut impl FnMut(usize)) {
        let length = text.len() / LANES;
        let lanes: [&[u8]; LANES] = std::array::from_fn(|lane| &text[lane * length..][..length]);
        let mut states = [0u32; LANES];
        let [a, b, c, d] = lanes;
        for (((&a, &b), &c), &d) in a.iter().zip(b).zip(c).zip(d) {
            for (lane, byte) in [a, b, c, d].into_iter().enumerate() {
                let state = self.step(states[lane], byte);
                states[lane] = state;
                if state >= self.first_end {
                    match lane.checked_sub(1) {
                        None => self.tell(state, found),
                        Some(later) => late.push(later, state),
                    }
                }
            }
        }
        let mut state = states[0];
        for lane in 1..LANES {
            let mut alone = 0u32;
            for &byte in lanes[lane] {
                if state == alone {
                    break;
                }
                state = self.step(state, byte);
                alone = self.step(alone, byte);
                if state >= self.first_end {
                    self.tell(state, found);
                }
            }
            for ended in late.0[lane - 1].drain(..) {
                self.tell(ended, found);
            }
            if state == alone {
                state = states[lane];
            }
        }
        self.walk(state, &text[LANES * length..], found);
    }

    #[cold]
    #[inline(never)]
    fn tell(&self, state: u32, found: &mut impl FnMut(usize)) {
        for &literal in &self.ends[((state - self.first_end) / self.width) as usize] {
            found(literal as usize);
        }
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
        let mut found = Vec::new();
        automaton.scan(text, &mut Late::default(), |literal| found.push(literal));
        found.sort_unstable();
        let mut wanted: Vec<usize> = Vec::new();
        for (at, literal) in literals.iter().enumerate() {
            let times = text.windows(literal.len()).filter(|w| w == literal);
            wanted.extend(times.map(|_| at));
        }
        assert_eq!(found, wanted);
    }

    /// First occurrences, in the order told.
    fn firsts(told: impl FnOnce(&mut dyn FnMut(usize))) -> Vec<usize> {
        let mut firsts = Vec::new();
        told(&mut |literal| {
            if !firsts.contains(&literal) {
                firsts.push(literal);
            }
        });
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
        let mut late = Late::default();
        let mut random = 7u64;
        for round in 0..20_000usize {
            let text: Vec<u8> = (0..MIN_LANES_TEXT + round % 60)
                .map(|_| {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    // Long runs of `ab` now and then, so that literals lie across several lanes.
                    b"ababcabx"[(random >> 61) as usize & if round % 3 == 0 { 1 } else { 7 }]
                })
                .collect();
            let lanes = firsts(|mut tell| automaton.scan(&text, &mut late, &mut tell));
            let walk = firsts(|mut tell| automaton.walk(0, &text, &mut tell));
            assert_eq!(lanes, walk, "{}", String::from_utf8_lossy(&text));
        }
    }
}
