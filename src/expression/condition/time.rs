//! Times and durations in CEL without the crate's own, which would bring a second date library:
//! two types of ours with the operators that the language gives them, in nanoseconds.

use cel::common::traits::{Adder, Comparer, Negator, Subtractor};
use cel::common::types::{CelDouble, CelInt, CelString, DYN_TYPE, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::any::Any;
use std::cmp::Ordering;
use std::fmt;

/// A moment: what `parseTime`, `timestamp` and `now` give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) Timestamp);

/// A length of time: what `duration` and the difference of two moments give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Elapsed(pub(super) SignedDuration);

static MOMENT: Type = Type::new_unspecified_type("timestamp");
static ELAPSED: Type = Type::new_unspecified_type("duration");
const MOMENT_TYPE: Type = Type::new_unspecified_type("timestamp");
const ELAPSED_TYPE: Type = Type::new_unspecified_type("duration");

type Arguments<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

impl fmt::Display for Elapsed {
    /// As CEL writes durations: seconds, `0.25s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.as_nanos();
        let (sign, magnitude) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
        let fraction = format!("{:09}", magnitude % 1_000_000_000);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{fraction}s", magnitude / 1_000_000_000)
    }
}

/// Reads what APIs send as times: RFC 3339, RFC 9110 dates (headers), plain dates (midnight UTC).
pub(super) fn parse_moment(text: &str) -> Result<Moment, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(Moment(moment));
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Ok(Moment(zoned.timestamp()));
    }
    let is_date = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    if is_date
        && let Ok(date) = text.parse::<jiff::civil::Date>()
        && let Ok(zoned) = date.to_zoned(TimeZone::UTC)
    {
        return Ok(Moment(zoned.timestamp()));
    }
    Err(format!("`{text}` is not a time as `2026-01-31T12:00:00Z`"))
}

/// Reads `1h30m`, `1.5s`, `-250ms`, `2d`.
pub(super) fn parse_elapsed(text: &str) -> Result<Elapsed, String> {
    let wrong = || format!("`{text}` is not a duration as `5m` or `1h30m`");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(Elapsed(SignedDuration::ZERO));
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let (number, behind) = rest.split_at(end);
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let nanoseconds: i128 = match unit {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => return Err(wrong()),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = (!whole.is_empty() || !fraction.is_empty()) && !fraction.contains('.');
        if !is_number || whole.len() > 15 {
            return Err(wrong());
        }
        let digits = |text: &str| if text.is_empty() { Ok(0) } else { text.parse::<i128>() };
        let fraction = &fraction[..fraction.len().min(15)];
        let scale = 10_i128.pow(fraction.len() as u32);
        total += digits(whole).map_err(|_| wrong())? * nanoseconds;
        total += digits(fraction).map_err(|_| wrong())? * nanoseconds / scale;
        rest = behind;
    }
    match text.trim_start_matches(['-', '+']) {
        "" => Err(wrong()),
        _ => elapsed(sign * total).ok_or_else(wrong),
    }
}

fn elapsed(nanoseconds: i128) -> Option<Elapsed> {
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?;
    let rest = i32::try_from(nanoseconds.rem_euclid(1_000_000_000)).ok()?;
    SignedDuration::from_secs(seconds).checked_add(SignedDuration::new(0, rest)).map(Elapsed)
}

fn unfit<'b, 'v>(function: &str, left: &dyn Val, right: &dyn Val) -> Outcome<'b, 'v> {
    let types = vec![left.get_type().name().to_owned(), right.get_type().name().to_owned()];
    Err(ExecutionError::no_such_overload(function, types))
}

fn overflow(function: &str) -> ExecutionError {
    ExecutionError::function_error(function, "the time is out of range")
}

macro_rules! value_of {
    ($type:ty, $static:ident, $($accessor:ident $trait:ident),*) => {
        impl Val for $type {
            fn get_type(&self) -> &Type {
                &$static
            }

            fn cel_type() -> &'static Type {
                &$static
            }

            $(fn $accessor<'b, 'v>(&'b self) -> Option<&'b (dyn $trait + 'v)>
            where
                Self: 'v,
            {
                Some(self)
            })*

            fn as_comparer(&self) -> Option<&dyn Comparer> {
                Some(self)
            }

            fn equals(&self, other: &dyn Val) -> bool {
                other.downcast_ref::<Self>() == Some(self)
            }

            fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
            where
                Self: 'v,
            {
                Box::new(*self)
            }

            fn as_any(&self) -> Option<&dyn Any> {
                Some(self)
            }
        }

        impl StaticVal for $type {}

        impl Comparer for $type {
            fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
                match other.downcast_ref::<Self>() {
                    Some(other) => Ok(self.cmp(other)),
                    None => Err(ExecutionError::no_such_overload(
                        "_<_",
                        vec![$static.name().to_owned(), other.get_type().name().to_owned()],
                    )),
                }
            }
        }
    };
}

value_of!(Moment, MOMENT, as_adder Adder, as_subtractor Subtractor);
value_of!(Elapsed, ELAPSED, as_adder Adder, as_subtractor Subtractor, as_negator Negator);

impl Adder for Moment {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Outcome<'b, 'v>
    where
        Self: 'v,
    {
        match other.downcast_ref::<Elapsed>() {
            Some(Elapsed(span)) => {
                let sum = self.0.checked_add(*span).map_err(|_| overflow("_+_"))?;
                Ok(CowVal::owned(Self(sum)))
            }
            None => unfit("_+_", self, other),
        }
    }
}

impl Subtractor for Moment {
    fn sub<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Outcome<'b, 'v>
    where
        Self: 'v,
    {
        if let Some(Self(moment)) = other.downcast_ref::<Self>() {
            return Ok(CowVal::owned(Elapsed(self.0.duration_since(*moment))));
        }
        match other.downcast_ref::<Elapsed>() {
            Some(Elapsed(span)) => {
                let difference = self.0.checked_sub(*span).map_err(|_| overflow("_-_"))?;
                Ok(CowVal::owned(Self(difference)))
            }
            None => unfit("_-_", self, other),
        }
    }
}

impl Adder for Elapsed {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Outcome<'b, 'v>
    where
        Self: 'v,
    {
        if let Some(Self(span)) = other.downcast_ref::<Self>() {
            let sum = self.0.checked_add(*span).ok_or_else(|| overflow("_+_"))?;
            return Ok(CowVal::owned(Self(sum)));
        }
        match other.downcast_ref::<Moment>() {
            Some(Moment(moment)) => {
                let sum = moment.checked_add(self.0).map_err(|_| overflow("_+_"))?;
                Ok(CowVal::owned(Moment(sum)))
            }
            None => unfit("_+_", self, other),
        }
    }
}

impl Subtractor for Elapsed {
    fn sub<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Outcome<'b, 'v>
    where
        Self: 'v,
    {
        match other.downcast_ref::<Self>() {
            Some(Self(span)) => {
                let difference = self.0.checked_sub(*span).ok_or_else(|| overflow("_-_"))?;
                Ok(CowVal::owned(Self(difference)))
            }
            None => unfit("_-_", self, other),
        }
    }
}

impl Negator for Elapsed {
    fn negate<'v>(&self) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let negated = self.0.checked_neg().ok_or_else(|| overflow("-_"))?;
        Ok(Box::new(Self(negated)))
    }
}

/// Declares the functions of times: `parseTime`, `timestamp`, `duration`, `formatTime`, and the
/// conversions and parts of CEL's standard library, all in UTC.
pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    for name in ["parseTime", "timestamp"] {
        env.add_overload(name, name, vec![DYN_TYPE], parse_time)?;
    }
    env.add_overload("duration", "duration", vec![DYN_TYPE], duration)?;
    env.add_overload("formatTime", "formatTime", vec![DYN_TYPE], |arguments| match moment(&arguments[0]) {
        Ok(Moment(moment)) => Ok(CowVal::owned(CelString::from(moment.to_string()))),
        Err(reason) => Err(ExecutionError::function_error("formatTime", reason)),
    })?;
    env.add_overload("formatTime", "formatTime_format", vec![DYN_TYPE, DYN_TYPE], format_time)?;
    env.add_overload("int", "timestamp_to_int", vec![MOMENT_TYPE], |arguments| {
        Ok(CowVal::owned(CelInt::from(of::<Moment>(&arguments[0], "int")?.0.as_second())))
    })?;
    env.add_overload("string", "timestamp_to_string", vec![MOMENT_TYPE], |arguments| {
        Ok(CowVal::owned(CelString::from(of::<Moment>(&arguments[0], "string")?.0.to_string())))
    })?;
    env.add_overload("double", "duration_to_double", vec![ELAPSED_TYPE], |arguments| {
        Ok(CowVal::owned(CelDouble::from(of::<Elapsed>(&arguments[0], "double")?.0.as_secs_f64())))
    })?;
    env.add_overload("string", "duration_to_string", vec![ELAPSED_TYPE], |arguments| {
        Ok(CowVal::owned(CelString::from(of::<Elapsed>(&arguments[0], "string")?.to_string())))
    })?;
    parts(env)
}

macro_rules! part {
    ($env:ident, $name:literal, $type:ident $static:ident, $value:expr) => {
        $env.add_member_overload($name, concat!(stringify!($type), $name), $static, vec![], |arguments| {
            let part: fn(&$type) -> i64 = $value;
            Ok(CowVal::owned(CelInt::from(part(of::<$type>(&arguments[0], $name)?))))
        })?
    };
}

/// Source: CEL language definition, "Date/Time Functions": months and days of the month from 0
/// except for `getDate`, days of the week from Sunday.
fn parts(env: &mut Env) -> Result<(), DeclarationError> {
    fn utc(moment: &Moment) -> jiff::Zoned {
        moment.0.to_zoned(TimeZone::UTC)
    }
    part!(env, "getFullYear", Moment MOMENT_TYPE, |it| utc(it).year().into());
    part!(env, "getMonth", Moment MOMENT_TYPE, |it| i64::from(utc(it).month()) - 1);
    part!(env, "getDate", Moment MOMENT_TYPE, |it| utc(it).day().into());
    part!(env, "getDayOfMonth", Moment MOMENT_TYPE, |it| i64::from(utc(it).day()) - 1);
    part!(env, "getDayOfWeek", Moment MOMENT_TYPE, |it| utc(it).weekday().to_sunday_zero_offset().into());
    part!(env, "getDayOfYear", Moment MOMENT_TYPE, |it| i64::from(utc(it).day_of_year()) - 1);
    part!(env, "getHours", Moment MOMENT_TYPE, |it| utc(it).hour().into());
    part!(env, "getMinutes", Moment MOMENT_TYPE, |it| utc(it).minute().into());
    part!(env, "getSeconds", Moment MOMENT_TYPE, |it| utc(it).second().into());
    part!(env, "getMilliseconds", Moment MOMENT_TYPE, |it| utc(it).millisecond().into());
    part!(env, "getHours", Elapsed ELAPSED_TYPE, |it| it.0.as_hours());
    part!(env, "getMinutes", Elapsed ELAPSED_TYPE, |it| it.0.as_mins());
    part!(env, "getSeconds", Elapsed ELAPSED_TYPE, |it| it.0.as_secs());
    part!(env, "getMilliseconds", Elapsed ELAPSED_TYPE, |it| i64::try_from(it.0.as_millis()).unwrap_or(i64::MAX));
    Ok(())
}

fn of<'a, T: StaticVal>(value: &'a CowVal<'_, '_>, function: &str) -> Result<&'a T, ExecutionError> {
    let found = value.as_any().and_then(|any| any.downcast_ref::<T>());
    found.ok_or_else(|| ExecutionError::no_such_overload(function, vec![value.get_type().name().to_owned()]))
}

/// A moment, or what can be read as one: text, or whole seconds since 1970.
fn moment(value: &CowVal<'_, '_>) -> Result<Moment, String> {
    if let Ok(moment) = of::<Moment>(value, "parseTime") {
        return Ok(*moment);
    }
    if let Some(text) = value.downcast_ref::<CelString>() {
        return parse_moment(text.inner());
    }
    if let Some(seconds) = value.downcast_ref::<CelInt>() {
        let seconds = *seconds.inner();
        return Timestamp::from_second(seconds).map(Moment).map_err(|_| format!("{seconds} is out of range"));
    }
    Err(format!("{} is no time", super::convert::type_name(value.as_ref())))
}

fn parse_time<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    match moment(&arguments[0]) {
        Ok(moment) => Ok(CowVal::owned(moment)),
        Err(reason) => Err(ExecutionError::function_error("parseTime", reason)),
    }
}

fn duration<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    if let Ok(elapsed) = of::<Elapsed>(&arguments[0], "duration") {
        return Ok(CowVal::owned(*elapsed));
    }
    let parsed = match arguments[0].downcast_ref::<CelString>() {
        Some(text) => parse_elapsed(text.inner()),
        None => Err(format!("{} is no duration", super::convert::type_name(arguments[0].as_ref()))),
    };
    match parsed {
        Ok(elapsed) => Ok(CowVal::owned(elapsed)),
        Err(reason) => Err(ExecutionError::function_error("duration", reason)),
    }
}

fn format_time<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let failed = |reason: String| ExecutionError::function_error("formatTime", reason);
    let Moment(moment) = moment(&arguments[0]).map_err(failed)?;
    let Some(format) = arguments[1].downcast_ref::<CelString>() else {
        return unfit("formatTime", arguments[0].as_ref(), arguments[1].as_ref());
    };
    let zoned = moment.to_zoned(TimeZone::UTC);
    match jiff::fmt::strtime::format(format.inner(), &zoned) {
        Ok(text) => Ok(CowVal::owned(CelString::from(text))),
        Err(error) => Err(failed(format!("`{}` is no format of strftime: {error}", format.inner()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_elapsed(text: &str, expected: Option<&str>) {
        assert_eq!(parse_elapsed(text).ok().map(|it| it.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn durations_are_numbers_with_units() {
        check_elapsed("5m", Some("300s"));
        check_elapsed("1h30m", Some("5400s"));
        check_elapsed("1.5s", Some("1.5s"));
        check_elapsed("-250ms", Some("-0.25s"));
        check_elapsed("2d", Some("172800s"));
        check_elapsed("1us", Some("0.000001s"));
        check_elapsed("0", Some("0s"));
        for text in
            ["", "-", "5", "m", "5 m", "5x", "1..5s", ".s", "99999999999999999h", "999999999999999d", "--5s"]
        {
            check_elapsed(text, None);
        }
    }

    fn check_moment(text: &str, expected: Option<&str>) {
        assert_eq!(parse_moment(text).ok().map(|it| it.0.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn times_are_read_as_apis_send_them() {
        check_moment("2026-01-31T12:00:00Z", Some("2026-01-31T12:00:00Z"));
        check_moment("2026-01-31T12:00:00.250+01:00", Some("2026-01-31T11:00:00.25Z"));
        check_moment("2026-01-31", Some("2026-01-31T00:00:00Z"));
        check_moment("Sat, 31 Jan 2026 12:00:00 GMT", Some("2026-01-31T12:00:00Z"));
        for text in ["", "x", "2026-13-31", "2026-01-31T12:00:00", "12:00"] {
            check_moment(text, None);
        }
    }
}
