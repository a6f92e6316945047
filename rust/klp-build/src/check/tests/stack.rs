// SPDX-License-Identifier: GPL-2.0

//! Livepatches, and fixes, that do not go together.

use super::super::model::{Func, Kind, Object, State};
use super::*;

fn livepatch(name: &str, replace: Option<bool>, funcs: &[(&str, u64)]) -> Livepatch {
    Livepatch {
        name: name.to_owned(),
        kind: Kind::Tables,
        objects: vec![Object {
            name: "vmlinux".to_owned(),
            funcs: funcs
                .iter()
                .map(|(name, sympos)| Func {
                    old_name: (*name).to_owned(),
                    sympos: *sympos,
                    new_func: None,
                    fix: None,
                })
                .collect(),
        }],
        replace,
        states: Some(Vec::new()),
    }
}

fn one(livepatch: &Livepatch) -> Vec<String> {
    let mut findings = Findings::default();
    super::super::stack::check_one(livepatch, &mut findings);
    findings
        .as_slice()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn stacked(installed: &[&Livepatch], livepatch: &Livepatch) -> Vec<String> {
    let mut findings = Findings::default();
    super::super::stack::check(installed, livepatch, &mut findings);
    findings
        .as_slice()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn twice_in_one() {
    let mut livepatch = livepatch("new", None, &[("f", 0), ("f", 2), ("f", 1)]);
    assert_eq!(
        one(&livepatch),
        ["vmlinux: f,1: the livepatch replaces it twice: put both changes into one function"]
    );

    livepatch.objects[0].funcs[0].fix = Some("one".to_owned());
    livepatch.objects[0].funcs[2].fix = Some("other".to_owned());
    assert_eq!(
        one(&livepatch),
        ["vmlinux: f,1: the fixes one and other both replace it: put both changes into one function"]
    );
}

#[test]
fn object_twice() {
    let mut livepatch = livepatch("new", None, &[]);
    livepatch.objects.push(livepatch.objects[0].clone());

    assert_eq!(
        one(&livepatch),
        ["vmlinux: its table of objects has it twice, which the kernel refuses: put all functions of the object into one table"]
    );
}

#[test]
fn fight() {
    let old = livepatch("old", Some(false), &[("f", 0), ("g", 0)]);

    assert_eq!(
        stacked(&[&old], &livepatch("new", Some(false), &[("f", 1)])),
        ["vmlinux: f,1: the livepatch old replaces it too, and what it changes there would be lost: put the changes of old into this \
          one and let it replace the others (replace: true)"]
    );
    assert_eq!(
        stacked(&[&old], &livepatch("new", None, &[("f", 0)])),
        ["vmlinux: f: warning: the livepatch old replaces it too, and what it changes there is lost unless this one has all of it: \
          load it so that it replaces the others, which it decides at run time"]
    );
    assert_eq!(
        stacked(&[&old], &livepatch("new", Some(true), &[("f", 0)])),
        [""; 0]
    );
    assert_eq!(
        stacked(
            &[&old],
            &livepatch("new", Some(false), &[("f", 2), ("h", 0)])
        ),
        [""; 0]
    );
}

/// What was replaced is not in the way.
#[test]
fn replaced() {
    let old = livepatch("old", Some(false), &[("f", 0)]);
    let cumulative = livepatch("cumulative", Some(true), &[("g", 0)]);
    let new = livepatch("new", Some(false), &[("f", 0)]);

    assert_eq!(stacked(&[&old, &cumulative], &new), [""; 0]);
    assert_eq!(stacked(&[&cumulative, &old], &new).len(), 1);
}

#[test]
fn one_name() {
    let old = livepatch("same", Some(true), &[]);

    assert_eq!(
        stacked(&[&old], &old),
        ["a livepatch called same is in the stack already: give each livepatch, and each version of one, a name of its own"]
    );
}

fn with_state(name: &str, replace: bool, states: &[(u64, u32)]) -> Livepatch {
    let mut livepatch = livepatch(name, Some(replace), &[]);
    livepatch.states = Some(
        states
            .iter()
            .map(|&(id, version)| State { id, version })
            .collect(),
    );
    livepatch
}

#[test]
fn states() {
    let old = with_state("old", true, &[(1, 2)]);

    assert_eq!(
        stacked(&[&old], &with_state("new", true, &[(1, 1)])),
        ["it knows version 1 of the state 1, and the livepatch old has version 2: let it take over the newer version"]
    );
    assert_eq!(
        stacked(&[&old], &with_state("new", true, &[(2, 9)])),
        ["it replaces the livepatch old, whose state 1 it does not know: add the state, so that it can take it over"]
    );
    assert_eq!(
        stacked(&[&old], &with_state("new", true, &[(1, 3)])),
        [""; 0]
    );
    assert_eq!(stacked(&[&old], &with_state("new", false, &[])), [""; 0]);
}

#[test]
fn states_not_known() {
    let mut old = with_state("old", true, &[]);
    old.states = None;

    assert_eq!(
        stacked(&[&old], &with_state("new", true, &[])),
        ["not checked: whether its states fit those of old, since they are made at run time: make the tables static"]
    );
}
