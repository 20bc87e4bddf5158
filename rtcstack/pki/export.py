"""The CA's certificate in the forms that clients import. Pure: the same certificate always gives the same bytes."""

import hashlib
import plistlib
import uuid

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from rtcstack.pki.ca import authority, permitted_domains

_REVERSED = "com.rtcstack.ca"


def der(ca_pem: bytes) -> bytes:
    """Given the CA as PEM, return it as DER, for what reads no PEM. Raise WorldError if it cannot be read."""
    return authority(ca_pem).public_bytes(Encoding.DER)


def apple_profile(ca_pem: bytes) -> bytes:
    """Given the CA as PEM, return a configuration profile (.mobileconfig) for iOS, iPadOS and macOS.

    Its identifiers follow from the certificate, so that the same profile is never installed twice. Raise WorldError.
    """
    certificate = authority(ca_pem)
    content = certificate.public_bytes(Encoding.DER)
    digest = hashlib.sha256(content).hexdigest()
    name, domain = _name(certificate), (permitted_domains(certificate) or ("",))[0]
    payload = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{_REVERSED}.{digest[:16]}.root",
        "PayloadUUID": _uuid(f"root:{digest}"),
        "PayloadDisplayName": name,
        "PayloadCertificateFileName": "ca.cer",
        "PayloadContent": content,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{_REVERSED}.{digest[:16]}",
        "PayloadUUID": _uuid(f"profile:{digest}"),
        "PayloadDisplayName": name,
        "PayloadDescription": f"Trusts the servers of {domain} for calls and chat. The CA can certify no other domain.",
        "PayloadContent": [payload],
    }
    return plistlib.dumps(profile, fmt=plistlib.FMT_XML, sort_keys=True)


def fingerprint_text(ca_pem: bytes) -> str:
    """Given the CA as PEM, return its SHA-256 digest as devices show it: pairs of capital digits with colons. Raise WorldError."""
    return authority(ca_pem).fingerprint(SHA256()).hex(":").upper()


def instructions(ca_pem: bytes) -> str:
    """Given the CA as PEM, return what to type or tap on each system to trust it. Raise WorldError if it cannot be read."""
    certificate = authority(ca_pem)
    file = f"rtcstack-{(permitted_domains(certificate) or ('ca',))[0]}"
    return _TEXT.format(
        name=_name(certificate),
        file=file,
        domains=", ".join(permitted_domains(certificate)),
        end=f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        fingerprint=fingerprint_text(ca_pem),
    )


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _uuid(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_REVERSED}/{text}")).upper()


_TEXT = """\
{name}, until {end}
It certifies names at and below {domains} only.
Compare this before you trust it (SHA-256):
{fingerprint}

Save it:            rtcstack certs export-ca --output {file}.crt
For Apple devices:  rtcstack certs export-ca --format apple --output {file}.mobileconfig

Debian, Ubuntu      sudo install -m 0644 {file}.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates
Fedora, RHEL        sudo install -m 0644 {file}.crt /etc/pki/ca-trust/source/anchors/ && sudo update-ca-trust
Arch                sudo trust anchor {file}.crt
Windows             certutil -addstore -f Root {file}.crt          (as administrator)
macOS               sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {file}.crt
iOS, iPadOS         Open {file}.mobileconfig (mail, AirDrop or web), then Settings > Profile Downloaded > Install, then
                    Settings > General > About > Certificate Trust Settings: switch it on.
Android             Settings > Security > Encryption & credentials > Install a certificate > CA certificate: {file}.crt
                    Programs trust it only if their makers let them trust what users install (since Android 7).
Firefox             Settings > Privacy & Security > View Certificates > Authorities > Import: {file}.crt, for web sites.
                    On Windows and macOS it takes what the system trusts.
Chromium on Linux   certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n {file} -i {file}.crt      (package libnss3-tools)
"""
