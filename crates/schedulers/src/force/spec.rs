//! A form as the REST API shows it.

use serde_json::{Map, Value as Json, json};

use super::parameter::{Kind, Parameter};

impl Parameter {
    /// Everything about it that a form needs.
    pub(super) fn spec(&self) -> Json {
        let mut spec = Map::new();
        let mut show = |name: &str, value: Json| spec.insert(name.to_owned(), value);
        show("name", self.name.clone().into());
        show("fullName", self.full_name.clone().into());
        show("label", self.label.clone().into());
        show("tablabel", self.tablabel.clone().into());
        show("type", self.kind.word().into());
        show("default", self.default.clone());
        show("required", self.required.into());
        show("multiple", self.multiple.into());
        // Buildbot cannot show a compiled expression.
        show("regex", Json::Null);
        show("hide", self.hide.into());
        show("maxsize", self.maxsize.into());
        show("autopopulate", self.autopopulate.clone());
        show("tooltip", self.tooltip.clone().into());
        let own = self.kind.spec();
        if let Json::Object(own) = own {
            spec.extend(own);
        }
        Json::Object(spec)
    }
}

impl Kind {
    fn word(&self) -> &'static str {
        match self {
            Kind::Fixed => "fixed",
            Kind::Text { .. } => "text",
            Kind::TextArea { .. } => "textarea",
            Kind::Int { .. } => "int",
            Kind::Bool => "bool",
            Kind::UserName { .. } => "username",
            Kind::Choice { .. } | Kind::Worker { .. } | Kind::Inherit { .. } => "list",
            Kind::File => "file",
            Kind::Nested { .. } => "nested",
        }
    }

    fn spec(&self) -> Json {
        match self {
            Kind::Fixed | Kind::Bool | Kind::File => json!({}),
            Kind::Text { size } | Kind::Int { size } => json!({"size": size}),
            Kind::TextArea { size, cols, rows } => json!({"size": size, "cols": cols, "rows": rows}),
            Kind::UserName { size, need_email } => json!({"size": size, "need_email": need_email}),
            Kind::Choice { choices, strict } | Kind::Worker { choices, strict } | Kind::Inherit { choices, strict } => {
                json!({"choices": choices, "strict": strict})
            }
            Kind::Nested { layout, columns, fields, .. } => {
                let fields: Vec<Json> = fields.iter().map(Parameter::spec).collect();
                json!({"layout": layout, "columns": columns, "fields": fields})
            }
        }
    }
}
