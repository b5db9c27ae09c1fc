//! A local LinkCy that remembers, enforces and can be broken on purpose.
