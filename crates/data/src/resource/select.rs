//! Lists by SQL: filters, order, limit and offset become one statement, so that no more rows are read than are shown.
//!
//! Buildbot hands some fields to the database and compares the others itself, row by row. The results differ in how
//! null and upper case count and in what `meta.total` says. Both ways are SQL here, each with its own rules.

use std::collections::HashMap;

use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::types::{FromSql, Value as SqlValue};
use ferrobot_storage::rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde_json::Value;

use crate::resource::field::Entity;
use crate::resource::term::{self, Order, Term};
use crate::rest::{RestError, ResultSpec};

/// A longer list of an unbounded table is read in parts of this many rows.
pub(crate) const ROWS_MAX: i64 = 1000;

/// Where rows come from.
pub(crate) struct Source {
    /// What is selected, for the function that makes JSON of a row.
    pub(crate) columns: &'static str,
    /// Table, with joins.
    pub(crate) from: &'static str,
    /// What sorts the rows when nobody asks for an order.
    pub(crate) key: &'static str,
    /// The id, which is also the first column, of a table that grows without bound: long lists of it are read in parts.
    pub(crate) id: Option<&'static str>,
}

/// Which rows: conditions that the path sets.
#[derive(Default)]
pub(crate) struct Scope {
    conditions: Vec<&'static str>,
    values: Vec<SqlValue>,
    key: Option<&'static str>,
    compares_itself: bool,
    newest_first: bool,
}

/// A list of resources.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) values: Vec<Value>,
    pub(crate) total: i64,
    /// The ids of the rows that come after those, when they are too many for memory.
    pub(crate) later: Vec<i64>,
}

impl Scope {
    /// Every row.
    pub(crate) fn all() -> Scope {
        Scope::default()
    }

    /// Only rows that meet `condition`, in which `?` stands for `value`.
    pub(crate) fn only(mut self, condition: &'static str, value: impl Into<SqlValue>) -> Scope {
        self.conditions.push(condition);
        self.values.push(value.into());
        self
    }

    /// A further value, for a condition with more than one `?`.
    pub(crate) fn with_value(mut self, value: impl Into<SqlValue>) -> Scope {
        self.values.push(value.into());
        self
    }

    /// Sorts by `key` when nobody asks for an order: an index has the rows of this scope in that order.
    pub(crate) fn sorted_by(mut self, key: &'static str) -> Scope {
        self.key = Some(key);
        self
    }

    /// Buildbot pages through these rows itself, so that it always knows their total.
    pub(crate) fn with_total(mut self) -> Scope {
        self.compares_itself = true;
        self
    }

    /// Buildbot turns these rows around after it has read them.
    pub(crate) fn newest_first(mut self) -> Scope {
        self.newest_first = true;
        self
    }
}

/// Lists what `spec` asks for.
pub(crate) fn list(
    conn: &Connection,
    (entity, source): (&'static Entity, &Source),
    scope: &Scope,
    spec: &ResultSpec,
    mut make: impl FnMut(&Connection, &Row<'_>) -> Result<Value, StorageError>,
) -> Result<Listed, RestError> {
    let filters = spec.filters.iter().filter_map(|filter| term::condition(entity, filter).transpose());
    let filters = filters.collect::<Result<Vec<Term>, RestError>>()?;
    let orders = spec.order.iter().map(|name| term::order(entity, name)).collect::<Result<Vec<Order>, RestError>>()?;
    let pushed =
        !scope.compares_itself && filters.iter().all(|term| term.pushed) && orders.iter().all(|order| order.pushed);
    let (tail, mut values) = from_where(source, scope, filters);

    let pages = spec.limit.is_some() || spec.offset.is_some();
    let count = if pages && !pushed { Some(count(conn, &tail, &values)?) } else { None };
    let page = match count {
        Some(count) => slice(count, spec.limit, spec.offset),
        None => Page { limit: spec.limit.unwrap_or(-1), offset: spec.offset.unwrap_or(0) },
    };
    let sorted = term::order_by(&orders, scope.key.unwrap_or(source.key), scope.newest_first && !pushed);
    let tail = format!("{tail} ORDER BY {sorted} LIMIT ? OFFSET ?");
    values.extend([SqlValue::Integer(page.limit), SqlValue::Integer(page.offset)]);
    let turned = scope.newest_first && pushed;

    if let Some(id) = source.id
        && !(0..=ROWS_MAX).contains(&page.limit)
    {
        let mut ids: Vec<i64> = select(conn, &format!("SELECT {id}{tail}"), &values, |_, row| Ok(row.get(0)?))?;
        let total = count.unwrap_or_else(|| length(&ids));
        if turned {
            ids.reverse();
        }
        let later = ids.split_off(ids.len().min(usize::try_from(ROWS_MAX).unwrap_or(usize::MAX)));
        let listed = by_ids(conn, source, &ids, make)?;
        let listed = listed.into_iter().map(|row| select_fields(row, &spec.fields)).collect();
        return Ok(Listed { values: listed, total, later });
    }
    let sql = format!("SELECT {}{tail}", source.columns);
    let mut listed = select(conn, &sql, &values, |conn, row| Ok(select_fields(make(conn, row)?, &spec.fields)))?;
    if turned {
        listed.reverse();
    }
    let total = count.unwrap_or_else(|| length(&listed));
    Ok(Listed { values: listed, total, later: Vec::new() })
}

fn length<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

fn select<T>(
    conn: &Connection,
    sql: &str,
    values: &[SqlValue],
    mut make: impl FnMut(&Connection, &Row<'_>) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut made = Vec::new();
    while let Some(row) = rows.next()? {
        made.push(make(conn, row)?);
    }
    Ok(made)
}

/// The rows with these ids, in this order. The first column of the source is the id.
pub(crate) fn by_ids(
    conn: &Connection,
    source: &Source,
    ids: &[i64],
    mut make: impl FnMut(&Connection, &Row<'_>) -> Result<Value, StorageError>,
) -> Result<Vec<Value>, StorageError> {
    let Some(id) = source.id else { return Ok(Vec::new()) };
    let sql = format!("SELECT {} FROM {} WHERE {id} IN (SELECT value FROM json_each(?))", source.columns, source.from);
    let wanted = SqlValue::Text(Value::from(ids).to_string());
    let rows = select(conn, &sql, &[wanted], |conn, row| Ok((row.get::<_, i64>(0)?, make(conn, row)?)))?;
    let mut rows: HashMap<i64, Value> = rows.into_iter().collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

fn count(conn: &Connection, tail: &str, values: &[SqlValue]) -> Result<i64, RestError> {
    let count = format!("SELECT count(*){tail}");
    Ok(conn.prepare_cached(&count)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

/// The one row of a scope.
pub(crate) fn one(
    conn: &Connection,
    source: &Source,
    scope: &Scope,
    make: impl FnOnce(&Connection, &Row<'_>) -> Result<Value, StorageError>,
) -> Result<Option<Value>, StorageError> {
    let (tail, values) = from_where(source, scope, Vec::new());
    let sql = format!("SELECT {}{tail} LIMIT 1", source.columns);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    rows.next()?.map(|row| make(conn, row)).transpose()
}

/// All rows of a small scope.
pub(crate) fn all(
    conn: &Connection,
    source: &Source,
    scope: &Scope,
    make: impl FnMut(&Connection, &Row<'_>) -> Result<Value, StorageError>,
) -> Result<Vec<Value>, StorageError> {
    let (tail, values) = from_where(source, scope, Vec::new());
    let sql = format!("SELECT {}{tail} ORDER BY {}", source.columns, source.key);
    select(conn, &sql, &values, make)
}

/// The first column of the first row of a small query.
pub(crate) fn lookup(conn: &Connection, sql: &str, values: &[SqlValue]) -> Result<Option<i64>, StorageError> {
    Ok(conn.prepare_cached(sql)?.query_row(params_from_iter(values), |row| row.get(0)).optional()?)
}

/// The first column of all rows of a small query for `id`.
pub(crate) fn column<T: FromSql>(conn: &Connection, sql: &str, id: i64) -> Result<Vec<T>, StorageError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<Result<Vec<T>, _>>()?)
}

/// Leaves only the fields that were asked for; all of them when none was.
pub(crate) fn select_fields(value: Value, fields: &[String]) -> Value {
    match value {
        Value::Object(mut map) if !fields.is_empty() => {
            map.retain(|name, _| fields.iter().any(|field| field == name));
            Value::Object(map)
        }
        whole => whole,
    }
}

fn from_where(source: &Source, scope: &Scope, filters: Vec<Term>) -> (String, Vec<SqlValue>) {
    let mut tail = format!(" FROM {}", source.from);
    let mut values = scope.values.clone();
    let mut conditions: Vec<String> = scope.conditions.iter().map(|&condition| condition.to_owned()).collect();
    for term in filters {
        conditions.push(term.sql);
        values.extend(term.values);
    }
    if !conditions.is_empty() {
        tail.push_str(" WHERE ");
        tail.push_str(&conditions.join(" AND "));
    }
    (tail, values)
}

/// Which rows of the whole are shown.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    limit: i64,
    offset: i64,
}

/// What Python's `rows[offset:offset + limit]` shows of `count` rows.
fn slice(count: i64, limit: Option<i64>, offset: Option<i64>) -> Page {
    let absolute = |index: i64| if index < 0 { (count + index).max(0) } else { index.min(count) };
    let first = offset.unwrap_or(0);
    let from = absolute(first);
    let to = limit.map_or(count, |limit| absolute(first.saturating_add(limit)));
    Page { limit: (to - from).max(0), offset: from }
}

/// How many of `count` gathered rows to skip and how many to show.
pub(crate) fn page(count: i64, spec: &ResultSpec) -> (usize, usize) {
    let page = slice(count, spec.limit, spec.offset);
    (usize::try_from(page.offset).unwrap_or(0), usize::try_from(page.limit).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_slice() {
        let cases = [
            (9, None, None, 9, 0),
            (9, Some(0), None, 0, 0),
            (9, Some(-2), None, 7, 0),
            (9, Some(-2), Some(1), 7, 1),
            (9, Some(2), Some(-3), 2, 6),
            (9, Some(-1), Some(-4), 0, 5),
            (9, None, Some(-4), 4, 5),
            (9, None, Some(-400), 9, 0),
            (9, Some(400), None, 9, 0),
            (9, None, Some(100), 0, 9),
            (18, Some(3), Some(-2), 0, 16),
            (18, Some(-14), Some(2), 4, 2),
            (9, Some(i64::MAX), Some(3), 6, 3),
        ];
        for (count, limit, offset, shown, skipped) in cases {
            assert_eq!(slice(count, limit, offset), Page { limit: shown, offset: skipped }, "{limit:?} {offset:?}");
        }
    }
}
