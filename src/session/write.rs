use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file wholly or not at all: who reads it sees the old text or the new one, and a process that is
/// killed leaves one of them. Permissions stay, and a link stays a link.
///
/// # Errors
/// When the folder or the file cannot be written to.
pub fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    write_file_with(path, &mut |out| out.write_all(content))
}

/// Writes a file as [`write_file`] does, what is written coming bit by bit.
///
/// # Errors
/// When the folder or the file cannot be written to, or what the writing says.
pub(super) fn write_file_with(
    path: &Path,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    // What is replaced is the file that a link leads to.
    let path = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path)?,
        _ => path.to_owned(),
    };
    let permissions = fs::metadata(&path).ok().map(|found| found.permissions());
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let beside = beside(&path)?;
    let written = write(&beside, content, permissions).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // What is left of it is of no use; that it cannot be removed is not what went wrong.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Makes the folder of a file that is to be written later, and sees whether it can be: what cannot should be said
/// before a run of an hour and not behind it.
///
/// # Errors
/// When the folder or the file cannot be written to.
pub fn prepare_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    if let Ok(found) = fs::metadata(path) {
        if found.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        if found.permissions().readonly() {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
    }
    let beside = beside(path)?;
    File::create(&beside)?;
    fs::remove_file(beside)
}

/// A name in the same folder, so that the file can be moved to its place in one step.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    Ok(path.with_file_name(hidden))
}

fn write(
    path: &Path,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    permissions: Option<fs::Permissions>,
) -> io::Result<()> {
    let file = File::create(path)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    let mut out = BufWriter::new(file);
    content(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("contest-write-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder is made");
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is readable");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("the folder is readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_made_and_replaced_and_nothing_is_left_beside_it() {
        let folder = folder("replaced");
        let path = folder.join("a.yaml");
        for text in ["one", "two"] {
            write_file(&path, text.as_bytes()).expect("it is written");
            assert_eq!(fs::read_to_string(&path).expect("it is readable"), text);
        }
        assert_eq!(names(&folder), ["a.yaml"]);
        assert!(write_file(&folder.join("no/such/folder"), b"x").is_err());
        assert!(write_file(Path::new("/"), b"x").is_err());
        let _ = fs::remove_dir_all(&folder);
    }

    #[test]
    fn what_cannot_be_written_is_known_before_and_nothing_is_left() {
        let folder = folder("prepared");
        let path = folder.join("a/b.json");
        prepare_file(&path).expect("it can be written");
        assert_eq!(names(&folder.join("a")), Vec::<String>::new());
        fs::write(&path, "old").expect("it is written");
        prepare_file(&path).expect("it can be written again");
        assert_eq!(fs::read_to_string(&path).expect("it is readable"), "old");
        assert!(prepare_file(&folder.join("a")).is_err(), "a folder is no file");
        assert!(prepare_file(&path.join("c")).is_err(), "a file is no folder");
        let _ = fs::remove_dir_all(&folder);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = folder("links");
        let (path, link) = (folder.join("a.yaml"), folder.join("link.yaml"));
        fs::write(&path, "one").expect("it is written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
        symlink("a.yaml", &link).expect("a link is made");
        write_file(&link, b"two").expect("it is written");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("it is readable"), "two");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).expect("it is ours");
        assert!(write_file(&link, b"three").is_err(), "what is not to be written is not replaced either");
        assert_eq!(names(&folder), ["a.yaml", "link.yaml"]);
        let _ = fs::remove_dir_all(&folder);
    }
}
