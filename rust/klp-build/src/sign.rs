// SPDX-License-Identifier: GPL-2.0

//! `klp-build sign`: Signs modules.
//!
//! The kernel's own `scripts/sign-file` makes the signature; this sees to it that it is of the right thing (a linked module,
//! without the signature that it had), that it is one, and that the module is never half of one.

mod error;
mod fit;
mod mark;
mod new_key;
mod sign_file;

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{chown, MetadataExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use self::error::Error;
use self::fit::unfit;
use self::sign_file::Signer;
use crate::signature::Signed;
use crate::Status;

/// The arguments of `klp-build sign`.
///
/// The passphrase of the key is that of the environment variable KBUILD_SIGN_PIN.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The private key: a file in PEM, or a URI of PKCS #11.
    #[arg(long, value_name = "KEY", env = "MODULE_SIG_KEY", required_unless_present_any = ["remove", "new_key"])]
    pub key: Option<String>,
    /// Its certificate, in PEM or DER [default: the one in the key's file].
    #[arg(long, value_name = "FILE", env = "MODULE_SIG_CERT")]
    pub cert: Option<PathBuf>,
    /// The hash, as openssl calls it [default: the kernel's CONFIG_MODULE_SIG_HASH].
    #[arg(long, value_name = "NAME")]
    pub hash: Option<String>,
    /// The kernel's tree, or headers, with scripts/sign-file [default: those of the running kernel].
    #[arg(long, value_name = "DIR")]
    pub tree: Option<PathBuf>,
    /// Leave modules as they are that this has signed like that before; a mark beside each tells.
    #[arg(long)]
    pub unless_signed: bool,
    /// Take the signatures away instead.
    #[arg(long, conflicts_with_all = ["hash", "tree", "unless_signed"])]
    pub remove: bool,
    /// Make a key for tests instead: FILE, with its certificate; the certificate alone, in DER, is FILE's name with .x509.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["hash", "tree", "unless_signed", "remove", "modules"])]
    pub new_key: Option<PathBuf>,
    /// The name in the new certificate.
    #[arg(
        long,
        value_name = "NAME",
        requires = "new_key",
        default_value = "Livepatches for tests"
    )]
    pub name: String,
    /// The modules, which are changed in place.
    #[arg(value_name = "MODULE", required_unless_present = "new_key")]
    pub modules: Vec<PathBuf>,
}

/// A module to be signed.
#[derive(Debug)]
struct Module<'a> {
    path: &'a Path,
    /// The file as it is.
    bytes: Vec<u8>,
    /// How much of it is the module, without a signature.
    length: usize,
}

impl<'a> Module<'a> {
    fn read(path: &'a Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(Error::file("read", path))?;
        let signed = Signed::parse(&bytes).map_err(|why| Error::Malformed {
            module: path.to_owned(),
            why,
        })?;
        let length = signed.map_or(bytes.len(), |signed| signed.module.len());

        Ok(Self {
            path,
            bytes,
            length,
        })
    }

    /// Returns what a signature is made of.
    fn unsigned(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Replaces the file by `new`, which is as readable and belongs to the same, so that whoever builds it next can replace it.
    fn replace(&self, new: &Path) -> Result<(), Error> {
        let write = || Error::file("write", self.path);
        let old = fs::metadata(self.path).map_err(write())?;
        let file = File::open(new).map_err(write())?;
        let is = file.metadata().map_err(write())?;

        if (is.uid(), is.gid()) != (old.uid(), old.gid()) {
            match chown(new, Some(old.uid()), Some(old.gid())) {
                // Only root can give a file away.
                Err(error) if error.kind() != ErrorKind::PermissionDenied => {
                    return Err(write()(error))
                }
                _ => (),
            }
        }
        file.set_permissions(old.permissions()).map_err(write())?;
        file.sync_all().map_err(write())?;
        fs::rename(new, self.path).map_err(write())
    }

    /// Signs it, and returns the file as it is then.
    fn sign(&self, signer: &Signer) -> Result<Vec<u8>, Error> {
        let work = work_beside(self.path)?;
        let [from, to] = ["unsigned", "signed"].map(|name| work.path().join(name));
        let wrong = |why: String| Error::Result {
            sign_file: signer.sign_file.clone(),
            module: self.path.to_owned(),
            why,
        };

        fs::write(&from, self.unsigned()).map_err(Error::file("write", &from))?;
        signer.sign(self.path, &from, &to)?;
        let made = fs::read(&to).map_err(Error::file("read", &to))?;
        match Signed::parse(&made) {
            Ok(Some(signed)) if signed.module == self.unsigned() => (),
            Ok(Some(_)) => return Err(wrong("what is signed is not the module".to_owned())),
            Ok(None) => return Err(wrong("it has no signature".to_owned())),
            Err(why) => return Err(wrong(why.to_string())),
        }
        self.replace(&to)?;
        Ok(made)
    }
}

/// A directory for what is to replace a file, on the same file system.
fn work_beside(path: &Path) -> Result<TempDir, Error> {
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };

    TempDir::with_prefix_in(".sign.", directory).map_err(Error::file("write in", directory))
}

/// Writes a file that comes and goes as a whole.
fn write_whole(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let work = work_beside(path)?;
    let new = work.path().join("new");

    fs::write(&new, contents)
        .and_then(|()| fs::rename(&new, path))
        .map_err(Error::file("write", path))
}

/// Where the tree of the running kernel is.
fn running_tree() -> Result<PathBuf, Error> {
    let path = Path::new("/proc/sys/kernel/osrelease");
    let release = fs::read_to_string(path).map_err(Error::file("read", path))?;

    Ok(Path::new("/lib/modules").join(release.trim()).join("build"))
}

fn signer(args: &Args, key: &str) -> Result<Signer, Error> {
    let tree = match &args.tree {
        Some(tree) => tree.clone(),
        None => running_tree()?,
    };

    Ok(Signer {
        sign_file: tree.join("scripts/sign-file"),
        hash: match &args.hash {
            Some(hash) => hash.clone(),
            None => sign_file::configured_hash(&tree)?,
        },
        key: key.to_owned(),
        certificate: args.cert.clone().unwrap_or_else(|| key.into()),
    })
}

/// Says what keeps modules from being signed; returns whether there is anything.
fn refuse(modules: &[Module<'_>], output: &mut dyn Write) -> Result<bool, Error> {
    let mut refused = false;

    for module in modules {
        if let Some(why) = unfit(module.unsigned()) {
            refused = true;
            writeln!(output, "{}: not signed: {why}", module.path.display())
                .map_err(Error::file("write", Path::new("the output")))?;
        }
    }
    Ok(refused)
}

fn sign(args: &Args, key: &str, output: &mut dyn Write) -> Result<Status, Error> {
    let signer = signer(args, key)?;
    let certificate =
        fs::read(&signer.certificate).map_err(Error::file("read", &signer.certificate))?;
    let modules: Vec<_> = args
        .modules
        .iter()
        .map(|path| Module::read(path))
        .collect::<Result<_, _>>()?;

    if refuse(&modules, output)? {
        return Ok(Status::Refused);
    }
    for module in &modules {
        let mark_file = mark::file_of(module.path);
        let mark = |signed: &[u8]| mark::text(signed, key, &certificate, &signer.hash);
        let is_done = args.unless_signed
            && fs::read_to_string(&mark_file).is_ok_and(|text| text == mark(&module.bytes));

        if !is_done {
            let signed = module.sign(&signer)?;
            if args.unless_signed {
                write_whole(&mark_file, mark(&signed).as_bytes())?;
            }
        }
    }
    writeln!(
        output,
        "{} modules are signed with {key} ({})",
        modules.len(),
        signer.hash
    )
    .map_err(Error::file("write", Path::new("the output")))?;
    Ok(Status::Clean)
}

fn remove(args: &Args) -> Result<Status, Error> {
    for path in &args.modules {
        let module = Module::read(path)?;
        let mark = mark::file_of(path);

        if module.length != module.bytes.len() {
            let work = work_beside(path)?;
            let new = work.path().join("unsigned");
            fs::write(&new, module.unsigned()).map_err(Error::file("write", &new))?;
            module.replace(&new)?;
        }
        match fs::remove_file(&mark) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::file("delete", &mark)(error))
            }
            _ => (),
        }
    }
    Ok(Status::Clean)
}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(args: &Args, output: &mut dyn Write) -> Result<Status, Error> {
    if let Some(key) = &args.new_key {
        new_key::make(key, &args.name)?;
        writeln!(
            output,
            "{} is a new key, for tests; its certificate is in {}",
            key.display(),
            new_key::certificate_of(key).display()
        )
        .map_err(Error::file("write", Path::new("the output")))?;
        return Ok(Status::Clean);
    }
    match &args.key {
        _ if args.remove => remove(args),
        Some(key) => sign(args, key, output),
        // clap has seen to it that there is one.
        None => Ok(Status::Clean),
    }
}

#[cfg(test)]
mod tests;
