// SPDX-License-Identifier: GPL-2.0

//! A checksum that a packet asks to be filled in is behind its IP header: who sends packets through
//! a tun device or a packet socket could have it written into the header, which was checked already.
//!
//! Upstream checks that in five places. Four are in functions that are macros and inline functions
//! of C for the most part, and are in C here, one file each.

use crate::inline::headers;
use livepatch::bindings::{
    net, nf_hook_state, nf_queue_entry, sk_buff, skb_checksum_help, skb_shared_info, sock,
    xt_action_param, CHECKSUM_PARTIAL,
};
use livepatch::prelude::*;

#[livepatch::fix(
    id = "csum_start",
    title = "ipv4: validate checksum_start before completing checksum",
    cve = ["CVE-2026-99999"],
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.11"],
    severity = "important"
)]
pub(crate) mod fix {
    use super::*;

    unsafe extern "C" {
        /// Replaces `ip_do_fragment()`, net/ipv4/ip_output.c; see csum_fragment.c.
        #[replace(name = "ip_do_fragment")]
        fn livepatch_ip_do_fragment(
            net: *mut net,
            sk: *mut sock,
            skb: *mut sk_buff,
            output: Option<unsafe extern "C" fn(*mut net, *mut sock, *mut sk_buff) -> c_int>,
        ) -> c_int;

        /// Replaces `xfrm_output()`, net/xfrm/xfrm_output.c; see csum_xfrm.c.
        #[replace(name = "xfrm_output")]
        fn livepatch_xfrm_output(sk: *mut sock, skb: *mut sk_buff) -> c_int;

        /// Replaces `nf_ct_bridge_post()`, net/bridge/netfilter/nf_conntrack_bridge.c; see
        /// csum_bridge.c.
        #[replace(name = "nf_ct_bridge_post", object = "nf_conntrack_bridge")]
        fn livepatch_nf_ct_bridge_post(
            priv_: *mut c_void,
            skb: *mut sk_buff,
            state: *const nf_hook_state,
        ) -> c_uint;

        /// Replaces `nfqnl_enqueue_packet()`, net/netfilter/nfnetlink_queue.c; see csum_queue.c.
        #[replace(name = "nfqnl_enqueue_packet", object = "nfnetlink_queue")]
        fn livepatch_nfqnl_enqueue_packet(entry: *mut nf_queue_entry, queuenum: c_uint) -> c_int;
    }

    // That the C uses symbols of two more modules, only these declarations say.
    #[unexported(object = "nf_conntrack")]
    #[allow(dead_code, reason = "C uses it")]
    unsafe extern "C" {
        fn nf_confirm(priv_: *mut c_void, skb: *mut sk_buff, state: *const nf_hook_state)
            -> c_uint;
    }
    #[unexported(object = "bridge")]
    #[allow(dead_code, reason = "C uses it")]
    unsafe extern "C" {
        fn br_dev_queue_push_xmit(net: *mut net, sk: *mut sock, skb: *mut sk_buff) -> c_int;
    }

    /// Numbers of an enumeration without a name, and of macros.
    const NFPROTO_IPV4: c_uint = 2;
    const NF_DROP: c_uint = 0;
    const XT_CONTINUE: c_uint = c_uint::MAX;

    /// Replaces `checksum_tg()`, net/netfilter/xt_CHECKSUM.c.
    #[replace(object = "xt_CHECKSUM")]
    unsafe extern "C" fn checksum_tg(skb: *mut sk_buff, par: *const xt_action_param) -> c_uint {
        // SAFETY: The caller, ipt_do_table(), passes a packet of its own.
        if c_uint::from(unsafe { headers(skb) }.ip_summed()) != CHECKSUM_PARTIAL {
            return XT_CONTINUE;
        }
        // SAFETY: As above.
        let head = unsafe { (*skb).head };
        // SAFETY: As above.
        let end = unsafe { (*skb).end };
        // SAFETY: At the end of the buffer of every packet is that structure.
        let shinfo = unsafe { head.add(end as usize) }.cast::<skb_shared_info>();
        // SAFETY: As above.
        if unsafe { (*shinfo).gso_size } != 0 {
            return XT_CONTINUE;
        }
        // SAFETY: The caller passes its parameters.
        let state = unsafe { (*par).state };
        // SAFETY: The state of the hook is one of them.
        let family = unsafe { (*state).pf };
        // SAFETY: As above; a packet of that family has its header at the mark, in the first buffer.
        if c_uint::from(family) == NFPROTO_IPV4 && unsafe { !ip_check_csum_start(skb) } {
            return NF_DROP;
        }
        // SAFETY: As above. As in C, what comes of it is not looked at.
        unsafe { skb_checksum_help(skb) };
        XT_CONTINUE
    }

    /// Returns whether the checksum that is to be filled in begins behind the IP header.
    ///
    /// # Safety
    ///
    /// The packet must have an IPv4 header, in the first buffer.
    unsafe fn ip_check_csum_start(skb: *const sk_buff) -> bool {
        // SAFETY: By the contract of this function.
        let headers = unsafe { headers(skb) };
        // SAFETY: Both fields of the union are numbers, and this one is in use while a checksum is to
        // be filled in.
        let csum_start = unsafe { headers.__bindgen_anon_1.__bindgen_anon_1.csum_start };
        // SAFETY: By the contract of this function.
        let head = unsafe { (*skb).head };
        // SAFETY: The mark is in the buffer, where the header begins.
        let header = unsafe { head.add(usize::from(headers.network_header)) };
        // SAFETY: As above.
        let first = unsafe { header.read() };
        let ip_hdrlen = u32::from(first & 0x0f) * 4;
        u32::from(csum_start) >= u32::from(headers.network_header) + ip_hdrlen
    }
}
