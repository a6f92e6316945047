// SPDX-License-Identifier: GPL-2.0

//! Choices from small archives, written as apt's indexes are.

use super::*;

const BACKPORTS: &str = "trixie-backports";

/// One stanza of an index.
fn stanza(name: &str, version: &str, depends: &str) -> String {
    format!(
        "Package: {name}\nVersion: {version}\nArchitecture: amd64\nDepends: {depends}\n\
         Description: a package\n with a long\n .\n description: of lines\n\
         Filename: pool/main/l/linux/{name}_{version}_amd64.deb\nSize: 12\nSHA256: {}\n\n",
        "5a".repeat(32)
    )
}

/// The packages of a kernel that is split as Debian splits it since 6.19.
fn split_kernel(abi: &str, flavour: &str, version: &str) -> Vec<String> {
    let release = format!("{abi}-{flavour}");
    vec![
        stanza(
            &format!("linux-image-{release}"),
            version,
            &format!(
                "dracut | initramfs-tools (>= 0.120), linux-base-{release} (= {version}), \
                 linux-binary-{release} (= {version}), linux-modules-{release} (= {version})"
            ),
        ),
        stanza(
            &format!("linux-binary-{release}"),
            version,
            &format!("linux-base-{release} (= {version})"),
        ),
        stanza(
            &format!("linux-modules-{release}"),
            version,
            &format!("kmod, linux-base-{release} (= {version})"),
        ),
        stanza(&format!("linux-base-{release}"), version, ""),
        stanza(
            &format!("linux-headers-{release}"),
            version,
            &format!(
                "gcc-14-for-host, linux-base (>= 4.12~), linux-base-{release} (= {version}), \
                 linux-headers-{abi}-common (= {version}), linux-kbuild-{abi}"
            ),
        ),
        stanza(&format!("linux-headers-{abi}-common"), version, ""),
        stanza(&format!("linux-kbuild-{abi}"), version, "pahole"),
    ]
}

fn source(series: &str, version: &str) -> String {
    stanza(
        &format!("linux-source-{series}"),
        version,
        "binutils, xz-utils",
    )
}

fn archive(indexes: &[(&str, Vec<String>)]) -> Archive {
    let mut archive = Archive::default();
    for (suite, stanzas) in indexes {
        archive
            .add_index(suite, "Packages", &stanzas.concat())
            .unwrap();
    }
    archive
}

fn newest() -> Request {
    Request {
        kernel: Kernel::Newest(BACKPORTS.into()),
        architecture: "amd64".into(),
        flavour: "amd64".into(),
    }
}

fn named(name: &str) -> Request {
    Request {
        kernel: Kernel::named(name),
        ..newest()
    }
}

fn names(packages: &[Package]) -> Vec<&str> {
    let mut names: Vec<_> = packages.iter().map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// Two complete kernels; by text alone the older one would be the newer.
fn two_kernels() -> Vec<String> {
    [
        split_kernel("7.2.9+deb13", "amd64", "7.2.9-1~bpo13+1"),
        split_kernel("7.2.12+deb13", "amd64", "7.2.12-1~bpo13+1"),
        vec![
            source("7.2", "7.2.9-1~bpo13+1"),
            source("7.2", "7.2.12-1~bpo13+1"),
        ],
        vec![stanza(
            "linux-image-amd64",
            "7.2.12-1~bpo13+1",
            "linux-image-7.2.12+deb13-amd64",
        )],
    ]
    .concat()
}

#[test]
fn newest_is_by_version_and_has_the_whole_family() {
    let plan = choose(&archive(&[(BACKPORTS, two_kernels())]), &newest()).unwrap();
    assert_eq!(plan.release, "7.2.12+deb13-amd64");
    assert_eq!(plan.version.to_string(), "7.2.12-1~bpo13+1");
    assert!(plan.signed);
    assert_eq!(
        names(&plan.image),
        [
            "linux-base-7.2.12+deb13-amd64",
            "linux-binary-7.2.12+deb13-amd64",
            "linux-image-7.2.12+deb13-amd64",
            "linux-modules-7.2.12+deb13-amd64",
        ]
    );
    assert_eq!(
        names(&plan.headers),
        [
            "linux-headers-7.2.12+deb13-amd64",
            "linux-headers-7.2.12+deb13-common",
            "linux-kbuild-7.2.12+deb13",
        ]
    );
    let source = plan.source.unwrap();
    assert_eq!(
        (source.name.as_str(), source.version),
        ("linux-source-7.2", plan.version)
    );
    assert_eq!(source.file, "linux-source-7.2_7.2.12-1~bpo13+1_amd64.deb");
    assert_eq!((source.size, source.sha256.len()), (12, 64));
}

#[test]
fn incomplete_kernels_are_skipped_and_named() {
    for gone in [
        "linux-binary-7.2.12+deb13-amd64",
        "linux-modules-7.2.12+deb13-amd64",
        "linux-base-7.2.12+deb13-amd64",
        "linux-headers-7.2.12+deb13-amd64",
        "linux-headers-7.2.12+deb13-common",
    ] {
        let mut stanzas = two_kernels();
        stanzas.retain(|s| !s.starts_with(&format!("Package: {gone}\n")));
        let plan = choose(&archive(&[(BACKPORTS, stanzas)]), &newest()).unwrap();
        assert_eq!(plan.release, "7.2.9+deb13-amd64", "without {gone}");
        assert!(
            plan.skipped.len() == 1 && plan.skipped[0].contains(gone),
            "{:?}",
            plan.skipped
        );
    }
}

#[test]
fn a_kernel_needs_the_source_of_its_own_version() {
    let mut stanzas = two_kernels();
    stanzas.retain(|s| *s != source("7.2", "7.2.12-1~bpo13+1"));
    let archive = archive(&[(BACKPORTS, stanzas)]);
    let plan = choose(&archive, &newest()).unwrap();
    assert_eq!(plan.release, "7.2.9+deb13-amd64");
    assert_eq!(
        plan.skipped,
        ["7.2.12+deb13-amd64: no source of 7.2.12-1~bpo13+1"]
    );
    let plan = choose(&archive, &named("7.2.12+deb13-amd64")).unwrap();
    assert_eq!(plan.source, None);
}

#[test]
fn nothing_complete_says_what_is_missing() {
    let stanzas = split_kernel("7.2.9+deb13", "amd64", "7.2.9-1");
    let error = choose(&archive(&[(BACKPORTS, stanzas)]), &newest()).unwrap_err();
    assert!(matches!(&error, Error::NoneComplete { skipped, .. } if skipped.len() == 1));
    assert!(!error.is_gone());
    assert!(
        error.to_string().contains("no source of 7.2.9-1"),
        "{error}"
    );
}

#[test]
fn newest_is_of_the_suite_and_the_flavour() {
    let other = [
        split_kernel("9.0+deb13", "amd64", "9.0-1"),
        vec![source("9.0", "9.0-1")],
    ]
    .concat();
    let rt = [
        two_kernels(),
        split_kernel("7.2.13+deb13", "rt-amd64", "7.2.13-1"),
        vec![source("7.2", "7.2.13-1")],
    ]
    .concat();
    let archive = archive(&[("sid", other), (BACKPORTS, rt)]);
    assert_eq!(
        choose(&archive, &newest()).unwrap().release,
        "7.2.12+deb13-amd64"
    );
    let request = Request {
        flavour: "rt-amd64".into(),
        ..newest()
    };
    assert_eq!(
        choose(&archive, &request).unwrap().release,
        "7.2.13+deb13-rt-amd64"
    );
    // By name, from any suite and of any flavour.
    for release in ["9.0+deb13-amd64", "7.2.13+deb13-rt-amd64"] {
        assert_eq!(choose(&archive, &named(release)).unwrap().release, release);
    }
}

#[test]
fn an_unsigned_image_is_taken_only_by_name() {
    let (release, version) = ("7.3.4+deb13-amd64", "7.3.4-1~bpo13+1");
    let mut new = split_kernel("7.3.4+deb13", "amd64", version);
    new.retain(|s| !s.contains("Package: linux-image-") && !s.contains("Package: linux-binary-"));
    new.push(stanza(
        &format!("linux-binary-unsigned-{release}"),
        version,
        &format!("linux-base-{release} (= {version})"),
    ));
    new.push(source("7.3", version));
    let archive = archive(&[(BACKPORTS, [two_kernels(), new].concat())]);
    let plan = choose(&archive, &newest()).unwrap();
    assert_eq!(plan.release, "7.2.12+deb13-amd64");
    assert_eq!(plan.skipped, ["7.3.4+deb13-amd64: only an unsigned image"]);
    let plan = choose(&archive, &named(release)).unwrap();
    assert!(!plan.signed);
    assert_eq!(
        names(&plan.image),
        [
            "linux-base-7.3.4+deb13-amd64",
            "linux-binary-unsigned-7.3.4+deb13-amd64",
            "linux-modules-7.3.4+deb13-amd64",
        ]
    );
}

/// A kernel as Debian splits it before 6.19, signed and unsigned, in several versions of one release.
#[test]
fn an_older_split_and_several_versions() {
    let release = "6.12.115+deb13-amd64";
    let kernel = |version: &str| {
        vec![
            stanza(&format!("linux-image-{release}"), version, "kmod"),
            stanza(&format!("linux-image-{release}-unsigned"), version, "kmod"),
            stanza(&format!("linux-image-{release}-dbg"), version, ""),
            stanza(
                &format!("linux-headers-{release}"),
                version,
                &format!(
                    "linux-base (>= 4.12~), linux-headers-6.12.115+deb13-common (= {version}), \
                     linux-image-{release} (= {version}) | linux-image-{release}-unsigned (= {version}), \
                     linux-kbuild-6.12.115+deb13, gcc-14"
                ),
            ),
            stanza("linux-headers-6.12.115+deb13-common", version, ""),
            stanza("linux-kbuild-6.12.115+deb13", version, ""),
            source("6.12", version),
        ]
    };
    let archive = archive(&[
        ("trixie", kernel("6.12.115-9")),
        ("trixie-security", kernel("6.12.115-10")),
    ]);
    let plan = choose(&archive, &named(release)).unwrap();
    assert_eq!(plan.version.to_string(), "6.12.115-10");
    assert!(plan.signed);
    assert_eq!(names(&plan.image), [format!("linux-image-{release}")]);
    assert_eq!(plan.headers.len(), 3);
    assert!(plan
        .headers
        .iter()
        .all(|package| package.version == plan.version));
    assert_eq!(plan.source.unwrap().version, plan.version);
}

/// A kernel as Debian 12 names and splits it, signed, with what points at it.
fn older_kernel(abi: &str, version: &str) -> Vec<String> {
    let release = format!("{abi}-amd64");
    vec![
        stanza(
            "linux-image-amd64",
            version,
            &format!("linux-base-amd64 (= {version}), linux-image-{release} (= {version})"),
        ),
        stanza(
            &format!("linux-image-{release}"),
            version,
            "kmod, linux-base (>= 4.3~), initramfs-tools (>= 0.120+deb11u2~) | linux-initramfs-tool",
        ),
        stanza(
            &format!("linux-headers-{release}"),
            version,
            &format!(
                "linux-headers-{abi}-common (= {version}), linux-kbuild-6.1 (>= {version}), gcc-12"
            ),
        ),
        stanza(&format!("linux-headers-{abi}-common"), version, ""),
        stanza("linux-kbuild-6.1", version, ""),
    ]
}

/// Debian 12 with its security suite, which offers a newer series besides, and Debian 13's backports.
fn bookworm() -> Vec<(&'static str, Vec<String>)> {
    vec![
        (BACKPORTS, two_kernels()),
        ("bookworm", older_kernel("6.1.0-55", "6.1.176-1")),
        (
            "bookworm-security",
            [
                older_kernel("6.1.0-56", "6.1.192-2"),
                split_kernel("6.12.117+deb12", "amd64", "6.12.117-1~deb12u1"),
                vec![
                    stanza(
                        "linux-image-6.12-amd64",
                        "6.12.117-1~deb12u1",
                        "linux-image-6.12.117+deb12-amd64 (= 6.12.117-1~deb12u1)",
                    ),
                    stanza(
                        "linux-headers-6.12-amd64",
                        "6.12.117-1~deb12u1",
                        "linux-headers-6.12.117+deb12-amd64 (= 6.12.117-1~deb12u1)",
                    ),
                    source("6.1", "6.1.192-2"),
                    source("6.12", "6.12.117-1~deb12u1"),
                ],
            ]
            .concat(),
        ),
    ]
}

#[test]
fn a_stock_kernel_is_the_one_that_the_suite_installs() {
    let plan = choose(&archive(&bookworm()), &named("bookworm")).unwrap();
    assert_eq!(plan.release, "6.1.0-56-amd64");
    assert_eq!(plan.suite, "bookworm-security");
    assert_eq!(plan.version.to_string(), "6.1.192-2");
    assert_eq!(
        names(&plan.headers),
        [
            "linux-headers-6.1.0-56-amd64",
            "linux-headers-6.1.0-56-common",
            "linux-kbuild-6.1",
        ]
    );
    assert_eq!(plan.source.unwrap().name, "linux-source-6.1");
    assert!(plan.skipped.is_empty());
}

#[test]
fn more_suites_do_not_change_the_newest_kernel() {
    let alone = choose(&archive(&[(BACKPORTS, two_kernels())]), &newest()).unwrap();
    assert_eq!(choose(&archive(&bookworm()), &newest()).unwrap(), alone);
}

#[test]
fn a_stock_kernel_without_headers_gives_way_to_the_one_before() {
    for gone in ["linux-headers-6.1.0-56-common", "linux-kbuild-6.1"] {
        let mut suites = bookworm();
        suites[2]
            .1
            .retain(|s| !s.starts_with(&format!("Package: {gone}\n")));
        let plan = choose(&archive(&suites), &named("bookworm")).unwrap();
        assert_eq!(plan.release, "6.1.0-55-amd64");
        assert_eq!(plan.source, None);
        assert!(
            plan.skipped.len() == 1 && plan.skipped[0].contains(gone),
            "{:?}",
            plan.skipped
        );
    }
}

#[test]
fn a_stock_kernel_that_is_announced_and_not_there_is_named() {
    let mut suites = bookworm();
    suites[1].1.clear();
    suites[2]
        .1
        .retain(|s| !s.starts_with("Package: linux-image-6.1.0-56-amd64\n"));
    let error = choose(&archive(&suites), &named("bookworm")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("missing linux-image-6.1.0-56-amd64 (= 6.1.192-2)"),
        "{error}"
    );
}

#[test]
fn an_unknown_suite_lists_those_there_are() {
    for name in ["bullseye", "book", "bookworm-"] {
        let error = choose(&archive(&bookworm()), &named(name)).unwrap_err();
        assert!(
            matches!(&error, Error::UnknownSuite { suites, .. } if suites == &["bookworm", BACKPORTS]),
            "{name}: {error}"
        );
    }
    // A suite that has kernels, and none of the flavour.
    let request = Request {
        flavour: "rt-amd64".into(),
        ..named("bookworm")
    };
    let error = choose(&archive(&bookworm()), &request).unwrap_err();
    assert!(matches!(&error, Error::UnknownSuite { suites, .. } if suites.is_empty()));
}

#[test]
fn a_kernel_is_one_thing_however_it_was_asked_for() {
    let mut stanzas = two_kernels();
    stanzas.retain(|s| *s != source("7.2", "7.2.12-1~bpo13+1"));
    let archive = archive(&[(BACKPORTS, stanzas)]);
    let json = |request| serde_json::to_string(&choose(&archive, &request).unwrap()).unwrap();
    assert_eq!(json(newest()), json(named("7.2.9+deb13-amd64")));
}

#[test]
fn an_unknown_release_lists_near_ones() {
    let archive = archive(&[(BACKPORTS, two_kernels())]);
    let error = choose(&archive, &named("7.2.13+deb13-amd64")).unwrap_err();
    let Error::UnknownRelease { near, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(near[0], "7.2.12+deb13-amd64");
    assert!(error.to_string().contains("did you mean"), "{error}");
    assert!(error.is_gone());
}

#[test]
fn a_series_is_no_release() {
    let error = choose(&archive(&bookworm()), &named("6.12-amd64")).unwrap_err();
    assert!(
        matches!(&error, Error::UnknownRelease { near, .. } if !near.is_empty()
            && !near.contains(&"6.12-amd64".into())),
        "{error}"
    );
}

#[test]
fn a_release_that_lacks_something_says_what() {
    let mut stanzas = two_kernels();
    stanzas.retain(|s| !s.starts_with("Package: linux-modules-7.2.9"));
    let error = choose(
        &archive(&[(BACKPORTS, stanzas)]),
        &named("7.2.9+deb13-amd64"),
    )
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("linux-modules-7.2.9+deb13-amd64"),
        "{error}"
    );
    assert!(error.is_gone());
}

#[test]
fn flavours() {
    for (release, of) in [
        ("7.2.12+deb13-amd64", "amd64"),
        ("6.12.117+deb13-rt-amd64", "rt-amd64"),
        ("6.1.0-56-cloud-amd64", "cloud-amd64"),
        ("7.0-rc7+deb14-amd64", "amd64"),
        ("6.5.0-0.deb12.4-amd64", "amd64"),
    ] {
        assert_eq!(flavour(release), of, "{release}");
    }
}

#[test]
fn a_malformed_index_is_an_error() {
    for (good, bad) in [("Size: 12", "Size: many"), ("SHA256: ", "MD5sum: ")] {
        let text = source("7.2", "7.2.9-1").replace(good, bad);
        let error = Archive::default()
            .add_index("trixie", "/lists/Packages", &text)
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("/lists/Packages: package linux-source-7.2"),
            "{error}"
        );
    }
}
