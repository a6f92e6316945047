// SPDX-License-Identifier: GPL-2.0

use super::*;

/// Makes empty files below a directory of the test's own.
fn files(paths: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();

    for path in paths {
        write(directory.path(), path, "");
    }
    directory
}

fn write(directory: &Path, path: &str, contents: &str) {
    let path = directory.join(path);

    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

#[test]
fn a_directory_of_scripts_kernel() {
    let directory = files(&[
        "kallsyms",
        "btf",
        "config",
        "tree/Module.symvers",
        "modules/lib/modules/7.3.4/modules.dep",
    ]);
    let sources = Sources::directory(directory.path()).unwrap();

    assert_eq!(sources.release.as_deref(), Some("7.3.4"));
    assert_eq!(sources.kallsyms, Some(directory.path().join("kallsyms")));
    assert_eq!(
        sources.modules,
        Some(directory.path().join("modules/lib/modules/7.3.4"))
    );
    assert_eq!(
        sources.symvers,
        [directory.path().join("tree/Module.symvers")]
    );
    assert_eq!((sources.ftrace, sources.notes), (None, None));

    write(directory.path(), "kernel.json", r#"{"release": "6.1"}"#);
    assert!(matches!(
        Sources::directory(directory.path()),
        Err(Error::Mixed { .. })
    ));
    write(directory.path(), "kernel.json", "nonsense");
    assert!(matches!(
        Sources::directory(directory.path()),
        Err(Error::Format { .. })
    ));
}

#[test]
fn a_built_tree() {
    let directory = files(&["System.map", ".config", "Module.symvers", "vmlinux"]);

    write(directory.path(), "include/config/kernel.release", "7.3.4\n");

    let sources = Sources::directory(directory.path()).unwrap();

    assert_eq!(sources.release.as_deref(), Some("7.3.4"));
    assert_eq!(sources.kallsyms, Some(directory.path().join("System.map")));
    assert_eq!(sources.btf, sources.vmlinux);
}

#[test]
fn no_kernel() {
    let directory = files(&["README"]);
    let error = Sources::directory(directory.path()).unwrap_err();

    assert!(matches!(error, Error::NotKernel { .. }));

    let directory = files(&[
        "modules/lib/modules/1/modules.dep",
        "modules/lib/modules/2/modules.dep",
    ]);
    let error = Sources::directory(directory.path())
        .unwrap_err()
        .to_string();

    assert!(error.contains("of several kernels"), "{error}");
}

#[test]
fn the_running_kernel() {
    let root = files(&[
        "proc/kallsyms",
        "proc/config.gz",
        "sys/kernel/debug/tracing/available_filter_functions_addrs",
        "sys/kernel/tracing/available_filter_functions",
        "sys/kernel/btf/vmlinux",
        "lib/modules/7.3.4/build/Module.symvers",
    ]);

    assert!(Sources::running(root.path()).is_err());
    write(root.path(), "proc/sys/kernel/osrelease", "7.3.4\n");
    write(root.path(), "proc/sys/kernel/random/boot_id", "id\n");

    let sources = Sources::running(root.path()).unwrap();
    let path = |path| Some(root.path().join(path));

    assert_eq!(sources.release.as_deref(), Some("7.3.4"));
    assert_eq!(sources.boot_id.as_deref(), Some("id"));
    assert_eq!(sources.config, path("proc/config.gz"));
    assert_eq!(
        sources.ftrace,
        path("sys/kernel/tracing/available_filter_functions")
    );
    assert_eq!(sources.module_btf, path("sys/kernel/btf"));
    assert_eq!(sources.modules, path("lib/modules/7.3.4"));
    assert_eq!(
        sources.symvers.first(),
        path("lib/modules/7.3.4/build/Module.symvers").as_ref()
    );
    assert_eq!(sources.notes, None);

    fs::remove_file(root.path().join("lib/modules/7.3.4/build/Module.symvers")).unwrap();
    write(root.path(), "boot/symvers-7.3.4.gz", "");
    assert_eq!(
        Sources::running(root.path()).unwrap().symvers.first(),
        path("boot/symvers-7.3.4.gz").as_ref()
    );
    write(root.path(), "boot/config-7.3.4", "");
    assert_eq!(
        Sources::running(root.path()).unwrap().config,
        path("boot/config-7.3.4")
    );
}
