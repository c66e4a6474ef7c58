#!/usr/bin/env python3
"""Turns a CSV file with a header into lines for clients/import-users. It needs Python 3.11 or newer, and nothing else.

    clients/moving/from-csv.py users.csv > users.ndjson
    clients/moving/from-csv.py users.csv --rename mail=email --rename pw=password_hash --set password_format=werkzeug > users.ndjson

A column has the name of a field of a line (docs/moving-in.md), or is renamed to it. More names of columns:

    attributes.NAME       an attribute of the tenant's user profile; several values are separated by --separator
    totp.secret           the secret of an authenticator app, with totp.digits, totp.period and totp.algorithm
    password_params.NAME  a parameter of the password hash
    -                     the column is left out, as in --rename comment=-

An empty cell is left out. What does not come along is what the file does not have.
"""
import argparse
import csv
import json
import re
import sys
from datetime import datetime, timezone

TEXTS = ("id username email first_name last_name full_name role gender "
         "password_hash password_salt password_format password_pepper").split()
FLAGS = ("is_active", "is_email_verified")
TIMES = ("created_at", "last_login")
FLAG_VALUES = {"true": True, "t": True, "yes": True, "y": True, "1": True,
               "false": False, "f": False, "no": False, "n": False, "0": False}
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)")


def flag(text):
    try:
        return FLAG_VALUES[text.strip().lower()]
    except KeyError:
        raise ValueError("this must be true or false") from None


def time(text):
    """A time in ISO 8601, with a blank or a T in the middle. A time without a zone is taken for UTC. Numbers are seconds."""
    text = text.strip()
    if NUMBER.fullmatch(text):
        moment = datetime.fromtimestamp(int(text), timezone.utc)
    else:
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.isoformat()


def plain(text):
    """A number or a flag as such, and any other text as a text."""
    if NUMBER.fullmatch(text):
        return int(text)
    return {"true": True, "false": False}.get(text.lower(), text)


def put(line, name, text, separator):
    """Puts the text of a cell into the line, as its field wants it."""
    parent, _, child = name.partition(".")
    if name in TEXTS:
        line[name] = text
    elif name in FLAGS:
        line[name] = flag(text)
    elif name in TIMES:
        line[name] = time(text)
    elif name == "groups":
        line[name] = [path.strip() for path in text.split(separator) if path.strip()]
    elif name in ("preferences", "totp", "password_params", "attributes"):
        line[name] = json.loads(text)
    elif parent == "attributes" and child:
        line.setdefault(parent, {})[child] = [value.strip() for value in text.split(separator) if value.strip()]
    elif parent == "totp" and child in ("secret", "algorithm"):
        line.setdefault(parent, {})[child] = text
    elif parent in ("totp", "password_params") and child:
        line.setdefault(parent, {})[child] = plain(text)
    else:
        raise KeyError(name)


def pair(text):
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise argparse.ArgumentTypeError("this must be NAME=VALUE")
    return name, value


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="the CSV file, in UTF-8; - is the standard input")
    parser.add_argument("--delimiter", default=",", help="what separates the cells (default: a comma)")
    parser.add_argument("--separator", default=";", help="what separates several values in a cell (default: a semicolon)")
    parser.add_argument("--rename", type=pair, action="append", default=[], metavar="COLUMN=FIELD")
    parser.add_argument("--set", type=pair, action="append", default=[], metavar="FIELD=VALUE", dest="constants",
                        help="what each line has that has no such cell")
    return parser.parse_args()


def main():
    options = arguments()
    csv.field_size_limit(1 << 20)
    # Some programs write a byte order mark before the first name, which utf-8-sig removes.
    source = open(0 if options.file == "-" else options.file, encoding="utf-8-sig", newline="")
    names = dict(options.rename)
    with source:
        rows = csv.reader(source, delimiter=options.delimiter, strict=True)
        fields = [names.get(column, column) for column in next(rows, [])]
        twice = sorted({field for field in fields if field != "-" and fields.count(field) > 1})
        if twice:
            sys.exit(f"there are two columns for {', '.join(twice)}")
        for row in rows:
            if not row:
                continue
            if len(row) != len(fields):
                sys.exit(f"line {rows.line_num} has another number of cells than the header")
            line = {}
            cells = {field: text for field, text in zip(fields, row) if text and field != "-"}
            for name, text in {**dict(options.constants), **cells}.items():
                try:
                    put(line, name, text, options.separator)
                except KeyError:
                    sys.exit(f"there is no field {name}: use --rename {name}=FIELD, or --rename {name}=- to leave it out")
                except ValueError as problem:
                    sys.exit(f"line {rows.line_num}, {name}: {problem}")
            print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    # Whatever the machine's language is, the lines are UTF-8.
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        main()
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        sys.exit(f"the file cannot be read: {problem}")
