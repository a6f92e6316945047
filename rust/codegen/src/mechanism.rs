// SPDX-License-Identifier: GPL-2.0

//! What can be seen in an object that was compiled with the derived flags.
//!
//! `codegen derive` writes one [`Mechanism`] a line to a file named [`FILE`]; whoever checks an object reads them back.

use std::fmt;
use std::str::FromStr;

/// The name of the file.
pub const FILE: &str = "mechanisms";

/// What the names of the thunks for indirect branches begin with; the register follows.
pub const INDIRECT_THUNK: &str = "__x86_indirect_thunk_";

/// The function that is called when the stack protector's guard has changed.
pub const STACK_CHK_FAIL: &str = "__stack_chk_fail";

/// A property of every function of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    /// No register of the FPU, MMX, SSE or AVX is used.
    SoftFloat,
    /// Nothing is stored below the stack pointer.
    NoRedZone,
    /// Symbols are reached as in the upper 2 GiB, without a global offset table.
    KernelCodeModel,
    /// A function that calls keeps a frame pointer.
    FramePointer,
    /// A module has tables of how to unwind its functions.
    Orc,
    /// Indirect calls and jumps go through thunks.
    Retpoline,
    /// Branches to the thunks of r8 to r15 have a `cs` prefix.
    CsPrefix,
    /// No jump goes through a table.
    NoJumpTables,
    /// Functions return by a jump to a thunk.
    ReturnThunk,
    /// An `int3` follows each return instruction.
    SlsReturn,
    /// An `int3` follows each indirect jump, also those through a thunk.
    SlsIndirectJump,
    /// A function whose address is taken begins with `endbr64`.
    Ibt,
    /// There are `total` one-byte `nop`s at each function, `prefix` of them in front of its entry.
    Padding {
        /// All of them.
        total: u32,
        /// Those in front.
        prefix: u32,
    },
    /// Functions, with their padding, begin at a multiple of so many bytes.
    Alignment(u32),
    /// Functions with buffers compare a guard before they return.
    StackProtector {
        /// The guard, as an operand of the assembler.
        guard: String,
    },
    /// Function pointers are checked against a hash in front of the function.
    Kcfi,
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SoftFloat => f.write_str("soft-float"),
            Self::NoRedZone => f.write_str("no-red-zone"),
            Self::KernelCodeModel => f.write_str("kernel-code-model"),
            Self::FramePointer => f.write_str("frame-pointer"),
            Self::Orc => f.write_str("orc"),
            Self::Retpoline => f.write_str("retpoline"),
            Self::CsPrefix => f.write_str("cs-prefix"),
            Self::NoJumpTables => f.write_str("no-jump-tables"),
            Self::ReturnThunk => f.write_str("return-thunk"),
            Self::SlsReturn => f.write_str("sls-return"),
            Self::SlsIndirectJump => f.write_str("sls-indirect-jump"),
            Self::Ibt => f.write_str("ibt"),
            Self::Padding { total, prefix } => write!(f, "padding {total},{prefix}"),
            Self::Alignment(bytes) => write!(f, "alignment {bytes}"),
            Self::StackProtector { guard } => write!(f, "stack-protector {guard}"),
            Self::Kcfi => f.write_str("kcfi"),
        }
    }
}

/// A line that names no mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMechanism(String);

impl fmt::Display for UnknownMechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no mechanism that this tool knows", self.0)
    }
}

impl std::error::Error for UnknownMechanism {}

impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
        let unknown = || UnknownMechanism(line.to_owned());
        let number = |text: &str| text.parse().map_err(|_| unknown());
        Ok(match (name, argument) {
            ("soft-float", "") => Self::SoftFloat,
            ("no-red-zone", "") => Self::NoRedZone,
            ("kernel-code-model", "") => Self::KernelCodeModel,
            ("frame-pointer", "") => Self::FramePointer,
            ("orc", "") => Self::Orc,
            ("retpoline", "") => Self::Retpoline,
            ("cs-prefix", "") => Self::CsPrefix,
            ("no-jump-tables", "") => Self::NoJumpTables,
            ("return-thunk", "") => Self::ReturnThunk,
            ("sls-return", "") => Self::SlsReturn,
            ("sls-indirect-jump", "") => Self::SlsIndirectJump,
            ("ibt", "") => Self::Ibt,
            ("padding", counts) => {
                let (total, prefix) = counts.split_once(',').ok_or_else(unknown)?;
                Self::Padding {
                    total: number(total)?,
                    prefix: number(prefix)?,
                }
            }
            ("alignment", bytes) => Self::Alignment(number(bytes)?),
            ("stack-protector", guard) if !guard.is_empty() => Self::StackProtector {
                guard: guard.to_owned(),
            },
            ("kcfi", "") => Self::Kcfi,
            _ => return Err(unknown()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for mechanism in [
            Mechanism::SoftFloat,
            Mechanism::NoRedZone,
            Mechanism::KernelCodeModel,
            Mechanism::FramePointer,
            Mechanism::Orc,
            Mechanism::Retpoline,
            Mechanism::CsPrefix,
            Mechanism::NoJumpTables,
            Mechanism::ReturnThunk,
            Mechanism::SlsReturn,
            Mechanism::SlsIndirectJump,
            Mechanism::Ibt,
            Mechanism::Padding {
                total: 16,
                prefix: 11,
            },
            Mechanism::Alignment(64),
            Mechanism::StackProtector {
                guard: "%gs:40".to_owned(),
            },
            Mechanism::Kcfi,
        ] {
            assert_eq!(mechanism.to_string().parse(), Ok(mechanism));
        }
    }

    #[test]
    fn what_is_no_mechanism_is_refused() {
        for line in [
            "",
            "retpolines",
            "retpoline now",
            "padding",
            "padding 16",
            "padding 16,x",
            "alignment",
            "stack-protector",
        ] {
            let error = line.parse::<Mechanism>().unwrap_err();
            assert!(error.to_string().contains(&format!("{line:?}")));
        }
    }
}
