//! The HTTP floor: server, middleware, APIs, pages.
