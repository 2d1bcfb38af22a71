use super::args::{Mock, Output};
use super::{exit, output};
use crate::session::{MockError, OverlayFile, Settings, start_mock};
use std::process::ExitCode;

/// `contest mock`.
pub(super) fn mock(arguments: &Mock, out: &Output) -> ExitCode {
    let runtime = match crate::session::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::print_error(&format!("error: cannot start: {error}\n"));
            return ExitCode::from(exit::REFUSED);
        }
    };
    runtime.block_on(serve(arguments, out))
}

async fn serve(arguments: &Mock, out: &Output) -> ExitCode {
    let settings = Settings {
        folder: std::env::current_dir().unwrap_or_default(),
        overlays: arguments.overlay.iter().map(|path| OverlayFile::of_only(path)).collect(),
        allow_remote: arguments.references.allow_remote.clone(),
        allow_folders: arguments.references.allow_folder.clone(),
        ..Settings::default()
    };
    let mock = match start_mock(&arguments.rules, &settings, arguments.listen).await {
        Ok(mock) => mock,
        Err(MockError::Rules(diagnostics)) => {
            output::print_diagnostics(&diagnostics, out);
            return ExitCode::from(exit::REFUSED);
        }
        Err(error) => {
            output::print_error(&format!("error: {error}\nhelp: choose another address with `--listen`\n"));
            return ExitCode::from(exit::REFUSED);
        }
    };
    output::print_diagnostics(&mock.diagnostics, out);
    let base_url = mock.server.base_url();
    output::print(&format!("listening on {base_url}, rules {}\n", arguments.rules.display()));
    // Without a way to be told to stop, the server goes on until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    mock.server.stop().await;
    ExitCode::SUCCESS
}
