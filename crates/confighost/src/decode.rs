//! What the host writes: MessagePack to the values of a document. Nothing that it can send makes this fail badly.

use std::collections::HashMap;
use std::sync::Arc;

use ferrobot_config::{Callable, ConfigError, Errors, Object, Place, Value};
use rmpv::ValueRef;

/// Nesting that is read, as the decoder counts it: two for each list or map. The host stops before.
pub(crate) const DEPTH_MAX: usize = 400;

/// An answer of the host.
#[derive(Debug)]
pub(crate) enum Answer<'a> {
    /// The result.
    Result(ValueRef<'a>),
    /// The user's code, or the host's, failed.
    Raised(Exception),
}

/// An exception in Python.
#[derive(Debug, Default)]
pub(crate) struct Exception {
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) traceback: String,
}

impl std::fmt::Display for Exception {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// Reads the frame of an answer.
pub(crate) fn answer(frame: &[u8]) -> Answer<'_> {
    let mut rest = frame;
    let Ok(message) = rmpv::decode::read_value_ref_with_max_depth(&mut rest, DEPTH_MAX) else {
        return Answer::Raised(Exception {
            message: "the host sent an answer that cannot be read".to_owned(),
            ..Exception::default()
        });
    };
    match get(&message, "error") {
        Some(error @ ValueRef::Map(_)) => Answer::Raised(Exception {
            kind: text(error, "type"),
            message: text(error, "message"),
            traceback: text(error, "traceback"),
        }),
        _ => Answer::Result(take(message, "result")),
    }
}

fn take<'a>(map: ValueRef<'a>, key: &str) -> ValueRef<'a> {
    let ValueRef::Map(entries) = map else { return ValueRef::Nil };
    entries.into_iter().find(|(name, _)| text_of(name) == Some(key)).map_or(ValueRef::Nil, |(_, value)| value)
}

/// Reads values; knows the objects of the configuration, which the host names by their handles.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// Those of the document, and of the value that is being read.
    objects: HashMap<u64, Arc<Object>>,
    places: HashMap<u64, Place>,
    /// What to forget when the value is read.
    transient: Option<Vec<u64>>,
}

/// The entry of a map.
pub(crate) fn get<'a, 'b>(map: &'b ValueRef<'a>, key: &str) -> Option<&'b ValueRef<'a>> {
    let ValueRef::Map(entries) = map else { return None };
    entries.iter().find(|(name, _)| text_of(name) == Some(key)).map(|(_, value)| value)
}

/// The text of an entry; empty if there is none.
pub(crate) fn text(map: &ValueRef<'_>, key: &str) -> String {
    get(map, key).map(lossy).unwrap_or_default()
}

/// The text that a value is.
pub(crate) fn text_of<'a>(value: &ValueRef<'a>) -> Option<&'a str> {
    match value {
        ValueRef::String(text) => text.into_str(),
        _ => None,
    }
}

fn lossy(value: &ValueRef<'_>) -> String {
    match value {
        ValueRef::String(text) => String::from_utf8_lossy(text.as_bytes()).into_owned(),
        _ => String::new(),
    }
}

impl Decoder {
    /// Where a callable, or an object of a user's own class, is defined.
    pub(crate) fn place(&self, handle: u64) -> Option<&Place> {
        self.places.get(&handle)
    }

    /// The configuration itself; its objects are remembered.
    pub(crate) fn document(&mut self, value: &ValueRef<'_>) -> Value {
        self.transient = None;
        self.value(value)
    }

    /// A value of a call. The host writes its objects in full, unless they are in the document or earlier in the same value.
    pub(crate) fn transient(&mut self, value: &ValueRef<'_>) -> Value {
        self.transient = Some(Vec::new());
        let read = self.value(value);
        for handle in self.transient.take().unwrap_or_default() {
            self.objects.remove(&handle);
            self.places.remove(&handle);
        }
        read
    }

    /// Notes that a handle is new; `false` if it is known from the document.
    fn is_new(&mut self, handle: u64) -> bool {
        let is_new = !self.objects.contains_key(&handle) && !self.places.contains_key(&handle);
        if let Some(transient) = &mut self.transient
            && is_new
        {
            transient.push(handle);
        }
        is_new
    }

    fn value(&mut self, value: &ValueRef<'_>) -> Value {
        match value {
            ValueRef::Nil | ValueRef::Ext(..) => Value::None,
            ValueRef::Boolean(value) => Value::Bool(*value),
            ValueRef::Integer(value) => {
                value.as_i64().map_or_else(|| Value::Float(value.as_f64().unwrap_or(f64::INFINITY)), Value::Int)
            }
            ValueRef::F32(value) => Value::Float(f64::from(*value)),
            ValueRef::F64(value) => Value::Float(*value),
            ValueRef::String(_) => Value::Str(lossy(value)),
            ValueRef::Binary(bytes) => Value::Bytes(bytes.to_vec()),
            ValueRef::Array(items) => Value::List(self.values(items)),
            ValueRef::Map(entries) => match entries.as_slice() {
                [(form, content)] if text_of(form).is_some_and(|form| form.starts_with('$')) => {
                    self.form(text_of(form).unwrap_or_default(), content)
                }
                entries => Value::Dict(
                    entries.iter().map(|(name, value)| (Value::Str(lossy(name)), self.value(value))).collect(),
                ),
            },
        }
    }

    fn values(&mut self, items: &[ValueRef<'_>]) -> Vec<Value> {
        items.iter().map(|item| self.value(item)).collect()
    }

    fn form(&mut self, form: &str, content: &ValueRef<'_>) -> Value {
        match (form, content) {
            ("$tuple", ValueRef::Array(items)) => Value::Tuple(self.values(items)),
            ("$dict", ValueRef::Array(pairs)) => Value::Dict(self.pairs(pairs)),
            ("$object", ValueRef::Map(_)) => Value::Object(self.object(content)),
            ("$proxy", ValueRef::Map(entries)) => {
                let args = entries.iter().map(|(name, value)| (lossy(name), self.value(value))).collect();
                Value::Object(Arc::new(Object { class: "$proxy".to_owned(), args, ..Object::default() }))
            }
            ("$callable", ValueRef::Map(_)) => Value::Callable(self.callable(content)),
            ("$opaque", ValueRef::Map(_)) => Value::Opaque(self.callable(content)),
            ("$ref", handle) => self.reference(handle.as_u64().unwrap_or(0)),
            // Python's long integers; the master reckons in 64 bits.
            ("$big", digits) => Value::Float(lossy(digits).parse().unwrap_or(f64::NAN)),
            _ => Value::None,
        }
    }

    fn pairs(&mut self, pairs: &[ValueRef<'_>]) -> Vec<(Value, Value)> {
        pairs
            .iter()
            .filter_map(|pair| match pair {
                ValueRef::Array(pair) if pair.len() == 2 => Some((self.value(&pair[0]), self.value(&pair[1]))),
                _ => None,
            })
            .collect()
    }

    fn reference(&self, handle: u64) -> Value {
        match self.objects.get(&handle) {
            Some(object) => Value::Object(Arc::clone(object)),
            // An object inside itself, or one that was never sent: it can only be passed back.
            None => Value::Opaque(Arc::new(Callable { handle, ..Callable::default() })),
        }
    }

    fn object(&mut self, content: &ValueRef<'_>) -> Arc<Object> {
        let mut entries = |key| match get(content, key) {
            Some(ValueRef::Map(entries)) => {
                entries.iter().map(|(name, value)| (lossy(name), self.value(value))).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        };
        let args = entries("args").into_iter().collect();
        let extra = entries("extra");
        let overrides = match get(content, "overrides") {
            Some(ValueRef::Array(names)) => names.iter().map(lossy).collect(),
            _ => Vec::new(),
        };
        let object = Arc::new(Object {
            class: text(content, "class"),
            user_class: get(content, "user_class").map(lossy),
            handle: get(content, "handle").and_then(ValueRef::as_u64).unwrap_or(0),
            args,
            extra,
            overrides,
            place: place(content),
        });
        if object.handle != 0 && self.is_new(object.handle) {
            self.objects.insert(object.handle, Arc::clone(&object));
            if object.user_class.is_some() {
                self.places.insert(object.handle, object.place.clone());
            }
        }
        object
    }

    fn callable(&mut self, content: &ValueRef<'_>) -> Arc<Callable> {
        let handle = get(content, "handle").and_then(ValueRef::as_u64).unwrap_or(0);
        let callable = Callable { handle, name: text(content, "name"), place: place(content) };
        if handle != 0 && self.is_new(handle) {
            self.places.insert(handle, callable.place.clone());
        }
        Arc::new(callable)
    }
}

/// `file` and `line` of a map.
pub(crate) fn place(map: &ValueRef<'_>) -> Place {
    let line = get(map, "line").and_then(ValueRef::as_u64).and_then(|line| u32::try_from(line).ok());
    Place { file: text(map, "file"), line: line.unwrap_or(0) }
}

/// The faults and warnings of a `load`.
pub(crate) fn errors(result: &ValueRef<'_>) -> Errors {
    let list = |key| match get(result, key) {
        Some(ValueRef::Array(faults)) => {
            faults.iter().map(|fault| ConfigError { message: text(fault, "message"), place: place(fault) }).collect()
        }
        _ => Vec::new(),
    };
    Errors { errors: list("errors"), warnings: list("warnings") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(value: &rmpv::Value) -> Value {
        Decoder::default().document(&value.as_ref())
    }

    fn map(entries: &[(&str, rmpv::Value)]) -> rmpv::Value {
        rmpv::Value::Map(entries.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
    }

    #[test]
    fn forms() {
        let list = rmpv::Value::Array(vec![1.into(), "x".into()]);
        let cases = [
            (rmpv::Value::Nil, Value::None),
            (true.into(), Value::Bool(true)),
            ((-5).into(), Value::Int(-5)),
            (1.5.into(), Value::Float(1.5)),
            (u64::MAX.into(), Value::Float(18_446_744_073_709_551_615.0)),
            (rmpv::Value::Binary(vec![0, 255]), Value::Bytes(vec![0, 255])),
            (list.clone(), Value::List(vec![Value::Int(1), "x".into()])),
            (map(&[("$tuple", list.clone())]), Value::Tuple(vec![Value::Int(1), "x".into()])),
            (map(&[("$dict", rmpv::Value::Array(vec![list.clone()]))]), Value::Dict(vec![(Value::Int(1), "x".into())])),
            (map(&[("a", 1.into())]), Value::Dict(vec![("a".into(), Value::Int(1))])),
            (map(&[("$big", "36893488147419103232".into())]), Value::Float(36_893_488_147_419_103_232.0)),
        ];
        for (written, expected) in cases {
            assert_eq!(decode(&written), expected, "{written}");
        }
    }

    #[test]
    fn an_object_that_comes_again_is_the_same() {
        let object = map(&[("$object", map(&[("class", "C".into()), ("handle", 3.into())]))]);
        let list = rmpv::Value::Array(vec![object, map(&[("$ref", 3.into())])]);
        let Value::List(items) = decode(&list) else { panic!("not a list") };
        assert!(Arc::ptr_eq(items[0].as_object().unwrap(), items[1].as_object().unwrap()));
    }

    #[test]
    fn what_a_call_returns_is_not_remembered() {
        let object = |handle: u64| map(&[("$object", map(&[("class", "C".into()), ("handle", handle.into())]))]);
        let reference = |handle: u64| map(&[("$ref", handle.into())]);
        let mut decoder = Decoder::default();
        decoder.document(&object(1).as_ref());
        let Value::List(items) =
            decoder.transient(&rmpv::Value::Array(vec![object(2), reference(2), reference(1)]).as_ref())
        else {
            panic!("not a list")
        };
        assert!(items.iter().all(|item| item.as_object().is_some()));
        assert!(matches!(decoder.transient(&reference(2).as_ref()), Value::Opaque(_)));
        assert!(decoder.transient(&reference(1).as_ref()).as_object().is_some());
    }

    #[test]
    fn rubbish_is_harmless() {
        let wrong =
            map(&[("handle", "x".into()), ("args", 1.into()), ("overrides", "y".into()), ("line", (-1).into())]);
        for form in ["$tuple", "$dict", "$object", "$callable", "$opaque", "$ref", "$big", "$proxy", "$other"] {
            for content in [rmpv::Value::Nil, 7.into(), wrong.clone(), rmpv::Value::Array(vec![1.into()])] {
                decode(&map(&[(form, content)]));
            }
        }
    }
}
