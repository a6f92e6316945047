// SPDX-License-Identifier: GPL-2.0

//! A new key, and a certificate that it has signed itself, for tests.
//!
//! The certificate is like that which the kernel's own build makes, `certs/default_x509.genkey`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::{NamedTempFile, TempDir};

use super::error::Error;
use super::sign_file;

const CONFIG: &str = "\
[ req ]
distinguished_name = name
string_mask = utf8only
x509_extensions = extensions

[ name ]

[ extensions ]
basicConstraints = critical,CA:FALSE
keyUsage = digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
";

fn openssl<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Result<(), Error> {
    let program = Path::new("openssl");
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::Program {
            program: program.to_owned(),
            source,
            hint: "it is in the package openssl",
        })?;

    if output.status.success() {
        return Ok(());
    }
    Err(Error::NewKey {
        said: sign_file::said(&output.stderr).unwrap_or_else(|| output.status.to_string()),
    })
}

/// Writes `contents` to a new file, which nobody else can read if it is `private`.
fn write_new(path: &Path, contents: &[u8], private: bool) -> Result<(), Error> {
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut file = NamedTempFile::new_in(directory).map_err(Error::file("create", path))?;

    file.write_all(contents)
        .and_then(|()| {
            if private {
                return Ok(());
            }
            let mut permissions = file.as_file().metadata()?.permissions();
            std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
            file.as_file().set_permissions(permissions)
        })
        .and_then(|()| file.as_file().sync_all())
        .map_err(Error::file("write", path))?;
    file.persist_noclobber(path)
        .map_err(|error| Error::file("create", path)(error.error))?;
    Ok(())
}

/// The file of the certificate that goes with the new key `key`.
pub(super) fn certificate_of(key: &Path) -> PathBuf {
    key.with_extension("x509")
}

/// Makes a key, with its certificate, in PEM, in the new file `key`; and the certificate alone, in DER, beside it.
pub(super) fn make(key: &Path, name: &str) -> Result<(), Error> {
    let work = TempDir::new().map_err(Error::file("make a directory in", &env::temp_dir()))?;
    let [config, private, pem, der] =
        ["config", "private", "pem", "der"].map(|name| work.path().join(name));
    let read = |path: &Path| fs::read(path).map_err(Error::file("read", path));
    // A slash begins the next part of a name.
    let subject = format!("/CN={}/", name.replace('\\', "\\\\").replace('/', "\\/"));
    let mut request: Vec<&OsStr> = ["req", "-new", "-x509", "-utf8", "-sha256", "-days", "36500"]
        .into_iter()
        .chain(["-newkey", "rsa:2048", "-subj", &subject])
        .map(OsStr::new)
        .collect();

    fs::write(&config, CONFIG).map_err(Error::file("write", &config))?;
    if env::var_os("KBUILD_SIGN_PIN").is_some() {
        request.extend(["-passout", "env:KBUILD_SIGN_PIN"].map(OsStr::new));
    } else {
        request.push("-nodes".as_ref());
    }
    for (option, file) in [("-config", &config), ("-keyout", &private), ("-out", &pem)] {
        request.extend([option.as_ref(), file.as_os_str()]);
    }
    openssl(request)?;
    openssl([
        "x509".as_ref(),
        "-in".as_ref(),
        pem.as_os_str(),
        "-outform".as_ref(),
        "DER".as_ref(),
        "-out".as_ref(),
        der.as_os_str(),
    ])?;
    write_new(key, &[read(&private)?, read(&pem)?].concat(), true)?;
    write_new(&certificate_of(key), &read(&der)?, false)
}
