//! `http.date` and `http.last-modified`: dates that every client can read.

use super::{Check, Fact, HttpCase, ResponsePart, malformed, single};

/// What messages call the form.
pub(super) const FORM: &str = "a date such as `Sun, 06 Nov 1994 08:49:37 GMT`";

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment; later ones compare greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u16, u8, u8, u8, u8, u8);

/// Source: RFC 9110 §6.6.1.
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    read(case, Check::HttpDate, "Date").err().map(|fact| *fact)
}

/// Source: RFC 9110 §8.8.2, and §8.8.2.1: "An origin server with a clock MUST NOT generate a
/// Last-Modified date that is later than the server's time of message origination (Date)."
pub(super) fn check_last_modified(case: &HttpCase<'_>) -> Option<Fact> {
    const CHECK: Check = Check::HttpLastModified;
    let modified = match read(case, CHECK, "Last-Modified") {
        Ok(modified) => modified?,
        Err(fact) => return Some(*fact),
    };
    let headers = &case.exchange.response.headers;
    let date = headers.get("date")?;
    (modified > parse(date.trim())?).then(|| {
        let value = headers.get("last-modified").unwrap_or_default();
        case.fact(CHECK, "`Last-Modified` is later than `Date`")
            .compared(format!("{date} or earlier"), value)
            .response(ResponsePart::Header("Last-Modified".to_owned()), "is later than `Date`")
    })
}

fn read(case: &HttpCase<'_>, check: Check, name: &str) -> Result<Option<Moment>, Box<Fact>> {
    let Some(value) = single(case, check, name)? else { return Ok(None) };
    parse(value).map(Some).ok_or_else(|| Box::new(malformed(case, check, name, value, FORM)))
}

/// Reads the one form that may be sent.
///
/// Source: RFC 9110 §5.6.7: "a sender MUST generate those timestamps in the IMF-fixdate format"; the
/// two obsolete forms are for recipients alone. The day of the week is not compared with the date.
pub(super) fn parse(text: &str) -> Option<Moment> {
    let (day_name, rest) = text.split_once(", ")?;
    let parts: Vec<&str> = rest.split(' ').collect();
    let &[day, month, year, time, "GMT"] = parts.as_slice() else { return None };
    let &[hour, minute, second] = time.split(':').collect::<Vec<_>>().as_slice() else { return None };
    DAYS.contains(&day_name).then_some(())?;
    let month = u8::try_from(MONTHS.iter().position(|name| *name == month)? + 1).ok()?;
    let year = digits(year, 4)?;
    let two = |text: &str| digits(text, 2).and_then(|number| u8::try_from(number).ok());
    let moment = Moment(year, month, two(day)?, two(hour)?, two(minute)?, two(second)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let n_days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    // 60 is a leap second.
    let fits = (1..=n_days).contains(&moment.2) && moment.3 < 24 && moment.4 < 60 && moment.5 <= 60;
    fits.then_some(moment)
}

fn digits(text: &str, length: usize) -> Option<u16> {
    let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}
