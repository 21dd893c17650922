//! Values laid out for reading: what fits in a line stays there, the rest is broken after each element. Keys are sorted.

use ferrobot_config::Value;

use crate::repr::repr;

const WIDTH: usize = 80;

/// The value in lines, as Python's `pprint` lays them out (it also breaks long texts, which stay whole here).
pub(crate) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, &sorted(value), 0, 0);
    out
}

/// The value with the keys of all its dicts in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        Value::Tuple(items) => Value::Tuple(items.iter().map(sorted).collect()),
        Value::Dict(entries) => {
            let mut entries: Vec<_> = entries.iter().map(|(key, value)| (sorted(key), sorted(value))).collect();
            entries.sort_by_key(|(key, _)| key.as_str().map_or_else(|| repr(key), str::to_owned));
            Value::Dict(entries)
        }
        other => other.clone(),
    }
}

/// Writes `value` from column `column` on; `after` characters have to follow it in its last line.
fn write(out: &mut String, value: &Value, column: usize, after: usize) {
    let flat = repr(value);
    if column + flat.chars().count() + after <= WIDTH {
        out.push_str(&flat);
        return;
    }
    match value {
        Value::List(items) if !items.is_empty() => write_items(out, items, column + 1, ("[", "]"), after),
        Value::Tuple(items) if items.len() == 1 => write_items(out, items, column + 1, ("(", ",)"), after),
        Value::Tuple(items) if !items.is_empty() => write_items(out, items, column + 1, ("(", ")"), after),
        Value::Dict(entries) if !entries.is_empty() => write_entries(out, entries, column + 1, after),
        _ => out.push_str(&flat),
    }
}

fn write_items(out: &mut String, items: &[Value], column: usize, (open, close): (&str, &str), after: usize) {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        let is_last = index + 1 == items.len();
        write(out, item, column, if is_last { after + close.len() } else { 1 });
        if !is_last {
            next_line(out, column);
        }
    }
    out.push_str(close);
}

fn write_entries(out: &mut String, entries: &[(Value, Value)], column: usize, after: usize) {
    out.push('{');
    for (index, (key, value)) in entries.iter().enumerate() {
        let is_last = index + 1 == entries.len();
        let key = format!("{}: ", repr(key));
        out.push_str(&key);
        write(out, value, column + key.chars().count(), if is_last { after + 1 } else { 1 });
        if !is_last {
            next_line(out, column);
        }
    }
    out.push('}');
}

fn next_line(out: &mut String, column: usize) {
    out.push_str(",\n");
    out.extend(std::iter::repeat_n(' ', column));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_broken_after_each_element() {
        let text = |letter: &str, count: usize| Value::Str(letter.repeat(count));
        let dict = |entries: Vec<(&str, Value)>| {
            Value::Dict(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
        };
        let cases = [
            ("x\ny".into(), "'x\\ny'".to_owned()),
            (dict(vec![("b", Value::None), ("a", Value::Int(1))]), "{'a': 1, 'b': None}".to_owned()),
            (
                Value::List(vec![Value::Int(1), text("a", 100), dict(vec![("b", Value::Tuple(vec!["x".into()]))])]),
                format!("[1,\n '{}',\n {{'b': ('x',)}}]", "a".repeat(100)),
            ),
            (
                dict(vec![
                    ("a", Value::List(vec![text("x", 40), text("y", 40)])),
                    ("b", dict(vec![("c", text("z", 70))])),
                ]),
                format!(
                    "{{'a': ['{}',\n       '{}'],\n 'b': {{'c': '{}'}}}}",
                    "x".repeat(40),
                    "y".repeat(40),
                    "z".repeat(70)
                ),
            ),
            (Value::Tuple(vec![text("x", 90)]), format!("('{}',)", "x".repeat(90))),
            (Value::List(vec![]), "[]".to_owned()),
        ];
        for (value, expected) in cases {
            assert_eq!(pretty(&value), expected);
        }
    }
}
