//! Tests that read a value as a number, a date or an address.

use std::net::IpAddr;

use super::program::Part;

/// Reads a decimal number as JSON writes it, leading zeros allowed.
pub fn number(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_is_sound =
        exponent.is_none_or(|part| digits(part.strip_prefix(['+', '-']).unwrap_or(part)));
    if digits(whole) && fraction.is_none_or(digits) && exponent_is_sound {
        text.parse().ok()
    } else {
        None
    }
}

/// Reads a part of a date: `YYYY-MM-DD`, alone or with `T` or a space and `HH:MM`, taken as written
/// without regard to a time zone; or a number, seconds or milliseconds since the epoch in UTC.
pub fn time_part(text: &[u8], part: Part) -> Option<f64> {
    let time = Time::parse(text)?;
    Some(match part {
        Part::Minute => time.minute as f64,
        Part::Hour => time.hour as f64,
        Part::Day => time.day as f64,
        Part::Week => time.week() as f64,
        Part::Month => time.month as f64,
        Part::Year => time.year as f64,
    })
}

struct Time {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
}

/// Numbers from here on are milliseconds: seconds would lie past the year 5000.
const MILLIS_FROM: f64 = 1e11;

impl Time {
    fn parse(text: &[u8]) -> Option<Self> {
        if let Some(number) = number(text) {
            return Self::from_epoch(number);
        }
        let date = text.get(..10)?;
        if date[4] != b'-' || date[7] != b'-' {
            return None;
        }
        let (year, month, day) = (
            digits(&date[..4])?,
            digits(&date[5..7])?,
            digits(&date[8..])?,
        );
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let (hour, minute) = match &text[10..] {
            [] => (0, 0),
            [b'T' | b't' | b' ', h1, h2, b':', m1, m2, ..] => {
                (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?)
            }
            _ => return None,
        };
        (hour < 24 && minute < 60).then_some(Self {
            year,
            month,
            day,
            hour,
            minute,
        })
    }

    fn from_epoch(number: f64) -> Option<Self> {
        let seconds = if number.abs() >= MILLIS_FROM {
            (number / 1000.0).floor()
        } else {
            number.floor()
        };
        if seconds.abs() > 8.64e12 {
            return None;
        }
        let seconds = seconds as i64;
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        Some(Self {
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest % 3600 / 60,
        })
    }

    /// ISO 8601 week.
    fn week(&self) -> i64 {
        let days = days_from_civil(self.year, self.month, self.day);
        // Monday is 0; the week belongs to the year of its Thursday.
        let weekday = (days + 3).rem_euclid(7);
        let thursday = days - weekday + 3;
        let (year, _, _) = civil_from_days(thursday);
        (thursday - days_from_civil(year, 1, 1)) / 7 + 1
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// An IPv4 or IPv6 network.
pub struct Network {
    v6: bool,
    base: u128,
    bits: u32,
}

impl Network {
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let (v6, base) = address_bits(address.parse().ok()?);
        let bits = bits.parse().ok()?;
        (bits <= if v6 { 128 } else { 32 }).then_some(Self { v6, base, bits })
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let (v6, bits) = address_bits(address);
        if v6 == self.v6 {
            return self.covers(bits, if v6 { 128 } else { 32 });
        }
        // An IPv4-mapped IPv6 address is the IPv4 address.
        v6 && bits >> 32 == 0xffff && self.covers(bits & 0xffff_ffff, 32)
    }

    fn covers(&self, address: u128, width: u32) -> bool {
        let shift = width - self.bits;
        shift >= 128 || (address >> shift) == (self.base >> shift)
    }
}

fn address_bits(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (false, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (true, u128::from(v6)),
    }
}

pub fn address(text: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_weeks_at_the_turn_of_the_year() {
        for (date, week) in [
            ("2021-01-03", 53),
            ("2021-01-04", 1),
            ("2024-12-30", 1),
            ("2020-12-31", 53),
        ] {
            assert_eq!(
                time_part(date.as_bytes(), Part::Week),
                Some(f64::from(week)),
                "{date}"
            );
        }
    }

    #[test]
    fn epochs_and_dates_agree() {
        for text in ["2026-11-24T23:41:00Z", "1795563660", "1795563660000"] {
            assert_eq!(time_part(text.as_bytes(), Part::Hour), Some(23.0));
            assert_eq!(time_part(text.as_bytes(), Part::Minute), Some(41.0));
            assert_eq!(time_part(text.as_bytes(), Part::Day), Some(24.0));
        }
        assert_eq!(time_part(b"yesterday", Part::Hour), None);
    }

    #[test]
    fn networks() {
        let private = Network::parse("10.0.0.0/8").unwrap();
        assert!(private.contains("10.255.0.1".parse().unwrap()));
        assert!(private.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!private.contains("11.0.0.1".parse().unwrap()));
        assert!(
            Network::parse("::/0")
                .unwrap()
                .contains("2001:db8::1".parse().unwrap())
        );
        assert!(Network::parse("10.0.0.0/33").is_none());
    }
}
