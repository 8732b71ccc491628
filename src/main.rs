//! The `slovo` command. Everything happens in the library.

fn main() -> std::process::ExitCode {
    slovo::cli::main()
}
