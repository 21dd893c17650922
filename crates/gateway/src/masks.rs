//! Hides secret words of a command line where a worker shows them: stock workers cannot do that over MessagePack.

use ferrobot_model::{Command, CommandEvent, CommandLine, Stream, Update};
use ferrobot_worker::python_text::bytes_repr;

/// Shorter words would hide half of a header.
const WORD_BYTES_MIN: usize = 3;

/// Texts to be replaced in a command's header.
#[derive(Debug, Default)]
pub(crate) struct Masks {
    replacements: Vec<(String, String)>,
}

impl Masks {
    /// All forms in which a header shows the secret words of a command.
    pub(crate) fn of(command: &Command) -> Masks {
        let Command::Shell(shell) = command else { return Masks::default() };
        let words = match &shell.command {
            CommandLine::Shell(line) => std::slice::from_ref(line),
            CommandLine::Words(words) => words.as_slice(),
        };
        let mut replacements = Vec::new();
        for word in words {
            let Some(shown) = word.shown.as_ref().filter(|_| word.text.len() >= WORD_BYTES_MIN) else { continue };
            let python = bytes_repr(word.text.as_bytes());
            let forms = [
                word.text.clone(),
                word.text.replace('\'', "'\"'\"'"),
                python.get(2..python.len() - 1).unwrap_or_default().to_owned(),
            ];
            replacements.extend(forms.into_iter().filter(|form| !form.is_empty()).map(|form| (form, shown.clone())));
        }
        // A form that holds another one goes first.
        replacements.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
        Masks { replacements }
    }

    pub(crate) fn apply(&self, event: CommandEvent) -> CommandEvent {
        match event {
            CommandEvent::Update(Update::Output(Stream::Header, text)) if !self.replacements.is_empty() => {
                let masked = self.replacements.iter().fold(text, |text, (form, shown)| text.replace(form, shown));
                CommandEvent::Update(Update::Output(Stream::Header, masked))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use ferrobot_model::{Arg, ShellCommand};

    use super::*;

    #[test]
    fn secrets_vanish_from_headers_only() {
        let secret = Arg { text: "it's\\é".to_owned(), shown: Some("XXX".to_owned()) };
        let command = Command::Shell(ShellCommand::new(".", CommandLine::Words(vec!["svn".into(), secret])));
        let masks = Masks::of(&command);
        let header = "svn 'it'\"'\"'s\\é'\n argv: [b'svn', b\"it's\\\\\\xc3\\xa9\"]\n".to_owned();
        let CommandEvent::Update(Update::Output(_, masked)) =
            masks.apply(CommandEvent::Update(Update::Output(Stream::Header, header)))
        else {
            panic!()
        };
        assert_eq!(masked, "svn 'XXX'\n argv: [b'svn', b\"XXX\"]\n");

        let output = CommandEvent::Update(Update::Output(Stream::Stdout, "it's\\é".to_owned()));
        let CommandEvent::Update(Update::Output(_, text)) = masks.apply(output) else { panic!() };
        assert_eq!(text, "it's\\é");
    }
}
