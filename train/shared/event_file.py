"""Scalars for TensorBoard, written without TensorBoard or TensorFlow.

An event file is a row of records: length, checksum of the length, content, checksum of the content. The content is a
small protocol buffer: time, step and one named number. `tensorboard --logdir runs` reads it.
"""

import pathlib
import struct
import time

POLYNOMIAL = 0x82F63B78  # CRC-32C, the bits reversed


class EventFile:
    """Appends numbers to a new file in a folder; every start of a run writes one of its own.

    Args:
        folder: where TensorBoard looks for it.
    """

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"events.out.tfevents.{time.time_ns()}.pnzoo"
        self._append(_event(version="brain.Event:2"))

    def write(self, step, numbers):
        """Append {name: number} at a step."""
        self._append(*[_event(step=step, name=name, number=number) for name, number in numbers.items()])

    def _append(self, *contents):
        with self.path.open("ab") as file:
            for content in contents:
                length = struct.pack("<Q", len(content))
                file.write(length + _checksum(length) + content + _checksum(content))


def _event(step=0, name=None, number=None, version=None):
    content = b"\x09" + struct.pack("<d", time.time())  # field 1, wall time
    content += b"\x10" + _varint(step)  # field 2
    if version:
        content += _bytes(3, version.encode())
    if name:
        value = _bytes(1, name.encode()) + b"\x15" + struct.pack("<f", number)  # tag and simple_value
        content += _bytes(5, _bytes(1, value))  # summary, its one value
    return content


def _bytes(field, content):
    return bytes([field << 3 | 2]) + _varint(len(content)) + content


def _varint(number):
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes(parts) + bytes([number])


def _table():
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ POLYNOMIAL * (value & 1)
        yield value


TABLE = tuple(_table())


def _checksum(content):
    """CRC-32C, masked as these files want it."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
