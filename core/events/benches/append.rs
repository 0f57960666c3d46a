//! How many events a second become durable, and how long questions take.

fn main() {}
