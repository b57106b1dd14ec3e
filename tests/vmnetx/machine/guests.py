"""Guests small enough to read: boot sectors, put together here."""

from __future__ import annotations

import dataclasses

from vmnetx.package.domain import template

MIB = 1024**2
DISK_BYTES = 4 * MIB
ORIGIN = 0x7C00

BEGIN = (
    "31c0 8ed8 8ec0 8ed0 bc007c"  # xor ax,ax; ds, es, ss = 0; sp = 0x7c00
    "b80300 cd10"  # mode 3: text, 80 x 25, a clean screen
)
SAY = "b8{:02x}0e bb0700 cd10"  # int 10h, ah=0eh: one character
POWER_OFF = "ba0406 b80020 ef f4"  # ACPI's PM1a_CNT := SLP_EN
LAST_KEY = "31c0 cd16"  # int 16h: al = the next key


def say(text):
    return b"".join(bytes.fromhex(SAY.format(ord(letter))) for letter in text)


def echoing(greeting="READY "):
    """Greets and then echoes keys. Q switches the machine off. W writes 2 MiB to the
    disk, 32 KiB at a time, and says W, or E when a write failed."""
    start = bytes.fromhex(BEGIN) + say(greeting)
    power_off = bytes.fromhex(POWER_OFF)
    echo = bytes.fromhex("b40e bb0700 cd10")
    # mov cx,64; again: mov ax,4300h; mov dl,80h; mov si,DAP; int 13h; jc fail;
    # add word [lba],64; loop again
    write_size = 3 + 3 + 2 + 3 + 2 + 2 + 5 + 2
    wrote, failed = say("W"), say("E")
    jump = 2
    loop_size = 4 + 4 + 4 + len(echo) + jump
    off_at = len(start) + loop_size
    write_at = off_at + len(power_off)
    fail_at = write_at + write_size + len(wrote) + jump
    packet_at = fail_at + len(failed) + jump
    code = bytearray(start)

    def near(opcode, target):
        code.extend([opcode, (target - len(code) - 2) & 0xFF])

    code += bytes.fromhex(LAST_KEY) + b"\x3cQ"
    near(0x74, off_at)
    code += b"\x3cW"
    near(0x74, write_at)
    code += echo
    near(0xEB, len(start))
    code += power_off + bytes.fromhex("b94000")
    again = len(code)
    code += bytes.fromhex("b80043 b280 be")
    code += (ORIGIN + packet_at).to_bytes(2, "little") + b"\xcd\x13"
    near(0x72, fail_at)
    code += b"\x83\x06" + (ORIGIN + packet_at + 8).to_bytes(2, "little") + b"\x40"
    near(0xE2, again)
    code += wrote
    near(0xEB, len(start))
    code += failed
    near(0xEB, len(start))
    # Int 13h's packet: 64 sectors from 0000:8000 to sector 64 on.
    code += bytes.fromhex("10 00 4000 0080 0000 4000000000000000")
    assert len(code) <= 510
    return bytes(code).ljust(510, b"\0") + b"\x55\xaa"


def image(sector=None):
    return (sector or echoing()).ljust(DISK_BYTES, b"\0")


def domain(**changes):
    """Little memory, and a screen that every QEMU has."""
    return dataclasses.replace(template(), memory_bytes=32 * MIB, **changes)


def writing():
    """Writes its own first sector to the second one, says so, and waits for ever."""
    write = "b80103 b90200 ba8000 bb007c cd13"  # int 13h, ah=03h: one sector from 7c00
    wait = "f4 ebfd"  # again: hlt; jmp again
    code = bytes.fromhex(BEGIN + write) + say("WROTE") + bytes.fromhex(wait)
    return code.ljust(510, b"\0") + b"\x55\xaa"


def dark():
    """Greets in black on black, with its cursor switched off."""
    hide = "b401 b90020 cd10"  # int 10h, ah=01h: no cursor
    show = "b87e09 bb0000 b90100 cd10"  # int 10h, ah=09h: a ~ of attribute 0
    code = bytes.fromhex(BEGIN + hide + show + "f4 ebfd")
    return code.ljust(510, b"\0") + b"\x55\xaa"
