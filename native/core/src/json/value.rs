//! Values as they stand in the line, and what they mean.

use std::borrow::Cow;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    String,
    Number,
    Bool,
    Null,
    /// An object or array: it is there, but has no text.
    Composite,
}

/// A value of a field: the slot and where its raw text stands in the line (strings without quotes).
#[derive(Clone, Copy, Debug)]
pub struct Value {
    pub slot: u16,
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

impl Value {
    #[inline]
    pub fn raw<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        line.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// The text that predicates see: strings unescaped, numbers as ECMAScript writes them. It is made in `room`
/// where it does not stand so in the line.
///
/// `raw` must have passed [`super::Reader::read`]. Lone surrogates become U+FFFD.
pub fn canonical_text<'t>(raw: &'t [u8], kind: Kind, room: &'t mut Vec<u8>) -> &'t [u8] {
    match kind {
        Kind::String => match memchr::memchr(b'\\', raw) {
            Some(first) => {
                room.clear();
                unescape_into(raw, first, Lone::Replaced, room);
                room
            }
            None => raw,
        },
        Kind::Number => number_text(raw, room),
        Kind::Bool => raw,
        Kind::Null | Kind::Composite => &[],
    }
}

fn number_text<'t>(raw: &'t [u8], room: &'t mut Vec<u8>) -> &'t [u8] {
    let plain_integer = raw.len() <= 15 && raw.iter().all(u8::is_ascii_digit);
    if plain_integer {
        return raw;
    }
    let number = std::str::from_utf8(raw)
        .ok()
        .and_then(|text| text.parse::<f64>().ok())
        .unwrap_or(f64::NAN);
    let mut buffer = ryu_js::Buffer::new();
    // ECMAScript writes negative zero without its sign.
    let number = if number == 0.0 { 0.0 } else { number };
    room.clear();
    room.extend_from_slice(buffer.format(number).as_bytes());
    room
}

/// What becomes of a surrogate without its partner.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lone {
    /// U+FFFD, as text.
    Replaced,
    /// Its three bytes, so that keys which differ stay different.
    Kept,
}

pub(super) fn unescape(raw: &[u8], lone: Lone) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', raw) else {
        return Cow::Borrowed(raw);
    };
    let mut text = Vec::with_capacity(raw.len());
    unescape_into(raw, first, lone, &mut text);
    Cow::Owned(text)
}

/// `first` is where the first backslash stands.
fn unescape_into(raw: &[u8], first: usize, lone: Lone, text: &mut Vec<u8>) {
    text.extend_from_slice(&raw[..first]);
    let mut rest = &raw[first..];
    while let [b'\\', code, tail @ ..] = rest {
        rest = tail;
        match code {
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'u' => rest = unicode(rest, lone, text),
            other => text.push(*other),
        }
        let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        text.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
    }
}

fn unicode<'r>(rest: &'r [u8], lone: Lone, text: &mut Vec<u8>) -> &'r [u8] {
    let unit = hex(rest);
    let rest = rest.get(4..).unwrap_or_default();
    let mut push = |code: u32| {
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    };
    if (0xd800..0xdc00).contains(&unit)
        && let [b'\\', b'u', low @ ..] = rest
        && (0xdc00..0xe000).contains(&hex(low))
    {
        push(0x10000 + ((unit - 0xd800) << 10) + (hex(low) - 0xdc00));
        return low.get(4..).unwrap_or_default();
    }
    if lone == Lone::Kept && (0xd800..0xe000).contains(&unit) {
        text.extend_from_slice(&[
            0xed,
            0x80 | (unit >> 6 & 0x3f) as u8,
            0x80 | (unit & 0x3f) as u8,
        ]);
    } else {
        push(unit);
    }
    rest
}

fn hex(digits: &[u8]) -> u32 {
    digits.iter().take(4).fold(0, |code, &digit| {
        (code << 4) | char::from(digit).to_digit(16).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str, kind: Kind) -> String {
        let mut room = Vec::new();
        String::from_utf8(canonical_text(raw.as_bytes(), kind, &mut room).to_vec()).unwrap()
    }

    #[test]
    fn numbers_read_as_ecmascript_writes_them() {
        for (raw, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("1.0", "1"),
            ("1e3", "1000"),
            ("4688", "4688"),
            ("-9223372036854775808", "-9223372036854776000"),
            ("1e21", "1e+21"),
            ("0.1", "0.1"),
            ("1e-7", "1e-7"),
            ("1e400", "Infinity"),
        ] {
            assert_eq!(text(raw, Kind::Number), expected);
        }
    }

    #[test]
    fn strings_are_unescaped() {
        assert_eq!(
            text(r"C:\\Windows\t\u0041\ud83d\ude00\/", Kind::String),
            "C:\\Windows\tA\u{1f600}/"
        );
        assert_eq!(text(r"\ud83dx\udc00", Kind::String), "\u{fffd}x\u{fffd}");
    }
}
