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
    // A plus sign that form decoding has made a space.
    values[b' ' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// Bytes that text has: printable ASCII, white space and NUL.
static PRINTABLE: [bool; 256] = {
    let mut printable = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        printable[byte] = matches!(letter, 0 | b' '..=b'~') || is_space(letter);
        byte += 1;
    }
    printable
};

/// Writes the text that a base64 value hides, at whichever of the four alignments it reads as printable
/// ASCII or NUL; tells whether it hides any.
pub fn hidden_text(value: &[u8], text: &mut Vec<u8>) -> bool {
    let mut end = value.len();
    while end > 0 && value[end - 1] == b'=' {
        end -= 1;
    }
    if !(12..=16384).contains(&end) || value.len() - end > 2 {
        return false;
    }
    (0..4).any(|pad| decode(&value[..end], pad, text))
}

/// `pad` letters are missing in front: their bits read as zero, and the byte they share is dropped.
fn decode(letters: &[u8], pad: u32, text: &mut Vec<u8>) -> bool {
    text.clear();
    let mut bits = pad * 6 % 8;
    let mut held = 0u32;
    let mut skip = pad > 0;
    for &letter in letters {
        let value = VALUES[letter as usize];
        if value == NONE {
            return false;
        }
        held = (held << 6 | u32::from(value)) & 0xffff;
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
        if !PRINTABLE[byte as usize] {
            return false;
        }
        text.push(byte);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hidden_text_at_any_alignment() {
        let mut text = Vec::new();
        assert!(hidden_text(b"c3lzdGVtKCdpZCcpOw==", &mut text));
        assert_eq!(text, b"system('id');");
        // The same text with its first letters cut off.
        assert!(hidden_text(b"zdGVtKCdpZCcpOw==", &mut text));
        assert!(text.ends_with(b"tem('id');"));
        for none in [
            "short",
            "c3lzdGVtKCdpZCcpOw===",
            "not base64 at all",
            "////////////////",
        ] {
            assert!(!hidden_text(none.as_bytes(), &mut text), "{none}");
        }
    }
}
