//! `yagura-server`: the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    yagura_server::cli::main()
}
