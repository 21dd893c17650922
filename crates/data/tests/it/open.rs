//! Opening and closing.

use ferrobot_data::{Data, DataError};

use crate::fixture::{Fixture, options};

#[tokio::test]
async fn the_same_master_keeps_its_id_when_it_opens_again() {
    let first = Fixture::new().await;
    let id = first.data.master_id();
    first.clock.advance(1.0);
    first.data.master_active().await.unwrap();
    first.data.close().await.unwrap();
    assert!(matches!(first.data.master_active().await, Err(DataError::Closed)));

    let again = Fixture::open(first.dir).await;
    assert_eq!(again.data.master_id(), id);
}

#[tokio::test]
async fn a_database_without_tables_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(ferrobot_model::SystemClock);
    let error = Data::open(options(dir.path()), clock).await.err().unwrap();
    assert!(matches!(error, DataError::Unusable(_)), "{error:?}");
}
