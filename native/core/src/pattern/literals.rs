use std::ops::ControlFlow;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Where in the haystack a literal must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Anywhere,
    Start,
    End,
    Whole,
}

/// A literal to search for; `bytes` is not empty.
#[derive(Clone, Copy, Debug)]
pub struct Literal<'a> {
    pub bytes: &'a [u8],
    /// Takes ASCII letters of either case for the same.
    pub ignore_case: bool,
    pub anchor: Anchor,
    pub pattern: u32,
}

/// A full automaton costs memory for every state and byte class; beyond this many pattern bytes
/// the compact one takes over.
const DENSE_LIMIT_BYTES: usize = 64 << 10;

pub(super) struct Literals {
    automaton: AhoCorasick,
    entries: Vec<Entry>,
}

struct Entry {
    pattern: u32,
    anchor: Anchor,
    /// The exact bytes, where the automaton folds case and this literal does not.
    exact: Option<Box<[u8]>>,
}

impl Literals {
    pub(super) fn new(literals: &[Literal<'_>]) -> Result<Option<Self>, String> {
        if literals.is_empty() {
            return Ok(None);
        }
        let folds = literals.iter().any(|literal| literal.ignore_case);
        let total: usize = literals.iter().map(|literal| literal.bytes.len()).sum();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(folds)
            .kind((total <= DENSE_LIMIT_BYTES).then_some(AhoCorasickKind::DFA))
            .build(literals.iter().map(|literal| literal.bytes))
            .map_err(|error| error.to_string())?;
        let entries = literals
            .iter()
            .map(|literal| Entry {
                pattern: literal.pattern,
                anchor: literal.anchor,
                exact: (folds && !literal.ignore_case).then(|| literal.bytes.into()),
            })
            .collect();
        Ok(Some(Self { automaton, entries }))
    }

    pub(super) fn memory_usage(&self) -> usize {
        self.automaton.memory_usage() + self.entries.len() * size_of::<Entry>()
    }

    pub(super) fn is_match(&self, haystack: &[u8]) -> bool {
        self.each(haystack, |_, _, _| ControlFlow::Break(()))
            .is_break()
    }

    /// Calls `found(pattern, start, end)` for every occurrence, overlapping ones too, by rising end.
    pub(super) fn each(
        &self,
        haystack: &[u8],
        mut found: impl FnMut(u32, u32, u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for hit in self.automaton.find_overlapping_iter(haystack) {
            let entry = &self.entries[hit.pattern().as_usize()];
            let (start, end) = (hit.start(), hit.end());
            let placed = match entry.anchor {
                Anchor::Anywhere => true,
                Anchor::Start => start == 0,
                Anchor::End => end == haystack.len(),
                Anchor::Whole => start == 0 && end == haystack.len(),
            };
            let exact = || {
                entry
                    .exact
                    .as_ref()
                    .is_none_or(|exact| haystack[start..end] == **exact)
            };
            if placed && exact() {
                found(entry.pattern, start as u32, end as u32)?;
            }
        }
        ControlFlow::Continue(())
    }
}
