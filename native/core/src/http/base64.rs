//! Text hidden in base64, at any alignment. RFC 4648 sections 4 and 5.

use super::bytes::is_space;

const NONE: u8 = 0xff;

static VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut i = 0;
    while i < 64 {
        values[letters[i] as usize] = i as u8;
        i += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// The text that a base64 value hides, at whichever of the four alignments it reads as printable
/// ASCII; none where it hides none.
pub fn hidden_text(value: &[u8]) -> Option<Vec<u8>> {
    let mut end = value.len();
    while end > 0 && value[end - 1] == b'=' {
        end -= 1;
    }
    if !(12..=16384).contains(&end) || value.len() - end > 2 {
        return None;
    }
    if value[..end].iter().any(|&b| VALUES[b as usize] == NONE) {
        return None;
    }
    (0..4).find_map(|pad| decode(&value[..end], pad))
}

/// `pad` letters are missing in front: their bits read as zero, and the byte they share is dropped.
fn decode(letters: &[u8], pad: u32) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut bits = pad * 6 % 8;
    let mut held = 0u32;
    let mut skip = pad > 0;
    for &letter in letters {
        held = (held << 6 | u32::from(VALUES[letter as usize])) & 0xffff;
        bits += 6;
        if bits < 8 {
            continue;
        }
        bits -= 8;
        let byte = (held >> bits) as u8;
        if skip {
            skip = false;
            continue;
        }
        if byte < 0x20 && !is_space(byte) || byte > 0x7e {
            return None;
        }
        text.push(byte);
    }
    Some(text)
}
