//! Query strings, urlencoded bodies and cookies.

use super::bytes::{find_byte, trim};
use super::decode::percent_decode;
use super::fields::Visitor;

/// `name=value` pairs joined by `&`.
pub fn walk_form(text: &[u8], name_at: u16, value_at: u16, visitor: &mut impl Visitor) {
    let (mut name_room, mut value_room) = (Vec::new(), Vec::new());
    let mut from = 0;
    while from <= text.len() {
        let to = find_byte(text, from, b'&').unwrap_or(text.len());
        // `&amp;` copied out of HTML source is a plain separator.
        if text[from..].starts_with(b"amp;") {
            from += 4;
        }
        if to > from {
            let pair = &text[from..to];
            let split = find_byte(pair, 0, b'=');
            let name = &pair[..split.unwrap_or(pair.len())];
            let name = percent_decode(name, true, &mut name_room);
            if !visitor.field(name_at, name, name) {
                return;
            }
            if let Some(split) = split {
                let value = percent_decode(&pair[split + 1..], true, &mut value_room);
                if !visitor.field(value_at, name, value) {
                    return;
                }
            }
        }
        from = to + 1;
    }
}

/// Cookie pairs joined by `;`. RFC 6265 section 4.2.1.
pub fn walk_cookies(text: &[u8], name_at: u16, value_at: u16, visitor: &mut impl Visitor) {
    let (mut name_room, mut value_room) = (Vec::new(), Vec::new());
    for pair in text.split(|&b| b == b';') {
        let pair = trim(pair);
        if pair.is_empty() {
            continue;
        }
        let split = find_byte(pair, 0, b'=');
        let name = &pair[..split.unwrap_or(pair.len())];
        let name = percent_decode(name, false, &mut name_room);
        if !visitor.field(name_at, name, name) {
            return;
        }
        if let Some(split) = split {
            let mut value = &pair[split + 1..];
            if let [b'"', inner @ .., b'"'] = value {
                value = inner;
            }
            let value = percent_decode(value, true, &mut value_room);
            if !visitor.field(value_at, name, value) {
                return;
            }
        }
    }
}
