// SPDX-License-Identifier: GPL-2.0

//! Tests of the whole reader, on files made by [`Writer`].

use std::sync::Arc;

use crate::testing::Writer;
use crate::{BitField, Btf, ByteOrder, Error, Kind, Linkage, Type, TypeId};

const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

fn parse(writer: &Writer) -> Btf {
    Btf::parse(writer.finish()).unwrap()
}

/// A kernel with one type of each kind.
fn kernel(order: ByteOrder) -> Writer {
    let mut writer = Writer::new(order);
    let int = writer.int("int", 4, true);
    let char = writer.int("char", 1, true);
    let long = writer.int("long unsigned int", 8, false);
    let seq_file = writer.structure("seq_file", 16, &[("buf", long, 0), ("size", int, 64)]);
    let seq_file_ptr = writer.ptr(seq_file);
    let void_ptr = writer.ptr(TypeId::VOID);
    writer.function("show", int, &[("m", seq_file_ptr), ("v", void_ptr)]);
    let const_char = writer.qualifier(Kind::Const, char);
    let text = writer.ptr(const_char);
    writer.function("printk", int, &[("fmt", text), ("", TypeId::VOID)]);
    writer.function("show", TypeId::VOID, &[]);
    writer
}

#[test]
fn finds_functions_and_writes_them_as_c() {
    for order in ORDERS {
        let btf = parse(&kernel(order));
        let show = btf.functions("show");

        assert_eq!(btf.byte_order(), order);
        assert_eq!(show.len(), 2);
        assert_eq!(
            btf.format_prototype(show[0]),
            "int (struct seq_file *m, void *v)"
        );
        assert_eq!(btf.format_function(show[1], "show"), "void show(void)");
        assert_eq!(
            btf.format_function(btf.functions("printk")[0], "printk"),
            "int printk(const char *fmt, ...)"
        );
        assert!(btf.functions("shows").is_empty());
        assert!(btf.functions("").is_empty());
    }
}

#[test]
fn a_module_goes_on_where_its_kernel_ends() {
    for order in ORDERS {
        let kernel = kernel(order);
        let mut module = kernel.split();
        let base = Arc::new(parse(&kernel));
        let seq_file = base.find(Kind::Struct, "seq_file")[0];
        let own = module.structure("own", 16, &[("inner", seq_file, 0)]);
        let own_ptr = module.ptr(own);
        let show = module.function("show", TypeId::VOID, &[("own", own_ptr)]);
        let btf = Btf::parse_split(module.finish(), &base).unwrap();

        assert_eq!(btf.functions("show").len(), 3);
        assert_eq!(btf.functions("show")[0], show);
        assert_eq!(
            btf.format_function(show, "show"),
            "void show(struct own *own)"
        );
        assert_eq!(btf.size_of(own), Ok(16));
        assert_eq!(btf.align_of(own), Ok(8));
        assert!(btf.owns(own) && !btf.owns(seq_file) && !btf.owns(TypeId::VOID));
        assert_eq!(btf.ids().count(), 4);
        assert_eq!(btf.names(Kind::Struct).collect::<Vec<_>>(), [(own, "own")]);
    }
}

#[test]
fn a_module_of_the_other_byte_order_is_refused() {
    let base = Arc::new(parse(&kernel(ByteOrder::Little)));
    let module = kernel(ByteOrder::Big);

    assert_eq!(
        Btf::parse_split(module.finish(), &base).err(),
        Some(Error::ByteOrder)
    );
}

#[test]
fn a_distilled_base_is_found_in_the_kernel() {
    for order in ORDERS {
        let base = Arc::new(parse(&kernel(order)));
        let mut distilled = Writer::new(order);
        let seq_file = distilled.structure("seq_file", 16, &[]);
        let int = distilled.int("int", 4, true);
        let opaque = distilled.fwd("seq_file", false);
        let mut module = distilled.split();
        let own = module.structure("own", 24, &[("inner", seq_file, 0), ("count", int, 128)]);
        let own_ptr = module.ptr(own);
        let opaque_ptr = module.ptr(opaque);
        module.function("show", int, &[("own", own_ptr), ("m", opaque_ptr)]);
        let btf = Btf::parse_distilled(module.finish(), distilled.finish(), &base).unwrap();
        let own = btf.find(Kind::Struct, "own")[0];

        let Ok(Type::Struct(found)) = btf.get(own) else {
            panic!("{:?}", btf.get(own));
        };
        assert_eq!(
            found.members[0].type_id,
            base.find(Kind::Struct, "seq_file")[0]
        );
        assert_eq!(btf.align_of(own), Ok(8));
        assert_eq!(
            btf.format_prototype(btf.functions("show")[0]),
            "int (struct own *own, struct seq_file *m)"
        );
    }
}

#[test]
fn a_distilled_base_of_another_kernel_is_refused() {
    let base = Arc::new(parse(&kernel(ByteOrder::Little)));
    let mut distilled = Writer::new(ByteOrder::Little);
    distilled.structure("seq_file", 20, &[]);
    let module = distilled.split();

    let error = Btf::parse_distilled(module.finish(), distilled.finish(), &base).err();
    assert_eq!(
        error.unwrap().to_string(),
        "the BTF of the module needs struct seq_file of the kernel, which has none that fits"
    );
}

#[test]
fn decodes_all_kinds() {
    for order in ORDERS {
        let mut writer = Writer::new(order);
        let int = writer.int("int", 4, true);
        let bool = writer.int("_Bool", 1, false);
        let double = writer.float("double", 8);
        let small = writer.enumeration("small", 4, true, &[("LOW", -1), ("HIGH", 1)]);
        let large = writer.enumeration64("large", false, &[("MOST", -1)]);
        let large_signed = writer.enumeration64("large_signed", true, &[("LEAST", i64::MIN)]);
        let fwd = writer.fwd("declared", true);
        let tag = writer.type_tag("rcu", int);
        let decl = writer.decl_tag("bpf_kfunc", int, Some(3));
        let var = writer.var("jiffies", int);
        let section = writer.datasec(".data", 8, &[(var, 4, 4)]);
        let alias = writer.typedef("alias", tag);
        let array = writer.array(alias, int, 3);
        let volatile = writer.qualifier(Kind::Volatile, array);
        let restrict = writer.qualifier(Kind::Restrict, volatile);
        let btf = parse(&writer);

        assert!(
            matches!(btf.get(bool), Ok(Type::Int(int)) if int.is_bool && !int.is_signed && int.bits == 8)
        );
        assert_eq!(btf.size_of(double), Ok(8));
        let values = |id| match btf.get(id) {
            Ok(Type::Enum(of)) => of
                .values
                .iter()
                .map(|value| value.value)
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(values(small), [-1, 1]);
        assert_eq!(values(large), [i128::from(u64::MAX)]);
        assert_eq!(values(large_signed), [i128::from(i64::MIN)]);
        assert_eq!(btf.kind(large), Ok(Some(Kind::Enum64)));
        assert_eq!(btf.size_of(large), Ok(8));
        assert_eq!(btf.format_type(fwd), "union declared");
        assert_eq!(btf.size_of(fwd), Err(Error::Unsized(fwd)));
        assert!(matches!(
            btf.get(decl),
            Ok(Type::DeclTag {
                name: "bpf_kfunc",
                component: Some(3),
                ..
            })
        ));
        assert!(matches!(
            btf.get(var),
            Ok(Type::Var {
                linkage: Linkage::Global,
                ..
            })
        ));
        assert!(matches!(btf.get(section), Ok(Type::Datasec { vars, .. }) if vars[0].offset == 4));
        assert_eq!(btf.size_of(restrict), Ok(12));
        assert_eq!(btf.align_of(restrict), Ok(4));
        assert_eq!(btf.resolve(alias).unwrap().0, int);
        assert_eq!(btf.unqualified(tag).unwrap().0, int);
        assert_eq!(btf.get(TypeId::VOID), Ok(Type::Void));
    }
}

#[test]
fn writes_declarations_as_c() {
    let mut writer = Writer::new(ByteOrder::Little);
    let int = writer.int("int", 4, true);
    let char = writer.int("char", 1, true);
    let const_char = writer.qualifier(Kind::Const, char);
    let text = writer.ptr(const_char);
    let const_text = writer.qualifier(Kind::Const, text);
    let array = writer.array(const_text, int, 2);
    let array_ptr = writer.ptr(array);
    let callback = writer.prototype(int, &[("", text)]);
    let callback_ptr = writer.ptr(callback);
    let callbacks = writer.array(callback_ptr, int, 4);
    let user = writer.type_tag("user", char);
    let user_ptr = writer.ptr(user);
    let getter = writer.prototype(callback_ptr, &[]);
    let anonymous = writer.structure("", 0, &[]);
    let btf = parse(&writer);

    for (id, name, expected) in [
        (text, "s", "const char *s"),
        (const_text, "s", "const char *const s"),
        (const_text, "", "const char *const"),
        (array, "list", "const char *const list[2]"),
        (array_ptr, "list", "const char *const (*list)[2]"),
        (callback_ptr, "show", "int (*show)(const char *)"),
        (callbacks, "show", "int (*show[4])(const char *)"),
        (user_ptr, "buf", "char *buf"),
        (getter, "get", "int (*get(void))(const char *)"),
        (anonymous, "a", "struct {...} a"),
        (TypeId(999), "a", "? a"),
    ] {
        assert_eq!(btf.format_declaration(id, name), expected);
    }
}

#[test]
fn bit_fields_of_both_encodings() {
    for order in ORDERS {
        let mut writer = Writer::new(order);
        let int = writer.int("unsigned int", 4, false);
        let three = writer.raw("unsigned int", Kind::Int.number(), false, 0, 4, &[3]);
        let new = writer.bit_fields(
            "new",
            8,
            &[("a", int, 0, 0), ("b", int, 32, 3), ("c", int, 35, 1)],
        );
        let old = writer.structure("old", 8, &[("a", int, 0), ("b", three, 32)]);
        let btf = parse(&writer);
        let field = |id, index: usize| match btf.get(id) {
            Ok(Type::Struct(of)) => btf.bit_field(&of.members[index]).unwrap(),
            other => panic!("{other:?}"),
        };
        let b = Some(BitField {
            bit_offset: 32,
            bits: 3,
        });

        assert_eq!(field(new, 0), None);
        assert_eq!(field(new, 1), b);
        assert_eq!(field(new, 2).unwrap().bit_offset, 35);
        assert_eq!(field(old, 1), b);
        assert_eq!(btf.align_of(new), Ok(4));
    }
}

#[test]
fn a_packed_struct_is_aligned_to_1() {
    let mut writer = Writer::new(ByteOrder::Little);
    let int = writer.int("int", 4, true);
    let by_offset = writer.structure("by_offset", 8, &[("a", int, 8)]);
    let by_size = writer.structure("by_size", 5, &[("a", int, 0)]);
    let union = writer.union("union", 8, &[("a", int), ("b", by_size)]);
    let btf = parse(&writer);

    assert_eq!(btf.align_of(by_offset), Ok(1));
    assert_eq!(btf.align_of(by_size), Ok(1));
    assert_eq!(btf.align_of(union), Ok(4));
}

#[test]
fn circles_end() {
    let mut writer = Writer::new(ByteOrder::Little);
    let int = writer.int("int", 4, true);
    let typedef = writer.typedef("a", TypeId(2));
    let array = writer.array(TypeId(3), int, 1);
    let structure = writer.structure("s", 4, &[("a", TypeId(4), 0), ("b", TypeId(4), 0)]);
    let ptr = writer.ptr(TypeId(5));
    let prototype = writer.prototype(TypeId(6), &[("a", TypeId(6)), ("b", TypeId(6))]);
    let qualifier = writer.qualifier(Kind::Const, TypeId(7));
    let btf = parse(&writer);

    assert_eq!(btf.resolve(typedef), Err(Error::Endless(typedef)));
    assert_eq!(btf.size_of(typedef), Err(Error::Endless(typedef)));
    assert_eq!(btf.size_of(array), Err(Error::Endless(array)));
    assert!(btf.align_of(array).is_err());
    assert!(btf.align_of(structure).is_err());
    for id in [typedef, array, structure, ptr, prototype, qualifier] {
        assert!(btf.format_declaration(id, "name").len() < 100_000);
    }
}

#[test]
fn a_kind_of_the_future_is_skipped_if_the_file_has_its_size() {
    for order in ORDERS {
        let mut writer = Writer::new(order);
        let future = writer.raw("future", 20, false, 2, 0, &[1, 2, 3]);
        let int = writer.int("int", 4, true);
        let mut layouts = vec![0; 21 * 4];
        layouts[80..82].copy_from_slice(&[4, 4]);
        let btf = Btf::parse(writer.finish_with_layouts(&layouts)).unwrap();

        assert_eq!(btf.get(future), Ok(Type::Unknown { kind: 20 }));
        assert_eq!(btf.kind(future), Ok(None));
        assert_eq!(btf.find(Kind::Int, "int"), [int]);
        assert_eq!(
            Btf::parse(writer.finish()).err(),
            Some(Error::UnknownKind {
                id: future,
                kind: 20
            })
        );
    }
}

#[test]
fn refuses_what_is_no_btf() {
    let good = kernel(ByteOrder::Little).finish();
    let with = |offset: usize, byte: u8| {
        let mut bad = good.clone();
        bad[offset] = byte;
        Btf::parse(bad).err()
    };

    assert_eq!(Btf::parse(Vec::new()).err(), Some(Error::Magic));
    assert_eq!(with(0, 0), Some(Error::Magic));
    assert_eq!(with(2, 2), Some(Error::Version(2)));
    assert_eq!(with(4, 20), Some(Error::Header));
    assert_eq!(with(6, 1), Some(Error::Header));
    assert_eq!(with(11, 1), Some(Error::Part("types")));
    assert_eq!(with(23, 1), Some(Error::Part("strings")));
    assert_eq!(with(good.len() - 1, b'a'), Some(Error::Strings));
    assert_eq!(
        with(31, 0xff),
        Some(Error::UnknownKind {
            id: TypeId(1),
            kind: 127
        })
    );
    assert_eq!(Btf::parse(&good[..3]).err(), Some(Error::Header));
}

/// Calls everything on every type.
fn exercise(btf: &Btf) {
    for id in btf.ids().take(50) {
        let _ = btf.get(id);
        let _ = btf.size_of(id);
        let _ = btf.align_of(id);
        let _ = btf.prototype(id);
        let _ = btf.format_type(id);
        let _ = btf.format_function(id, "name");
        if let Ok(Type::Struct(of) | Type::Union(of)) = btf.get(id) {
            for member in &of.members {
                let _ = btf.bit_field(member);
            }
        }
    }
    btf.functions("show");
    btf.pointer_size();
}

#[test]
fn no_changed_byte_makes_it_panic() {
    let good = kernel(ByteOrder::Little).finish();
    let base = Arc::new(Btf::parse(good.clone()).unwrap());

    for offset in 0..good.len() {
        for byte in [1, 4, 13, 0xff] {
            let mut bad = good.clone();
            bad[offset] = byte;
            if let Ok(btf) = Btf::parse(bad.clone()) {
                exercise(&btf);
            }
            if let Ok(btf) = Btf::parse_split(bad.clone(), &base) {
                exercise(&btf);
            }
            if let Ok(btf) = Btf::parse_distilled(good.clone(), bad, &base) {
                exercise(&btf);
            }
        }
    }
    for length in 0..good.len() {
        if let Ok(btf) = Btf::parse(&good[..length]) {
            exercise(&btf);
        }
    }
}
