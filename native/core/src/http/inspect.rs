//! One program made ready, and the inspection of one request with it.

use std::sync::Mutex;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::base64::hidden_text;
use super::bytes::{contains, find_byte};
use super::decode::{canonical, squeeze};
use super::fields::{self, Check, Visitor};
use super::hits::HitWriter;
use super::program::{Kind, Limits, Program, Signature, Words, latin1, words};
use super::request::walk_request;
use super::{markup, shell, sql};

/// Values as far as this are inspected; of longer ones the two ends.
const MAX_VALUE: usize = 65_536;
/// The opening line of a document is read on its own as far as this.
const MAX_OPENING: usize = 256;
/// Values that an application hands to an interpreter; elsewhere the text signatures serve alone.
const GRAMMAR_LOCATIONS: u16 = 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512 | 2048;

struct Shape {
    index: u16,
    level: u8,
    locations: u16,
    names: Vec<Vec<u8>>,
    contexts: u8,
    documents: bool,
    pattern: Option<Regex>,
}

impl Shape {
    fn applies(&self, place: &Place) -> bool {
        self.level <= place.level
            && self.locations & place.location != 0
            && (self.documents || !place.document)
            && (self.names.is_empty() || self.names.iter().any(|name| name == place.name))
    }
}

/// Shapes over one grammar's token strings, all tried in one pass.
struct Grammar {
    shapes: Vec<Shape>,
    set: RegexSet,
    words: Words,
}

struct Place<'v> {
    level: u8,
    location: u16,
    name: &'v [u8],
    document: bool,
}

/// Holds a program; every inspection borrows the one scratch room.
pub struct Inspector {
    text: Vec<Shape>,
    always: Vec<usize>,
    automaton: AhoCorasick,
    opens: Vec<Vec<u32>>,
    sql: Grammar,
    shell: Grammar,
    markup: Grammar,
    checks: Vec<Shape>,
    check_of: Vec<usize>,
    limits: Limits,
    scratch: Mutex<Scratch>,
}

#[derive(Default)]
struct Scratch {
    seen: Vec<u32>,
    stamp: u32,
    tokens: Vec<u8>,
    word: Vec<u8>,
    written: Vec<u16>,
    /// Keys of this request that nothing was found in: arrays of objects repeat them.
    clean: Vec<(u16, u64)>,
}

/// As many clean keys are remembered.
const MAX_CLEAN: usize = 64;

impl Inspector {
    /// Reads and compiles a program.
    ///
    /// # Errors
    /// Says which pattern does not compile.
    pub fn new(program: &Program, limits: Limits) -> Result<Self, String> {
        let mut literals: Vec<Vec<u8>> = Vec::new();
        let mut opens: Vec<Vec<u32>> = Vec::new();
        let mut places = std::collections::HashMap::new();
        let mut text = Vec::new();
        let mut always = Vec::new();
        let mut checks = Vec::new();
        let mut check_of = Vec::new();
        for (index, signature) in program.signatures.iter().enumerate() {
            match signature.kind {
                Kind::Check => {
                    checks.push(shape(index, signature, None));
                    check_of.push(signature.check);
                }
                Kind::Text => {
                    if signature.literals.is_empty() {
                        always.push(text.len());
                    }
                    for literal in &signature.literals {
                        let literal = latin1(literal);
                        let place = *places.entry(literal.clone()).or_insert_with(|| {
                            literals.push(literal);
                            opens.push(Vec::new());
                            opens.len() - 1
                        });
                        opens[place].push(text.len() as u32);
                    }
                    let pattern = (!signature.pattern.is_empty())
                        .then(|| compile(&signature.pattern))
                        .transpose()?;
                    text.push(shape(index, signature, pattern));
                }
                _ => {}
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&literals)
            .map_err(|error| error.to_string())?;
        let scratch = Scratch {
            seen: vec![0; text.len()],
            ..Scratch::default()
        };
        Ok(Self {
            text,
            always,
            automaton,
            opens,
            sql: grammar(program, Kind::Sql, words(&program.sql_words))?,
            shell: grammar(program, Kind::Shell, words(&program.shell_words))?,
            markup: grammar(program, Kind::Markup, words(&program.markup_words))?,
            checks,
            check_of,
            limits,
            scratch: Mutex::new(scratch),
        })
    }

    /// Inspects one packed request and writes the hits into `out`; gives their number.
    pub fn inspect(&self, request: &[u8], level: u8, out: &mut [u8]) -> u32 {
        let mut scratch = self.scratch.lock().unwrap_or_else(|held| held.into_inner());
        let mut inspection = Inspection {
            inspector: self,
            scratch: &mut scratch,
            hits: HitWriter::new(out),
            level,
            fields: 0,
            bytes: 0,
        };
        inspection.scratch.clean.clear();
        walk_request(request, &self.limits, &mut inspection);
        inspection.hits.count
    }
}

fn shape(index: usize, signature: &Signature, pattern: Option<Regex>) -> Shape {
    Shape {
        index: index as u16,
        level: signature.level,
        locations: signature.locations,
        names: signature.names.iter().map(|name| latin1(name)).collect(),
        contexts: signature.contexts,
        documents: signature.documents,
        pattern,
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(64 << 20)
        .dfa_size_limit(4 << 20)
        .build()
        .map_err(|error| error.to_string())
}

fn grammar(program: &Program, kind: Kind, words: Words) -> Result<Grammar, String> {
    let of_kind = || {
        program
            .signatures
            .iter()
            .enumerate()
            .filter(|(_, signature)| signature.kind == kind)
    };
    let set = RegexSetBuilder::new(of_kind().map(|(_, signature)| &signature.pattern))
        .unicode(false)
        .size_limit(64 << 20)
        .dfa_size_limit(16 << 20)
        .build()
        .map_err(|error| error.to_string())?;
    let shapes = of_kind().map(|(index, s)| shape(index, s, None)).collect();
    Ok(Grammar { shapes, set, words })
}

struct Inspection<'i, 'o> {
    inspector: &'i Inspector,
    scratch: &'i mut Scratch,
    hits: HitWriter<'o>,
    level: u8,
    fields: usize,
    bytes: usize,
}

impl Visitor for Inspection<'_, '_> {
    fn check(&mut self, check: Check, name: &[u8], value: &[u8]) {
        for (shape, &of) in self.inspector.checks.iter().zip(&self.inspector.check_of) {
            if of == check as usize && shape.level <= self.level {
                self.hits.add(shape.index, shape.locations, name, value);
            }
        }
    }

    fn field(&mut self, location: u16, name: &[u8], value: &[u8]) -> bool {
        self.fields += 1;
        self.bytes += value.len();
        if self.fields > self.inspector.limits.fields {
            self.check(Check::TooManyParameters, name, b"");
            return false;
        }
        if self.bytes > self.inspector.limits.decoded_bytes {
            self.check(Check::BudgetSpent, name, b"");
            return false;
        }
        if value.is_empty() {
            return true;
        }
        let key = (location == fields::BODY_NAME).then(|| (location, hash_of(value)));
        if key.is_some_and(|key| self.scratch.clean.contains(&key)) {
            return true;
        }
        let ends;
        let part = if value.len() > MAX_VALUE {
            let tail = &value[value.len() - MAX_VALUE / 2..];
            ends = [&value[..MAX_VALUE / 2], tail].concat();
            &ends
        } else {
            value
        };
        self.scratch.written.clear();
        let mut seen = Seen {
            inspector: self.inspector,
            scratch: self.scratch,
            hits: &mut self.hits,
            excerpt: part,
        };
        let place = Place {
            level: self.level,
            location,
            name,
            document: false,
        };
        seen.view(&canonical(part), &place);
        if let Some(hidden) = hidden_text(part) {
            seen.view(&canonical(&hidden), &place);
        }
        if let Some(key) = key
            && self.scratch.written.is_empty()
            && self.scratch.clean.len() < MAX_CLEAN
        {
            self.scratch.clean.push(key);
        }
        true
    }
}

/// One field under inspection.
struct Seen<'s, 'o> {
    inspector: &'s Inspector,
    scratch: &'s mut Scratch,
    hits: &'s mut HitWriter<'o>,
    excerpt: &'s [u8],
}

impl Seen<'_, '_> {
    fn hit(&mut self, index: u16, place: &Place) {
        if !self.scratch.written.contains(&index) {
            self.scratch.written.push(index);
            self.hits
                .add(index, place.location, place.name, self.excerpt);
        }
    }

    fn view(&mut self, text: &[u8], outer: &Place) {
        let document = outer.level == 1 && is_document(text);
        let place = Place { document, ..*outer };
        // What breaks out of its context stands first: the opening line is read as a value of its own.
        if document && text.first() != Some(&b'#') {
            let end = find_byte(text, 0, b'\n').unwrap_or(text.len());
            let line = &text[..end.min(MAX_OPENING)];
            if !is_document(line) {
                self.view(line, outer);
            }
        }
        self.text(&squeeze(text), &place);
        if place.location & GRAMMAR_LOCATIONS != 0 {
            self.grammars(text, &place);
        }
    }

    fn text(&mut self, squeezed: &[u8], place: &Place) {
        let inspector = self.inspector;
        self.scratch.stamp = self.scratch.stamp.wrapping_add(1);
        let stamp = self.scratch.stamp;
        for found in inspector.automaton.find_overlapping_iter(squeezed) {
            for &at in &inspector.opens[found.pattern().as_usize()] {
                let at = at as usize;
                if self.scratch.seen[at] == stamp {
                    continue;
                }
                self.scratch.seen[at] = stamp;
                let shape = &inspector.text[at];
                if shape.applies(place)
                    && shape.pattern.as_ref().is_none_or(|p| p.is_match(squeezed))
                {
                    self.hit(shape.index, place);
                }
            }
        }
        for &at in &inspector.always {
            let shape = &inspector.text[at];
            if shape.applies(place) && shape.pattern.as_ref().is_some_and(|p| p.is_match(squeezed))
            {
                self.hit(shape.index, place);
            }
        }
    }

    fn grammars(&mut self, text: &[u8], place: &Place) {
        let inspector = self.inspector;
        let gates = gates_of(text);
        let mut tokens = std::mem::take(&mut self.scratch.tokens);
        let sql = &inspector.sql;
        for (gate, quote, context) in [
            (SQL_GATE, 0, 1),
            (SINGLE_QUOTE, b'\'', 2),
            (DOUBLE_QUOTE, b'"', 4),
        ] {
            if gates & gate != 0 {
                sql::tokenise(text, quote, &sql.words, &mut tokens);
                self.shapes(sql, &tokens, context, place);
            }
        }
        let markup = &inspector.markup;
        for (gate, quote, context) in [
            (LESS_THAN, 0, 1),
            (EQUALS_SIGN | SINGLE_QUOTE, b'\'', 2),
            (EQUALS_SIGN | DOUBLE_QUOTE, b'"', 2),
            (EQUALS_SIGN | BACK_QUOTE, b'`', 2),
            (EQUALS_SIGN, b' ', 4),
        ] {
            if gates & gate == gate {
                markup::tokenise(text, quote, &markup.words, &mut tokens);
                self.shapes(markup, &tokens, context, place);
            }
        }
        if gates & SHELL_GATE != 0 {
            let words = &inspector.shell.words;
            shell::tokenise(text, words, &mut self.scratch.word, &mut tokens);
            self.shapes(&inspector.shell, &tokens, 1, place);
        }
        self.scratch.tokens = tokens;
    }

    fn shapes(&mut self, grammar: &Grammar, tokens: &[u8], context: u8, place: &Place) {
        if tokens.is_empty() || !grammar.set.is_match(tokens) {
            return;
        }
        for at in grammar.set.matches(tokens) {
            let shape = &grammar.shapes[at];
            if shape.contexts & context != 0 && shape.applies(place) {
                self.hit(shape.index, place);
            }
        }
    }
}

/// A keyed hash: what collides must not be a sender's choice.
fn hash_of(key: &[u8]) -> u64 {
    use std::hash::BuildHasher;
    static STATE: std::sync::LazyLock<foldhash::quality::RandomState> =
        std::sync::LazyLock::new(foldhash::quality::RandomState::default);
    STATE.hash_one(key)
}

const SINGLE_QUOTE: u8 = 1;
const DOUBLE_QUOTE: u8 = 2;
const BACK_QUOTE: u8 = 4;
const LESS_THAN: u8 = 8;
const EQUALS_SIGN: u8 = 16;
const SQL_GATE: u8 = 32;
const SHELL_GATE: u8 = 64;

static GATES: [u8; 256] = {
    let mut gates = [0; 256];
    gates[b'\'' as usize] = SINGLE_QUOTE | SQL_GATE | SHELL_GATE;
    gates[b'"' as usize] = DOUBLE_QUOTE | SQL_GATE | SHELL_GATE;
    gates[b'`' as usize] = BACK_QUOTE | SQL_GATE | SHELL_GATE;
    gates[b'<' as usize] = LESS_THAN | SQL_GATE | SHELL_GATE;
    gates[b'=' as usize] = EQUALS_SIGN | SQL_GATE | SHELL_GATE;
    let (sql, shell) = (b" ();#*+|&\n\t", b" ;|&$>(\n{\\^/");
    let mut at = 0;
    while at < sql.len() {
        gates[sql[at] as usize] |= SQL_GATE;
        at += 1;
    }
    at = 0;
    while at < shell.len() {
        gates[shell[at] as usize] |= SHELL_GATE;
        at += 1;
    }
    gates
};

/// Which grammars could read something in the text: by the characters they cannot do without.
fn gates_of(text: &[u8]) -> u8 {
    text.iter()
        .fold(0, |gates, &byte| gates | GATES[byte as usize])
}

/// Whether a value reads as lines of prose: pairs of neighbouring words, three with a line end or
/// fourteen without. Code in such a value is quoted by a person more often than run by a program.
fn is_document(text: &[u8]) -> bool {
    if text.len() < 40 {
        return false;
    }
    if contains(text, b"\n```") {
        return true;
    }
    let wanted = if text.contains(&b'\n') { 3 } else { 14 };
    let mut pairs = 0;
    for space in memchr::memchr_iter(b' ', text) {
        if let Some([a, b, _, c]) = text.get(space.wrapping_sub(2)..space + 2)
            && a.is_ascii_lowercase()
            && b.is_ascii_lowercase()
            && c.is_ascii_lowercase()
        {
            pairs += 1;
            if pairs >= wanted {
                return true;
            }
        }
    }
    false
}
