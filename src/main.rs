//! The command `contest`.

fn main() {}
