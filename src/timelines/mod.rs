//! Home timelines by hybrid push and pull.
