use super::*;

fn canonical(text: &[u8]) -> Vec<u8> {
    Decoder::default()
        .canonical(text, traits_of(text))
        .0
        .to_vec()
}

#[test]
fn takes_encodings_off() {
    let cases: [(&[u8], &[u8]); 17] = [
        (b"Plain", b"plain"),
        (b"%2527", b"'"),
        (b"%25252527", b"'"),
        (b"%u0027%uFF07", b"''"),
        (b"&#x27;&#0000039&quot;&lt", b"''\"&lt"),
        (b"&#;&#x;&unknown;&", b"&#;&#x;&unknown;&"),
        (b"\\u003cScript\\x3E\\u{00003c}", b"<script><"),
        (b"\\u{}\\x3\\", b"\\u{}\\x3\\"),
        (b"%c0%ae%C0%AF%e0%80%af", b".//"),
        (b"\xef\xbc\x9cscript\xef\xbc\x9e", b"<script>"),
        (b"\xe2\x93\xa2\xe2\x91\xa0\xe2\x80\x99", b"s1'"),
        (b"a\xe2\x80\x8bb\xef\xbb\xbfc\xc2\xa0d", b"abc d"),
        (b"\xc3\xa9\xe2\x82\xac", b"\xc3\xa9\xe2\x82\xac"),
        (b"\xe2\x93", b"\xe2\x93"),
        (b"%", b"%"),
        (b"%4", b"%4"),
        (b"&#1114112;", b"?"),
    ];
    for (text, wanted) in cases {
        assert_eq!(canonical(text), wanted, "{}", text.escape_ascii());
    }
}

#[test]
fn traits_leave_out_no_work() {
    // Every trait set: what the decoders do where nothing is left out.
    for text in [
        "A%2e B",
        "\u{e9}\0 /* x */  y\n",
        "plain text",
        "/*/**/a*/",
        "\t",
    ] {
        let text = text.as_bytes();
        let (mut full, mut quick) = (Decoder::default(), Decoder::default());
        let all = full.canonical(text, !0).0.to_vec();
        let (screened, read) = quick.canonical(text, traits_of(text));
        assert_eq!(screened, all);
        let squeezed = squeeze(screened, read, &mut Vec::new()).to_vec();
        assert_eq!(squeezed, squeeze(&all, !0, &mut Vec::new()));
    }
}

#[test]
fn squeezes() {
    let cases: [(&[u8], &[u8]); 6] = [
        (b"a \t\r\n b", b"a b"),
        (b"sel/**/ect/*x*/", b"select"),
        (b"a/*b", b"a/*b"),
        (b"/*/", b"/*/"),
        (b"\0", b""),
        (b"a  b", b"a b"),
    ];
    for (text, wanted) in cases {
        let mut room = Vec::new();
        assert_eq!(squeeze(text, traits_of(text), &mut room), wanted);
    }
}

#[test]
fn unescapes_json() {
    let cases: [(&[u8], &[u8]); 6] = [
        (b"a\\n\\t\\\\\\\"\\/", b"a\n\t\\\"/"),
        (b"\\u0041\\u00e9", b"A\xc3\xa9"),
        (b"\\u12\\q", b"\\u12\\q"),
        (b"end\\", b"end\\"),
        (b"\\ud83d", b"\xed\xa0\xbd"),
        (b"plain", b"plain"),
    ];
    for (text, wanted) in cases {
        let mut out = Vec::new();
        json_unescape(text, &mut out);
        assert_eq!(out, wanted, "{}", text.escape_ascii());
    }
}

#[test]
fn decodes_percent_signs_once() {
    let mut room = Vec::new();
    assert_eq!(
        percent_decode(b"a+b%2527%zz%", true, &mut room),
        b"a b%27%zz%"
    );
    assert_eq!(percent_decode(b"a+b", false, &mut room), b"a+b");
}
