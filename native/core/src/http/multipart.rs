//! multipart/form-data; line ends may be bare, as lenient parsers take them. RFC 7578, RFC 2046 section 5.1.

use super::bytes::{find, find_byte, trim};
use super::decode::percent_decode;
use super::fields::{self, Check, Visitor};

pub fn walk_multipart(text: &[u8], content_type: &[u8], visitor: &mut impl Visitor) {
    let boundary = boundary_of(content_type);
    if boundary.is_empty() {
        visitor.check(Check::MalformedMultipart, b"boundary", content_type);
        visitor.field(fields::RAW_BODY, b"", text);
        return;
    }
    let mark = [b"--", boundary.as_slice()].concat();
    let Some(first) = find(text, 0, &mark) else {
        visitor.check(Check::MalformedMultipart, b"boundary", &boundary);
        visitor.field(fields::RAW_BODY, b"", text);
        return;
    };
    let mut at = Some(first);
    let mut closed = false;
    while let Some(place) = at {
        let from = place + mark.len();
        if text[from..].starts_with(b"--") {
            closed = true;
            break;
        }
        let next = find(text, from, &mark);
        if !walk_part(&text[from..next.unwrap_or(text.len())], visitor) {
            return;
        }
        at = next;
    }
    if !closed {
        visitor.check(Check::MalformedMultipart, b"end", &boundary);
    }
}

fn walk_part(part: &[u8], visitor: &mut impl Visitor) -> bool {
    let body = part
        .strip_prefix(b"\r\n")
        .or_else(|| part.strip_prefix(b"\n"))
        .unwrap_or(part);
    let (head, content) = split_head(body);
    let mut name = None;
    let mut file = None;
    for line in head.split(|&b| b == b'\n') {
        // The last line has no line end, so that a carriage return there is its own.
        let line = if line.as_ptr_range().end == head.as_ptr_range().end {
            line
        } else {
            line.strip_suffix(b"\r").unwrap_or(line)
        };
        let colon = find_byte(line, 0, b':');
        let header = trim(&line[..colon.unwrap_or(line.len())]).to_ascii_lowercase();
        let value = colon.map_or(&b""[..], |colon| trim(&line[colon + 1..]));
        if header == b"content-disposition" {
            name = parameter(value, b"name");
            file = parameter(value, b"filename").or_else(|| parameter(value, b"filename*"));
        } else if !header.is_empty() {
            let name = [b"part:", header.as_slice()].concat();
            if !visitor.field(fields::HEADER, &name, value) {
                return false;
            }
        }
    }
    if name.is_none() {
        visitor.check(
            Check::MalformedMultipart,
            b"name",
            &head[..head.len().min(96)],
        );
    }
    let field = name.unwrap_or_default();
    let mut room = Vec::new();
    let decoded = percent_decode(&field, false, &mut room);
    if !visitor.field(fields::BODY_NAME, &field, decoded) {
        return false;
    }
    if let Some(file) = file {
        let decoded = percent_decode(&file, false, &mut room);
        if !visitor.field(fields::FILE_NAME, &field, decoded) {
            return false;
        }
        return content[..content.len().min(512)].contains(&0)
            || visitor.field(fields::RAW_BODY, &field, content);
    }
    visitor.field(fields::BODY, &field, content)
}

/// The header lines of a part, and its content without the line end that belongs to the boundary.
fn split_head(body: &[u8]) -> (&[u8], &[u8]) {
    let mut from = 0;
    while let Some(line) = find_byte(body, from, b'\n') {
        let rest = &body[line + 1..];
        let blank = if rest.starts_with(b"\r\n") {
            2
        } else {
            usize::from(rest.starts_with(b"\n"))
        };
        if blank > 0 {
            let head = &body[..line];
            let head = head.strip_suffix(b"\r").unwrap_or(head);
            let content = &rest[blank..];
            let content = content
                .strip_suffix(b"\r\n")
                .or_else(|| content.strip_suffix(b"\n"))
                .unwrap_or(content);
            return (head, content);
        }
        from = line + 1;
    }
    (body, b"")
}

/// The boundary of a multipart content type, without its quotes; empty where there is none.
pub fn boundary_of(content_type: &[u8]) -> Vec<u8> {
    let mut boundary = parameter(content_type, b"boundary").unwrap_or_default();
    boundary.truncate(200);
    boundary
}

/// One parameter of a header value.
fn parameter(value: &[u8], wanted: &[u8]) -> Option<Vec<u8>> {
    let lower = value.to_ascii_lowercase();
    let mut next = find(&lower, 0, wanted);
    while let Some(at) = next {
        next = find(&lower, at + 1, wanted);
        let mut equals = at + wanted.len();
        while value.get(equals) == Some(&b' ') {
            equals += 1;
        }
        if value.get(equals) != Some(&b'=') || (at > 0 && !b" ;\t,".contains(&value[at - 1])) {
            continue;
        }
        let mut from = equals + 1;
        while value.get(from) == Some(&b' ') {
            from += 1;
        }
        if value.get(from) != Some(&b'"') {
            let end = find_byte(value, from, b';').unwrap_or(value.len());
            return Some(trim(&value[from.min(end)..end]).to_vec());
        }
        let mut to = from + 1;
        let mut text = Vec::new();
        while to < value.len() && value[to] != b'"' {
            if value[to] == b'\\' && to + 1 < value.len() {
                to += 1;
            }
            text.push(value[to]);
            to += 1;
        }
        return Some(text);
    }
    None
}
