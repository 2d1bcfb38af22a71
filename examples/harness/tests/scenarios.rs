//! Every scenario of `contest.yaml`, each case a test of its own.

fn main() -> std::process::ExitCode {
    contest::harness::main()
}
