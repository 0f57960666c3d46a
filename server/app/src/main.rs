//! `yagura-server`: the program.

use std::process::ExitCode;

/// Thousands of connections come and go on many threads. The system's allocator keeps what they freed in an arena for each
/// thread; this one gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    yagura_server::cli::main()
}
