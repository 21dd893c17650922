//! What a step that did not come to a result of its own leaves behind: the logs `err.text` and `err.html`.

use super::{StepContext, StepError};
use crate::HostError;

/// What is written about an error; `None`: there is nothing to say.
pub(crate) fn text_of(error: &StepError) -> Option<String> {
    match error {
        StepError::WorkerLost(_) | StepError::Cancelled(_) | StepError::Failed => None,
        StepError::Host(HostError::Raised { exception, message, traceback }) => {
            Some(if traceback.is_empty() { format!("{exception}: {message}\n") } else { traceback.clone() })
        }
        StepError::Host(_) | StepError::Exception(_) | StepError::WorkerSetup(_) | StepError::Data(_) => {
            Some(format!("{error}\n"))
        }
    }
}

impl StepContext {
    /// Writes an error's text for the user. Failing to is no reason to lose the build.
    pub(crate) async fn explain(&mut self, text: &str) -> Result<(), StepError> {
        self.add_finished_log("err.text", 't', text).await?;
        let page = format!("<pre>{}</pre>\n", escape(text));
        self.add_finished_log("err.html", 'h', &page).await
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_see_the_traceback_or_the_sentence() {
        let raised = |traceback: &str| {
            StepError::Host(HostError::Raised {
                exception: "ValueError".to_owned(),
                message: "boom".to_owned(),
                traceback: traceback.to_owned(),
            })
        };
        assert_eq!(text_of(&raised("Traceback …\n")).as_deref(), Some("Traceback …\n"));
        assert_eq!(text_of(&raised("")).as_deref(), Some("ValueError: boom\n"));
        assert_eq!(text_of(&StepError::Exception("no such file".to_owned())).as_deref(), Some("no such file\n"));
        assert_eq!(text_of(&StepError::Failed), None);
        assert_eq!(escape("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
    }
}
