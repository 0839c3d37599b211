//! Project Wycheproof's vectors (https://github.com/C2SP/wycheproof) over every primitive here.

use wolfsec_core::{aead, hash::kdf, hash::mac, sign};
use wycheproof::TestResult;

fn check(name: &str, id: usize, expected: TestResult, held: bool) {
    match expected {
        TestResult::Valid => assert!(held, "{name}, test {id} must hold"),
        TestResult::Invalid => assert!(!held, "{name}, test {id} must not hold"),
        TestResult::Acceptable => {}
    }
}

#[test]
fn aead_seals_and_opens() {
    use wycheproof::aead::{TestName, TestSet};
    for (name, algorithm) in [
        (TestName::AesGcm, aead::Algorithm::Aes256Gcm),
        (TestName::AesGcmSiv, aead::Algorithm::Aes256GcmSiv),
        (
            TestName::ChaCha20Poly1305,
            aead::Algorithm::ChaCha20Poly1305,
        ),
        (
            TestName::XChaCha20Poly1305,
            aead::Algorithm::XChaCha20Poly1305,
        ),
    ] {
        let mut ran = 0;
        for group in TestSet::load(name).unwrap().test_groups {
            let nonce_fits = group.nonce_size == algorithm.nonce_len() * 8;
            if group.key_size != 256 || group.tag_size != 128 || !nonce_fits {
                continue;
            }
            for test in group.tests {
                let key = aead::Key::new(algorithm, test.key[..].try_into().unwrap());
                let sealed = [&test.ct[..], &test.tag[..]].concat();
                let mut opened = vec![0xaa; test.ct.len()];
                let held = key
                    .open(&test.nonce, &test.aad, &sealed, &mut opened)
                    .is_ok();
                check(
                    "open",
                    test.tc_id,
                    test.result,
                    held && opened == test.pt[..],
                );
                if !held {
                    assert!(
                        opened.iter().all(|byte| *byte == 0),
                        "plaintext was released"
                    );
                }
                let mut made = vec![0; test.pt.len() + aead::TAG_LEN];
                key.seal(&test.nonce, &test.aad, &test.pt, &mut made);
                check("seal", test.tc_id, test.result, made == sealed);
                let mut in_place = sealed.clone();
                let held = key
                    .open_in_place(&test.nonce, &test.aad, &mut in_place)
                    .is_ok();
                check("in place", test.tc_id, test.result, held);
                ran += 1;
            }
        }
        assert!(ran > 50, "{algorithm:?} ran {ran} tests");
    }
}

#[test]
fn mac_tags() {
    use wycheproof::mac::{TestName, TestSet};
    for (name, algorithm) in [
        (TestName::HmacSha256, mac::Algorithm::HmacSha256),
        (TestName::HmacSha384, mac::Algorithm::HmacSha384),
        (TestName::HmacSha512, mac::Algorithm::HmacSha512),
    ] {
        let mut ran = 0;
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let mut tag = vec![0; algorithm.tag_len()];
                mac::Mac::new(algorithm, &test.key).sign(&test.msg, &mut tag);
                let held = tag[..group.tag_size / 8] == test.tag[..];
                check("mac", test.tc_id, test.result, held);
                ran += 1;
            }
        }
        assert!(ran > 100, "{algorithm:?} ran {ran} tests");
    }
}

#[test]
fn hkdf_keys() {
    use wycheproof::hkdf::{TestName, TestSet};
    for (name, prf) in [
        (TestName::HkdfSha256, kdf::Prf::Sha256),
        (TestName::HkdfSha384, kdf::Prf::Sha384),
        (TestName::HkdfSha512, kdf::Prf::Sha512),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let mut made = vec![0; test.size];
                let held = kdf::hkdf(prf, &test.ikm, &test.salt, &test.info, &mut made).is_ok();
                check(
                    "hkdf",
                    test.tc_id,
                    test.result,
                    held && made == test.okm[..],
                );
            }
        }
    }
}

#[test]
fn ed25519_signatures() {
    use wycheproof::eddsa::{TestName, TestSet};
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let public = sign::Public::new(sign::Algorithm::Ed25519, &group.key.pk);
        for test in group.tests {
            let held = public
                .as_ref()
                .is_some_and(|key| key.verify(&test.msg, &test.sig));
            check("ed25519", test.tc_id, test.result, held);
        }
    }
}

#[test]
fn p256_signatures() {
    use wycheproof::ecdsa::{TestName, TestSet};
    for group in TestSet::load(TestName::EcdsaSecp256r1Sha256P1363)
        .unwrap()
        .test_groups
    {
        let public = sign::Public::new(sign::Algorithm::EcdsaP256, &group.key.key);
        for test in group.tests {
            let held = public
                .as_ref()
                .is_some_and(|key| key.verify(&test.msg, &test.sig));
            check("p256", test.tc_id, test.result, held);
        }
    }
}

#[test]
fn x25519_secrets() {
    use wycheproof::xdh::{TestName, TestSet};
    for group in TestSet::load(TestName::X25519).unwrap().test_groups {
        for test in group.tests {
            let bytes = test.private_key[..].try_into().unwrap();
            let key = sign::Private::new(sign::Algorithm::X25519, bytes).unwrap();
            let mut shared = [0; 32];
            let held = key.agree(&test.public_key, &mut shared).is_some();
            check(
                "x25519",
                test.tc_id,
                test.result,
                held && shared == test.shared_secret[..],
            );
            let zero = test.shared_secret.iter().all(|byte| *byte == 0);
            assert_eq!(held, !zero, "a zero secret is refused, test {}", test.tc_id);
        }
    }
}
