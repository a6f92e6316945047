// SPDX-License-Identifier: GPL-2.0

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use livepatch_abi::signature::MAGIC;

use super::*;
use crate::module_file::testing::Maker;
use crate::system::fake::Machine;
use crate::system::MachineCommands;

/// A directory with keys, and what is signed by them, by the machine's own openssl.
struct Signatures(tempfile::TempDir);

impl Signatures {
    /// Makes the keys of these names.
    fn new(names: &[&str]) -> Self {
        let signatures = Self(tempfile::tempdir().unwrap());

        for name in names {
            let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
            signatures.openssl(&format!(
                "req -new -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 2 -subj /CN={name}"
            ));
            signatures.openssl(&format!(
                "x509 -in {certificate} -outform DER -out {name}.der"
            ));
        }
        signatures
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(self.0.path())
            .output()
            .expect("openssl, which the toolchain root has");
        assert!(output.status.success(), "{arguments}: {output:?}");
    }

    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    /// Signs a module as the kernel's sign-file does.
    fn sign(&self, module: &[u8], who: &str) -> Vec<u8> {
        fs::write(self.0.path().join("module"), module).unwrap();
        self.openssl(&format!(
            "cms -sign -binary -noattr -nocerts -md sha512 -outform DER -in module -signer {who}.pem -inkey {who}.key -out message"
        ));
        append(module, &self.file("message"))
    }
}

/// Appends a message to a module, and what describes it.
fn append(module: &[u8], message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();

    [module, message, &[0, 0, 2, 0, 0, 0, 0, 0], &length, MAGIC].concat()
}

/// A machine with openssl, certificates, and a module file.
fn machine(signatures: &Signatures, names: &[&str], module: &[u8]) -> Machine {
    let machine = Machine::new();

    for name in names {
        machine.write(
            &format!("etc/livepatch/{name}"),
            signatures.file(name.split('/').next_back().unwrap()),
        );
    }
    machine.write("root/fix.ko", module);
    machine
}

fn judge(machine: &Machine, certificates: &[&str]) -> Result<Option<PathBuf>, SignerError> {
    let system = System {
        commands: Box::new(MachineCommands),
        ..machine.system()
    };
    let module = ModuleFile::open(&system.root, "/root/fix.ko").unwrap();
    let policy = Signature {
        certificates: certificates
            .iter()
            .map(|name| Path::new("/etc/livepatch").join(name))
            .collect(),
        ..Signature::default()
    };

    verify(&system, &module, &policy)
}

#[test]
fn one_of_the_certificates_is_the_signers() {
    let signatures = Signatures::new(&["me", "other"]);
    let signed = signatures.sign(&Maker::livepatch("fix").bytes(), "me");
    let all = ["me.pem", "me.der", "other.pem"];
    let machine = machine(&signatures, &all, &signed);

    for (certificates, expected) in [
        (&["me.pem"][..], "me.pem"),
        (&["me.der"], "me.der"),
        (&["other.pem", "me.der"], "me.der"),
    ] {
        let found = judge(&machine, certificates).unwrap().unwrap();
        assert_eq!(found, Path::new("/etc/livepatch").join(expected));
    }
    let error = judge(&machine, &["other.pem"]).unwrap_err();
    assert!(matches!(error, SignerError::Unknown(_)), "{error}");
}

#[test]
fn what_was_changed_is_not_signed_by_anybody() {
    let signatures = Signatures::new(&["me"]);
    let mut signed = signatures.sign(&Maker::livepatch("fix").bytes(), "me");
    // A byte that no structure of the file depends on: of a name in .modinfo.
    let at = signed
        .windows(11)
        .position(|window| window == b"license=GPL")
        .unwrap();
    signed[at + 8] = b'g';

    let error = judge(&machine(&signatures, &["me.pem"], &signed), &["me.pem"]).unwrap_err();
    assert!(matches!(error, SignerError::Unknown(_)), "{error}");
}

#[test]
fn certificates_that_the_message_brings_do_not_count() {
    let signatures = Signatures::new(&["me", "other"]);
    let module = Maker::livepatch("fix").bytes();
    fs::write(signatures.0.path().join("module"), &module).unwrap();
    signatures.openssl(
        "cms -sign -binary -noattr -md sha512 -outform DER -in module -signer other.pem -inkey other.key -out message",
    );
    let signed = append(&module, &signatures.file("message"));

    let error = judge(&machine(&signatures, &["me.pem"], &signed), &["me.pem"]).unwrap_err();
    assert!(matches!(error, SignerError::Unknown(_)), "{error}");
}

#[test]
fn what_is_not_signed_is_said() {
    let module = Maker::livepatch("fix").bytes();
    let machine = Machine::new();

    machine.write("root/fix.ko", &module);
    assert_eq!(
        judge(&machine, &["me.pem"]).unwrap_err().to_string(),
        "it is not signed"
    );
    machine.write("root/fix.ko", append(&module, b"no message"));
    let error = judge(&machine, &[]).unwrap_err();
    assert!(matches!(error, SignerError::Malformed(_)), "{error}");
}

#[test]
fn without_certificates_any_signature_will_do() {
    let machine = Machine::new();

    machine.write(
        "root/fix.ko",
        append(&Maker::livepatch("fix").bytes(), &[0x30, 0]),
    );
    assert_eq!(judge(&machine, &[]).unwrap(), None);
}

#[test]
fn a_certificate_that_others_can_write_is_none() {
    let signatures = Signatures::new(&["me"]);
    let signed = signatures.sign(&Maker::livepatch("fix").bytes(), "me");
    let machine = machine(&signatures, &["me.pem"], &signed);
    let path = machine.path().join("etc/livepatch/me.pem");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let error = judge(&machine, &["me.pem"]).unwrap_err();
    assert!(matches!(error, SignerError::Certificate(_)), "{error}");

    fs::remove_file(&path).unwrap();
    let error = judge(&machine, &["me.pem"]).unwrap_err();
    assert!(matches!(error, SignerError::Certificate(_)), "{error}");
}

#[test]
fn a_machine_without_openssl_says_what_to_do() {
    let machine = Machine::new();
    machine.write("etc/livepatch/me.pem", "");
    machine.write(
        "root/fix.ko",
        append(&Maker::livepatch("fix").bytes(), &[0x30, 0]),
    );
    let system = machine.system();
    let module = ModuleFile::open(&system.root, "/root/fix.ko").unwrap();
    let policy = Signature {
        certificates: vec!["/etc/livepatch/me.pem".into()],
        ..Signature::default()
    };

    let error = verify(&system, &module, &policy).unwrap_err();
    assert!(
        error.to_string().contains("install the package openssl"),
        "{error}"
    );
}
