use super::{Frame, Malformed, serialise};

fn counter(words: &[u32]) -> Result<String, Malformed> {
    let segments: [&[u8]; 1] = [br#"a="x""#];
    let text = serialise(&Frame {
        family_count: 1,
        words,
        numbers: &[3.0, 0.5],
        meta: b"# TYPE c_total counter\ncc_total",
        segments: &segments,
        end_mark: true,
    })?;
    Ok(String::from_utf8(text).unwrap())
}

fn record() -> Vec<u32> {
    let none = u32::MAX;
    let mut words = vec![
        0, 0, 23, 23, 1, 24, 7, 2, 20, 0, 1, 20, 0, none, 20, 0, 0, 0, 0, 0,
    ];
    words.extend([0, 5, 0, none]);
    words
}

#[test]
fn writes_live_series_and_leaves_out_removed_ones() {
    let text = counter(&record()).unwrap();
    assert_eq!(text, "# TYPE c_total counter\nc_total{a=\"x\"} 3\n# EOF\n");
}

#[test]
fn no_frame_panics() {
    for word in 0..24 {
        for value in [0, 1, 2, 3, 4, 19, 24, 1 << 20, u32::MAX - 1, u32::MAX] {
            let mut words = record();
            words[word] = value;
            let _ = counter(&words);
        }
    }
    for len in 0..24 {
        assert_eq!(counter(&record()[..len]), Err(Malformed));
    }
}
