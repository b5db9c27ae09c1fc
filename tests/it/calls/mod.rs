//! Calls over TCP, against the sandbox: what is sent again and what never is, what a lost answer means.

mod answers;
mod classes;
mod encodings;
mod endpoint;
mod faults;
mod find;
mod idle;
mod paths;
mod pressure;
mod proxies;
mod random;
mod rules;
mod seams;
mod table;
mod unreachable;
