"""Reads TLS reports with software that is not ours: Python's MIME, gzip and JSON, jsonschema, and dkimpy.

On standard input a JSON object with "schema", "keys" (TXT records by name), "messages" and "reports"; on standard output what was
found in each message, and what the schema has against each of the reports.
"""

import gzip
import ipaddress
import json
import sys
from email import message_from_bytes, policy

import dkim
from jsonschema import Draft202012Validator, FormatChecker

asked = json.load(sys.stdin)
Draft202012Validator.check_schema(asked["schema"])
validator = Draft202012Validator(asked["schema"], format_checker=FormatChecker(["ipv4", "ipv6"]))


def faults(report):
    found = ["/".join(map(str, error.absolute_path)) + ": " + error.message[:200] for error in validator.iter_errors(report)]
    return found or [fault for fault in odd_addresses(report)]


def odd_addresses(report):
    """Python writes IPv6 as RFC 5952 has it."""
    for result in report["policies"]:
        for failure in result.get("failure-details", []):
            for member in ("sending-mta-ip", "receiving-ip"):
                text = failure.get(member)
                if text is not None and str(ipaddress.ip_address(text)) != text:
                    yield f"{text}: would be {ipaddress.ip_address(text)}"


def without_repetition(members):
    names = [name for name, _ in members]
    if len(set(names)) != len(names):
        raise ValueError(f"repeated members in {names}")
    return dict(members)


def verify(octets, at, tlsrpt):
    def answer(name, timeout=5):
        return asked["keys"].get(name.decode().rstrip("."), "").encode()

    try:
        return "valid" if dkim.DKIM(octets, tlsrpt=tlsrpt).verify(idx=at, dnsfunc=answer) else "invalid"
    except dkim.DKIMException as error:
        return f"{type(error).__name__}: {error}"


def signatures(octets):
    fields = [value for name, value in dkim.rfc822_parse(octets)[0] if name.lower() == b"dkim-signature"]
    found = []
    for at, field in enumerate(fields):
        tags = {tag.decode(): value.decode() for tag, value in dkim.parse_tag_value(field).items()}
        tags["h"] = [name.strip().lower() for name in tags["h"].split(":")]
        found.append({"tags": tags, **{kind: verify(octets, at, mode) for kind, mode in (("report", "strict"), ("mail", False))}})
    return found


def read(text):
    octets = text.encode("utf-8")
    message = message_from_bytes(octets, policy=policy.default)
    parts = list(message.iter_parts())
    report = gzip.decompress(parts[1].get_content()).decode("utf-8")
    return {
        "defects": [type(defect).__name__ for part in message.walk() for defect in part.defects],
        "type": message.get_content_type(),
        "reportType": message["content-type"].params.get("report-type"),
        "parts": [part.get_content_type() for part in parts],
        "note": parts[0].get_content(),
        "fileName": parts[1].get_filename(),
        "fields": {name.lower(): str(value) for name, value in message.items()},
        "isAscii": octets.isascii(),
        "lineOctetsMax": max(len(line) for line in octets.split(b"\r\n")),
        "signatures": signatures(octets),
        "report": json.loads(report, object_pairs_hook=without_repetition),
    }


json.dump(
    {"messages": [read(text) for text in asked["messages"]], "faults": [faults(report) for report in asked["reports"]]},
    sys.stdout,
)
