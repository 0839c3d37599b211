//! Taking encodings off. Source: RFC 3986 section 2.1, RFC 8259 section 7, HTML's character references.

use super::bytes::{at, hex_value, is_space};
use super::traits::{self, has_pair, traits_of};

/// How often encodings may be nested in one another before the rest is read as it stands.
const MAX_ROUNDS: usize = 4;

/// Decodes `%XX`, and `+` to a space where `plus`; what is no encoding stays. Gives the text itself
/// where there is nothing to decode, else `room`.
pub fn percent_decode<'t>(text: &'t [u8], plus: bool, room: &'t mut Vec<u8>) -> &'t [u8] {
    let first = if plus {
        memchr::memchr2(b'%', b'+', text)
    } else {
        memchr::memchr(b'%', text)
    };
    let Some(first) = first else { return text };
    room.clear();
    room.extend_from_slice(&text[..first]);
    let mut i = first;
    while i < text.len() {
        let byte = text[i];
        if byte == b'%'
            && at(text, i + 1).is_ascii_hexdigit()
            && at(text, i + 2).is_ascii_hexdigit()
        {
            room.push(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
            i += 3;
        } else {
            room.push(if plus && byte == b'+' { b' ' } else { byte });
            i += 1;
        }
    }
    room
}

/// Room to decode in.
#[derive(Default)]
pub struct Decoder {
    value: Vec<u8>,
    spare: Vec<u8>,
}

impl Decoder {
    /// Takes encodings off until nothing changes, folds look-alike letters to ASCII, and lower-cases.
    /// `read` are the text's traits; gives what came out and its traits.
    pub fn canonical<'t>(&'t mut self, text: &'t [u8], read: u16) -> (&'t [u8], u16) {
        if read & (traits::UPPER | traits::ENCODED) == 0 {
            return (text, read);
        }
        let Self { value, spare } = self;
        value.clear();
        value.extend_from_slice(text);
        value.make_ascii_lowercase();
        if read & traits::ENCODED == 0 {
            return (value, read);
        }
        let mut decoded = false;
        for _ in 0..MAX_ROUNDS {
            let mut changed = replace(value, spare, |v| memchr::memchr(b'%', v), percent_deep);
            changed |= replace(value, spare, |v| memchr::memchr(b'&', v), entities);
            changed |= replace(value, spare, |v| memchr::memchr(b'\\', v), escapes);
            if !value.is_ascii() {
                let overlong = |v: &[u8]| memchr::memchr2(0xc0, 0xc1, v);
                changed |= replace(value, spare, overlong, fold_overlong_two);
                let overlong = |v: &[u8]| memchr::memchr(0xe0, v);
                changed |= replace(value, spare, overlong, fold_overlong_three);
                let look_alike = |v: &[u8]| memchr::memchr3(0xc2, 0xe2, 0xef, v);
                changed |= replace(value, spare, look_alike, fold_look_alikes);
            }
            if !changed {
                break;
            }
            decoded = true;
            value.make_ascii_lowercase();
        }
        let read = if decoded { traits_of(value) } else { read };
        (value, read)
    }
}

/// Rewrites `value` by one pass from the left: `step` looks at each place that `lead` finds and,
/// where an encoding starts, writes what it stands for and gives its length. Tells whether anything
/// changed: each encoding is longer than what it stands for.
fn replace(
    value: &mut Vec<u8>,
    spare: &mut Vec<u8>,
    lead: impl Fn(&[u8]) -> Option<usize>,
    step: fn(&[u8], &mut Vec<u8>) -> usize,
) -> bool {
    let mut next = lead(value);
    if next.is_none() {
        return false;
    }
    spare.clear();
    let mut copied = 0;
    while let Some(place) = next {
        spare.extend_from_slice(&value[copied..place]);
        copied = place;
        let used = step(&value[place..], spare);
        copied += used;
        let from = place + used.max(1);
        next = lead(&value[from..]).map(|found| found + from);
    }
    if spare.len() == copied {
        return false;
    }
    spare.extend_from_slice(&value[copied..]);
    std::mem::swap(value, spare);
    true
}

fn hex_run(text: &[u8], most: usize) -> (u32, usize) {
    let mut value = 0u32;
    let mut count = 0;
    while count < most && at(text, count).is_ascii_hexdigit() {
        value = value << 4 | u32::from(hex_value(text[count]));
        count += 1;
    }
    (value, count)
}

fn percent_deep(text: &[u8], out: &mut Vec<u8>) -> usize {
    if text[0] != b'%' {
        return 0;
    }
    if at(text, 1) == b'u' {
        let (point, count) = hex_run(&text[2..], 4);
        if count == 4 {
            push_point(point, out);
            return 6;
        }
        return 0;
    }
    let (byte, count) = hex_run(&text[1..], 2);
    if count < 2 {
        return 0;
    }
    out.push(byte as u8);
    3
}

/// HTML character references: numeric ones with or without the semicolon, and the named ones that matter here.
fn entities(text: &[u8], out: &mut Vec<u8>) -> usize {
    if text[0] != b'&' {
        return 0;
    }
    if at(text, 1) == b'#' {
        let hex = at(text, 2) == b'x';
        let start = if hex { 3 } else { 2 };
        // Zeros in front: up to eight, given back one by one where no digit follows them.
        let mut zeros = 0;
        while zeros < 8 && at(text, start + zeros) == b'0' {
            zeros += 1;
        }
        loop {
            let from = start + zeros;
            let (value, count) = if hex {
                hex_run(&text[from.min(text.len())..], 6)
            } else {
                decimal_run(&text[from.min(text.len())..], 7)
            };
            if count > 0 {
                push_point(value, out);
                let end = from + count;
                return end + usize::from(at(text, end) == b';');
            }
            if zeros == 0 {
                return 0;
            }
            zeros -= 1;
        }
    }
    let mut count = 0;
    while count < 7 && at(text, 1 + count).is_ascii_lowercase() {
        count += 1;
    }
    if count < 2 || at(text, 1 + count) != b';' {
        return 0;
    }
    let Some(byte) = named(&text[1..1 + count]) else {
        return 0;
    };
    out.push(byte);
    count + 2
}

fn decimal_run(text: &[u8], most: usize) -> (u32, usize) {
    let mut value = 0;
    let mut count = 0;
    while count < most && at(text, count).is_ascii_digit() {
        value = value * 10 + u32::from(text[count] - b'0');
        count += 1;
    }
    (value, count)
}

fn named(name: &[u8]) -> Option<u8> {
    Some(match name {
        b"lt" => b'<',
        b"gt" => b'>',
        b"amp" => b'&',
        b"quot" => b'"',
        b"apos" => b'\'',
        b"colon" => b':',
        b"tab" => b'\t',
        b"newline" => b'\n',
        b"lpar" => b'(',
        b"rpar" => b')',
        b"nbsp" => b' ',
        b"sol" => b'/',
        b"bsol" => b'\\',
        b"semi" => b';',
        b"equals" => b'=',
        b"grave" => b'`',
        b"lbrace" | b"lcub" => b'{',
        b"rbrace" | b"rcub" => b'}',
        b"lsqb" => b'[',
        b"rsqb" => b']',
        b"num" => b'#',
        b"excl" => b'!',
        b"dollar" => b'$',
        b"percnt" => b'%',
        b"ast" => b'*',
        b"plus" => b'+',
        b"comma" => b',',
        b"period" => b'.',
        b"hyphen" => b'-',
        b"lowbar" => b'_',
        b"vert" => b'|',
        b"commat" => b'@',
        b"quest" => b'?',
        _ => return None,
    })
}

/// JavaScript escapes `\xHH`, `\uHHHH` and `\u{H…}`.
fn escapes(text: &[u8], out: &mut Vec<u8>) -> usize {
    if text[0] != b'\\' {
        return 0;
    }
    match at(text, 1) {
        b'x' => {
            let (point, count) = hex_run(&text[2..], 2);
            if count < 2 {
                return 0;
            }
            push_point(point, out);
            4
        }
        b'u' if at(text, 2) == b'{' => {
            let mut zeros = 0;
            while zeros < 8 && at(text, 3 + zeros) == b'0' {
                zeros += 1;
            }
            loop {
                let from = 3 + zeros;
                let (point, count) = hex_run(&text[from..], 6);
                if count > 0 && at(text, from + count) == b'}' {
                    push_point(point, out);
                    return from + count + 1;
                }
                if zeros == 0 {
                    return 0;
                }
                zeros -= 1;
            }
        }
        b'u' => {
            let (point, count) = hex_run(&text[2..], 4);
            if count < 4 {
                return 0;
            }
            push_point(point, out);
            6
        }
        _ => 0,
    }
}

/// A code point as the bytes of its UTF-8; surrogates too, as three bytes.
pub fn push_point(point: u32, out: &mut Vec<u8>) {
    let tail = |shift: u32| 0x80 | (point >> shift & 63) as u8;
    match point {
        0..0x80 => out.push(point as u8),
        0x80..0x800 => out.extend([0xc0 | (point >> 6) as u8, tail(0)]),
        0x800..0x1_0000 => out.extend([0xe0 | (point >> 12) as u8, tail(6), tail(0)]),
        0x1_0000..=0x10_ffff => {
            out.extend([0xf0 | (point >> 18) as u8, tail(12), tail(6), tail(0)]);
        }
        _ => out.push(b'?'),
    }
}

fn continues(byte: u8) -> bool {
    (0x80..=0xbf).contains(&byte)
}

fn fold_overlong_two(text: &[u8], out: &mut Vec<u8>) -> usize {
    if (text[0] == 0xc0 || text[0] == 0xc1) && continues(at(text, 1)) {
        out.push((text[0] & 1) << 6 | (text[1] & 63));
        return 2;
    }
    0
}

fn fold_overlong_three(text: &[u8], out: &mut Vec<u8>) -> usize {
    if text[0] == 0xe0 && (at(text, 1) == 0x80 || at(text, 1) == 0x81) && continues(at(text, 2)) {
        out.push((text[1] & 1) << 6 | (text[2] & 63));
        return 3;
    }
    0
}

/// Full-width forms, circled letters and typographic quotes become the ASCII they pass for.
fn fold_look_alikes(text: &[u8], out: &mut Vec<u8>) -> usize {
    let first = text[0];
    if !matches!(first, 0xc2 | 0xe2 | 0xef) || !continues(at(text, 1)) {
        return 0;
    }
    let three = continues(at(text, 2));
    if first == 0xc2 {
        if text[1] != 0xa0 {
            return 0;
        }
        out.push(b' ');
        return 2;
    }
    if !three {
        return 0;
    }
    let point =
        u32::from(first & 15) << 12 | u32::from(text[1] & 63) << 6 | u32::from(text[2] & 63);
    match point {
        0xff01..=0xff5e => out.push((point - 0xfee0) as u8),
        0x24b6..=0x24cf => out.push((point - 0x24b6 + 97) as u8),
        0x24d0..=0x24e9 => out.push((point - 0x24d0 + 97) as u8),
        0x2460..=0x2468 => out.push((point - 0x2460 + 49) as u8),
        0x2018 | 0x2019 | 0x2032 => out.push(b'\''),
        0xfeff | 0x200b => {}
        _ => return 0,
    }
    3
}

/// White space runs to one space, short comments and NUL out: what the text signatures read. Gives
/// the text itself where there is nothing to do, else `room`. `read` are the text's traits.
pub fn squeeze<'t>(text: &'t [u8], read: u16, room: &'t mut Vec<u8>) -> &'t [u8] {
    let comment = read & traits::LOOSE != 0 && has_pair(text, b'/', b'*');
    let other = read & traits::LOOSE != 0 && text.iter().any(|&b| b == 0 || (9..=13).contains(&b));
    if !comment && !other && (read & traits::SPACE == 0 || !has_pair(text, b' ', b' ')) {
        return text;
    }
    room.clear();
    if comment {
        without_comments(text, room);
    } else {
        room.extend_from_slice(text);
    }
    let mut kept = 0;
    let mut blank = false;
    for i in 0..room.len() {
        let byte = room[i];
        if byte == 0 {
            continue;
        }
        if is_space(byte) {
            if !blank {
                room[kept] = b' ';
                kept += 1;
            }
            blank = true;
            continue;
        }
        blank = false;
        room[kept] = byte;
        kept += 1;
    }
    room.truncate(kept);
    room
}

fn without_comments(text: &[u8], room: &mut Vec<u8>) {
    let mut i = 0;
    while i < text.len() {
        if text[i] == b'/' && at(text, i + 1) == b'*' {
            let mut end = i + 2;
            while end < text.len() && end - i - 2 < 64 && text[end] != b'/' && text[end] != b'*' {
                end += 1;
            }
            if at(text, end) == b'*' && at(text, end + 1) == b'/' {
                i = end + 2;
                continue;
            }
        }
        room.push(text[i]);
        i += 1;
    }
}

/// Unescapes the inside of a JSON string to UTF-8 bytes; bad escapes stay as they are.
pub fn json_unescape(text: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut i = 0;
    while let Some(found) = memchr::memchr(b'\\', &text[i..]) {
        out.extend_from_slice(&text[i..i + found]);
        i += found;
        if i + 1 >= text.len() {
            break;
        }
        if text[i + 1] == b'u' {
            let (point, count) = hex_run(&text[i + 2..], 4);
            if count == 4 {
                push_point(point, out);
                i += 6;
                continue;
            }
        }
        match text[i + 1] {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            other @ (b'"' | b'/' | b'\\') => out.push(other),
            other => out.extend([b'\\', other]),
        }
        i += 2;
    }
    out.extend_from_slice(&text[i..]);
}

#[cfg(test)]
mod tests;
