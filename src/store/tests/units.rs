//! How many readings something costs: whoever asks for one does so on its own thread, that of the test.

use std::cell::Cell;

thread_local! {
    static UNITS: Cell<usize> = const { Cell::new(0) };
}

/// One more reading.
pub(in crate::store) fn one_more() {
    UNITS.set(UNITS.get() + 1);
}

/// How many readings `work` asked for, and what it answered.
pub(crate) async fn counted<T>(work: impl Future<Output = T>) -> (usize, T) {
    let before = UNITS.get();
    let answer = work.await;
    (UNITS.get() - before, answer)
}
