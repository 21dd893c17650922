//! Whether a change concerns a scheduler, and whether it is important to it.

use std::sync::Arc;

use ferrobot_config::{Callable, Errors, Object, Value};
use ferrobot_data::Change;
use ferrobot_engine::SchedulerContext;
use tracing::{debug, warn};

use crate::arguments::{Codebases, callable};
use crate::filter::Filter;

/// The configuration's view of changes.
#[derive(Debug, Clone)]
pub(crate) struct Relevance {
    pub(crate) filter: Option<Filter>,
    pub(crate) file_is_important: Option<Arc<Callable>>,
    pub(crate) only_important: bool,
}

impl Relevance {
    /// Reads `change_filter` and `fileIsImportant`; `filter` is what older arguments stand for.
    pub(crate) fn read(
        object: &Object,
        filter: Option<Filter>,
        file_is_important: &Value,
        only_important: bool,
        errors: &mut Errors,
    ) -> Relevance {
        let given = object.args.get("change_filter").filter(|value| value.is_truthy());
        let filter = match (given, filter) {
            (None, filter) => filter,
            (Some(_), Some(_)) => {
                errors.error(&object.place, "cannot specify both change_filter and branch or categories");
                None
            }
            (Some(Value::Object(object)), None) => Filter::read(object, errors),
            (Some(other), None) => {
                let what = format!("change_filter must be a ChangeFilter, not {}", other.type_name());
                errors.error(&object.place, what);
                None
            }
        };
        let file_is_important = callable("fileIsImportant", file_is_important, &object.place, errors);
        Relevance { filter, file_is_important, only_important }
    }

    /// Whether the change is important; `None`: it does not concern the scheduler.
    pub(crate) async fn judge(
        &self,
        change: &Change,
        codebases: &Codebases,
        context: &SchedulerContext,
    ) -> Option<bool> {
        if let Some(filter) = &self.filter {
            match filter.accepts(change, context).await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    warn!(
                        scheduler.name = context.name(), change.id = %change.id,
                        "scheduler '{}' ignores change {}, because its change filter failed: {error}", context.name(), change.id
                    );
                    return None;
                }
            }
        }
        if !codebases.contains(&change.codebase) {
            debug!(
                scheduler.name = context.name(), change.id = %change.id,
                "change {} contains codebase '{}' that is not processed by scheduler '{}'",
                change.id, change.codebase, context.name()
            );
            return None;
        }
        let important = self.is_important(change, context).await?;
        (important || !self.only_important).then_some(important)
    }

    async fn is_important(&self, change: &Change, context: &SchedulerContext) -> Option<bool> {
        let Some(function) = &self.file_is_important else { return Some(true) };
        match context.call(function, vec![context.change_proxy(change)]).await {
            Ok(value) => Some(value.is_truthy()),
            Err(error) => {
                warn!(
                    scheduler.name = context.name(), change.id = %change.id,
                    "scheduler '{}' ignores change {}, because its fileIsImportant failed: {error}", context.name(), change.id
                );
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ferrobot_config::ConfigClass;

    use super::*;
    use crate::filter::ChangeFilter;

    fn read(arguments: &[(&str, Value)], old: Option<Filter>) -> (Relevance, Vec<String>) {
        let object = Object {
            args: arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..Object::default()
        };
        let important = object.args.get("fileIsImportant").cloned().unwrap_or_default();
        let mut errors = Errors::default();
        let relevance = Relevance::read(&object, old, &important, false, &mut errors);
        (relevance, errors.errors.into_iter().map(|error| error.message).collect())
    }

    #[test]
    fn the_old_arguments_and_a_filter_exclude_each_other() {
        let filter = Value::Object(Arc::new(Object { class: ChangeFilter::PATH.to_owned(), ..Object::default() }));
        let both = read(&[("change_filter", filter.clone())], Some(Filter::default())).1;
        assert_eq!(both, ["cannot specify both change_filter and branch or categories"]);
        let none = read(&[("change_filter", Value::None)], Some(Filter::default()));
        assert!(none.0.filter.is_some() && none.1.is_empty());
        let only = read(&[("change_filter", filter)], None);
        assert!(only.0.filter.is_some() && only.1.is_empty());
    }

    #[test]
    fn wrong_types_are_told() {
        let told = read(&[("change_filter", "x".into()), ("fileIsImportant", "y".into())], None).1;
        assert_eq!(told, ["change_filter must be a ChangeFilter, not str", "fileIsImportant must be a callable"]);
    }
}
