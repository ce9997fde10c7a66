//! What is in a folder after success and after failure.

use std::io::ErrorKind;

use super::*;

/// Names in a folder, sorted.
fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(text: &'static str) -> impl FnOnce(&mut BufWriter<File>) -> io::Result<()> {
    move |out| out.write_all(text.as_bytes())
}

#[test]
fn files_appear_at_the_commit() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/b");
    let mut outputs = Outputs::into_folder(&folder, Existing::Keep).unwrap();
    outputs.check(&["one".to_owned(), "two".to_owned()]).unwrap();
    outputs.add("one", text("1")).unwrap();
    outputs.add("two", text("2")).unwrap();
    assert!(listing(&folder).iter().all(|name| name.starts_with('.')));
    assert_eq!(outputs.commit().unwrap(), [folder.join("one"), folder.join("two")]);
    assert_eq!(listing(&folder), ["one", "two"]);
    assert_eq!(fs::read(folder.join("two")).unwrap(), b"2");
}

#[test]
fn nothing_is_left_of_a_failure() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/b");
    let mut outputs = Outputs::into_folder(&folder, Existing::Keep).unwrap();
    outputs.add("one", text("1")).unwrap();
    let error = outputs
        .add("two", |out| {
            out.write_all(&[0; 100_000])?;
            Err(io::Error::from(ErrorKind::StorageFull))
        })
        .unwrap_err();
    let expected = format!("write a file: no storage space: {}", folder.join("two").display());
    assert_eq!(error.to_string(), expected);
    drop(outputs);
    assert_eq!(listing(root.path()), [""; 0]);
}

#[test]
fn a_failed_commit_takes_back_what_it_placed() {
    let root = tempfile::tempdir().unwrap();
    let mut outputs = Outputs::into_folder(root.path(), Existing::Keep).unwrap();
    outputs.add("one", text("1")).unwrap();
    outputs.add("two", text("2")).unwrap();
    fs::write(root.path().join("two"), "another's").unwrap();
    assert!(matches!(outputs.commit(), Err(OutputError::Exists { .. })));
    assert_eq!(listing(root.path()), ["two"]);
    assert_eq!(fs::read(root.path().join("two")).unwrap(), b"another's");
}

#[test]
fn existing_files_stay_unless_told_otherwise() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("one"), "old").unwrap();
    let mut outputs = Outputs::into_folder(root.path(), Existing::Keep).unwrap();
    assert!(matches!(outputs.check(&["one".to_owned()]), Err(OutputError::Exists { .. })));
    assert!(matches!(outputs.add("one", text("new")), Err(OutputError::Exists { .. })));
    drop(outputs);
    assert_eq!(fs::read(root.path().join("one")).unwrap(), b"old");

    let mut outputs = Outputs::into_folder(root.path(), Existing::Replace).unwrap();
    outputs.add("one", text("new")).unwrap();
    outputs.commit().unwrap();
    assert_eq!(fs::read(root.path().join("one")).unwrap(), b"new");
    assert_eq!(listing(root.path()), ["one"]);
}

#[test]
fn a_folder_below_a_file_cannot_be_made() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    for path in ["file", "file/below"] {
        let error = Outputs::into_folder(&root.path().join(path), Existing::Keep).unwrap_err();
        assert!(matches!(error, OutputError::Folder { .. }), "{path}");
    }
}

#[test]
fn a_failed_replacement_keeps_what_was_there() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("one"), "old").unwrap();
    let mut outputs = Outputs::into_folder(root.path(), Existing::Replace).unwrap();
    outputs.add("one", text("new")).unwrap();
    outputs.add("two", text("new")).unwrap();
    fs::create_dir(root.path().join("two")).unwrap();
    assert!(matches!(outputs.commit(), Err(OutputError::Exists { .. })));
    assert_eq!(fs::read_to_string(root.path().join("one")).unwrap(), "old");
    assert_eq!(listing(root.path()), ["one", "two"]);
}

#[test]
fn what_an_earlier_take_left_goes_with_the_new_one() {
    let root = tempfile::tempdir().unwrap();
    for name in ["one", "two", "hers"] {
        fs::write(root.path().join(name), "old").unwrap();
    }
    let mut outputs = Outputs::into_folder(root.path(), Existing::Replace).unwrap();
    for name in ["one", "two", "../escape", "gone"] {
        outputs.replace(name);
    }
    outputs.add("one", text("new")).unwrap();
    outputs.commit().unwrap();
    assert_eq!(listing(root.path()), ["hers", "one"]);
    assert_eq!(fs::read_to_string(root.path().join("one")).unwrap(), "new");
}
