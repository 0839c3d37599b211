//! The words of a grammar and the letters of their classes, looked up once for every word of every value.

use std::collections::HashMap;

use super::program::latin1;

/// An open-addressed table: most words of prose are told to be none of the grammar's by their first two letters,
/// the last and their length, without a look at the table.
pub struct Words {
    short: Short,
    slots: Box<[Slot]>,
    words: Box<[Box<[u8]>]>,
    /// For each letter, the lengths of the words that it begins, follows the first letter in, and ends: bit n for n
    /// letters.
    begun: Box<[u64; 256]>,
    followed: Box<[u64; 256]>,
    ended: Box<[u64; 256]>,
    shift: u32,
}

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    /// One past the place in `words`; 0 where the slot is free.
    word: u32,
    class: u8,
}

const FREE: Slot = Slot {
    key: 0,
    word: 0,
    class: 0,
};

impl Words {
    /// Words to classes; a word longer than 63 letters is not kept, for no text is read that far for one.
    pub fn new(of: &HashMap<String, String>) -> Self {
        let size = (of.len() * 4).next_power_of_two().max(16);
        let mut table = Self {
            short: Short::new(of),
            slots: vec![FREE; size].into(),
            words: Box::default(),
            begun: Box::new([0; 256]),
            followed: Box::new([0; 256]),
            ended: Box::new([0; 256]),
            shift: 64 - size.trailing_zeros(),
        };
        let mut words = Vec::with_capacity(of.len());
        for (word, class) in of {
            let word: Box<[u8]> = latin1(word).into();
            if !(1..64).contains(&word.len()) {
                continue;
            }
            table.begun[word[0] as usize] |= 1 << word.len();
            table.followed[second(&word) as usize] |= 1 << word.len();
            table.ended[word[word.len() - 1] as usize] |= 1 << word.len();
            let key = key_of(&word);
            let mut at = table.place(key);
            while table.slots[at].word != 0 {
                at = (at + 1) & (size - 1);
            }
            words.push(word);
            table.slots[at] = Slot {
                key,
                word: words.len() as u32,
                class: class.as_bytes()[0],
            };
        }
        table.words = words.into();
        table
    }

    #[inline]
    pub fn get(&self, word: &[u8]) -> Option<u8> {
        let (&first, &last) = (word.first()?, word.last()?);
        let lengths = self.begun[first as usize]
            & self.followed[second(word) as usize]
            & self.ended[last as usize];
        if word.len() > 63 || lengths >> word.len() & 1 == 0 {
            return None;
        }
        self.look_up(word)
    }

    fn look_up(&self, word: &[u8]) -> Option<u8> {
        let key = key_of(word);
        let mut at = self.place(key);
        loop {
            let slot = &self.slots[at];
            if slot.word == 0 {
                return None;
            }
            if slot.key == key && *self.words[slot.word as usize - 1] == *word {
                return Some(slot.class);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The class of a word of up to eight letters a to z, which `letters` are, the first lowest.
    #[inline]
    pub fn get_short(&self, letters: u64) -> Option<u8> {
        self.short.get(letters)
    }

    pub fn contains(&self, word: &[u8]) -> bool {
        self.get(word).is_some()
    }

    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }
}

/// The words of up to eight letters a to z, each as one number: told apart without a look at their bytes.
struct Short {
    /// 0 where a slot is free.
    keys: Box<[u64]>,
    classes: Box<[u8]>,
    shift: u32,
}

impl Short {
    fn new(of: &HashMap<String, String>) -> Self {
        let short = |word: &&String| {
            (1..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase())
        };
        let words = of.keys().filter(short);
        let size = (words.clone().count() * 2).next_power_of_two().max(16);
        let mut table = Self {
            keys: vec![0; size].into(),
            classes: vec![0; size].into(),
            shift: 64 - size.trailing_zeros(),
        };
        for word in words {
            let mut letters = [0; 8];
            letters[..word.len()].copy_from_slice(word.as_bytes());
            let key = u64::from_le_bytes(letters);
            let mut at = table.place(key);
            while table.keys[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            table.keys[at] = key;
            table.classes[at] = of[word].as_bytes()[0];
        }
        table
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u8> {
        let mut at = self.place(key);
        loop {
            match self.keys[at] {
                0 => return None,
                found if found == key => return Some(self.classes[at]),
                _ => at = (at + 1) & (self.keys.len() - 1),
            }
        }
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0xff51_afd7_ed55_8ccd) >> self.shift) as usize
    }
}

/// The second letter of a word, or its only one.
#[inline]
fn second(word: &[u8]) -> u8 {
    word.get(1).or(word.first()).copied().unwrap_or(0)
}

/// The first and the last letters of a word and its length.
fn key_of(word: &[u8]) -> u64 {
    let length = word.len();
    let ends = match word {
        [] => 0,
        [a] => u64::from(*a),
        [a, b] | [a, b, _] => {
            u64::from(*a) | u64::from(*b) << 8 | u64::from(word[length - 1]) << 16
        }
        _ => {
            let four = |from: usize| {
                u64::from(u32::from_le_bytes([
                    word[from],
                    word[from + 1],
                    word[from + 2],
                    word[from + 3],
                ]))
            };
            four(0) | four(length - 4) << 32
        }
    };
    ends ^ (length as u64) << 58
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_map_finds() {
        let of: HashMap<String, String> = ["a", "ab", "abc", "abcd", "select", "selecT", "\u{e9}"]
            .iter()
            .chain(&[
                "information_schema",
                "infarmation_schema",
                "xx--------------xx",
            ])
            .enumerate()
            .map(|(at, word)| ((*word).to_owned(), at.to_string()))
            .collect();
        let words = Words::new(&of);
        for (word, class) in &of {
            assert_eq!(
                words.get(&latin1(word)),
                Some(class.as_bytes()[0]),
                "{word}"
            );
        }
        for word in [
            "a", "ab", "abc", "abcd", "select", "b", "ba", "abd", "zzzzzzzz",
        ] {
            let mut letters = [0; 8];
            letters[..word.len()].copy_from_slice(word.as_bytes());
            let short = words.get_short(u64::from_le_bytes(letters));
            assert_eq!(short, words.get(word.as_bytes()), "{word}");
        }
        for word in [
            "",
            "b",
            "ba",
            "abd",
            "abcde",
            "xx-------------xx",
            "select ",
        ] {
            assert_eq!(words.get(word.as_bytes()), None, "{word}");
        }
        assert!(!words.contains(&[b'a'; 200]));
    }
}
