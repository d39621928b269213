"""Certificates for hosts of the tests, made with the openssl program: an authority, good ones, and faulty ones."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority that keeps its files in `folder`; `file` is what a client is told to trust."""

    folder: Path

    @property
    def file(self):
        return self.folder / "ca.pem"

    def context(self, *names, days=30, known=True):
        """Make a server's side of TLS with the certificate of `issue`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue(*names, days=days, known=known))
        return context

    def issue(self, *names, days=30, known=True):
        """Make a certificate for `names` (host names or IP addresses); gives the files of it and of its key.

        Negative `days` have passed already; what is not `known` has signed itself.
        """
        stem = self.folder / f"{names[0].replace(':', '_')}{days}{known}"
        alternatives = ",".join(f"{'IP' if _is_ip(name) else 'DNS'}:{name}" for name in names)
        extensions = stem.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={alternatives}\nbasicConstraints=CA:FALSE\n")
        _openssl("req", "-new", *_new_key(stem), "-subj", "/CN=test host", "-out", f"{stem}.csr")
        signer = ["-CA", self.file, "-CAkey", f"{self.folder}/ca.key"] if known else ["-signkey", f"{stem}.key"]
        _openssl("x509", "-req", "-in", f"{stem}.csr", *signer, "-set_serial", "0x" + stem.name.encode().hex()[:30],
                 "-days", str(days), "-extfile", extensions, "-out", f"{stem}.pem")  # fmt: skip
        return f"{stem}.pem", f"{stem}.key"


def make_authority(folder):
    """Make a certificate authority in `folder`, which exists."""
    _openssl("req", "-x509", *_new_key(folder / "ca"), "-subj", "/CN=authority of the tests", "-days", "30",
             "-addext", "keyUsage=critical,keyCertSign", "-out", folder / "ca.pem")  # fmt: skip
    return Authority(folder=folder)


def _new_key(stem):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{stem}.key"]


def _is_ip(name):
    return ":" in name or name.replace(".", "").isdigit()


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
