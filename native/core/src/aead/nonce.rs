//! Where nonces come from, and how many a key may use.
//!
//! A random 96-bit nonce repeats by chance after about 2⁴⁸ messages; NIST SP 800-38D §8.3 keeps
//! that below 2⁻³² by allowing 2³² messages a key. A counter cannot repeat (§8.2.1).

/// Why no nonce is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceRefused {
    /// The key has sealed all the messages that it may.
    Exhausted,
    /// The counter asked for was used, or passed, before.
    Reused,
}

/// The nonces of one key.
#[derive(Debug)]
pub enum NonceSource {
    /// Random, with the number of messages that may still be sealed.
    Random { left: u64 },
    /// Four fixed bytes and a 64-bit big-endian counter, up to and with `last`.
    Counter {
        fixed: [u8; 4],
        next: u64,
        last: u64,
    },
}

impl NonceSource {
    /// Writes the next nonce; `random` fills what it is given.
    pub fn next(
        &mut self,
        nonce: &mut [u8],
        random: impl FnOnce(&mut [u8]),
    ) -> Result<(), NonceRefused> {
        match self {
            Self::Random { left } => {
                *left = left.checked_sub(1).ok_or(NonceRefused::Exhausted)?;
                random(nonce);
                Ok(())
            }
            Self::Counter { next, .. } => {
                let at = *next;
                self.at(at, nonce)
            }
        }
    }

    /// Writes the nonce of `counter`, which may be skipped to, never gone back to.
    pub fn at(&mut self, counter: u64, nonce: &mut [u8]) -> Result<(), NonceRefused> {
        let Self::Counter { fixed, next, last } = self else {
            return Err(NonceRefused::Reused);
        };
        if counter < *next {
            return Err(NonceRefused::Reused);
        }
        if counter > *last {
            return Err(NonceRefused::Exhausted);
        }
        *next = counter + 1;
        nonce[..4].copy_from_slice(fixed);
        nonce[4..].copy_from_slice(&counter.to_be_bytes());
        Ok(())
    }

    /// Takes `count` random messages out of the budget at once, or none.
    pub fn reserve(&mut self, count: u64) -> Result<(), NonceRefused> {
        match self {
            Self::Random { left } => {
                *left = left.checked_sub(count).ok_or(NonceRefused::Exhausted)?;
                Ok(())
            }
            Self::Counter { next, last, .. } => {
                let free = (*last + 1).saturating_sub(*next);
                if free < count {
                    return Err(NonceRefused::Exhausted);
                }
                Ok(())
            }
        }
    }

    /// The budget left: messages, or counters.
    #[must_use]
    pub fn left(&self) -> u64 {
        match self {
            Self::Random { left } => *left,
            Self::Counter { next, last, .. } => (*last + 1).saturating_sub(*next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_nonces_end_with_the_budget() {
        let mut source = NonceSource::Random { left: 2 };
        let mut nonce = [0; 12];
        for _ in 0..2 {
            source.next(&mut nonce, |bytes| bytes.fill(7)).unwrap();
        }
        assert_eq!(nonce, [7; 12]);
        assert_eq!(
            source.next(&mut nonce, |_| {}),
            Err(NonceRefused::Exhausted)
        );
    }

    #[test]
    fn counters_go_forward_only() {
        let mut source = NonceSource::Counter {
            fixed: *b"node",
            next: 5,
            last: 9,
        };
        let mut nonce = [0; 12];
        source.next(&mut nonce, |_| {}).unwrap();
        assert_eq!(&nonce, b"node\0\0\0\0\0\0\0\x05");
        source.at(8, &mut nonce).unwrap();
        assert_eq!(source.at(8, &mut nonce), Err(NonceRefused::Reused));
        assert_eq!(source.at(10, &mut nonce), Err(NonceRefused::Exhausted));
        source.next(&mut nonce, |_| {}).unwrap();
        assert_eq!(source.left(), 0);
        assert_eq!(
            source.next(&mut nonce, |_| {}),
            Err(NonceRefused::Exhausted)
        );
    }
}
