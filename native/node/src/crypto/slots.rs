//! Where keys live: JavaScript holds a number, so that no value that it could make up is a pointer.
//!
//! A slot belongs to the thread that made it, as its JavaScript environment does.

use crate::raw::Thrown;

const INDEX_BITS: u32 = 20;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u32 = u32::MAX >> INDEX_BITS;

/// Values under numbers. A number holds its slot's generation, so that one kept past the release of
/// its value does not lead to the next value in the same slot.
pub struct Slots<T> {
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
}

struct Entry<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Slots<T> {
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
        }
    }

    pub fn insert(&mut self, value: T) -> Result<u32, Thrown> {
        if let Some(index) = self.free.pop() {
            let entry = &mut self.entries[index as usize];
            entry.value = Some(value);
            return Ok(index | entry.generation << INDEX_BITS);
        }
        let index = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        if index > INDEX_MASK {
            return Err(Thrown::new(
                "WOLFSEC_LIMIT_EXCEEDED",
                "more than 1048576 keys and hashes are open: dispose those that are done",
            ));
        }
        self.entries.push(Entry {
            generation: 0,
            value: Some(value),
        });
        Ok(index)
    }

    #[inline]
    pub fn get(&mut self, handle: u32) -> Result<&mut T, Thrown> {
        self.entries
            .get_mut((handle & INDEX_MASK) as usize)
            .filter(|entry| entry.generation == handle >> INDEX_BITS)
            .and_then(|entry| entry.value.as_mut())
            .ok_or_else(|| Thrown::new("WOLFSEC_DISPOSED", "the key or hash was disposed of"))
    }

    /// Drops the value, if it is still there.
    pub fn remove(&mut self, handle: u32) {
        let index = handle & INDEX_MASK;
        if let Some(entry) = self.entries.get_mut(index as usize)
            && entry.generation == handle >> INDEX_BITS
            && entry.value.take().is_some()
        {
            entry.generation = (entry.generation + 1) & GENERATION_MASK;
            self.free.push(index);
        }
    }
}
