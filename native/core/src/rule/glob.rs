//! Wildcard patterns: `*` any length, `?` one character, `\` escapes what follows it.

enum Token {
    Byte(u8),
    One,
    Any,
}

pub struct Glob {
    tokens: Vec<Token>,
    cased: bool,
}

impl Glob {
    /// `text` must be folded already unless the pattern is case-sensitive.
    pub fn new(text: &[u8], cased: bool) -> Self {
        let mut tokens = Vec::with_capacity(text.len());
        let mut bytes = text.iter();
        while let Some(&byte) = bytes.next() {
            tokens.push(match byte {
                b'*' => Token::Any,
                b'?' => Token::One,
                b'\\' => Token::Byte(bytes.next().copied().unwrap_or(b'\\')),
                other => Token::Byte(other),
            });
        }
        Self { tokens, cased }
    }

    /// Whether the whole value fits. Every `*` but the last settles at its first fit, so the work is at
    /// most the product of both lengths, without recursion.
    pub fn holds(&self, value: &[u8], folded: &[u8]) -> bool {
        let text = if self.cased { value } else { folded };
        let (mut token, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let step = match (self.tokens.get(token), text.get(at)) {
                // A last `*` takes whatever is left.
                (Some(Token::Any), _) if token + 1 == self.tokens.len() => return true,
                (Some(Token::Any), _) => {
                    retry = Some((token, at));
                    token += 1;
                    continue;
                }
                (Some(Token::Byte(wanted)), Some(found)) if wanted == found => Some(1),
                (Some(Token::One), Some(&first)) => Some(character_len(first)),
                (None, None) => return true,
                _ => None,
            };
            match (step, retry) {
                (Some(len), _) => {
                    token += 1;
                    at += len;
                }
                (None, Some((star, from))) if from < text.len() => {
                    let mut next = from + character_len(text[from]);
                    if let Some(Token::Byte(wanted)) = self.tokens.get(star + 1) {
                        match text
                            .get(next..)
                            .and_then(|rest| memchr::memchr(*wanted, rest))
                        {
                            Some(ahead) => next += ahead,
                            None => return false,
                        }
                    }
                    retry = Some((star, next));
                    token = star + 1;
                    at = next;
                }
                _ => return false,
            }
        }
    }

    /// The longest plain part of the pattern, folded.
    pub fn literal(&self) -> Vec<u8> {
        let mut best: &[Token] = &[];
        for run in self.tokens.split(|token| !matches!(token, Token::Byte(_))) {
            if run.len() > best.len() {
                best = run;
            }
        }
        let bytes: Vec<u8> = best
            .iter()
            .filter_map(|token| match token {
                Token::Byte(byte) => Some(*byte),
                _ => None,
            })
            .collect();
        super::fold::fold(&bytes)
    }
}

fn character_len(first: u8) -> usize {
    match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn wildcards_and_escapes() {
        for (pattern, value, expected) in [
            ("*", "", true),
            ("?", "", false),
            ("?", "é", true),
            ("a*b?d", "axxbcd", true),
            ("a*b?d", "axxbd", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("*a*a*a", "aaa", true),
            ("*a*a*a", "aa", false),
            ("c:\\\\*", "c:\\x", true),
        ] {
            let glob = Glob::new(pattern.as_bytes(), false);
            assert_eq!(
                glob.holds(value.as_bytes(), value.as_bytes()),
                expected,
                "{pattern} {value}"
            );
        }
    }
}
