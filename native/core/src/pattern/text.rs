use std::borrow::Cow;

/// The haystack as text, with the way back to its own offsets.
pub(super) struct Text<'a> {
    text: Cow<'a, str>,
    replaced: Vec<Replaced>,
}

/// One invalid part: where its U+FFFD stands, and where its bytes were.
struct Replaced {
    at: usize,
    start: usize,
    len: usize,
}

const REPLACEMENT: &str = "\u{fffd}";

impl<'a> Text<'a> {
    pub(super) fn new(haystack: &'a [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(haystack) {
            return Self {
                text: Cow::Borrowed(text),
                replaced: Vec::new(),
            };
        }
        let mut text = String::with_capacity(haystack.len() + 16);
        let mut replaced = Vec::new();
        let mut start = 0;
        for chunk in haystack.utf8_chunks() {
            text.push_str(chunk.valid());
            start += chunk.valid().len();
            let len = chunk.invalid().len();
            if len > 0 {
                replaced.push(Replaced {
                    at: text.len(),
                    start,
                    len,
                });
                text.push_str(REPLACEMENT);
                start += len;
            }
        }
        Self {
            text: Cow::Owned(text),
            replaced,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the text of a character boundary in the haystack.
    pub(super) fn position(&self, offset: usize) -> usize {
        let mut boundary = match self.replaced.partition_point(|part| part.start < offset) {
            0 => offset,
            after => {
                let part = &self.replaced[after - 1];
                part.at + REPLACEMENT.len() + offset.saturating_sub(part.start + part.len)
            }
        };
        while !self.text.is_char_boundary(boundary) && boundary < self.text.len() {
            boundary += 1;
        }
        boundary
    }

    /// The offset in the haystack of a character boundary in the text.
    pub(super) fn offset(&self, at: usize) -> usize {
        match self.replaced.partition_point(|part| part.at < at) {
            0 => at,
            after => {
                let part = &self.replaced[after - 1];
                part.start + part.len + (at - part.at - REPLACEMENT.len())
            }
        }
    }
}
