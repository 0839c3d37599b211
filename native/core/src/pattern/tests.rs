use super::{Anchor, Literal, Match, PatternSet, Scratch};

fn literal(bytes: &str, ignore_case: bool, anchor: Anchor, pattern: u32) -> Literal<'_> {
    Literal {
        bytes: bytes.as_bytes(),
        ignore_case,
        anchor,
        pattern,
    }
}

fn find(set: &PatternSet, haystack: &[u8]) -> Vec<(u32, u32, u32)> {
    let mut scratch = Scratch::default();
    set.find(haystack, &[], &mut scratch);
    let triple = |m: &Match| (m.pattern, m.start, m.end);
    scratch.matches.iter().map(triple).collect()
}

#[test]
fn anchors_and_cases_apply_to_each_literal_alone() {
    let set = PatternSet::new(
        &[
            literal("cmd", true, Anchor::Anywhere, 0),
            literal("CMD", false, Anchor::Anywhere, 1),
            literal("cmd", false, Anchor::Start, 2),
            literal(".exe", true, Anchor::End, 3),
            literal("cmd.exe", true, Anchor::Whole, 4),
        ],
        &[],
    )
    .unwrap();
    assert_eq!(
        find(&set, b"CMD.exe"),
        [(0, 0, 3), (1, 0, 3), (4, 0, 7), (3, 3, 7)]
    );
    assert_eq!(find(&set, b"cmd.exe "), [(0, 0, 3), (2, 0, 3)]);
}

#[test]
fn each_pattern_is_searched_as_if_alone() {
    let set = PatternSet::new(
        &[
            literal("aa", false, Anchor::Anywhere, 0),
            literal("aaa", false, Anchor::Anywhere, 1),
        ],
        &[(2, "a+"), (3, "[b-c]")],
    )
    .unwrap();
    assert_eq!(
        find(&set, b"aaaa"),
        [(0, 0, 2), (1, 0, 3), (2, 0, 4), (0, 2, 4)]
    );
    let mut scratch = Scratch::default();
    set.which(b"xaab", &mut scratch);
    assert_eq!(scratch.which, [0, 2, 3]);
}

#[test]
fn invalid_utf8_counts_as_a_replacement_and_keeps_its_offsets() {
    let set = PatternSet::new(&[], &[(0, "\\x{FFFD}z"), (1, "\\bq")]).unwrap();
    assert_eq!(
        find(&set, b"\xff\xe2\x82z \xf0\x9fq"),
        [(0, 1, 4), (1, 7, 8)]
    );
}

#[test]
#[cfg_attr(miri, ignore = "the tables of Unicode take it minutes")]
fn nothing_matches_inside_a_character() {
    let set = PatternSet::new(&[], &[(0, "(?:[^a]|\\B)+?")]).unwrap();
    assert_eq!(find(&set, "a\u{17f}a".as_bytes()), [(0, 1, 3)]);
    assert!(set.is_match("a\u{17f}a".as_bytes()));
    let set = PatternSet::new(&[], &[(0, "\\B"), (1, "b")]).unwrap();
    assert!(!set.is_match("a".as_bytes()));
    assert_eq!(find(&set, "a\u{e9}a".as_bytes()), []);
    assert!(!set.is_match("a\u{e9}a".as_bytes()));
    assert_eq!(
        find(&set, "\u{e9}\u{e9}".as_bytes()),
        [(0, 0, 0), (0, 2, 2), (0, 4, 4)]
    );
}

#[test]
fn empty_matches_do_not_touch_the_one_before() {
    let set = PatternSet::new(&[], &[(0, "x*")]).unwrap();
    assert_eq!(find(&set, "xx\u{e9}".as_bytes()), [(0, 0, 2), (0, 4, 4)]);
}

#[test]
fn scratch_lets_go_of_very_many_matches() {
    let set = PatternSet::new(&[literal("a", false, Anchor::Anywhere, 0)], &[]).unwrap();
    let mut scratch = Scratch::default();
    for (len, kept) in [(1_000, true), (100_000, false), (1_000, true)] {
        set.find(&vec![b'a'; len], &[], &mut scratch);
        assert_eq!(scratch.matches.len(), len);
        scratch.trim();
        assert_eq!(scratch.matches.capacity() >= len, kept);
    }
}
