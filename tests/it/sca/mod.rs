//! Strong customer authentication, played from both sides over TCP: this client here, the project's sandbox there.

mod every_operation;
mod login;
mod pending;
mod policy;
mod prepared;
mod signing;
mod table;
mod world;
