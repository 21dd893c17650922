//! Packs a directory as a tar archive, as Python's `tarfile` would: sorted, with an entry for the directory itself.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How the archive is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Bzip2,
}

/// An error, and the path that it is about.
pub(super) type PackError = (io::Error, PathBuf);

/// Writes the archive of `root` into `file`, and gives the file back.
pub(super) fn pack(root: &Path, file: File, compression: Compression) -> Result<File, PackError> {
    let at_root = |error| (error, root.to_owned());
    match compression {
        Compression::None => {
            let mut writer = io::BufWriter::new(file);
            write_tree(root, &mut writer)?;
            writer.into_inner().map_err(|error| at_root(error.into_error()))
        }
        Compression::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(file, flate2::Compression::default());
            write_tree(root, &mut writer)?;
            writer.finish().map_err(at_root)
        }
        Compression::Bzip2 => {
            let mut writer = bzip2::write::BzEncoder::new(file, bzip2::Compression::best());
            write_tree(root, &mut writer)?;
            writer.finish().map_err(at_root)
        }
    }
}

fn write_tree(root: &Path, writer: &mut dyn Write) -> Result<(), PackError> {
    let mut builder = tar::Builder::new(writer);
    // The root's own name is empty, which a path in an archive cannot be.
    append(&mut builder, root, Path::new("."))?;
    builder.finish().map_err(|error| (error, root.to_owned()))
}

fn append(builder: &mut tar::Builder<&mut dyn Write>, path: &Path, name: &Path) -> Result<(), PackError> {
    let here = |error| (error, path.to_owned());
    let metadata = fs::symlink_metadata(path).map_err(here)?;
    let mut header = tar::Header::new_gnu();
    header.set_metadata(&metadata);
    header.set_mode(metadata.mode() & 0o7777);
    let kind = metadata.file_type();
    if kind.is_dir() {
        header.set_size(0);
        builder.append_data(&mut header, name, io::empty()).map_err(here)?;
        let mut entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(here)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            append(builder, &entry.path(), &join(name, &entry))?;
        }
        Ok(())
    } else if kind.is_symlink() {
        header.set_size(0);
        let target = fs::read_link(path).map_err(here)?;
        builder.append_link(&mut header, name, target).map_err(here)
    } else if kind.is_file() {
        let file = File::open(path).map_err(here)?;
        append_file(builder, &mut header, name, file, metadata.len()).map_err(here)
    } else {
        // Sockets, pipes and devices mean nothing elsewhere.
        Ok(())
    }
}

fn join(name: &Path, entry: &fs::DirEntry) -> PathBuf {
    if name == Path::new(".") { PathBuf::from(entry.file_name()) } else { name.join(entry.file_name()) }
}

/// A file that grows or shrinks meanwhile still gets as many bytes as its header says.
fn append_file(
    builder: &mut tar::Builder<&mut dyn Write>,
    header: &mut tar::Header,
    name: &Path,
    file: File,
    size: u64,
) -> io::Result<()> {
    use io::Read as _;
    header.set_size(size);
    builder.append_data(header, name, file.chain(io::repeat(0)).take(size))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use super::*;

    fn listing(file: &mut dyn Read) -> Vec<String> {
        let mut archive = tar::Archive::new(file);
        let mut entries = archive.entries().unwrap();
        std::iter::from_fn(|| entries.next())
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut content = String::new();
                entry.read_to_string(&mut content).unwrap();
                let header = entry.header().clone();
                let link = entry.link_name().unwrap().map(|link| format!(" -> {}", link.display())).unwrap_or_default();
                format!("{:o} {}{link} {content}", header.mode().unwrap(), entry.path().unwrap().display())
            })
            .collect()
    }

    #[test]
    fn a_tree_is_packed_whole_and_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("tree");
        fs::create_dir_all(root.join("sub/empty")).unwrap();
        fs::write(root.join("a"), "aaa").unwrap();
        fs::write(root.join("sub/b"), "bb").unwrap();
        let long = "n".repeat(150);
        fs::write(root.join(&long), "long").unwrap();
        std::os::unix::fs::symlink("/nowhere", root.join("dangling")).unwrap();
        for (path, mode) in
            [("a", 0o755), ("sub/b", 0o640), (long.as_str(), 0o600), ("sub", 0o755), ("sub/empty", 0o700)]
        {
            fs::set_permissions(root.join(path), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        }
        fs::set_permissions(&root, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let expected = [
            "755 . ".to_owned(),
            "755 a aaa".to_owned(),
            "777 dangling -> /nowhere ".to_owned(),
            format!("600 {long} long"),
            "755 sub ".to_owned(),
            "640 sub/b bb".to_owned(),
            "700 sub/empty ".to_owned(),
        ];
        for compression in [Compression::None, Compression::Gzip, Compression::Bzip2] {
            let mut file = pack(&root, tempfile::tempfile().unwrap(), compression).unwrap();
            file.rewind().unwrap();
            let listed = match compression {
                Compression::None => listing(&mut file),
                Compression::Gzip => listing(&mut flate2::read::GzDecoder::new(file)),
                Compression::Bzip2 => listing(&mut bzip2::read::BzDecoder::new(file)),
            };
            assert_eq!(listed, expected, "{compression:?}");
        }
    }

    #[test]
    fn the_error_names_its_place() {
        let missing = Path::new("/no/such/tree");
        let (error, place) = pack(missing, tempfile::tempfile().unwrap(), Compression::None).unwrap_err();
        assert_eq!((error.kind(), place.as_path()), (io::ErrorKind::NotFound, missing));
    }
}
