//! XML: texts, attribute values, and what declarations say.

use super::bytes::{find, find_byte, is_space, trim};
use super::fields::{self, Visitor};

pub fn walk_xml(text: &[u8], visitor: &mut impl Visitor) {
    let end = text.len();
    let mut at = 0;
    let mut element: &[u8] = b"";
    while at < end {
        if text[at] != b'<' {
            let open = find_byte(text, at, b'<').unwrap_or(end);
            let value = trim(&text[at..open]);
            if !value.is_empty() && !visitor.field(fields::BODY, element, value) {
                return;
            }
            at = open;
            continue;
        }
        let rest = &text[at..];
        if rest.starts_with(b"<![CDATA[") {
            let close = find(text, at, b"]]>").unwrap_or(end);
            if !visitor.field(fields::BODY, element, &text[(at + 9).min(close)..close]) {
                return;
            }
            at = close + 3;
            continue;
        }
        if rest.starts_with(b"<!--") {
            at = find(text, at, b"-->").map_or(end, |close| close + 3);
            continue;
        }
        if rest.starts_with(b"<!") || rest.starts_with(b"<?") {
            let close = find_byte(text, at, b'>').unwrap_or(end);
            if !visitor.field(fields::RAW_BODY, b"declaration", &text[at..close]) {
                return;
            }
            at = close + 1;
            continue;
        }
        at += 1;
        let from = at;
        while at < end && !is_space(text[at]) && text[at] != b'>' && text[at] != b'/' {
            at += 1;
        }
        if at > from {
            element = &text[from..at];
            if !visitor.field(fields::BODY_NAME, element, element) {
                return;
            }
        } else if text.get(at) == Some(&b'/') {
            at = find_byte(text, at, b'>').map_or(end, |close| close + 1);
            continue;
        }
        match walk_attributes(text, at, visitor) {
            Some(next) => at = next,
            None => return,
        }
    }
}

/// Where the tag ends, or none when the visitor stops the walk.
fn walk_attributes(text: &[u8], from: usize, visitor: &mut impl Visitor) -> Option<usize> {
    let end = text.len();
    let mut at = from;
    while at < end && text[at] != b'>' {
        if is_space(text[at]) || text[at] == b'/' {
            at += 1;
            continue;
        }
        let name_from = at;
        while at < end && !is_space(text[at]) && !b"=>/".contains(&text[at]) {
            at += 1;
        }
        let name = &text[name_from..at];
        if at == name_from {
            at += 1;
        }
        while at < end && is_space(text[at]) {
            at += 1;
        }
        if text.get(at) != Some(&b'=') {
            continue;
        }
        at += 1;
        while at < end && is_space(text[at]) {
            at += 1;
        }
        let (value, next) = match text.get(at) {
            Some(&quote @ (b'"' | b'\'')) => {
                let to = find_byte(text, at + 1, quote).unwrap_or(end);
                (&text[(at + 1).min(to)..to], to + 1)
            }
            _ => {
                let mut to = at;
                while to < end && !is_space(text[to]) && text[to] != b'>' {
                    to += 1;
                }
                (&text[at.min(to)..to], to)
            }
        };
        if !visitor.field(fields::BODY, name, value) {
            return None;
        }
        at = next;
    }
    Some((at + 1).min(end))
}
