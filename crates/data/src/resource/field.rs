//! What a resource looks like: the names and types of its fields, and the SQL that yields each of them.
//!
//! The same table serves four purposes: it reads values out of a query string, it makes `WHERE` and `ORDER BY`, it is
//! shown by `/application.spec`, and it says which names exist at all.

use ferrobot_storage::rusqlite::types::Value as SqlValue;
use serde_json::{Value, json};

/// The type of a field.
#[derive(Debug)]
pub(crate) enum Type {
    Integer,
    String,
    Identifier,
    Boolean,
    /// Seconds since the epoch.
    DateTime,
    /// Any JSON; cannot be compared.
    Json,
    Binary,
    SourcedProperties,
    List(&'static Type),
    Entity(&'static Entity),
}

/// How a field is compared and sorted.
#[derive(Debug)]
pub(crate) enum Column {
    /// An expression that Buildbot leaves to the database too: SQL's rules for NULL and case hold, and a query that
    /// uses nothing else knows no total beyond its own rows.
    Pushed(&'static str),
    /// A truth value, as a condition and its opposite. Whether it is true or not counts as pushed; everything else is
    /// as for `Own`.
    Flag { yes: &'static str, no: &'static str },
    /// An expression that Buildbot compares itself: NULL is a value like any other, case matters.
    Own(&'static str),
    /// A list: a query for its members, and an expression that sorts as the list does.
    Members { query: &'static str, sort: &'static str },
    /// Neither comparable nor sortable.
    Opaque,
}

/// One field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) of: Type,
    pub(crate) nullable: bool,
    pub(crate) column: Column,
}

/// One type of resource.
#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) name: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) fields: &'static [Field],
}

impl Field {
    pub(crate) const fn new(name: &'static str, of: Type, column: Column) -> Field {
        Field { name, of, nullable: false, column }
    }

    /// A field that may be null.
    pub(crate) const fn nullable(name: &'static str, of: Type, column: Column) -> Field {
        Field { name, of, nullable: true, column }
    }
}

impl Entity {
    /// The field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// As `/application.spec` shows it.
    pub(crate) fn spec(&self, nullable: bool) -> Value {
        // Only the bag of properties has no fields.
        if self.fields.is_empty() {
            return named(self.name, nullable);
        }
        let fields: Vec<Value> = self.fields.iter().map(Field::spec).collect();
        if nullable {
            json!({"can_be_null": true, "fields": fields, "type": self.name})
        } else {
            json!({"fields": fields, "type": self.name})
        }
    }
}

impl Field {
    fn spec(&self) -> Value {
        let label = self.of.label();
        let label = if self.nullable { format!("{label} or None") } else { label.to_owned() };
        json!({"name": self.name, "type": label, "type_spec": self.of.spec(self.nullable)})
    }
}

impl Type {
    fn label(&self) -> &'static str {
        match self {
            Type::Integer => "integer",
            Type::String => "string",
            Type::Identifier => "identifier",
            Type::Boolean => "boolean",
            Type::DateTime => "datetime",
            Type::Json => "jsonobject",
            Type::Binary => "binary",
            Type::SourcedProperties => "sourcedproperties",
            Type::List(_) => "list",
            Type::Entity(entity) => entity.name,
        }
    }

    fn spec(&self, nullable: bool) -> Value {
        match self {
            Type::List(of) => json!({"of": of.spec(false), "type": "list"}),
            Type::Entity(entity) => entity.spec(nullable),
            plain => named(plain.label(), nullable),
        }
    }

    /// Reads a value from a query string; `None` when the text is not one.
    pub(crate) fn parse(&self, text: &str) -> Option<SqlValue> {
        match self {
            Type::Integer | Type::DateTime => integer(text).map(SqlValue::Integer),
            Type::Boolean => boolean(text).map(|truth| SqlValue::Integer(i64::from(truth))),
            Type::String => Some(SqlValue::Text(text.to_owned())),
            Type::Identifier => is_identifier(text).then(|| SqlValue::Text(text.to_owned())),
            Type::Binary => Some(SqlValue::Blob(text.as_bytes().to_vec())),
            Type::List(of) => of.parse(text),
            Type::Json | Type::SourcedProperties | Type::Entity(_) => None,
        }
    }
}

fn named(name: &str, nullable: bool) -> Value {
    if nullable { json!({"can_be_null": true, "name": name}) } else { json!({"name": name}) }
}

/// An integer as Python's `int` reads it: blanks around it, a sign, single underscores between digits. Numbers that
/// do not fit become the largest that does, which no row has.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let groups_are_digits =
        digits.split('_').all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    if !groups_are_digits {
        return None;
    }
    let magnitude = digits
        .bytes()
        .filter(u8::is_ascii_digit)
        .fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -magnitude } else { magnitude })
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Letters, digits, `_`, `-` and `.`, not beginning with a digit or a dot.
pub(crate) fn is_identifier(text: &str) -> bool {
    let first_fits = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-';
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    text.bytes().next().is_some_and(first_fits) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_python_reads_them() {
        let cases = [
            ("1", Some(1)),
            ("+1", Some(1)),
            ("-17", Some(-17)),
            (" 1 ", Some(1)),
            ("007", Some(7)),
            ("1_0", Some(10)),
            ("99999999999999999999999", Some(i64::MAX)),
            ("", None),
            ("-", None),
            ("1__0", None),
            ("_1", None),
            ("1.0", None),
            ("0x1", None),
            ("1 2", None),
        ];
        for (text, expected) in cases {
            assert_eq!(integer(text), expected, "{text:?}");
        }
    }

    #[test]
    fn values_are_read_by_type() {
        let yes = Some(SqlValue::Integer(1));
        let no = Some(SqlValue::Integer(0));
        let text = |text: &str| Some(SqlValue::Text(text.to_owned()));
        let cases = [
            (Type::Boolean, "TRUE", yes.clone()),
            (Type::Boolean, "on", yes.clone()),
            (Type::Boolean, "1", yes),
            (Type::Boolean, "no", no.clone()),
            (Type::Boolean, "False", no),
            (Type::Boolean, "2", None),
            (Type::Boolean, "", None),
            (Type::DateTime, "1.5", None),
            (Type::Integer, "none", None),
            (Type::Identifier, "w-1.x", text("w-1.x")),
            (Type::Identifier, "1x", None),
            (Type::Identifier, ".x", None),
            (Type::Identifier, "ri ch", None),
            (Type::String, "", text("")),
            (Type::List(&Type::Integer), "x", None),
            (Type::List(&Type::String), "x", text("x")),
            (Type::Json, "1", None),
            (Type::SourcedProperties, "1", None),
        ];
        for (of, from, expected) in cases {
            assert_eq!(of.parse(from), expected, "{of:?} {from:?}");
        }
    }
}
