// SPDX-License-Identifier: GPL-2.0

//! Derives how rustc generates code for a kernel from how its C compiler does.
//!
//! A kernel without `CONFIG_RUST` says nothing about Rust, but its build system tells the flags of its C objects. What these
//! mean is followed: our objects get what the kernel's C objects get, and where rustc cannot give that, there is no build. What
//! the C compiler and rustc are is not asked, only which flags and options they have.
//!
//! # Table
//!
//! | Mechanism | Kernel option | C gets | Our objects get | Refused when |
//! |---|---|---|---|---|
//! | optimisation | `CC_OPTIMIZE_FOR_PERFORMANCE`, `CC_OPTIMIZE_FOR_PERFORMANCE_O3`, `CC_OPTIMIZE_FOR_SIZE` | `-O2`, `-O3`, `-Os` | `-Copt-level=2`, `3`, `s` | another level |
//! | debug information | `DEBUG_INFO`, `DEBUG_INFO_DWARF4`, `DEBUG_INFO_DWARF5`, `DEBUG_INFO_REDUCED` | `-g`, `-gdwarf-4`, `-gdwarf-5`; with `-fno-var-tracking` less | `-Cdebuginfo=2` or `1`, `-Cdwarf-version=` as C's where C names one; none where C has none | never: it changes no code |
//! | unwinding tables | `UNWINDER_ORC` | `-fno-asynchronous-unwind-tables`: objtool makes the ORC tables from the code | `-Cforce-unwind-tables=n`; objtool makes the ORC tables of our objects too | C has unwinding tables |
//! | run-time checks | `UBSAN`, `UBSAN_BOUNDS`, `UBSAN_SHIFT`, `UBSAN_TRAP`, `UBSAN_INTEGER_WRAP`, `RUST_OVERFLOW_CHECKS` | `-fsanitize=bounds`, `shift`, `bool`, `enum`, ... | the language checks bounds and divisions, and has no other bools and enums than valid ones; `-Coverflow-checks=y` checks arithmetic and shifts, also where C does not: it is `n` only for a kernel that has it off for its own Rust code (`CONFIG_RUST=y` without `RUST_OVERFLOW_CHECKS`) and no check of shifts or integers in C | never |
//! | stack initialisation | `INIT_STACK_ALL_ZERO`, `INIT_STACK_ALL_PATTERN`, `GCC_PLUGIN_STRUCTLEAK` | `-ftrivial-auto-var-init=zero`, `pattern`; a plugin | nothing: the language refuses to read what was not written; `MaybeUninit` is read in `unsafe` only | another value |
//! | register clearing | `ZERO_CALL_USED_REGS` | `-fzero-call-used-regs=used-gpr`: what a function used is zero when it returns | nothing | C has it, and not `skip` |
//! | stack erasing | `KSTACK_ERASE`, `GCC_PLUGIN_STACKLEAK` | `-fsanitize-coverage=stack-depth`; a plugin: functions tell how deep the stack was | nothing | C has it: what our functions leave deeper on the stack would not be erased |
//! | structure layout | `RANDSTRUCT_FULL`, `RANDSTRUCT_PERFORMANCE`, `GCC_PLUGIN_RANDSTRUCT` | `-frandomize-layout-seed-file=`; a plugin: fields are in a secret order | nothing | C has it: the bindings would have another order |
//! | kCFI | `CFI`, `CFI_CLANG`, `CFI_ICALL_NORMALIZE_INTEGERS`, `FINEIBT_BHI` | `-fsanitize=kcfi -fsanitize-cfi-icall-experimental-normalize-integers`, `-fsanitize-kcfi-arity` | `-Zsanitizer=kcfi -Zsanitizer-cfi-normalize-integers`, `-Zsanitizer-kcfi-arity`; no functions are merged, since merged ones have one type | C does not normalise integers: a Rust function's type would have another hash; rustc lacks an option; its core has calls without the check (before 1.88), which FineIBT lets end in a panic |
//! | ftrace | `FUNCTION_TRACER`, `DYNAMIC_FTRACE`, `FTRACE_MCOUNT_USE_CC` | `-pg -mfentry -mrecord-mcount` | nothing, as the kernel's own Rust code: tracing protects nothing. A function that must be traceable gets an entry in C with `LIVEPATCH_ENTRY` | never |
//! | link-time optimisation | `LTO_CLANG_FULL`, `LTO_CLANG_THIN` | `-flto`, `-flto=thin -fsplit-lto-unit -fvisibility=hidden` | nothing, as the kernel's own Rust code: machine code is linked with what is made of C's bitcode, and objtool sees the whole module | never |
//! | memory sanitizers | `KASAN`, `KCSAN`, `KMSAN` | `-fsanitize=kernel-address`, `kernel-hwaddress`, `thread`, `kernel-memory`, and how they are set up | nothing | C has one: how LLVM's and the C compiler's instrumentation of one kernel fit together has not been shown, and accesses from our objects would go unwatched or, for KMSAN, be reported falsely |
//! | coverage | `GCOV_KERNEL`, `KCOV` | `-fprofile-arcs -ftest-coverage`, `-fsanitize-coverage=trace-pc`, `trace-cmp` | nothing: our code is not counted, which protects nothing | never |
//! | processor | `64BIT`, `GENERIC_CPU`, `X86_NATIVE_CPU`, `MK8`, `MPSC`, `MCORE2`, `MATOM` | `-m64`, `-march=`, `-mtune=` | `-Ctarget-cpu=` with the same name for `x86-64`, `-v2`, `-v3`, `-v4`, `k8`, `nocona` and `core2`, else `x86-64`, which every processor can execute; `-Ztune-cpu=generic` | 32 bits, x32 |
//! | code model | `X86_64` | `-mcmodel=kernel -fno-PIE` | `-Ccode-model=kernel -Crelocation-model=static` | C has another |
//! | no floating point | `X86_64` | `-mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx -mno-sse4a -mno-80387` | `target.json`: features `-mmx,-sse,...,-avx2,+soft-float`, and `rustc-abi` where rustc has it | C may use one of them |
//! | no red zone | `X86_64` | `-mno-red-zone` | `-Cno-redzone=y` | C has a red zone |
//! | calls | `X86_64` | `-mpreferred-stack-boundary=3` or `-mstack-alignment=8`, `-mskip-rax-setup`, `-maccumulate-outgoing-args` | nothing: instructions that need a stack aligned to 16 are those of SSE, which are off; the rest saves an instruction | another alignment |
//! | frame pointer | `FRAME_POINTER`, `UNWINDER_FRAME_POINTER` | `-fno-omit-frame-pointer -fno-optimize-sibling-calls`; with ORC `-fomit-frame-pointer` or nothing | `-Cforce-frame-pointers=y`, and `target.json` says `always`; with ORC `may-omit`. Calls at the end of a function may become jumps, as in the kernel's own Rust code: a function that jumped away is not in a backtrace, and need not be | never |
//! | stack protector | `STACKPROTECTOR`, `STACKPROTECTOR_STRONG` | `-fstack-protector`, `-fstack-protector-strong`; since 6.15 with `-mstack-protector-guard-reg=gs -mstack-protector-guard-symbol=__ref_stack_chk_guard`, without `SMP` `-mstack-protector-guard=global` | `-Zstack-protector=basic`, `strong`; LLVM's guard in the kernel's code model is `%gs:40`, and where C has another the operand is rewritten in the assembly | the guard is not in `%gs`, or has an offset and a symbol; rustc lacks the option; the assembly reads `%gs` otherwise |
//! | retpoline | `MITIGATION_RETPOLINE`, `RETPOLINE` | gcc: `-mindirect-branch=thunk-extern -mindirect-branch-register`; clang: `-mretpoline-external-thunk` | `-Zretpoline-external-thunk`, or the features `+retpoline-external-thunk`, `+retpoline-indirect-branches` and `+retpoline-indirect-calls` where rustc has no such option | C has thunks of its own in each object |
//! | prefix of retpolines | `MITIGATION_RETPOLINE`, `RETPOLINE` | `-mindirect-branch-cs-prefix`: `cs` in front of branches to the thunks of r8 to r15 | `-Zindirect-branch-cs-prefix`, or the prefix is added in the assembly where rustc has no such option | the assembly refers to such a thunk in another way than by a call or a jump |
//! | no jump tables | `X86_KERNEL_IBT`, `MITIGATION_RETPOLINE`, `RETPOLINE` | `-fno-jump-tables` | `-Cjump-tables=n`, `-Zno-jump-tables` of an older rustc | rustc has neither |
//! | return thunk | `MITIGATION_RETHUNK`, `RETHUNK` | `-mfunction-return=thunk-extern` | `-Zfunction-return=thunk-extern` | C has thunks of its own in each object; rustc lacks the option |
//! | straight-line speculation | `MITIGATION_SLS`, `SLS` | `-mharden-sls=all`, `return`, `indirect-jmp`: `int3` after returns and indirect jumps | the features `+harden-sls-ret`, `+harden-sls-ijmp`; behind a jump to a thunk, where LLVM puts none and gcc does, `int3` is added in the assembly | another value |
//! | indirect branch tracking | `X86_KERNEL_IBT` | `-fcf-protection=branch`: functions begin with `endbr64`; else `-fcf-protection=none` | `-Zcf-protection=branch`; else `none` | C has shadow stacks (`full`, `return`); rustc lacks the option |
//! | call padding | `CALL_PADDING`, `CALL_THUNKS`, `FUNCTION_PADDING_BYTES`, `MITIGATION_CALL_DEPTH_TRACKING` | `-fpatchable-function-entry=TOTAL,PREFIX` | `-Zpatchable-function-entry=TOTAL,PREFIX`, the same numbers | rustc lacks the option |
//! | function alignment | `FUNCTION_ALIGNMENT`, `DEBUG_FORCE_FUNCTION_ALIGN_64B` | `-fmin-function-alignment=N`, `-falign-functions=N`; 16 in an optimised object that has neither | `-Zmin-function-alignment=N`; the directive is added in the assembly where rustc has no such option, and where N is more than 8, since rustc aligns statics by it too | N is no power of two |
//! | processor (s390x) | `MARCH_Z10`, `MARCH_Z13`, `MARCH_Z14`, `MARCH_Z15`, `MARCH_Z16`, `MARCH_Z17` | `-m64`, `-march=`, `-mtune=` | `-Ctarget-cpu=` with the same name, else `z10`, which every processor can execute | 31 bits |
//! | stack frames (s390x) | `S390` | `-mbackchain -mpacked-stack -msoft-float` | `target.json`: features `+backchain,+soft-float,-vector`; `-Zpacked-stack` | C lacks one of them, or rustc has no such option |
//! | addresses (s390x) | `RELOCATABLE` | `-fPIC`, `-fno-PIE` | `-Crelocation-model=static`: code finds what it needs relative to itself in any case | never |
//! | expolines | `EXPOLINE`, `EXPOLINE_EXTERN` | `-mindirect-branch=thunk`, `-mfunction-return=thunk`, `-mindirect-branch-table` | - | C has them: rustc has no such branches. `WITHOUT=expolines` does without |
//! | stack protector (other than x86) | `STACKPROTECTOR` | `-fno-stack-protector` | nothing | C has one: nobody has looked at rustc's. `WITHOUT=stack-protector` does without |
//! | processor (ppc64le) | `PPC64`, `CPU_LITTLE_ENDIAN`, `POWER8_CPU`, `POWER9_CPU`, `POWER10_CPU` | `-m64 -mlittle-endian -mabi=elfv2`, `-mcpu=`, `-mtune=` | `-Ctarget-cpu=` `pwr8`, `pwr9` or `pwr10` for `power8` and so on, else `ppc64le`, which every processor can execute | 32 bits, big-endian, another ABI |
//! | no floating point (ppc64le) | `PPC64` | `-msoft-float -mno-altivec -mno-vsx`, `-mno-mma` | `target.json`: features `-mma,-vsx,-hard-float,-altivec` | C may use one of them |
//! | addresses (ppc64le) | `PPC_KERNEL_PCREL` | `-mcmodel=large`, in the kernel itself `medium`; `-fno-PIE` | `-Ccode-model=large -Crelocation-model=static` | C finds data relative to its own address (`-mpcrel`) |
//! | processor (arm64) | `ARM64`, `CPU_LITTLE_ENDIAN` | `-mlittle-endian -mgeneral-regs-only -mabi=lp64` | `target.json`: features `+v8a,+strict-align,-neon` | big-endian; C may use the FPU |
//! | branch protection | `ARM64_PTR_AUTH_KERNEL`, `ARM64_BTI_KERNEL`, `SHADOW_CALL_STACK` | `-mbranch-protection=none`, `pac-ret`, `pac-ret+bti`; `-ffixed-x18` | nothing, `-Zbranch-protection=pac-ret`, `bti,pac-ret`; `-Zfixed-x18` | another protection; C has a shadow call stack |
//! | addresses and frames (arm64) | `ARM64` | `-fno-PIE -fno-omit-frame-pointer` | `-Crelocation-model=static -Cforce-frame-pointers=y` | C has no frame pointers |
//!
//! C flags that say nothing of our objects, and why:
//!
//! | C flags | Why |
//! |---|---|
//! | `-D*`, `-U*`, `-I*`, `-include *`, `-imacros *`, `-isystem *`, `-iquote *`, `-idirafter *`, `-nostdinc`, `-Wp,*` | the preprocessor's: bindgen gets them |
//! | `-std=*`, `-fms-extensions`, `-fms-anonymous-structs`, `-fshort-wchar`, `-funsigned-char`, `-fexperimental-late-parse-attributes` | the C language, and what headers mean: bindgen gets those that matter |
//! | `-W*`, `-w`, `-pedantic*`, `-fdiagnostics-*` | warnings |
//! | `-fmacro-prefix-map=*`, `-fdebug-prefix-map=*`, `-ffile-prefix-map=*` | names of files in messages and debug information |
//! | `-fno-var-tracking`, `-fno-var-tracking-assignments`, `-fdump-*`, `-femit-struct-debug-baseonly`, `-fdebug-info-for-profiling` | debug information |
//! | `-fno-strict-aliasing`, `-fno-strict-overflow`, `-fwrapv`, `-fno-common`, `-fno-delete-null-pointer-checks` | take from C what Rust does not have: aliasing by type, undefined overflow, common symbols; a reference is never null, and a null pointer is not followed outside `unsafe` |
//! | `-fno-allow-store-data-races`, `--param=allow-store-data-races=0` | LLVM invents no stores |
//! | `-fstrict-flex-arrays*`, `-fzero-init-padding-bits=*` | rules for C's arrays and initialisers |
//! | `-fno-stack-clash-protection`, `-fno-stack-check` | switch off what ours do not have: the target specification says no stack probes |
//! | `-ffreestanding`, `-fno-builtin`, `-fno-builtin-*`, `-finline-stringops*` | which of C's library functions the compiler may make up; from our objects only `memcpy`, `memmove`, `memset` and `memcmp` are called, which the kernel has |
//! | `-fconserve-stack`, `-fno-inline-functions-called-once`, `-fno-partial-inlining`, `-fno-ipa-cp-clone`, `-fno-ipa-sra`, `-fno-reorder-blocks`, `-falign-jumps=*`, `-falign-loops=*`, `-falign-labels=*`, `-finline-limit=*`, `-fno-ipa-ra`, `-fno-tree-vectorize` | choices of the optimiser |
//! | `-fprofile-sample-use=*`, `-fprofile-use=*`, `-fsplit-machine-functions`, `-fbasic-block-address-map`, `-fbasic-block-sections=*`, `-mllvm -enable-fs-discriminator=true`, `-mllvm -improved-fs-discriminator=true` | optimisation by profile (AutoFDO, Propeller): where code is, not what it does |
//! | `-ffunction-sections`, `-fdata-sections` | sections that are merged again when the module is linked |
//! | `-fplugin=*/latent_entropy_plugin.so`, `-fplugin-arg-latent_entropy_plugin-*` | entropy from the code that runs at boot |
//! | `--target=*`, `-target *`, `-fintegrated-as`, `-fno-integrated-as`, `--prefix=*`, `-Qunused-arguments`, `-pipe`, `-c` | how clang finds its parts and the compiler is run; the architecture is given by itself |
//! | `-falloc-token-max=*` | read only with -fsanitize=alloc-token |

mod arch;
mod arm64;
mod assembly;
mod config;
mod derive;
mod error;
mod flags;
mod mechanism;
mod output;
mod paths;
mod powerpc;
mod rule;
mod rules;
mod rustc;
mod s390;
mod table;
mod target;
#[cfg(test)]
mod testing;
mod x86;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use error::{Error, Result};

const USAGE: &str = "\
Derives how rustc generates code for a kernel from how its C compiler does.

Usage:
  codegen derive --arch ARCH --config AUTO_CONF --rustc RUSTC --output DIR [--without WORD]... -- C_FLAG...
      Write into DIR what an object for the kernel is compiled with: target.json, rustc_flags, rustc_cfg, assembly and
      mechanisms. ARCH is the directory's name in the kernel's arch/, AUTO_CONF its include/config/auto.conf. WORD is expolines or
      stack-protector: where C has it and rustc cannot give it, our objects go without.
  codegen assembly --rules FILE IN OUT
      Rewrite the assembly IN, which rustc has emitted, into OUT. FILE is the file assembly of DIR.
  codegen paths IN
      Refuse the assembly IN if it formats text that it does not write, or unwinds.
  codegen table
      Print the table of the documentation.
";

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            for line in error.to_string().lines() {
                eprintln!("codegen: {line}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments say, and returns what to print.
fn run(arguments: impl Iterator<Item = OsString>) -> Result<String> {
    let mut arguments = arguments;
    let command = arguments.next().unwrap_or_default();
    match command.to_str() {
        Some("derive") => {
            for waived in derive::derive(&request(arguments)?)? {
                eprintln!(
                    "codegen: warning: C gets {}, and our objects do without, as was asked: {}",
                    waived.c, waived.why
                );
            }
            Ok(String::new())
        }
        Some("assembly") => rewrite(arguments).map(|()| String::new()),
        Some("paths") => paths(arguments).map(|()| String::new()),
        Some("table") => Ok(table::markdown()),
        Some("--help" | "-h") => Ok(USAGE.to_owned()),
        _ => Err(Error::Usage(format!("{command:?} is no command"))),
    }
}

/// Reads the arguments of `derive`.
fn request(mut arguments: impl Iterator<Item = OsString>) -> Result<derive::Request> {
    let (mut arch, mut config, mut rustc, mut output) = (None, None, None, None);
    let mut without = Vec::new();
    loop {
        let option = arguments.next().unwrap_or_default();
        let slot = match option.to_str() {
            Some("--arch") => &mut arch,
            Some("--config") => &mut config,
            Some("--rustc") => &mut rustc,
            Some("--output") => &mut output,
            Some("--without") => {
                let word = value(&option, arguments.next())?;
                without.push(word.to_string_lossy().into_owned());
                continue;
            }
            Some("--") => break,
            _ => return Err(Error::Usage(format!("{option:?} is no option of derive"))),
        };
        *slot = Some(value(&option, arguments.next())?);
    }
    let required = |option: &str, slot: Option<OsString>| value(option.as_ref(), slot);
    Ok(derive::Request {
        arch: required("--arch", arch)?.to_string_lossy().into_owned(),
        config: PathBuf::from(required("--config", config)?),
        rustc: PathBuf::from(required("--rustc", rustc)?),
        output: PathBuf::from(required("--output", output)?),
        without,
        flags: arguments
            .map(|flag| flag.to_string_lossy().into_owned())
            .collect(),
    })
}

/// Reads the arguments of `assembly`, and rewrites.
fn rewrite(mut arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let option = arguments.next().unwrap_or_default();
    if option != "--rules" {
        return Err(Error::Usage(format!("{option:?} is no option of assembly")));
    }
    let rules = PathBuf::from(value(&option, arguments.next())?);
    let (Some(input), Some(output), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err(Error::Usage("assembly wants IN and OUT".to_owned()));
    };
    let in_file = |path: &Path| {
        let path = path.to_owned();
        move |(number, problem)| Error::Line {
            path,
            number,
            problem,
        }
    };
    let input = Path::new(&input);
    let rules_text = fs::read_to_string(&rules).map_err(Error::file("read", &rules))?;
    let text = fs::read_to_string(input).map_err(Error::file("read", input))?;
    let parsed = assembly::parse(&rules_text).map_err(in_file(&rules))?;
    let rewritten = assembly::rewrite(&text, &parsed).map_err(in_file(input))?;
    output::write(Path::new(&output), &rewritten)
}

/// Reads the argument of `paths`, and looks where the code goes.
fn paths(mut arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let (Some(input), None) = (arguments.next(), arguments.next()) else {
        return Err(Error::Usage("paths wants IN".to_owned()));
    };
    let input = Path::new(&input);
    let text = fs::read_to_string(input).map_err(Error::file("read", input))?;
    let problems = paths::problems(&text);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Paths(problems))
    }
}

/// Returns the value of an option.
fn value(option: &std::ffi::OsStr, value: Option<OsString>) -> Result<OsString> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Error::Usage(format!("{option:?} wants a value")))
}
