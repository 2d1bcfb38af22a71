//! Holds `src/` to the table of rooms in ARCHITECTURE.md: a room uses rooms on lower floors only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FLOORS: &[(u8, &[&str])] = &[
    (1, &["source", "yaml", "json", "diagnostic", "exchange", "limits", "secret", "clock", "hash"]),
    (2, &["expression"]),
    (3, &["openapi", "scenario", "http"]),
    (4, &["check", "sample"]),
    (5, &["baseline", "coverage", "init", "plan", "strength"]),
    (6, &["engine", "lint", "mock"]),
    (7, &["editor", "report"]),
    (8, &["session"]),
    (9, &["cli", "harness", "main", "lib"]),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn floors() -> BTreeMap<&'static str, u8> {
    FLOORS.iter().flat_map(|(floor, rooms)| rooms.iter().map(|room| (*room, *floor))).collect()
}

fn room_of(path: &Path) -> String {
    let below = path.strip_prefix(src()).expect("the file is below src");
    let first = below.components().next().expect("the file has a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The rooms that a file names as `crate::room`, in code and not in comments.
fn rooms_used(text: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for (at, _) in code.match_indices("crate::") {
            let name: String =
                code[at + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            used.push((index + 1, name));
        }
    }
    used
}

#[test]
fn rooms_use_lower_floors_only() {
    let floors = floors();
    let mut wrong = Vec::new();
    for path in rust_files(&src()) {
        let room = room_of(&path);
        let floor = *floors.get(room.as_str()).unwrap_or_else(|| panic!("`{room}` has no floor"));
        let text = std::fs::read_to_string(&path).expect("source is readable");
        for (line, used) in rooms_used(&text) {
            let used_floor = floors.get(used.as_str()).copied().unwrap_or(u8::MAX);
            let is_allowed =
                used == room || used_floor < floor || (floor == 1 && used_floor == 1) || floor == 9;
            if !is_allowed {
                wrong.push(format!("{}:{line}: `{room}` uses `{used}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_ground_floor_has_no_circles() {
    let ground = FLOORS[0].1;
    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in rust_files(&src()) {
        let room = room_of(&path);
        if ground.contains(&room.as_str()) {
            let text = std::fs::read_to_string(&path).expect("source is readable");
            // Tests may use anything.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let used = rooms_used(code).into_iter().map(|(_, used)| used).filter(|used| *used != room);
            let used: Vec<String> = used.collect();
            uses.entry(room).or_default().extend(used);
        }
    }
    fn reaches(from: &str, to: &str, uses: &BTreeMap<String, Vec<String>>, depth: usize) -> bool {
        depth < 16
            && uses
                .get(from)
                .is_some_and(|list| list.iter().any(|next| next == to || reaches(next, to, uses, depth + 1)))
    }
    for room in uses.keys() {
        assert!(!reaches(room, room, &uses, 0), "`{room}` uses itself in a circle");
    }
}

#[test]
fn no_file_of_the_tool_knows_a_vendor() {
    for path in rust_files(&src()) {
        let text = std::fs::read_to_string(&path).expect("source is readable").to_lowercase();
        for vendor in ["elasticpath", "elastic path", "ecartapi", "moltin", "magento"] {
            assert!(!text.contains(vendor), "{} knows {vendor}", path.display());
        }
    }
}

#[test]
fn the_map_names_every_room() {
    let map = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md"))
        .expect("ARCHITECTURE.md is readable");
    for (_, rooms) in FLOORS {
        for room in *rooms {
            assert!(
                *room == "lib" || map.contains(&format!("`{room}")),
                "ARCHITECTURE.md does not name `{room}`"
            );
        }
    }
}
