//! Lists by SQL: filters, order, limit and offset become one statement, so that no more rows are read than are shown.
//!
//! Buildbot hands some fields to the database and compares the others itself, row by row. The results differ in how
//! null and upper case count and in what `meta.total` says. Both ways are SQL here, each with its own rules.

use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::types::{FromSql, Value as SqlValue};
use ferrobot_storage::rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde_json::Value;

use crate::resource::field::{Column, Entity, Field};
use crate::rest::{Filter, Operator, RestError, ResultSpec};

/// Where rows come from.
pub(crate) struct Source {
    /// What is selected, for the function that makes JSON of a row.
    pub(crate) columns: &'static str,
    /// Table, with joins.
    pub(crate) from: &'static str,
    /// What sorts the rows when nobody asks for an order.
    pub(crate) key: &'static str,
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

/// A condition or an order, and whether Buildbot leaves it to the database.
struct Term {
    sql: String,
    values: Vec<SqlValue>,
    pushed: bool,
}

/// Lists what `spec` asks for.
pub(crate) fn list(
    conn: &Connection,
    (entity, source): (&'static Entity, &Source),
    scope: &Scope,
    spec: &ResultSpec,
    mut make: impl FnMut(&Connection, &Row<'_>) -> Result<Value, StorageError>,
) -> Result<Listed, RestError> {
    let filters = spec.filters.iter().filter_map(|filter| condition(entity, filter).transpose());
    let filters = filters.collect::<Result<Vec<Term>, RestError>>()?;
    let orders = spec.order.iter().map(|name| order(entity, name)).collect::<Result<Vec<Order>, RestError>>()?;
    let pushed =
        !scope.compares_itself && filters.iter().all(|term| term.pushed) && orders.iter().all(|order| order.pushed);
    let (tail, values) = from_where(source, scope, filters);

    let pages = spec.limit.is_some() || spec.offset.is_some();
    let count = if pages && !pushed { Some(count(conn, &tail, &values)?) } else { None };
    let page = match count {
        Some(count) => slice(count, spec.limit, spec.offset),
        None => Page { limit: spec.limit.unwrap_or(-1), offset: spec.offset.unwrap_or(0) },
    };
    let sorted = order_by(&orders, scope.key.unwrap_or(source.key), scope.newest_first && !pushed);
    let sql = format!("SELECT {}{tail} ORDER BY {sorted} LIMIT ? OFFSET ?", source.columns);
    let mut listed = Vec::new();
    {
        let mut statement = conn.prepare_cached(&sql)?;
        let page_values = [SqlValue::Integer(page.limit), SqlValue::Integer(page.offset)];
        let mut rows = statement.query(params_from_iter(values.iter().chain(&page_values)))?;
        while let Some(row) = rows.next()? {
            listed.push(select_fields(make(conn, row)?, &spec.fields));
        }
    }
    if scope.newest_first && pushed {
        listed.reverse();
    }
    let total = count.unwrap_or_else(|| i64::try_from(listed.len()).unwrap_or(i64::MAX));
    Ok(Listed { values: listed, total })
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
    mut make: impl FnMut(&Connection, &Row<'_>) -> Result<Value, StorageError>,
) -> Result<Vec<Value>, StorageError> {
    let (tail, values) = from_where(source, scope, Vec::new());
    let sql = format!("SELECT {}{tail} ORDER BY {}", source.columns, source.key);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut made = Vec::new();
    while let Some(row) = rows.next()? {
        made.push(make(conn, row)?);
    }
    Ok(made)
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

struct Order {
    sql: &'static str,
    descending: bool,
    pushed: bool,
}

fn order(entity: &'static Entity, name: &str) -> Result<Order, RestError> {
    let (name, descending) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
    let (sql, pushed) = match field(entity, name)?.column {
        Column::Pushed(sql) => (sql, true),
        Column::Flag { yes: sql, .. } | Column::Own(sql) | Column::Members { sort: sql, .. } => (sql, false),
        Column::Opaque => return Err(RestError::BadRequest(format!("cannot order on field '{name}'"))),
    };
    Ok(Order { sql, descending, pushed })
}

/// Buildbot sorts by its own fields after the database has sorted by the others; `turned` is for rows that it turns
/// around in between.
fn order_by(orders: &[Order], key: &str, turned: bool) -> String {
    let term = |order: &Order, turned: bool| {
        let direction = if order.descending == turned { "" } else { " DESC" };
        format!("{}{direction}", order.sql)
    };
    let mut terms: Vec<String> = orders.iter().filter(|order| !order.pushed).map(|order| term(order, false)).collect();
    let pushed: Vec<String> = orders.iter().filter(|order| order.pushed).map(|order| term(order, turned)).collect();
    if pushed.is_empty() {
        terms.push(if turned { format!("{key} DESC") } else { key.to_owned() });
    }
    terms.extend(pushed);
    terms.join(", ")
}

fn field(entity: &'static Entity, name: &str) -> Result<&'static Field, RestError> {
    entity.field(name).ok_or_else(|| RestError::BadRequest(format!("no such field '{name}'")))
}

/// The condition of a filter; `None` when it means nothing.
fn condition(entity: &'static Entity, filter: &Filter) -> Result<Option<Term>, RestError> {
    let field = field(entity, &filter.field)?;
    let values: Option<Vec<SqlValue>> = filter.values.iter().map(|value| field.of.parse(value)).collect();
    let values = values.ok_or_else(|| RestError::BadRequest(format!("invalid filter value for {}", filter.field)))?;
    if values.is_empty() {
        return Ok(None);
    }
    let term = match field.column {
        Column::Pushed(sql) => {
            let (sql, values) = compare_in_database(sql, filter.operator, values);
            Term { sql, values, pushed: true }
        }
        Column::Flag { yes, no } => compare_flag((yes, no), filter.operator, values),
        Column::Own(sql) => {
            let (sql, values) = compare_itself(sql, filter.operator, values);
            Term { sql, values, pushed: false }
        }
        Column::Members { query, .. } => {
            let (sql, values) = compare_members(query, filter.operator, values);
            Term { sql, values, pushed: false }
        }
        Column::Opaque => {
            return Err(RestError::BadRequest(format!("invalid filter value for {}", filter.field)));
        }
    };
    Ok(Some(term))
}

/// A plain question about a truth value becomes the condition itself, for which there may be an index.
fn compare_flag((yes, no): (&str, &str), operator: Operator, values: Vec<SqlValue>) -> Term {
    let wanted = values == [SqlValue::Integer(1)];
    let (sql, values, pushed) = match (operator, values.len()) {
        (Operator::Eq, 1) => (if wanted { yes } else { no }.to_owned(), Vec::new(), true),
        (Operator::Ne, 1) => (if wanted { no } else { yes }.to_owned(), Vec::new(), true),
        _ => {
            let (sql, values) = compare_itself(&format!("({yes})"), operator, values);
            (sql, values, matches!(operator, Operator::Eq | Operator::Ne))
        }
    };
    Term { sql, values, pushed }
}

/// `= ?` for one value, so that an index keeps its order; `IN` for several.
fn is_one_of(sql: &str, values: &[SqlValue]) -> String {
    if values.len() == 1 { format!("{sql} = ?") } else { format!("{sql} IN ({})", marks(values)) }
}

fn is_none_of(sql: &str, values: &[SqlValue]) -> String {
    if values.len() == 1 { format!("{sql} <> ?") } else { format!("{sql} NOT IN ({})", marks(values)) }
}

fn marks(values: &[SqlValue]) -> String {
    vec!["?"; values.len()].join(", ")
}

/// As the database compares: NULL meets no condition, `contains` is LIKE.
fn compare_in_database(sql: &str, operator: Operator, values: Vec<SqlValue>) -> (String, Vec<SqlValue>) {
    let text = match operator {
        Operator::Eq | Operator::In => is_one_of(sql, &values),
        Operator::Ne | Operator::NotIn => is_none_of(sql, &values),
        Operator::Contains => {
            let likes = vec![format!("{sql} LIKE ?"); values.len()].join(" OR ");
            let values = values.iter().map(|value| SqlValue::Text(format!("%{}%", plain(value)))).collect();
            return (format!("({likes})"), values);
        }
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => format!("{sql} {} ?", sign(operator)),
    };
    (text, values)
}

/// As Python compares: NULL is unequal to everything, `contains` heeds case.
fn compare_itself(sql: &str, operator: Operator, values: Vec<SqlValue>) -> (String, Vec<SqlValue>) {
    let text = match operator {
        Operator::Eq | Operator::In => is_one_of(sql, &values),
        Operator::Ne | Operator::NotIn => format!("({sql} IS NULL OR {})", is_none_of(sql, &values)),
        Operator::Contains => {
            let searches = vec![format!("instr({sql}, ?) > 0"); values.len()].join(" OR ");
            format!("({searches})")
        }
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => format!("{sql} {} ?", sign(operator)),
    };
    (text, values)
}

/// A list contains a member; it equals no single value.
fn compare_members(query: &str, operator: Operator, values: Vec<SqlValue>) -> (String, Vec<SqlValue>) {
    match operator {
        Operator::Contains => {
            let member = vec![format!("? IN ({query})"); values.len()].join(" OR ");
            (format!("({member})"), values)
        }
        Operator::Ne | Operator::NotIn => ("1".into(), Vec::new()),
        Operator::Eq | Operator::In | Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
            ("0".into(), Vec::new())
        }
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Lt => "<",
        Operator::Le => "<=",
        Operator::Gt => ">",
        Operator::Ge => ">=",
        Operator::Eq | Operator::Ne | Operator::Contains | Operator::In | Operator::NotIn => "=",
    }
}

fn plain(value: &SqlValue) -> String {
    match value {
        SqlValue::Integer(number) => number.to_string(),
        SqlValue::Text(text) => text.clone(),
        SqlValue::Real(number) => number.to_string(),
        SqlValue::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        SqlValue::Null => String::new(),
    }
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
