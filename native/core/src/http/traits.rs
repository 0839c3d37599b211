//! What a value's bytes say of it in one pass: which decoders, tokenisers and looks can be left out.
//!
//! Each trait may be told of a value that turns out not to need the work, never the other way round.

/// Upper-case letters: lower-casing changes something.
pub const UPPER: u16 = 1;
/// A byte that some encoding starts with: `%`, `&`, `\`, or one beyond ASCII.
pub const ENCODED: u16 = 2;
/// A byte that is neither a base64 letter nor its padding.
pub const NO_BASE64: u16 = 4;
/// A control character or NUL, or the star of a comment: squeezing may change something.
pub const LOOSE: u16 = 8;
pub const LINE_END: u16 = 16;
pub const SPACE: u16 = 32;
pub const SINGLE_QUOTE: u16 = 64;
pub const DOUBLE_QUOTE: u16 = 128;
pub const BACK_QUOTE: u16 = 256;
pub const LESS_THAN: u16 = 512;
pub const EQUALS_SIGN: u16 = 1024;
/// A byte without which the SQL tokeniser gives one token that says nothing.
pub const SQL: u16 = 2048;
/// The same for the command-line tokeniser.
pub const SHELL: u16 = 4096;
/// A byte that separates or quotes commands, or makes another token than a word.
pub const SHELL_MARK: u16 = 8192;
pub const SLASH: u16 = 16384;
/// A hyphen: two of them are a comment of SQL.
pub const HYPHEN: u16 = 32768;

static TRAITS: [u16; 256] = {
    let mut traits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        if letter.is_ascii_uppercase() {
            traits[byte] |= UPPER;
        }
        if !letter.is_ascii() || matches!(letter, b'%' | b'&' | b'\\') {
            traits[byte] |= ENCODED;
        }
        if !letter.is_ascii_alphanumeric()
            && !matches!(letter, b'+' | b'/' | b'-' | b'_' | b'=' | b' ')
        {
            traits[byte] |= NO_BASE64;
        }
        if letter == 0 || (letter >= 9 && letter <= 13) || letter == b'*' {
            traits[byte] |= LOOSE;
        }
        traits[byte] |= match letter {
            b'\n' => LINE_END | SQL | SHELL,
            b' ' => SPACE | SQL | SHELL,
            b'\'' => SINGLE_QUOTE | SQL | SHELL,
            b'"' => DOUBLE_QUOTE | SQL | SHELL,
            b'`' => BACK_QUOTE | SQL | SHELL,
            b'<' => LESS_THAN | SQL | SHELL,
            b'=' => EQUALS_SIGN | SQL | SHELL,
            b'(' | b';' | b'|' | b'&' => SQL | SHELL,
            b')' | b'#' | b'*' | b'+' | b'\t' => SQL,
            b'$' | b'>' | b'{' | b'\\' | b'^' | b'/' => SHELL,
            _ => 0,
        };
        if letter == b'-' {
            traits[byte] |= HYPHEN;
        }
        if letter == b'/' {
            traits[byte] |= SLASH;
        }
        if matches!(
            letter,
            b'\n'
                | b'\r'
                | b'\''
                | b'"'
                | b'`'
                | b'<'
                | b'>'
                | b'='
                | b'('
                | b')'
                | b';'
                | b'|'
                | b'&'
                | b'$'
                | b'{'
                | b'}'
                | b'\\'
                | b'^'
        ) {
            traits[byte] |= SHELL_MARK;
        }
        byte += 1;
    }
    traits
};

pub fn traits_of(text: &[u8]) -> u16 {
    let (chunks, rest) = text.as_chunks::<4>();
    let mut traits = [0u16; 4];
    for chunk in chunks {
        for (sum, &byte) in traits.iter_mut().zip(chunk) {
            *sum |= TRAITS[byte as usize];
        }
    }
    rest.iter()
        .map(|&byte| TRAITS[byte as usize])
        .chain(traits)
        .fold(0, |all, one| all | one)
}

/// Whether one byte stands right before another, anywhere.
pub fn has_pair(text: &[u8], first: u8, second: u8) -> bool {
    let pair = |a: u8, b: u8| (a == first) & (b == second);
    let Some(last) = text.len().checked_sub(LANES + 1) else {
        return text.windows(2).any(|two| pair(two[0], two[1]));
    };
    let mut from = 0;
    loop {
        // The last lanes begin where they still fit in, so that no byte is looked at alone.
        let at = from.min(last);
        let found = text[at..at + LANES]
            .iter()
            .zip(&text[at + 1..at + 1 + LANES])
            .fold(false, |found, (&a, &b)| found | pair(a, b));
        if found || at == last {
            return found;
        }
        from = at + LANES;
    }
}

/// So many pairs are looked at at once.
const LANES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_pair_wherever_it_stands() {
        for length in 0..70 {
            let mut text = vec![b'-'; length];
            assert!(!has_pair(&text, b'-', b'*') && !has_pair(&text, b'*', b'-'));
            for at in 1..length {
                text[at] = b'*';
                assert!(has_pair(&text, b'-', b'*'), "{at} of {length}");
                assert!(!has_pair(&text, b'*', b'*'), "{at} of {length}");
                assert_eq!(has_pair(&text, b'*', b'-'), at + 1 < length);
                text[at] = b'-';
            }
        }
    }
}
