//! Hits written into the caller's buffer; layout in the contract.

const MAX_EXCERPT: usize = 160;
const MAX_NAME: usize = super::path::MAX_PATH;

pub struct HitWriter<'o> {
    out: &'o mut [u8],
    used: usize,
    pub count: u32,
}

impl<'o> HitWriter<'o> {
    pub fn new(out: &'o mut [u8]) -> Self {
        Self {
            out,
            used: 0,
            count: 0,
        }
    }

    pub fn add(&mut self, signature: u16, location: u16, name: &[u8], value: &[u8]) {
        self.count += 1;
        let name = &name[..name.len().min(MAX_NAME)];
        let value = &value[..value.len().min(MAX_EXCERPT)];
        let next = self.used + 8 + name.len() + value.len();
        let Some(row) = self.out.get_mut(self.used..next) else {
            return;
        };
        let words = [signature, location, name.len() as u16, value.len() as u16];
        for (place, word) in row.chunks_exact_mut(2).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        row[8..8 + name.len()].copy_from_slice(name);
        row[8 + name.len()..].copy_from_slice(value);
        self.used = next;
    }
}
