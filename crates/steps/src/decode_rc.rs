//! `decodeRC`: which exit status means which result.

use ferrobot_config::Value;
use ferrobot_model::Results;

/// A rendered `decodeRC`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeRc(Vec<(i64, Results)>);

impl Default for DecodeRc {
    /// 0 is success, all else failure.
    fn default() -> DecodeRc {
        DecodeRc(vec![(0, Results::Success)])
    }
}

impl DecodeRc {
    /// Reads `{status: result}`; `None` is the default.
    pub(crate) fn read(value: &Value) -> Result<DecodeRc, String> {
        let entries = match value {
            Value::None => return Ok(DecodeRc::default()),
            Value::Dict(entries) => entries,
            other => return Err(format!("'decodeRC' must be a dict, not {}", other.type_name())),
        };
        let decoded = entries.iter().map(|(status, results)| match (status, results) {
            (Value::Int(status), Value::Int(code)) => Results::from_code(*code)
                .map(|results| (*status, results))
                .ok_or_else(|| format!("'decodeRC' gives exit status {status} the result {code}, which is none")),
            _ => Err("'decodeRC' must give a result for each exit status, both numbers".to_owned()),
        });
        Ok(DecodeRc(decoded.collect::<Result<_, _>>()?))
    }

    /// The result of an exit status.
    pub(crate) fn result(&self, status: Option<i64>) -> Results {
        let found = self.0.iter().find(|(decoded, _)| Some(*decoded) == status);
        found.map_or(Results::Failure, |(_, results)| *results)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_a_failure() {
        let dict = |entries: &[(i64, i64)]| {
            Value::Dict(entries.iter().map(|(status, code)| (Value::Int(*status), Value::Int(*code))).collect())
        };
        let cases = [
            (Value::None, Some(0), Results::Success),
            (Value::None, Some(1), Results::Failure),
            (Value::None, None, Results::Failure),
            (dict(&[(0, 0), (5, 1)]), Some(5), Results::Warnings),
            (dict(&[(5, 1)]), Some(0), Results::Failure),
            (dict(&[(-1, 6)]), Some(-1), Results::Cancelled),
            (dict(&[]), Some(0), Results::Failure),
        ];
        for (value, status, expected) in cases {
            assert_eq!(DecodeRc::read(&value).unwrap().result(status), expected, "{value:?} {status:?}");
        }
        assert!(DecodeRc::read(&dict(&[(0, 9)])).unwrap_err().contains('9'));
        assert!(DecodeRc::read(&"x".into()).is_err());
    }
}
