//! Small films and sounds, made by ffmpeg itself; what is made of them, and what is refused.

use std::path::PathBuf;

use super::*;
use crate::media::container_of;
use crate::media::file_kind::FileKind;

/// The programs of this machine; the test command installs them.
pub(crate) fn film_settings() -> FilmSettings {
    let programs =
        find(None, std::env::var_os("PATH").as_deref()).expect("install ffmpeg, as scripts/test does");
    FilmSettings { programs, max_bytes: 1 << 20, max_ms: 5_000 }
}

/// What ffmpeg makes of these words, in a file of this ending.
pub(crate) fn generated(words: &str, ending: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("made.{ending}"));
    let made = std::process::Command::new(film_settings().programs.ffmpeg)
        .args(["-nostdin", "-v", "error"])
        .args(words.split(' '))
        .arg(&file)
        .status()
        .unwrap();
    assert!(made.success(), "{words}");
    std::fs::read(file).unwrap()
}

/// A film of two seconds with a tone, and what a camera writes in it.
pub(crate) fn film() -> Vec<u8> {
    let words = "-f lavfi -i testsrc=size=64x48:rate=10:duration=2 -f lavfi -i sine=duration=2 -c:v libx264 \
                 -pix_fmt yuv420p -c:a aac -metadata title=SECRET -movflags +faststart";
    generated(words, "mp4")
}

/// A tone of a second.
pub(crate) fn sound(ending: &str) -> Vec<u8> {
    generated("-f lavfi -i sine=duration=1 -metadata title=SECRET", ending)
}

async fn made(bytes: &[u8]) -> Result<(MadeFilm, Vec<u8>), MediaError> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    std::fs::write(&source, bytes).unwrap();
    let container = if bytes.starts_with(b"GIF8") { Some(Container::Gif) } else { container_of(bytes) };
    let container = container.ok_or(MediaError::BrokenFilm)?;
    let made = Films::new(film_settings()).make(&source, container, folder.path()).await?;
    let bytes = std::fs::read(&made.file).unwrap();
    assert_eq!(
        made.still.as_ref().map(|still| still.exists()),
        (made.kind == FileKind::Film).then_some(true)
    );
    Ok((made, bytes))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_film_is_kept_with_its_sound_and_without_what_the_camera_wrote() {
    let film = film();
    assert!(contains(&film, b"SECRET"));
    let (made, bytes) = made(&film).await.unwrap();
    assert_eq!((made.kind, made.width, made.height, made.sounds), (FileKind::Film, 64, 48, true));
    assert!((1_900..2_200).contains(&made.duration_ms), "{made:?}");
    assert!(!contains(&bytes, b"SECRET"));
}

#[tokio::test]
async fn other_films_are_coded_anew_with_even_sides_and_no_more_than_1920_pixels() {
    let webm = generated("-f lavfi -i testsrc=size=2001x51:rate=5:duration=1 -c:v libvpx -b:v 100k", "webm");
    let (made, bytes) = made(&webm).await.unwrap();
    assert_eq!((made.kind, made.width, made.height, made.sounds), (FileKind::Film, 1_920, 48, false));
    assert_eq!(container_of(&bytes), Some(Container::Mp4));
}

#[tokio::test]
async fn sounds_become_ones_that_browsers_play() {
    for (ending, kind) in [
        ("mp3", FileKind::Mp3),
        ("m4a", FileKind::Sound),
        ("ogg", FileKind::Sound),
        ("flac", FileKind::Sound),
        ("wav", FileKind::Sound),
        ("aac", FileKind::Sound),
    ] {
        let (made, bytes) = made(&sound(ending)).await.unwrap();
        assert_eq!((made.kind, made.width), (kind, 0), "{ending}");
        assert!((900..1_300).contains(&made.duration_ms), "{ending}: {made:?}");
        assert!(!contains(&bytes, b"SECRET"), "{ending}");
    }
}

#[tokio::test]
async fn a_moving_gif_becomes_a_film() {
    let gif = generated("-f lavfi -i testsrc=size=31x21:rate=5:duration=1", "gif");
    let (made, _) = made(&gif).await.unwrap();
    assert_eq!((made.kind, made.width, made.height, made.sounds), (FileKind::Film, 30, 20, false));
}

#[tokio::test]
async fn what_is_cut_off_too_long_or_too_large_is_refused() {
    let film = film();
    let code = |refused: MediaError| refused.code();
    assert_eq!(made(&film[..film.len() / 2]).await.map_err(code).unwrap_err(), "broken_film");
    assert_eq!(made(&film[..100]).await.map_err(code).unwrap_err(), "broken_film");
    let mut garbage = film.clone();
    garbage[40..].fill(0x5A);
    assert_eq!(made(&garbage).await.map_err(code).unwrap_err(), "broken_film");
    let long =
        generated("-f lavfi -i color=size=16x16:rate=1:duration=7 -c:v libx264 -pix_fmt yuv420p", "mp4");
    assert_eq!(made(&long).await.map_err(code).unwrap_err(), "film_too_long");
    let wide = generated("-f lavfi -i color=size=5000x16:rate=1:duration=1 -c:v libvpx", "webm");
    assert_eq!(made(&wide).await.map_err(code).unwrap_err(), "too_large_film");
}

#[tokio::test]
async fn lists_of_other_files_are_never_followed_even_behind_a_name_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    let secret: PathBuf = folder.path().join("secret.mp4");
    std::fs::write(&secret, film()).unwrap();
    let lists = [
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n", secret.display()),
        format!("ffconcat version 1.0\nfile {}\n", secret.display()),
    ];
    for list in lists {
        assert_eq!(container_of(list.as_bytes()), None, "it is refused before ffmpeg sees it");
        let source = folder.path().join("source");
        std::fs::write(&source, &list).unwrap();
        for container in [Container::Mp4, Container::Matroska, Container::Ogg, Container::Mp3, Container::Wav]
        {
            let probed = Films::new(film_settings()).probe(&source, container).await;
            assert_eq!(probed.map_err(|refused| refused.code()), Err("broken_film"), "{container:?}");
        }
    }
}
