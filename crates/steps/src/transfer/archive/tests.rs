use std::io::{Seek, Write};

use tar::Header;

use super::*;

/// What an archive holds: kind, path, link target or content.
type Item<'a> = (EntryType, &'a str, &'a str);

/// An archive whose paths are written as they are, which the library itself refuses to do.
fn archive_of(items: &[Item<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, path, text) in items {
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(if *kind == EntryType::Directory { 0o755 } else { 0o644 });
        let is_link = matches!(kind, EntryType::Symlink | EntryType::Link);
        let content = if is_link { "" } else { text };
        if is_link {
            header.as_gnu_mut().unwrap().linkname[..text.len()].copy_from_slice(text.as_bytes());
        }
        header.set_size(content.len() as u64);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn unpack_bytes(bytes: &[u8], compression: Compression, destination: &Path) -> io::Result<()> {
    unpack_at_most(None, bytes, compression, destination)
}

fn unpack_at_most(maxsize: Option<u64>, bytes: &[u8], compression: Compression, destination: &Path) -> io::Result<()> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    unpack(file, compression, maxsize, destination)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn bytes_below(directory: &Path) -> u64 {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

const FILE: EntryType = EntryType::Regular;
const DIRECTORY: EntryType = EntryType::Directory;
const SYMLINK: EntryType = EntryType::Symlink;
const HARD_LINK: EntryType = EntryType::Link;

#[test]
fn trees_arrive_whole() {
    let items = [
        (DIRECTORY, "/", ""),
        (DIRECTORY, "./", ""),
        (DIRECTORY, "empty", ""),
        (DIRECTORY, "sub", ""),
        (FILE, "sub/file", "content"),
        (SYMLINK, "sub/link", "../sub/file"),
        (HARD_LINK, "hard", "sub/file"),
    ];
    let plain = archive_of(&items);
    let zipped = gzip(&plain);
    let mut bzip = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip.write_all(&plain).unwrap();
    let forms = [(plain, Compression::None), (zipped, Compression::Gzip), (bzip.finish().unwrap(), Compression::Bzip2)];
    for (bytes, compression) in forms {
        let directory = tempfile::tempdir().unwrap();
        let destination = directory.path().join("new/place");
        unpack_bytes(&bytes, compression, &destination).unwrap();
        assert!(destination.join("empty").is_dir());
        for name in ["sub/file", "sub/link", "hard"] {
            assert_eq!(fs::read_to_string(destination.join(name)).unwrap(), "content", "{name} {compression:?}");
        }
        // Once more over what is there.
        unpack_bytes(&bytes, compression, &destination).unwrap();
    }
}

#[test]
fn nothing_gets_out() {
    let cases: &[(&str, &[Item<'_>])] = &[
        ("going up", &[(FILE, "../escaped", "x")]),
        ("going up later", &[(FILE, "a/../../escaped", "x")]),
        ("absolute", &[(FILE, "/tmp/ferrobot-escaped", "x")]),
        ("directory going up", &[(DIRECTORY, "../escaped", "")]),
        ("link to an absolute path", &[(SYMLINK, "link", "/etc")]),
        ("link going up", &[(SYMLINK, "a/link", "../../outside")]),
        ("link that goes up after going down", &[(SYMLINK, "link", "a/../../outside")]),
        ("hard link going up", &[(HARD_LINK, "hard", "../outside/secret")]),
        ("hard link to an absolute path", &[(HARD_LINK, "hard", "/etc/passwd")]),
        ("device", &[(EntryType::Char, "null", "")]),
        ("pipe", &[(EntryType::Fifo, "pipe", "")]),
        ("link without a name", &[(SYMLINK, "./", "x")]),
        ("directory in the place of a link", &[(SYMLINK, "link", "."), (DIRECTORY, "link/sub", "")]),
    ];
    for (what, items) in cases {
        let directory = tempfile::tempdir().unwrap();
        let outside = directory.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("secret"), "s").unwrap();
        let destination = directory.path().join("place");
        let error = unpack_bytes(&archive_of(items), Compression::None, &destination).unwrap_err();
        assert!(error.to_string().contains("refused"), "{what}: {error}");
        assert!(!directory.path().join("escaped").exists(), "{what}");
        assert!(!Path::new("/tmp/ferrobot-escaped").exists(), "{what}");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1, "{what}");
    }
}

#[test]
fn links_that_are_there_already_are_no_way_out() {
    let directory = tempfile::tempdir().unwrap();
    let (outside, destination) = (directory.path().join("outside"), directory.path().join("place"));
    fs::create_dir(&outside).unwrap();
    fs::create_dir(&destination).unwrap();
    std::os::unix::fs::symlink(&outside, destination.join("link")).unwrap();
    let archive = archive_of(&[(FILE, "link/file", "x")]);
    assert!(unpack_bytes(&archive, Compression::None, &destination).is_err());
    let archive = archive_of(&[(DIRECTORY, "link", "")]);
    assert!(unpack_bytes(&archive, Compression::None, &destination).is_err());
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    fs::write(outside.join("theirs"), "x").unwrap();
    let archive = archive_of(&[(FILE, "own", ""), (HARD_LINK, "link/theirs", "own")]);
    assert!(unpack_bytes(&archive, Compression::None, &destination).is_err());
    assert_eq!(fs::read(outside.join("theirs")).unwrap(), b"x");
}

#[test]
fn a_file_may_stand_for_the_whole_directory() {
    let directory = tempfile::tempdir().unwrap();
    let archive = archive_of(&[(FILE, "", "content")]);
    let destination = directory.path().join("new/file");
    unpack_bytes(&archive, Compression::None, &destination).unwrap();
    assert_eq!(fs::read_to_string(&destination).unwrap(), "content");
    let told = unpack_bytes(&archive, Compression::None, directory.path()).unwrap_err().to_string();
    assert!(told.contains("refused"), "{told}");
}

#[test]
fn rubbish_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    for compression in [Compression::None, Compression::Gzip, Compression::Bzip2] {
        let told = unpack_bytes(&[7; 2000], compression, directory.path()).unwrap_err().to_string();
        assert!(told.starts_with("unpack the archive that the worker sent: "), "{compression:?}: {told}");
    }
}

#[test]
fn what_is_cut_off_is_told_with_its_cause() {
    let directory = tempfile::tempdir().unwrap();
    let archive = archive_of(&[(FILE, "long", &"x".repeat(5000))]);
    let told = unpack_bytes(&archive[..2000], Compression::None, directory.path()).unwrap_err().to_string();
    assert!(told.contains("/long`") && told.contains("entire file"), "{told}");
}

#[test]
fn what_was_compressed_is_bounded_when_it_is_unpacked() {
    const MAXSIZE: u64 = 20_000;
    const UNPACKED: u64 = 100 * MAXSIZE;
    let zeros = "\0".repeat(10_000_000);
    let many: Vec<Item<'_>> = vec![(FILE, "empty", ""); 5_000];
    for (what, items) in [("one large file", vec![(FILE, "large", zeros.as_str())]), ("many small ones", many)] {
        let sent = gzip(&archive_of(&items));
        assert!((sent.len() as u64) < MAXSIZE, "{what}: {} bytes are sent", sent.len());
        let directory = tempfile::tempdir().unwrap();
        let told = unpack_at_most(Some(MAXSIZE), &sent, Compression::Gzip, directory.path()).unwrap_err().to_string();
        assert!(told.contains("more than 2000000 bytes, 100 times maxsize; raise maxsize"), "{what}: {told}");
        assert!(bytes_below(directory.path()) <= UNPACKED, "{what}");
    }
    let directory = tempfile::tempdir().unwrap();
    let fits = archive_of(&[(FILE, "small", &zeros[..1_900_000])]);
    unpack_at_most(Some(MAXSIZE), &gzip(&fits), Compression::Gzip, directory.path()).unwrap();
    assert_eq!(bytes_below(directory.path()), 1_900_000);
}

#[test]
fn names_are_no_way_to_fill_the_memory() {
    for kind in [EntryType::GNULongName, EntryType::GNULongLink, EntryType::XHeader] {
        let name = "n".repeat(3_000_000);
        let archive = archive_of(&[(kind, "long", &name), (FILE, "file", "x")]);
        let directory = tempfile::tempdir().unwrap();
        let told = unpack_bytes(&archive, Compression::None, directory.path()).unwrap_err().to_string();
        assert!(told.contains("bytes of headers for one entry"), "{kind:?}: {told}");
    }
}
