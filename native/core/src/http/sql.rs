//! A value read as a piece of SQL, one letter a token. The letters are listed in the portable twin
//! and in `signatures/http/words-sql.yml`.

use super::bytes::{at, find, find_byte, is_alpha, is_space, is_word};
use super::eight::{eight, letters};
use super::words::Words;

/// Token strings are cut here: evidence of an injection stands near the start.
pub const MAX_TOKENS: usize = 1024;

/// What a token that starts with a byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Blank,
    Digit,
    Word,
    Symbol,
}

static STARTS: [Start; 256] = {
    let mut starts = [Start::Symbol; 256];
    let mut byte = 0;
    while byte < 256 {
        starts[byte] = match byte as u8 {
            0 | 9..=13 | b' ' | 0xa0 => Start::Blank,
            b'0'..=b'9' => Start::Digit,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => Start::Word,
            _ => Start::Symbol,
        };
        byte += 1;
    }
    starts
};

/// Reads a lower-case value. `quote` 0 reads it as it stands; a quote's code reads it as the rest
/// of a literal that this quote opened.
pub fn tokenise(text: &[u8], quote: u8, words: &Words, tokens: &mut Vec<u8>) {
    tokens.clear();
    let end = text.len();
    let mut i = 0;
    if quote != 0 {
        i = close_string(text, 0, quote);
        if i > end {
            tokens.push(b'z');
            return;
        }
        tokens.push(b's');
    }
    while i < end && tokens.len() < MAX_TOKENS {
        let byte = text[i];
        match STARTS[byte as usize] {
            Start::Blank => i += 1,
            Start::Digit => i = number(text, i, words, tokens),
            Start::Word => {
                i = match short_word(text, i, words) {
                    Some((tail, class)) => {
                        tokens.push(class);
                        tail
                    }
                    None => word(text, i, byte, words, tokens),
                };
            }
            Start::Symbol => {
                let next = at(text, i + 1);
                i = if byte == b'.' && next.is_ascii_digit() {
                    number(text, i, words, tokens)
                } else {
                    symbol(text, i, byte, next, words, tokens)
                };
            }
        }
    }
}

/// Bytes that a word ends before, whatever comes after them and whatever the word is.
static WORD_ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        ends[byte] = !is_word(byte as u8) && !matches!(byte as u8, b'.' | b'\'' | b'"');
        byte += 1;
    }
    ends
};

/// Where to read on after a word of up to eight letters a to z, and its class: what `word` says of it, with a space
/// after the word left out. None of other words.
#[inline]
fn short_word(text: &[u8], from: usize, words: &Words) -> Option<(usize, u8)> {
    let (count, letters) = letters(eight(text, from)?);
    let tail = from + count;
    let next = at(text, tail);
    if count == 0 || !WORD_ENDS[next as usize] {
        return None;
    }
    let class = match words.get_short(letters) {
        Some(known) => called(text, tail, known),
        None => b'n',
    };
    Some((tail + usize::from(next == b' '), class))
}

/// A word, or the letter that says what the string after it holds; gives where it ends.
#[inline]
fn word(text: &[u8], from: usize, first: u8, words: &Words, tokens: &mut Vec<u8>) -> usize {
    let (tail, dotted) = word_end(text, from);
    if tail - from == 1 && b"xbneq".contains(&first) {
        let after = at(text, tail);
        if after == b'\'' || after == b'"' {
            let closed = close_string(text, tail + 1, after);
            tokens.push(if closed > text.len() { b'z' } else { b's' });
            return closed;
        }
    }
    tokens.push(word_class(text, from, tail, dotted, words));
    tail
}

/// A number, or a name that starts with one; gives where it ends.
fn number(text: &[u8], from: usize, words: &Words, tokens: &mut Vec<u8>) -> usize {
    let end = number_end(text, from);
    let (tail, _) = word_end(text, end);
    if tail == end {
        tokens.push(b'1');
        return end;
    }
    if let Some(known) = words.get(&text[end..tail])
        && !b"afx".contains(&known)
    {
        tokens.push(b'1');
        return end;
    }
    let bare_hex = text[from] == b'0' && at(text, from + 1) == b'x' && tail - from == 2;
    tokens.push(if bare_hex { b'1' } else { b'n' });
    tail
}

fn symbol(text: &[u8], i: usize, byte: u8, next: u8, words: &Words, tokens: &mut Vec<u8>) -> usize {
    let end = text.len();
    match byte {
        b'\'' | b'"' => {
            let closed = close_string(text, i + 1, byte);
            tokens.push(if closed > end { b'z' } else { b's' });
            closed
        }
        b'`' => match find_byte(text, i + 1, b'`') {
            Some(closed) => {
                tokens.push(b'n');
                closed + 1
            }
            None => {
                tokens.push(b'z');
                end
            }
        },
        b'-' if next == b'-' => {
            tokens.push(b'c');
            line_end(text, i)
        }
        b'#' => {
            tokens.push(b'c');
            line_end(text, i)
        }
        b'-' | b'+' => {
            // A sign is part of the number where no operand stands before it.
            if tokens.last().is_some_and(|last| b"1snlv)".contains(last)) {
                tokens.push(b'+');
            }
            i + 1
        }
        b'/' if next == b'*' => {
            if at(text, i + 2) == b'!' {
                tokens.push(b'C');
                let mut to = i + 3;
                while at(text, to).is_ascii_digit() {
                    to += 1;
                }
                return to;
            }
            match find(text, i + 2, b"*/") {
                Some(closed) => {
                    if closed + 2 >= end {
                        tokens.push(b'c');
                    }
                    closed + 2
                }
                None => {
                    tokens.push(b'c');
                    end
                }
            }
        }
        b'*' if next == b'/' => i + 2,
        b'/' | b'*' | b'%' | b'^' | b'~' => {
            tokens.push(b'+');
            i + 1
        }
        b'|' | b'&' => {
            tokens.push(if next == byte { b'&' } else { b'+' });
            i + if next == byte { 2 } else { 1 }
        }
        b'=' | b'<' | b'>' => {
            let mut to = i + 1;
            while to < end && b"<=>".contains(&text[to]) {
                to += 1;
            }
            tokens.push(b'=');
            to
        }
        b'!' if next == b'=' || next == b'~' => {
            tokens.push(b'=');
            i + 2
        }
        b'!' => {
            tokens.push(b'!');
            i + 1
        }
        b':' if next == b'=' => {
            tokens.push(b'=');
            i + 2
        }
        b':' if next == b':' && is_alpha(at(text, i + 2)) => {
            tokens.push(b':');
            word_end(text, i + 2).0
        }
        b'@' => {
            let mut to = i + 1;
            while to < end && (text[to] == b'@' || text[to] == b'`' || is_word(text[to])) {
                to += 1;
            }
            tokens.push(b'v');
            to
        }
        b'(' | b')' | b',' | b';' | b'.' | b'{' | b'}' => {
            tokens.push(byte);
            i + 1
        }
        b'[' => {
            let (tail, dotted) = word_end(text, i + 1);
            if tail > i + 1 && at(text, tail) == b']' {
                let known = word_class(text, i + 1, tail, dotted, words);
                tokens.push(if known == b'N' { b'N' } else { b'n' });
                return tail + 1;
            }
            tokens.push(b'?');
            i + 1
        }
        _ => {
            tokens.push(b'?');
            i + 1
        }
    }
}

/// One past the closing quote, or one past the end where there is none. Doubled and escaped quotes stay inside.
fn close_string(text: &[u8], from: usize, quote: u8) -> usize {
    let end = text.len();
    let mut i = from;
    while i < end {
        match memchr::memchr2(b'\\', quote, &text[i..]) {
            None => return end + 1,
            Some(found) => i += found,
        }
        if text[i] == b'\\' {
            i += if at(text, i + 1) == quote && i + 1 < end {
                2
            } else {
                1
            };
        } else {
            if i + 1 >= end || text[i + 1] != quote {
                return i + 1;
            }
            i += 2;
        }
    }
    end + 1
}

fn number_end(text: &[u8], from: usize) -> usize {
    let mut i = from;
    if text[i] == b'0' && matches!(at(text, i + 1), b'x' | b'b') {
        let mut tail = i + 2;
        while at(text, tail).is_ascii_hexdigit() {
            tail += 1;
        }
        if tail > i + 2 {
            return tail;
        }
    }
    let digits = |mut i: usize| {
        while at(text, i).is_ascii_digit() {
            i += 1;
        }
        i
    };
    i = digits(i);
    if at(text, i) == b'.' {
        i = digits(i + 1);
    }
    if at(text, i) == b'e' {
        let sign = if matches!(at(text, i + 1), b'+' | b'-') {
            2
        } else {
            1
        };
        if at(text, i + sign).is_ascii_digit() {
            i = digits(i + sign);
        }
    }
    i
}

/// A word goes on over dots that join names: `mysql.user`, `information_schema.tables`. Gives where
/// it ends and whether it has such a dot.
#[inline]
fn word_end(text: &[u8], from: usize) -> (usize, bool) {
    let mut i = from;
    let mut dotted = false;
    loop {
        while i < text.len() && is_word(text[i]) {
            i += 1;
        }
        if i == from || at(text, i) != b'.' {
            return (i, dotted);
        }
        let after = at(text, i + 1);
        if !is_alpha(after) && after != b'_' {
            return (i, dotted);
        }
        dotted = true;
        i += 1;
    }
}

fn word_class(text: &[u8], from: usize, to: usize, dotted: bool, words: &Words) -> u8 {
    let word = &text[from..to];
    let known = match words.get(word) {
        Some(known) => known,
        None if !dotted => return b'n',
        None => {
            let dot = memchr::memchr(b'.', word).unwrap_or(0);
            let last_dot = memchr::memrchr(b'.', word).unwrap_or(dot);
            let first = words.get(&word[..dot]);
            let last = words.get(&word[last_dot + 1..]);
            if first == Some(b'N') || last == Some(b'N') {
                b'N'
            } else if last == Some(b'F') {
                b'F'
            } else {
                return b'n';
            }
        }
    };
    called(text, to, known)
}

/// A function's word counts as one where a parenthesis follows its end; else it is a name.
#[inline]
fn called(text: &[u8], to: usize, known: u8) -> u8 {
    if known != b'f' && known != b'F' {
        return known;
    }
    let mut i = to;
    while i < text.len() && is_space(text[i]) {
        i += 1;
    }
    if at(text, i) == b'(' { known } else { b'n' }
}

fn line_end(text: &[u8], from: usize) -> usize {
    find_byte(text, from, b'\n').map_or(text.len(), |found| found + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, quote: u8) -> String {
        let of = [
            ("or", "&"),
            ("union", "u"),
            ("select", "e"),
            ("from", "r"),
            ("sleep", "F"),
            ("mysql.user", "N"),
        ];
        let of = of.map(|(word, class)| (word.to_owned(), class.to_owned()));
        let mut tokens = Vec::new();
        tokenise(text.as_bytes(), quote, &Words::new(&of.into()), &mut tokens);
        String::from_utf8(tokens).expect("letters are ASCII")
    }

    #[test]
    fn reads_a_value_as_it_stands_and_out_of_a_literal() {
        for (text, wanted) in [
            ("1 or 1=1 -- x", "1&1=1c"),
            ("1or 2", "1&1"),
            ("union/**/select a, b from mysql.user", "uen,nrN"),
            ("sleep(5)", "F(1)"),
            ("sleep 5", "n1"),
            ("/*!50000select*/ 1", "Ce1"),
            ("'a''b' \"c\" 'open", "ssz"),
            ("@@version := 0x1f.5e+3", "v=11"),
            ("-1 - +2", "1+1"),
            ("`a` [b] {c} ~", "nn{n}+"),
        ] {
            assert_eq!(read(text, 0), wanted, "{text}");
        }
        assert_eq!(read("' or 1=1#", b'\''), "s&1=1c");
        assert_eq!(read("it never closes", b'\''), "z");
        assert_eq!(read("\\' or '", b'\''), "s");
    }

    #[test]
    fn short_words_are_read_as_any_words() {
        let of = [("or", "&"), ("union", "u"), ("sleep", "F"), ("if", "f")];
        let of = of.map(|(word, class)| (word.to_owned(), class.to_owned()));
        let words = Words::new(&of.into());
        let pieces: [&[u8]; 24] = [
            b"or",
            b"union",
            b"sleep",
            b"if",
            b"x",
            b"abc",
            b"ninechars",
            b"eightlet",
            b" ",
            b" ",
            b"(",
            b".",
            b"'",
            b"\"",
            b",",
            b"_",
            b"$",
            b"7",
            b"\x80",
            b"\xff",
            b"\0",
            b"\x01",
            b"A",
            b"-",
        ];
        let (mut random, mut short) = (7u64, 0);
        let rounds = crate::rounds(50_000);
        for _ in 0..rounds {
            let mut text = Vec::new();
            for _ in 0..6 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                text.extend(pieces[(random >> 33) as usize % pieces.len()]);
            }
            for (from, &first) in text.iter().enumerate() {
                if STARTS[first as usize] == Start::Word
                    && let Some((tail, class)) = short_word(&text, from, &words)
                {
                    let mut wanted = Vec::new();
                    let end = word(&text, from, first, &words, &mut wanted);
                    let space = text.get(end) == Some(&b' ');
                    assert_eq!(tail, end + usize::from(space), "{text:?} from {from}");
                    assert_eq!(vec![class], wanted, "{text:?} from {from}");
                    short += 1;
                }
            }
        }
        assert!(short > rounds);
    }

    #[test]
    fn cuts_what_is_long() {
        assert_eq!(read(&"1,".repeat(MAX_TOKENS), 0).len(), MAX_TOKENS);
    }
}
