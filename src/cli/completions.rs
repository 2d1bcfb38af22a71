use super::args::{Arguments, Completions, Man};
use super::{exit, output};
use crate::yaml::nearest;
use clap::{Command, CommandFactory as _};
use std::process::ExitCode;

/// `contest completions`.
pub(super) fn completions(arguments: &Completions) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "contest", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}

/// `contest man`.
pub(super) fn man(arguments: &Man) -> ExitCode {
    match page(arguments.command.as_deref()) {
        Ok(page) => {
            output::print(&page);
            ExitCode::SUCCESS
        }
        Err(words) => {
            output::print_error(&words);
            ExitCode::from(exit::REFUSED)
        }
    }
}

/// The manual page of contest or of one of its commands, in roff.
///
/// # Errors
/// What to say where there is no such command.
fn page(wanted: Option<&str>) -> Result<String, String> {
    let mut contest = Arguments::command();
    // Commands get their names as people type them: `contest run`, in the page `contest-run`.
    contest.build();
    let command = match wanted {
        None => contest,
        Some(wanted) => match contest.find_subcommand(wanted) {
            Some(command) => command.clone(),
            None => return Err(unknown(wanted, &contest)),
        },
    };
    let title = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let version = concat!("contest ", env!("CARGO_PKG_VERSION"));
    let page_of =
        clap_mangen::Man::new(command).title(title.to_uppercase()).source(version).manual("contest");
    let mut page = Vec::new();
    // Nothing refuses what is written to memory.
    let _ = page_of.render(&mut page);
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn unknown(wanted: &str, contest: &Command) -> String {
    let names = || contest.get_subcommands().map(Command::get_name).filter(|name| *name != "help");
    let help = match nearest(wanted, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the commands are {}", names().collect::<Vec<_>>().join(", ")),
    };
    format!("error: there is no command `{wanted}`\nhelp: {help}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;
    use clap_complete::Shell;

    #[test]
    fn every_shell_has_a_script_that_knows_commands_and_flags() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "contest", &mut script);
            let script = String::from_utf8(script).expect("it is text");
            for word in ["completions", "explain", "base-url", "keep-going"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn there_is_a_page_for_contest_and_each_command() {
        let root = page(None).expect("there is one");
        assert!(root.contains(".TH CONTEST 1") && root.contains("contest\\-run(1)"), "{root}");
        let run = page(Some("run")).expect("there is one");
        assert!(run.contains(".TH CONTEST-RUN 1") && run.contains("\\-\\-base\\-url"), "{run}");
        let wrong = |name: &str| page(Some(name)).expect_err("there is none");
        assert_eq!(wrong("rnu"), "error: there is no command `rnu`\nhelp: did you mean `run`?\n");
        assert!(wrong("frobnicate").contains("the commands are run, list, check"));
    }
}
