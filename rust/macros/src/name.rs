// SPDX-License-Identifier: GPL-2.0

//! The rules for names: the kernel's for functions, modules and parameters, ours for fixes.
//!
//! Each check reports what is wrong with a name at its span, and returns whether it is right.

use crate::diagnostics::Errors;
use livepatch_abi::{
    limit,
    object, //
};
use proc_macro2::Span;
use syn::LitStr;

/// What is wrong when it is not known which module is being compiled.
pub(crate) const MODULE_UNKNOWN: &str =
    "the name of the module is not known, since RUST_MODFILE is not in the environment; build it with \
     Kbuild (`make modules`)";

/// Returns the name of the module that is being compiled.
///
/// Kbuild tells it to the compiler as the path of the module without `.ko`.
pub(crate) fn of_module() -> Option<String> {
    let path = std::env::var("RUST_MODFILE").ok()?;
    let file = path.rsplit('/').next()?;

    Some(file.replace('-', "_"))
}

/// Checks the name of a function to replace: a symbol that can be in kallsyms.
pub(crate) fn function(name: &LitStr, errors: &mut Errors) -> bool {
    FUNCTION.check(&name.value(), name.span(), "", errors)
}

/// Checks the name of a symbol that a livepatch uses: a function's or a variable's in kallsyms.
pub(crate) fn symbol(name: &LitStr, errors: &mut Errors) -> bool {
    let rule = Rule {
        what: "the name of a symbol",
        ..FUNCTION
    };

    rule.check(&name.value(), name.span(), "", errors)
}

/// Checks the name of an object: `vmlinux`, or a module as `/proc/modules` spells it.
pub(crate) fn object(name: &LitStr, errors: &mut Errors) -> bool {
    let value = name.value();

    if value == object::VMLINUX {
        return true;
    }
    module(&value, name.span(), errors)
}

/// Checks the name of a module, as `/proc/modules` spells it.
pub(crate) fn module(name: &str, span: Span, errors: &mut Errors) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.split(".ko").next().unwrap_or(file);
    let loaded = stem.replace('-', "_");
    let rule = Rule {
        what: "the name of a module",
        limit: limit::MODULE_NAME,
        allowed: "letters, digits and `_`",
        allows: |c| c.is_ascii_alphanumeric() || c == '_',
    };
    let hint = if loaded != name && !loaded.is_empty() && loaded.chars().all(rule.allows) {
        format!(", as in /proc/modules: write `{loaded}`")
    } else {
        String::new()
    };

    rule.check(name, span, &hint, errors)
}

/// Checks the name of a module parameter: a C identifier.
pub(crate) fn param(name: &LitStr, errors: &mut Errors) -> bool {
    let value = name.value();
    let rule = Rule {
        what: "the name of a parameter",
        limit: limit::PARAM_NAME,
        allowed: "letters, digits and `_`",
        allows: |c| c.is_ascii_alphanumeric() || c == '_',
    };

    if value.starts_with(|c: char| c.is_ascii_digit()) {
        errors.add(
            name.span(),
            format!("the name of a parameter cannot begin with a digit: `{value}`"),
        );
        return false;
    }
    rule.check(&value, name.span(), "", errors)
}

/// Checks the version of a livepatch: one that packages of every sort can have.
pub(crate) fn version(version: &LitStr, errors: &mut Errors) -> bool {
    let value = version.value();
    let rule = Rule {
        what: "a version",
        ..VERSION
    };

    if value.starts_with(|c: char| (rule.allows)(c) && !c.is_ascii_digit()) {
        errors.add(
            version.span(),
            format!("a version begins with a digit, unlike `{value}`"),
        );
        return false;
    }
    rule.check(&value, version.span(), VERSION_HINT, errors)
}

/// Checks the release of a version, likewise.
pub(crate) fn release(release: &LitStr, errors: &mut Errors) -> bool {
    let rule = Rule {
        what: "a release",
        ..VERSION
    };

    rule.check(&release.value(), release.span(), VERSION_HINT, errors)
}

/// Checks the id of a fix.
pub(crate) fn fix_id(id: &LitStr, errors: &mut Errors) -> bool {
    let value = id.value();
    let rule = Rule {
        what: "the id of a fix",
        limit: limit::FIX_ID,
        allowed: "lower case letters, digits, `_` and `-`",
        allows: |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c),
    };

    rule.check(
        &value,
        id.span(),
        "; give the fix another with `id = \"..\"`",
        errors,
    )
}

/// Checks the number of a CVE record: `CVE-`, four digits of the year, `-`, four digits or more.
pub(crate) fn cve(number: &LitStr, errors: &mut Errors) -> bool {
    let value = number.value();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_right = value
        .strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, serial)| {
            year.len() == 4 && is_digits(year) && serial.len() >= 4 && is_digits(serial)
        });

    if !is_right {
        errors.add(
            number.span(),
            format!("`{value}` is not the number of a CVE record; write it as `CVE-2026-12345`"),
        );
    }
    is_right
}

/// What the name of a function may consist of.
const FUNCTION: Rule = Rule {
    what: "the name of a function",
    limit: limit::FUNCTION_NAME,
    allowed: "letters, digits, `_`, `.` and `$`",
    allows: |c| c.is_ascii_alphanumeric() || "_.$".contains(c),
};

/// What versions may consist of, in packages of RPM's and of Debian's.
///
/// The dash is what stands between a version and its release.
const VERSION: Rule = Rule {
    what: "a version",
    limit: limit::VERSION,
    allowed: "letters, digits, `.`, `+` and `~`",
    allows: |c| c.is_ascii_alphanumeric() || ".+~".contains(c),
};

const VERSION_HINT: &str = ", as in the versions of packages";

/// What a name may consist of.
struct Rule {
    what: &'static str,
    limit: usize,
    allowed: &'static str,
    allows: fn(char) -> bool,
}

impl Rule {
    fn check(&self, name: &str, span: Span, hint: &str, errors: &mut Errors) -> bool {
        let Self {
            what,
            limit,
            allowed,
            allows,
        } = self;

        if name.is_empty() {
            errors.add(span, format!("{what} cannot be empty{hint}"));
        } else if let Some(wrong) = name.chars().find(|c| !allows(*c)) {
            errors.add(
                span,
                format!("{what} cannot contain `{wrong}`: only {allowed}{hint}"),
            );
        } else if name.len() > *limit {
            errors.add(
                span,
                format!(
                    "{what} can have at most {limit} bytes, this one has {}{hint}",
                    name.len()
                ),
            );
        } else {
            return true;
        }
        false
    }
}
