//! Byte classes that both back ends share; past the end every class is false.

pub fn at(text: &[u8], index: usize) -> u8 {
    text.get(index).copied().unwrap_or(b'\x01')
}

pub const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 9..=13)
}

pub fn is_alpha(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
}

pub const fn is_word(byte: u8) -> bool {
    WORD[byte as usize]
}

static WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        word[byte] = letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'$' | 0x80..);
        byte += 1;
    }
    word
};

pub fn trim(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

pub fn hex_value(byte: u8) -> u8 {
    if byte <= b'9' {
        byte - b'0'
    } else {
        (byte | 0x20) - 0x57
    }
}

pub fn find(text: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    if from > text.len() {
        return None;
    }
    memchr::memmem::find(&text[from..], needle).map(|found| found + from)
}

pub fn find_byte(text: &[u8], from: usize, needle: u8) -> Option<usize> {
    if from > text.len() {
        return None;
    }
    memchr::memchr(needle, &text[from..]).map(|found| found + from)
}

pub fn contains(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}
