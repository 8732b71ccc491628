//! The `slovo` command. Everything happens in the library.

/// A compiler takes and gives back many small pieces on all cores: a sixth of a build with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    slovo::cli::main()
}
