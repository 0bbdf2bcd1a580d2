"""Writes double.txt and single.txt: arguments and true values of the functions of runtime/src/elementary (mpmath, 50 digits).

A line of a family holds an argument and one value per generator, in the order of the family's struct. Arguments are the bits
of the number in hexadecimal. A value of double.txt is the bits of the nearest double and what it lacks, in thousandths of its
last digit (so 20 digits); a value of single.txt is the bits of the nearest double.

    python references.py [points per family and stratum, 25 unless told] [seed]
"""
import math
import random
import struct
import sys
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 50
HERE = Path(__file__).parent

FAMILIES = {
    "logistic": [
        lambda v: mp.log1p(mp.exp(v)) if v < 0 else v + mp.log1p(mp.exp(-v)),
        lambda v: 1 / (1 + mp.exp(-v)),
        lambda v: mp.exp(-abs(v)) / (1 + mp.exp(-abs(v))) ** 2,
        lambda v: -mp.tanh(v / 2),
    ],
    "hyperbolic": [
        lambda v: abs(v) + mp.log1p(mp.exp(-2 * abs(v))),
        mp.tanh,
        lambda v: 4 * mp.exp(-2 * abs(v)) / (1 + mp.exp(-2 * abs(v))) ** 2,
    ],
    "trigonometric": [mp.sin, mp.cos],
    "normal": [lambda v: mp.erfc(-max(min(v, 200), -200) / mp.sqrt(2)) / 2, lambda v: mp.exp(-v * v / 2) / mp.sqrt(2 * mp.pi)],
    "exponential": [mp.exp, mp.expm1],
    "logarithm": [mp.log],
    "ln_1p": [mp.log1p],
    "error_function": [mp.erf, lambda v: 2 / mp.sqrt(mp.pi) * mp.exp(-v * v)],
}


def double_bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def as_double(x):
    if abs(x) >= mpf(2) ** 1024 - mpf(2) ** 970:
        return math.copysign(math.inf, x)
    return float(x) if abs(x) > mpf(2) ** -1090 else 0.0


def as_single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def double_value(x):
    near = as_double(x)
    if math.isinf(near):
        return f"{double_bits(near):x}"
    digit = mpf(2) ** (max(math.frexp(near)[1], -1021) - 53)
    lack = int(mp.nint((x - mpf(near)) / digit * 1000))
    return f"{double_bits(near):x}" + (f"{lack:+d}" if lack else "")


def neighbours(x, single):
    if single:
        bits = struct.unpack("<i", struct.pack("<f", as_single(x)))[0]
        return [struct.unpack("<f", struct.pack("<i", bits + k))[0] for k in (-1, 0, 1)]
    bits = struct.unpack("<q", struct.pack("<d", x))[0]
    return [struct.unpack("<d", struct.pack("<q", bits + k))[0] for k in (-1, 0, 1)]


def arguments(family, count, single, draw):
    """Log-uniform over all magnitudes, over middle ones, uniform over the steep part, and next to every breakpoint."""
    least, most = (-149, 127) if single else (-1074, 1023)
    middle = -30 if single else -60
    overflow = 89 if single else 710
    underflow = 104 if single else 746
    log_uniform = lambda low, high: 2 ** draw.uniform(low, high)
    out = []
    if family == "logarithm":
        out += [log_uniform(least, most) for _ in range(4 * count)]
        out += [draw.uniform(0.5, 2) for _ in range(4 * count)]
        out += [1 + draw.choice([-1, 1]) * log_uniform(middle, -1) for _ in range(4 * count)]
        for special in (2**-0.5, 2**0.5, 1.0, 2.0, 2.0**-126, 2.0 ** (least + 1), 3e38 if single else 1.7e308):
            out += neighbours(special, single)
        return out
    if family == "ln_1p":
        out += [log_uniform(least, most) for _ in range(2 * count)]
        out += [draw.choice([-1, 1]) * log_uniform(middle, -1) for _ in range(6 * count)]
        out += [log_uniform(-1, 70) for _ in range(2 * count)]
        out += [-1 + log_uniform(-23 if single else -52, -1) for _ in range(2 * count)]
        for special in (2**0.5 - 1, 2**-0.5 - 1, 1.0, 3.0, -0.5, 1e20):
            out += neighbours(special, single)
        return out
    if family == "trigonometric":
        reach = 1024 if single else 32768
        out += [draw.choice([-1, 1]) * log_uniform(least, -1) for _ in range(count)]
        out += [draw.uniform(-reach, reach) for _ in range(4 * count)]
        out += [draw.uniform(-7, 7) for _ in range(4 * count)]
        out += [draw.choice([-1, 1]) * log_uniform(12, most) for _ in range(count)]
        turns = [draw.randrange(1, int(reach / 1.6)) for _ in range(2 * count)] + list(range(1, 9))
        out += [float(k * mp.pi / 2) for k in turns] + [float((k + mpf(0.5)) * mp.pi / 2) for k in range(1, 9)]
        out += [1e30] if single else [1e300]
        return out
    top = 14.5 if single else 38.6
    if family == "error_function":
        top = 10.3 if single else 27.4
    if family in ("normal", "error_function"):
        overflow = underflow = top
    out += [draw.choice([-1, 1]) * log_uniform(least, 0) for _ in range(count)]
    out += [draw.choice([-1, 1]) * log_uniform(middle, 0) for _ in range(3 * count)]
    out += [draw.uniform(-4, 4) for _ in range(4 * count)]
    out += [draw.uniform(-40, 40) * min(1, top / 40 if family in ("normal", "error_function") else 1) for _ in range(2 * count)]
    out += [draw.uniform(-underflow, overflow) for _ in range(2 * count)]
    out += [draw.choice([-1, 1]) * log_uniform(4, most) for _ in range(count // 2)]
    breaks = [k * math.log(2) / 2 for k in (1, 2, 3, 5)] + [0.8813735870195430, 0.4406867935097715, 0.5, 1.0, 4.0, 3.0]
    breaks += [overflow - 1, underflow - 1, 87.33654 if single else 708.3964185322641, 88.72283 if single else 709.782712893384]
    if family == "error_function":  # where the exponent of e^(-v^2) steps, where erf is 1 to the last digit
        breaks = [math.sqrt((k + 0.5) * math.log(2)) for k in range(8)] + [3.9192059 if single else 5.9215871957945083, top / 1.075, 0.5, 1.0]
    for special in breaks:
        out += [s * x for x in neighbours(special, single) for s in (-1, 1)]
    return out + [0.0]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    for single in (False, True):
        draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
        lines = []
        for family, generators in FAMILIES.items():
            lines.append(f"# {family}")
            for argument in arguments(family, count, single, draw):
                x = as_single(argument) if single else argument
                values = [generator(mpf(x)) for generator in generators]
                if single:
                    bits = struct.unpack("<I", struct.pack("<f", x))[0]
                    values = [f"{double_bits(as_double(value)):x}" for value in values]
                else:
                    bits = double_bits(x)
                    values = [double_value(value) for value in values]
                lines.append(" ".join([f"{bits:x}"] + values))
        with open(HERE / ("single.txt" if single else "double.txt"), "w") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
