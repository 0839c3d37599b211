//! JSON walked without building it. RFC 8259, read leniently so that a broken document hides nothing.

use super::bytes::is_space;
use super::decode::json_unescape;
use super::fields::{self, Check, Visitor};

pub fn walk_json(text: &[u8], max_depth: usize, visitor: &mut impl Visitor) {
    let end = text.len();
    let mut objects: Vec<bool> = Vec::new();
    let mut key = Vec::new();
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
            let mut close = string_end(text, at + 1);
            if close >= end {
                broken = true;
                close = end;
            }
            let value = json_unescape(&text[(at + 1).min(close)..close]);
            at = close + 1;
            if expect_key {
                key.clear();
                key.extend_from_slice(&value);
                if !visitor.field(fields::BODY_NAME, &key, &key) {
                    return;
                }
            } else if !visitor.field(fields::BODY, &key, &value) {
                return;
            }
            continue;
        }
        at += 1;
        match byte {
            b'{' | b'[' => {
                if objects.len() >= max_depth {
                    visitor.check(Check::JsonTooDeep, &key, b"");
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
                    if !visitor.field(fields::BODY, &key, word) {
                        return;
                    }
                }
            }
        }
    }
    if broken || !objects.is_empty() {
        visitor.check(Check::MalformedJson, &key, b"");
    }
}

/// The closing quote, or past the end.
fn string_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        match memchr::memchr2(b'"', b'\\', &text[at..]) {
            None => return text.len(),
            Some(found) if text[at + found] == b'"' => return at + found,
            Some(found) => at += found + 2,
        }
    }
    at
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
