//! How many exchanges run with one host at once, so that one slow peer cannot take every connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hosts with a running or waiting exchange; idle ones are swept when the map is full.
const MAX_HOSTS: usize = 4_096;

/// One counter of free places a host.
#[derive(Debug)]
pub(super) struct HostPermits {
    per_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl HostPermits {
    pub(super) fn new(per_host: usize) -> Self {
        Self { per_host: per_host.max(1), hosts: Mutex::new(HashMap::new()) }
    }

    /// Waits for a place with `host`; `None` when exchanges with too many hosts are under way.
    pub(super) async fn acquire(&self, host: &str) -> Option<OwnedSemaphorePermit> {
        let places = self.places_of(host)?;
        places.acquire_owned().await.ok()
    }

    fn places_of(&self, host: &str) -> Option<Arc<Semaphore>> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = hosts.get(host) {
            return Some(Arc::clone(places));
        }
        if hosts.len() >= MAX_HOSTS {
            hosts.retain(|_, places| Arc::strong_count(places) > 1);
        }
        if hosts.len() >= MAX_HOSTS {
            return None;
        }
        let places = Arc::new(Semaphore::new(self.per_host));
        hosts.insert(host.to_owned(), Arc::clone(&places));
        Some(places)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_host_has_only_its_own_places() {
        let permits = HostPermits::new(2);
        let first = permits.acquire("a.test").await;
        let _second = permits.acquire("a.test").await;
        assert!(permits.acquire("a.test").now_or_never().is_none());
        assert!(permits.acquire("b.test").now_or_never().is_some());
        drop(first);
        assert!(permits.acquire("a.test").now_or_never().is_some());
    }

    #[tokio::test]
    async fn idle_hosts_make_room_and_busy_ones_are_kept() {
        let permits = HostPermits::new(1);
        let mut held = Vec::new();
        for number in 0..MAX_HOSTS {
            held.push(permits.acquire(&format!("h{number}.test")).await.unwrap());
        }
        assert!(permits.acquire("one-more.test").await.is_none());
        held.truncate(1);
        assert!(permits.acquire("one-more.test").await.is_some());
        assert_eq!(permits.hosts.lock().unwrap().len(), 2);
        assert!(permits.acquire("h0.test").now_or_never().is_none());
    }
}
