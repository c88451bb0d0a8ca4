//! The composition root: builds and wires everything.
