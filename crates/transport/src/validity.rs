//! From when until when a certificate is valid, read from its bytes (RFC 5280, 4.1).

use rustls::pki_types::UnixTime;
use rustls::{CertificateError, Error};

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Whether a certificate is valid now.
pub(crate) fn check(certificate: &[u8], now: UnixTime) -> Result<(), Error> {
    let (from, until) = read(certificate).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < from {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > until {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

fn read(certificate: &[u8]) -> Option<(i64, i64)> {
    let mut certificate = Items(certificate).expect(SEQUENCE)?;
    let mut body = certificate.expect(SEQUENCE)?;
    let (first, _) = body.next()?;
    // Only a certificate of version 1 begins with its serial number.
    let before_validity = if first == VERSION { 3 } else { 2 };
    for _ in 0..before_validity {
        body.next()?;
    }
    let mut validity = body.expect(SEQUENCE)?;
    Some((seconds(validity.next()?)?, seconds(validity.next()?)?))
}

fn seconds((kind, text): (u8, &[u8])) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match kind {
        // Two digits of a year that is 1950 to 2049.
        UTC_TIME => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    Some(chrono::NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?.and_utc().timestamp())
}

/// Tagged values, one after the other.
struct Items<'a>(&'a [u8]);

impl<'a> Items<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (digits, rest) =
                rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }

    fn expect(&mut self, wanted: u8) -> Option<Items<'a>> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, value)| Items(value))
    }
}
