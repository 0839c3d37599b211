//! Many literals and regular expressions at once over bytes.
//!
//! Literals compare bytes. Regular expressions read text: where the haystack is not UTF-8, every
//! maximal invalid subpart counts as U+FFFD, and offsets still tell the haystack's own bytes.

mod literals;
mod regexes;
mod text;

use std::fmt;
use std::ops::ControlFlow;

use literals::Literals;
pub use literals::{Anchor, Literal};
use regexes::Regexes;
use text::Text;

/// One pattern at one place: byte offsets, the end outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    pub start: u32,
    pub end: u32,
    pub pattern: u32,
}

/// What a search found, and memory that is kept from one search to the next, of any set.
#[derive(Default)]
pub struct Scratch {
    pub which: Vec<u32>,
    pub matches: Vec<Match>,
    /// By pattern; all 0 between searches.
    marks: Vec<u32>,
}

impl Scratch {
    /// Matches that room is kept for: 768 KiB of it.
    const KEPT_MATCHES: usize = 64 * 1024;

    /// Lets go of what one input with very many matches took.
    pub fn trim(&mut self) {
        if self.matches.capacity() > Self::KEPT_MATCHES {
            self.matches = Vec::new();
        }
    }
}

/// Why a set cannot be built.
#[derive(Debug)]
pub struct BuildError(String);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BuildError {}

/// A compiled set of patterns. Pattern numbers are the caller's.
pub struct PatternSet {
    literals: Option<Literals>,
    regexes: Option<Regexes>,
    patterns: usize,
}

impl PatternSet {
    /// Compiles literals and `(pattern number, source)` expressions in the canonical spelling.
    pub fn new(literals: &[Literal<'_>], regexes: &[(u32, &str)]) -> Result<Self, BuildError> {
        let numbers = literals.iter().map(|l| l.pattern);
        let patterns = numbers
            .chain(regexes.iter().map(|r| r.0))
            .max()
            .map_or(0, |last| last as usize + 1);
        Ok(Self {
            literals: Literals::new(literals).map_err(BuildError)?,
            regexes: Regexes::new(regexes).map_err(BuildError)?,
            patterns,
        })
    }

    /// Bytes the automata hold, without what the lazy parts cache while they search.
    #[must_use]
    pub fn memory_usage(&self) -> usize {
        self.literals.as_ref().map_or(0, Literals::memory_usage)
            + self.regexes.as_ref().map_or(0, Regexes::memory_usage)
    }

    /// Whether any pattern matches anywhere.
    #[must_use]
    pub fn is_match(&self, haystack: &[u8]) -> bool {
        self.literals.as_ref().is_some_and(|l| l.is_match(haystack))
            || self
                .regexes
                .as_ref()
                .is_some_and(|r| r.is_match(Text::new(haystack).as_str()))
    }

    /// The distinct patterns that match, in ascending order, in `scratch.which`.
    pub fn which(&self, haystack: &[u8], scratch: &mut Scratch) {
        let Scratch {
            which: found,
            marks,
            ..
        } = scratch;
        found.clear();
        if let Some(literals) = &self.literals {
            if marks.len() < self.patterns {
                marks.resize(self.patterns, 0);
            }
            let _ = literals.each(haystack, |pattern, _, _| {
                if std::mem::replace(&mut marks[pattern as usize], 1) == 0 {
                    found.push(pattern);
                }
                ControlFlow::Continue(())
            });
            // Marks are 0 between searches; taking back these few is cheaper than clearing all.
            for &pattern in found.iter() {
                marks[pattern as usize] = 0;
            }
        }
        if let Some(regexes) = &self.regexes {
            regexes.which(Text::new(haystack).as_str(), |pattern| found.push(pattern));
        }
        found.sort_unstable();
    }

    /// Every pattern's own leftmost, non-overlapping matches, sorted by start, end and pattern,
    /// in `scratch.matches`.
    /// Matches of different patterns may overlap.
    ///
    /// `ends[pattern]` is where that pattern's search begins; an empty slice begins all at 0. What
    /// lies before still counts as context, so a window of a stream can be searched on.
    pub fn find(&self, haystack: &[u8], ends: &[u32], scratch: &mut Scratch) {
        let Scratch {
            matches: found,
            marks,
            ..
        } = scratch;
        found.clear();
        if let Some(literals) = &self.literals {
            if marks.len() < self.patterns {
                marks.resize(self.patterns, 0);
            }
            let given = ends.len().min(marks.len());
            marks[..given].copy_from_slice(&ends[..given]);
            // Matches of one literal come in order, so the last end alone decides.
            let _ = literals.each(haystack, |pattern, start, end| {
                let last = &mut marks[pattern as usize];
                if start >= *last {
                    *last = end;
                    found.push(Match {
                        start,
                        end,
                        pattern,
                    });
                }
                ControlFlow::Continue(())
            });
            marks[..given].fill(0);
            for hit in found.iter() {
                marks[hit.pattern as usize] = 0;
            }
        }
        if let Some(regexes) = &self.regexes {
            let text = Text::new(haystack);
            let from = |pattern: u32| {
                ends.get(pattern as usize)
                    .map_or(0, |&end| text.position(end as usize))
            };
            regexes.find(text.as_str(), from, |pattern, start, end| {
                found.push(Match {
                    start: text.offset(start) as u32,
                    end: text.offset(end) as u32,
                    pattern,
                });
            });
        }
        found.sort_unstable();
    }
}

#[cfg(test)]
mod tests;
