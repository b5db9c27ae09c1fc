//! Calls over TCP, against the sandbox: what is sent again and what never is, what a lost answer means.

mod classes;
mod faults;
mod find;
mod pressure;
mod random;
mod rules;
mod seams;
mod table;
mod unreachable;
