//! JSON walked without building it. RFC 8259, read leniently so that a broken document hides nothing.

use std::borrow::Cow;

use super::bytes::is_space;
use super::decode::json_unescape;
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
            _ => {
                let from = at - 1;
                while at < end && !is_space(text[at]) && !b",:{}[]\"".contains(&text[at]) {
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
