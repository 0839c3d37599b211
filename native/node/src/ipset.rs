use napi::bindgen_prelude::Result;
use wolfsec_core::ipset::{IpTable, Prefix, flatten};

use crate::raw::{Call, Function, Handle, Module, Outcome, Thrown};

pub fn register(module: &Module) -> Result<()> {
    module.function::<Flatten>("ipFlatten")?;
    module.function::<Open>("ipOpen")?;
    module.function::<LookupPacked>("ipLookupPacked")
}

struct Table(IpTable);

impl Handle for Table {
    const NAME: &'static str = "an IP table";
    const TAG: u64 = 0x1d07_f4b9_6e52_c83a;
}

/// `(starts, lengths, values, words of a start, out starts, out values)`; gives the rows written.
struct Flatten;

impl Function for Flatten {
    const ARITY: usize = 6;

    fn call(call: &Call) -> Outcome {
        let (starts, lens) = (call.elements::<u32>(0)?, call.bytes(1)?);
        let (values, words) = (call.elements::<u32>(2)?, call.u32(3)?);
        let out_starts = call.elements_mut::<u32>(4)?;
        let out_values = call.elements_mut::<u32>(5)?;
        let tail = lens.iter().zip(values);
        let rows = if words == 1 {
            let prefixes = starts
                .iter()
                .zip(tail)
                .map(|(&start, (&len, &value))| Prefix { start, len, value });
            write(
                flatten(prefixes.collect()),
                out_starts,
                out_values,
                |start, row: &mut [u32; 1]| {
                    row[0] = start;
                },
            )
        } else {
            let prefixes = starts
                .chunks_exact(4)
                .zip(tail)
                .map(|(words, (&len, &value))| Prefix {
                    start: wide(words),
                    len,
                    value,
                });
            write(
                flatten(prefixes.collect()),
                out_starts,
                out_values,
                |start: u128, row: &mut [u32; 4]| {
                    for (i, word) in row.iter_mut().enumerate() {
                        *word = (start >> (96 - 32 * i)) as u32;
                    }
                },
            )
        };
        call.give_u32(rows? as u32)
    }
}

fn write<A: Copy, const WORDS: usize>(
    rows: Vec<(A, u32)>,
    starts: &mut [u32],
    values: &mut [u32],
    spell: impl Fn(A, &mut [u32; WORDS]),
) -> std::result::Result<usize, Thrown> {
    let (places, _) = starts.as_chunks_mut::<WORDS>();
    if places.len() < rows.len() || values.len() < rows.len() {
        return Err(Thrown::new(
            "WOLFSEC_INTERNAL",
            "no room for the rows of an IP table",
        ));
    }
    for ((row, place), value) in rows.iter().zip(places).zip(values) {
        spell(row.0, place);
        *value = row.1;
    }
    Ok(rows.len())
}

/// Four words in network order.
fn wide(words: &[u32]) -> u128 {
    words
        .iter()
        .fold(0, |number, &word| number << 32 | u128::from(word))
}

/// `(IPv4 starts, values, IPv6 starts, values)`.
struct Open;

impl Function for Open {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let v4 = (
            call.elements::<u32>(0)?.to_vec(),
            call.elements::<u32>(1)?.to_vec(),
        );
        let starts = call.elements::<u32>(2)?.chunks_exact(4).map(wide).collect();
        let v6 = (starts, call.elements::<u32>(3)?.to_vec());
        let table = IpTable::new(v4, v6).ok_or_else(|| {
            Thrown::new(
                "WOLFSEC_INTERNAL",
                "the rows of an IP table are not in order",
            )
        })?;
        let size_bytes = table.memory_usage();
        call.external(Table(table), size_bytes)
    }
}

/// Sixteen bytes an address.
struct LookupPacked;

impl Function for LookupPacked {
    const ARITY: usize = 3;

    fn call(call: &Call) -> Outcome {
        let table = call.handle::<Table>(0)?;
        let (addresses, _) = call.bytes(1)?.as_chunks::<16>();
        for (address, value) in addresses.iter().zip(call.elements_mut::<u32>(2)?) {
            *value = table.0.lookup_packed(*address);
        }
        call.undefined()
    }
}
