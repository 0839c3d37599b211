//! JSON walked without building it. RFC 8259, read leniently so that a broken document hides nothing.

use super::bytes::is_space;
use super::decode::json_unescape;
use super::fields::{self, Check, Visitor};

pub fn walk_json(text: &[u8], max_depth: usize, visitor: &mut impl Visitor) {
    let end = text.len();
    let mut objects: Vec<bool> = Vec::new();
    let mut key = Key::Plain(b"");
    let (mut key_room, mut room) = (Vec::new(), Vec::new());
    let mut at = 0;
    let mut expect_key = false;
    let mut broken = false;
    while at < end {
        let byte = text[at];
        if is_space(byte) {
            at += 1;
            continue;
        }
        if byte == b'"' {
            let (mut close, escaped) = string_end(text, at + 1);
            if close >= end {
                broken = true;
                close = end;
            }
            let raw = &text[(at + 1).min(close)..close];
            at = close + 1;
            if expect_key {
                key = if escaped {
                    json_unescape(raw, &mut key_room);
                    Key::Unescaped
                } else {
                    Key::Plain(raw)
                };
                let name = key.text(&key_room);
                if !visitor.field(fields::BODY_NAME, name, name) {
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
            if !visitor.field(fields::BODY, key.text(&key_room), value) {
                return;
            }
            continue;
        }
        at += 1;
        match byte {
            b'{' | b'[' => {
                if objects.len() >= max_depth {
                    visitor.check(Check::JsonTooDeep, key.text(&key_room), b"");
                    return;
                }
                objects.push(byte == b'{');
                expect_key = byte == b'{';
            }
            b'}' | b']' => {
                if objects.pop() != Some(byte == b'}') {
                    broken = true;
                }
                expect_key = false;
            }
            b',' => expect_key = objects.last() == Some(&true),
            b':' => expect_key = false,
            _ => {
                let from = at - 1;
                while at < end && !is_space(text[at]) && !b",:{}[]\"".contains(&text[at]) {
                    at += 1;
                }
                let word = &text[from..at];
                if !is_scalar(word) {
                    broken = true;
                    if !visitor.field(fields::BODY, key.text(&key_room), word) {
                        return;
                    }
                }
            }
        }
    }
    if broken || !objects.is_empty() {
        visitor.check(Check::MalformedJson, key.text(&key_room), b"");
    }
}

/// The key that values stand under.
#[derive(Clone, Copy)]
enum Key<'t> {
    Plain(&'t [u8]),
    Unescaped,
}

impl<'t> Key<'t> {
    fn text<'k>(self, unescaped: &'k [u8]) -> &'k [u8]
    where
        't: 'k,
    {
        match self {
            Self::Plain(text) => text,
            Self::Unescaped => unescaped,
        }
    }
}

/// Bytes of a string that are looked at one by one.
const NEAR: usize = 10;

/// The closing quote, or past the end; and whether a backslash stands before it.
fn string_end(text: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    let mut escaped = false;
    // Most strings are short: a call of memchr costs more than looking at them.
    let near = text.get(from..).unwrap_or(b"").iter().take(NEAR);
    for (ahead, &byte) in near.enumerate() {
        if byte == b'"' {
            return (from + ahead, false);
        }
        if byte == b'\\' {
            at = from + ahead;
            break;
        }
        at = from + ahead + 1;
    }
    while at < text.len() {
        match memchr::memchr2(b'"', b'\\', &text[at..]) {
            None => return (text.len(), escaped),
            Some(found) if text[at + found] == b'"' => return (at + found, escaped),
            Some(found) => {
                escaped = true;
                at += found + 2;
            }
        }
    }
    (at, escaped)
}

fn is_scalar(word: &[u8]) -> bool {
    if matches!(word, b"true" | b"false" | b"null") {
        return true;
    }
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    digits.first().is_some_and(u8::is_ascii_digit)
        && digits
            .iter()
            .all(|b| b.is_ascii_digit() || b".eE+-".contains(b))
}
