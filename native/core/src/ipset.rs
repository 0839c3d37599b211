//! Sets of IPv4 and IPv6 prefixes with a value each, flattened into ranges: one binary search finds
//! the longest prefix that holds an address.

/// An address as a number, network order.
pub trait Address: Copy + Ord {
    const BITS: u32;
    const ZERO: Self;
    /// The last address of the prefix of that length.
    fn last(self, prefix_len: u32) -> Self;
    /// The next address, if there is one.
    fn next(self) -> Option<Self>;
}

macro_rules! address {
    ($number:ty) => {
        impl Address for $number {
            const BITS: u32 = <$number>::BITS;
            const ZERO: Self = 0;
            fn last(self, prefix_len: u32) -> Self {
                self | <$number>::MAX.checked_shr(prefix_len).unwrap_or(0)
            }
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    };
}
address!(u32);
address!(u128);

/// A prefix: `start` has no bits set beyond `len`. Value 0 means "not in the set".
#[derive(Clone, Copy, Debug)]
pub struct Prefix<A> {
    pub start: A,
    pub len: u8,
    pub value: u32,
}

/// Turns prefixes into rows `(first address, value)`, rising; each row holds up to the next. The
/// longer prefix wins, then the later one.
#[must_use]
pub fn flatten<A: Address>(mut prefixes: Vec<Prefix<A>>) -> Vec<(A, u32)> {
    // Stable: of equal prefixes the later one stays later.
    prefixes.sort_by_key(|prefix| (prefix.start, prefix.len));
    let mut rows = vec![(A::ZERO, 0)];
    let mut open: Vec<(A, u32)> = Vec::new();
    for prefix in prefixes {
        close_before(&mut rows, &mut open, Some(prefix.start));
        emit(&mut rows, prefix.start, prefix.value);
        open.push((prefix.start.last(u32::from(prefix.len)), prefix.value));
    }
    close_before(&mut rows, &mut open, None);
    rows
}

/// Closes the prefixes that end before `start`: what lies after them falls to the one around.
fn close_before<A: Address>(rows: &mut Vec<(A, u32)>, open: &mut Vec<(A, u32)>, start: Option<A>) {
    while let Some(&(last, _)) = open.last() {
        if start.is_some_and(|start| last >= start) {
            return;
        }
        open.pop();
        let around = open.last().map_or(0, |&(_, value)| value);
        if let Some(next) = last.next() {
            emit(rows, next, around);
        }
    }
}

fn emit<A: Address>(rows: &mut Vec<(A, u32)>, start: A, value: u32) {
    if rows.last().is_some_and(|row| row.0 == start) {
        rows.pop();
    }
    if rows.last().is_none_or(|row| row.1 != value) {
        rows.push((start, value));
    }
}

/// Rows by their first address, with an index over the top 16 bits.
struct Ranges<A> {
    starts: Vec<A>,
    values: Vec<u32>,
    /// For every top 16 bits, the row that holds their first address; one more at the end.
    index: Vec<u32>,
}

impl<A: Address + Into<u128>> Ranges<A> {
    fn new(starts: Vec<A>, values: Vec<u32>) -> Self {
        let mut index = Vec::with_capacity((1 << 16) + 1);
        let mut row = 0;
        for top in 0..1u128 << 16 {
            let first = top << (A::BITS - 16);
            while row + 1 < starts.len() && starts[row + 1].into() <= first {
                row += 1;
            }
            index.push(row as u32);
        }
        index.push(starts.len().saturating_sub(1) as u32);
        Self {
            starts,
            values,
            index,
        }
    }

    fn lookup(&self, address: A) -> u32 {
        let top = (address.into() >> (A::BITS - 16)) as usize;
        let (low, high) = (self.index[top] as usize, self.index[top + 1] as usize);
        let rows = &self.starts[low..=high];
        let row = low + rows.partition_point(|&start| start <= address) - 1;
        self.values[row]
    }
}

/// A set that is ready for lookups.
pub struct IpTable {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

impl IpTable {
    /// Takes rows as [`flatten`] gives them. `None` where they are not rising from 0 or of unequal
    /// number.
    #[must_use]
    pub fn new(v4: (Vec<u32>, Vec<u32>), v6: (Vec<u128>, Vec<u32>)) -> Option<Self> {
        let sound = v4.0.first() == Some(&0)
            && v6.0.first() == Some(&0)
            && v4.0.is_sorted_by(|a, b| a < b)
            && v6.0.is_sorted_by(|a, b| a < b)
            && v4.0.len() == v4.1.len()
            && v6.0.len() == v6.1.len();
        sound.then(|| Self {
            v4: Ranges::new(v4.0, v4.1),
            v6: Ranges::new(v6.0, v6.1),
        })
    }

    #[must_use]
    pub fn memory_usage(&self) -> usize {
        self.v4.starts.len() * 8 + self.v6.starts.len() * 20 + (1 << 19)
    }

    /// The value for an address in network order; an IPv4-mapped one is IPv4.
    #[must_use]
    pub fn lookup_packed(&self, address: [u8; 16]) -> u32 {
        let number = u128::from_be_bytes(address);
        match number >> 32 {
            0xffff => self.v4.lookup(number as u32),
            _ => self.v6.lookup(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IpTable, Prefix, flatten};

    fn table(prefixes: &[(&str, u8, u32)]) -> IpTable {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for &(address, len, value) in prefixes {
            match address.parse().unwrap() {
                std::net::IpAddr::V4(a) => v4.push(Prefix {
                    start: a.to_bits(),
                    len,
                    value,
                }),
                std::net::IpAddr::V6(a) => v6.push(Prefix {
                    start: a.to_bits(),
                    len,
                    value,
                }),
            }
        }
        IpTable::new(
            flatten(v4).into_iter().unzip(),
            flatten(v6).into_iter().unzip(),
        )
        .unwrap()
    }

    #[test]
    fn the_longest_prefix_wins_then_the_later_one() {
        let set = table(&[
            ("10.0.0.0", 8, 1),
            ("10.1.0.0", 16, 2),
            ("10.1.2.3", 32, 3),
            ("10.1.0.0", 16, 4),
            ("255.255.255.255", 32, 5),
            ("2001:db8::", 32, 6),
            ("::", 0, 7),
        ]);
        for (text, value) in [
            ("10.0.0.0", 1),
            ("10.1.0.0", 4),
            ("10.1.2.3", 3),
            ("10.1.2.4", 4),
            ("10.2.0.0", 1),
            ("11.0.0.0", 0),
            ("9.255.255.255", 0),
            ("255.255.255.255", 5),
            ("::ffff:10.1.2.3", 3),
            ("2001:db8:ffff::", 6),
            ("2001:db9::", 7),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 7),
        ] {
            let address = match text.parse().unwrap() {
                std::net::IpAddr::V4(v4) => v4.to_ipv6_mapped(),
                std::net::IpAddr::V6(v6) => v6,
            };
            assert_eq!(set.lookup_packed(address.octets()), value, "{text}");
        }
    }
}
