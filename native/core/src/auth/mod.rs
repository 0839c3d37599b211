//! Credentials as they are presented: opaque tokens and JSON Web Signatures.

pub mod jws;
pub mod token;
