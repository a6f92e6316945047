// SPDX-License-Identifier: GPL-2.0

use std::cell::Cell;
use std::fs::File;

use super::*;
use crate::exports::{self, Row};

const LINE: &[u8] = b"0x1\ta\tone\tEXPORT_SYMBOL\t\n";

/// A source, and a directory for tables.
struct Fake {
    directory: tempfile::TempDir,
    built: Cell<u32>,
}

impl Fake {
    fn new() -> Self {
        let fake = Self {
            directory: tempfile::tempdir().unwrap(),
            built: Cell::new(0),
        };

        fs::write(fake.source(), LINE).unwrap();
        fake
    }

    fn source(&self) -> PathBuf {
        self.directory.path().join("Module.symvers")
    }

    fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    /// What the source is recognised by, as if it had been left alone for long.
    fn stamps(&self) -> Stamps {
        let source = self.source();
        let stamps = Stamps::take([source.as_path()].into_iter(), None).unwrap();

        Stamps {
            settled: true,
            ..stamps
        }
    }

    /// Asks for the table, and returns how many exports it has, and how often one was made until now.
    fn ask(&self) -> (usize, u32) {
        let store = Store::new(Some(&self.cache()));
        let table = store
            .table("exports", || Ok(self.stamps()), |key| self.build(key))
            .unwrap();

        (table.records().len(), self.built.get())
    }

    fn build(&self, key: &Key) -> Result<Table<Row>, Error> {
        let source = self.source();
        let bytes = fs::read(&source).unwrap();

        self.built.set(self.built.get() + 1);
        exports::build(&[(&source, bytes)], key)
    }

    fn tables(&self) -> Vec<PathBuf> {
        fs::read_dir(self.cache())
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default()
    }
}

#[test]
fn a_table_is_made_once() {
    let fake = Fake::new();

    assert_eq!(fake.ask(), (1, 1));
    assert_eq!(fake.ask(), (1, 1));
    assert_eq!(fake.tables().len(), 1);
}

#[test]
fn a_source_of_the_same_size_and_time_is_noticed() {
    let fake = Fake::new();
    let modified = fs::metadata(fake.source()).unwrap().modified().unwrap();

    assert_eq!(fake.ask(), (1, 1));
    // The clock of a file system may tick only every few milliseconds.
    std::thread::sleep(Duration::from_millis(50));
    fs::write(fake.source(), [b"0x2", &LINE[3..]].concat()).unwrap();
    File::options()
        .write(true)
        .open(fake.source())
        .unwrap()
        .set_modified(modified)
        .unwrap();
    assert_eq!(fake.ask(), (1, 2));
}

#[test]
fn a_damaged_table_is_made_again() {
    let fake = Fake::new();

    fake.ask();
    for damage in [&b""[..], b"lp-index", &[0xff; 4096]] {
        let built = fake.built.get();

        fs::write(&fake.tables()[0], damage).unwrap();
        assert_eq!(fake.ask(), (1, built + 1));
        assert_eq!(fake.ask(), (1, built + 1));
    }
}

#[test]
fn a_source_that_has_just_changed_is_not_trusted() {
    let fake = Fake::new();
    let source = fake.source();
    let stamps = Stamps::take([source.as_path()].into_iter(), None).unwrap();

    assert!(!stamps.settled);
    Store::new(Some(&fake.cache()))
        .table("exports", || Ok(stamps.clone()), |key| fake.build(key))
        .unwrap();
    assert!(fake.tables().is_empty());
}

#[test]
fn a_source_that_changes_while_it_is_read_is_not_kept() {
    let fake = Fake::new();

    Store::new(Some(&fake.cache()))
        .table(
            "exports",
            || Ok(fake.stamps()),
            |key| {
                let table = fake.build(key);

                fs::write(fake.source(), [LINE, LINE].concat()).unwrap();
                table
            },
        )
        .unwrap();
    assert!(fake.tables().is_empty());
}

#[test]
fn files_that_the_kernel_makes_up_are_known_by_its_boot() {
    let fake = Fake::new();
    let source = fake.source();
    let of = |boot| Stamps::take([source.as_path()].into_iter(), boot).unwrap();

    fs::write(&source, "").unwrap();
    assert!(of(Some("1")).settled && !of(None).settled);
    assert_eq!(of(Some("1")).key(), of(Some("1")).key());
    assert_ne!(of(Some("1")).key(), of(Some("2")).key());
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error() {
    let fake = Fake::new();

    fs::write(fake.cache(), "no directory").unwrap();

    let table = Store::new(Some(&fake.cache())).table(
        "exports",
        || Ok(fake.stamps()),
        |key| fake.build(key),
    );

    assert!(table.is_ok());
}

#[test]
fn only_the_newest_tables_stay() {
    let directory = tempfile::tempdir().unwrap();

    for number in 0..KEPT + 3 {
        let path = directory.path().join(format!("{number}{SUFFIX}"));
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(number as u64);

        fs::write(&path, "").unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }
    forget_oldest(directory.path()).unwrap();

    let kept = |number: usize| directory.path().join(format!("{number}{SUFFIX}")).exists();

    assert!(!kept(0) && !kept(2) && kept(3) && kept(KEPT + 2));
}
