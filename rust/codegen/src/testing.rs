// SPDX-License-Identifier: GPL-2.0

//! What the tests of the rules share.

use crate::config::Config;
use crate::flags::CFlags;
use crate::rule::{Context, No, Plan, Rule};
use crate::rustc::Rustc;

/// Follows a rule, for C flags, with a rustc that has some options, in a configuration.
fn follow(rule: &Rule, flags: &CFlags, options: &[&str], config: &str) -> (Plan, Result<(), No>) {
    let rustc = Rustc::with_options(options);
    let config = Config::parse(config).unwrap();
    let mut plan = Plan::default();
    let result = (rule.derive)(&mut Context {
        flags,
        config: &config,
        rustc: &rustc,
        plan: &mut plan,
    });
    (plan, result)
}

fn parse(flags: &str) -> CFlags {
    CFlags::new(flags.split_whitespace().map(str::to_owned))
}

/// Returns the plan.
pub fn plan(rule: &Rule, flags: &str) -> Plan {
    plan_with(rule, flags, &[])
}

/// Returns the plan for a rustc with options.
pub fn plan_with(rule: &Rule, flags: &str, options: &[&str]) -> Plan {
    let (plan, result) = follow(rule, &parse(flags), options, "");
    result.unwrap();
    plan
}

/// Returns the arguments for rustc.
pub fn arguments(rule: &Rule, flags: &str) -> Vec<String> {
    plan(rule, flags).arguments
}

/// Returns the arguments for a rustc with options.
pub fn arguments_with(rule: &Rule, flags: &str, options: &[&str]) -> Vec<String> {
    plan_with(rule, flags, options).arguments
}

/// Returns the plan in a configuration.
pub fn plan_for(rule: &Rule, flags: &str, config: &str) -> Plan {
    let (plan, result) = follow(rule, &parse(flags), &[], config);
    result.unwrap();
    plan
}

/// Returns the arguments in a configuration.
pub fn arguments_for(rule: &Rule, flags: &str, config: &str) -> Vec<String> {
    plan_for(rule, flags, config).arguments
}

/// Returns what is said when the rule cannot be followed.
pub fn refusal(rule: &Rule, flags: &str) -> String {
    refusal_with(rule, flags, &[])
}

/// Returns what is said when the rule cannot be followed with a rustc with options.
pub fn refusal_with(rule: &Rule, flags: &str, options: &[&str]) -> String {
    let rustc = Rustc::with_options(options);
    let config = Config::default();
    let mut plan = Plan::default();
    let flags = parse(flags);
    let mut context = Context {
        flags: &flags,
        config: &config,
        rustc: &rustc,
        plan: &mut plan,
    };
    rule.follow(&mut context).unwrap_err().to_string()
}

/// Returns the flags that the rule leaves to others.
pub fn unclaimed(rule: &Rule, flags: &str) -> Vec<String> {
    let flags = parse(flags);
    let _ = follow(rule, &flags, &[], "");
    flags.unclaimed().map(str::to_owned).collect()
}
