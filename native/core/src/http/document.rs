//! Telling prose from values.

use super::traits;

/// Shorter values hold no document.
const MIN_LENGTH: usize = 40;
/// Pairs are counted so many places at a time.
const STRIDE: usize = 128;

/// Whether a value reads as lines of prose: pairs of neighbouring words, three with a line end or
/// fourteen without. Code in such a value is quoted by a person more often than run by a program.
pub fn is_document(text: &[u8], traits: u16) -> bool {
    if text.len() < MIN_LENGTH || traits & (traits::SPACE | traits::LINE_END) == 0 {
        return false;
    }
    let lines = traits & traits::LINE_END != 0;
    if lines && traits & traits::BACK_QUOTE != 0 && has_fence(text) {
        return true;
    }
    let wanted = if lines { 3 } else { 14 };
    let mut pairs = 0;
    let last = text.len() - 3;
    let mut from = 0;
    while from < last {
        let to = (from + STRIDE).min(last);
        pairs += pairs_between(&text[from..to + 3]);
        if pairs >= wanted {
            return true;
        }
        from = to;
    }
    false
}

/// Spaces with two letters before them and one after, among the first 128 places.
fn pairs_between(text: &[u8]) -> usize {
    let letters = |from: usize| text[from..].iter();
    let pairs = letters(0).zip(letters(1)).zip(letters(2)).zip(letters(3));
    pairs
        .map(|(((&a, &b), &space), &c)| {
            u8::from(
                a.is_ascii_lowercase()
                    & b.is_ascii_lowercase()
                    & (space == b' ')
                    & c.is_ascii_lowercase(),
            )
        })
        .fold(0u8, u8::wrapping_add) as usize
}

/// A line that opens a block of code.
fn has_fence(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', text).any(|at| text[at + 1..].starts_with(b"```"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, said plainly.
    fn plainly(text: &[u8]) -> bool {
        let lines = text.contains(&b'\n');
        let pairs = text
            .windows(4)
            .filter(|w| w[2] == b' ' && [w[0], w[1], w[3]].iter().all(u8::is_ascii_lowercase));
        let fence = text.windows(4).any(|w| w == b"\n```");
        text.len() >= MIN_LENGTH && (fence || pairs.count() >= if lines { 3 } else { 14 })
    }

    #[test]
    fn tells_documents_as_the_rule_says() {
        let prose =
            "these are words of prose that go on and on for longer than any value of a form would";
        for text in [
            prose.to_owned(),
            prose.replace(' ', "\n"),
            format!("{prose}\n"),
            prose[..60].to_owned(),
            format!("{}\n```js", "x".repeat(40)),
            "ab ".repeat(200),
            format!("{}{prose}", "-".repeat(125)),
            String::new(),
            " ".repeat(60),
        ] {
            let traits = super::super::traits::traits_of(text.as_bytes());
            assert_eq!(
                is_document(text.as_bytes(), traits),
                plainly(text.as_bytes()),
                "{text}"
            );
        }
    }
}
