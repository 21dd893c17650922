//! What is generated from the descriptions of the classes: the table that the Python package reads.

use std::fmt::Write as _;

use crate::ClassSchema;

/// The file `python/buildbot/_schema.py` for these classes, in the order of their names.
///
/// Each entry is `dotted name: (base, signature, renderable parameters, doc)`; the signature is as Python writes it.
#[must_use]
pub fn python_schema(schemas: &[ClassSchema]) -> String {
    let mut schemas: Vec<_> = schemas.iter().collect();
    schemas.sort_by_key(|schema| (schema.module, schema.name));
    let mut text = String::from(
        "\"\"\"Generated from the master's descriptions of its classes: \
         dotted name to (base, signature, renderable parameters, doc).\"\"\"\n\nCLASSES = {\n",
    );
    for schema in schemas {
        let renderables: Vec<_> =
            schema.fields.iter().filter(|field| field.renderable).map(|field| field.name).collect();
        let parts = [
            schema.base.map_or_else(|| "None".to_owned(), literal),
            literal(&signature(schema)),
            literal(&renderables.join(" ")),
            literal(schema.doc),
        ];
        let _ = writeln!(text, "    '{}.{}': (", schema.module, schema.name);
        for part in parts {
            let _ = writeln!(text, "        {part},");
        }
        text.push_str("    ),\n");
    }
    text.push_str("}\n");
    text
}

/// The parameters as Python writes them: positional ones first, then those that are given by name.
fn signature(schema: &ClassSchema) -> String {
    let fields = &schema.fields;
    let mut parts = Vec::with_capacity(fields.len() + 2);
    let mut optional = false;
    for field in fields.iter().filter(|field| field.positional) {
        // After the first default Python wants one everywhere; that it is required is checked in the master.
        let default = field.default.or(optional.then_some("None"));
        optional |= default.is_some();
        parts.push(parameter(field.name, default));
    }
    if fields.iter().any(|field| !field.positional) {
        parts.push("*".to_owned());
    }
    parts.extend(fields.iter().filter(|field| !field.positional).map(|field| parameter(field.name, field.default)));
    if schema.open {
        parts.push("**any".to_owned());
    }
    parts.join(", ")
}

fn parameter(name: &str, default: Option<&str>) -> String {
    default.map_or_else(|| name.to_owned(), |default| format!("{name}={default}"))
}

/// A Python text literal.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            control if control.is_control() => {
                let _ = write!(literal, "\\x{:02x}", u32::from(control));
            }
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldSchema;

    fn field(name: &'static str, default: Option<&'static str>, positional: bool, renderable: bool) -> FieldSchema {
        FieldSchema { name, doc: "", annotation: "Any", default, renderable, positional }
    }

    #[test]
    fn a_class_becomes_an_entry() {
        let schema = ClassSchema {
            module: "buildbot.steps.shell",
            name: "ShellCommand",
            base: Some("buildbot.process.buildstep.BuildStep"),
            doc: "Runs a \"command\".\nOn the worker.",
            open: true,
            fields: vec![
                field("timeout", Some("1200"), false, false),
                field("command", None, true, true),
                field("workdir", Some("None"), true, true),
                field("late", None, true, false),
                field("usePTY", None, false, false),
            ],
        };
        let text = python_schema(&[schema]);
        assert!(text.ends_with(concat!(
            "CLASSES = {\n",
            "    'buildbot.steps.shell.ShellCommand': (\n",
            "        \"buildbot.process.buildstep.BuildStep\",\n",
            "        \"command, workdir=None, late=None, *, timeout=1200, usePTY, **any\",\n",
            "        \"command workdir\",\n",
            "        \"Runs a \\\"command\\\".\\nOn the worker.\",\n",
            "    ),\n",
            "}\n"
        )));
    }

    #[test]
    fn classes_come_in_the_order_of_their_names() {
        let class = |name| ClassSchema { module: "m", name, base: None, doc: "", open: false, fields: Vec::new() };
        let text = python_schema(&[class("B"), class("A")]);
        let place = |name: &str| text.find(name).unwrap();
        assert!(place("'m.A'") < place("'m.B'"));
        assert!(text.contains("        None,\n        \"\",\n"));
    }
}
