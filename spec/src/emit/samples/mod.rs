//! Writes what only tests include: a call of every operation, and every type by its name.

pub(crate) mod every;
pub(crate) mod shapes;
