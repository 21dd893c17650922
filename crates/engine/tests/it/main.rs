//! Stories of whole masters: a real engine on a real database, with workers that do what the test says.

mod builds;
mod commands;
mod control;
mod distribution;
mod held;
mod loss;
mod reconfigure;
mod restart;
mod scheduling;
mod steps;
mod tries;
mod workers;
