// SPDX-License-Identifier: GPL-2.0

//! The whole command, with a program in place of the kernel's `sign-file`.

use std::os::unix::fs::PermissionsExt;

use clap::Parser;
use livepatch_abi::unexported::UNLINKED;
use livepatch_elf::testing::{MACHINES, RODATA};
use livepatch_elf::Place;
use tempfile::TempDir;

use super::*;

/// Signs as `sign-file` does, but for the cryptography: the message holds the key and the hash.
const SIGN_FILE: &str = r#"#!/bin/sh -e
[ -s "$2" ] || { echo "no key" >&2; exit 1; }
cat "$4"
printf '\060\017%-15.15s' "$1 ${2##*/}"
printf '\0\0\2\0\0\0\0\0\0\0\0\021~Module signature appended~\n'
"#;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

/// A tree with a tool, a key, and a module.
struct Work {
    directory: TempDir,
}

impl Work {
    fn new(sign_file: &str) -> Self {
        let work = Self {
            directory: TempDir::new().unwrap(),
        };
        fs::create_dir_all(work.path("tree/include/config")).unwrap();
        fs::create_dir_all(work.path("tree/scripts")).unwrap();
        work.write(
            "tree/include/config/auto.conf",
            b"CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_HASH=\"sha256\"\n",
        );
        let sign_file = sign_file.replacen("cat \"$4\"", "exec >\"$5\"; cat \"$4\"", 1);
        work.write("tree/scripts/sign-file", sign_file.as_bytes());
        fs::set_permissions(
            work.path("tree/scripts/sign-file"),
            PermissionsExt::from_mode(0o755),
        )
        .unwrap();
        work.write("key", b"key and certificate");
        work.write("module.ko", &module("", ""));
        work
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, contents: &[u8]) {
        fs::write(self.path(name), contents).unwrap();
    }

    fn module(&self) -> Vec<u8> {
        fs::read(self.path("module.ko")).unwrap()
    }

    fn run(&self, words: &[&str]) -> (Result<Status, Error>, String) {
        let path = |name| self.path(name).into_os_string();
        let fixed = [
            "sign".into(),
            "--tree".into(),
            path("tree"),
            "--key".into(),
            path("key"),
        ];
        let cli = Cli::try_parse_from(
            fixed
                .into_iter()
                .chain(words.iter().map(Into::into))
                .chain([path("module.ko")]),
        );
        let mut output = Vec::new();
        let result = run(
            &cli.unwrap_or_else(|error| panic!("{error}")).args,
            &mut output,
        );

        (result, String::from_utf8(output).unwrap())
    }

    fn error(&self, words: &[&str]) -> String {
        self.run(words).0.expect_err("it is refused").to_string()
    }
}

/// A module with one symbol of a name, and one section of a name.
pub(super) fn module(symbol: &str, section: &str) -> Vec<u8> {
    let mut module = livepatch_elf::testing::Module::livepatch(MACHINES[0]);

    module.global(symbol, Place::Absolute, UNLINKED);
    module.section(section, RODATA, b"");
    module.bytes()
}

#[test]
fn signs() {
    let work = Work::new(SIGN_FILE);
    fs::set_permissions(work.path("module.ko"), PermissionsExt::from_mode(0o640)).unwrap();

    let (status, said) = work.run(&[]);
    assert_eq!(status.unwrap(), Status::Clean);
    assert!(
        said.starts_with("1 modules are signed with /") && said.ends_with("key (sha256)\n"),
        "{said}"
    );
    let file = work.module();
    let signed = Signed::parse(&file).unwrap().unwrap();
    assert_eq!(signed.module, module("", ""));
    assert_eq!(signed.message, b"0\x0fsha256 key     ");
    let mode = fs::metadata(work.path("module.ko"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        fs::read_dir(work.directory.path()).unwrap().count(),
        3,
        "nothing else is left"
    );
}

#[test]
fn replaces_a_signature() {
    let work = Work::new(SIGN_FILE);

    work.run(&[]).0.unwrap();
    work.run(&["--hash", "sha512"]).0.unwrap();
    let file = work.module();
    let signed = Signed::parse(&file).unwrap().unwrap();
    assert_eq!(signed.module, module("", ""));
    assert_eq!(signed.message, b"0\x0fsha512 key     ");
}

#[test]
fn signs_once() {
    let work = Work::new(SIGN_FILE);
    let inode = || fs::metadata(work.path("module.ko")).unwrap().ino();

    work.run(&["--unless-signed"]).0.unwrap();
    let before = inode();
    work.run(&["--unless-signed"]).0.unwrap();
    assert_eq!(inode(), before);
    // Another certificate, a changed module, and a module without its signature are another matter.
    work.write("key", b"another");
    work.run(&["--unless-signed"]).0.unwrap();
    assert_ne!(inode(), before);
    for change in [module("", ""), module("other", "")] {
        work.write("module.ko", &change);
        work.run(&["--unless-signed"]).0.unwrap();
        assert_eq!(
            Signed::parse(&work.module()).unwrap().unwrap().module,
            change
        );
    }
}

#[test]
fn removes() {
    let work = Work::new(SIGN_FILE);

    work.run(&["--unless-signed"]).0.unwrap();
    let words = ["sign", "--remove", work.path("module.ko").to_str().unwrap()].map(str::to_owned);
    for _ in 0..2 {
        run(&Cli::try_parse_from(&words).unwrap().args, &mut Vec::new()).unwrap();
        assert_eq!(work.module(), module("", ""));
        assert!(!work.path(".module.ko.signed").exists());
    }
}

#[test]
fn refuses_what_is_no_module() {
    let work = Work::new(SIGN_FILE);
    work.write("module.ko", b"#!/bin/sh\n");

    let (status, said) = work.run(&[]);
    assert_eq!(status.unwrap(), Status::Refused);
    assert!(
        said.ends_with("module.ko: not signed: it is no kernel module: it is no ELF file\n"),
        "{said}"
    );
    assert_eq!(work.module(), b"#!/bin/sh\n");
}

#[test]
fn a_broken_signature_is_not_replaced() {
    let work = Work::new(SIGN_FILE);
    work.write("module.ko", livepatch_abi::signature::MAGIC);

    let error = work.error(&[]);
    assert!(
        error.contains("cannot be replaced: it is shorter"),
        "{error}"
    );
}

#[test]
fn failures() {
    let work = Work::new(SIGN_FILE);

    work.write("key", b"");
    let error = work.error(&[]);
    assert!(
        error.contains("was not signed with") && error.contains(": no key (KBUILD"),
        "{error}"
    );
    fs::remove_file(work.path("key")).unwrap();
    let error = work.error(&[]);
    assert!(error.starts_with("cannot read "), "{error}");
    work.write("key", b"key");
    fs::remove_file(work.path("tree/scripts/sign-file")).unwrap();
    let error = work.error(&[]);
    assert!(
        error.starts_with("cannot start ") && error.ends_with("install the kernel's headers"),
        "{error}"
    );
    assert_eq!(work.module(), module("", ""));
}

#[test]
fn the_result_is_looked_at() {
    for (sign_file, why) in [
        (
            SIGN_FILE.replace(r#"cat "$4""#, r#"cat "$4" "$2""#),
            "what is signed is not the module",
        ),
        (
            SIGN_FILE.replace("021~", "020~"),
            "it is not one whole PKCS #7 message",
        ),
        (
            SIGN_FILE.replace("appended", "amended"),
            "it has no signature",
        ),
    ] {
        let work = Work::new(&sign_file);

        let error = work.error(&[]);
        assert!(error.contains(why), "{error}");
        assert_eq!(work.module(), module("", ""));
    }
}

#[test]
fn a_new_key() {
    let directory = TempDir::new().unwrap();
    let key = directory.path().join("new.pem");
    let words = ["sign", "--new-key", key.to_str().unwrap(), "--name", "a/b"];
    let make = || run(&Cli::try_parse_from(words).unwrap().args, &mut Vec::new());

    match make() {
        // A machine without openssl makes no keys.
        Err(Error::Program { source, .. }) if source.kind() == ErrorKind::NotFound => return,
        result => assert_eq!(result.unwrap(), Status::Clean),
    }
    let text = fs::read_to_string(&key).unwrap();
    assert!(text.contains("PRIVATE KEY") && text.contains("BEGIN CERTIFICATE"));
    assert_eq!(
        fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(fs::read(directory.path().join("new.x509"))
        .unwrap()
        .windows(3)
        .any(|name| name == b"a/b"));
    assert!(make()
        .expect_err("it is there")
        .to_string()
        .starts_with("cannot create "));
    assert_eq!(fs::read_to_string(&key).unwrap(), text);
}

#[test]
fn arguments() {
    use clap::CommandFactory;

    Cli::command().debug_assert();
    for words in [
        &["--remove"][..],
        &["--new-key", "a", "b.ko"],
        &["--new-key", "a", "--remove", "b.ko"],
        &["--key", "a"],
    ] {
        assert!(
            Cli::try_parse_from(["sign"].iter().chain(words)).is_err(),
            "{words:?}"
        );
    }
}
