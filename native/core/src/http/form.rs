//! Query strings, urlencoded bodies and cookies.

use super::bytes::{find_byte, trim};
use super::decode::percent_decode;
use super::fields::Visitor;

/// `name=value` pairs joined by `&`.
pub fn walk_form(text: &[u8], name_at: u16, value_at: u16, visitor: &mut impl Visitor) {
    let (mut name_room, mut value_room) = (Vec::new(), Vec::new());
    let mut cut = false;
    let mut from = 0;
    while from <= text.len() {
        let to = find_byte(text, from, b'&').unwrap_or(text.len());
        // `&amp;` copied out of HTML source is a plain separator.
        if text[from..].starts_with(b"amp;") {
            from += 4;
        }
        if to > from {
            let pair = &text[from..to];
            cut |= from > 0 && is_reference_tail(pair);
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
    // What character references were cut out of is read as one value besides.
    if cut {
        visitor.field(value_at, b"", percent_decode(text, true, &mut value_room));
    }
}

/// What is left of a character reference (`lt;`, `#x27;`) where its `&` was taken for a separator.
fn is_reference_tail(pair: &[u8]) -> bool {
    let name = pair.strip_prefix(b"#").unwrap_or(pair);
    let length = name
        .iter()
        .take(9)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let rest = &name[length..];
    (1..=8).contains(&length) && matches!(rest, [b';', ..] | [b'%', b'3', b'b' | b'B', ..])
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
