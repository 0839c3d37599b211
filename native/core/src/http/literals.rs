//! All literals of the text signatures in one automaton, walked byte by byte.

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

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

    /// Calls `found` with the number of every literal that occurs, as often as it does.
    #[inline]
    pub fn scan(&self, text: &[u8], mut found: impl FnMut(usize)) {
        let (next, classes, first_end) = (&*self.next, &*self.classes, self.first_end);
        let mut state = 0u32;
        // One loop, with what is found told elsewhere: unrolled by hand, the step became a call a byte.
        for &byte in text {
            state = next[state as usize + classes[byte as usize] as usize];
            if state >= first_end {
                self.tell(state, &mut found);
            }
        }
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
        automaton.scan(text, |literal| found.push(literal));
        found.sort_unstable();
        let mut wanted: Vec<usize> = Vec::new();
        for (at, literal) in literals.iter().enumerate() {
            let times = text.windows(literal.len()).filter(|w| w == literal);
            wanted.extend(times.map(|_| at));
        }
        assert_eq!(found, wanted);
    }
}
