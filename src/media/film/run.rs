//! Running one of the programs within bounds that it cannot leave.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use crate::media::error::MediaError;

/// Address space, in KiB: enough for H.264 at the largest size that is made, with its threads.
const MEMORY_KIB: u64 = 3 << 20;
/// Bytes of an answer that are read; that of an ordinary file has a thousand.
const ANSWER_BYTES: u64 = 256 << 10;
/// The shell's words that set the bounds and become the program, which keeps its number and is ended by it.
const BOUNDED: &str = "set -e; ulimit -c 0; ulimit -v \"$1\"; ulimit -t \"$2\"; ulimit -f \"$3\"; shift 3; \
    exec nice -n 10 \"$@\"";

/// What a run may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Seconds by the clock, and of each core.
    pub(super) seconds: u64,
    /// Bytes of a file that is written.
    pub(super) bytes: u64,
}

/// Runs a program in `folder` and answers what it wrote. [`MediaError::BrokenFilm`] when it did not like its input or
/// needed more than it may; it is ended when this is dropped.
pub(super) async fn run(
    program: &Path,
    arguments: Vec<OsString>,
    folder: &Path,
    bounds: Bounds,
) -> Result<Vec<u8>, MediaError> {
    let blocks = bounds.bytes.div_ceil(512);
    let mut child = Command::new("/bin/sh")
        .args(["-c", BOUNDED, "sh"])
        .args([MEMORY_KIB, bounds.seconds.saturating_mul(2), blocks].map(|number| number.to_string()))
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(MediaError::storage)?;
    let mut answer = Vec::new();
    let working = async {
        if let Some(out) = child.stdout.take() {
            out.take(ANSWER_BYTES).read_to_end(&mut answer).await?;
        }
        child.wait().await
    };
    match tokio::time::timeout(Duration::from_secs(bounds.seconds), working).await {
        Ok(Ok(ended)) if ended.success() => Ok(answer),
        Ok(Ok(_)) => Err(MediaError::BrokenFilm),
        Ok(Err(failed)) => Err(MediaError::storage(failed)),
        Err(_) => {
            tracing::info!(media.program = %program.display(), "a film took too long and was given up");
            Err(MediaError::BrokenFilm)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { seconds: 5, bytes: 1 << 20 };

    async fn sh(words: &str, bounds: Bounds) -> Result<Vec<u8>, MediaError> {
        let folder = tempfile::tempdir().unwrap();
        run(Path::new("/bin/sh"), vec!["-c".into(), words.into()], folder.path(), bounds).await
    }

    #[tokio::test]
    async fn a_program_runs_in_its_folder_without_our_environment_and_within_its_bounds() {
        let told = sh("pwd; env; ulimit -v; ulimit -t; ulimit -c", BOUNDS).await.unwrap();
        let told = String::from_utf8(told).unwrap();
        assert!(told.contains(&MEMORY_KIB.to_string()) && told.contains("\n10\n0\n"), "{told}");
        assert!(!told.contains("CARGO"), "{told}");
        assert_eq!(sh("exit 3", BOUNDS).await.unwrap_err().code(), "broken_film");
        let too_much = "head -c 2000000 /dev/zero > file";
        assert_eq!(sh(too_much, BOUNDS).await.unwrap_err().code(), "broken_film");
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let words = format!("echo $$ > {}; while :; do :; done", pid_file.display());
        let bounds = Bounds { seconds: 1, bytes: 1 << 20 };
        assert_eq!(sh(&words, bounds).await.unwrap_err().code(), "broken_film");
        let pid = std::fs::read_to_string(&pid_file).unwrap();
        let process = format!("/proc/{}/cmdline", pid.trim());
        let gone = async {
            // One that is ended has no command line any more, even before it is taken note of.
            while std::fs::read(&process).is_ok_and(|line| !line.is_empty()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
    }
}
