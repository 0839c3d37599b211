//! What must hold for any bytes; shared by the fuzz targets and the test of their seeds.
#![allow(dead_code)]

use std::sync::Arc;

use serde::de::IgnoredAny;
use wolfsec_core::json::{Fault, FieldTrie, MAX_DEPTH, Reader, canonical_text};
use wolfsec_core::rule::{Batch, Compiled, Evaluator};

/// The reader takes exactly what the grammar of JSON allows, and its values lie inside the line.
pub fn line(data: &[u8]) {
    let paths = [
        (&["a"][..], 1),
        (&["a", "b"], 2),
        (&["a", "*", "c"], 3),
        (&["*", "b"], 4),
        (&["\u{e9}\u{1f600}"], 5),
    ];
    let fields = FieldTrie::new(paths.map(|(path, slot)| (path.iter().copied(), slot)));
    let mut reader = Reader::new(wolfsec_core::json::Marks::mark);
    let mut room = Vec::new();
    for every_value in [false, true] {
        let line = reader.line(data);
        let end = data.iter().position(|&byte| byte == b'\n');
        assert_eq!(line.len(), end.unwrap_or(data.len()), "the line's end");
        let data = line;
        let read = reader.read(line, &fields, every_value);
        assert_eq!(read.as_ref().err().copied(), expected(data), "fault");
        let Ok(event) = read else { continue };
        for value in event.values {
            assert!(value.start <= value.end && value.end as usize <= data.len());
            let text = canonical_text(value.raw(data), value.kind, &mut room);
            assert!(std::str::from_utf8(text).is_ok(), "values are text");
        }
    }
}

fn expected(data: &[u8]) -> Option<Fault> {
    if std::str::from_utf8(data).is_err() {
        return Some(Fault::Encoding);
    }
    // Skipping a value checks the grammar without recursion and without building anything.
    if serde_json::from_slice::<IgnoredAny>(data).is_err() {
        return Some(Fault::Syntax);
    }
    if !data.trim_ascii_start().starts_with(b"{") {
        return Some(Fault::NotAnObject);
    }
    (depth(data) > MAX_DEPTH).then_some(Fault::TooDeep)
}

/// How deep well-formed JSON nests.
fn depth(data: &[u8]) -> usize {
    let (mut deepest, mut depth, mut in_string, mut escaped) = (0, 0_usize, false, false);
    for &byte in data {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth -= 1,
            _ => {}
        }
    }
    deepest
}

/// A program is refused or runs; evaluating in one batch or line by line tells the same hits, and so does the program
/// when it is taken as known. Known programs whose patterns do not compile run too.
pub fn program(data: &[u8]) {
    let (program, events) = match data.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[][..]),
    };
    let known = Compiled::known(program).ok().map(|known| {
        let mut batch = Batch::default();
        Evaluator::new(Arc::new(known), wolfsec_core::rule::Vectors::default())
            .evaluate(events, None, &mut batch);
        batch.hits
    });
    let Ok(compiled) = Compiled::new(program) else {
        return;
    };
    let compiled = Arc::new(compiled);
    let mut whole = Batch::default();
    Evaluator::new(compiled.clone(), wolfsec_core::rule::Vectors::default())
        .evaluate(events, None, &mut whole);
    assert_eq!(known.as_ref(), Some(&whole.hits), "known");
    let hits: usize = whole.hits.len() / 4;
    let mut evaluator = Evaluator::new(compiled.clone(), wolfsec_core::rule::Vectors::default());
    let mut single = 0;
    for line in events.split(|&byte| byte == b'\n') {
        let mut batch = Batch::default();
        evaluator.evaluate(line, None, &mut batch);
        single += batch.hits.len() / 4;
    }
    assert_eq!(hits, single, "hits");
    let mut fixed = Batch::default();
    Evaluator::new(compiled, wolfsec_core::rule::Vectors::default()).evaluate(
        events,
        Some(&[0, 1]),
        &mut fixed,
    );
    assert_eq!((fixed.events, fixed.lines), (whole.events, whole.lines));
}
