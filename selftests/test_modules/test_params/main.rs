// SPDX-License-Identifier: GPL-2.0

//! Parameters of every type, and a file in /proc that says what the module reads in them.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;
use livepatch::proc_fs::ProcEntry;

#[livepatch::param(mode = 0o644)]
static BYTE: Param<u8> = Param::new(1);
#[livepatch::param(mode = 0o644)]
static SHORT: Param<c_short> = Param::new(-2);
#[livepatch::param(mode = 0o644)]
static USHORT: Param<c_ushort> = Param::new(3);
#[livepatch::param(mode = 0o644)]
static INT: Param<c_int> = Param::new(-4);
#[livepatch::param(mode = 0o644)]
static UINT: Param<c_uint> = Param::new(5);
#[livepatch::param(mode = 0o644)]
static LONG: Param<c_long> = Param::new(-6);
#[livepatch::param(mode = 0o644)]
static ULONG: Param<c_ulong> = Param::new(7);
#[livepatch::param(mode = 0o644)]
static ULLONG: Param<u64> = Param::new(8);
#[livepatch::param(mode = 0o644)]
static HEXINT: Param<HexInt> = Param::new(HexInt(9));
#[livepatch::param(mode = 0o644)]
static BOOL: Param<bool> = Param::new(true);
#[livepatch::param(mode = 0o644)]
static INVBOOL: Param<InvBool> = Param::new(InvBool(true));
#[livepatch::param(mode = 0o644)]
static CHARP: Param<CharP> = Param::new(CharP::new(c"any length"));
#[livepatch::param(mode = 0o644)]
static STRING: Param<Text<64>> = Param::new(Text::new(c"up to 63"));
#[livepatch::param(mode = 0o644)]
static INTS: Param<[c_int; 4]> = Param::new([10, 11, 12, 13]);
#[livepatch::param(mode = 0o644)]
static CHARPS: Param<[CharP; 2]> = Param::new([CharP::NONE, CharP::NONE]);

/// One that can be read, one that only root can, and one that has no file.
#[livepatch::param]
static FIXED: Param<c_int> = Param::new(20);
#[livepatch::param(mode = 0o400)]
static SECRET: Param<c_int> = Param::new(21);
#[livepatch::param(mode = 0)]
static HIDDEN: Param<c_int> = Param::new(22);

static ENTRY: ModuleData<ProcEntry> = ModuleData::new();

/// Prints a string parameter, byte by byte: it need not be UTF-8.
fn print_bytes(m: &mut SeqFile<'_>, name: &str, bytes: &[u8]) {
    seq_print!(m, "{name} ");
    for byte in bytes {
        seq_print!(m, "{}", byte.escape_ascii());
    }
    seq_print!(m, "\n");
}

unsafe extern "C" fn show(m: *mut seq_file, _v: *mut c_void) -> c_int {
    // SAFETY: The caller, seq_read_iter(), passes the file that is read.
    let mut m = unsafe { SeqFile::from_raw(m) };
    seq_print!(m, "byte {}\n", BYTE.get());
    seq_print!(m, "short {}\n", SHORT.get());
    seq_print!(m, "ushort {}\n", USHORT.get());
    seq_print!(m, "int {}\n", INT.get());
    seq_print!(m, "uint {}\n", UINT.get());
    seq_print!(m, "long {}\n", LONG.get());
    seq_print!(m, "ulong {}\n", ULONG.get());
    seq_print!(m, "ullong {}\n", ULLONG.get());
    seq_print!(m, "hexint {}\n", HEXINT.get().0);
    seq_print!(m, "bool {}\n", BOOL.get());
    seq_print!(m, "invbool {}\n", INVBOOL.get().0);
    CHARP.with_str(|text| print_bytes(&mut m, "charp", text.unwrap_or(c"none").to_bytes()));
    STRING.with_text(|text| print_bytes(&mut m, "string", text.to_bytes()));
    seq_print!(m, "ints {}:", INTS.len());
    for index in 0.. {
        let Some(value) = INTS.get_at(index) else {
            break;
        };
        seq_print!(m, " {value}");
    }
    seq_print!(m, "\n");
    for index in 0..2 {
        CHARPS.with_str_at(index, |text| {
            print_bytes(&mut m, "charps", text.unwrap_or(c"none").to_bytes());
        });
    }
    seq_print!(m, "fixed {}\n", FIXED.get());
    seq_print!(m, "secret {}\n", SECRET.get());
    seq_print!(m, "hidden {}\n", HIDDEN.get());
    0
}

fn init() -> Result {
    // SAFETY: The function only reads statics and writes to the file; `exit` drops the entry.
    ENTRY.set(unsafe { ProcEntry::create_single(c"test_params", 0, show) }?)
}

fn exit() {
    drop(ENTRY.take());
}

livepatch::module! {
    description: "Livepatch test: parameters of every type",
    init: init,
    exit: exit,
}
