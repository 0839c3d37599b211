//! Taking encodings off. Source: RFC 3986 section 2.1, RFC 8259 section 7, HTML's character references.

use std::borrow::Cow;

use super::bytes::{at, find, hex_value, is_space};

/// How often encodings may be nested in one another before the rest is read as it stands.
const MAX_ROUNDS: usize = 4;

/// Decodes `%XX`, and `+` to a space where `plus`; what is no encoding stays.
pub fn percent_decode(text: &[u8], plus: bool) -> Cow<'_, [u8]> {
    if !text.iter().any(|&b| b == b'%' || (plus && b == b'+')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    while i < text.len() {
        let byte = text[i];
        if byte == b'%'
            && at(text, i + 1).is_ascii_hexdigit()
            && at(text, i + 2).is_ascii_hexdigit()
        {
            out.push(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
            i += 3;
        } else {
            out.push(if plus && byte == b'+' { b' ' } else { byte });
            i += 1;
        }
    }
    Cow::Owned(out)
}

/// Takes encodings off until nothing changes, folds look-alike letters to ASCII, and lower-cases.
pub fn canonical(text: &[u8]) -> Cow<'_, [u8]> {
    let mut kinds = 0u8;
    for &byte in text {
        kinds |= KINDS[byte as usize];
    }
    if kinds == 0 {
        return Cow::Borrowed(text);
    }
    let mut value = text.to_ascii_lowercase();
    if kinds == UPPER {
        return Cow::Owned(value);
    }
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        if value.contains(&b'%') {
            changed |= replace(&mut value, percent_deep);
        }
        if value.contains(&b'&') {
            changed |= replace(&mut value, entities);
        }
        if value.contains(&b'\\') {
            changed |= replace(&mut value, escapes);
        }
        if !value.is_ascii() {
            changed |= replace(&mut value, fold_overlong_two);
            changed |= replace(&mut value, fold_overlong_three);
            changed |= replace(&mut value, fold_look_alikes);
        }
        if !changed {
            break;
        }
        value.make_ascii_lowercase();
    }
    Cow::Owned(value)
}

const UPPER: u8 = 1;
const ENCODED: u8 = 2;

static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte >= b'A' as usize && byte <= b'Z' as usize {
            kinds[byte] = UPPER;
        }
        if byte >= 0x80 || byte == b'%' as usize || byte == b'&' as usize || byte == b'\\' as usize
        {
            kinds[byte] = ENCODED;
        }
        byte += 1;
    }
    kinds
};

/// Rewrites `value` by one pass from the left: `step` looks at a place and, where an encoding
/// starts, writes what it stands for and gives its length. Tells whether anything changed.
fn replace(value: &mut Vec<u8>, step: fn(&[u8], &mut Vec<u8>) -> usize) -> bool {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut i = 0;
    while i < value.len() {
        let mark = out.len();
        if mark == 0 {
            // Nothing found so far: what stands before the place is copied when something is.
            let mut decoded = Vec::new();
            let used = step(&value[i..], &mut decoded);
            if used == 0 {
                i += 1;
                continue;
            }
            out.reserve(value.len());
            out.extend_from_slice(&value[copied..i]);
            out.extend_from_slice(&decoded);
            i += used;
            copied = i;
            if out.is_empty() {
                return replace_rest(value, i, step);
            }
            continue;
        }
        let used = step(&value[i..], &mut out);
        if used == 0 {
            out.push(value[i]);
            i += 1;
        } else {
            i += used;
        }
        copied = i;
    }
    if copied == 0 {
        return false;
    }
    let changed = out != *value;
    *value = out;
    changed
}

/// The same where what was decoded first came out empty.
fn replace_rest(value: &mut Vec<u8>, from: usize, step: fn(&[u8], &mut Vec<u8>) -> usize) -> bool {
    let mut out = Vec::with_capacity(value.len());
    let mut i = from;
    while i < value.len() {
        let used = step(&value[i..], &mut out);
        if used == 0 {
            out.push(value[i]);
            i += 1;
        } else {
            i += used;
        }
    }
    *value = out;
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

/// White space runs to one space, short comments and NUL out: what the text signatures read.
pub fn squeeze(text: &[u8]) -> Cow<'_, [u8]> {
    let mut comment = false;
    let mut other = false;
    let mut previous = 0u8;
    for &byte in text {
        comment |= previous == b'/' && byte == b'*';
        other |= byte == 0 || (9..=13).contains(&byte) || (byte == b' ' && previous == b' ');
        previous = byte;
    }
    if !comment && !other {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    if comment {
        while i < text.len() {
            if text[i] == b'/' && at(text, i + 1) == b'*' {
                let mut end = i + 2;
                while end < text.len() && end - i - 2 < 64 && text[end] != b'/' && text[end] != b'*'
                {
                    end += 1;
                }
                if at(text, end) == b'*' && at(text, end + 1) == b'/' {
                    i = end + 2;
                    continue;
                }
            }
            out.push(text[i]);
            i += 1;
        }
    } else {
        out.extend_from_slice(text);
    }
    let mut kept = 0;
    let mut blank = false;
    for i in 0..out.len() {
        let byte = out[i];
        if byte == 0 {
            continue;
        }
        if is_space(byte) {
            if !blank {
                out[kept] = b' ';
                kept += 1;
            }
            blank = true;
            continue;
        }
        blank = false;
        out[kept] = byte;
        kept += 1;
    }
    out.truncate(kept);
    Cow::Owned(out)
}

/// Unescapes the inside of a JSON string to UTF-8 bytes; bad escapes stay as they are.
pub fn json_unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if find(text, 0, b"\\").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    while i < text.len() {
        if text[i] != b'\\' || i + 1 >= text.len() {
            out.push(text[i]);
            i += 1;
            continue;
        }
        if text[i + 1] == b'u' {
            let (point, count) = hex_run(&text[i + 2..], 4);
            if count == 4 {
                push_point(point, &mut out);
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
    Cow::Owned(out)
}
