//! `WarningCountingShellCommand`, `Compile` and `Test`: a command whose output is searched for warnings.
//!
//! `scanner` finds the lines and the directories they are about, `suppression` says which do not count.

mod scanner;
mod suppression;

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{Callable, ConfigClass, FromValue, Object, Pattern, Value};
use ferrobot_engine::{CommandOptions, LineObserver, Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, Results};

use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, text, whole};
use crate::shell_parameters::{STDIO, ShellParameters, Told, let_command_speak};
use crate::transfer::MemoryWriter;
use crate::worker_path::WorkerPaths;
use scanner::{Candidate, Patterns, Scanner};
use suppression::Suppression;

/// Lines that count when the configuration does not say which.
const WARNING_PATTERN: &str = "(?i).*warning[: ].*";
const ENTER_PATTERN: &str = "make.*: Entering directory [\u{2019}\"`'](.*)[\u{2019}'`\"]";
const LEAVE_PATTERN: &str = "make.*: Leaving directory";

/// Buildbot's own extractors, by the end of their dotted path.
const EXTRACTORS: &str = "buildbot.steps.shell.WarningCountingShellCommand.";

/// So many lines are kept for the log; all of them count.
const LINES_KEPT_MAX: usize = 100_000;
/// A file of suppressions is this long at most.
const SUPPRESSION_BYTES_MAX: u64 = 16 * 1024 * 1024;
const SUPPRESSION_BLOCK_BYTES: u64 = 32 * 1024;

/// How warnings are found and counted.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.shell", name = "WarningCountingShellCommand", rename_all = "camelCase")]
pub(crate) struct WarningParameters {
    /// Lines that match at their beginning are warnings; `None`: nothing is counted.
    #[config(positional, renderable)]
    warning_pattern: Value,
    /// A function of (step, line, match) that returns file, line and text, by which warnings are suppressed.
    #[config(positional)]
    warning_extractor: Option<Arc<Callable>>,
    /// With more warnings the step fails.
    #[config(positional, renderable)]
    max_warn_count: Value,
    /// Lines after which paths are relative to the pattern's first group.
    #[config(positional, renderable)]
    directory_enter_pattern: Value,
    /// Lines after which they no longer are.
    #[config(positional, renderable)]
    directory_leave_pattern: Value,
    /// A file on the worker with warnings that do not count.
    #[config(positional, renderable)]
    suppression_file: Value,
    /// Warnings that do not count: tuples of file pattern, text pattern, first and last line.
    #[config(positional, renderable)]
    suppression_list: Value,
}

/// Runs a command and counts warnings in its output.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.shell", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct WarningCountingShellCommand {
    /// How warnings are found and counted.
    #[config(flatten)]
    warnings: WarningParameters,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
    /// The parameters that all steps have.
    #[config(flatten)]
    common: StepCommon,
}

/// Compiles, by `make all` or another command, and counts warnings.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.steps.shell",
    base = "buildbot.steps.shell.WarningCountingShellCommand",
    rename_all = "camelCase"
)]
pub(crate) struct Compile {
    /// How warnings are found and counted.
    #[config(flatten)]
    warnings: WarningParameters,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true, description = "compiling", description_done = "compile"))]
    common: StepCommon,
}

/// Tests, by `make test` or another command, and counts warnings.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.steps.shell",
    base = "buildbot.steps.shell.WarningCountingShellCommand",
    rename_all = "camelCase"
)]
pub(crate) struct Test {
    /// How warnings are found and counted.
    #[config(flatten)]
    warnings: WarningParameters,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
    /// The parameters that all steps have.
    #[config(flatten, defaults(warn_on_failure = true, description = "testing", description_done = "test"))]
    common: StepCommon,
}

impl StepClass for WarningCountingShellCommand {
    fn check(&self, faults: &mut Faults<'_>) {
        if matches!(self.shell.command, Value::None) {
            faults.add("WarningCountingShellCommand's 'command' argument is not specified");
        }
        self.shell.check(faults);
        self.warnings.check(faults);
    }

    fn into_step(self, object: &Object) -> Box<dyn Step> {
        let WarningCountingShellCommand { warnings, shell, common } = self;
        Box::new(Counting::new(warnings, shell, common, ("generic", &[]), object))
    }
}

impl StepClass for Compile {
    fn check(&self, faults: &mut Faults<'_>) {
        self.shell.check(faults);
        self.warnings.check(faults);
    }

    fn into_step(self, object: &Object) -> Box<dyn Step> {
        let Compile { warnings, shell, common } = self;
        Box::new(Counting::new(warnings, shell, common, ("compile", &["make", "all"]), object))
    }
}

impl StepClass for Test {
    fn check(&self, faults: &mut Faults<'_>) {
        self.shell.check(faults);
        self.warnings.check(faults);
    }

    fn into_step(self, object: &Object) -> Box<dyn Step> {
        let Test { warnings, shell, common } = self;
        Box::new(Counting::new(warnings, shell, common, ("test", &["make", "test"]), object))
    }
}

impl WarningParameters {
    fn check(&self, faults: &mut Faults<'_>) {
        let class = faults.class;
        let patterns = [
            ("warningPattern", &self.warning_pattern),
            ("directoryEnterPattern", &self.directory_enter_pattern),
            ("directoryLeavePattern", &self.directory_leave_pattern),
        ];
        for (name, value) in patterns {
            if let Value::Str(_) = value
                && let Err(problem) = Pattern::from_value(value)
            {
                faults.add(format!("{class}: {name} {problem}"));
            }
        }
    }
}

/// The step of all three classes.
struct Counting {
    warnings: WarningParameters,
    shell: ShellParameters,
    common: StepCommon,
    name: &'static str,
    default: &'static [&'static str],
    /// `warningPattern=None` was given: nothing is counted.
    off: bool,
    told: Told,
}

#[async_trait]
impl Step for Counting {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        self.name.to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let suppressions = self.suppressions(context).await?;
        let max = whole("maxWarnCount", &context.render(&self.warnings.max_warn_count).await?)?;
        let patterns = self.patterns(context).await?;
        let mut scanner = patterns.as_ref().map(Scanner::new);
        let prepared = self.shell.prepare_own(context, self.default, &mut self.told).await?;
        let stdio = context.add_log(STDIO, 's').await?;
        let observer = scanner.as_mut().map(|scanner| scanner as &mut dyn LineObserver);
        let options = CommandOptions { observer, ..CommandOptions::default() };
        let (outcome, results) = prepared.run_with(context, stdio, options).await?;
        self.told.note(&outcome);
        let mut counted = Counted::default();
        for candidate in scanner.map(Scanner::found).unwrap_or_default() {
            let suppressed = match suppressions.as_slice() {
                [] => false,
                some => self.is_suppressed(context, &candidate, some).await?,
            };
            if !suppressed {
                counted.add(&candidate.line);
            }
        }
        counted.tell(context).await?;
        Ok(judged(results, counted.count, max))
    }

    fn description_done(&self) -> Option<String> {
        self.told.done(&self.common, &self.shell.command_or(self.default))
    }

    fn ending(&self, results: Results) -> Option<String> {
        Some(self.told.ending(results))
    }
}

impl Counting {
    fn new(
        warnings: WarningParameters,
        shell: ShellParameters,
        mut common: StepCommon,
        (name, default): (&'static str, &'static [&'static str]),
        object: &Object,
    ) -> Counting {
        let_command_speak(&mut common);
        let off = object.args.get("warningPattern") == Some(&Value::None);
        Counting { warnings, shell, common, name, default, off, told: Told::default() }
    }

    async fn patterns(&self, context: &mut StepContext) -> Result<Option<Patterns>, StepError> {
        if self.off {
            return Ok(None);
        }
        let pattern = async |context: &mut StepContext, value: &Value, default: &str| {
            let rendered = context.render(value).await?;
            let given = if rendered.is_truthy() { rendered } else { default.into() };
            Pattern::from_value(&given).map_err(fault)
        };
        let warning = pattern(context, &self.warnings.warning_pattern, WARNING_PATTERN).await?;
        let enter = pattern(context, &self.warnings.directory_enter_pattern, ENTER_PATTERN).await?;
        let leave = pattern(context, &self.warnings.directory_leave_pattern, LEAVE_PATTERN).await?;
        Ok(Some(Patterns { warning, enter, leave }))
    }

    async fn suppressions(&self, context: &mut StepContext) -> Result<Vec<Suppression>, StepError> {
        let list = context.render(&self.warnings.suppression_list).await?;
        let mut suppressions = suppression::from_list(&list).map_err(fault)?;
        let file = context.render(&self.warnings.suppression_file).await?;
        if file.is_truthy() {
            let content = self.download(context, &text("suppressionFile", &file)?).await?;
            suppressions.extend(suppression::from_file(&content).map_err(fault)?);
        }
        Ok(suppressions)
    }

    /// Reads a file of the worker.
    async fn download(&self, context: &mut StepContext, file: &str) -> Result<String, StepError> {
        let path = WorkerPaths::of(context).join(&context.workdir().await?, file);
        let mut writer = MemoryWriter::new(SUPPRESSION_BYTES_MAX);
        let (maxsize, blocksize) = (Some(SUPPRESSION_BYTES_MAX), SUPPRESSION_BLOCK_BYTES);
        let command = Command::UploadFile { path, maxsize, blocksize, keepstamp: false };
        let options = CommandOptions { transfer: Some(&mut writer), ..CommandOptions::default() };
        context.run_command(command, options).await?.or_failed()?;
        Ok(String::from_utf8_lossy(&writer.into_content()).into_owned())
    }

    /// Whether a line does not count. What it is about is asked for nothing else.
    async fn is_suppressed(
        &self,
        context: &mut StepContext,
        candidate: &Candidate<'_>,
        suppressions: &[Suppression],
    ) -> Result<bool, StepError> {
        let warning = match self.warnings.warning_extractor.as_deref() {
            None => candidate.whole_line(),
            Some(extractor) => match extractor.name.strip_prefix(EXTRACTORS) {
                Some("warnExtractWholeLine") => candidate.whole_line(),
                Some("warnExtractFromRegexpGroups") => candidate.by_groups(),
                _ => {
                    let args = vec![context.proxy(None), candidate.line.as_str().into(), candidate.python_match()];
                    candidate.read_extracted(&context.call(extractor, args).await?).map_err(fault)?
                }
            },
        };
        Ok(suppressions.iter().any(|suppression| suppression.covers(&warning)))
    }
}

/// The warnings that count.
#[derive(Default)]
struct Counted {
    count: i64,
    log: String,
}

impl Counted {
    fn add(&mut self, line: &str) {
        self.count += 1;
        if self.count <= LINES_KEPT_MAX as i64 {
            self.log.push_str(line);
            self.log.push('\n');
        }
    }

    /// Shows them, and adds them to what earlier steps counted.
    async fn tell(&self, context: &mut StepContext) -> Result<(), StepError> {
        const PROPERTY: &str = "warnings-count";
        if self.count > 0 {
            context.add_complete_log(&format!("warnings ({})", self.count), &self.log).await?;
        }
        let before = context.properties().get(PROPERTY).and_then(serde_json::Value::as_i64).unwrap_or_default();
        context.set_property(PROPERTY, (before + self.count).into(), "WarningCountingShellCommand").await
    }
}

/// What the warnings make of the command's own result.
fn judged(results: Results, count: i64, max: Option<i64>) -> Results {
    match max {
        Some(max) if count > max => results.worst(Results::Failure),
        _ if count > 0 => results.worst(Results::Warnings),
        _ => results,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::{read, told};

    #[test]
    fn only_the_bare_class_needs_a_command() {
        assert_eq!(
            told::<WarningCountingShellCommand>(&[]),
            ["WarningCountingShellCommand's 'command' argument is not specified"]
        );
        assert_eq!(told::<Compile>(&[]), Vec::<String>::new());
        let step = read::<Compile>(&[]).into_step(&Object::default());
        assert_eq!(step.description_done(), None);
        assert_eq!(step.common().description_done, "compile".into());
        assert!(read::<Test>(&[]).into_step(&Object::default()).common().warn_on_failure);
        assert_eq!(told::<Compile>(&[("warningPattern", "(".into())]).len(), 1);
        let told = told::<Compile>(&[("warningExtractor", "whole line".into())]);
        assert_eq!(told, ["Compile: parameter 'warningExtractor' must be a callable, not str"]);
    }

    #[test]
    fn warnings_worsen_the_result() {
        let cases = [
            (Results::Success, 0, None, Results::Success),
            (Results::Success, 1, None, Results::Warnings),
            (Results::Success, 6, Some(100), Results::Warnings),
            (Results::Success, 6, Some(2), Results::Failure),
            (Results::Success, 0, Some(0), Results::Success),
            (Results::Failure, 3, None, Results::Failure),
        ];
        for (results, count, max, expected) in cases {
            assert_eq!(judged(results, count, max), expected);
        }
    }
}
