//! A concurrent cache of numbers by byte keys, for looking up many keys in one call.

use quick_cache::sync::Cache;

/// A number and when it ceases to hold, on the caller's clock.
#[derive(Clone, Copy)]
struct Timed {
    value: f64,
    expires_ms: f64,
}

/// Keys are cut out of one packed buffer by their ends: key `i` is `ends[i - 1]..ends[i]`.
pub struct BatchCache {
    entries: Cache<Box<[u8]>, Timed>,
}

/// `ends` that fall, or lie outside the packed keys.
#[derive(Debug, PartialEq, Eq)]
pub struct BadKeys;

impl BatchCache {
    /// A cache of at most `capacity` entries; the least useful makes room (S3-FIFO).
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: Cache::new(capacity),
        }
    }

    /// Writes the value of each key to `values`, NaN where none is fresh; gives the number found.
    pub fn get_many(
        &self,
        keys: &[u8],
        ends: &[u32],
        now_ms: f64,
        values: &mut [f64],
    ) -> Result<u32, BadKeys> {
        let mut found = 0;
        for (key, value) in split(keys, ends).zip(values) {
            *value = match self.entries.get(key?) {
                Some(timed) if timed.expires_ms > now_ms => {
                    found += 1;
                    timed.value
                }
                _ => f64::NAN,
            };
        }
        Ok(found)
    }

    /// Keeps a value for each key until `expires_ms`.
    pub fn set_many(
        &self,
        keys: &[u8],
        ends: &[u32],
        values: &[f64],
        expires_ms: f64,
    ) -> Result<(), BadKeys> {
        for (key, &value) in split(keys, ends).zip(values) {
            self.entries
                .insert(key?.into(), Timed { value, expires_ms });
        }
        Ok(())
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn clear(&self) {
        self.entries.clear();
    }
}

fn split<'a>(keys: &'a [u8], ends: &'a [u32]) -> impl Iterator<Item = Result<&'a [u8], BadKeys>> {
    let mut start = 0;
    ends.iter().map(move |&end| {
        let key = keys.get(start..end as usize).ok_or(BadKeys);
        start = end as usize;
        key
    })
}

#[cfg(test)]
mod tests {
    use super::{BadKeys, BatchCache};

    #[test]
    fn gives_what_was_put_until_it_expires() {
        let cache = BatchCache::new(100);
        cache.set_many(b"aabb", &[2, 4], &[1.0, 2.0], 10.0).unwrap();
        let mut values = [0.0; 3];
        let keys = b"aabbcc";
        assert_eq!(cache.get_many(keys, &[2, 4, 6], 9.0, &mut values), Ok(2));
        assert_eq!(&values[..2], &[1.0, 2.0]);
        assert!(values[2].is_nan());
        assert_eq!(cache.get_many(keys, &[2, 4, 6], 10.0, &mut values), Ok(0));
    }

    #[test]
    fn stays_within_its_capacity() {
        let cache = BatchCache::new(100);
        for i in 0..crate::rounds(100_000) {
            cache.set_many(&i.to_le_bytes(), &[4], &[1.0], 1.0).unwrap();
        }
        assert!(cache.len() <= 100, "{}", cache.len());
    }

    #[test]
    fn ends_outside_the_keys_are_refused() {
        let cache = BatchCache::new(10);
        assert_eq!(cache.set_many(b"ab", &[3], &[1.0], 1.0), Err(BadKeys));
        assert_eq!(cache.set_many(b"ab", &[2, 1], &[1.0; 2], 1.0), Err(BadKeys));
    }
}
