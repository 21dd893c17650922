//! Force schedulers: no rows, but what the running configuration says.

use crate::resource::field::{Column, Entity, Field, Type};

pub(crate) static ENTITY: Entity = Entity {
    name: "forcescheduler",
    plural: "forceschedulers",
    fields: &[
        Field::new("name", Type::Identifier, Column::Opaque),
        Field::new("button_name", Type::String, Column::Opaque),
        Field::new("label", Type::String, Column::Opaque),
        Field::new("builder_names", Type::List(&Type::Identifier), Column::Opaque),
        Field::new("enabled", Type::Boolean, Column::Opaque),
        Field::new("all_fields", Type::List(&Type::Json), Column::Opaque),
    ],
};
