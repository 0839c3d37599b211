//! The patterns over one grammar's token strings, all tried in one pass.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind, PatternID, PatternSet, nfa::thompson};

use super::program::{Kind, Program};
use super::shape::Shape;
use super::words::Words;

/// The lazily built states of one grammar's automaton may take as much.
const CACHE_BYTES: usize = 16 << 20;

pub struct Grammar {
    pub shapes: Vec<Shape>,
    pub words: Words,
    automaton: DFA,
}

/// What matching writes to: one for each grammar and thread of use.
pub struct GrammarCache {
    states: Cache,
    matched: PatternSet,
}

impl Grammar {
    /// # Errors
    /// Says which pattern does not compile.
    pub fn new(program: &Program, kind: Kind, words: Words) -> Result<Self, String> {
        let (mut shapes, mut patterns) = (Vec::new(), Vec::new());
        for (index, signature) in program.signatures.iter().enumerate() {
            if signature.kind == kind {
                shapes.push(Shape::new(index, signature, None));
                patterns.push(signature.pattern.as_str());
            }
        }
        let automaton = DFA::builder()
            .configure(
                DFA::config()
                    .match_kind(MatchKind::All)
                    .cache_capacity(CACHE_BYTES)
                    .skip_cache_capacity_check(true),
            )
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(64 << 20)),
            )
            .build_many(&patterns)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            shapes,
            words,
            automaton,
        })
    }

    pub fn cache(&self) -> GrammarCache {
        GrammarCache {
            states: self.automaton.create_cache(),
            matched: PatternSet::new(self.automaton.pattern_len()),
        }
    }

    /// Which of the letters may begin a token string, made of those letters alone, that a pattern holds
    /// for: found by walking all states of the automaton that such strings lead to.
    pub fn openings(&self, letters: &[u8]) -> Box<[bool; 256]> {
        let mut cache = self.automaton.create_cache();
        let mut openings = Box::new([false; 256]);
        for &letter in letters {
            openings[letter as usize] = self.may_match(letter, letters, &mut cache);
        }
        openings
    }

    fn may_match(&self, first: u8, letters: &[u8], cache: &mut Cache) -> bool {
        let input = Input::new(b"").anchored(Anchored::No);
        let Ok(start) = self.automaton.start_state_forward(cache, &input) else {
            return true;
        };
        let Ok(opened) = self.automaton.next_state(cache, start, first) else {
            return true;
        };
        let mut seen = std::collections::HashSet::from([opened]);
        let mut open = vec![opened];
        while let Some(state) = open.pop() {
            let Ok(last) = self.automaton.next_eoi_state(cache, state) else {
                return true;
            };
            if state.is_match() || last.is_match() {
                return true;
            }
            for &letter in letters {
                let Ok(next) = self.automaton.next_state(cache, state, letter) else {
                    return true;
                };
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// Whether any pattern holds somewhere in a token string.
    ///
    /// The automaton gives up on nothing: no byte is set to quit on, and a full cache starts anew.
    #[inline]
    pub fn is_match(&self, tokens: &[u8], cache: &mut GrammarCache) -> bool {
        let input = Input::new(tokens).anchored(Anchored::No).earliest(true);
        !matches!(
            self.automaton.try_search_fwd(&mut cache.states, &input),
            Ok(None)
        )
    }

    /// Looks which patterns hold: the cache tells of each.
    pub fn find(&self, tokens: &[u8], cache: &mut GrammarCache) {
        cache.matched.clear();
        let found = self.automaton.try_which_overlapping_matches(
            &mut cache.states,
            &Input::new(tokens).anchored(Anchored::No),
            &mut cache.matched,
        );
        debug_assert!(found.is_ok());
    }
}

impl GrammarCache {
    /// Whether the pattern of a shape held when last looked.
    pub fn holds(&self, shape: usize) -> bool {
        self.matched.contains(PatternID::must(shape))
    }
}
