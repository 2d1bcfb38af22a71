//! The recipes of `docs/ci.md`, `action.yml`, `deploy/` and the `Dockerfile`: what can be held without their machines.

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::source::Source;
use contest::yaml::{Dialect, load};
use regex::Regex;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn yaml(name: &str, text: &str) -> Value {
    let source = Source::new(name, text);
    let mut problems = Problems::new(&source);
    let node = load(Dialect::Ours, &Limits::default(), &mut problems);
    let list = problems.into_list();
    assert!(list.is_empty(), "{name}: {list:?}");
    node.expect("a file without problems has a node").to_value()
}

fn blocks(page: &str) -> Vec<&str> {
    page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The commands of contest in a text, as a shell would give them, variables filled in.
fn commands(text: &str) -> Vec<Vec<String>> {
    // A command may go on in further lines.
    let text = Regex::new(r"\\\n *").expect("a pattern").replace_all(text, "");
    let lines = text.lines().filter_map(|line| {
        let at = ["contest run ", "contest report "].iter().filter_map(|start| line.find(start)).min()?;
        // What is quoted in a sentence is no command line.
        (!line[..at].ends_with('`')).then(|| &line[at + "contest ".len()..])
    });
    let split = |line: &str| {
        let line = line.split(" || ").next().unwrap_or(line).trim_end_matches('\'');
        let line = line.replace("\"${args[@]}\"", "").replace("$SHARD", "1").replace("$CI_NODE_INDEX", "1");
        shlex::split(&line).unwrap_or_else(|| panic!("{line}"))
    };
    lines.map(split).collect()
}

/// What numbers shards where the recipes run.
const SHARDS: [(&str, &str); 3] =
    [("JOB_COMPLETION_INDEX", "0"), ("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "5")];

/// The binary refuses what it does not know before it comes to `--help`.
fn is_accepted(mut arguments: Vec<String>) -> bool {
    arguments.push("--help".to_owned());
    let output =
        Command::new(env!("CARGO_BIN_EXE_contest")).args(&arguments).env_clear().envs(SHARDS).output();
    output.expect("the command runs").status.success()
}

#[test]
fn every_command_is_one_of_contest() {
    let mut n_commands = 0;
    for name in ["docs/ci.md", "action.yml"] {
        for command in commands(&read(name)) {
            assert!(is_accepted(command.clone()), "{name}: {command:?}");
            n_commands += 1;
        }
    }
    assert!(n_commands >= 5, "{n_commands}");
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(is_accepted(words("run --env staging --wait-for 60s")));
    for wrong in
        ["run --no-such-flag", "run --shard x", "run --report nothing=x", "report merge a --no-such-flag"]
    {
        assert!(!is_accepted(words(wrong)), "{wrong}");
    }
}

#[test]
fn the_job_is_one_of_kubernetes() {
    let job = yaml("contest-job.yaml", &read("deploy/contest-job.yaml"));
    let schema: Value =
        serde_json::from_str(&read("tests/schemas/kubernetes-job.schema.json")).expect("it is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("it is a schema");
    let errors: Vec<String> =
        validator.iter_errors(&job).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let mut wrong = job.clone();
    wrong["spec"]["template"]["spec"]["container"] = Value::Null;
    assert!(!validator.is_valid(&wrong), "an unknown field passes");

    let spec = &job["spec"];
    assert_eq!(spec["completions"], spec["parallelism"]);
    let container = &spec["template"]["spec"]["containers"][0];
    let arguments: Vec<String> = serde_json::from_value(container["args"].clone()).expect("they are texts");
    let shard = format!("auto/{}", spec["completions"]);
    assert!(arguments.contains(&shard), "{arguments:?}");
    assert!(is_accepted(arguments));
    let volumes = spec["template"]["spec"]["volumes"].as_array().expect("it has volumes");
    for mount in container["volumeMounts"].as_array().expect("it has mounts") {
        assert!(volumes.iter().any(|volume| volume["name"] == mount["name"]), "{mount}");
    }
}

/// A composite action needs a shell for each `run`, and takes inputs through `env` alone.
#[test]
fn the_action_is_a_composite_one_without_injection() {
    let action = yaml("action.yml", &read("action.yml"));
    assert_eq!(action["runs"]["using"], "composite");
    for key in ["name", "description"] {
        assert!(action[key].is_string(), "{key}");
    }
    for kind in ["inputs", "outputs"] {
        for (name, about) in action[kind].as_object().expect("it is a map") {
            assert!(about["description"].is_string(), "{name}");
            assert!(kind == "inputs" || about["value"].is_string(), "{name}");
        }
    }
    for step in action["runs"]["steps"].as_array().expect("it has steps") {
        assert_eq!(step["shell"], "bash", "{step}");
        check_run(step);
    }
}

fn check_run(step: &Value) {
    if let Some(script) = step["run"].as_str() {
        assert!(!script.contains("${{"), "an expression within a script: {script}");
    }
}

#[test]
fn the_workflows_have_what_theirs_need() {
    let page = read("docs/ci.md");
    let blocks = blocks(&page);
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let file = yaml("docs/ci.md", block);
        if block.starts_with("# .gitlab-ci.yml") {
            let stages = file["stages"].as_array().expect("it has stages");
            for job in ["contest", "merge"] {
                assert!(stages.contains(&file[job]["stage"]) && file[job]["script"].is_array(), "{job}");
            }
            continue;
        }
        assert!(block.starts_with("# .github/workflows/") && file["name"].is_string(), "{block}");
        assert!(file["on"].is_array() && file["permissions"].is_object(), "{block}");
        for (name, job) in file["jobs"].as_object().expect("it has jobs") {
            assert!(job["runs-on"].is_string(), "{name}");
            for step in job["steps"].as_array().expect("it has steps") {
                assert!(step["run"].is_string() != step["uses"].is_string(), "{step}");
                let is_pinned = step["uses"].as_str().is_none_or(|uses| uses.contains("@v"));
                assert!(is_pinned, "{step}");
                check_run(step);
            }
        }
    }
}

#[test]
fn the_image_is_pinned_and_not_root() {
    let file = read("Dockerfile");
    let of = |word: &str| -> Vec<String> {
        let lines = file.lines().filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
        lines.map(str::to_owned).collect()
    };
    for image in of("FROM") {
        let image = image.split(' ').next().unwrap_or_default();
        let tag = image.rsplit_once(':').map(|(_, tag)| tag);
        assert!(tag.is_some_and(|tag| tag != "latest"), "{image}");
    }
    assert_eq!(of("USER"), ["65532:65532"]);
    assert_eq!(of("ENTRYPOINT"), ["[\"contest\"]"]);
    let toolchain = read("rust-toolchain.toml");
    assert!(toolchain.contains("channel = \"1.95.0\"") && file.contains("RUSTUP_TOOLCHAIN=1.95.0"));
}
