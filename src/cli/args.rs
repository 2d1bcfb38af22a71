use super::baseline::{Baseline, BaselineFlags};
use super::coverage::CoverageFlags;
use super::habits::HabitFlags;
use super::report::{Report, ReportFlags};
use crate::diagnostic::{CheckSelector, Severity};
use crate::plan::{Shard, TagExpression};
use crate::scenario::{ContractSettings, Rate, is_host, unknown_check};
use crate::session::{BaseUrl, ConnectionSettings, OverlayFile};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Runs YAML scenarios against an HTTP API, and checks every response against its OpenAPI document.
#[derive(Debug, Parser)]
#[command(name = "contest", version, max_term_width = 100, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios
    ///
    /// Without FILES, walks up to `contest.yaml` and runs what its `scenarios` names.
    Run(Box<Run>),
    /// List the cases that would run, with their tags and the operations that they call
    ///
    /// Nothing is sent. Exits with 4 when nothing is selected.
    List(Box<List>),
    /// Check documents and scenarios; nothing is sent
    ///
    /// Reports every problem of every file: what cannot be loaded, names that do not exist, parts of
    /// the document that are not as OpenAPI says.
    Check(Check),
    /// Keep the file of known findings
    Baseline(Baseline),
    /// Say what a code means: why it matters, what to do, how to turn it off
    ///
    /// Without CODE, lists every code with what it is about.
    Explain(Explain),
    /// Lay out scenario files: the order of keys, indents, blank lines, missing quotes
    ///
    /// Comments and values are kept as they are written; a file that cannot be laid out without changing
    /// what it says is left as it is. Without FILES, takes those that `contest.yaml` names.
    Fmt(Fmt),
    /// Start a project: write `contest.yaml` and first scenarios for OpenAPI documents
    ///
    /// Scenarios call what can be called by the examples and schemas of a document, and take what it
    /// creates through its life; what only a person can know is marked `# TODO`. Also writes the schemas by
    /// which editors complete both files. Without DOCUMENTS, takes those found in the folder.
    Init(Init),
    /// Print the JSON Schema by which an editor completes and validates a kind of files
    ///
    /// Editors with YAML language support read it from the first line of a file:
    /// `# yaml-language-server: $schema=PATH`.
    Schema(Schema),
    /// Show a run again, or join several
    Report(Report),
    /// Serve the mock that a rules file describes
    ///
    /// Every reply is checked against the document before it is sent. Stops on Ctrl-C.
    Mock(Mock),
    /// Print the completion script of a shell
    ///
    /// For bash: source <(contest completions bash). For zsh, as `_contest` in a folder of `$fpath`; for
    /// fish, as ~/.config/fish/completions/contest.fish; for PowerShell, in `$PROFILE`:
    /// contest completions powershell | Out-String | Invoke-Expression.
    Completions(Completions),
    /// Print the manual page of contest, or of one of its commands
    ///
    /// To read it: contest man run | man -l -
    Man(Man),
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Scenario files, or folders of `*.contest.yaml`
    pub(super) files: Vec<PathBuf>,
    /// The environment of `contest.yaml`
    #[arg(long, short = 'e', env = "CONTEST_ENV", value_name = "NAME")]
    pub(super) env: Option<String>,
    /// Where an api is, in place of the environment's URL; no mock is started then. API is a name of
    /// `contest.yaml`, or the path that a file gives as its `api`; with one api it is not needed
    #[arg(long, value_name = "[API=]URL", value_parser = BaseUrl::parse)]
    pub(super) base_url: Vec<BaseUrl>,
    /// An overlay for the document of an api, applied after those of `contest.yaml`; with one api its
    /// name is not needed
    #[arg(long, value_name = "[API=]FILE", value_parser = OverlayFile::parse)]
    pub(super) overlay: Vec<OverlayFile>,
    /// Send to the servers that the documents name, where nothing else gives a base URL
    #[arg(long)]
    pub(super) use_servers: bool,
    /// The value of an input
    #[arg(long, short = 'i', value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) input: Vec<(String, String)>,
    /// Run the files that load although others do not; the exit code is 2 all the same
    #[arg(long)]
    pub(super) keep_going: bool,
    /// How many cases run at the same time [default: 1, or the number of cores on the embedded mock]
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
    /// In which order cases start: that of the files, or one that the seed gives; reports stay in the
    /// order of the files
    #[arg(long, value_name = "ORDER", default_value = "file")]
    pub(super) order: OrderChoice,
    /// Run the selection N times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) repeat: Option<u32>,
    /// The seed of `$gen`; the one of an earlier run repeats its values
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// The value of `$run.id` [default: a new one each run]
    #[arg(long, value_name = "ID")]
    pub(super) run_id: Option<String>,
    /// Run again, whenever a file changes, the cases that depend on it; Ctrl-C ends it
    #[arg(long, short = 'w')]
    pub(super) watch: bool,
    /// Resolve everything and show each request; nothing is sent, and no token fetched. What only an answer
    /// gives stands as ‹$vars.orderId›
    #[arg(long, conflicts_with = "trace")]
    pub(super) dry_run: bool,
    /// Ask before each request: send, edit, skip or quit; needs a terminal, and takes one worker
    #[arg(long, conflicts_with_all = ["dry_run", "watch", "jobs"])]
    pub(super) step: bool,
    /// How a dry run is shown: for people, or as one JSON document (schemas/dry-run.schema.json)
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        requires = "dry_run",
        conflicts_with = "watch"
    )]
    pub(super) format: ListFormat,
    /// Write every exchange as a line of JSON while it runs (schemas/trace.schema.json), secrets masked
    #[arg(long, value_name = "FILE")]
    pub(super) trace: Option<PathBuf>,
    /// A limit, as in body=64MiB
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) limit: Vec<(String, String)>,
    #[command(flatten)]
    pub(super) references: References,
    /// A file of variables, NAME=value a line, behind those of the process; without it no `.env` is read
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Vec<PathBuf>,
    /// Let auth profiles run the commands that `contest.yaml` names
    #[arg(long)]
    pub(super) allow_commands: bool,
    #[command(flatten)]
    pub(super) contract: ContractFlags,
    #[command(flatten)]
    pub(super) connection: Connection,
    #[command(flatten)]
    pub(super) baseline: BaselineFlags,
    #[command(flatten)]
    pub(super) habits: HabitFlags,
    #[command(flatten)]
    pub(super) coverage: CoverageFlags,
    #[command(flatten)]
    pub(super) reports: ReportFlags,
    #[command(flatten)]
    pub(super) select: Select,
}

/// How servers are reached; each flag counts in place of what the environment says.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct Connection {
    /// A header of every step; one without a value is not sent. What a scenario writes itself counts
    /// before it
    // Read later: clap would quote a value that may be a credential.
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    pub(super) header: Vec<String>,
    /// At most so many requests, evenly spaced over all workers, as in 20/s or 100/m
    #[arg(long, value_name = "RATE", value_parser = Rate::parse)]
    pub(super) rate: Option<Rate>,
    /// The proxy that everything goes through; HTTP_PROXY and its kin are not read
    #[arg(long, short = 'x', value_name = "URL")]
    pub(super) proxy: Option<String>,
    /// Certificates of authorities to trust beside those of this system, PEM
    #[arg(long, value_name = "FILE")]
    pub(super) cacert: Option<PathBuf>,
    /// The certificate to connect with, PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(super) cert: Option<PathBuf>,
    /// The key of that certificate, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) key: Option<PathBuf>,
    /// Trust every certificate: for test systems only
    #[arg(long, short = 'k')]
    pub(super) insecure: bool,
}

impl Connection {
    /// The settings that the flags stand for.
    ///
    /// # Errors
    /// A sentence that says how a header is written.
    pub(super) fn settings(self) -> Result<ConnectionSettings, String> {
        Ok(ConnectionSettings {
            headers: self.header.iter().map(|text| parse_header(text)).collect::<Result<_, _>>()?,
            proxy: self.proxy,
            is_insecure: self.insecure,
            ca: self.cacert,
            cert: self.cert,
            key: self.key,
            rate: self.rate,
        })
    }
}

/// Which cases; every kind that is given must fit, of several patterns of a kind one.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct Select {
    /// Cases whose tags fit: and, or, not and parentheses, as in 'smoke and not slow'
    #[arg(long, value_name = "EXPRESSION", value_parser = parse_tags)]
    pub(super) tags: Option<TagExpression>,
    /// Scenarios whose name, `file::name` or title fits; `*` stands for anything
    #[arg(long, short = 's', value_name = "PATTERN")]
    pub(super) scenario: Vec<String>,
    /// Files whose path, or name in `contest list`, fits
    #[arg(long, short = 'f', value_name = "PATTERN")]
    pub(super) file: Vec<String>,
    /// Cases that call an operation, in setup and cleanup too: its operationId, `api.operationId`, or
    /// method and path template
    #[arg(long, short = 'o', value_name = "PATTERN")]
    pub(super) operation: Vec<String>,
    /// Cases for which a CEL condition holds, over file, scenario, name, title, tags, operations, row,
    /// and for any operation called: operation, api; as in
    /// '"smoke" in tags && operation == "updateAnOrder"'
    #[arg(long, value_name = "CONDITION")]
    pub(super) select: Option<String>,
    /// The I-th of N shares of the selected cases; a case stays in its share when others come and go.
    /// auto/N takes I from JOB_COMPLETION_INDEX or CI_NODE_INDEX, auto takes N from CI_NODE_TOTAL
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub(super) shard: Option<Shard>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Scenario files, or folders of `*.contest.yaml`
    pub(super) files: Vec<PathBuf>,
    /// A tree for people, or one JSON document (schemas/list.schema.json)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ListFormat,
    /// The environment of `contest.yaml`
    #[arg(long, short = 'e', env = "CONTEST_ENV", value_name = "NAME")]
    pub(super) env: Option<String>,
    /// A limit, as in document=128MiB
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) limit: Vec<(String, String)>,
    /// An overlay for the document of an api, applied after those of `contest.yaml`; with one api its
    /// name is not needed
    #[arg(long, value_name = "[API=]FILE", value_parser = OverlayFile::parse)]
    pub(super) overlay: Vec<OverlayFile>,
    #[command(flatten)]
    pub(super) references: References,
    #[command(flatten)]
    pub(super) select: Select,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OrderChoice {
    /// That of the files
    File,
    /// Another one for each seed
    Random,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// OpenAPI documents, scenario files, folders of `*.contest.yaml`, or rules of mocks (`*.mock.yaml`)
    pub(super) files: Vec<PathBuf>,
    /// The environment of `contest.yaml`
    #[arg(long, short = 'e', env = "CONTEST_ENV", value_name = "NAME")]
    pub(super) env: Option<String>,
    /// An overlay for the document of an api, applied after those of `contest.yaml`; with one api its
    /// name is not needed
    #[arg(long, value_name = "[API=]FILE", value_parser = OverlayFile::parse)]
    pub(super) overlay: Vec<OverlayFile>,
    /// How strong the contract is: which wrong answers the schemas would not notice
    #[arg(long)]
    pub(super) strength: bool,
    /// A limit, as in document=128MiB
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) limit: Vec<(String, String)>,
    /// Show hints too: what the document leaves open and a scenario relies on
    #[arg(long)]
    pub(super) hints: bool,
    /// How what was found is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: CheckFormat,
    #[command(flatten)]
    pub(super) references: References,
}

#[derive(Debug, Args)]
pub(super) struct Fmt {
    /// Scenario files, or folders of `*.contest.yaml`
    pub(super) files: Vec<PathBuf>,
    /// Write nothing; name the files that would change, and exit with 1 when there is one
    #[arg(long)]
    pub(super) check: bool,
    /// A limit, as in document=128MiB
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) limit: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// OpenAPI documents
    pub(super) documents: Vec<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    pub(super) force: bool,
    /// A limit, as in document=128MiB
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) limit: Vec<(String, String)>,
    #[command(flatten)]
    pub(super) references: References,
}

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The kind of files
    #[arg(default_value = "scenario")]
    pub(super) kind: SchemaKind,
    /// For the project around this folder: its names, and what each operation of its documents takes and
    /// gives
    #[arg(long)]
    pub(super) for_project: bool,
    /// Write it to a file instead of stdout
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// A limit, as in schema=16MiB
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) limit: Vec<(String, String)>,
    #[command(flatten)]
    pub(super) references: References,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    /// `contest.yaml`
    Project,
    /// `*.contest.yaml`
    Scenario,
    /// `*.mock.yaml`
    Mock,
    /// `*.overlay.yaml`
    Overlay,
    /// `contest.baseline.yaml`
    Baseline,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// What stands in brackets behind `error`: response.body, http.allow; or a pattern, http.*
    pub(super) code: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    pub(super) shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// The command: run, check, …; none means contest itself
    pub(super) command: Option<String>,
}

/// Severities that count before those of every file; of two flags that fit one check, the one that
/// says more counts.
#[derive(Debug, Args)]
pub(super) struct ContractFlags {
    /// Make findings of a contract check errors: response.extra, http.*, '*' for all
    #[arg(long, value_name = "CODE", value_parser = parse_check)]
    pub(super) deny: Vec<CheckSelector>,
    /// Make findings of a contract check warnings
    #[arg(long, value_name = "CODE", value_parser = parse_check)]
    pub(super) warn: Vec<CheckSelector>,
    /// Do not run a contract check
    #[arg(long, value_name = "CODE", value_parser = parse_check)]
    pub(super) off: Vec<CheckSelector>,
}

impl ContractFlags {
    /// The settings that the flags stand for.
    ///
    /// # Errors
    /// A sentence that names a code with two severities.
    pub(super) fn settings(self) -> Result<ContractSettings, String> {
        let all = [(Severity::Off, self.off), (Severity::Warn, self.warn), (Severity::Deny, self.deny)];
        let mut checks: Vec<(CheckSelector, Severity)> = Vec::new();
        for (severity, selectors) in all {
            for selector in selectors {
                if let Some((_, other)) =
                    checks.iter().find(|(known, it)| known.checks() == selector.checks() && *it != severity)
                {
                    let (one, two) = (other.as_str(), severity.as_str());
                    return Err(format!("`{}` is given to both `--{one}` and `--{two}`", selector.text()));
                }
                checks.push((selector, severity));
            }
        }
        Ok(ContractSettings::of(checks))
    }
}

#[derive(Debug, Args)]
pub(super) struct Mock {
    /// The rules file, `*.mock.yaml`
    pub(super) rules: PathBuf,
    /// An overlay for the document that the rules name
    #[arg(long, value_name = "FILE")]
    pub(super) overlay: Vec<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4010", value_parser = parse_address)]
    pub(super) listen: SocketAddr,
    #[command(flatten)]
    pub(super) references: References,
}

#[derive(Debug, Args)]
pub(super) struct References {
    /// Read documents, and what their references lead to, from this host too
    #[arg(long, value_name = "HOST[:PORT]", value_parser = parse_host)]
    pub(super) allow_remote: Vec<String>,
    /// Follow references of documents into this folder too
    #[arg(long, value_name = "FOLDER")]
    pub(super) allow_folder: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Output {
    /// When to use colour; NO_COLOR is respected
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: ColorChoice,
    /// Say more: the steps of each case, warnings where they were found, bodies to their end; -vv also
    /// every request and response with header lines and bodies
    #[arg(long, short = 'v', action = ArgAction::Count, global = true)]
    pub(super) verbose: u8,
    /// Say less: what failed, and the line that sums up
    #[arg(long, short = 'q', action = ArgAction::Count, global = true, conflicts_with = "verbose")]
    pub(super) quiet: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people: on stderr, with the lines of the files
    Human,
    /// One JSON document on stdout; its schema is schemas/check.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal that has colours
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

pub(super) fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

fn parse_host(text: &str) -> Result<String, String> {
    match is_host(text) {
        true => Ok(text.to_owned()),
        false => Err("write HOST or HOST:PORT, as in example.com".to_owned()),
    }
}

/// As curl's `-H` has them: `Name: value`, and `Name:` for none.
fn parse_header(text: &str) -> Result<(String, Option<String>), String> {
    // RFC 9110 §5.1: a field name is a token.
    let is_token = |name: &str| {
        let is_token_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        !name.is_empty() && name.chars().all(is_token_char)
    };
    match text.split_once(':') {
        Some((_, value)) if value.contains(['\r', '\n', '\0']) => {
            Err("`--header`: the value holds a line end or a NUL, which cannot be sent".to_owned())
        }
        Some((name, value)) if is_token(name) => {
            let value = value.trim();
            Ok((name.to_owned(), (!value.is_empty()).then(|| value.to_owned())))
        }
        _ => Err("`--header` is NAME: VALUE, as in 'X-Tenant: qa'".to_owned()),
    }
}

fn parse_check(text: &str) -> Result<CheckSelector, String> {
    CheckSelector::parse(text).ok_or_else(|| {
        let (message, label, help) = unknown_check(text, &[]);
        match (label.starts_with("did you mean"), help) {
            (true, _) => format!("{message}; {label}"),
            (_, Some(help)) => format!("{message}; {help}"),
            _ => message,
        }
    })
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write HOST:PORT with an IP address, as in 127.0.0.1:4011".to_owned())
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    Shard::parse_with(text, &|name| std::env::var(name).ok()).map_err(|error| error.to_string())
}

fn parse_tags(text: &str) -> Result<TagExpression, String> {
    TagExpression::parse(text).map_err(|error| error.to_string())
}
