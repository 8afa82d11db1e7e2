//! Exact arithmetic on JSON numbers.

use std::cmp::Ordering;

use serde_json::Number;

/// A number as it is kept: every 64-bit integer exactly, everything else as a finite float.
#[derive(Clone, Copy)]
enum Kept {
    Integer(i128),
    Float(f64),
}

fn kept(number: &Number) -> Kept {
    let integer = number.as_i64().map(i128::from);
    match integer.or_else(|| number.as_u64().map(i128::from)) {
        Some(integer) => Kept::Integer(integer),
        None => Kept::Float(number.as_f64().unwrap_or_default()),
    }
}

/// Returns whether the number has no fraction: `1.0` and `1e300` have none.
pub(super) fn is_integer(number: &Number) -> bool {
    match kept(number) {
        Kept::Integer(_) => true,
        Kept::Float(float) => float.fract() == 0.0,
    }
}

/// Returns the number if it is not negative and has no fraction. A number too large for 64 bits becomes the largest one.
pub(super) fn whole(number: &Number) -> Option<u64> {
    match kept(number) {
        Kept::Integer(integer) => u64::try_from(integer).ok(),
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the conversion saturates, and the number has no fraction"
        )]
        Kept::Float(float) if float >= 0.0 && float.fract() == 0.0 => Some(float as u64),
        Kept::Float(_) => None,
    }
}

/// Compares two numbers exactly.
pub(super) fn compare(a: &Number, b: &Number) -> Ordering {
    match (kept(a), kept(b)) {
        (Kept::Integer(a), Kept::Integer(b)) => a.cmp(&b),
        (Kept::Float(a), Kept::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Kept::Integer(a), Kept::Float(b)) => mixed(a, b),
        (Kept::Float(a), Kept::Integer(b)) => mixed(b, a).reverse(),
    }
}

fn mixed(integer: i128, float: f64) -> Ordering {
    // The conversion is exact or saturates, and a 64-bit integer is far from both ends of i128.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the fraction is compared next"
    )]
    let whole = float.trunc() as i128;
    let fraction = 0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal);
    integer.cmp(&whole).then(fraction)
}

/// Returns whether `number` is a whole multiple of `divisor`, which is greater than zero. Both are taken as the decimal
/// numbers that they are written as, so that 0.0075 is a multiple of 0.0001.
pub(super) fn is_multiple(number: &Number, divisor: &Number) -> bool {
    let (Some((digits, exponent)), Some((unit, scale))) = (decimal(number), decimal(divisor))
    else {
        return false;
    };
    if digits == 0 || unit == 0 {
        return unit != 0;
    }
    match u32::try_from(exponent.saturating_sub(scale)) {
        // digits * 10^power is a multiple of unit. All factors are below 2^64, so no product overflows.
        Ok(power) => ((digits % unit) * ten_to(power, unit)).is_multiple_of(unit),
        // digits is a multiple of unit * 10^power. A product that overflows is greater than digits.
        Err(_) => 10_u128
            .checked_pow(scale.saturating_sub(exponent).unsigned_abs())
            .and_then(|power| unit.checked_mul(power))
            .is_some_and(|unit| digits.is_multiple_of(unit)),
    }
}

/// Returns 10 to the power of `power`, modulo a number below 2^64.
fn ten_to(power: u32, modulus: u128) -> u128 {
    (0..power).fold(1 % modulus, |result, _| result * 10 % modulus)
}

/// Returns the digits of a number without its sign, below 2^64, and the power of ten that they are multiplied by.
fn decimal(number: &Number) -> Option<(u128, i32)> {
    let float = match kept(number) {
        Kept::Integer(integer) => return Some((integer.unsigned_abs(), 0)),
        Kept::Float(float) => float.abs(),
    };
    // The shortest text that reads as this float, with at most 17 digits.
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent: i32 = exponent.parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    Some((
        format!("{whole}{fraction}").parse().ok()?,
        exponent.checked_sub(places)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_compared_exactly() {
        let ascending = [
            "-1e300",
            "-9223372036854775809",
            "-9223372036854775808",
            "-1.5",
            "-1",
            "-0.5",
            "0",
            "0.5",
            "1",
            "1.5",
            "9007199254740992",
            "9007199254740993",
            "9007199254740994.0",
            "18446744073709551615",
            "18446744073709551616",
            "1e300",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                // As floats, the two numbers next to -2^63 are one.
                if a.starts_with("-92") && b.starts_with("-92") {
                    continue;
                }
                assert_eq!(compare(&number(a), &number(b)), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(compare(&number("1.0"), &number("1")), Ordering::Equal);
        assert_eq!(compare(&number("-0.0"), &number("0")), Ordering::Equal);
    }

    #[test]
    fn multiples_are_those_of_decimal_numbers() {
        for (a, b, expected) in [
            ("0.0075", "0.0001", true),
            ("0.00751", "0.0001", false),
            ("1e308", "0.5", true),
            ("1e308", "0.123456789", false),
            ("1e-300", "1e300", false),
            ("0", "1e300", true),
            ("-9", "3", true),
            ("18446744073709551615", "5", true),
            ("18446744073709551615", "18446744073709551614", false),
            ("4.5", "1.5", true),
            ("35", "1.5", false),
            ("12", "1e1", false),
            ("1.5", "100", false),
        ] {
            assert_eq!(is_multiple(&number(a), &number(b)), expected, "{a} {b}");
        }
    }
}
