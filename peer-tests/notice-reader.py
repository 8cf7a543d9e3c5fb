"""What Python's own MIME parser, and flufl.bounce, which is Mailman's, read in notices: base64 texts in, answers out, JSON."""

import base64
import json
import sys
from email import message_from_bytes, policy

from flufl.bounce import all_failures


def status_of(part):
    """The groups of fields of a delivery status. Of the global type the parser makes one message, whose text is the other groups."""
    groups = part.get_payload()
    if part.get_content_type() == "message/delivery-status":
        return [dict(group.items()) for group in groups]
    (first,) = groups
    others = first.get_payload(decode=True).replace(b"\r\n", b"\n").strip().split(b"\n\n")
    return [dict(first.items())] + [dict(message_from_bytes(each, policy=policy.SMTPUTF8).items()) for each in others]


answers = []
for text in json.load(sys.stdin):
    octets = base64.b64decode(text)
    message = message_from_bytes(octets, policy=policy.SMTPUTF8)
    parts = list(message.iter_parts())
    temporary, permanent = all_failures(message_from_bytes(octets))
    answers.append(
        {
            "defects": [repr(defect) for part in message.walk() for defect in part.defects],
            "type": message.get_content_type(),
            "reportType": message.get_param("report-type"),
            "fields": {name.lower(): str(value) for name, value in message.items()},
            "types": [part.get_content_type() for part in parts],
            "human": parts[0].get_content(),
            "status": status_of(parts[1]),
            "temporary": sorted(each.decode("utf-8", "replace") for each in temporary),
            "permanent": sorted(each.decode("utf-8", "replace") for each in permanent),
        }
    )
json.dump(answers, sys.stdout)
