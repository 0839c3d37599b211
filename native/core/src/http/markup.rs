//! A value read as a piece of HTML, by what a browser would see. The letters are listed in the
//! portable twin and in `signatures/http/words-markup.yml`.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::bytes::{at, find_byte, is_alpha, is_space, is_word};
use super::sql::MAX_TOKENS;
use super::words::Words;

/// `quote` 0 reads the value as text, a quote's code as the rest of an attribute's value that this
/// quote opened, a space's as the rest of a value without quotes.
pub fn tokenise(text: &[u8], quote: u8, words: &Words, tokens: &mut Vec<u8>) {
    tokens.clear();
    let end = text.len();
    let mut i = 0;
    let mut in_tag = quote != 0;
    if quote == b' ' {
        while i < end && !is_space(text[i]) && text[i] != b'>' && text[i] != b'/' {
            i += 1;
        }
        if i >= end {
            return;
        }
    } else if quote != 0 {
        match find_byte(text, 0, quote) {
            Some(found) => i = found + 1,
            None => return,
        }
    }
    while i < end && tokens.len() < MAX_TOKENS {
        if !in_tag {
            match find_byte(text, i, b'<') {
                Some(open) => (i, in_tag) = open_tag(text, open, words, tokens),
                None => return,
            }
            continue;
        }
        match text[i] {
            b'>' => {
                tokens.push(b'>');
                i += 1;
                in_tag = false;
            }
            b'<' => in_tag = false,
            b'/' | 0 | b'"' | b'\'' | b'`' | b'=' => i += 1,
            byte if is_space(byte) => i += 1,
            _ => i = attribute(text, i, words, tokens),
        }
    }
}

/// What a `<` opens; gives where it goes on, and whether that is inside a tag.
fn open_tag(text: &[u8], i: usize, words: &Words, tokens: &mut Vec<u8>) -> (usize, bool) {
    let next = at(text, i + 1);
    let rest = &text[i..];
    match next {
        b'!' if rest[2..].starts_with(b"--") => {
            let special = rest[4..].starts_with(b"[if") || rest[4..].starts_with(b"#");
            tokens.push(if special { b'K' } else { b'k' });
            (i + 4, false)
        }
        b'!' => {
            tokens.push(b'!');
            (i + 2, false)
        }
        b'?' => {
            tokens.push(b'p');
            (i + 2, false)
        }
        b'%' => {
            tokens.push(b'%');
            (i + 2, false)
        }
        _ => {
            let closing = next == b'/';
            let from = i + if closing { 2 } else { 1 };
            let tail = name_end(text, from);
            if tail == from || !(is_alpha(text[from]) || text[from] == 0) {
                return (i + 1, false);
            }
            tokens.push(if closing { b'/' } else { b'<' });
            tokens.push(tag_class(&text[from..tail], words));
            (tail, true)
        }
    }
}

fn attribute(text: &[u8], from: usize, words: &Words, tokens: &mut Vec<u8>) -> usize {
    let end = text.len();
    let blank = |mut i: usize| {
        while i < end && (is_space(text[i]) || text[i] == 0) {
            i += 1;
        }
        i
    };
    let tail = attribute_end(text, from);
    let name = without_nul(&text[from..tail]);
    let mut i = blank(tail);
    let class = attribute_class(&name, words);
    if i >= end || text[i] != b'=' {
        tokens.push(if class == b'o' { b'e' } else { b'a' });
        return i;
    }
    i = blank(i + 1);
    let quoted = i < end && matches!(text[i], b'"' | b'\'' | b'`');
    let (value_from, to) = if quoted {
        (i + 1, find_byte(text, i + 1, text[i]).unwrap_or(end))
    } else {
        let mut to = i;
        while to < end && !is_space(text[to]) && text[to] != b'>' {
            to += 1;
        }
        (i, to)
    };
    tokens.push(class);
    tokens.push(b'=');
    tokens.push(value_class(&text[value_from.min(to)..to]));
    if quoted { to + 1 } else { to }
}

fn name_end(text: &[u8], from: usize) -> usize {
    let mut i = from;
    while i < text.len() && (is_word(text[i]) || matches!(text[i], 0 | b':' | b'-' | b'.')) {
        i += 1;
    }
    i
}

fn attribute_end(text: &[u8], from: usize) -> usize {
    let mut i = from;
    while i < text.len() && !is_space(text[i]) && !matches!(text[i], b'=' | b'>' | b'/' | b'<') {
        i += 1;
    }
    i
}

fn without_nul(name: &[u8]) -> Cow<'_, [u8]> {
    if name.contains(&0) {
        Cow::Owned(name.iter().copied().filter(|&b| b != 0).collect())
    } else {
        Cow::Borrowed(name)
    }
}

fn tag_class(raw: &[u8], words: &Words) -> u8 {
    let name = without_nul(raw);
    if let Some(known) = words.get(&name) {
        return known;
    }
    let Some(colon) = memchr::memchr(b':', &name) else {
        return b't';
    };
    words
        .get(&name[colon + 1..])
        .or_else(|| words.get(&name[..colon]))
        .unwrap_or(b't')
}

fn attribute_class(name: &[u8], words: &Words) -> u8 {
    let mut key = [0; 48];
    if name.len() < key.len() {
        key[..name.len()].copy_from_slice(name);
        key[name.len()] = b'=';
        if let Some(known) = words.get(&key[..=name.len()]) {
            return known;
        }
    }
    match name.strip_prefix(b"on") {
        Some(event)
            if (3..=20).contains(&event.len()) && event.iter().all(u8::is_ascii_lowercase) =>
        {
            b'O'
        }
        _ => b'a',
    }
}

static SCRIPT_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^(?:javascript|vbscript|livescript|mocha|jscript|data:(?:text/|image/svg|application/|;|,)|data:[^,]{0,40}base64)",
    )
});
static ACTIVE_STYLE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"expression\(|javascript:|vbscript:|behaviou?r:|-moz-binding|@import|url\(data:|-o-link|\\[0-9a-f]{2}",
    )
});

/// A pattern of the code's own, over bytes.
pub fn fixed(pattern: &str) -> Regex {
    regex::bytes::RegexBuilder::new(pattern)
        .unicode(false)
        .build()
        .expect("a pattern of the code's own parses")
}

/// What a value does once white space and control characters are taken out, as browsers do.
fn value_class(value: &[u8]) -> u8 {
    let mut bare = [0; 256];
    let mut len = 0;
    for &byte in value {
        if byte > 0x20 && byte != 0x7f {
            bare[len] = byte;
            len += 1;
            if len == bare.len() {
                break;
            }
        }
    }
    if SCRIPT_ADDRESS.is_match(&bare[..len]) {
        b'J'
    } else if ACTIVE_STYLE.is_match(&bare[..len]) {
        b'X'
    } else {
        b'v'
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_browser_would() {
        let of = [
            ("script", "S"),
            ("img", "M"),
            ("onerror=", "o"),
            ("href=", "h"),
        ];
        let words = Words::new(
            &of.map(|(word, class)| (word.to_owned(), class.to_owned()))
                .into(),
        );
        let read = |text: &str, quote: u8| {
            let mut tokens = Vec::new();
            tokenise(text.as_bytes(), quote, &words, &mut tokens);
            String::from_utf8(tokens).expect("letters are ASCII")
        };
        assert_eq!(read("a <script>x</script>", 0), "<S>/S>");
        assert_eq!(read("<img/onerror=go()>", 0), "<Mo=v>");
        assert_eq!(read("<sc\0ript", 0), "<S");
        assert_eq!(read("<a href=\" java\tscript:x\">", 0), "<th=J>");
        assert_eq!(read("<!--[if x]><!-- y", 0), "Kk");
        assert_eq!(read("x\" onerror=go", b'"'), "o=v");
        assert_eq!(read("x onerror=go", b' '), "o=v");
        assert_eq!(read("5 < 6 and 7 > 3", 0), "");
    }
}
