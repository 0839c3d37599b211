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
    folded.extend_from_slice(text);
    folded.make_ascii_lowercase();
    let Some(first) = next_high(text, 0) else {
        return;
    };
    match simdutf8::basic::from_utf8(text) {
        Ok(text) => fold_from(text, first, folded),
        Err(_) => {
            folded.clear();
            push_folded(&String::from_utf8_lossy(text), folded);
        }
    }
}

/// Finishes a text whose ASCII is folded already and whose first other character stands at `first`. Such
/// characters are often signs and quotes, which have no case and stay where they are.
fn fold_from(text: &str, first: usize, folded: &mut Vec<u8>) {
    let mut next = Some(first);
    while let Some(at) = next {
        let Some(character) = text[at..].chars().next() else {
            return;
        };
        if fold_character(character) != character {
            folded.truncate(at);
            return push_folded(&text[at..], folded);
        }
        next = next_high(text.as_bytes(), at + character.len_utf8());
    }
}

fn push_folded(text: &str, folded: &mut Vec<u8>) {
    for character in text.chars() {
        let lower = fold_character(character);
        folded.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The place of the next byte that is not ASCII.
fn next_high(text: &[u8], from: usize) -> Option<usize> {
    let rest = &text[from..];
    let (chunks, _) = rest.as_chunks::<32>();
    let plain = chunks.iter().take_while(|chunk| chunk.is_ascii()).count() * 32;
    let at = rest[plain..].iter().position(|byte| !byte.is_ascii())?;
    Some(from + plain + at)
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
