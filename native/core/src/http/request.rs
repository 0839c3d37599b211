//! One packed request walked: each value that the sender chose goes to the visitor.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::bytes::{contains, find, find_byte, is_space};
use super::decode::percent_decode;
use super::fields::{self, Check, Visitor};
use super::form::{walk_cookies, walk_form};
use super::json::walk_json;
use super::markup::fixed;
use super::multipart::walk_multipart;
use super::program::Limits;
use super::xml::walk_xml;

const METHODS: [&[u8]; 22] = [
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"PATCH",
    b"DELETE",
    b"OPTIONS",
    b"CONNECT",
    b"TRACE",
    b"PROPFIND",
    b"QUERY",
    b"REPORT",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"LOCK",
    b"UNLOCK",
    b"PROPPATCH",
    b"SEARCH",
    b"PURGE",
    b"LINK",
    b"UNLINK",
];

/// Headers whose values are lists of tokens by grammar: nothing is read in them but control characters.
const PLAIN_HEADERS: [&[u8]; 13] = [
    b"accept-encoding",
    b"connection",
    b"content-length",
    b"date",
    b"if-modified-since",
    b"if-unmodified-since",
    b"if-none-match",
    b"if-match",
    b"age",
    b"dnt",
    b"upgrade-insecure-requests",
    b"keep-alive",
    b"te",
];

static SESSION_NAME: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)[?&][^=&]{0,32}(?:sess|sid|cf|auth)"));
static CHUNKED: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?i)^(?:gzip, ?|deflate, ?)?chunked$"));
static BINARY_TYPE: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"^(?:image|audio|video|font)/|octet-stream|/(?:zip|gzip|pdf|wasm)"));

struct Packed<'p> {
    bytes: &'p [u8],
    at: usize,
}

impl<'p> Packed<'p> {
    /// The u32 at a place of the head; 0 past the end.
    fn word(&self, at: usize) -> usize {
        match self.bytes.get(at..at + 4) {
            Some(word) => u32::from_le_bytes([word[0], word[1], word[2], word[3]]) as usize,
            None => 0,
        }
    }

    fn take(&mut self, length: usize) -> &'p [u8] {
        let from = self.at.min(self.bytes.len());
        let to = from.saturating_add(length).min(self.bytes.len());
        self.at = to;
        &self.bytes[from..to]
    }
}

pub fn walk_request(bytes: &[u8], limits: &Limits, visitor: &mut impl Visitor) {
    let mut packed = Packed { bytes, at: 0 };
    let header_count = packed.word(12).min(bytes.len() / 8);
    packed.at = 16 + header_count * 8;
    let method = packed.take(packed.word(0));
    let url = packed.take(packed.word(4));
    let body_length = packed.word(8);
    if !METHODS.contains(&method) {
        visitor.check(Check::BadMethod, b"method", method);
    }
    if !walk_target(url, visitor) {
        return;
    }
    let (mut content_type, mut host, mut referrer): (&[u8], &[u8], &[u8]) = (b"", b"", b"");
    let mut lengths = 0;
    let mut chunked = false;
    let mut lower = [0u8; 64];
    let mut room = Vec::new();
    for index in 0..header_count {
        let name = packed.take(packed.word(16 + index * 8));
        let value = packed.take(packed.word(20 + index * 8));
        let name: Cow<[u8]> = match lower.get_mut(..name.len()) {
            Some(place) => {
                place.copy_from_slice(name);
                place.make_ascii_lowercase();
                Cow::Borrowed(&*place)
            }
            None => Cow::Owned(name.to_ascii_lowercase()),
        };
        if memchr::memchr3(b'\r', b'\n', 0, value).is_some() {
            visitor.check(Check::HeaderLineBreak, &name, value);
        }
        match &*name {
            b"content-type" => content_type = value,
            b"host" => host = value,
            b"referer" => referrer = value,
            b"content-length" => {
                if lengths > 0 {
                    visitor.check(Check::RepeatedHeader, &name, value);
                }
                lengths += 1;
                if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
                    visitor.check(Check::BadContentLength, &name, value);
                }
            }
            b"transfer-encoding" => {
                chunked = true;
                if !CHUNKED.is_match(value) {
                    visitor.check(Check::BadTransferEncoding, &name, value);
                }
            }
            _ => {}
        }
        if &*name == b"cookie" {
            walk_cookies(value, fields::COOKIE_NAME, fields::COOKIE, visitor);
        } else if !PLAIN_HEADERS.contains(&&*name) {
            // A referrer is an address: what it carries is encoded once more.
            let read = if &*name == b"referer" {
                percent_decode(value, true, &mut room)
            } else {
                value
            };
            if !visitor.field(fields::HEADER, &name, read) {
                return;
            }
        }
    }
    if chunked && lengths > 0 {
        visitor.check(Check::LengthAndChunked, b"content-length", b"");
    }
    if !referrer.is_empty()
        && SESSION_NAME.is_match(url)
        && host_of(referrer) != host.to_ascii_lowercase()
    {
        visitor.check(Check::ForeignSession, b"referer", referrer);
    }
    if body_length == 0 {
        return;
    }
    if matches!(method, b"GET" | b"HEAD" | b"TRACE") {
        visitor.check(Check::BodyOnBodilessMethod, b"method", method);
    }
    walk_body(packed.take(body_length), content_type, limits, visitor);
}

/// The authority of an address, in lower case; empty where it has none.
fn host_of(address: &[u8]) -> Vec<u8> {
    let Some(from) = find(address, 0, b"//") else {
        return Vec::new();
    };
    let rest = &address[from + 2..];
    let end = rest
        .iter()
        .position(|b| b"/?#".contains(b))
        .unwrap_or(rest.len());
    rest[..end].to_ascii_lowercase()
}

fn walk_target(url: &[u8], visitor: &mut impl Visitor) -> bool {
    let question = find_byte(url, 0, b'?');
    let mut room = Vec::new();
    let path = percent_decode(&url[..question.unwrap_or(url.len())], false, &mut room);
    let mut signs = Signs::default();
    for (i, &byte) in url.iter().enumerate() {
        match byte {
            b'%' => signs.percent(&url[i + 1..]),
            b'\r' | b'\n' => signs.line_break = true,
            0 => signs.null = true,
            _ => {}
        }
    }
    if signs.line_break {
        visitor.check(Check::LineBreakInTarget, b"url", url);
    }
    if signs.null {
        visitor.check(Check::NullByte, b"url", url);
    }
    if signs.bad_percent {
        visitor.check(Check::BadPercentEncoding, b"url", url);
    }
    if !visitor.field(fields::URL, b"url", url) || !visitor.field(fields::PATH, b"path", path) {
        return false;
    }
    if let Some(question) = question {
        let query = &url[question + 1..];
        walk_form(query, fields::QUERY_NAME, fields::QUERY, visitor);
    }
    true
}

#[derive(Default)]
struct Signs {
    line_break: bool,
    null: bool,
    bad_percent: bool,
}

impl Signs {
    /// What follows a percent sign.
    fn percent(&mut self, rest: &[u8]) {
        match rest {
            [b'0', b'a' | b'd' | b'A' | b'D', ..] => self.line_break = true,
            [b'0', b'0', ..] => self.null = true,
            [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {}
            [b'u', four @ ..] if four.len() >= 4 && four[..4].iter().all(u8::is_ascii_hexdigit) => {
            }
            _ => self.bad_percent = true,
        }
    }
}

fn walk_body(text: &[u8], content_type: &[u8], limits: &Limits, visitor: &mut impl Visitor) {
    let kind = content_type.to_ascii_lowercase();
    if contains(&kind, b"json") {
        walk_json(text, limits.depth, visitor);
    } else if contains(&kind, b"multipart/") {
        walk_multipart(text, content_type, visitor);
    } else if contains(&kind, b"urlencoded") {
        walk_form(text, fields::BODY_NAME, fields::BODY, visitor);
    } else if contains(&kind, b"xml") {
        walk_xml(text, visitor);
    } else if !BINARY_TYPE.is_match(&kind) {
        walk_untyped(text, kind.is_empty(), visitor, limits);
    }
}

/// A body whose type says nothing: read by what it starts with.
fn walk_untyped(text: &[u8], untyped: bool, visitor: &mut impl Visitor, limits: &Limits) {
    let start = text.iter().position(|&b| !is_space(b));
    match start.map(|at| &text[at..]) {
        Some([b'{' | b'[', ..]) => walk_json(text, limits.depth, visitor),
        Some([b'<', next, ..]) if next.is_ascii_alphabetic() || matches!(next, b'?' | b'!') => {
            walk_xml(text, visitor);
        }
        _ if untyped && is_form(text) => {
            walk_form(text, fields::BODY_NAME, fields::BODY, visitor);
        }
        _ => {
            visitor.field(fields::RAW_BODY, b"", text);
        }
    }
}

/// A name of up to 128 bytes, then an equals sign.
fn is_form(text: &[u8]) -> bool {
    match text.iter().position(|b| b"&=\r\n".contains(b)) {
        Some(at) => (1..=128).contains(&at) && text[at] == b'=',
        None => false,
    }
}
