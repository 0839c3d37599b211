//! The rule program as it crosses the boundary (`src/rule/program.ts` says what it means).

use serde::Deserialize;

pub const FORMAT: u32 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    pub format: u32,
    pub slots: Vec<Slot>,
    pub predicates: Vec<Predicate>,
    pub rules: Vec<Rule>,
    pub recognisers: Vec<Recogniser>,
    pub logsources: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
pub struct Slot {
    pub paths: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(try_from = "Written")]
pub struct Predicate {
    pub slot: u16,
    pub test: Test,
}

pub enum Test {
    Text {
        patterns: Vec<(u8, u8, String)>,
    },
    Regex {
        source: String,
        flags: String,
        literals: Option<Vec<String>>,
    },
    Cidr {
        networks: Vec<String>,
    },
    Number {
        comparison: Comparison,
        value: f64,
    },
    Time {
        part: Part,
        comparison: Comparison,
        value: f64,
    },
    Present,
    Null,
    Field {
        other: u16,
        relation: u8,
        cased: u8,
    },
}

/// A predicate as it is written: what its kind needs of these. An enum that is told by a member would have
/// serde keep all members first, which takes as long as all the rest.
#[derive(Deserialize)]
struct Written {
    slot: u16,
    kind: Kind,
    patterns: Option<Vec<(u8, u8, String)>>,
    source: Option<String>,
    flags: Option<String>,
    literals: Option<Vec<String>>,
    networks: Option<Vec<String>>,
    comparison: Option<Comparison>,
    part: Option<Part>,
    value: Option<f64>,
    other: Option<u16>,
    relation: Option<u8>,
    cased: Option<u8>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Text,
    Regex,
    Cidr,
    Number,
    Time,
    Present,
    Null,
    Field,
}

impl TryFrom<Written> for Predicate {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let slot = written.slot;
        let test = written
            .test()
            .ok_or("a predicate lacks what its kind needs")?;
        Ok(Self { slot, test })
    }
}

impl Written {
    fn test(self) -> Option<Test> {
        Some(match self.kind {
            Kind::Text => Test::Text {
                patterns: self.patterns?,
            },
            Kind::Regex => Test::Regex {
                source: self.source?,
                flags: self.flags?,
                literals: self.literals,
            },
            Kind::Cidr => Test::Cidr {
                networks: self.networks?,
            },
            Kind::Number => Test::Number {
                comparison: self.comparison?,
                value: self.value?,
            },
            Kind::Time => Test::Time {
                part: self.part?,
                comparison: self.comparison?,
                value: self.value?,
            },
            Kind::Present => Test::Present,
            Kind::Null => Test::Null,
            Kind::Field => Test::Field {
                other: self.other?,
                relation: self.relation?,
                cased: self.cased?,
            },
        })
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Comparison {
    Eq,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Comparison {
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Lt => left < right,
            Self::Lte => left <= right,
            Self::Gt => left > right,
            Self::Gte => left >= right,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Deserialize)]
pub struct Rule {
    pub code: Vec<u32>,
    pub witnesses: Option<Vec<u32>>,
    pub logsource: u32,
}

#[derive(Deserialize)]
pub struct Recogniser {
    pub code: Vec<u32>,
    pub gives: Vec<u32>,
}

/// How a text pattern sits in a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Position {
    Equals,
    Starts,
    Ends,
    Contains,
}

impl Position {
    pub fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Equals),
            1 => Some(Self::Starts),
            2 => Some(Self::Ends),
            3 => Some(Self::Contains),
            _ => None,
        }
    }

    pub fn holds(self, value: &[u8], pattern: &[u8]) -> bool {
        match self {
            Self::Equals => value == pattern,
            Self::Starts => value.starts_with(pattern),
            Self::Ends => value.ends_with(pattern),
            Self::Contains => memchr::memmem::find(value, pattern).is_some(),
        }
    }
}
