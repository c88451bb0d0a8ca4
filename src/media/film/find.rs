//! Where ffmpeg is.

use std::path::{Path, PathBuf};

/// Where the two programs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The one that makes.
    pub ffmpeg: PathBuf,
    /// The one that looks.
    pub ffprobe: PathBuf,
}

/// Looks for the programs: at the path that a setting names, else in the folders of `PATH`. Both must be in one folder.
/// Blocks shortly; for start-up.
pub fn find(set: Option<&Path>, search: Option<&std::ffi::OsStr>) -> Option<Programs> {
    let with_probe = |ffmpeg: PathBuf| {
        let ffprobe = ffmpeg.with_file_name("ffprobe");
        (ffmpeg.is_file() && ffprobe.is_file()).then_some(Programs { ffmpeg, ffprobe })
    };
    match set {
        Some(path) => with_probe(path.to_owned()),
        None => std::env::split_paths(search?).find_map(|folder| with_probe(folder.join("ffmpeg"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_programs_are_found_in_one_folder_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let (ffmpeg, ffprobe) = (folder.path().join("ffmpeg"), folder.path().join("ffprobe"));
        std::fs::write(&ffmpeg, b"").unwrap();
        let search = std::env::join_paths(["/nowhere".as_ref(), folder.path()]).unwrap();
        assert_eq!((find(None, Some(&search)), find(Some(&ffmpeg), None)), (None, None));
        std::fs::write(&ffprobe, b"").unwrap();
        let programs = Some(Programs { ffmpeg: ffmpeg.clone(), ffprobe });
        assert_eq!((find(None, Some(&search)), find(Some(&ffmpeg), None)), (programs.clone(), programs));
        assert_eq!((find(None, None), find(Some("/nowhere/ffmpeg".as_ref()), Some(&search))), (None, None));
    }
}
