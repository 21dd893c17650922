//! Builds.

use ferrobot_model::{BuildId, BuildRequestId, BuilderId, Results, WorkerId};
use ferrobot_storage::{builds, held};
use serde_json::{Map, Value, json};

use super::Done;
use crate::announce::BUILDS;
use crate::{Data, DataError};

impl Data {
    /// Soon: id and number. State string `created`.
    pub async fn add_build(
        &self,
        builder: BuilderId,
        request: BuildRequestId,
        worker: WorkerId,
    ) -> Result<(BuildId, i64), DataError> {
        let build = builds::NewBuild { builder, request, worker, master: self.master_id() };
        let now = self.now();
        self.soon("add a build", |tx| builds::add(tx, build, now)).await
    }

    /// Publishes `builds/<id>/new` (also `builders/<id>/builds/<number>/new`, `workers/<id>/builds/…`).
    pub async fn new_build_event(&self, build: BuildId) -> Done {
        self.soon("announce a build", |tx| self.events().announce(tx, &BUILDS, build.0, "new")).await
    }

    /// Soon. Publishes `builds/<id>/update`.
    pub async fn set_build_state_string(&self, build: BuildId, text: &str) -> Done {
        self.soon("describe a build", |tx| {
            builds::set_state_string(tx, build, text)?;
            self.events().announce(tx, &BUILDS, build.0, "update")
        })
        .await
    }

    /// Soon. Publishes `builds/<id>/update`.
    pub async fn add_build_locks_duration(&self, build: BuildId, seconds: i64) -> Done {
        self.soon("time the locks of a build", |tx| {
            builds::add_locks_duration(tx, build, seconds)?;
            self.events().announce(tx, &BUILDS, build.0, "update")
        })
        .await
    }

    /// Soon (several at once). Publishes `builds/<id>/properties/update` with those that changed.
    pub async fn set_build_properties(&self, build: BuildId, properties: Vec<(String, Value, String)>) -> Done {
        self.soon("set properties of a build", |tx| {
            let changed = builds::set_properties(tx, build, &properties)?;
            if !changed.is_empty() {
                self.events().announce_key(tx, &["builds", &build.to_string(), "properties", "update"], || {
                    let sourced = |position: usize| {
                        let (name, value, source) = &properties[position];
                        (name.clone(), json!([value, source]))
                    };
                    Value::Object(changed.into_iter().map(sourced).collect::<Map<_, _>>())
                });
            }
            Ok(())
        })
        .await
    }

    /// Soon. Stores a named blob with the build.
    pub async fn set_build_data(&self, build: BuildId, name: &str, value: Vec<u8>, source: &str) -> Done {
        self.soon("store data of a build", |tx| builds::set_data(tx, build, name, &value, source)).await
    }

    /// Soon. Publishes `builds/<id>/finished`.
    pub async fn finish_build(&self, build: BuildId, results: Results, state_string: &str) -> Done {
        let now = self.now();
        self.soon("finish a build", |tx| {
            builds::finish(tx, build, results, Some(state_string), now)?;
            self.events().announce(tx, &BUILDS, build.0, "finished")
        })
        .await
    }

    /// Durable: the build is finished and no longer held, its requests complete, their buildsets too when due: one transaction.
    /// With RETRY the requests are given back instead.
    pub async fn finish_build_and_requests(
        &self,
        build: BuildId,
        results: Results,
        state_string: &str,
        requests: &[BuildRequestId],
    ) -> Done {
        let now = self.now();
        self.durably("finish a build and its requests", |tx| {
            builds::finish(tx, build, results, Some(state_string), now)?;
            self.events().announce(tx, &BUILDS, build.0, "finished")?;
            held::release(tx, build)?;
            self.end_requests(tx, requests, results)
        })
        .await
    }
}
