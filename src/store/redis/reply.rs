//! What the server answers, taken apart strictly: a broken or hostile server gets an error, never a
//! panic, and nothing it says is believed that the scripts do not say.

use redis::Value;

use super::fault::{self, RedisFault};
use crate::clock::Timestamp;
use crate::limit::budget::{Budget, MAX_AMOUNT, Measure, Standing, Tally};
use crate::limit::period::{Period, PeriodUnit};
use crate::limit::{Admission, Limit, Quota};
use crate::store::{Insertion, MAX_RECEIPT_BYTES, StoreError};

/// How a script ended, before its answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ScriptOutcome<T> {
    /// It ran.
    Done(T),
    /// The store is not that of the instance named, or not whole: nothing was done.
    Changed,
    /// The server does not have the script: nothing was done.
    NoScript,
}

/// The facts about an instance that decide whether it can be the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerFacts {
    /// What tells it from others, and from itself before a restart or a promotion.
    pub(super) instance: String,
    /// Whether it may drop keys; `None` if it does not say.
    pub(super) evicts: Option<bool>,
}

/// An answer of a script: its status, then what `read` makes of the rest.
pub(super) fn script<T>(
    reply: &Value,
    read: impl FnOnce(&[Value]) -> Option<T>,
) -> Result<ScriptOutcome<T>, StoreError> {
    let parts = match reply {
        Value::Array(parts) => parts,
        Value::ServerError(error) if fault::is_no_script(error) => {
            return Ok(ScriptOutcome::NoScript);
        }
        Value::ServerError(error) => return Err(fault::of_server(error)),
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
        4 => Err(StoreError::Lapsed),
        5 => Err(StoreError::Full),
        6 => Err(RedisFault::ClocksApart.into()),
        7 => Err(RedisFault::Foreign.into()),
        _ => Err(RedisFault::Reply.into()),
    }
}

/// Nothing more than the status.
pub(super) fn nothing(rest: &[Value]) -> Option<()> {
    rest.is_empty().then_some(())
}

/// 0 or 1.
pub(super) fn yes_or_no(rest: &[Value]) -> Option<bool> {
    match rest {
        [Value::Int(answer)] => flag(*answer),
        _ => None,
    }
}

/// That of so many things all were recorded, or which was used before, and its receipt.
pub(super) fn insertion(rest: &[Value], things: usize) -> Option<Insertion> {
    match rest {
        [Value::Int(1)] => Some(Insertion::First),
        [Value::Int(0), index, Value::BulkString(receipt)] => {
            let index = usize::try_from(count(index)?).ok()?;
            (index < things && receipt.len() <= MAX_RECEIPT_BYTES).then(|| Insertion::Again {
                index,
                receipt: receipt.clone(),
            })
        }
        _ => None,
    }
}

/// Bytes, or that there are none; at most `longest`.
pub(super) fn bytes(rest: &[Value], longest: usize) -> Option<Option<Vec<u8>>> {
    match rest {
        [] => Some(None),
        [Value::BulkString(bytes)] if bytes.len() <= longest => Some(Some(bytes.clone())),
        _ => None,
    }
}

/// Five counts: the watermark, and the records of each kind.
pub(super) fn counts(rest: &[Value]) -> Option<[u64; 5]> {
    let [a, b, c, d, e] = rest else { return None };
    Some([count(a)?, count(b)?, count(c)?, count(d)?, count(e)?])
}

/// The server's moment, and where `budgets` stand.
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

/// What was decided about a call under `limits`.
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

/// What `INFO` tells: see <https://redis.io/docs/latest/commands/info/>.
pub(super) fn info(reply: &Value) -> Result<ServerFacts, StoreError> {
    let bytes = match reply {
        Value::BulkString(bytes) => bytes.as_slice(),
        Value::SimpleString(text) => text.as_bytes(),
        Value::VerbatimString { text, .. } => text.as_bytes(),
        Value::ServerError(error) => return Err(fault::of_server(error)),
        _ => return Err(RedisFault::Reply.into()),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| RedisFault::Reply)?;
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    };
    if field("loading") == Some("1") {
        return Err(RedisFault::Loading.into());
    }
    if field("role").is_some_and(|role| role != "master") {
        return Err(RedisFault::Replica.into());
    }
    let id = |name| {
        field(name).filter(|id| {
            (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    let (Some(run), Some(replication)) = (id("run_id"), id("master_replid")) else {
        return Err(RedisFault::Reply.into());
    };
    Ok(ServerFacts {
        // The layout of the keys stands before: another layout is another store.
        instance: format!("1:{run}:{replication}"),
        evicts: evicts(field("maxmemory"), field("maxmemory_policy")),
    })
}

/// What `CONFIG GET` tells of two parameters, as one list or two.
pub(super) fn config(replies: [&Value; 2]) -> Option<bool> {
    let value = |reply: &Value| match reply {
        Value::Array(pair) => match pair.as_slice() {
            [_, Value::BulkString(value)] => String::from_utf8(value.clone()).ok(),
            _ => None,
        },
        _ => None,
    };
    let [limit, policy] = replies.map(value);
    evicts(limit.as_deref(), policy.as_deref())
}

/// Whether an instance with this `maxmemory` and policy may drop keys; `None` if that is not known.
fn evicts(limit: Option<&str>, policy: Option<&str>) -> Option<bool> {
    let limit: u64 = limit?.parse().ok()?;
    Some(limit > 0 && policy? != "noeviction")
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

/// Reads `bytes` as each answer a server can be asked for: for the fuzzer.
#[doc(hidden)]
pub fn read_any(bytes: &[u8]) {
    let Ok(reply) = redis::parse_redis_value(bytes) else {
        return;
    };
    let limits: Vec<Limit> = [1, 60, 256]
        .into_iter()
        .filter_map(|max| Limit::new([0; 32], max, 1000).ok())
        .collect();
    let _ = info(&reply);
    let _ = config([&reply, &reply]);
    let _ = script(&reply, nothing);
    let _ = script(&reply, yes_or_no);
    let _ = script(&reply, |rest| insertion(rest, 2));
    let _ = script(&reply, |rest| self::bytes(rest, 1024));
    let _ = script(&reply, counts);
    let _ = script(&reply, |rest| admission(rest, &limits));
    let budgets: Vec<Budget> = [PeriodUnit::Day, PeriodUnit::Month]
        .into_iter()
        .filter_map(|every| Budget::new(b"", every, Measure::Cost, 9, None).ok())
        .collect();
    let _ = script(&reply, |rest| standings(rest, &budgets));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: &str) -> Value {
        redis::parse_redis_value(bytes.as_bytes()).unwrap()
    }

    fn limits() -> [Limit; 2] {
        [60, 5].map(|max| Limit::new([0; 32], max, 1000).unwrap())
    }

    #[test]
    fn what_a_script_would_not_answer_is_refused() {
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
    fn insertions_fit_the_things_asked_about() {
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
    fn standings_fit_the_budgets_asked_about() {
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
    fn admissions_fit_the_limits_asked_about() {
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
    fn an_instance_says_what_it_is() {
        let told = |text: &str| info(&Value::BulkString(text.as_bytes().to_vec()));
        let whole = "# Server\r\nrun_id:0123abcd\r\nrole:master\r\nmaster_replid:4567cdef\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n";
        let facts = told(whole).unwrap();
        assert_eq!(
            (facts.instance.as_str(), facts.evicts),
            ("1:0123abcd:4567cdef", Some(false))
        );
        let with = |from: &str, to: &str| {
            assert!(whole.contains(from));
            told(&whole.replace(from, to))
        };
        assert_eq!(
            with("maxmemory:0", "maxmemory:1").unwrap().evicts,
            Some(true)
        );
        assert_eq!(with("maxmemory:0", "maxmemory:x").unwrap().evicts, None);
        // Without a limit, no policy matters.
        assert_eq!(with("maxmemory_policy", "x").unwrap().evicts, Some(false));
        let limited = with("maxmemory:0\r\nmaxmemory_policy", "maxmemory:1\r\nx");
        assert_eq!(limited.unwrap().evicts, None);
        assert_eq!(with("master\r", "slave\r"), Err(RedisFault::Replica.into()));
        assert_eq!(
            with("# Server", "loading:1"),
            Err(RedisFault::Loading.into())
        );
        for (from, to) in [
            ("run_id", "x"),
            ("0123abcd", ""),
            ("0123abcd", "../../.."),
            ("master_replid", "x"),
        ] {
            assert_eq!(with(from, to), Err(RedisFault::Reply.into()), "{to}");
        }
        assert_eq!(
            info(&Value::BulkString(vec![0xff])),
            Err(RedisFault::Reply.into())
        );
    }

    #[test]
    fn a_policy_may_come_from_config() {
        let limit = value("*2\r\n$9\r\nmaxmemory\r\n$1\r\n5\r\n");
        let policy = |name: &str| value(&format!("*2\r\n$1\r\nm\r\n${}\r\n{name}\r\n", name.len()));
        assert_eq!(config([&limit, &policy("noeviction")]), Some(false));
        assert_eq!(config([&limit, &policy("allkeys-lfu")]), Some(true));
        assert_eq!(config([&limit, &value("*0\r\n")]), None);
        assert_eq!(
            config([&value("-NOPERM no\r\n"), &policy("noeviction")]),
            None
        );
    }

    #[test]
    fn errors_of_old_and_new_servers_are_understood() {
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
