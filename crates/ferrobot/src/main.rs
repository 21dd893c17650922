//! ferrobot
fn main() {}
