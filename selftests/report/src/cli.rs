// SPDX-License-Identifier: GPL-2.0

//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Judges what the tests print, and sums it up.
#[derive(Parser)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) action: Action,
}

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Judge KTAP on standard input, and pass it on.
    Ktap(KtapOptions),
    /// Judge the output of `cargo test` on standard input, and pass it on.
    Cargo(StreamOptions),
    /// Print the totals of all suites.
    Summary {
        /// What the other commands wrote with --totals.
        file: PathBuf,
    },
    /// Compare upstream's livepatch selftests with its modules in C and with their twins in Rust.
    Upstream(UpstreamOptions),
    /// Print which suites passed on which kernels, as a table in Markdown.
    Table(TableOptions),
    /// Compare what the compiler said of each case with what the case expects, as KTAP.
    CompileFail(CasesOptions),
}

#[derive(Args)]
pub(crate) struct StreamOptions {
    /// What the summary calls the tests.
    #[arg(long, value_name = "NAME", default_value = "selftests")]
    pub(crate) suite: String,
    /// Append the totals to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) totals: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct KtapOptions {
    #[command(flatten)]
    pub(crate) stream: StreamOptions,
    /// Append the result of each test to this file, as a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct UpstreamOptions {
    /// What `ktap` wrote with --results.
    #[arg(long, value_name = "FILE")]
    pub(crate) results: PathBuf,
    /// The suite that ran with upstream's modules in C.
    #[arg(long, value_name = "SUITE", default_value = "upstream-c")]
    pub(crate) control: String,
    /// The suite that ran with the twins in Rust.
    #[arg(long, value_name = "SUITE", default_value = "upstream-rust")]
    pub(crate) twins: String,
    /// The release of the kernel that ran them.
    #[arg(long, value_name = "RELEASE")]
    pub(crate) release: String,
}

#[derive(Args)]
pub(crate) struct CasesOptions {
    /// Where the cases are: MISTAKE.rs.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: PathBuf,
    /// Where the compiler's output is: MISTAKE.log with JSON, and MISTAKE.status.
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: PathBuf,
    /// Append the totals to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) totals: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct TableOptions {
    /// A kernel: what its column is called, and what `ktap` wrote with --results.
    #[arg(long = "column", value_name = "HEADING=FILE", value_parser = column, required = true)]
    pub(crate) columns: Vec<(String, PathBuf)>,
    /// Put the table into this document as well, in place of the one of its name that is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) update: Option<PathBuf>,
    /// What the table is called there.
    #[arg(long, value_name = "NAME", default_value = "results")]
    pub(crate) name: String,
}

fn column(argument: &str) -> Result<(String, PathBuf), String> {
    argument
        .split_once('=')
        .map(|(heading, file)| (heading.to_owned(), PathBuf::from(file)))
        .ok_or_else(|| "it is HEADING=FILE".to_owned())
}
