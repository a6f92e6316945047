// SPDX-License-Identifier: GPL-2.0

//! Has as many threads as it is told, for measurements, until its standard input ends.

use std::env;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::thread;

fn main() -> ExitCode {
    let wanted = env::args().nth(1).and_then(|count| count.parse().ok());
    let Some(wanted) = wanted else {
        eprintln!("many_threads: how many?");
        return ExitCode::FAILURE;
    };

    for number in 0..wanted {
        let thread = thread::Builder::new().stack_size(16 * 1024);
        if let Err(error) = thread.spawn(thread::park) {
            eprintln!("many_threads: only {number}: {error}");
            return ExitCode::FAILURE;
        }
    }
    println!("ready");
    // Who waits for the word has it, or is not there any more.
    let _ = io::stdout().flush();
    let _ = io::stdin().read_to_end(&mut Vec::new());
    ExitCode::SUCCESS
}
