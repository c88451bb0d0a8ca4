//! The bare limit: RSA signatures that the machine makes and checks when it does nothing else.

use std::thread;
use std::time::{Duration, Instant};

use crate::cli::Failure;
use crate::cli::bench::report::rate;
use crate::error::Error;
use crate::federation::keys::{KeyPair, PublicKey};

/// How long each is measured.
const MEASURED: Duration = Duration::from_secs(2);
/// About what a signature covers.
const MESSAGE: [u8; 300] = [b'x'; 300];

/// Signatures made a second on all cores.
pub(super) fn signs_a_second(key: &KeyPair) -> Result<f64, Failure> {
    on_all_cores(|| key.sign(&MESSAGE).is_ok())
}

/// Signatures checked a second on all cores.
pub(super) fn checks_a_second(key: &KeyPair) -> Result<f64, Failure> {
    let signature = key.sign(&MESSAGE).map_err(Error::internal)?;
    let public: PublicKey = key.public_key().map_err(Error::internal)?;
    on_all_cores(|| public.verify(&MESSAGE, &signature))
}

fn on_all_cores(work: impl Fn() -> bool + Sync) -> Result<f64, Failure> {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let begun = Instant::now();
    let count: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = 0_usize;
                    while begun.elapsed() < MEASURED && work() {
                        done = done.saturating_add(1);
                    }
                    done
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    Ok(rate(count, begun.elapsed()))
}
