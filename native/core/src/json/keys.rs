//! A small table from keys of JSON objects to numbers.
//!
//! A key of up to sixteen bytes is wholly told by its length and its two ends, so that most look-ups
//! compare three words and call nothing. The table holds the keys that rules name and nothing else: no
//! event can fill it with collisions.

/// Length and both ends of a key, eight bytes each; shorter keys are padded with zeros.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ends {
    length: usize,
    first: u64,
    last: u64,
}

struct Entry {
    ends: Ends,
    key: Box<[u8]>,
    value: u32,
}

#[derive(Default)]
pub struct KeyTable {
    /// Open addressing; a power of two of places, at most half of them taken.
    places: Vec<Option<Entry>>,
    len: usize,
}

impl Ends {
    #[inline]
    fn of(line: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let (first, last) = if length >= 8 {
            (word(line, start), word(line, end - 8))
        } else if start + 8 <= line.len() {
            let kept = u64::MAX.checked_shr(64 - 8 * length as u32).unwrap_or(0);
            (word(line, start) & kept, 0)
        } else {
            let mut padded = [0; 8];
            padded[..length].copy_from_slice(&line[start..end]);
            (u64::from_le_bytes(padded), 0)
        };
        Self {
            length,
            first,
            last,
        }
    }

    #[inline]
    fn place(&self, places: usize) -> usize {
        let mixed = (self.first ^ self.last.rotate_left(29) ^ (self.length as u64) << 7)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (places - 1)
    }
}

#[inline]
fn word(line: &[u8], at: usize) -> u64 {
    line.get(at..at + 8)
        .and_then(|bytes| bytes.first_chunk())
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

impl KeyTable {
    /// Gives the key's number, which is `value` where the key is new.
    pub fn insert(&mut self, key: &[u8], value: u32) -> u32 {
        if let Some(known) = self.get(key, 0, key.len()) {
            return known;
        }
        if self.places.len() < 2 * (self.len + 1) {
            let larger = (2 * self.places.len()).max(4);
            let entries = std::mem::take(&mut self.places);
            self.places.resize_with(larger, || None);
            for entry in entries.into_iter().flatten() {
                self.put(entry);
            }
        }
        self.len += 1;
        self.put(Entry {
            ends: Ends::of(key, 0, key.len()),
            key: key.into(),
            value,
        });
        value
    }

    fn put(&mut self, entry: Entry) {
        let mut place = entry.ends.place(self.places.len());
        while self.places[place].is_some() {
            place = (place + 1) & (self.places.len() - 1);
        }
        self.places[place] = Some(entry);
    }

    /// The number of the key at `line[start..end]`.
    #[inline]
    pub fn get(&self, line: &[u8], start: usize, end: usize) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        let ends = Ends::of(line, start, end);
        let mut place = ends.place(self.places.len());
        while let Some(entry) = &self.places[place] {
            if entry.ends == ends && (ends.length <= 16 || *entry.key == line[start..end]) {
                return Some(entry.value);
            }
            place = (place + 1) & (self.places.len() - 1);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::KeyTable;

    #[test]
    fn keys_of_every_length_are_told_apart() {
        let long = "a".repeat(40);
        let mut keys: Vec<String> = (0..40).map(|len| long[..len].to_string()).collect();
        keys.extend((0..300).map(|number| format!("key{number}")));
        keys.extend((0..300).map(|number| format!("aaaaaaaaaa{number}aaaaaaaaaa")));
        let mut table = KeyTable::default();
        for (number, key) in keys.iter().enumerate() {
            assert_eq!(table.insert(key.as_bytes(), number as u32), number as u32);
            assert_eq!(table.insert(key.as_bytes(), 9999), number as u32);
        }
        for (number, key) in keys.iter().enumerate() {
            let line = format!("{{\"{key}\":1}}");
            assert_eq!(
                table.get(line.as_bytes(), 2, 2 + key.len()),
                Some(number as u32)
            );
            assert_eq!(table.get(key.as_bytes(), 0, key.len()), Some(number as u32));
            assert_eq!(
                table.get(format!("{key}\0").as_bytes(), 0, key.len() + 1),
                None
            );
        }
        assert_eq!(table.get(b"other", 0, 5), None);
    }
}
