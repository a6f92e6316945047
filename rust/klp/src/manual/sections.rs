// SPDX-License-Identifier: GPL-2.0

//! What man pages say beside the command line.

use super::page::escape;
use crate::exit::Exit;
use crate::paths;

/// What the page of a program has after its options, and the pages of its commands.
pub(super) struct Page {
    pub(super) sections: &'static [Section],
    pub(super) of_commands: &'static [Section],
}

/// A section of a page.
#[derive(Clone, Copy, Debug)]
pub(super) enum Section {
    /// How programs end.
    ExitStatus,
    /// How `kpatch` ends.
    ExitStatusOfKpatch,
    /// The files that it has to do with.
    Files,
    /// How `kpatch` differs from the one whose name it has.
    Differences,
    /// How results and messages go.
    Output,
    /// Examples.
    Examples,
    /// Other pages.
    SeeAlso(&'static [&'static str]),
}

pub(super) const KLP: Page = Page {
    sections: &[
        Section::Output,
        Section::ExitStatus,
        Section::Files,
        Section::Examples,
        Section::SeeAlso(&["kpatch(8)", "kgr(8)", "klp.toml(5)"]),
    ],
    of_commands: &[
        Section::ExitStatus,
        Section::SeeAlso(&["klp(8)", "klp.toml(5)"]),
    ],
};

pub(super) const KGR: Page = Page {
    sections: &[
        Section::ExitStatus,
        Section::SeeAlso(&["klp(8)", "kpatch(8)"]),
    ],
    of_commands: &[Section::ExitStatus, Section::SeeAlso(&["kgr(8)", "klp(8)"])],
};

pub(super) const KPATCH: Page = Page {
    sections: &[
        Section::ExitStatusOfKpatch,
        Section::Files,
        Section::Differences,
        Section::SeeAlso(&["klp(8)", "klp.toml(5)"]),
    ],
    of_commands: &[
        Section::ExitStatusOfKpatch,
        Section::SeeAlso(&["kpatch(8)", "klp(8)"]),
    ],
};

/// The list of differences, which `kpatch`'s documentation in the code shows too.
pub(super) const DIFFERENCES: &str = include_str!("../face/kpatch/differences.md");

/// All keys of the policy, with their defaults.
const POLICY: &str = include_str!("../policy/klp.toml");

/// Files, and what they are for.
const FILES: [(&str, &str); 6] = [
    (
        paths::POLICY,
        "What the administrator allows, and prefers: see klp.toml(5).",
    ),
    (
        paths::INSTALLED,
        "The livepatches that are loaded at boot: a directory for each release of the kernel.",
    ),
    (
        paths::JOURNAL,
        "What was done, when and by whom: see klp\\-history(8).",
    ),
    (
        paths::LOCK,
        "Keeps two of the tool from changing something at the same time.",
    ),
    (
        "/sys/kernel/livepatch",
        "What the kernel says of livepatches.",
    ),
    (
        "/usr/share/livepatch/info",
        "What packages say of their livepatches, if those do not say it themselves.",
    ),
];

impl Section {
    /// Returns it in roff.
    pub(super) fn roff(self) -> String {
        match self {
            Self::ExitStatus => {
                let mut text = heading("EXIT STATUS");
                for (exit, meaning) in Exit::ALL {
                    text += &item(&(exit as u8).to_string(), meaning);
                }
                text
            }
            Self::ExitStatusOfKpatch => {
                heading("EXIT STATUS")
                    + &item("0", "It is done.")
                    + &item("1", "It was refused, or has failed, or the command line makes no sense.")
            }
            Self::Files => {
                let mut text = heading("FILES");
                for (path, meaning) in FILES {
                    text += &format!(".TP\n\\fI{}\\fR\n{meaning}\n", escape(path));
                }
                text
            }
            Self::Differences => {
                let mut text = heading("DIFFERENCES");
                text += "It takes, does and prints what version 0.9.11 of Red Hat's kpatch does. What is different on purpose:\n";
                for line in DIFFERENCES.lines() {
                    let line = line.trim_start_matches("- ").replace('`', "");
                    text += &format!(".IP \\(bu 2\n{}\n", escape(&line));
                }
                text
            }
            Self::Output => {
                heading("OUTPUT")
                    + "Results go to the standard output: as text for people, or with \\fB\\-\\-format json\\fR as one JSON value for programs.\n\
                       Messages go to the standard error.\n\
                       With \\fB\\-\\-root=\\fIDIRECTORY\\fR as its first argument the program looks at a picture of a machine in a\n\
                       directory instead of at this one.\n"
            }
            Self::Examples => {
                let mut text = heading("EXAMPLES");
                for (command, meaning) in [
                    ("klp doctor fix.ko", "Would the kernel take it, and would it do something?"),
                    ("klp load fix.ko", "Load it, and wait until all tasks use it."),
                    ("klp blocking --explain", "What does a transition wait for, and what would help?"),
                    ("klp fixes CVE-2026-12345", "Is this fixed in the running kernel?"),
                    ("klp -v patches", "What runs, from which package, and what does it fix?"),
                    ("klp metrics --output /var/lib/prometheus/node-exporter/klp.prom", "Tell Prometheus."),
                    ("klp -n downgrade", "Go back to the package before, without a question."),
                ] {
                    text += &format!(".TP\n\\fB{}\\fR\n{}\n", escape(command), escape(meaning));
                }
                text
            }
            Self::SeeAlso(pages) => {
                let pages: Vec<_> = pages
                    .iter()
                    .filter_map(|page| page.split_once('('))
                    .map(|(name, rest)| format!("\\fB{}\\fR({rest}", escape(name)))
                    .collect();
                heading("SEE ALSO") + &pages.join(",\n") + "\n"
            }
        }
    }
}

/// Returns the page of the policy.
pub(super) fn policy_page() -> String {
    let mut page = format!(
        ".TH klp.toml 5 \"\" \"klp {}\" \"Live patching\"\n",
        env!("CARGO_PKG_VERSION")
    );
    page += &heading("NAME");
    page += "klp.toml \\- what may be live patched, and how: the policy of klp(8) and kpatch(8)\n";
    page += &heading("SYNOPSIS");
    page += &format!("\\fI{}\\fR\n", escape(paths::POLICY));
    page += &heading("DESCRIPTION");
    page += "The file is TOML. It must belong to root, and nobody else may be able to write it. A key or a table that is not below is\n\
             an error, and so is a value that makes no sense: then nothing is loaded or installed, and the line and the column of the\n\
             mistake are told. Without the file, and for keys that are not in it, the defaults count.\n.PP\n\
             Durations are a number of seconds, or a number with a unit: \"90s\", \"5m\", \"12h\", \"7d\".\n";
    page += &heading("KEYS");
    page += "These are all of them, with their defaults:\n.PP\n.nf\n";
    page += &escape(POLICY);
    page += "\n.fi\n";
    page += &Section::SeeAlso(&["klp(8)", "kpatch(8)"]).roff();
    page
}

fn heading(title: &str) -> String {
    format!(".SH \"{title}\"\n")
}

fn item(term: &str, text: &str) -> String {
    format!(".TP\n\\fB{term}\\fR\n{}\n", escape(text))
}
