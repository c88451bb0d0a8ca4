//! Argon2id, off the async threads and few at a time: each hash takes 19 MiB and tens of milliseconds.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashes that run at the same time.
const AT_ONCE: usize = 2;

/// Hashes and checks passwords.
pub(super) struct Passwords {
    permits: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The PHC string of a password, with fresh salt.
    pub(super) async fn hash(&self, password: String) -> Result<String> {
        self.run(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|cause| Error::internal(cause.to_string()))
        })
        .await?
    }

    /// Whether a password fits a stored hash. With no hash it works as long and says no, so that the time an
    /// answer takes does not tell whether an account exists.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move || match hash {
            Some(hash) => Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok(),
            None => {
                let _ = Argon2::default().hash_password(password.as_bytes());
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn hashes_run_off_the_async_threads_and_few_at_a_time() {
        let passwords = Arc::new(Passwords::new());
        let here = std::thread::current().id();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (finish, may_finish) = crossbeam_channel::unbounded::<()>();
        let hashes: Vec<_> = (0..3 * AT_ONCE)
            .map(|_| {
                let (passwords, may_finish) = (Arc::clone(&passwords), may_finish.clone());
                let (running, most) = (Arc::clone(&running), Arc::clone(&most));
                tokio::spawn(async move {
                    let work = move || {
                        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        may_finish.recv().unwrap();
                        running.fetch_sub(1, Ordering::SeqCst);
                        std::thread::current().id()
                    };
                    passwords.run(work).await.unwrap()
                })
            })
            .collect();
        let all_begun = async {
            while running.load(Ordering::SeqCst) < AT_ONCE {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), all_begun).await.unwrap();
        for _ in &hashes {
            finish.send(()).unwrap();
        }
        for hash in hashes {
            assert_ne!(hash.await.unwrap(), here);
        }
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
    }

    #[tokio::test]
    async fn only_the_right_password_fits_its_hash() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), None).await.unwrap());
    }
}
