//! Reads the answers of the scripts strictly. A broken or hostile server causes an error, never a panic, and an answer
//! that no script gives is refused.

use redis::Value;

use super::fault::RedisFault;
use super::server_error;
use crate::clock::Timestamp;
use crate::limit::budget::{Budget, MAX_AMOUNT, Standing, Tally};
use crate::limit::period::Period;
use crate::limit::{Admission, Limit, Quota};
use crate::store::error::StoreError;
use crate::store::interface::{Insertion, MAX_RECEIPT_BYTES};

/// How a script ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ScriptOutcome<T> {
    /// It ran and gave this answer.
    Done(T),
    /// The store belongs to another instance, or keys are missing. Nothing was changed.
    Changed,
    /// The server does not have the script. Nothing was changed.
    NoScript,
}

/// Reads the answer of a script: its status, and the rest by `read`.
///
/// # Errors
/// The error for the status; [`RedisFault::Reply`] for an answer that no script gives.
pub(super) fn script<T>(
    reply: &Value,
    read: impl FnOnce(&[Value]) -> Option<T>,
) -> Result<ScriptOutcome<T>, StoreError> {
    let parts = match reply {
        Value::Array(parts) => parts,
        Value::ServerError(error) if server_error::is_no_script(error) => {
            return Ok(ScriptOutcome::NoScript);
        }
        Value::ServerError(error) => return Err(server_error::of_server(error)),
        _ => return Err(RedisFault::Reply.into()),
    };
    let Some((Value::Int(status), rest)) = parts.split_first() else {
        return Err(RedisFault::Reply.into());
    };
    match status {
        0 => read(rest)
            .map(ScriptOutcome::Done)
            .ok_or(RedisFault::Reply.into()),
        1 => Ok(ScriptOutcome::Changed),
        2 => Err(StoreError::Restarted),
        3 => Err(StoreError::ClockStepped),
        4 => Err(StoreError::Expired),
        5 => Err(StoreError::Full),
        6 => Err(RedisFault::ClocksApart.into()),
        7 => Err(RedisFault::Foreign.into()),
        _ => Err(RedisFault::Reply.into()),
    }
}

/// Accepts an answer without anything after the status.
pub(super) fn nothing(rest: &[Value]) -> Option<()> {
    rest.is_empty().then_some(())
}

/// Reads 0 or 1.
pub(super) fn yes_or_no(rest: &[Value]) -> Option<bool> {
    match rest {
        [Value::Int(answer)] => flag(*answer),
        _ => None,
    }
}

/// Reads whether this number of items was recorded, or which of them was used before, with its receipt.
pub(super) fn insertion(rest: &[Value], items: usize) -> Option<Insertion> {
    match rest {
        [Value::Int(1)] => Some(Insertion::First),
        [Value::Int(0), index, Value::BulkString(receipt)] => {
            let index = usize::try_from(count(index)?).ok()?;
            (index < items && receipt.len() <= MAX_RECEIPT_BYTES).then(|| Insertion::Again {
                index,
                receipt: receipt.clone(),
            })
        }
        _ => None,
    }
}

/// Reads at most `longest` bytes; `Some(None)` if there are none.
pub(super) fn bytes(rest: &[Value], longest: usize) -> Option<Option<Vec<u8>>> {
    match rest {
        [] => Some(None),
        [Value::BulkString(bytes)] if bytes.len() <= longest => Some(Some(bytes.clone())),
        _ => None,
    }
}

/// Reads five numbers: the watermark, and the number of records of each kind.
pub(super) fn counts(rest: &[Value]) -> Option<[u64; 5]> {
    let [a, b, c, d, e] = rest else { return None };
    Some([count(a)?, count(b)?, count(c)?, count(d)?, count(e)?])
}

/// Reads the server's moment and the states of `budgets`.
pub(super) fn standings(rest: &[Value], budgets: &[Budget]) -> Option<(Timestamp, Vec<Standing>)> {
    let (now, rest) = rest.split_first()?;
    let (standings, odd) = rest.as_chunks::<5>();
    if !odd.is_empty() || standings.len() != budgets.len() {
        return None;
    }
    let standing = |(budget, [period, used, told, refused, announce]): (&Budget, &[Value; 5])| {
        let flag = |value: &Value| flag(i64::try_from(count(value)?).ok()?);
        let used = count(used).filter(|used| *used <= MAX_AMOUNT)?;
        let number = u32::try_from(count(period)?).ok()?;
        let tally = Tally {
            period: Period::from_number(budget.every(), number),
            used,
            told: flag(told)?,
        };
        Some(Standing {
            tally,
            remaining: budget.cap().saturating_sub(used),
            refused: flag(refused)?,
            announce: flag(announce)?,
        })
    };
    let standings = budgets.iter().zip(standings).map(standing);
    Some((
        Timestamp::from_millis(count(now)?),
        standings.collect::<Option<_>>()?,
    ))
}

/// Reads the decision about a call under `limits`.
pub(super) fn admission(rest: &[Value], limits: &[Limit]) -> Option<Admission> {
    let mut numbers = [0; 5];
    if rest.len() != 4 + usize::from(rest.first() == Some(&Value::Int(0))) {
        return None;
    }
    for (number, value) in numbers.iter_mut().zip(rest) {
        *number = count(value)?;
    }
    match numbers {
        [1, max, remaining, reset, _] => {
            let max = u16::try_from(max).ok()?;
            let remaining = u16::try_from(remaining).ok().filter(|left| *left < max)?;
            limits
                .iter()
                .any(|limit| limit.max() == max)
                .then_some(())?;
            Some(Admission::Admitted {
                tightest: Quota {
                    limit: max,
                    remaining,
                    reset_seconds: u32::try_from(reset).ok()?,
                },
            })
        }
        [0, index, retry_after, first, max] => {
            let index = usize::try_from(index).ok()?;
            let limit = limits
                .get(index)
                .filter(|limit| u64::from(limit.max()) == max)?;
            let retry_after = u32::try_from(retry_after).ok().filter(|wait| *wait > 0)?;
            Some(Admission::Refused {
                index,
                retry_after,
                first_of_burst: flag(i64::try_from(first).ok()?)?,
                tightest: Quota {
                    limit: limit.max(),
                    remaining: 0,
                    reset_seconds: retry_after,
                },
            })
        }
        _ => None,
    }
}

fn flag(number: i64) -> Option<bool> {
    match number {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::budget::Measure;
    use crate::limit::period::PeriodUnit;

    fn value(bytes: &str) -> Value {
        redis::parse_redis_value(bytes.as_bytes()).unwrap()
    }

    fn limits() -> [Limit; 2] {
        [60, 5].map(|max| Limit::new([0; 32], max, 1000).unwrap())
    }

    #[test]
    fn answers_that_no_script_gives_are_refused() {
        let reply = Err(RedisFault::Reply.into());
        for answer in [
            "*2\r\n:0\r\n:2\r\n",
            "*2\r\n:0\r\n$1\r\n1\r\n",
            "*1\r\n:0\r\n",
            "*3\r\n:0\r\n:1\r\n:1\r\n",
        ] {
            assert_eq!(script(&value(answer), yes_or_no), reply, "{answer}");
        }
        for answer in [
            "*0\r\n",
            "*2\r\n:8\r\n:1\r\n",
            "*2\r\n:-1\r\n:1\r\n",
            "*1\r\n$1\r\n0\r\n",
            "+OK\r\n",
            "$-1\r\n",
            "-NEW thing\r\n",
            ":0\r\n",
        ] {
            assert!(script(&value(answer), nothing).is_err(), "{answer}");
        }
        for answer in [
            "*2\r\n:0\r\n$4\r\nfour\r\n",
            "*2\r\n:0\r\n$-1\r\n",
            "*2\r\n:0\r\n+a\r\n",
        ] {
            let read = script(&value(answer), |rest| bytes(rest, 3));
            assert_eq!(read, Err(RedisFault::Reply.into()), "{answer}");
        }
        let negative = "*6\r\n:0\r\n:1\r\n:1\r\n:1\r\n:1\r\n:-1\r\n";
        assert_eq!(
            script(&value(negative), counts),
            Err(RedisFault::Reply.into())
        );
    }

    #[test]
    fn an_insertion_must_fit_the_items_of_the_call() {
        let receipt = |length| Value::BulkString(vec![7; length]);
        let (yes, no) = (Value::Int(1), Value::Int(0));
        assert_eq!(insertion(&[Value::Int(1)], 2), Some(Insertion::First));
        for (index, length) in [(0, 0), (1, MAX_RECEIPT_BYTES)] {
            let read = insertion(&[no.clone(), Value::Int(index as i64), receipt(length)], 2);
            let receipt = vec![7; length];
            assert_eq!(read, Some(Insertion::Again { index, receipt }));
        }
        for wrong in [
            &[][..],
            &[Value::Int(0)],
            &[Value::Int(2)],
            &[Value::Nil],
            &[yes.clone(), Value::Int(0), receipt(0)],
            &[no.clone(), Value::Int(0)],
            &[no.clone(), Value::Int(2), receipt(0)],
            &[no.clone(), Value::Int(-1), receipt(0)],
            &[no.clone(), receipt(0), receipt(0)],
            &[no.clone(), Value::Int(0), Value::Nil],
            &[no.clone(), Value::Int(0), receipt(MAX_RECEIPT_BYTES + 1)],
            &[no, Value::Int(0), receipt(0), receipt(0)],
        ] {
            assert_eq!(insertion(wrong, 2), None, "{wrong:?}");
        }
    }

    #[test]
    fn standings_must_fit_the_budgets_of_the_call() {
        let budgets = [PeriodUnit::Day, PeriodUnit::Month]
            .map(|every| Budget::new(b"a", every, Measure::Cost, 9, None).unwrap());
        let read = |numbers: &[i64]| {
            let rest: Vec<Value> = numbers.iter().copied().map(Value::Int).collect();
            standings(&rest, &budgets)
        };
        let (now, read_ones) = read(&[7, 20_000, 9, 1, 1, 0, 650, 4, 0, 0, 0]).unwrap();
        assert_eq!(now, Timestamp::from_millis(7));
        assert_eq!((read_ones[0].remaining, read_ones[1].remaining), (0, 5));
        assert!(read_ones[0].tally.told && read_ones[0].refused && !read_ones[0].announce);
        for wrong in [
            &[][..],
            &[7],
            &[7, 20_000, 9, 1, 1, 0],
            &[7, 20_000, 9, 1, 1, 0, 650, 4, 0, 0],
            &[7, 20_000, 9, 1, 1, 0, 650, 4, 0, 0, 0, 0],
            &[-7, 20_000, 9, 1, 1, 0, 650, 4, 0, 0, 0],
            &[7, -1, 9, 1, 1, 0, 650, 4, 0, 0, 0],
            &[7, 1 << 32, 9, 1, 1, 0, 650, 4, 0, 0, 0],
            &[7, 20_000, -9, 1, 1, 0, 650, 4, 0, 0, 0],
            &[7, 20_000, 1_000_000_000_000_001, 1, 1, 0, 650, 4, 0, 0, 0],
            &[7, 20_000, 9, 2, 1, 0, 650, 4, 0, 0, 0],
            &[7, 20_000, 9, 1, 1, 2, 650, 4, 0, 0, 0],
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_admission_must_fit_the_limits_of_the_call() {
        let read = |numbers: &[i64]| {
            let rest: Vec<Value> = numbers.iter().copied().map(Value::Int).collect();
            admission(&rest, &limits())
        };
        let admitted = |limit, remaining, reset_seconds| {
            Some(Admission::Admitted {
                tightest: Quota {
                    limit,
                    remaining,
                    reset_seconds,
                },
            })
        };
        assert_eq!(read(&[1, 60, 59, 7]), admitted(60, 59, 7));
        assert_eq!(read(&[1, 5, 0, 1]), admitted(5, 0, 1));
        let refused = Some(Admission::Refused {
            index: 1,
            retry_after: 3,
            first_of_burst: true,
            tightest: Quota {
                limit: 5,
                remaining: 0,
                reset_seconds: 3,
            },
        });
        assert_eq!(read(&[0, 1, 3, 1, 5]), refused);
        for wrong in [
            &[][..],
            &[1],
            &[2, 60, 59, 7],
            &[1, 60, 60, 7],
            &[1, 61, 5, 7],
            &[1, 60, -1, 7],
            &[1, 60, 59, 1 << 33],
            &[1, 60, 59, 7, 0],
            &[0, 1, 3, 1],
            &[0, 2, 3, 1, 5],
            &[0, 0, 3, 1, 5],
            &[0, 1, 0, 1, 5],
            &[0, 1, 3, 2, 5],
            &[0, 1, 3, 1, 5, 0],
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn errors_of_old_and_new_servers_are_recognised() {
        let error = |text: &str| script(&value(&format!("-{text}\r\n")), nothing);
        assert_eq!(
            error("OOM command not allowed when used memory > 'maxmemory'."),
            Err(StoreError::Full)
        );
        assert_eq!(
            error(
                "ERR Error running script (call to f_1): @user_script:9: @user_script: 9: -OOM command not allowed"
            ),
            Err(StoreError::Full)
        );
        assert_eq!(
            error("READONLY You can't write"),
            Err(RedisFault::Replica.into())
        );
        assert_eq!(error("BUSY Redis is busy"), Err(StoreError::Busy));
        assert_eq!(
            error("NOSCRIPT No matching script."),
            Ok(ScriptOutcome::NoScript)
        );
        assert_eq!(
            error("ERR ACL failure in script: no permissions"),
            Err(RedisFault::Permission.into())
        );
        assert_eq!(
            error("MISCONF unable to persist"),
            Err(RedisFault::NotSaving.into())
        );
        assert_eq!(error("MOVED 1 h:1"), Err(RedisFault::Cluster.into()));
        assert_eq!(error("ERR else"), Err(RedisFault::Reply.into()));
    }
}
