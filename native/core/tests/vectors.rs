//! The forms for particular processors do what the form for any of them does.
#![cfg(target_arch = "x86_64")]

use std::arch::is_x86_feature_detected as has;

use wolfsec_core::json::Marks;
use wolfsec_core::rule::Needles;

/// Miri is slower than the processor by some hundreds.
const ROUNDS: usize = if cfg!(miri) { 100 } else { 20_000 };

/// Numbers below a limit, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'t>(&mut self, parts: &[&'t str]) -> &'t str {
        parts[self.below(parts.len())]
    }
}

const PARTS: &[&str] = &[
    "\"",
    "\"",
    "\\\"",
    "\\\\",
    "\\",
    "\\n",
    "\\r",
    "\\t",
    "\\b",
    "\\f",
    "\\/",
    "\\u00e9",
    "\\u12",
    "\\x",
    "\\2",
    "\\6",
    "\\v",
    "\t",
    "\r",
    "\u{1f}",
    " ",
    "\u{e9}",
    "\u{1f600}",
    "\u{7f}",
    "a word of a length that matters",
    "{",
    "}:",
    ",",
    "0123456789",
    "\n",
];

fn text(random: &mut Random) -> String {
    let parts = random.below(60);
    (0..parts).map(|_| random.pick(PARTS)).collect()
}

type Seen = (usize, bool, bool, bool, Vec<u32>, Vec<bool>);

fn seen(marks: &Marks, length: usize) -> Seen {
    let quotes = marks.quotes().to_vec();
    let escapes = (0..length).map(|at| marks.has_escape(at, at + 1));
    (
        length,
        marks.is_sound(),
        marks.is_ascii(),
        // Looked for no further once a line is unsound.
        marks.is_sound() && marks.has_unicode_escapes(),
        quotes,
        escapes.collect(),
    )
}

/// One byte after another.
fn plain(bytes: &[u8]) -> Seen {
    let length = bytes
        .iter()
        .position(|&it| it == b'\n')
        .unwrap_or(bytes.len());
    let line = &bytes[..length];
    let (mut sound, mut unicode, mut inside, mut quotes) = (true, false, false, Vec::new());
    let mut at = 0;
    while at < length {
        match line[at] {
            b'"' => {
                inside = !inside;
                quotes.push(at as u32);
            }
            b'\\' => {
                at += 1;
                match line.get(at) {
                    Some(b'u') if inside => {
                        unicode = true;
                        let digits = line.get(at + 1..at + 5);
                        sound &= digits.is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit));
                    }
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                    Some(_) | None => sound &= !inside,
                }
            }
            0..=0x1f => sound &= !inside,
            _ => {}
        }
        at += 1;
    }
    sound &= !inside;
    let escapes = line.iter().map(|&byte| byte == b'\\').collect();
    (
        length,
        sound,
        line.is_ascii(),
        sound && unicode,
        quotes,
        escapes,
    )
}

#[test]
fn lines_are_marked_alike() {
    let mut random = Random(11);
    let mut marks = Marks::default();
    let avx2 = has!("avx2") && has!("bmi1") && has!("bmi2") && has!("pclmulqdq");
    let avx512 =
        avx2 && has!("popcnt") && has!("avx512bw") && has!("avx512vbmi") && has!("avx512vbmi2");
    println!("with AVX2: {avx2}, with AVX-512: {avx512}");
    let mut sound = 0;
    for _ in 0..2 * ROUNDS {
        let text = text(&mut random);
        let bytes = text.as_bytes();
        let expected = plain(bytes);
        // Outside strings a backslash is a fault of the grammar, whatever the marks say of it.
        let judged = expected.1;
        sound += usize::from(judged);
        let length = marks.mark(bytes);
        let portable = seen(&marks, length);
        assert_eq!(portable.0, expected.0, "{text:?}");
        if judged && portable.1 {
            assert_eq!(portable, expected, "{text:?}");
        }
        if avx2 {
            // SAFETY: the processor has what `mark_avx2` asks for.
            let length = unsafe { marks.mark_avx2(bytes) };
            assert_eq!(seen(&marks, length), portable, "{text:?}");
        }
        if avx512 {
            // SAFETY: the processor has what `mark_avx512` asks for.
            let length = unsafe { marks.mark_avx512(bytes) };
            assert_eq!(seen(&marks, length), portable, "{text:?}");
        }
    }
    assert!(sound > ROUNDS / 20, "{sound} sound lines");
}

#[test]
fn needles_are_found_where_they_stand() {
    if !(has!("avx512bw") && has!("avx512vbmi")) {
        println!("skipped: this processor has no AVX-512 VBMI");
        return;
    }
    let mut random = Random(12);
    let letters: &[&str] = &["a", "b", "A", "B", ":", "::", "\u{e9}", "!", "Z"];
    let mut found = 0;
    for _ in 0..ROUNDS {
        let mut word = |least: usize, more: usize| -> String {
            let len = least + random.below(more);
            (0..len).map(|_| random.pick(letters)).collect()
        };
        let texts: Vec<String> = (0..1 + word(0, 30).len())
            .map(|_| word(3, 5).to_ascii_lowercase())
            .collect();
        let bytes: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
        let line = word(0, 150);
        let expected = texts
            .iter()
            .any(|text| line.to_ascii_lowercase().contains(text.as_str()));
        let Some(needles) = Needles::new(&bytes) else {
            continue;
        };
        found += usize::from(expected);
        // SAFETY: the processor has what `stand_in_avx512` asks for.
        let stands = unsafe { needles.stand_in_avx512(line.as_bytes()) };
        assert_eq!(stands, expected, "{texts:?} in {line:?}");
    }
    assert!(found > ROUNDS / 200, "{found} lines with needles");
}
