//! Lives an ordinary day at a desk and says how many rows of each kind the default policy makes of it. Needs Linux and root.
#![expect(clippy::print_stdout, reason = "a report for a person")]

#[path = "../tests/day/mod.rs"]
mod day;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), String> {
    if let Some(done) = day::in_a_world_of_its_own(&[]) {
        return done;
    }
    let day = day::live().await?;
    println!("\nan ordinary day: {} rows", day.0.len());
    for (kind, rows) in day.by_kind() {
        println!("  {kind:<18}{rows:>6}");
    }
    let sums: u64 = day.0.iter().filter_map(|event| event.count).sum();
    println!("  {sums} acts and starts stand in rows with a count");
    Ok(())
}
