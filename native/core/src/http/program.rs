//! The signature program as TypeScript sends it.

use std::collections::HashMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    pub signatures: Vec<Signature>,
    pub sql_words: HashMap<String, String>,
    pub shell_words: HashMap<String, String>,
    pub markup_words: HashMap<String, String>,
}

#[derive(Deserialize)]
pub struct Signature {
    pub kind: Kind,
    pub level: u8,
    pub locations: u16,
    pub names: Vec<String>,
    pub literals: Vec<String>,
    pub pattern: String,
    pub contexts: u8,
    pub documents: bool,
    pub check: usize,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Text,
    Sql,
    Shell,
    Markup,
    Check,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub depth: usize,
    pub fields: usize,
    pub decoded_bytes: usize,
}

/// Latin-1 text as bytes: one character, one byte.
pub fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u32 as u8).collect()
}
