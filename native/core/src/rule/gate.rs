//! A quick look over the raw line for keyword searches.
//!
//! Rules that search the whole event are rare, but some are asked of every event of a product. A piece of
//! each keyword is looked for in the line as it stands; where none is found no keyword can hold, and the
//! event's values need not be listed one by one. It may let too much through, never too little.

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;

use super::needles::{NeedleSearch, Needles};

/// Shorter pieces would be found everywhere.
const MIN_PIECE: usize = 3;
/// A packed search pays up to this many pieces.
const MAX_PACKED: usize = 128;

enum Search {
    Packed(Searcher),
    Automaton(AhoCorasick),
}

pub struct Gate {
    search: Search,
    needles: Option<Needles>,
    /// Non-ASCII characters whose lower case is ASCII: the long s and the Kelvin sign.
    aliases: [memmem::Finder<'static>; 2],
}

impl Gate {
    /// `None` where a keyword has no piece that stands unescaped in JSON.
    pub fn new(literals: &[Vec<u8>]) -> Option<Self> {
        let mut pieces = literals
            .iter()
            .map(|literal| piece(literal))
            .collect::<Option<Vec<_>>>()?;
        pieces.sort_unstable();
        pieces.dedup();
        Some(Self {
            search: search(&pieces)?,
            needles: Needles::new(&pieces),
            aliases: [
                memmem::Finder::new("\u{17f}".as_bytes()),
                memmem::Finder::new("\u{212a}".as_bytes()),
            ],
        })
    }

    /// Whether a keyword may stand in the line. `ascii` tells that nothing else stands there,
    /// `unicode_escapes` that `\u` escapes do.
    pub fn opens(
        &self,
        line: &[u8],
        ascii: bool,
        unicode_escapes: bool,
        search: Option<NeedleSearch>,
        folded: &mut Vec<u8>,
    ) -> bool {
        if unicode_escapes || (!ascii && self.aliases.iter().any(|it| it.find(line).is_some())) {
            return true;
        }
        if let (Some(search), Some(needles)) = (search, &self.needles) {
            return search(needles, line);
        }
        folded.clear();
        folded.extend_from_slice(line);
        folded.make_ascii_lowercase();
        match &self.search {
            Search::Packed(searcher) => searcher.find(&folded[..]).is_some(),
            Search::Automaton(automaton) => automaton.is_match(&folded[..]),
        }
    }
}

fn search(pieces: &[&[u8]]) -> Option<Search> {
    if pieces.len() <= MAX_PACKED
        && let Some(searcher) = packed::Config::new().builder().extend(pieces).build()
    {
        return Some(Search::Packed(searcher));
    }
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(pieces)
        .ok()
        .map(Search::Automaton)
}

/// The longest part of a folded literal that JSON writes as it is.
fn piece(literal: &[u8]) -> Option<&[u8]> {
    literal
        .split(|byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\' | b'/'))
        .max_by_key(|part| part.len())
        .filter(|part| part.len() >= MIN_PIECE)
}
