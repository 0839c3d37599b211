//! A small table from keys of JSON objects to numbers.
//!
//! A key of up to sixteen bytes is wholly told by its length and its two ends, so that most look-ups
//! compare three words and call nothing. The places hold some bits of the hash each, so that a key which no
//! rule names is turned away by a few bytes that stay in the nearest cache. The table holds the keys that
//! rules name and nothing else: no event can fill it with collisions.

/// Length and both ends of a key, eight bytes each; of shorter keys both hold the whole, padded with zeros.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ends {
    length: usize,
    first: u64,
    last: u64,
}

struct Entry {
    ends: Ends,
    value: u32,
}

#[derive(Default)]
pub struct KeyTable {
    /// Open addressing; a power of two of places, few of them taken. A place holds some
    /// bits of the hash above the number of the entry and one; 0 where there is none.
    places: Vec<u32>,
    entries: Vec<Entry>,
    keys: Vec<Box<[u8]>>,
}

/// The first bytes of a word, by how many; the rest counts as zero.
const FIRST: [u64; 9] = {
    let mut masks = [u64::MAX; 9];
    let mut count = 0;
    while count < 8 {
        masks[count] = (1 << (8 * count)) - 1;
        count += 1;
    }
    masks
};

impl Ends {
    /// Takes the same way whatever the length, so that there is no branch to foresee wrongly.
    #[inline]
    fn of(line: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let kept = length.min(8);
        let first = word(line, start) & FIRST[kept];
        let last = match end.checked_sub(8) {
            Some(at) => word(line, at) & !FIRST[8 - kept],
            None => first << (64 - 8 * kept.max(1)),
        };
        Self {
            length,
            first,
            last,
        }
    }

    #[inline]
    fn hash(&self) -> u32 {
        let mixed = (self.first ^ self.last.rotate_left(29) ^ (self.length as u64) << 7)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as u32
    }
}

/// The eight bytes from `at` on; zeros behind the line.
#[inline]
fn word(line: &[u8], at: usize) -> u64 {
    match line.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => short_word(line.get(at..).unwrap_or_default()),
    }
}

#[cold]
fn short_word(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

impl KeyTable {
    /// Gives the key's number, which is `value` where the key is new.
    pub fn insert(&mut self, key: &[u8], value: u32) -> u32 {
        if let Some(known) = self.get(key, 0, key.len()) {
            return known;
        }
        let ends = Ends::of(key, 0, key.len());
        self.entries.push(Entry { ends, value });
        self.keys.push(key.into());
        if self.places.len() < SPARSE * self.entries.len() {
            self.places = vec![0; (2 * self.places.len()).max(2 * SPARSE)];
            for index in 0..self.entries.len() {
                self.put(index);
            }
        } else {
            self.put(self.entries.len() - 1);
        }
        value
    }

    fn put(&mut self, index: usize) {
        let hash = self.entries[index].ends.hash();
        let mut place = hash as usize & (self.places.len() - 1);
        while self.places[place] != 0 {
            place = (place + 1) & (self.places.len() - 1);
        }
        self.places[place] = tag(hash) | (index as u32 + 1);
    }

    /// The number of the key at `line[start..end]`.
    #[inline]
    pub fn get(&self, line: &[u8], start: usize, end: usize) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        let ends = Ends::of(line, start, end);
        let hash = ends.hash();
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let found = self.places[place & mask];
            if found == 0 {
                return None;
            }
            if found & TAG == tag(hash) {
                let index = (found & !TAG) as usize - 1;
                let entry = &self.entries[index];
                if entry.ends == ends
                    && (ends.length <= 16 || *self.keys[index] == line[start..end])
                {
                    return Some(entry.value);
                }
            }
            place += 1;
        }
    }
}

/// Places for each entry: so many that a key seldom meets another one's.
const SPARSE: usize = 4;
/// Leaves room for a million entries, of which a trie allows a part.
const TAG: u32 = 0xfff0_0000;

#[inline]
fn tag(hash: u32) -> u32 {
    hash & TAG
}

#[cfg(test)]
mod tests {
    use super::KeyTable;

    #[test]
    fn keys_of_every_length_are_told_apart() {
        let long = "a".repeat(40);
        let mut keys: Vec<String> = (0..40).map(|len| long[..len].to_string()).collect();
        let count = if cfg!(miri) { 12 } else { 300 };
        keys.extend((0..count).map(|number| format!("key{number}")));
        keys.extend((0..count).map(|number| format!("aaaaaaaaaa{number}aaaaaaaaaa")));
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
