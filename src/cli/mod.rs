//! The command line: one file per subcommand.

/// Runs the command line and gives the exit status: 0 fine, 1 mistakes in the source, 2 usage or I/O.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
