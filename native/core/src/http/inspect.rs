//! The inspection of one request with a program made ready.

use std::sync::Mutex;

use super::base64::hidden_text;
use super::decode::{Decoder, squeeze};
use super::document::is_document;
use super::fields::{self, Check, Visitor};
use super::grammar::{Grammar, GrammarCache};
use super::hits::HitWriter;
use super::literals::{Ended, Literals};
use super::path::Path;
use super::program::{Kind, Limits, Program, latin1};
use super::request::walk_request;
use super::shape::{Place, Shape, compile};
use super::traits::{self, has_pair, traits_of};
use super::words::Words;
use super::{markup, shell, sql};

/// Values as far as this are inspected; of longer ones the two ends.
const MAX_VALUE: usize = 65_536;
/// The opening line of a document is read on its own as far as this.
const MAX_OPENING: usize = 256;
/// Values that an application hands to an interpreter; elsewhere the text signatures serve alone.
const GRAMMAR_LOCATIONS: u16 = 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512 | 2048;
/// Where documents of many objects repeat themselves.
const REPEATING: u16 = fields::BODY | fields::BODY_NAME;
/// The pattern of a shape that holds where squeezing leaves nothing: NUL bytes and comments alone.
const BLANK: &str = "^$";

/// Holds a program; every inspection borrows the one scratch room.
pub struct Inspector {
    text: Vec<Shape>,
    /// Places in `text` of the shapes without literals, by the number of a location's bit.
    always: [Vec<usize>; 16],
    /// Of those for blank values.
    blank: Vec<usize>,
    literals: Literals,
    /// For each literal, the places in `text` of the shapes that it opens.
    opens: Vec<Vec<u32>>,
    sql: Grammar,
    shell: Grammar,
    /// Letters that some command may start with that nothing separates or quotes: without and with a slash.
    command_letters: [Box<[bool; 256]>; 2],
    /// Whether a word of the commands reads like an address.
    command_addresses: bool,
    markup: Grammar,
    checks: Vec<Shape>,
    check_of: Vec<usize>,
    limits: Limits,
    scratch: Mutex<Scratch>,
}

/// Room that inspections work in, so that values cost no allocation.
struct Scratch {
    seen: Vec<u32>,
    stamp: u32,
    tokens: Vec<u8>,
    word: Vec<u8>,
    hidden: Vec<u8>,
    squeezed: Vec<u8>,
    decoder: Decoder,
    sql: GrammarCache,
    shell: GrammarCache,
    markup: GrammarCache,
    written: Vec<u16>,
    ended: Ended,
    path: Vec<u8>,
    /// Short fields of this request that nothing was found in, by the low bits of their hash: arrays of
    /// objects repeat names and values.
    clean: [u64; MAX_CLEAN],
}

/// As many clean fields are remembered.
const MAX_CLEAN: usize = 128;
/// Fields as long as this, names and values together, are remembered.
const MAX_REPEATED: usize = 48;

impl Inspector {
    /// Reads and compiles a program.
    ///
    /// # Errors
    /// Says which pattern does not compile.
    pub fn new(program: &Program, limits: Limits) -> Result<Self, String> {
        let mut literals: Vec<Vec<u8>> = Vec::new();
        let mut opens: Vec<Vec<u32>> = Vec::new();
        let mut places = std::collections::HashMap::new();
        let (mut text, mut blank) = (Vec::new(), Vec::new());
        let mut always: [Vec<usize>; 16] = Default::default();
        let (mut checks, mut check_of) = (Vec::new(), Vec::new());
        for (index, signature) in program.signatures.iter().enumerate() {
            match signature.kind {
                Kind::Check => {
                    checks.push(Shape::new(index, signature, None));
                    check_of.push(signature.check);
                }
                Kind::Text => {
                    if signature.pattern == BLANK {
                        blank.push(text.len());
                    } else if signature.literals.is_empty() {
                        for (bit, places) in always.iter_mut().enumerate() {
                            if signature.locations >> bit & 1 != 0 {
                                places.push(text.len());
                            }
                        }
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
                    text.push(Shape::new(index, signature, pattern));
                }
                _ => {}
            }
        }
        let sql = Grammar::new(program, Kind::Sql, Words::new(&program.sql_words))?;
        let shell = Grammar::new(program, Kind::Shell, Words::new(&program.shell_words))?;
        let command_letters = [shell::WORD_LETTERS, shell::PATH_LETTERS].map(|letters| {
            let known = program
                .shell_words
                .values()
                .map(|class| class.as_bytes()[0]);
            shell.openings(&letters.iter().copied().chain(known).collect::<Vec<_>>())
        });
        let command_addresses = program
            .shell_words
            .keys()
            .any(|word| shell::is_address(&latin1(word)));
        let markup = Grammar::new(program, Kind::Markup, Words::new(&program.markup_words))?;
        let scratch = Scratch {
            seen: vec![0; text.len()],
            stamp: 0,
            tokens: Vec::new(),
            word: Vec::new(),
            hidden: Vec::new(),
            squeezed: Vec::new(),
            decoder: Decoder::default(),
            sql: sql.cache(),
            shell: shell.cache(),
            markup: markup.cache(),
            written: Vec::new(),
            ended: Ended::default(),
            path: Vec::new(),
            clean: [0; MAX_CLEAN],
        };
        Ok(Self {
            text,
            always,
            blank,
            literals: Literals::new(&literals)?,
            opens,
            sql,
            shell,
            command_letters,
            command_addresses,
            markup,
            checks,
            check_of,
            limits,
            scratch: Mutex::new(scratch),
        })
    }

    /// Inspects one packed request and writes the hits into `out`; gives their number.
    pub fn inspect(&self, request: &[u8], level: u8, out: &mut [u8]) -> u32 {
        let mut scratch = self.scratch.lock().unwrap_or_else(|held| held.into_inner());
        scratch.clean.fill(0);
        let mut inspection = Inspection {
            inspector: self,
            scratch: &mut scratch,
            hits: HitWriter::new(out),
            level,
            fields: 0,
            bytes: 0,
        };
        walk_request(request, &self.limits, &mut inspection);
        inspection.hits.count
    }
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

    #[inline]
    fn field(&mut self, location: u16, name: &[u8], value: &[u8]) -> bool {
        self.value(location, name, None, value)
    }

    #[inline]
    fn nested(&mut self, location: u16, path: &Path, value: &[u8]) -> bool {
        self.value(location, path.key(), Some(path), value)
    }
}

impl Inspection<'_, '_> {
    /// A limit that a value goes beyond.
    fn beyond(&mut self, check: Check, name: &[u8], path: Option<&Path>) -> bool {
        let mut written = Vec::new();
        let name = match path {
            Some(path) => {
                path.write(&mut written);
                &written
            }
            None => name,
        };
        self.check(check, name, b"");
        false
    }

    fn value(&mut self, location: u16, name: &[u8], path: Option<&Path>, value: &[u8]) -> bool {
        self.fields += 1;
        self.bytes += value.len();
        if self.fields > self.inspector.limits.fields {
            return self.beyond(Check::TooManyParameters, name, path);
        }
        if self.bytes > self.inspector.limits.decoded_bytes {
            return self.beyond(Check::BudgetSpent, name, path);
        }
        if !value.is_empty() {
            self.unless_clean(location, name, path, value);
        }
        true
    }

    /// Looks at a value, unless nothing was found in the same field before.
    #[inline]
    fn unless_clean(&mut self, location: u16, name: &[u8], path: Option<&Path>, value: &[u8]) {
        let repeats = location & REPEATING != 0 && name.len() + value.len() <= MAX_REPEATED;
        let hash = if repeats {
            hash_of(location, name, value)
        } else {
            0
        };
        let slot = hash as usize % MAX_CLEAN;
        if repeats && self.scratch.clean[slot] == hash {
            return;
        }
        self.look(location, name, path, value);
        if repeats && self.scratch.written.is_empty() {
            self.scratch.clean[slot] = hash;
        }
    }

    /// Not part of `value`: for most fields that repeat, saving registers for it would be half of the work.
    #[inline(never)]
    fn look(&mut self, location: u16, name: &[u8], path: Option<&Path>, value: &[u8]) {
        let ends;
        let part = if value.len() > MAX_VALUE {
            let tail = &value[value.len() - MAX_VALUE / 2..];
            ends = [&value[..MAX_VALUE / 2], tail].concat();
            &ends
        } else {
            value
        };
        let place = Place {
            level: self.level,
            location,
            name,
            path,
            document: false,
        };
        self.part(&place, part);
    }

    fn part(&mut self, place: &Place, part: &[u8]) {
        self.scratch.written.clear();
        let mut decoder = std::mem::take(&mut self.scratch.decoder);
        let mut hidden = std::mem::take(&mut self.scratch.hidden);
        let mut seen = Seen {
            inspector: self.inspector,
            scratch: self.scratch,
            hits: &mut self.hits,
            excerpt: part,
        };
        let traits = traits_of(part);
        let (text, read) = decoder.canonical(part, traits);
        seen.view(text, read, place);
        if traits & traits::NO_BASE64 == 0 && hidden_text(part, &mut hidden) {
            let (text, read) = decoder.canonical(&hidden, traits_of(&hidden));
            seen.view(text, read, place);
        }
        self.scratch.decoder = decoder;
        self.scratch.hidden = hidden;
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
            let name = match place.path {
                Some(path) => {
                    path.write(&mut self.scratch.path);
                    &self.scratch.path
                }
                None => place.name,
            };
            self.hits.add(index, place.location, name, self.excerpt);
        }
    }

    fn view(&mut self, text: &[u8], traits: u16, outer: &Place) {
        let document = outer.level == 1 && is_document(text, traits);
        let place = Place { document, ..*outer };
        // What breaks out of its context stands first: the opening line is read as a value of its own.
        if document && text.first() != Some(&b'#') {
            let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
            let line = &text[..end.min(MAX_OPENING)];
            let traits = traits_of(line);
            if !is_document(line, traits) {
                self.view(line, traits, outer);
            }
        }
        let mut room = std::mem::take(&mut self.scratch.squeezed);
        self.text(squeeze(text, traits, &mut room), &place);
        self.scratch.squeezed = room;
        if place.location & GRAMMAR_LOCATIONS != 0 {
            self.grammars(text, traits, &place);
        }
    }

    fn text(&mut self, squeezed: &[u8], place: &Place) {
        let inspector = self.inspector;
        self.scratch.stamp = self.scratch.stamp.wrapping_add(1);
        let stamp = self.scratch.stamp;
        inspector.literals.scan(squeezed, &mut self.scratch.ended);
        for at in 0..self.scratch.ended.states.len() {
            let state = self.scratch.ended.states[at];
            for &literal in inspector.literals.ending(state) {
                self.opened(&inspector.opens[literal as usize], stamp, squeezed, place);
            }
        }
        let blank: &[usize] = if squeezed.is_empty() {
            &inspector.blank
        } else {
            &[]
        };
        let always = &inspector.always[place.location.trailing_zeros() as usize & 15];
        for &at in always.iter().chain(blank) {
            let shape = &inspector.text[at];
            if shape.holds(place, squeezed) {
                self.hit(shape.index, place);
            }
        }
    }

    /// Looks at the shapes that a literal opens, each once for a text.
    fn opened(&mut self, shapes: &[u32], stamp: u32, squeezed: &[u8], place: &Place) {
        for &at in shapes {
            let at = at as usize;
            if self.scratch.seen[at] == stamp {
                continue;
            }
            self.scratch.seen[at] = stamp;
            let shape = &self.inspector.text[at];
            if shape.holds(place, squeezed) {
                self.hit(shape.index, place);
            }
        }
    }

    fn grammars(&mut self, text: &[u8], traits: u16, place: &Place) {
        let comment =
            traits & (traits::SQL | traits::HYPHEN) == traits::HYPHEN && has_pair(text, b'-', b'-');
        let traits = if comment {
            traits | traits::SQL
        } else {
            traits
        };
        let mut tokens = std::mem::take(&mut self.scratch.tokens);
        // Every quote is a byte of SQL's.
        if traits & traits::SQL != 0 {
            self.sql(text, traits, place, &mut tokens);
        }
        if traits & (traits::LESS_THAN | traits::EQUALS_SIGN) != 0 {
            self.markup(text, traits, place, &mut tokens);
        }
        if traits & traits::SHELL != 0 {
            self.shell(text, traits, place, &mut tokens);
        }
        self.scratch.tokens = tokens;
    }

    fn sql(&mut self, text: &[u8], traits: u16, place: &Place, tokens: &mut Vec<u8>) {
        let grammar = &self.inspector.sql;
        for (gate, quote, context) in [
            (traits::SQL, 0, 1),
            (traits::SINGLE_QUOTE, b'\'', 2),
            (traits::DOUBLE_QUOTE, b'"', 4),
        ] {
            if traits & gate != 0 {
                sql::tokenise(text, quote, &grammar.words, tokens);
                self.shapes(grammar, tokens, context, place, |scratch| &mut scratch.sql);
            }
        }
    }

    fn markup(&mut self, text: &[u8], traits: u16, place: &Place, tokens: &mut Vec<u8>) {
        let grammar = &self.inspector.markup;
        for (gate, quote, context) in [
            (traits::LESS_THAN, 0, 1),
            (traits::EQUALS_SIGN | traits::SINGLE_QUOTE, b'\'', 2),
            (traits::EQUALS_SIGN | traits::DOUBLE_QUOTE, b'"', 2),
            (traits::EQUALS_SIGN | traits::BACK_QUOTE, b'`', 2),
            (traits::EQUALS_SIGN, b' ', 4),
        ] {
            if traits & gate == gate {
                markup::tokenise(text, quote, &grammar.words, tokens);
                self.shapes(grammar, tokens, context, place, |scratch| {
                    &mut scratch.markup
                });
            }
        }
    }

    fn shell(&mut self, text: &[u8], traits: u16, place: &Place, tokens: &mut Vec<u8>) {
        let inspector = self.inspector;
        let grammar = &inspector.shell;
        // Without a byte that separates or quotes commands, all hangs on the first word.
        let may_match = traits & traits::SHELL_MARK != 0 || {
            let letters = &inspector.command_letters[usize::from(traits & traits::SLASH != 0)];
            let addresses = inspector.command_addresses;
            letters[shell::first_letter(text, &grammar.words, addresses) as usize]
        };
        if may_match {
            shell::tokenise(text, &grammar.words, &mut self.scratch.word, tokens);
            self.shapes(grammar, tokens, 1, place, |scratch| &mut scratch.shell);
        }
    }

    #[inline]
    fn shapes(
        &mut self,
        grammar: &Grammar,
        tokens: &[u8],
        context: u8,
        place: &Place,
        cache: impl Fn(&mut Scratch) -> &mut GrammarCache,
    ) {
        if tokens.is_empty() || !grammar.is_match(tokens, cache(self.scratch)) {
            return;
        }
        grammar.find(tokens, cache(self.scratch));
        for (at, shape) in grammar.shapes.iter().enumerate() {
            if shape.contexts & context != 0
                && cache(self.scratch).holds(at)
                && shape.applies(place)
            {
                self.hit(shape.index, place);
            }
        }
    }
}

/// A keyed hash: what collides must not be a sender's choice. Never 0, which marks a free slot.
fn hash_of(location: u16, name: &[u8], value: &[u8]) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    static STATE: std::sync::LazyLock<foldhash::quality::RandomState> =
        std::sync::LazyLock::new(foldhash::quality::RandomState::default);
    let mut hasher = STATE.build_hasher();
    hasher.write_u32(u32::from(location) << 16 | name.len() as u32);
    if location != fields::BODY_NAME {
        hasher.write(name);
    }
    hasher.write(value);
    hasher.finish() | 1 << 63
}
