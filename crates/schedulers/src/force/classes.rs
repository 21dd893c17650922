//! The parameters of forms, as the configuration writes them.
//!
//! They are open: Buildbot keeps any keyword as an attribute, so people pass to one kind what only another knows.

use ferrobot_config::{ClassSchema, ConfigClass, Pattern, Value};

/// What every parameter has besides its name.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", open)]
pub(crate) struct ParameterArguments {
    /// Shown beside the field; default: the name.
    #[config(positional)]
    pub(crate) label: Option<String>,
    /// Title of the tab, where the field is one.
    #[config(positional)]
    pub(crate) tablabel: Option<String>,
    /// What the value must match, from its beginning.
    #[config(positional)]
    pub(crate) regex: Option<Pattern>,
    /// The value when the user gives none.
    #[config(default = "")]
    pub(crate) default: Value,
    /// Whether the user must give a value.
    #[config(default = false)]
    pub(crate) required: bool,
    /// Whether there may be several values.
    #[config(default = false)]
    pub(crate) multiple: bool,
    /// Whether the field is not shown.
    #[config(default = false)]
    pub(crate) hide: bool,
    /// Most characters that the value may have.
    pub(crate) maxsize: Option<i64>,
    /// Values for other fields, by the value of this one.
    pub(crate) autopopulate: Value,
    /// Shown when the pointer rests on the field.
    #[config(default = "")]
    pub(crate) tooltip: String,
}

/// The base of all parameters, for a user's own kinds.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", open)]
pub(crate) struct BaseParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
}

/// A value that users cannot change.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.BaseParameter", open)]
pub(crate) struct FixedParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten, defaults(hide = true))]
    pub(crate) parameter: ParameterArguments,
}

/// A line of text.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.BaseParameter", open)]
pub(crate) struct StringParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// Width of the field in characters.
    #[config(default = 10)]
    pub(crate) size: i64,
}

/// Text of several lines.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.StringParameter", open)]
pub(crate) struct TextParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// As of a line of text; not used.
    #[config(default = 10)]
    pub(crate) size: i64,
    /// Width of the field in characters.
    #[config(default = 80)]
    pub(crate) cols: i64,
    /// Height of the field in lines.
    #[config(default = 20)]
    pub(crate) rows: i64,
}

/// A whole number.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.StringParameter", open)]
pub(crate) struct IntParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten, defaults(default = 0))]
    pub(crate) parameter: ParameterArguments,
    /// Width of the field in characters.
    #[config(default = 10)]
    pub(crate) size: i64,
}

/// A box to tick.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.BaseParameter", open)]
pub(crate) struct BooleanParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
}

/// The name of the user, asked when nobody is logged in.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.StringParameter", open)]
pub(crate) struct UserNameParameter {
    /// Name of the field.
    #[config(positional, default = "username")]
    pub(crate) name: String,
    #[config(flatten, defaults(label = "Your name:"))]
    pub(crate) parameter: ParameterArguments,
    /// Width of the field in characters.
    #[config(default = 30)]
    pub(crate) size: i64,
    /// Whether it must hold a mail address.
    #[config(name = "need_email", default = true)]
    pub(crate) need_email: bool,
}

/// One of several texts, or some of them.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.BaseParameter", open)]
pub(crate) struct ChoiceStringParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// What to choose from.
    #[config(default = [])]
    pub(crate) choices: Vec<Value>,
    /// Whether it must be one of the choices.
    #[config(default = true)]
    pub(crate) strict: bool,
}

/// The worker to build on. The builder needs `canStartBuild=util.enforceChosenWorker`.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.forcesched",
    base = "buildbot.schedulers.forcesched.ChoiceStringParameter",
    open
)]
pub(crate) struct WorkerChoiceParameter {
    /// Name of the property.
    #[config(positional, default = "workername")]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// Not used: the choices are the builder's workers.
    #[config(default = [])]
    pub(crate) choices: Vec<Value>,
    /// Whether it must be one of the choices.
    #[config(default = false)]
    pub(crate) strict: bool,
}

/// An earlier build whose forced properties are taken over.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.forcesched",
    base = "buildbot.schedulers.forcesched.ChoiceStringParameter",
    open
)]
pub(crate) struct InheritBuildParameter {
    /// Name of the property that holds `builder/number`.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// Not used.
    #[config(default = [])]
    pub(crate) choices: Vec<Value>,
    /// Not used.
    #[config(default = true)]
    pub(crate) strict: bool,
    /// A function of master and builder name: which builds may be chosen.
    #[config(name = "compatible_builds")]
    #[expect(dead_code, reason = "the page that offers the builds will ask it")]
    pub(crate) compatible_builds: Value,
}

/// A file, uploaded.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.BaseParameter", open)]
pub(crate) struct FileParameter {
    /// Name of the property.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten, defaults(maxsize = 10_485_760))]
    pub(crate) parameter: ParameterArguments,
}

/// Parameters in a group.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.BaseParameter", open)]
pub(crate) struct NestedParameter {
    /// Name of the property that holds all of them; empty: each is a property of its own.
    #[config(positional)]
    pub(crate) name: String,
    /// The parameters.
    #[config(positional)]
    pub(crate) fields: Vec<Value>,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// `vertical`, `simple` or `tabs`.
    #[config(default = "vertical")]
    pub(crate) layout: String,
    /// Columns on the screen, at most 4; default: 2 from four fields on.
    pub(crate) columns: Option<i64>,
}

/// Another name of `NestedParameter`.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.NestedParameter", open)]
pub(crate) struct ParameterGroup {
    #[config(flatten)]
    #[expect(dead_code, reason = "only described")]
    nested: NestedParameter,
}

/// A property whose name the user chooses, too.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.NestedParameter", open)]
pub(crate) struct AnyPropertyParameter {
    /// Name of the group of the two fields.
    #[config(positional)]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// `vertical`, `simple` or `tabs`.
    #[config(default = "vertical")]
    pub(crate) layout: String,
    /// Columns on the screen.
    pub(crate) columns: Option<i64>,
}

/// What to build of a codebase.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.NestedParameter", open)]
pub(crate) struct CodebaseParameter {
    /// The codebase.
    #[config(positional)]
    pub(crate) codebase: String,
    /// What the names of the fields begin with; default: the codebase.
    #[config(positional)]
    pub(crate) name: Option<String>,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// The parameter for the branch: text is a fixed value, `None` leaves it out.
    #[expect(dead_code, reason = "read from the object, because None leaves it out")]
    branch: Value,
    /// The parameter for the revision.
    #[expect(dead_code, reason = "read from the object, because None leaves it out")]
    revision: Value,
    /// The parameter for the repository.
    #[expect(dead_code, reason = "read from the object, because None leaves it out")]
    repository: Value,
    /// The parameter for the project.
    #[expect(dead_code, reason = "read from the object, because None leaves it out")]
    project: Value,
    /// A `PatchParameter`.
    pub(crate) patch: Value,
    /// `vertical`, `simple` or `tabs`.
    #[config(default = "vertical")]
    pub(crate) layout: String,
    /// Columns on the screen, at most 4.
    pub(crate) columns: Option<i64>,
}

/// A patch to apply to a codebase.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.forcesched", base = "buildbot.schedulers.forcesched.NestedParameter", open)]
pub(crate) struct PatchParameter {
    /// Always `patch` in a codebase.
    #[config(default = "patch")]
    pub(crate) name: String,
    #[config(flatten)]
    pub(crate) parameter: ParameterArguments,
    /// The parameter for the patch itself; default: an uploaded file.
    pub(crate) body: Value,
    /// The parameter for the level of `patch -p`.
    pub(crate) level: Value,
    /// The parameter for the author.
    pub(crate) author: Value,
    /// The parameter for the comment.
    pub(crate) comment: Value,
    /// The parameter for the directory to apply it in.
    pub(crate) subdir: Value,
    /// `vertical`, `simple` or `tabs`.
    #[config(default = "vertical")]
    pub(crate) layout: String,
    /// Columns on the screen.
    #[config(default = 1)]
    pub(crate) columns: Option<i64>,
}

/// Descriptions of all of them.
pub(crate) fn schemas() -> Vec<ClassSchema> {
    vec![
        BaseParameter::schema(),
        FixedParameter::schema(),
        StringParameter::schema(),
        TextParameter::schema(),
        IntParameter::schema(),
        BooleanParameter::schema(),
        UserNameParameter::schema(),
        ChoiceStringParameter::schema(),
        WorkerChoiceParameter::schema(),
        InheritBuildParameter::schema(),
        FileParameter::schema(),
        NestedParameter::schema(),
        ParameterGroup::schema(),
        AnyPropertyParameter::schema(),
        CodebaseParameter::schema(),
        PatchParameter::schema(),
    ]
}
