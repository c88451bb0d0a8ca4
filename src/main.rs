//! The `rookery` binary: see [`rookery::cli`].

fn main() -> std::process::ExitCode {
    rookery::cli::run()
}
