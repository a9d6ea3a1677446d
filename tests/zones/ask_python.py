#!/usr/bin/env python3
"""Prints what Python's zoneinfo makes of local times around every change of every time zone's clocks.

    ask_python.py FIRST_YEAR LAST_YEAR

Lines, fields apart by spaces:
    V VERSION                        of the time-zone database, where it says so
    Z NAME OFFSET                    a zone, and its offset at the start of the first year, in seconds east of UTC
    T AT BEFORE AFTER                a change of the zone's offset at AT, in seconds since 1970
    W DATE MINUTE:AT MINUTE:AT ...   what wall clocks' minutes of that date mean, AT in seconds since that date's 00:00 UTC
    = NAME                           another name of the zone above, with the very same data

A wall time that is skipped means the moment of the change, one that comes twice means its first pass. Exit code 3 says
that this machine's Python cannot answer.
"""

import struct
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

try:
    import zoneinfo
except ImportError:
    sys.exit(3)

EPOCH = datetime(1970, 1, 1)
DAY = 86_400
# Not places: a copy of the machine's own zone, and two that stand for "none".
NO_PLACES = {"localtime", "Factory", "posixrules"}


def data_of(name):
    for folder in zoneinfo.TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return path.read_bytes()
    return None


def changes_in_file(data):
    """The moments a TZif file lists; which of them change the offset is asked of zoneinfo."""
    def counts(at):
        return struct.unpack(">6l", data[at + 20 : at + 44])

    utc, std, leaps, times, types, chars = counts(0)
    second = 44 + times * 5 + types * 6 + chars + leaps * 8 + std + utc
    if data[4:5] < b"2" or data[second : second + 4] != b"TZif":
        return list(struct.unpack(f">{times}l", data[44 : 44 + times * 4])), ""
    utc, std, leaps, times, types, chars = counts(second)
    at = second + 44
    moments = list(struct.unpack(f">{times}q", data[at : at + times * 8]))
    footer = data[at + times * 9 + types * 6 + chars + leaps * 12 + std + utc :].strip(b"\n").decode()
    return moments, footer


def offset_at(zone, at):
    return int(datetime.fromtimestamp(at, timezone.utc).astimezone(zone).utcoffset().total_seconds())


def change_between(zone, low, high):
    """The first second after `low` at which the offset of `high` holds."""
    wanted = offset_at(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle) == wanted:
            high = middle
        else:
            low = middle
    return high


def changes(zone, data, first, last):
    moments, footer = changes_in_file(data)
    found = {}
    for at in moments:
        if first <= at < last:
            before, after = offset_at(zone, at - 1), offset_at(zone, at)
            if before != after:
                found[at] = (before, after)
    # What a rule says for years after the list, looked for in steps of half a day.
    at = max(moments[-1] if moments else first, first)
    if "," in footer:
        offset = offset_at(zone, at)
        while at < last - DAY // 2:
            at += DAY // 2
            if (now := offset_at(zone, at)) != offset:
                moment = change_between(zone, at - DAY // 2, at)
                found[moment] = (offset, now)
                offset = now
    return sorted(found.items())


def moment_of(zone, wall):
    """Seconds since 1970 of a wall time given in seconds since 1970, as if it were UTC."""
    local = EPOCH + timedelta(seconds=wall)
    first = int(local.replace(tzinfo=zone, fold=0).utcoffset().total_seconds())
    second = int(local.replace(tzinfo=zone, fold=1).utcoffset().total_seconds())
    at = wall - first
    if offset_at(zone, at) == first:
        return at
    return change_between(zone, wall - max(first, second) - 1, at)


def walls_around(at, before, after):
    low, high = (at + min(before, after)) // 60, (at + max(before, after)) // 60
    minutes = {low - 60, low - 1, low, low + 1, (low + high) // 2, high - 1, high, high + 1, high + 60}
    for minute in (low, high):
        midnight = minute - minute % 1440
        minutes |= {midnight, midnight + 720, midnight + 1440}
    return sorted(minutes)


def show(name, zone, data, first, last, out):
    out.append(f"Z {name} {offset_at(zone, first)}")
    for at, (before, after) in changes(zone, data, first, last):
        out.append(f"T {at} {before} {after}")
        days = {}
        for minute in walls_around(at, before, after):
            date = EPOCH + timedelta(days=minute // 1440)
            moment = moment_of(zone, minute * 60) - minute // 1440 * DAY
            days.setdefault(date.date(), []).append(f"{minute % 1440}:{moment}")
        out.extend(f"W {date} {' '.join(minutes)}" for date, minutes in days.items())


def main():
    first = int((datetime(int(sys.argv[1]), 1, 1) - EPOCH).total_seconds())
    last = int((datetime(int(sys.argv[2]) + 1, 1, 1) - EPOCH).total_seconds())
    names = {}
    for name in sorted(zoneinfo.available_timezones() - NO_PLACES):
        if (data := data_of(name)) is not None:
            names.setdefault(data, []).append(name)
    if not names:
        sys.exit(3)
    versions = [Path(folder, "tzdata.zi") for folder in zoneinfo.TZPATH]
    version = next((p.read_text().split("\n", 1)[0].split()[-1] for p in versions if p.is_file()), "unknown")
    out = [f"V {version}"]
    for data, (name, *others) in names.items():
        show(name, zoneinfo.ZoneInfo(name), data, first, last, out)
        out.extend(f"= {other}" for other in others)
    print("\n".join(out))


if __name__ == "__main__":
    main()
