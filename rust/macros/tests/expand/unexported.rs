// SPDX-License-Identifier: GPL-2.0

//! Symbols that are not exported: of the object of a fix, of another, and shared by fixes.

#[livepatch::unexported(object = "vmlinux")]
unsafe extern "C" {
    pub(crate) fn version_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int;
}

#[livepatch::fix(title = "of a module", object = "pktgen")]
mod of_a_module {
    #[unexported]
    unsafe extern "C" {
        /// The word that documents it stays.
        static pg_count_d: c_int;
        fn r#match(format: *const c_char, ...) -> c_int;
    }

    #[livepatch::unexported(object = "vmlinux")]
    unsafe extern "C" {
        #[sympos(2)]
        static mut registered: c_int;
        #[sympos(1)]
        #[name("registered")]
        static mut registered_first: c_int;
        #[name("proc_show.isra.0")]
        fn proc_show(m: *mut seq_file);
        #[cfg(CONFIG_SMP)]
        #[sympos(1)]
        fn dump();
        #[cfg(not(CONFIG_SMP))]
        fn dump();
    }

    #[replace]
    unsafe extern "C" fn pgctrl_show() {}
}

#[livepatch::fix(title = "of the kernel")]
mod of_the_kernel {
    #[unexported(object = "af_packet")]
    #[cfg(CONFIG_PACKET)]
    unsafe extern "C" {
        static fanout_next_id: u16;
    }

    #[replace]
    unsafe extern "C" fn cmdline_proc_show() {}
}

livepatch! {
    description: "test",
    fixes: [of_a_module, of_the_kernel],
}
