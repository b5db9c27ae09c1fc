//! Sessions shared by processes: a fleet on Redis, processes of one machine on files, and what happens to the others when
//! one is killed or stopped in the middle of a refresh.
//!
//! The processes are this binary, started again with a role. Where `redis-server` is not installed, the tests that need
//! it are reported as ignored.

#[path = "../support/issuers/mod.rs"]
mod issuers;
#[macro_use]
#[path = "../support/seen.rs"]
mod seen_contract;

mod callers;
mod failover;
mod files;
mod fleet;
mod redis_server;
mod redis_store;
mod webhooks;

use std::error::Error;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Which role a process plays; absent in the one that runs the tests.
const ROLE: &str = "LINKCY_FLEET_ROLE";

fn main() -> ExitCode {
    let role = std::env::var(ROLE).unwrap_or_default();
    let played = match role.as_str() {
        "caller" => block_on(callers::play()),
        "writer" => block_on(files::write_until_killed()),
        _ => return run_tests(),
    };
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run_tests() -> ExitCode {
    let without_redis = !redis_server::is_installed();
    let redis = |trial: Trial| trial.with_ignored_flag(without_redis);
    let mut trials = vec![
        trial("a_writer_killed_200_times_leaves_a_whole_pair", files::a_writer_killed_200_times_leaves_a_whole_pair),
        trial("processes_share_a_session_through_files", fleet::processes_share_a_session_through_files),
        redis(trial("eight_processes_share_a_session_for_30_s", fleet::eight_processes_share_a_session_for_30_s)),
        redis(trial(
            "a_lease_holder_killed_mid_refresh_is_replaced",
            fleet::a_lease_holder_killed_mid_refresh_is_replaced,
        )),
        redis(trial(
            "a_lease_holder_stopped_mid_refresh_does_no_harm",
            fleet::a_lease_holder_stopped_mid_refresh_does_no_harm,
        )),
        redis(trial("redis_away_is_named_and_survived", redis_store::redis_away_is_named_and_survived)),
        redis(trial("an_address_with_a_password_is_not_shown", redis_store::an_address_with_a_password_is_not_shown)),
        redis(trial("a_session_can_expire_in_redis", redis_store::a_session_can_expire_in_redis)),
        redis(trial("a_demoted_master_is_left_for_the_new_one", failover::a_demoted_master_is_left_for_the_new_one)),
        redis(trial(
            "a_connection_of_the_users_own_making_is_made_anew_after_a_failover",
            failover::a_connection_of_the_users_own_making_is_made_anew_after_a_failover,
        )),
        redis(trial("a_ready_connection_manager_is_taken", failover::a_ready_connection_manager_is_taken)),
        redis(trial(
            "sessions_and_webhooks_can_share_a_connection",
            failover::sessions_and_webhooks_can_share_a_connection,
        )),
        redis(trial(
            "a_server_that_is_not_the_one_to_ask_is_connected_to_anew",
            failover::a_server_that_is_not_the_one_to_ask_is_connected_to_anew,
        )),
        redis(trial(
            "an_error_that_a_new_connection_would_not_help_is_told_at_once",
            failover::an_error_that_a_new_connection_would_not_help_is_told_at_once,
        )),
        redis(trial(
            "a_connection_closed_while_idle_costs_nothing",
            failover::a_connection_closed_while_idle_costs_nothing,
        )),
        trial("without_a_runtime_the_error_says_so", failover::without_a_runtime_the_error_says_so),
    ];
    trials.extend(redis_store::contract().into_iter().map(redis));
    trials.extend(webhooks::trials().into_iter().map(redis));
    // They measure time, and most of them keep two cores busy: one after the other.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial<F>(name: &'static str, test: fn() -> F) -> Trial
where
    F: Future<Output = Outcome> + 'static,
{
    Trial::test(name, move || block_on(test()).map_err(Failed::from))
}

fn block_on<T>(
    future: impl Future<Output = Result<T, Box<dyn Error + Send + Sync>>>,
) -> Result<T, Box<dyn Error + Send + Sync>> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(future)
}
