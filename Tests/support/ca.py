"""A scratch certificate authority: right leaves for origins, and wrong ones in every way that must be refused."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class CertificateAuthority:
    """Issues EC P-256 leaves into files below ``directory``; ``path`` is the PEM file to trust."""

    def __init__(self, directory: Path, name: str = "Scratch CA", days: tuple[float, float] = (-1, 30)):
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._count = 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(_name(name), self._key, _name(name), self._key, days=days, is_authority=True)
        self.path = directory / f"{name.replace(' ', '-').lower()}.pem"
        self.path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def leaf(self, *names: str, days: tuple[float, float] = (-1, 30), usage=ExtendedKeyUsageOID.SERVER_AUTH) -> Path:
        """A certificate for ``names``, valid between the two offsets in days; returns a PEM file with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(
            _name(names[0]), key, self._certificate.subject, self._key, names=names, days=days, usage=usage
        )
        return self._store(names[0], key, certificate)

    def expired(self, *names: str) -> Path:
        return self.leaf(*names, days=(-30, -2))

    def not_yet_valid(self, *names: str) -> Path:
        return self.leaf(*names, days=(2, 30))

    def for_clients_only(self, *names: str) -> Path:
        return self.leaf(*names, usage=ExtendedKeyUsageOID.CLIENT_AUTH)

    def self_signed(self, *names: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(names[0])
        return self._store("self-signed", key, self._sign(subject, key, subject, key, names=names))

    def _sign(
        self,
        subject,
        key,
        issuer,
        issuer_key,
        names=(),
        days=(-1, 30),
        usage=ExtendedKeyUsageOID.SERVER_AUTH,
        is_authority=False,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + days[0] * DAY)
            .not_valid_after(now + days[1] * DAY)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(not is_authority, False, False, False, False, is_authority, is_authority, False, False),
                critical=True,
            )
        )
        if not is_authority:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
            ).add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    def _store(self, name: str, key, certificate: x509.Certificate) -> Path:
        self._count += 1
        path = self.directory / f"{self._count}-{name.replace('*', 'wildcard')}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        path.chmod(0o600)
        return path
