//! What a query asks for, as SQL: conditions and orders.

use ferrobot_storage::rusqlite::types::Value as SqlValue;

use crate::resource::field::{Column, Entity, Field};
use crate::rest::{Filter, Operator, RestError};

/// A condition, and whether Buildbot leaves it to the database.
pub(crate) struct Term {
    pub(crate) sql: String,
    pub(crate) values: Vec<SqlValue>,
    pub(crate) pushed: bool,
}

/// A term of an order, and whether Buildbot leaves it to the database.
pub(crate) struct Order {
    sql: &'static str,
    descending: bool,
    pub(crate) pushed: bool,
}

/// One term of the order, by a field's name.
pub(crate) fn order(entity: &'static Entity, name: &str) -> Result<Order, RestError> {
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
pub(crate) fn order_by(orders: &[Order], key: &str, turned: bool) -> String {
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
pub(crate) fn condition(entity: &'static Entity, filter: &Filter) -> Result<Option<Term>, RestError> {
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
