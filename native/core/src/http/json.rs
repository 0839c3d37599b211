//! JSON walked without building it. RFC 8259, read leniently so that a broken document hides nothing.

use std::borrow::Cow;

use super::bytes::is_space;
use super::decode::json_unescape;
use super::eight::{eight, first_of};
use super::fields::{self, Check, Visitor};
use super::path::Path;

pub fn walk_json(text: &[u8], max_depth: usize, visitor: &mut impl Visitor) {
    let end = text.len();
    let mut path = Path::default();
    let mut room = Vec::new();
    let mut at = 0;
    let mut expect_key = false;
    let mut broken = false;
    while at < end {
        let byte = text[at];
        if byte == b'"' {
            let (mut close, escaped) = string_end(text, at + 1);
            if close >= end {
                broken = true;
                close = end;
            }
            let raw = &text[(at + 1).min(close)..close];
            at = close + 1;
            if expect_key {
                path.set_key(if escaped {
                    json_unescape(raw, &mut room);
                    Cow::Owned(room.clone())
                } else {
                    Cow::Borrowed(raw)
                });
                if !visitor.nested(fields::BODY_NAME, &path, path.key()) {
                    return;
                }
                continue;
            }
            let value = if escaped {
                json_unescape(raw, &mut room);
                room.as_slice()
            } else {
                raw
            };
            if !visitor.nested(fields::BODY, &path, value) {
                return;
            }
            continue;
        }
        at += 1;
        match byte {
            b'{' | b'[' => {
                if path.depth() >= max_depth {
                    return check(Check::JsonTooDeep, &path, visitor);
                }
                path.enter(byte == b'{');
                expect_key = byte == b'{';
            }
            b'}' | b']' => {
                if !path.leave(byte == b'}') {
                    broken = true;
                }
                expect_key = false;
            }
            b',' => expect_key = path.in_object(),
            b':' => expect_key = false,
            b' ' | 9..=13 => {}
            _ => {
                let from = at - 1;
                while at < end && !WORD_ENDS[text[at] as usize] {
                    at += 1;
                }
                let word = &text[from..at];
                if !is_scalar(word) {
                    broken = true;
                    if !visitor.nested(fields::BODY, &path, word) {
                        return;
                    }
                }
            }
        }
    }
    if broken || path.depth() > 0 {
        check(Check::MalformedJson, &path, visitor);
    }
}

fn check(check: Check, path: &Path, visitor: &mut impl Visitor) {
    let mut name = Vec::new();
    path.write(&mut name);
    visitor.check(check, &name, b"");
}

/// Bytes that end a word without quotes.
static WORD_ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        ends[byte] = is_space(byte as u8)
            || matches!(byte as u8, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"');
        byte += 1;
    }
    ends
};

/// Bytes of a string that are looked at eight at once.
const NEAR: usize = 16;

/// The closing quote, or the end; and whether a backslash stands before it.
#[inline]
fn string_end(text: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    // Most strings are short: a call of memchr costs more than looking at them.
    while at < from + NEAR
        && let Some(bytes) = eight(text, at)
    {
        match first_of(bytes, b'"', b'\\') {
            None => at += 8,
            Some(found) if text[at + found] == b'"' => return (at + found, false),
            Some(_) => break,
        }
    }
    far_string_end(text, at)
}

#[inline(never)]
fn far_string_end(text: &[u8], mut at: usize) -> (usize, bool) {
    let mut escaped = false;
    while at < text.len() {
        match memchr::memchr2(b'"', b'\\', &text[at..]) {
            None => break,
            Some(found) if text[at + found] == b'"' => return (at + found, escaped),
            Some(found) => {
                escaped = true;
                at += found + 2;
            }
        }
    }
    (text.len(), escaped)
}

fn is_scalar(word: &[u8]) -> bool {
    if matches!(word, b"true" | b"false" | b"null") {
        return true;
    }
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    digits.first().is_some_and(u8::is_ascii_digit)
        && digits
            .iter()
            .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_the_first_quote_that_nothing_escapes() {
        for length in (0..40).step_by(if cfg!(miri) { 3 } else { 1 }) {
            for backslash in 0..length {
                let mut text = vec![b'x'; length];
                assert_eq!(string_end(&text, 0), (length, false));
                text.extend(b"\", \"y");
                assert_eq!(string_end(&text, 0), (length, false));
                text[backslash] = b'\\';
                let escapes_it = backslash + 1 == length;
                let end = length + if escapes_it { 3 } else { 0 };
                assert_eq!(string_end(&text, 0), (end, true));
                assert_eq!(string_end(&text, length + 1).0, length + 3);
            }
        }
        assert_eq!(string_end(b"\\", 0), (1, true));
        assert_eq!(string_end(b"0123456789\"", 11), (11, false));
    }
}
