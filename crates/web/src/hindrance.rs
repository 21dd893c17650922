//! Why a worker takes no builds, in words.

use std::collections::HashMap;

use ferrobot_data::Hindrance;
use ferrobot_model::Timestamp;

use crate::show::datetime;
use crate::site::Site;

/// What keeps each worker from building, by its id.
pub(crate) fn of_all(site: &Site) -> HashMap<String, Vec<String>> {
    let found = site.data().controller().map(|controller| controller.hindrances()).unwrap_or_default();
    found.into_iter().map(|(id, found)| (id.to_string(), found.iter().map(in_words).collect())).collect()
}

fn in_words(hindrance: &Hindrance) -> String {
    match hindrance {
        Hindrance::Missing { since, was_here: true } => format!("It is missing since {}.", time(*since)),
        Hindrance::Missing { since, was_here: false } => {
            format!("It has not connected since the master knows it ({}).", time(*since))
        }
        Hindrance::Leaving => "It finishes its builds and shuts down.".to_owned(),
        Hindrance::Paused => "It is paused.".to_owned(),
        Hindrance::Quarantined { until } => {
            format!(
                "It is in quarantine until {}: a build on it ended with an exception, or could not begin.",
                time(*until)
            )
        }
        Hindrance::Full { max_builds: 1 } => "It runs a build, and may run only one at a time.".to_owned(),
        Hindrance::Full { max_builds } => format!("It runs {max_builds} builds, as many as it may at a time."),
        Hindrance::Locked { name } => format!("Its lock `{name}` is held by others."),
        Hindrance::TwinRefused { at } => {
            format!("Another process of its name was refused at {}: perhaps its machine was copied.", time(*at))
        }
    }
}

fn time(time: Timestamp) -> String {
    format!("{} UTC", datetime(time.0))
}
