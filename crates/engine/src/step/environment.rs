//! Where and with which environment a step's commands run.

use std::collections::BTreeMap;

use ferrobot_config::Value;
use ferrobot_model::{Arg, CommandLine, EnvironmentValue, ShellCommand};

use super::{StepContext, StepError};
use crate::build::{callable_of, sourcestamp_json};
use crate::proxy;

/// Where commands run when nobody says otherwise.
const DEFAULT_WORKDIR: &str = "build";

impl StepContext {
    /// The builder's and the step's environment are merged by this: builder's `env` first, then `step_env`, rendered.
    pub async fn environment(&mut self, step_env: &Value) -> Result<BTreeMap<String, EnvironmentValue>, StepError> {
        let builder = self.build.builder.config.env.clone();
        let mut environment = BTreeMap::new();
        for env in [&builder, step_env] {
            let rendered = self.render(env).await?;
            add_variables(&mut environment, &rendered).map_err(StepError::Exception)?;
        }
        Ok(environment)
    }

    /// The step's working directory: its `workdir`, else the factory's, else `build`; rendered.
    pub async fn workdir(&mut self) -> Result<String, StepError> {
        let own = self.common.workdir.clone();
        if let Some(workdir) = text_of(&self.render(&own).await?) {
            return Ok(workdir);
        }
        let factory = self.build.builder.config.factory.workdir.clone();
        let workdir = match callable_of(&factory) {
            Some(function) => {
                let stamps =
                    self.sourcestamps().iter().map(|stamp| proxy("sourcestamp", sourcestamp_json(stamp))).collect();
                self.call(function, vec![Value::List(stamps)]).await?
            }
            None => self.render(&factory).await?,
        };
        Ok(text_of(&workdir).unwrap_or_else(|| DEFAULT_WORKDIR.to_owned()))
    }

    /// A shell command with the build's environment and the step's working directory, ready to be adjusted.
    pub async fn shell_command(&mut self, words: Vec<String>) -> Result<ShellCommand, StepError> {
        let workdir = self.workdir().await?;
        let words = words.into_iter().map(Arg::from).collect();
        let mut command = ShellCommand::new(workdir, CommandLine::Words(words));
        command.env = self.environment(&Value::None).await?;
        Ok(command)
    }
}

/// An empty text says as little as none, as with Buildbot.
fn text_of(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn add_variables(environment: &mut BTreeMap<String, EnvironmentValue>, rendered: &Value) -> Result<(), String> {
    let entries = match rendered {
        Value::None => return Ok(()),
        Value::Dict(entries) => entries,
        other => return Err(format!("'env' must be a dict, not {}", other.type_name())),
    };
    for (name, value) in entries {
        let name = name.as_str().ok_or("names of environment variables must be text")?;
        environment.insert(name.to_owned(), variable(name, value)?);
    }
    Ok(())
}

fn variable(name: &str, value: &Value) -> Result<EnvironmentValue, String> {
    let expected = |other: &Value| {
        format!("the value of environment variable '{name}' must be text or a list of texts, not {}", other.type_name())
    };
    match value {
        Value::None => Ok(EnvironmentValue::Unset),
        Value::Str(text) => Ok(EnvironmentValue::Set(text.clone())),
        Value::Int(number) => Ok(EnvironmentValue::Set(number.to_string())),
        Value::Float(number) => Ok(EnvironmentValue::Set(number.to_string())),
        Value::Bytes(bytes) => Ok(EnvironmentValue::Set(String::from_utf8_lossy(bytes).into_owned())),
        Value::List(parts) | Value::Tuple(parts) => {
            let texts = parts.iter().map(|part| part.as_str().map(str::to_owned).ok_or_else(|| expected(part)));
            Ok(EnvironmentValue::Join(texts.collect::<Result<_, _>>()?))
        }
        other => Err(expected(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_variables_win_and_none_unsets() {
        let dict = |entries: &[(&str, Value)]| {
            Value::Dict(entries.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
        };
        let mut environment = BTreeMap::new();
        add_variables(&mut environment, &dict(&[("A", "1".into()), ("B", "2".into())])).unwrap();
        add_variables(&mut environment, &dict(&[("B", Value::None), ("P", Value::List(vec!["x".into()]))])).unwrap();
        let expected = [
            ("A", EnvironmentValue::Set("1".to_owned())),
            ("B", EnvironmentValue::Unset),
            ("P", EnvironmentValue::Join(vec!["x".to_owned()])),
        ];
        assert_eq!(environment, expected.map(|(name, value)| (name.to_owned(), value)).into());
        let error = add_variables(&mut environment, &dict(&[("C", Value::Bool(true))])).unwrap_err();
        assert_eq!(error, "the value of environment variable 'C' must be text or a list of texts, not bool");
    }
}
