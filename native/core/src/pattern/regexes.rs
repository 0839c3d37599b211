use std::ops::ControlFlow;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind, PatternID, PatternSet};

pub(super) struct Regexes {
    /// All at once: tells which match.
    all: Regex,
    /// Each alone, built when it first matches: tells where.
    each: Vec<Single>,
    /// Whether the verdict of `all` must be confirmed for some of them.
    any_splits: bool,
}

struct Single {
    pattern: u32,
    source: String,
    /// Holds `\B`, which works on bytes and so holds inside a character too, where nothing may match.
    splits: bool,
    regex: OnceLock<Option<Regex>>,
}

impl Regexes {
    pub(super) fn new(sources: &[(u32, &str)]) -> Result<Option<Self>, String> {
        if sources.is_empty() {
            return Ok(None);
        }
        let each: Vec<Single> = sources
            .iter()
            .map(|&(pattern, source)| Single {
                pattern,
                source: native_spelling(source),
                splits: source.contains("\\B"),
                regex: OnceLock::new(),
            })
            .collect();
        let spelled: Vec<&str> = each.iter().map(|single| single.source.as_str()).collect();
        // Only `All` reports every expression that matches; alone, the first match is wanted.
        let kind = if each.len() == 1 {
            MatchKind::LeftmostFirst
        } else {
            MatchKind::All
        };
        let all = build(&spelled, kind).map_err(|error| error.to_string())?;
        let any_splits = each.iter().any(|single| single.splits);
        Ok(Some(Self {
            all,
            each,
            any_splits,
        }))
    }

    pub(super) fn memory_usage(&self) -> usize {
        self.all.memory_usage()
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.all.is_match(text) && (!self.any_splits || !self.matching(text).is_empty())
    }

    pub(super) fn which(&self, text: &str, mut found: impl FnMut(u32)) {
        for id in self.matching(text).iter() {
            found(self.each[id.as_usize()].pattern);
        }
    }

    /// Calls `found(pattern, start, end)` for each expression's own leftmost-first matches,
    /// beginning at `from(pattern)`.
    pub(super) fn find(
        &self,
        text: &str,
        from: impl Fn(u32) -> usize,
        mut found: impl FnMut(u32, usize, usize),
    ) {
        for id in self.matching(text).iter() {
            if let Some((pattern, regex)) = self.single(id) {
                each_match(regex, text, from(pattern), |start, end| {
                    found(pattern, start, end);
                    ControlFlow::Continue(())
                });
            }
        }
    }

    fn matching(&self, text: &str) -> PatternSet {
        let mut matching = PatternSet::new(self.each.len());
        if self.each.len() == 1 {
            if self.all.is_match(text) {
                matching.insert(PatternID::ZERO);
            }
        } else {
            self.all
                .which_overlapping_matches(&Input::new(text), &mut matching);
        }
        if !self.any_splits {
            return matching;
        }
        let mut confirmed = PatternSet::new(self.each.len());
        for id in matching.iter() {
            if !self.each[id.as_usize()].splits || self.truly_matches(id, text) {
                confirmed.insert(id);
            }
        }
        confirmed
    }

    fn truly_matches(&self, id: PatternID, text: &str) -> bool {
        let mut found = false;
        if let Some((_, regex)) = self.single(id) {
            each_match(regex, text, 0, |_, _| {
                found = true;
                ControlFlow::Break(())
            });
        }
        found
    }

    fn single(&self, id: PatternID) -> Option<(u32, &Regex)> {
        let single = &self.each[id.as_usize()];
        if self.each.len() == 1 {
            return Some((single.pattern, &self.all));
        }
        // What was built together can be built alone, so `None` does not come up.
        let regex = single
            .regex
            .get_or_init(|| build(&[&single.source], MatchKind::LeftmostFirst).ok())
            .as_ref()?;
        Some((single.pattern, regex))
    }
}

/// Goes from match to match. An empty match that touches the one before is passed over, and the
/// search goes on a character later.
fn each_match(
    regex: &Regex,
    text: &str,
    from: usize,
    mut found: impl FnMut(usize, usize) -> ControlFlow<()>,
) {
    let mut at = from;
    let mut last_end = None;
    while at <= text.len() {
        let Some(hit) = regex.find(Input::new(text).range(at..)) else {
            return;
        };
        if !text.is_char_boundary(hit.end()) {
            at = hit.end() + 1;
            continue;
        }
        if !hit.is_empty() {
            at = hit.end();
        } else {
            let width = text[hit.end()..].chars().next().map_or(1, char::len_utf8);
            at = hit.end() + width;
            if last_end == Some(hit.end()) {
                continue;
            }
        }
        last_end = Some(hit.end());
        if found(hit.start(), hit.end()).is_break() {
            return;
        }
    }
}

/// In the canonical spelling every backslash of the text is `\x{5C}`, so `\b` and `\B` are the
/// assertions; here they are ASCII.
fn native_spelling(source: &str) -> String {
    source
        .replace("\\b", "(?-u:\\b)")
        .replace("\\B", "(?-u:\\B)")
}

fn build(
    sources: &[&str],
    kind: MatchKind,
) -> Result<Regex, Box<regex_automata::meta::BuildError>> {
    // TypeScript has bounded sizes and depths already, with the same verdict on both back ends.
    Regex::builder()
        .configure(
            Regex::config()
                .match_kind(kind)
                // Left to the engine, an empty match inside a character can hide a true one.
                .utf8_empty(false)
                .nfa_size_limit(None)
                .hybrid_cache_capacity(8 << 20),
        )
        .syntax(syntax::Config::new().utf8(false).nest_limit(1000))
        .build_many(sources)
        .map_err(Box::new)
}
