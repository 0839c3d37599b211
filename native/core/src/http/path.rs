//! Where a walk through JSON stands: `user.name`, `items[].id`.

use std::borrow::Cow;

/// Longer paths are cut off.
pub const MAX_PATH: usize = 256;

enum Step<'t> {
    /// An object, and the key in it that was read last; empty before the first.
    Key(Cow<'t, [u8]>),
    /// Every element of an array.
    Each,
}

/// One step for each level of nesting, and what a path is written from where somebody asks for it.
#[derive(Default)]
pub struct Path<'t> {
    steps: Vec<Step<'t>>,
}

impl<'t> Path<'t> {
    pub fn depth(&self) -> usize {
        self.steps.len()
    }

    pub fn enter(&mut self, object: bool) {
        self.steps.push(if object {
            Step::Key(Cow::Borrowed(b""))
        } else {
            Step::Each
        });
    }

    /// Leaves a level; says whether it was the one expected.
    pub fn leave(&mut self, object: bool) -> bool {
        match self.steps.pop() {
            Some(Step::Key(_)) => object,
            Some(Step::Each) => !object,
            None => false,
        }
    }

    pub fn in_object(&self) -> bool {
        matches!(self.steps.last(), Some(Step::Key(_)))
    }

    /// Takes the key of the values that follow.
    pub fn set_key(&mut self, key: Cow<'t, [u8]>) {
        if let Some(Step::Key(place)) = self.steps.last_mut() {
            *place = key;
        }
    }

    /// The key that values stand under here.
    #[inline]
    pub fn key(&self) -> &[u8] {
        match self.steps.last() {
            Some(Step::Key(key)) => key,
            _ => self.outer_key(),
        }
    }

    fn outer_key(&self) -> &[u8] {
        self.steps
            .iter()
            .rev()
            .find_map(|step| match step {
                Step::Key(key) => Some(&**key),
                Step::Each => None,
            })
            .unwrap_or(b"")
    }

    /// Keys joined by dots, `[]` for every element of an array.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        for step in &self.steps {
            match step {
                Step::Key(key) if key.is_empty() => {}
                Step::Key(key) => {
                    if !out.is_empty() {
                        out.push(b'.');
                    }
                    out.extend_from_slice(&key[..key.len().min(MAX_PATH)]);
                }
                Step::Each => out.extend_from_slice(b"[]"),
            }
        }
        out.truncate(MAX_PATH);
    }
}
