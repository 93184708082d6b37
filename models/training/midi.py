"""Writes a small Standard MIDI File (format 0): notes, one program, control changes. Enough to drive FluidSynth."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_BEAT = 480
SECONDS_PER_BEAT = 0.5


@dataclass(frozen=True)
class Note:
    """One note: start and length in seconds, MIDI note number, velocity 1 to 127, channel 0 to 15."""

    start: float
    length: float
    pitch: int
    velocity: int
    channel: int


def variable_length(value: int) -> bytes:
    """MIDI's variable-length quantity: seven bits a byte, most significant first."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append((value & 0x7F) | 0x80)
    return bytes(reversed(out))


def write_midi(path: Path, notes: list[Note], program: int, channel: int, controls: list[tuple[float, int, int]]) -> None:
    """Writes `notes` and `controls` (seconds, controller, value) to `path`, all on `channel` playing `program`."""

    def ticks(seconds: float) -> int:
        return round(seconds / SECONDS_PER_BEAT * TICKS_PER_BEAT)

    # The second field orders events of one tick: controls, then note offs, then note ons.
    events = [(ticks(at), 0, bytes([0xB0 | channel, controller, value])) for at, controller, value in controls]
    for note in notes:
        events.append((ticks(note.start), 2, bytes([0x90 | note.channel, note.pitch, note.velocity])))
        events.append((ticks(note.start + note.length), 1, bytes([0x80 | note.channel, note.pitch, 0])))
    track = bytearray(b"\x00" + bytes([0xC0 | channel, program]))
    now = 0
    for at, _, message in sorted(events):
        track += variable_length(at - now) + message
        now = at
    track += b"\x00\xff\x2f\x00"
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS_PER_BEAT)
    path.write_bytes(header + struct.pack(">4sI", b"MTrk", len(track)) + bytes(track))
