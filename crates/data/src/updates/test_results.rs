//! Results of tests that steps read out of their logs. All soon.

use ferrobot_model::{StepId, TestResultSetId};
use ferrobot_storage::test_results;

use super::Done;
use crate::announce::TEST_RESULT_SETS;
use crate::{Data, DataError, NewTestResult};

/// So many results are added before others get their turn.
const RESULTS_AT_ONCE: usize = 200;

impl Data {
    /// Adds a set to a step, for example of category `pass_fail` and unit `boolean`. `None` when there is no such step.
    /// Publishes `test_result_sets/<id>/new`.
    pub async fn add_test_result_set(
        &self,
        step: StepId,
        description: Option<&str>,
        category: &str,
        value_unit: &str,
    ) -> Result<Option<TestResultSetId>, DataError> {
        self.soon("add a set of test results", |tx| {
            let set = test_results::add_set(tx, step, description, category, value_unit)?;
            if let Some(set) = set {
                self.events().announce(tx, &TEST_RESULT_SETS, set.0, "new")?;
            }
            Ok(set)
        })
        .await
    }

    /// Adds results to a set, in order.
    pub async fn add_test_results(&self, set: TestResultSetId, results: &[NewTestResult]) -> Done {
        for some in results.chunks(RESULTS_AT_ONCE) {
            self.soon("add test results", |tx| test_results::add(tx, set, some).map(drop)).await?;
        }
        Ok(())
    }

    /// Completes a set. Publishes `test_result_sets/<id>/completed`.
    pub async fn complete_test_result_set(
        &self,
        set: TestResultSetId,
        tests_passed: Option<i64>,
        tests_failed: Option<i64>,
    ) -> Done {
        self.soon("complete a set of test results", |tx| {
            if test_results::complete_set(tx, set, tests_passed, tests_failed)? {
                self.events().announce(tx, &TEST_RESULT_SETS, set.0, "completed")?;
            }
            Ok(())
        })
        .await
    }
}
