//! Lists of things that are not rows, and of rows that were gathered one by one: compared, sorted and cut here.

use std::cmp::Ordering;

use ferrobot_storage::rusqlite::types::Value as SqlValue;
use serde_json::Value;

use crate::resource::field::{Entity, Type};
use crate::resource::select::{self, Listed};
use crate::rest::{Filter, Operator, RestError, ResultSpec};

/// Shows what `spec` asks for of `rows`.
pub(crate) fn list(entity: &'static Entity, mut rows: Vec<Value>, spec: &ResultSpec) -> Result<Listed, RestError> {
    for filter in &spec.filters {
        let of = entity.field(&filter.field).map_or(&Type::Json, |field| &field.of);
        let wanted: Option<Vec<Value>> =
            filter.values.iter().map(|value| of.parse(value).map(|value| to_json(of, value))).collect();
        let wanted =
            wanted.ok_or_else(|| RestError::BadRequest(format!("invalid filter value for {}", filter.field)))?;
        rows.retain(|row| meets(&row[&filter.field], filter, &wanted));
    }
    rows.sort_by(|left, right| compare_rows(left, right, &spec.order));
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let (offset, limit) = select::page(total, spec);
    let values =
        rows.into_iter().skip(offset).take(limit).map(|row| select::select_fields(row, &spec.fields)).collect();
    Ok(Listed { values, total, later: Vec::new() })
}

fn to_json(of: &Type, value: SqlValue) -> Value {
    match (of, value) {
        (Type::Boolean, SqlValue::Integer(truth)) => Value::Bool(truth != 0),
        (_, SqlValue::Integer(number)) => Value::from(number),
        (_, SqlValue::Real(number)) => Value::from(number),
        (_, SqlValue::Text(text)) => Value::String(text),
        (_, SqlValue::Blob(bytes)) => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
        (_, SqlValue::Null) => Value::Null,
    }
}

fn meets(value: &Value, filter: &Filter, wanted: &[Value]) -> bool {
    let against = |test: fn(Ordering) -> bool| {
        wanted.first().is_some_and(|wanted| !value.is_null() && test(compare(value, wanted)))
    };
    match filter.operator {
        Operator::Eq | Operator::In => wanted.contains(value),
        Operator::Ne | Operator::NotIn => !wanted.contains(value),
        Operator::Lt => against(Ordering::is_lt),
        Operator::Le => against(Ordering::is_le),
        Operator::Gt => against(Ordering::is_gt),
        Operator::Ge => against(Ordering::is_ge),
        Operator::Contains => wanted.iter().any(|wanted| match (value, wanted) {
            (Value::Array(items), wanted) => items.contains(wanted),
            (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
            _ => false,
        }),
    }
}

fn compare_rows(left: &Value, right: &Value, order: &[String]) -> Ordering {
    for name in order {
        let (name, descending) = name.strip_prefix('-').map_or((name.as_str(), false), |name| (name, true));
        let ordering = compare(&left[name], &right[name]);
        let ordering = if descending { ordering.reverse() } else { ordering };
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}

/// Null first; things that have no order are equal.
fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => {
            let exact = left.as_i64().zip(right.as_i64()).map(|(left, right)| left.cmp(&right));
            exact.or_else(|| left.as_f64().partial_cmp(&right.as_f64())).unwrap_or(Ordering::Equal)
        }
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Array(left), Value::Array(right)) => {
            let differing =
                left.iter().zip(right).map(|(left, right)| compare(left, right)).find(|order| order.is_ne());
            differing.unwrap_or_else(|| left.len().cmp(&right.len()))
        }
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::forceschedulers::ENTITY;
    use serde_json::json;

    fn names(spec: &ResultSpec) -> (Vec<String>, i64) {
        let rows = vec![
            json!({"name": "b", "enabled": true, "builder_names": ["x", "y"]}),
            json!({"name": "a", "enabled": false, "builder_names": ["x"]}),
            json!({"name": "c", "enabled": true, "builder_names": []}),
        ];
        let listed = list(&ENTITY, rows, spec).unwrap();
        (listed.values.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect(), listed.total)
    }

    fn filter(field: &str, operator: Operator, values: &[&str]) -> ResultSpec {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        ResultSpec { filters: vec![Filter { field: field.into(), operator, values }], ..ResultSpec::default() }
    }

    #[test]
    fn filters_order_and_pages() {
        let order = |order: &[&str], limit, offset| ResultSpec {
            order: order.iter().map(|&name| name.to_owned()).collect(),
            limit,
            offset,
            ..ResultSpec::default()
        };
        let cases: [(ResultSpec, &[&str], i64); 12] = [
            (ResultSpec::default(), &["b", "a", "c"], 3),
            (order(&["name"], None, None), &["a", "b", "c"], 3),
            (order(&["-name"], Some(1), None), &["c"], 3),
            (order(&["-enabled", "-name"], None, None), &["c", "b", "a"], 3),
            (order(&["builder_names"], None, None), &["c", "a", "b"], 3),
            (order(&[], Some(-1), None), &["b", "a"], 3),
            (order(&[], None, Some(-1)), &["c"], 3),
            (filter("enabled", Operator::Eq, &["yes"]), &["b", "c"], 2),
            (filter("name", Operator::NotIn, &["a", "b"]), &["c"], 1),
            (filter("name", Operator::Ge, &["b"]), &["b", "c"], 2),
            (filter("builder_names", Operator::Contains, &["y", "z"]), &["b"], 1),
            (filter("builder_names", Operator::Eq, &["x"]), &[], 0),
        ];
        for (spec, expected, total) in cases {
            let (found, found_total) = names(&spec);
            assert_eq!(found, expected, "{spec:?}");
            assert_eq!(found_total, total, "{spec:?}");
        }
    }
}
