//! A value read as a command line, one letter a token. The letters are listed in the portable twin
//! and in `signatures/http/words-shell.yml`.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::bytes::{at, find_byte, is_alpha, is_word};
use super::markup::fixed;
use super::program::Words;
use super::sql::MAX_TOKENS;

static BINARY_DIRECTORY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"^(?:~?/?(?:usr/|system/|opt/)?(?:local/)?s?bin/|\./|/?(?:system|usr|opt)/)")
});
static SENSITIVE_PATH: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^~?/?(?:etc|proc|dev/tcp|dev/udp|root|var/log|home)/|/\.(?:ssh|aws|bash_history|env)\b|(?:^|/)etc/(?:passwd|shadow|hosts|group)",
    )
});

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
                let from = i;
                let hidden;
                (i, hidden) = read_word(text, i, word);
                if i == from {
                    i += 1;
                }
                classify(word, hidden, words, tokens);
            }
        }
    }
}

/// Reads one word with its quoting taken out; gives where it ends, and whether anything was taken out.
fn read_word(text: &[u8], from: usize, plain: &mut Vec<u8>) -> (usize, bool) {
    plain.clear();
    let mut hidden = false;
    let mut i = from;
    while i < text.len() {
        let byte = text[i];
        if byte <= b' ' || b";|&`()<>{},".contains(&byte) {
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

fn classify(raw: &[u8], hidden: bool, words: &Words, tokens: &mut Vec<u8>) {
    let word = match raw {
        [b'@' | b'!', rest @ ..] => rest,
        _ => raw,
    };
    if word.is_empty() {
        if !hidden {
            tokens.push(b'x');
        }
        return;
    }
    if let Some(&known) = words.get(word).or_else(|| words.get(strip_suffix(word))) {
        if hidden {
            tokens.push(b'^');
        }
        tokens.push(known);
        return;
    }
    tokens.push(class_of(word, words));
}

fn class_of(word: &[u8], words: &Words) -> u8 {
    let first = word[0];
    if first == b'-' || first == b'$' {
        return first;
    }
    if is_address(word) {
        return b'u';
    }
    if is_windows_path(word) {
        let slash = word.iter().rposition(|&b| b == b'\\' || b == b'/');
        let base = strip_suffix(&word[slash.map_or(0, |at| at + 1)..]);
        return if words.contains_key(base) { b'B' } else { b'W' };
    }
    if let Some(slash) = memchr::memrchr(b'/', word) {
        let globbed = word.iter().any(|b| b"?*[".contains(b));
        if !globbed && words.contains_key(&word[slash + 1..]) && BINARY_DIRECTORY.is_match(word) {
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
    if let Some(equals) = memchr::memchr(b'=', word)
        && is_name(&word[..equals])
    {
        return b'=';
    }
    if is_alpha(first) && word.iter().all(|&b| is_word(b)) {
        b'w'
    } else {
        b'x'
    }
}

fn is_address(word: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 11] = [
        b"http:", b"https:", b"ftp:", b"ftps:", b"file:", b"dict:", b"gopher:", b"ldap:",
        b"ldaps:", b"tftp:", b"smb:",
    ];
    SCHEMES.iter().any(|scheme| word.starts_with(scheme))
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
