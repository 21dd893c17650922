//! Parameters that a user's subclass reads in its own way: its methods are asked before the form is gathered.

use std::collections::HashMap;

use ferrobot_config::Value;
use ferrobot_engine::{HostError, SchedulerContext};
use serde_json::Value as Json;

use super::gather::{self, Answers};
use super::parameter::{Method, Own, Parameter};

/// What the methods make of the answers, by the full names of their parameters.
pub(super) async fn read(
    form: impl Iterator<Item = &Parameter> + Send,
    answers: &Answers,
    context: &SchedulerContext,
) -> HashMap<String, Result<Json, String>> {
    let mut outcomes = HashMap::new();
    for (name, own, parameter) in with_methods(form) {
        outcomes.insert(name, ask(&own, &parameter, answers, context).await);
    }
    outcomes
}

fn with_methods<'a>(form: impl Iterator<Item = &'a Parameter>) -> Vec<(String, Own, Parameter)> {
    let mut found = Vec::new();
    for parameter in form {
        parameter.each(&mut |leaf| {
            if let (Some(name), Some(own)) = (&leaf.full_name, &leaf.own) {
                found.push((name.clone(), own.clone(), leaf.clone()));
            }
        });
    }
    found
}

async fn ask(own: &Own, parameter: &Parameter, answers: &Answers, context: &SchedulerContext) -> Result<Json, String> {
    match own.method {
        Method::All => call(own, "getFromKwargs", &answers.lists(), context).await,
        Method::Values => {
            let items = gather::items(parameter, answers)?;
            call(own, "parse_from_args", &Json::Array(items), context).await
        }
        Method::Value => {
            let mut values = Vec::new();
            for item in gather::items(parameter, answers)? {
                values.push(call(own, "parse_from_arg", &item, context).await?);
            }
            Ok(if parameter.multiple { Json::Array(values) } else { values.into_iter().next().unwrap_or_default() })
        }
    }
}

async fn call(own: &Own, method: &str, argument: &Json, context: &SchedulerContext) -> Result<Json, String> {
    let answer = context.call_method(&own.object, method, vec![Value::from_json(argument)]).await;
    match answer.map(|value| value.to_json()) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(format!("{method} returned something that is no plain value")),
        // What it raises is how it tells the user.
        Err(HostError::Raised { message, .. }) => Err(message),
        Err(error) => Err(error.to_string()),
    }
}
