//! A patch of the source stamp, applied over the checkout. The next checkout sees by a mark that it has to clean up.

use ferrobot_data::Patch;
use ferrobot_engine::StepError;

use super::repository::Repository;
use crate::rendered::fault;

const DIFF: &str = ".buildbot-diff";
const MARK: &str = ".buildbot-patched";

impl Repository<'_> {
    /// Removes what an earlier patch left.
    pub(super) async fn forget_patch(&mut self) -> Result<(), StepError> {
        let mark = self.paths.join(&self.workdir, MARK);
        if self.exists(&mark).await? { self.git(&["clean", "-f", "-f", "-d", "-x"]).await } else { Ok(()) }
    }

    /// Applies a patch.
    pub(super) async fn apply(&mut self, patch: &Patch) -> Result<(), StepError> {
        let workdir = self.workdir.clone();
        if let Some(subdir) = patch.subdir.as_deref().filter(|subdir| !subdir.is_empty()) {
            if !self.paths.stays_below(subdir) {
                return Err(fault(format!("the patch is for `{subdir}`, which is outside of the sources")));
            }
            self.workdir = self.paths.join(&workdir, subdir);
        }
        let diff = self.paths.join(&self.workdir, DIFF);
        self.write(&diff, &patch.body, None).await?;
        self.write(&self.paths.join(&workdir, MARK), b"patched\n", None).await?;
        self.git(&["update-index", "--refresh"]).await?;
        let mut words = ["apply", "--index", "-p", &patch.level.to_string()].map(str::to_owned).to_vec();
        // Only text can be brought to a command's standard input; of the rest git takes the file.
        let body = std::str::from_utf8(&patch.body).ok().map(str::to_owned);
        if body.is_none() {
            words.push(DIFF.to_owned());
        }
        if self.run(words, body).await?.did_fail() || !self.remove(&diff, None).await? {
            return Err(StepError::Failed);
        }
        self.workdir = workdir;
        Ok(())
    }
}
