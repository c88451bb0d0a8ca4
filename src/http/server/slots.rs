//! Caps on open connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::http::peer::network;
use crate::telemetry::metrics::HTTP_CONNECTIONS;

/// Why a connection has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The server has all the connections it takes.
    Full,
    /// The client has all the connections that one may have.
    TooManyOfOneClient,
}

/// All places.
pub(super) struct Slots {
    max: usize,
    max_per_client: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

impl Slots {
    pub(super) fn new(max: usize, max_per_client: usize) -> Arc<Self> {
        Arc::new(Self { max, max_per_client, taken: Mutex::default() })
    }

    /// A place for a connection from `address`; only a `capped` one counts for its client.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr, capped: bool) -> Result<Slot, Refused> {
        let client = capped.then(|| network(address));
        let mut taken = self.lock();
        if taken.all >= self.max {
            return Err(Refused::Full);
        }
        if let Some(client) = client {
            let count = taken.by_client.entry(client).or_default();
            if *count >= self.max_per_client {
                return Err(Refused::TooManyOfOneClient);
            }
            *count += 1;
        }
        taken.all += 1;
        metrics::gauge!(HTTP_CONNECTIONS).increment(1.0);
        Ok(Slot { slots: self.clone(), client })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One place, given back when it drops.
pub(super) struct Slot {
    slots: Arc<Slots>,
    client: Option<IpAddr>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.lock();
        taken.all = taken.all.saturating_sub(1);
        if let Some(client) = self.client {
            let left = taken.by_client.get(&client).map_or(0, |count| count.saturating_sub(1));
            match left {
                0 => taken.by_client.remove(&client),
                left => taken.by_client.insert(client, left),
            };
        }
        metrics::gauge!(HTTP_CONNECTIONS).decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back_and_nothing_is_remembered() {
        let slots = Slots::new(3, 2);
        let client: IpAddr = "203.0.113.9".parse().unwrap();
        let first = slots.take(client, true).ok().unwrap();
        let _second = slots.take(client, true).ok().unwrap();
        assert_eq!(slots.take(client, true).err(), Some(Refused::TooManyOfOneClient));
        drop(first);
        let third = slots.take(client, true).ok().unwrap();
        let proxy = slots.take(client, false).ok().unwrap();
        assert_eq!(slots.take("203.0.113.10".parse().unwrap(), true).err(), Some(Refused::Full));
        drop((third, _second, proxy));
        assert!(slots.lock().all == 0 && slots.lock().by_client.is_empty());
    }
}
