//! Case folding: one character to one character, the same on both back ends.

use std::borrow::Cow;

/// Lower-cases each character whose lower case is one character; the long s counts as s, as it does in
/// the folding of regular expressions.
pub fn fold(text: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

pub fn fold_into(text: &[u8], folded: &mut Vec<u8>) {
    folded.clear();
    if text.is_ascii() {
        folded.extend_from_slice(text);
        folded.make_ascii_lowercase();
        return;
    }
    for character in String::from_utf8_lossy(text).chars() {
        let lower = fold_character(character);
        folded.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn fold_character(character: char) -> char {
    if character == '\u{17f}' {
        return 's';
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

/// The folded text, for tests of parity.
pub fn fold_text(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from_utf8_lossy(&fold(text.as_bytes())).into_owned())
}
