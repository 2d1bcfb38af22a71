//! Every shipped scenario as a test, on the embedded mock.

fn main() -> std::process::ExitCode {
    contest::harness::main()
}
