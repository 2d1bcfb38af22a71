//! The command `contest`.

fn main() -> std::process::ExitCode {
    contest::cli::main()
}
