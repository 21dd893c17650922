//! What the tests of this crate start from.

use ferrobot_data::Change;
use ferrobot_model::{ChangeId, SourceStampId};

/// A change on branch `main` with nothing special about it; its source stamp has the same number.
pub(crate) fn change(id: i64) -> Change {
    Change {
        id: ChangeId(id),
        author: "Jo <jo@example.org>".to_owned(),
        committer: None,
        comments: "work".to_owned(),
        files: vec!["a.c".to_owned()],
        branch: Some("main".to_owned()),
        revision: Some(format!("r{id}")),
        revlink: None,
        when_timestamp: 1_700_000_000,
        category: None,
        repository: String::new(),
        codebase: String::new(),
        project: String::new(),
        properties: serde_json::Map::new(),
        sourcestamp: SourceStampId(id),
        parent_changeids: Vec::new(),
    }
}
