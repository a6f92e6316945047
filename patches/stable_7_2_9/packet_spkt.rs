// SPDX-License-Identifier: GPL-2.0

//! A SOCK_PACKET socket gets what a device without link-level headers received, and not what lies
//! before it in memory.
//!
//! On such a device, a tunnel for example, the mark of the link-level header is left over from the
//! device below; pushing up to it shows headers of that one, or runs into the end of the buffer.

use crate::inline::{headers, kfree_skb, nf_reset_ct, skb_dst_drop, skb_share_check};
use livepatch::bindings::{
    net_device, packet_type, sized_strscpy, sk_buff, skb_push, sock, sock_queue_rcv_skb_reason,
    sockaddr_pkt, PACKET_LOOPBACK,
};
use livepatch::prelude::*;

#[livepatch::fix(
    id = "packet_spkt",
    title = "net/packet: guard the ll header push in packet_rcv_spkt()",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.11"],
    severity = "important"
)]
pub(crate) mod fix {
    use super::*;

    livepatch::btf! { packet_skb_cb }

    /// Replaces `packet_rcv_spkt()`, net/packet/af_packet.c.
    #[replace]
    unsafe extern "C" fn packet_rcv_spkt(
        skb: *mut sk_buff,
        dev: *mut net_device,
        pt: *mut packet_type,
        _orig_dev: *mut net_device,
    ) -> c_int {
        // SAFETY: The caller, deliver_skb(), passes the handler, which has the socket that registered it.
        let sk = unsafe { (*pt).af_packet_priv };
        // SAFETY: It passes a packet too, which is now ours, and the device that it is on.
        unsafe { receive(skb, dev, sk.cast()) };
        0
    }

    /// Gives a packet to a socket.
    ///
    /// # Safety
    ///
    /// The caller must own a reference to the packet, and keep the device and the socket.
    unsafe fn receive(skb: *mut sk_buff, dev: *mut net_device, sk: *mut sock) {
        // SAFETY: By the contract of this function.
        let pkt_type = unsafe { headers(skb) }.pkt_type();
        // SAFETY: By the contract of this function.
        let of_device = unsafe { (*dev).nd_net.net };
        // SAFETY: By the contract of this function.
        let of_socket = unsafe { (*sk).__sk_common.skc_net.net };
        if c_uint::from(pkt_type) == PACKET_LOOPBACK || of_device != of_socket {
            // SAFETY: The reference is ours, and not used any more.
            unsafe { kfree_skb(skb) };
            return;
        }

        // SAFETY: The reference is ours.
        let skb = unsafe { skb_share_check(skb) };
        if skb.is_null() {
            return;
        }
        // SAFETY: Nobody else has a reference.
        unsafe { skb_dst_drop(skb) };
        // SAFETY: As above.
        unsafe { nf_reset_ct(skb) };

        // SAFETY: The device is there.
        let ops = unsafe { (*dev).header_ops };
        // SAFETY: Null, or a constant table.
        let has_header = unsafe { ops.as_ref() }.is_some_and(|ops| ops.create.is_some());
        if has_header {
            // SAFETY: The packet is ours alone.
            let head = unsafe { (*skb).head };
            // SAFETY: As above.
            let data = unsafe { (*skb).data };
            // SAFETY: As above.
            let mac_header = usize::from(unsafe { headers(skb) }.mac_header);
            // A device with headers has set the mark: the header begins there, before the data.
            let len = data
                .addr()
                .wrapping_sub(head.addr())
                .wrapping_sub(mac_header);
            // SAFETY: The packet is ours alone. As in C, the kernel panics where there is no room.
            unsafe { skb_push(skb, len as c_uint) };
        }

        // SAFETY: The control block of a packet in the queue of such a socket is that structure.
        let cb = unsafe { &raw mut (*skb).cb }.cast::<packet_skb_cb>();
        // SAFETY: As above; this is a view of the union.
        let spkt = unsafe { &raw mut (*cb).sa }.cast::<sockaddr_pkt>();
        // SAFETY: The packet is ours alone, and so is what is in it.
        let spkt = unsafe { &mut *spkt };
        // SAFETY: The device is there.
        let name = unsafe { &raw const (*dev).name };
        // SAFETY: As above.
        spkt.spkt_family = unsafe { (*dev).type_ };
        let size = spkt.spkt_device.len();
        // SAFETY: The name of a device ends within its field, and the other field has `size` bytes.
        unsafe { sized_strscpy(spkt.spkt_device.as_mut_ptr().cast(), name.cast(), size) };
        // SAFETY: The packet is ours alone.
        spkt.spkt_protocol = unsafe { headers(skb) }.protocol;

        // SAFETY: The socket is there. It takes the packet, if it has room.
        if unsafe { sock_queue_rcv_skb_reason(sk, skb) } != 0 {
            // SAFETY: The reference is still ours.
            unsafe { kfree_skb(skb) };
        }
    }
}
