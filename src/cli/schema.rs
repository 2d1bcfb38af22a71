use super::args::{Output, Schema, SchemaKind};
use super::{exit, output};
use crate::editor::{FileKind, schema as general};
use crate::session::{Settings, make_schema, write_file};
use std::process::ExitCode;

/// `contest schema`.
pub(super) fn schema(arguments: Schema, out: &Output) -> ExitCode {
    let kind = match arguments.kind {
        SchemaKind::Project => FileKind::Project,
        SchemaKind::Scenario => FileKind::Scenario,
        SchemaKind::Mock => FileKind::Mock,
        SchemaKind::Overlay => FileKind::Overlay,
        SchemaKind::Baseline => FileKind::Baseline,
    };
    let text = if arguments.for_project {
        let settings = Settings {
            folder: std::env::current_dir().unwrap_or_default(),
            limits: arguments.limit,
            allow_remote: arguments.references.allow_remote,
            allow_folders: arguments.references.allow_folder,
            ..Settings::default()
        };
        let (made, diagnostics, limits) = make_schema(kind, &settings);
        output::print_diagnostics(&diagnostics, out);
        let Some(made) = made.filter(|_| diagnostics.is_empty()) else {
            let count = output::count(&diagnostics).unwrap_or_default();
            output::print_error(&format!("\n{count}; no schema is made\n"));
            return ExitCode::from(exit::REFUSED);
        };
        if made.is_without_bodies {
            let limit = limits.schema;
            output::print_error(&format!(
                "the bodies of requests and responses are left out: with them the schema is larger than the limit \
                 `schema` of {limit} bytes; `--limit schema={}` allows more\n",
                limit.saturating_mul(4)
            ));
        }
        made.schema.to_string()
    } else {
        serde_json::to_string_pretty(&general(kind)).unwrap_or_default()
    };
    let Some(path) = arguments.output else {
        output::print(&format!("{text}\n"));
        return ExitCode::SUCCESS;
    };
    if let Some(folder) = path.parent() {
        // What is wrong with it is said when the file cannot be written.
        let _ = std::fs::create_dir_all(folder);
    }
    match write_file(&path, format!("{text}\n").as_bytes()) {
        Ok(()) => {
            if out.quiet == 0 {
                output::print(&format!("wrote {}\n", path.display()));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            output::print_error(&format!("cannot write `{}`: {error}\n", path.display()));
            ExitCode::from(exit::REFUSED)
        }
    }
}
